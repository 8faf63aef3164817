"""What a notebook left in the stage: its tables, compared with what it declared, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path, PurePath
from typing import Any

from salesnb.model.errors import Place, RunError, Text
from salesnb.runs.child import reads_of
from salesnb.runs.dag import Notebook
from salesnb.versions.manifest import TableEntry
from salesnb.versions.snapshot import masked
from salesnb.versions.tables import sha256_of, table_facts, table_names


def table_digests(stage: Path, without: Collection[str] = ()) -> dict[str, str]:
    """sha256 of every table in the stage, those named ``without`` left out."""
    tables = stage / "tables"
    return {name: sha256_of(tables / f"{name}.parquet") for name in table_names(tables) if name not in without}


def gather_tables(
    notebook: Notebook, stage: Path, before: Mapping[str, str], others: Collection[str] = ()
) -> dict[str, TableEntry]:
    """The tables ``notebook`` wrote. RunError when they are not exactly those it declares in ``writes``.

    ``before`` gives the tables there were when it began, ``others`` those that notebooks beside it write.
    """
    after = table_digests(stage, others)
    missing = sorted(set(notebook.writes) - set(after))
    foreign = sorted(name for name in after if name not in notebook.writes and after[name] != before.get(name))
    foreign += sorted(name for name in before if name not in after)
    if missing or foreign:
        raise RunError(
            Text(
                f"声明写出的表与实际不符：缺少 {missing or '无'}，多写或改动了 {foreign or '无'}",
                f"the tables written are not those declared: missing {missing or 'none'}, foreign {foreign or 'none'}",
            ),
            where=Place(file=notebook.shown, key="metadata.salesnb.writes"),
            why=Text("其他笔记本按声明读取这些表", "other notebooks rely on what is declared"),
            remedy=Text("让 writes 与最后一格 write(...) 一致", "make writes equal to the last cell's write(...)"),
        )
    entries = {}
    for name in sorted(notebook.writes):
        rows, keys = table_facts(stage / "tables", name)
        entries[name] = TableEntry(rows=rows, sha256=after[name], keys=keys, writer=notebook.name)
    return entries


def gather_facts(notebook: Notebook, stage: Path) -> dict[str, Any]:
    """What the notebook says of itself; empty for one that says nothing. RunError when the file is no JSON object."""
    for stem in (notebook.stage, notebook.name):
        path = stage / "facts" / f"{stem}.json"
        if path.is_file():
            try:
                facts = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                facts = error
            if isinstance(facts, dict):
                return dict(masked(facts))
            raise RunError(
                Text("笔记本的摘要不是 JSON 对象", "the notebook's summary is not a JSON object"),
                where=Place(file=f"facts/{path.name}"),
            )
    return {}


def params_read(workdir: Path, unit: str) -> list[str] | None:
    """Parameter files the kernel that worked in ``workdir`` opened, by their names in the unit's folder.

    None when that is not known: then all of them count.
    """
    try:
        lines = Path(reads_of(workdir)).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    below = [PurePath(line).as_posix().partition("/") for line in lines]
    return None if "?" in lines else sorted({name for folder, _, name in below if folder == unit and name})
