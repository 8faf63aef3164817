"""The door of the room: a unit's facts as checked tables, imported when their sources, map or code changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.intake import cache
from salesnb.model.errors import DataError, ParamsError, Place, Text
from salesnb.model.params import Params, load_unit
from salesnb.model.periods import Window
from salesnb.model.places import outputs_dir

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.ruled import Move
    from salesnb.intake.tables.parts import Apart
    from salesnb.model.params.company import Company

IMPORTS = "_imports"


@dataclass(frozen=True)
class Facts:
    """One import of a unit. ``fingerprint`` names exactly what went in; ``folder`` holds ``NAME.parquet`` and the CSV
    twins of what people read (``findings.csv``, ``set_aside.csv``, ``import_ledger.csv``)."""

    unit: str
    folder: Path
    fingerprint: str
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    credited: tuple[Path, Path] | None = field(default=None, repr=False)

    def ruled(self, moves: Sequence[Move]) -> Facts:
        """These facts with credit where rulings put it (see :mod:`salesnb.intake.ruled`): sums by person, team, region
        and dealer follow from the day each was decided; order lines and the company's sums stay as they are."""
        from salesnb.intake import ruled

        if not moves:
            return self
        return replace(self, credited=ruled.write(self._lines, self._path("people"), moves, self.folder))

    def moved(self, as_of: date) -> pd.DataFrame | None:
        """What the rulings known on ``as_of`` moved; None where none moves anything."""
        from salesnb.intake import ruled

        return None if self.credited is None else ruled.moved(self.credited[1], as_of)

    def has(self, name: str) -> bool:
        """Whether the sources gave table ``name``."""
        return self._path(name).is_file()

    def table(self, name: str, as_of: date | None = None) -> pd.DataFrame:
        """The table in contract form, sorted by its keys; with ``as_of`` only what was known on that day.

        A table the sources do not give is empty. DataError for a name that is no contract.
        """
        from salesnb.intake import stored

        return stored.table(self.folder, name, as_of)

    def known_later(self, as_of: date) -> int:
        """How many order lines of this import became known after ``as_of`` and are in no answer as of that day."""
        from salesnb.intake import stored

        return stored.known_later(self.folder, as_of)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """Everything the quality gate noticed, gravest first."""
        return self.table("findings")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Rows and money read, kept and set aside, file by file."""
        return self.table("import_ledger")

    @property
    def set_aside(self) -> Path:
        """CSV of every row that is not in the tables, with file, row and reason."""
        return self.folder / "set_aside.csv"

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Facts about the import itself: first and last day, when it was made, by which sources."""
        return dict(json.loads((self.folder / "meta.json").read_text(encoding="utf-8")))

    def names(self, dimension: str) -> dict[str, str]:
        """Names of a dimension's nodes by id; ``dimension`` is an id column such as ``region_id``."""
        nodes = self.table("nodes")
        own = nodes[nodes["dimension"] == dimension]
        return dict(zip(own["node_id"], own["name"], strict=True))

    def parents(self, dimension: str) -> dict[str, str]:
        """Parents of a dimension's nodes by id, for those that have one."""
        nodes = self.table("nodes")
        own = nodes[(nodes["dimension"] == dimension) & nodes["parent_id"].notna()]
        return dict(zip(own["node_id"], own["parent_id"], strict=True))

    def sums(self, by: Sequence[str], windows: Sequence[Window], as_of: date) -> pd.DataFrame:
        """Sales by window and dimensions as known on ``as_of`` (see :func:`salesnb.intake.sums.sums`)."""
        from salesnb.intake import sums

        return sums.sums(self._stack, by, windows, as_of)

    def months(self, by: Sequence[str], as_of: date) -> pd.DataFrame:
        """Sales by settlement month and dimensions (see :func:`salesnb.intake.sums.months`)."""
        from salesnb.intake import sums

        return sums.months(self._stack, by, as_of)

    def first_orders(self, as_of: date) -> pd.DataFrame:
        """Each customer's first order (see :func:`salesnb.intake.sums.first_orders`)."""
        from salesnb.intake import sums

        return sums.first_orders(self._lines, as_of)

    def activity(self, entity: str, as_of: date) -> pd.DataFrame:
        """Months in which customers ordered or people sold (see :func:`salesnb.intake.sums.activity`)."""
        from salesnb.intake import sums

        return sums.activity(self._lines, entity, as_of)

    def basis_bridge(self, company: Company, as_of: date) -> pd.DataFrame:
        """Signed, shipped, invoiced, received and what lies between (see :mod:`salesnb.intake.basis_bridge`)."""
        from salesnb.intake import basis_bridge

        return basis_bridge.basis_bridge(self, self._lines, company, as_of)

    def ledger_check(self, company: Company, as_of: date) -> pd.DataFrame:
        """Sales against the general ledger, month by month (see :func:`salesnb.intake.ledger_check.ledger_check`)."""
        from salesnb.intake import ledger_check

        return ledger_check.ledger_check(self._lines, self.table("general_ledger"), company, as_of)

    def orders(self, start: date, end: date, as_of: date) -> pd.DataFrame:
        """Lines by order, person and product line (see :func:`salesnb.intake.orders.orders`)."""
        from salesnb.intake import orders

        return orders.orders(self._stack, start, end, as_of)

    @property
    def _stack(self) -> list[Path]:
        """The order lines and, where rulings moved credit, the lines that move it."""
        return [self._lines] if self.credited is None else [self._lines, self.credited[0]]

    @property
    def _lines(self) -> Path:
        path = self._path("sales_lines")
        if not path.is_file():
            raise DataError(
                Text("没有订单明细", "there are no order lines"),
                where=Place(file=f"{self.unit}/company.yaml", key="sources"),
                remedy=Text(
                    "在 sources 中加一个 table: sales_lines 的来源；只有商机时映射 stage、closed_date、amount，"
                    "赢单即作销售",
                    "add a source with table: sales_lines; where there are only deals, map stage, closed_date and"
                    " amount: won deals are then the sales",
                ),
            )
        return path

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def load(unit: str) -> Facts:
    """The facts of ``unit``, imported first if its sources, their map or the code changed since.

    Raises ParamsError for a faulty company.yaml; DataError when a file or indispensable column is missing, or when a
    finding of severity "stop" stands: it names the first of them and the file that holds all.
    """
    params = load_unit(unit)
    _check_map(params)
    folder = outputs_dir() / unit / IMPORTS
    with cache.locked(folder, _helping(params, folder)):
        _generate(params)
        company = _snapshots(params.company, folder)
        files = source_files(params, company)
        prints = cache.fingerprints(files, folder)
        name = cache.key(_mapping(company), prints)
        if not (folder / name / "meta.json").is_file():
            from salesnb.intake import importing
            from salesnb.intake.tables.parts import Import

            cache.clean_parts(folder)
            ledger = folder / "known.parquet"
            with cache.building(folder, name) as target:
                importing.run(params.company, Import(company, params.folder, target, prints, ledger), files, name)
            cache.next_becomes_current(ledger)
    facts = Facts(unit, folder / name, name, prints)
    _refuse_stops(facts)
    return facts


