"""``report.xlsx``: every table of the version on a sheet of its own, in the order of the notebooks that wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Text
from salesnb.model.tables import Column, Kind, TableContract, contract
from salesnb.runs.dag import Plan
from salesnb.runs.settings import Settings
from salesnb.versions.manifest import Manifest
from salesnb.versions.tables import read_table, table_facts

if TYPE_CHECKING:
    import pandas as pd

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


def write_excel(settings: Settings, plan: Plan, manifest: Manifest, stage: Path, tables: Tables) -> None:
    """Write ``report.xlsx`` into ``stage``; tables longer than a sheet are named on the cover instead."""
    from salesnb.report.excel import MAX_ROWS, Cover, Sheet, write_workbook

    lang = settings.lang
    sheets, left_out = [], []
    for notebook in plan.notebooks:
        for name in sorted(notebook.writes):
            if name not in manifest.tables:
                continue
            if manifest.tables[name].rows >= MAX_ROWS:
                left_out.append(name)
                continue
            sheets.append(Sheet(table_contract(name, tables[name], tables.folder), tables[name]))
    lines = [
        (Text("公司", "Company"), settings.params.company.name.get(lang)),
        (Text("期间", "Period"), manifest.period),
        (Text("版本", "Version"), manifest.version),
        (Text("数据截至", "Data as of"), manifest.as_of),
        (Text("结论", "Conclusion"), manifest.headline),
        (Text("超出工作表行数、只在 CSV 中的表", "Too long for a sheet, as CSV only"), ", ".join(left_out)),
    ]
    cover = Cover(
        Text("销售工作簿数据表", "Sales workbook tables").get(lang), [(k.get(lang), v) for k, v in lines if v]
    )
    write_workbook(stage / "report.xlsx", sheets, lang, cover, settings.params.company.currency)


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
