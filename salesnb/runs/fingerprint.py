"""What a notebook's result depends on, as hashes: equal hashes mean that running it again gives the same tables.

A notebook's key is the sha256 over its parts: its own source, the program, the parameter files, the data files, the
tables it reads, the packages, and what was asked for. Files are hashed once and then trusted by size and time of
change; ``verify`` reads them again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesnb.model.errors import RunError, Text
from salesnb.model.params import Params
from salesnb.runs.dag import Notebook
from salesnb.runs.settings import Settings
from salesnb.versions.publish import replace_text
from salesnb.versions.tables import sha256_of

PACKAGE = Path(__file__).resolve().parents[1]
_DIST = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.(?:dist|egg)-info")
# A file changed this shortly before it was hashed may have been changed again within the clock's grain.
_RACY_NS = 2_000_000_000
DATABASE = " (database)"  # ends the name of a source that cannot be hashed
_ORCHESTRATION = ("runs/", "cli/", "__main__.py")


@dataclass
class HashMemo:
    """sha256 of files by path, reused while size and time of change stay; kept in a JSON file between runs."""

    path: Path
    verify: bool = False
    known: dict[str, list[Any]] = field(default_factory=dict)
    dirty: bool = False

    @classmethod
    def load(cls, path: Path, verify: bool = False) -> HashMemo:
        """The memo stored at ``path``; a missing or damaged one starts empty, it only saves time."""
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        return cls(path, verify, known if isinstance(known, dict) else {})

    def sha256(self, path: Path) -> str:
        """sha256 of the file's bytes."""
        facts = path.stat()
        stamp = [facts.st_size, facts.st_mtime_ns]
        stored = self.known.get(str(path))
        if not self.verify and isinstance(stored, list) and len(stored) == 3 and stored[:2] == stamp:
            return str(stored[2])
        digest = sha256_of(path)
        if time.time_ns() - facts.st_mtime_ns > _RACY_NS:
            self.known[str(path)] = [*stamp, digest]
            self.dirty = True
        return digest

    def save(self) -> None:
        """Store the memo; where it cannot be written, the next run hashes again."""
        if self.dirty:
            self.known = {name: value for name, value in self.known.items() if os.path.exists(name)}
            try:
                replace_text(self.path, json.dumps(self.known, indent=0))
            except OSError:
                self.dirty = True
            else:
                self.dirty = False


@dataclass(frozen=True)
class Inputs:
    """Everything outside the notebooks that decides results: files by name with their sha256, packages, the page."""

    code: dict[str, str]
    params: dict[str, str]
    data: dict[str, str]
    packages: dict[str, str]
    python: str
    page: str

    def code_fingerprint(self) -> str:
        """One hash over the program."""
        return digest_of(self.code)


def digest_of(parts: Mapping[str, Any] | Iterable[Any]) -> str:
    """sha256 over JSON with sorted keys: one text per content."""
    data = dict(parts) if isinstance(parts, Mapping) else list(parts)
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def collect(settings: Settings, memo: HashMemo) -> Inputs:
    """Hash the program, the unit's parameter and data files, and name the packages."""
    code = _code(memo)
    page = {name: digest for name, digest in code.items() if name.startswith(("report/", "runs/"))}
    return Inputs(
        code={
            f"salesnb/{n}": d[:16] for n, d in code.items() if n.endswith(".py") and not n.startswith(_ORCHESTRATION)
        },
        params={name: memo.sha256(path) for name, path in settings.params.files.items()},
        data=_data(settings, memo),
        packages=packages(),
        python=platform.python_version(),
        page=digest_of(page),
    )


