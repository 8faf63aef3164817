"""Folders of those who may read only their own: ``region/ID`` and ``person/ID`` of a version (R79).

Tables are narrowed first; page and workbook are made from what is left, so nothing else can be in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from salesnb.model.audience import calendar_file, folder_name
from salesnb.model.errors import Text
from salesnb.model.tables import TableContract
from salesnb.runs.comparison import made_words
from salesnb.runs.dag import Plan
from salesnb.runs.directory import BOOK, CALENDAR, PAGE, files_of
from salesnb.runs.reuse import Reuse
from salesnb.runs.settings import Settings
from salesnb.runs.spare import CELLS, Spare, readers_of
from salesnb.runs.workbook import Tables, table_contract
from salesnb.versions.manifest import Manifest

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.own import Shared
    from salesnb.report.page import PageContext
    from salesnb.versions.narrow import Rule
    from salesnb.versions.part import Part
    from salesnb.versions.readers import Reader

_NAMING = ("nodes", "people", "review_pace", "rule_status", CELLS)  # who reads, and what names and periods pages say
_KINDS = ("year", "half", "quarter", "month", "week", "day")


class Unwritten(Exception):
    """A reader's folder could not be written; ``why`` is what was raised."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True)
class Audiences:
    """The readers that company.yaml asks for; the folder of each can be written apart from the others'."""

    settings: Settings
    manifest: Manifest
    source: _Source
    readers: tuple[Reader, ...]
    known: _Known | None = None

    def write(self, reader: Reader) -> None:
        """Write one reader's folder; none for a reader without a row in any table. Raises Unwritten."""
        try:
            if self.known is None or not self.known.write(self.settings, reader, self._folder(reader)):
                _write(self.settings, self.manifest, self.source, reader, self._folder(reader))
        except Exception as error:
            raise Unwritten(error) from error

    def written(self) -> list[tuple[Reader, Path]]:
        """Readers that have a folder, and where it is."""
        return [(reader, self._folder(reader)) for reader in self.readers if self._folder(reader).is_dir()]

    def _folder(self, reader: Reader) -> Path:
        return self.source.stage / reader.level / folder_name(reader.node)


def audiences_of(
    settings: Settings, manifest: Manifest, plan: Plan, spare: Spare, reuse: Reuse | None = None
) -> Audiences | None:
    """Who gets a folder in the stage, from the version's tables and what ``spare`` has made of them already.

    ``plan`` names the tables that a unit's own notebooks share with regions and people; ``reuse`` holds the folders of
    the version before. None where nobody is asked for or the version holds no roster (``people``): without one nobody's
    rows are known.
    """
    if not are_wanted(settings, manifest):
        return None
    source = _source(settings, manifest, plan, spare)
    cells = spare.tables[CELLS] if CELLS in manifest.tables else None
    known = _known(reuse, source)
    return Audiences(settings, manifest, source, readers_of(settings, spare.tables["people"], cells), known)


def are_wanted(settings: Settings, manifest: Manifest) -> bool:
    """Whether company.yaml asks for folders and the version holds the roster and names they are made by."""
    return bool(settings.params.company.audiences.levels) and {"people", "nodes"} <= manifest.tables.keys()


@dataclass(frozen=True)
class _Source:
    """What all readers' folders are made from: tables, names and the judged periods in words."""

    stage: Path
    spare: Spare
    held: tuple[str, ...]
    names: dict[tuple[str, str], str]
    scopes: dict[str, str]
    rules: Mapping[str, Rule]
    shared: dict[str, Shared]

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that have a row for somebody, as far as readers see them."""
        found = {name: self.whole(self.spare, name) for name in self.held}
        return {name: frame for name, frame in found.items() if len(frame)}

    def whole(self, spare: Spare, name: str) -> pd.DataFrame:
        """A table of ``spare`` before it is narrowed; one that a unit's own notebook shares is as it stands."""
        return spare.tables[name] if name in self.shared else spare.shown(name)

    def own(self, spare: Spare, name: str, frame: pd.DataFrame, reader: Reader) -> Part | None:
        """The part of a table of ``spare`` that ``reader`` may see."""
        return spare.own(name, frame, reader, self.rules[name])


