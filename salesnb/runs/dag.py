"""Which notebooks a period needs and in which order: read from the notebooks' own metadata, checked before any runs.

Every notebook states ``salesnb: {stage, periods, reads, writes}`` and may say ``when: plan`` or ``when: review``; a
table has one writer, and whoever reads a table comes after it. A unit's own notebooks in ``params/UNIT/notebooks``
join the shipped ones; ``shares: {own_table: [region, person]}`` lets each region and person read its own rows;
``only_with: {table: decomposition.caps}`` says that a table is not read where that parameter is not set;
``consults: [table]`` names a table read only from the versions of the year, half or quarter that a period lies in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from salesnb.model.errors import Place, RunError, Text
from salesnb.model.periods import Kind

_NAME = re.compile(r"[^\W_][\w\-]{0,63}", re.UNICODE)
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEYS = ("stage", "periods", "reads", "writes")
_WHEN = ("plan", "review")  # optional key ``when``; without it a notebook serves both
_OPTIONAL = {"when", "shares", "only_with", "consults"}
_PARAMETER = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_LEVELS = ("region", "person")


@dataclass(frozen=True)
class Notebook:
    """A notebook of the sequence. ``shown`` is its path as the user knows it; ``own`` marks a unit's own."""

    name: str
    path: Path
    stage: str
    periods: frozenset[Kind]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    own: bool
    shown: str
    title: dict[str, str] = field(default_factory=dict, compare=False)
    when: str = ""
    shares: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # table → levels of readers
    only_with: dict[str, str] = field(default_factory=dict, hash=False)  # table it reads → parameter that makes it
    consults: tuple[str, ...] = ()

    def serves(self, kind: Kind, planning: bool) -> bool:
        """Whether it belongs to a plan (or a review) of a period of ``kind``."""
        return kind in self.periods and self.when in ("", _WHEN[0] if planning else _WHEN[1])

    def place(self) -> Place:
        """Where it stands."""
        return Place(file=self.shown)


@dataclass(frozen=True)
class Plan:
    """The notebooks of one period in order; ``outer`` are tables read from other periods' versions."""

    notebooks: tuple[Notebook, ...]
    outer: frozenset[str]

    @property
    def consulted(self) -> frozenset[str]:
        """Tables that are read from other periods' versions even where this period writes its own."""
        return frozenset(table for notebook in self.notebooks for table in notebook.consults)

    def after(self, failed: str) -> set[str]:
        """Names of all notebooks that depend on ``failed``, directly or through others."""
        lost = {failed}
        for notebook in self.notebooks:
            if any(
                writes & set(notebook.reads) for writes in (set(n.writes) for n in self.notebooks if n.name in lost)
            ):
                lost.add(notebook.name)
        return lost - {failed}


def discover(shipped: Path, own: Path) -> tuple[list[Notebook], list[str]]:
    """All notebooks of both folders by name, and the files left out because they state no ``salesnb`` metadata.

    Raises RunError for a file that is no notebook, wrong metadata, or a name that exists in both folders.
    """
    found: dict[str, Notebook] = {}
    ignored: list[str] = []
    for folder, is_own in ((shipped, False), (own, True)):
        for path in sorted(folder.glob("*.ipynb")) if folder.is_dir() else []:
            shown = f"{'/'.join(folder.parts[-3:])}/{path.name}" if is_own else f"{folder.name}/{path.name}"
            data = _json(path, shown)
            stated = data.get("metadata", {}).get("salesnb")
            if stated is None:
                ignored.append(shown)
                continue
            notebook = _notebook(path, shown, data, stated, is_own)
            if notebook.name in found:
                raise RunError(
                    Text(f"笔记本 {notebook.name} 有两份", f"there are two notebooks called {notebook.name}"),
                    where=notebook.place(),
                    why=Text(f"另一份是 {found[notebook.name].shown}", f"the other is {found[notebook.name].shown}"),
                    remedy=Text("给单位自己的笔记本换个名称", "rename the unit's own notebook"),
                )
            found[notebook.name] = notebook
    return [found[name] for name in sorted(found)], ignored


