"""One import from company.yaml to Parquet: dimensions first, order lines with them, then everything else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from salesnb.intake.bench import Bench
from salesnb.intake.quality import line_checks, order_checks, reference_checks
from salesnb.intake.read.raw import forget
from salesnb.intake.tables import beside, cells, deals, known, ledger, names, paper, parts, rounding, sales
from salesnb.intake.tables.parts import Apart, Import, Said, copy, write
from salesnb.intake.tables.select import Stack
from salesnb.model.params.company import Company

ORDER = (*parts.DIMENSIONS, "sales_lines", "returns", "credits", *parts.EVENTS)


class Shared(Protocol):
    """The ``tables`` that another process may make, too."""

    tables: Sequence[str]

    def withdrawn(self, table: str) -> bool:
        """Whether the other one has not begun with a table and will not."""

    def answer(self) -> Apart | None:
        """The tables it has begun with; None when it does not finish them."""


def build(bench: Bench, job: Import, shared: Shared | None = None) -> None:
    """Write every table the sources give as ``target/NAME.parquet``, ``findings`` and ``import_ledger`` included, the
    latter two and ``set_aside`` as CSV too.

    What is ``shared`` comes after the order lines, as far as another process did not make it; the import is the same
    whoever did. Raises DataError when a file or an indispensable column is missing; whatever else is wrong
    becomes a finding.
    """
    company, target = deals.as_sales(job.company), job.target
    own = replace(job, company=company)
    stacks = parts.stacks(bench, own, [t for t in ORDER if shared is None or t not in shared.tables])
    dims = parts.dimensions(bench, company, stacks)
    lines = _sales(bench, own, stacks, dims) if "sales_lines" in stacks else None
    if lines is not None and company is not job.company:
        deals.say(bench, stacks["sales_lines"], lines)
    events, said = _events(bench, own, stacks, dims, shared)
    if lines is not None and "general_ledger" in events:
        ledger_of = (stacks["general_ledger"], events["general_ledger"])
        order_checks.against_ledger(bench, company, stacks["sales_lines"], lines, ledger_of)
    imported = {**dims, **events}
    said += parts.written(bench, own, {t: s for t, s in stacks.items() if t not in parts.EVENTS}, dims)
    for table in ("products", "customers", "people"):
        if lines is not None and table not in imported:
            write(target, table, names.derived(bench, table, lines, company))
    bridge = beside.basis_bridge(bench, company, lines, said.flows) if lines is not None else None
    if bridge is not None:
        write(target, "basis_bridge", bridge)
    here = ((table, names.mentioned(bench, rows)) for table, rows in imported.items())
    write(target, "nodes", names.nodes(bench, company, lines, dims, itertools.chain(here, said.ids.items())))
    sold = {t: s for t, s in stacks.items() if t == "sales_lines"}
    kept = ledger.ledger([*ledger.entries(bench, company, sold, lines, job.prints), *said.ledger])
    told = {"import_ledger": kept, "findings": bench.findings.frame(), "set_aside": ledger.set_aside(bench)}
    for name, frame in told.items():
        write(target, name, frame)
    sold_as = "sales_lines" if company is job.company else "opportunities"
    meta = {"sources": dict(job.prints), "basis": company.basis.model_dump(), "sales_from": sold_as}
    paper.write(target, told, meta)


def _events(
    bench: Bench, job: Import, stacks: dict[str, Stack], dims: Mapping[str, str], shared: Shared | None
) -> tuple[dict[str, str], Said]:
    """The tables of events that are made here, by name, and what all say; those read meanwhile join ``stacks``."""
    offered = () if shared is None else shared.tables
    imported: dict[str, str] = {}
    said = Said()

    def make(table: str) -> None:
        nonlocal said
        if table in offered:
            stacks.update(parts.stacks(bench, job, [table]))
        read = {t: s for t, s in stacks.items() if t == table}
        made = parts.events(bench, job.company, read, dims)
        imported.update(made)
        said += parts.written(bench, job, read, made)

    for table in (t for t in parts.EVENTS if shared is None or t not in offered or shared.withdrawn(t)):
        make(table)
    left = [table for table in offered if table not in imported]
    other = shared.answer() if shared is not None and left else None
    for table in left if other is None else ():
        make(table)
    return imported, said if other is None else said + other.join(bench)


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