@dataclass(frozen=True)
class _Known:
    """Readers' folders of the version before; ``changed`` are the tables that are not the same in both versions."""

    reuse: Reuse
    source: _Source
    changed: tuple[str, ...]

    def write(self, settings: Settings, reader: Reader, folder: Path) -> bool:
        """Write a reader's folder as the version before has it; False where the reader has other rows now."""
        reuse = self.reuse
        place = PurePosixPath(reader.level, folder.name)
        book = reuse.book(place / BOOK) if self._are_same(reader) else None
        if book is None:
            return False
        folder.mkdir(parents=True, exist_ok=True)
        _calendar(self.source.stage, reader, folder)
        (folder / BOOK).write_bytes(book)
        before = _context(settings, reuse.before, reuse.folder.joinpath(place))
        text = reuse.page(place / PAGE, before, _context(settings, reuse.now, folder))
        if text is not None:
            (folder / PAGE).write_text(text, encoding="utf-8", newline="\n")
        return text is not None

    def _are_same(self, reader: Reader) -> bool:
        """Whether the reader sees of every changed table what they saw before."""
        source, spares = self.source, (self.reuse.spare, self.source.spare)
        for name in self.changed:
            old, new = (source.own(spare, name, source.whole(spare, name), reader) for spare in spares)
            if old is None or new is None:
                if old is not new:
                    return False
            elif not old.frame.equals(new.frame) or list(old.frame.dtypes) != list(new.frame.dtypes):
                return False
        return True


def _known(reuse: Reuse | None, source: _Source) -> _Known | None:
    """What the version before holds for readers; None where every folder has to be made: other readers, other names,
    other tables at all, or a unit's own notebook that shares some."""
    if reuse is None or source.shared or not reuse.holds(_NAMING):
        return None
    changed = reuse.changed({*source.rules, *source.held})
    is_there = all(name in side.tables for name in changed for side in (reuse.before, reuse.now))
    return _Known(reuse, source, tuple(changed)) if is_there else None


def _source(settings: Settings, manifest: Manifest, plan: Plan, spare: Spare) -> _Source:
    """The version's tables that some reader may see a part of; rows of nodes that are nobody's own are left out."""
    from salesnb.report.own import Shared
    from salesnb.versions.narrow import RULES, rule_for

    tables, stage = spare.tables, spare.stage
    held = [name for name in RULES if name in manifest.tables]
    shared, rules = dict[str, Shared](), dict(RULES)
    for notebook in plan.notebooks:
        for name, levels in notebook.shares.items():
            if name in manifest.tables:
                frame = tables[name]
                held += [name] if name not in held else []
                rules[name] = rule_for(name, frame.columns, levels)
                columns = table_contract(name, frame, stage / "tables").columns
                shared[name] = Shared(notebook.title.get(settings.lang) or notebook.name, columns)
    names, scopes = _names(manifest, tables), _scopes(manifest, tables, settings.lang)
    return _Source(stage, spare, tuple(held), names, scopes, rules, shared)


def _names(manifest: Manifest, tables: Tables) -> dict[tuple[str, str], str]:
    """Names of nodes, and rules in their planner's words."""
    nodes = tables["nodes"][["dimension", "node_id", "name"]]
    out = {(str(d), str(n)): str(name) for d, n, name in nodes.itertuples(index=False)}
    if "rule_status" in manifest.tables:
        rules = tables["rule_status"][["rule_id", "text"]].dropna()
        out |= {("rule_id", str(rule)): str(text) for rule, text in rules.itertuples(index=False)}
    return out