def sequence(
    notebooks: Sequence[Notebook], kind: Kind, known_tables: Iterable[str] = (), planning: bool = True
) -> Plan:
    """The notebooks that serve a plan (or a review) of ``kind``, writers before readers, otherwise by name.

    Second writers and cycles are refused wherever they stand, tables that nobody writes (and that are not among
    ``known_tables``) likewise; RunError names all notebooks involved.
    """
    writers = _writers(notebooks)
    _all_written(notebooks, writers, frozenset(known_tables))
    _ordered(notebooks, writers)
    serving = [n for n in notebooks if n.serves(kind, planning)]
    names = {n.name for n in serving}
    outer = {t for n in serving for t in n.reads if t in writers and writers[t].name not in names}
    return Plan(tuple(_ordered(serving, writers)), frozenset(outer))


def _writers(notebooks: Sequence[Notebook]) -> dict[str, Notebook]:
    writers: dict[str, Notebook] = {}
    for notebook in notebooks:
        for table in notebook.writes:
            if table in writers:
                first = writers[table]
                raise RunError(
                    Text(
                        f"表 {table} 有两个写入者：{first.name} 和 {notebook.name}",
                        f"table {table} has two writers: {first.name} and {notebook.name}",
                    ),
                    where=notebook.place(),
                    why=Text(
                        "一张表只能由一个笔记本写出，否则结果取决于先后", "the result would depend on who runs last"
                    ),
                    remedy=Text(
                        "从其中一个的 writes 中去掉，或换个表名", "drop it from one's writes or rename the table"
                    ),
                )
            writers[table] = notebook
    return writers


def _all_written(notebooks: Sequence[Notebook], writers: dict[str, Notebook], known: frozenset[str]) -> None:
    for notebook in notebooks:
        for table in (*notebook.reads, *notebook.consults):
            if table not in writers and table not in known:
                close = get_close_matches(table, [*writers, *known], 1)
                raise RunError(
                    Text(
                        f"{notebook.name} 读取表 {table}，但没有笔记本写出它",
                        f"{notebook.name} reads table {table}, which no notebook writes",
                    ),
                    where=notebook.place(),
                    remedy=Text(f"是否指 {close[0]}？", f"did you mean {close[0]}?") if close else None,
                )


def _ordered(notebooks: Sequence[Notebook], writers: dict[str, Notebook]) -> list[Notebook]:
    names = {n.name: n for n in notebooks}
    before = {
        n.name: sorted({writers[t].name for t in n.reads if t in writers and writers[t].name in names})
        for n in notebooks
    }
    done: list[Notebook] = []
    placed: set[str] = set()
    while len(done) < len(names):
        ready = [name for name in sorted(names) if name not in placed and placed.issuperset(before[name])]
        if not ready:
            raise _cycle(before, placed, names)
        done.append(names[ready[0]])
        placed.add(ready[0])
    return done


def _cycle(before: dict[str, list[str]], placed: set[str], names: dict[str, Notebook]) -> RunError:
    """Walk upstream from any notebook that cannot be placed until one comes twice: that stretch is the cycle."""
    walk = [min(set(before) - placed)]
    while True:
        upstream = next(name for name in before[walk[-1]] if name not in placed)
        if upstream in walk:
            circle = [*walk[walk.index(upstream) :], upstream][::-1]
            break
        walk.append(upstream)
    said = " → ".join(circle)
    return RunError(
        Text(f"笔记本互相等待：{said}", f"notebooks wait for each other: {said}"),
        where=names[circle[0]].place(),
        why=Text("箭头表示前者写出后者要读的表", "an arrow means the first writes what the second reads"),
        remedy=Text("去掉其中一个 reads 或 writes", "remove one of the reads or writes"),
    )


def _json(path: Path, shown: str) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or not isinstance(data.get("cells"), list) or data.get("nbformat") != 4:
            raise ValueError("not a notebook of format 4")
    except (OSError, ValueError) as error:
        raise RunError(
            Text(f"笔记本无法读取：{error}", f"the notebook cannot be read: {error}"), where=Place(file=shown)
        ) from error
    return data


def _notebook(path: Path, shown: str, data: dict[str, Any], stated: Any, own: bool) -> Notebook:
    _check_stated(path.stem, shown, stated)
    _check_shares(shown, stated, own)
    _check_conditions(shown, stated)
    return Notebook(
        name=path.stem,
        path=path,
        stage=stated["stage"],
        periods=frozenset(map(Kind, stated["periods"])),
        reads=tuple(stated["reads"]),
        writes=tuple(stated["writes"]),
        own=own,
        shown=shown,
        title=_titles(data["cells"]),
        when=stated.get("when", ""),
        shares={table: tuple(levels) for table, levels in stated.get("shares", {}).items()},
        only_with=dict(stated.get("only_with", {})),
        consults=tuple(stated.get("consults", [])),
    )


