"""One import from company.yaml to Parquet: dimensions first, order lines with them, then everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality import line_checks, order_checks, reference_checks
from salesnb.intake.read.raw import forget
from salesnb.intake.tables import beside, cells, deals, internal, known, ledger, names, paper, records, rounding, sales
from salesnb.intake.tables.select import Stack
from salesnb.intake.tables.stack import stack
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
INTERNAL = ("receipts", "invoices", "shipments")  # documents between entities of the group leave with its sales
ORDER = (*DIMENSIONS, "sales_lines", "returns", "credits", *EVENTS)


@dataclass(frozen=True)
class Import:
    """What one import reads and where it goes: ``folder`` holds the sources, ``target`` receives the tables, ``prints``
    are the sources' fingerprints by shown name, ``ledger`` remembers when rows were first seen (None: not kept)."""

    company: Company
    folder: Path
    target: Path
    prints: Mapping[str, str] = field(default_factory=dict)
    ledger: Path | None = None


def build(bench: Bench, job: Import) -> None:
    """Write every table the sources give as ``target/NAME.parquet``, ``findings`` and ``import_ledger`` included, the
    latter two and ``set_aside`` as CSV too.

    Raises DataError when a file or an indispensable column is missing; whatever else is wrong becomes a finding.
    """
    company, target = deals.as_sales(job.company), job.target
    stacks = {t: s for t in ORDER if (s := stack(bench, company, job.folder, t)) is not None}
    imported = {t: records.import_rows(bench, company, stacks[t], {}) for t in DIMENSIONS if t in stacks}
    for table, rows in imported.items():
        reference_checks.misspelled(bench, stacks[table], rows)
    lines = _sales(bench, replace(job, company=company), stacks, imported) if "sales_lines" in stacks else None
    if lines is not None and company is not job.company:
        deals.say(bench, stacks["sales_lines"], lines)
    dims = dict(imported)
    for table in (t for t in EVENTS if t in stacks):
        rows = records.import_rows(bench, company, stacks[table], dims)
        imported[table] = internal.events(bench, company, stacks[table], rows) if table in INTERNAL else rows
        reference_checks.unknown(bench, stacks[table], imported[table], dims)
        reference_checks.spellings(bench, stacks[table], imported[table])
    if lines is not None and "general_ledger" in imported:
        ledger_of = (stacks["general_ledger"], imported["general_ledger"])
        order_checks.against_ledger(bench, company, stacks["sales_lines"], lines, ledger_of)
    frames = {table: records.frame(bench, rows, contract(table)) for table, rows in imported.items()}
    for table, frame in frames.items():
        write(target, table, frame)
    for table in ("products", "customers", "people"):
        if lines is not None and table not in imported:
            write(target, table, names.derived(bench, table, lines, company))
    bridge = beside.basis_bridge(bench, company, lines, frames) if lines is not None else None
    if bridge is not None:
        write(target, "basis_bridge", bridge)
    write(target, "nodes", names.nodes(bench, company, lines, imported))
    kept = ledger.ledger(bench, company, stacks, lines, job.prints)
    aside, findings = ledger.set_aside(bench), bench.findings.frame()
    said = {"import_ledger": kept, "findings": findings, "set_aside": aside}
    for name, frame in said.items():
        write(target, name, frame)
    sold = "sales_lines" if company is job.company else "opportunities"
    meta = {"sources": dict(job.prints), "basis": company.basis.model_dump(), "sales_from": sold}
    paper.write(target, said, meta)


def _sales(bench: Bench, job: Import, stacks: Mapping[str, Stack], dims: Mapping[str, str]) -> str:
    """Order lines and the tables summed from them; the rounded lines are returned."""
    company, target, rows = job.company, job.target, stacks["sales_lines"]
    exact = sales.exact_lines(bench, company, rows, stacks, dims)
    dated = known.dated(bench, company, rows, exact.lines, job.ledger)
    _check_lines(bench, company, rows, dated, dims)
    forget(bench, rows.raws)
    lines = rounding.to_minor(bench, dated)
    netted, quantity = company.basis.returns == "netted", cells.quantity_of(bench, lines)
    copy(bench, cells.lines_sql(bench, lines), target / "sales_lines.parquet")
    copy(bench, cells.cells_sql(lines, netted=netted, quantity=quantity), target / "sales_cells.parquet")
    daily = cells.daily_sql(lines, netted=netted, day=company.basis.date, quantity=quantity)
    copy(bench, daily, target / "sales_daily.parquet")
    if exact.internal is not None:
        copy(bench, cells.lines_sql(bench, rounding.to_minor(bench, exact.internal)), target / "internal_sales.parquet")
    if exact.shadow is not None:
        write(target, "shadow_credits", beside.shadow_credits(bench, exact.shadow))
    if company.rates and bench.one(f"SELECT count(*) FROM {lines} WHERE _original_currency IS NOT NULL"):
        write(target, "sales_original", beside.sales_original(bench, lines))
    return lines


def _check_lines(bench: Bench, company: Company, rows: Stack, lines: str, dims: Mapping[str, str]) -> None:
    """Everything the gate has to say about order lines once they have their keys."""
    line_checks.report(bench, company, rows, lines)
    order_checks.report(bench, company, rows, lines)
    reference_checks.unknown(bench, rows, lines, dims)
    reference_checks.spellings(bench, rows, lines)
    reference_checks.misspelled(bench, rows, lines)
    if "people" in dims:
        reference_checks.off_duty(bench, rows, lines, dims["people"])
    wanted = [c for s in company.sources.values() if s.table == "sales_lines" for c in s.control]
    order_checks.controls(bench, company, rows, lines, wanted)


def copy(bench: Bench, query: str, path: Path) -> None:
    """Write a query's rows, in their order, as Parquet; its second version writes numbers and ids as differences, which
    takes less time and no more room."""
    bench.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")


def write(target: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a checked frame as Parquet."""
    frame.to_parquet(target / f"{name}.parquet", index=False, compression="zstd")