def _helping(params: Params, folder: Path) -> Callable[[], None] | None:
    """What to do while another process imports: make the part of the import that it offers; None for a unit whose
    databases only the importer asks."""
    from salesnb.intake.sharing import Helper

    if any(source.url is not None for source in params.company.sources.values()):
        return None
    prints: dict[str, str] = {}

    def key() -> str:
        files = source_files(params, params.company)
        prints.update((name, cache.digest(path)) for name, path in sorted(files.items()))
        return cache.key(_mapping(params.company), prints)

    def make(folder: Path, work: Path, set_aside: Path, tables: Iterable[str]) -> Apart:
        from salesnb.intake import importing
        from salesnb.intake.tables.parts import Import

        job = Import(params.company, params.folder, folder, prints)
        return importing.apart(job, work, source_files(params, params.company), set_aside, tables)

    return Helper(folder, key, make).help


def _check_map(params: Params) -> None:
    """Every mapped column exists; ParamsError shows the line and the columns a source of that table may map."""
    from salesnb.intake.tables.specs import kinds

    for name, source in params.company.sources.items():
        known = kinds(source.table)
        unknown = next((c for c in source.columns if c not in known), None)
        if unknown is not None:
            raise ParamsError(
                Text(f"{source.table} 没有列 {unknown}", f"{source.table} has no column {unknown}"),
                where=params.place("company", "sources", name, "columns", unknown),
                remedy=Text(f"可映射的列：{', '.join(sorted(known))}", f"columns to map: {', '.join(sorted(known))}"),
            )


def source_files(params: Params, company: Company) -> dict[str, Path]:
    """Every file the unit's sources read, by the name findings use."""
    from salesnb.intake.tables.stack import source_paths

    out: dict[str, Path] = {}
    for name, source in company.sources.items():
        out.update(source_paths(params.folder, name, source, company))
    return out


def _snapshots(company: Company, folder: Path) -> Company:
    """The company with every database source replaced by the file of its snapshot."""
    if all(source.url is None for source in company.sources.values()):
        return company
    from salesnb.intake.read.database import with_snapshots

    return with_snapshots(company, folder / "database")


_DECIDING = {
    "sources",
    "currency",
    "timezone",
    "language",
    "fiscal_year_start",
    "month_closes_on",
    "close_days",
    "late_bookings",
    "basis",
    "quality",
    "today",
    "rates",
    "tax_rate",
    "entities",
}


def _mapping(company: Company) -> dict[str, Any]:
    """The part of company.yaml that decides what an import gives."""
    return company.model_dump(mode="json", include=_DECIDING)


def _generate(params: Params) -> None:
    """Have the sample company's exports written, once per seed and code."""
    wanted = params.company.generated
    if wanted is None:
        return
    import shutil

    stamp = cache.key({"seed": wanted.seed, "without": list(wanted.without)}, {})
    folder = params.folder / wanted.folder
    marker = folder / ".generated"
    if marker.is_file() and marker.read_text(encoding="utf-8") == stamp:
        return
    from salesnb.intake.sample import generate

    with cache.building(params.folder, f".{wanted.folder}") as part:
        generate(part, wanted.seed, wanted.without)
        (part / ".generated").write_text(stamp, encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    (params.folder / f".{wanted.folder}").rename(folder)


def _refuse_stops(facts: Facts) -> None:
    findings = facts.findings
    stops = findings[findings["severity"] == "stop"]
    if not len(stops):
        return
    first = stops.iloc[0]
    listed = facts.folder / "findings.csv"
    row = int(first["row"]) if stops["row"].notna().iloc[0] else None
    raise DataError(
        Text(
            f"数据质量检查叫停（{len(stops)} 处）：{first['message_zh']}",
            f"the quality gate stops the run ({len(stops)} findings): {first['message_en']}",
        ),
        where=Place(file=first["file"] or "", line=row, column=first["column"] or None),
        why=Text(f"全部发现见 {_shown(listed)}", f"all findings are in {_shown(listed)}"),
        remedy=Text(str(first["remedy_zh"]), str(first["remedy_en"])),
    )


def _shown(path: Path) -> str:
    """A path under outputs as a reader knows it."""
    return f"outputs/{path.relative_to(outputs_dir()).as_posix()}"