def _check_stated(name: str, shown: str, stated: Any) -> None:
    """RunError naming the first thing wrong with a notebook's name or metadata."""
    if not _NAME.fullmatch(name):
        raise _refused(shown, Text(f"笔记本名称 {name!r} 不可用", f"notebook name {name!r} cannot be used"))
    if not isinstance(stated, dict) or set(stated) - _OPTIONAL != set(_KEYS):
        odd = sorted((set(stated) - _OPTIONAL) ^ set(_KEYS)) if isinstance(stated, dict) else stated
        raise _refused(shown, Text(f"元数据 salesnb 的键不对：{odd}", f"metadata salesnb has wrong keys: {odd}"))
    wrong = [key for key in (*_KEYS[1:], "consults") if not _is_texts(stated.get(key, []))]
    if wrong or not isinstance(stated["stage"], str):
        odd = wrong or "stage"
        raise _refused(shown, Text(f"{odd} 应为文字（列表）", f"{odd} must be (a list of) text"))
    tables = [(key, table, _TABLE) for key in ("reads", "writes", "consults") for table in stated.get(key, [])]
    for key, text, pattern in [("stage", stated["stage"], _NAME), *tables]:
        if not pattern.fullmatch(text):
            raise _refused(shown, Text(f"{key} 的名称 {text!r} 不可用", f"name {text!r} in {key} cannot be used"))
    if stated.get("when", _WHEN[0]) not in _WHEN:
        raise _refused(shown, Text(f"when 只能是 {'、'.join(_WHEN)}", f"when is one of {', '.join(_WHEN)}"))
    unknown = sorted(set(stated["periods"]) - {kind.value for kind in Kind})
    if unknown or not stated["periods"]:
        raise _refused(shown, Text(f"没有期间类型 {unknown}", f"there is no kind of period {unknown}"))


def _check_shares(shown: str, stated: dict[str, Any], own: bool) -> None:
    """RunError where ``shares`` names what the notebook does not write or nobody it may: shipped tables have rules."""
    shares = stated.get("shares", {})
    if not isinstance(shares, dict) or (shares and not own):
        raise _refused(shown, Text("shares 只用于单位自己的笔记本", "shares is for a unit's own notebooks"))
    for table, levels in shares.items():
        if table not in stated["writes"]:
            raise _refused(shown, Text(f"shares 中的 {table} 不在 writes 中", f"{table} in shares is not in writes"))
        if not _is_texts(levels) or not levels or set(levels) - set(_LEVELS):
            raise _refused(shown, Text("shares 的读者只能是 region、person", "readers in shares are region, person"))


def _check_conditions(shown: str, stated: dict[str, Any]) -> None:
    """RunError where ``only_with`` names what the notebook does not read, or no parameter."""
    conditions = stated.get("only_with", {})
    if not isinstance(conditions, dict) or set(conditions) - set(stated["reads"]):
        raise _refused(shown, Text("only_with 只能写 reads 中的表", "only_with names tables of reads"))
    if not all(isinstance(name, str) and _PARAMETER.fullmatch(name) for name in conditions.values()):
        raise _refused(shown, Text("only_with 的参数写成 decomposition.caps", "only_with: write decomposition.caps"))


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _refused(shown: str, what: Text) -> RunError:
    return RunError(
        what,
        where=Place(file=shown, key="metadata.salesnb"),
        remedy=Text(
            "写成 {stage, periods, reads, writes}，例如 periods: [year, month]",
            "write {stage, periods, reads, writes}, e.g. periods: [year, month]",
        ),
    )


def _titles(cells: list[Any]) -> dict[str, str]:
    """The first heading of each language: ``# …`` in a markdown cell tagged ``zh`` or ``en``."""
    titles: dict[str, str] = {}
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            head = "".join(cell.get("source", "")).split("\n")[0]
            for lang in ("zh", "en"):
                if lang in cell.get("metadata", {}).get("tags", []) and head.startswith("# "):
                    titles.setdefault(lang, head[2:].strip())
    return titles