def _write(settings: Settings, manifest: Manifest, source: _Source, reader: Reader, folder: Path) -> None:
    """One reader's folder; none for a reader without a row in any table."""
    from salesnb.report import own
    from salesnb.versions.narrow import names_for
    from salesnb.versions.part import Frames

    narrow = ((name, source.own(source.spare, name, frame, reader)) for name, frame in source.tables.items())
    parts = {name: part for name, part in narrow if part is not None}
    if not parts:
        return
    folder.mkdir(parents=True, exist_ok=True)
    _calendar(source.stage, reader, folder)
    _workbook(settings, manifest, source.stage, reader, parts, folder / BOOK)
    page = own.Own(
        dimension=f"{reader.level}_id",
        node=reader.node,
        name=reader.name,
        lang=settings.lang,
        currency=settings.params.company.currency,
        frames=Frames(parts),
        names=names_for(parts, source.names, reader),
        scopes=source.scopes,
        shared=source.shared,
    )
    text = own.render(page, _context(settings, manifest, folder))
    (folder / PAGE).write_text(text, encoding="utf-8", newline="\n")


def _calendar(stage: Path, reader: Reader, folder: Path) -> None:
    """The reader's own calendar file, where the action plan made one."""
    own = stage / calendar_file(reader.node)
    if reader.level == "person" and own.is_file():
        (folder / CALENDAR).write_bytes(own.read_bytes())


def _scopes(manifest: Manifest, tables: Tables, lang: str) -> dict[str, str]:
    """The periods a review judges, the longest first, in words."""
    from salesnb.report.sentences.words import span

    if "review_pace" not in manifest.tables:
        return {}
    pace = tables["review_pace"]
    pace = pace[pace["start_date"].notna() & pace["through_date"].notna()]
    order = sorted(pace.to_dict("records"), key=lambda row: _KINDS.index(row["kind"]) if row["kind"] in _KINDS else 9)
    out = {}
    for row in order:
        first, last = row["start_date"], row["through_date"]
        is_whole = first.is_month_start and last.is_month_end
        words = f"{first:%Y-%m}–{last:%Y-%m}" if is_whole else f"{first:%Y-%m-%d}–{last:%Y-%m-%d}"
        out[str(row["scope"])] = span(words, lang)
    return out


def _context(settings: Settings, manifest: Manifest, folder: Path) -> PageContext:
    """The frame of a reader's page: no link leads out of the reader's folder, no note of the whole company is in it."""
    from salesnb.report.page import Link, PageContext

    lang = settings.lang
    draft = Text("草稿：使用未批准的目标，不作考核依据。", "Draft: targets are not approved.").get(lang)
    return PageContext(
        lang=lang,
        company=settings.params.company.name.get(lang),
        period=settings.period.text,
        version=manifest.version,
        state="draft" if manifest.draft else "published",
        notices=(draft,) if manifest.draft else (),
        links=tuple(Link(label, href) for label, href in files_of(folder, lang) if href != PAGE),
        stamp=made_words(settings.params, manifest, lang),
    )


def _workbook(
    settings: Settings,
    manifest: Manifest,
    stage: Path,
    reader: Reader,
    parts: Mapping[str, Part],
    path: Path,
) -> None:
    from salesnb.report.excel import MAX_ROWS, Cover, Sheet, write_workbook

    lang = settings.lang
    lines = [
        (Text("公司", "Company"), settings.params.company.name.get(lang)),
        (Text("读者", "Reader"), reader.name),
        (Text("期间", "Period"), manifest.period),
        (Text("版本", "Version"), manifest.version),
        (Text("数据截至", "Data as of"), manifest.as_of),
    ]
    cover = Cover(
        Text("目标、进展与行动", "Targets, progress, actions").get(lang), [(k.get(lang), v) for k, v in lines]
    )
    kept = {name: part for name, part in parts.items() if len(part) < MAX_ROWS}
    sheets = [Sheet(_contract(name, part, stage / "tables"), part) for name, part in kept.items()]
    write_workbook(path, sheets, lang, cover, settings.params.company.currency)


def _contract(name: str, part: Part, folder: Path) -> TableContract:
    """The table's contract with the columns that are left."""
    whole, held = table_contract(name, part.whole.frame, folder), set(part.columns)
    columns = tuple(column for column in whole.columns if column.name in held)
    return TableContract(name, tuple(key for key in whole.keys if key in held), columns, whole.label)
