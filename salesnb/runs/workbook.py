"""``report.xlsx``: every table of the version on a sheet of its own, in the order of the notebooks that wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Text
from salesnb.model.lexicon import Lexicon, lexicon
from salesnb.model.tables import Column, Kind, TableContract, contract
from salesnb.report.spoken import speaking, words
from salesnb.runs.dag import Plan
from salesnb.runs.settings import Settings
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.tables import read_table, table_facts

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.excel import Book

_MOST_ROWS = 50_000  # half a second's work: meanwhile nobody hears that a notebook has ended
_SUFFIXES: tuple[tuple[str, Kind], ...] = (
    ("_id", "id"),
    ("_minor", "minor"),
    ("_rate", "rate"),
    ("_count", "count"),
    ("_days", "count"),
    ("_date", "date"),
    ("month", "month"),
)


class Tables:
    """Tables of one folder, each read when it is first asked for; nobody changes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = read_table(self.folder, name)
        return self._read[name]


class Report:
    """``report.xlsx`` as it grows: a sheet can be made once its table and all before it stand.

    Sheets made beforehand only spare time: where a table or the words have become others, all are made again.
    """

    def __init__(self, settings: Settings, plan: Plan) -> None:
        self._settings = settings
        self._order = [name for notebook in plan.notebooks for name in sorted(notebook.writes)]
        self._made: dict[str, str] = {}  # sha256 by table, in the order of the sheets
        self._words: Lexicon | None = None
        self._book: Book | None = None

    def grow(self, entries: Mapping[str, TableEntry], tables: Tables) -> bool:
        """Make the next sheet; False where its table does not stand yet, or takes too long to be made in passing."""
        name = next((name for name in self._order if name not in self._made), "")
        entry = entries.get(name)
        if entry is None or entry.rows > _MOST_ROWS:
            return False
        if self._words is None:
            self._begin(lexicon(self._settings.params, self._settings.lang))
        assert self._words is not None
        with speaking(self._words):
            self._add(name, entry, tables)
        return True

    def write(self, manifest: Manifest, stage: Path, tables: Tables) -> None:
        """Write it into ``stage``; tables longer than a sheet are named on the cover instead."""
        from salesnb.report.excel import MAX_ROWS, Cover

        held = {name: manifest.tables[name] for name in self._order if name in manifest.tables}
        if self._book is None or not self._serves(held):
            self._begin(words())
        for name, entry in held.items():
            if name not in self._made:
                self._add(name, entry, tables)
        lang = self._settings.lang
        lines = [
            (Text("公司", "Company"), self._settings.params.company.name.get(lang)),
            (Text("期间", "Period"), manifest.period),
            (Text("版本", "Version"), manifest.version),
            (Text("数据截至", "Data as of"), manifest.as_of),
            (Text("结论", "Conclusion"), manifest.headline),
            (
                Text("超出工作表行数、只在 CSV 中的表", "Too long for a sheet, as CSV only"),
                ", ".join(name for name, entry in held.items() if entry.rows >= MAX_ROWS),
            ),
        ]
        cover = Cover(
            Text("销售工作簿数据表", "Sales workbook tables").get(lang), [(k.get(lang), v) for k, v in lines if v]
        )
        assert self._book is not None
        self._book.finish(stage / "report.xlsx", cover)

    def _begin(self, said: Lexicon) -> None:
        from salesnb.report.excel import Book

        self._words, self._made = said, {}
        self._book = Book(self._settings.lang, self._settings.params.company.currency)

    def _add(self, name: str, entry: TableEntry, tables: Tables) -> None:
        from salesnb.report.excel import MAX_ROWS, Sheet

        book, self._book = self._book, None  # one in which a sheet could not be made is never written
        if book is not None and entry.rows < MAX_ROWS:
            book.add(Sheet(table_contract(name, tables[name], tables.folder), tables[name]))
        self._made[name] = entry.sha256
        self._book = book

    def _serves(self, held: Mapping[str, TableEntry]) -> bool:
        """Whether the sheets there are are the first of those of ``held``, in the words spoken now."""
        now = words()
        is_said = self._words is not None and (self._words.lang, self._words.words) == (now.lang, now.words)
        first = [(name, entry.sha256) for name, entry in held.items()][: len(self._made)]
        return is_said and first == list(self._made.items())


def table_contract(name: str, frame: pd.DataFrame, folder: Path) -> TableContract:
    """The table's contract; for a unit's own table one read off its columns by the house's suffixes."""
    try:
        return contract(name)
    except DataError:
        columns = tuple(_column(column, frame[column]) for column in frame.columns)
        return TableContract(name, tuple(table_facts(folder, name)[1]), columns, Text(name, name))


def _column(name: str, values: pd.Series) -> Column:
    import pandas as pd

    is_date = pd.api.types.is_datetime64_any_dtype(values)
    is_flag = pd.api.types.is_bool_dtype(values)
    is_number = pd.api.types.is_numeric_dtype(values)
    kind: Kind = "date" if is_date else "flag" if is_flag else "number" if is_number else "text"
    for suffix, by_name in _SUFFIXES:
        if name.endswith(suffix) and (is_number == (by_name in ("minor", "rate", "count"))) and not is_flag:
            kind = by_name
            break
    return Column(name, "date" if is_date else kind, Text(name, name), optional=True)