def notebook_parts(
    notebook: Notebook,
    settings: Settings,
    inputs: Inputs,
    tables: Mapping[str, str],
    params_read: Iterable[str] | None = None,
) -> dict[str, str]:
    """The parts of a notebook's key. ``tables`` gives the sha256 of the tables it reads ("" where there is none), and
    of those it consults by :func:`elsewhere`.

    ``params_read`` narrows the parameters to the files an earlier run recorded; the names of all files always count,
    so that a file that came or went is never overlooked.
    """
    chosen = inputs.params if params_read is None else {n: inputs.params.get(n, "") for n in params_read}
    read = (*notebook.reads, *map(elsewhere, notebook.consults))
    return {
        "notebook": _source(notebook),
        "code": inputs.code_fingerprint(),
        "params": digest_of({"files": sorted(inputs.params), "content": chosen}),
        "data": digest_of(inputs.data),
        "tables": digest_of({name: tables.get(name, "") for name in read}),
        "packages": digest_of({"python": inputs.python, **inputs.packages}),
        "settings": digest_of(settings.parameters() | {"draft": str(settings.request.draft)}),
    }


def elsewhere(table: str) -> str:
    """What a table of other periods' versions is called beside this period's own."""
    return f"{table} (elsewhere)"


def packages() -> dict[str, str]:
    """Installed packages by normalised name, read from folder names: no package is opened."""
    found: dict[str, str] = {}
    for entry in sys.path:
        try:
            names = os.listdir(entry or ".")
        except OSError:  # a path entry that does not exist, or a zip
            continue
        for match in filter(None, map(_DIST.fullmatch, names)):
            name = re.sub(r"[-_.]+", "-", match["name"]).lower()
            if name != "salesnb":
                found.setdefault(name, match["version"])
    return dict(sorted(found.items()))


def _code(memo: HashMemo) -> dict[str, str]:
    files = (p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix != ".pyc" and "__pycache__" not in p.parts)
    return {name: memo.sha256(path) for name, path in sorted((p.relative_to(PACKAGE).as_posix(), p) for p in files)}


def _source(notebook: Notebook) -> str:
    """Hash of what a notebook says and does: sources, tags and contract; outputs and editor settings do not count."""
    data = json.loads(notebook.path.read_text(encoding="utf-8"))
    cells = [
        (cell.get("cell_type"), "".join(cell.get("source", "")), sorted(cell.get("metadata", {}).get("tags", [])))
        for cell in data["cells"]
    ]
    return digest_of([cells, data["metadata"]["salesnb"]])


def source_files(params: Params, name: str) -> list[Path]:
    """The files of one source; none for a database, nor for exports that a generator has yet to make.

    RunError where no file matches: intake would stop at it later.
    """
    company, folder = params.company, params.folder
    pattern = company.sources[name].file
    if pattern is None:
        return []
    if (folder / pattern).is_file():
        return [folder / pattern]
    whole = Path(pattern)
    base = Path(whole.anchor) if whole.is_absolute() else folder
    relative = str(whole.relative_to(base)) if whole.is_absolute() else pattern
    found = sorted(path for path in base.glob(relative) if path.is_file())
    if not found and not is_generated(params, pattern):
        raise RunError(
            Text(f"数据来源 {name} 的文件不存在：{pattern}", f"source {name}: no such file: {pattern}"),
            where=params.place("company", "sources", name, "file"),
            remedy=Text("把导出文件放到该位置，或修改 file", "put the export there, or change file"),
        )
    return found


def is_generated(params: Params, name: str) -> bool:
    """Whether a file of the unit is made by a generator (again, when its settings change)."""
    made = params.company.generated
    return made is not None and name.startswith(f"{made.folder}/")


def _data(settings: Settings, memo: HashMemo) -> dict[str, str]:
    """Every file the sources in company.yaml name, and the settings of a generator. A database cannot be hashed from
    here, so a unit that reads one is never unchanged."""
    company, folder = settings.params.company, settings.params.folder
    found: dict[str, str] = {}
    if company.generated is not None:
        found["generated"] = digest_of(company.generated.model_dump(mode="json"))
    for name, source in company.sources.items():
        if source.url is not None:
            found[f"{name}{DATABASE}"] = f"read {time.time_ns()}"
        for path in source_files(settings.params, name):
            found[_shown(path, folder)] = memo.sha256(path)
    return dict(sorted(found.items()))


def _shown(path: Path, folder: Path) -> str:
    """A data file's name without this machine's folders."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
