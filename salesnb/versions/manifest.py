"""The manifest of a version: what it holds and everything it was made from. Times are UTC, ISO 8601 with ``Z``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salesnb.model.errors import Place, Text, VersionError

SCHEMA = 1
# Oldest schema → how one step up is made. A step takes and returns the plain JSON object.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class Entry(BaseModel):
    """Base of all parts: written by alias, unknown keys of a later program are kept out of our way."""

    model_config = ConfigDict(populate_by_name=True, extra="ignore")


class Failure(Entry):
    """Why a notebook failed: ``cell`` counts code cells from 1 (0: none ran), ``question`` is what the cell asks."""

    notebook: str
    cell: int = 0
    question: dict[str, str] = Field(default_factory=dict)
    kind: Literal["error", "exit", "dead", "memory", "disk", "glyph", "timeout", "start", "parameters", "render"] = (
        "error"
    )
    error: str = ""
    message: str = ""
    traceback: list[str] = Field(default_factory=list)


class NotebookEntry(Entry):
    """One notebook: ``carried`` was not run and stands as it did in ``from``; ``parts`` are the pieces of its key.

    ``facts`` is what the notebook says of itself (title, headline, figures, checks, notes) for pages and the index.
    """

    state: Literal["ok", "carried", "failed", "stopped"]
    from_: str | None = Field(default=None, alias="from")
    seconds: float = 0.0
    key: str = ""
    parts: dict[str, str] = Field(default_factory=dict)
    params_read: list[str] | None = None
    stale: bool = False
    facts: dict[str, Any] = Field(default_factory=dict)


class TableEntry(Entry):
    """One table: its rows, the sha256 of its Parquet file, its keys and the notebook that wrote it."""

    rows: int
    sha256: str
    keys: list[str] = Field(default_factory=list)
    writer: str = ""


class CodeState(Entry):
    """The program: fingerprint over all its files, the files' own, and the git commit where there is one."""

    fingerprint: str = ""
    files: dict[str, str] = Field(default_factory=dict)
    commit: str | None = None
    modified: bool | None = None


class Manifest(Entry):
    """The whole manifest. ``state`` is ``complete`` in a version folder and ``failed`` below ``failed/``.

    ``lead`` is the notebook a reader should open first; ``headline`` and ``figures`` are its. ``page`` and ``words``
    tell the program and the words that pages were made by, ``made`` the sha256 of pages and readers' workbooks: where
    any of them differs, what it stands for is not taken over by a later version.
    """

    schema_: int = Field(default=SCHEMA, alias="schema")
    unit: str
    company: str = ""
    period: str
    kind: str
    version: str
    state: Literal["complete", "failed"]
    draft: bool = False
    previous: str | None = None
    as_of: str
    today: str
    lang: str
    started: str
    finished: str
    python: str = ""
    code: CodeState = Field(default_factory=CodeState)
    packages: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, dict[str, str]] = Field(default_factory=dict)
    params: dict[str, str] = Field(default_factory=dict)
    data: dict[str, str] = Field(default_factory=dict)
    page: str = ""
    words: str = ""
    made: dict[str, str] = Field(default_factory=dict)
    notebooks: dict[str, NotebookEntry] = Field(default_factory=dict)
    tables: dict[str, TableEntry] = Field(default_factory=dict)
    checks: list[dict[str, Any]] = Field(default_factory=list)
    lead: str = ""
    headline: str = ""
    figures: list[dict[str, Any]] = Field(default_factory=list)
    changed_cells: int = 0
    failures: list[Failure] = Field(default_factory=list)

    def text(self) -> str:
        """The JSON written to disk: keys in schema order, readable, ends with a newline."""
        return json.dumps(self.model_dump(by_alias=True), ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest in ``folder``; VersionError when it is missing, damaged or of a newer program."""
    path = folder / "manifest.json"
    place = Place(file="/".join(path.parts[-4:]))
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("not an object")
    except (OSError, ValueError) as error:
        raise VersionError(
            Text("版本清单缺失或损坏", "the manifest is missing or damaged"),
            where=place,
            why=Text(f"该文件夹不能当作版本使用（{error}）", f"the folder cannot serve as a version ({error})"),
            remedy=Text(
                "从备份恢复，或删除该文件夹后重跑", "restore it from a backup, or delete the folder and run again"
            ),
        ) from error
    try:
        return Manifest.model_validate(migrated(data, place))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise VersionError(
            Text(f"版本清单的 {key} 不可用：{first['msg']}", f"the manifest's {key} cannot be used: {first['msg']}"),
            where=Place(file=place.file, key=key),
        ) from error


def migrated(data: dict[str, Any], place: Place) -> dict[str, Any]:
    """``data`` brought up to the present schema, one step at a time; VersionError when there is no way."""
    schema = data.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise VersionError(Text("版本清单没有 schema", "the manifest states no schema"), where=place)
    if schema > SCHEMA:
        raise VersionError(
            Text(f"版本清单的格式 {schema} 比本程序新", f"manifest schema {schema} is newer than this program"),
            where=place,
            remedy=Text("升级工作簿后再打开", "update the workbook, then open it"),
        )
    while schema < SCHEMA:
        step = MIGRATIONS.get(schema)
        if step is None:
            raise VersionError(
                Text(f"版本清单的格式 {schema} 已不再支持", f"manifest schema {schema} is no longer supported"),
                where=place,
            )
        data = step(dict(data))
        schema += 1
        data["schema"] = schema
    return data
