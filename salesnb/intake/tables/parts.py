"""One import in parts: what is read, typed and written for itself, here or by a second process.

Dimensions come first, then order lines; ``APART`` is everything that needs the dimensions and no order line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality import reference_checks
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables import beside, internal, ledger, names, records
from salesnb.intake.tables.select import Stack
from salesnb.intake.tables.stack import stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company
from salesnb.model.tables import contract

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("products", "customers", "people", "dealers")
EVENTS = (
    "receipts",
    "invoices",
    "shipments",
    "opportunities",
    "visits",
    "spend",
    "targets",
    "market_sizes",
    "dealer_stock",
    "general_ledger",
    "market_watch",
    "competitor_moves",
)
APART = tuple(table for table in EVENTS if table != "general_ledger")  # it is held against the order lines
INTERNAL = ("receipts", "invoices", "shipments")  # documents between entities of the group leave with its sales


@dataclass(frozen=True)
class Import:
    """What one import reads and where it goes: ``folder`` holds the sources, ``target`` receives the tables, ``prints``
    are the sources' fingerprints by shown name, ``ledger`` remembers when rows were first seen (None: not kept)."""

    company: Company
    folder: Path
    target: Path
    prints: Mapping[str, str] = field(default_factory=dict)
    ledger: Path | None = None


@dataclass(frozen=True)
class Said:
    """What written tables leave to say about themselves: their rows of the import ledger; minor units by flow as
    (currency, month, sum); where another process wrote them, the ids they mention by table and column. All of it can be
    told in JSON."""

    ledger: list[dict[str, Any]] = field(default_factory=list)
    flows: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def __add__(self, other: Said) -> Said:
        return Said(self.ledger + other.ledger, {**self.flows, **other.flows}, {**self.ids, **other.ids})


@dataclass(frozen=True)
class Apart:
    """The tables of ``APART`` as another process made them: what they say, what was noticed, and the Parquet file of
    the rows that were set aside."""

    said: Said
    findings: list[Finding]
    set_aside: Path

    def to_json(self) -> dict[str, Any]:
        """Everything but the file."""
        return {"said": asdict(self.said), "findings": [asdict(finding) for finding in self.findings]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any], set_aside: Path) -> Apart:
        """What ``to_json`` gave."""
        texts = ("message", "remedy")
        findings = [Finding(**{**f, **{name: Text(**f[name]) for name in texts}}) for f in told["findings"]]
        return cls(Said(**told["said"]), findings, set_aside)

    def join(self, bench: Bench) -> Said:
        """Add it to what ``bench`` noticed and set aside."""
        bench.findings.items.extend(self.findings)
        bench.run(f"INSERT INTO set_aside SELECT * FROM read_parquet({literal(str(self.set_aside))})")
        return self.said


def stacks(bench: Bench, job: Import, tables: Iterable[str]) -> dict[str, Stack]:
    """The typed rows of those of ``tables`` that have a source."""
    return {t: s for t in tables if (s := stack(bench, job.company, job.folder, t)) is not None}


def dimensions(bench: Bench, company: Company, read: Mapping[str, Stack]) -> dict[str, str]:
    """The dimension tables among ``read``, imported, by name."""
    imported = {t: records.import_rows(bench, company, read[t], {}) for t in DIMENSIONS if t in read}
    for table, rows in imported.items():
        reference_checks.misspelled(bench, read[table], rows)
    return imported


def events(bench: Bench, company: Company, read: Mapping[str, Stack], dims: Mapping[str, str]) -> dict[str, str]:
    """The tables of events among ``read``, imported and checked against the dimension tables ``dims``, by name."""
    imported: dict[str, str] = {}
    for table in (t for t in EVENTS if t in read):
        rows = records.import_rows(bench, company, read[table], dims)
        imported[table] = internal.events(bench, company, read[table], rows) if table in INTERNAL else rows
        reference_checks.unknown(bench, read[table], imported[table], dims)
        reference_checks.spellings(bench, read[table], imported[table])
    return imported


def written(bench: Bench, job: Import, read: Mapping[str, Stack], imported: Mapping[str, str]) -> Said:
    """Write ``imported`` tables and tell what they say; the ledger's rows are those of all but the order lines."""
    flows: dict[str, list[tuple[str, str, int]]] = {}
    for table, rows in imported.items():
        frame = records.frame(bench, rows, contract(table))
        flows |= beside.flow_of(job.company, table, frame)
        write(job.target, table, frame)
    others = {table: rows for table, rows in read.items() if table != "sales_lines"}
    return Said(ledger.entries(bench, job.company, others, None, job.prints), flows)


def apart_of(bench: Bench, job: Import, set_aside: Path, tables: Iterable[str]) -> Apart:
    """Make ``tables``, some of ``APART``, in ``job.target`` for another process, with dimension tables of one's own;
    rows set aside go to the file ``set_aside``. Raises what an import raises."""
    dims = dimensions(bench, job.company, stacks(bench, job, DIMENSIONS))
    bench.findings.items.clear()  # of the dimensions the other one speaks
    bench.run("DELETE FROM set_aside")
    said = Said()
    for table in tables:
        read = stacks(bench, job, [table])
        imported = events(bench, job.company, read, dims)
        mentions = {name: names.mentioned(bench, rows) for name, rows in imported.items()}
        said += written(bench, job, read, imported) + Said(ids=mentions)
    copy(bench, "SELECT * FROM set_aside", set_aside)
    return Apart(said, bench.findings.items, set_aside)


def copy(bench: Bench, query: str, path: Path) -> None:
    """Write a query's rows, in their order, as Parquet; its second version writes numbers and ids as differences, which
    takes less time and no more room."""
    bench.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")


def write(target: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a checked frame as Parquet."""
    frame.to_parquet(target / f"{name}.parquet", index=False, compression="zstd")
