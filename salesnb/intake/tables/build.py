"""One import from company.yaml to Parquet: dimensions first, order lines with them, then everything else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality import line_checks, order_checks, reference_checks
from salesnb.intake.tables import cells, ledger, names, paper, records, rounding, sales
from salesnb.intake.tables.select import Stack
from salesnb.intake.tables.stack import stack
from salesnb.model.params.company import Company
from salesnb.model.tables import contract

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("products", "customers", "people", "dealers")
EVENTS = ("receipts", "opportunities", "visits", "spend", "targets", "market_sizes")


def build(bench: Bench, company: Company, folder: Path, target: Path, prints: Mapping[str, str]) -> None:
    """Write every table the sources give as ``target/NAME.parquet``, ``findings`` and ``import_ledger`` included, the
    latter two and ``set_aside`` as CSV too. ``prints`` are the sources' fingerprints by shown name.

    Raises DataError when a file or an indispensable column is missing; whatever else is wrong becomes a finding.
    """
    dims = sales.Dimensions()
    stacks: dict[str, Stack] = {}
    for table in DIMENSIONS:
        rows = stack(bench, company, folder, table)
        if rows is not None:
            stacks[table] = rows
            dims.tables[table] = records.import_rows(bench, company, rows)
    lines = _sales(bench, company, folder, target, stacks, dims)
    for table in EVENTS:
        rows = stack(bench, company, folder, table)
        if rows is not None:
            stacks[table] = rows
            imported = records.import_rows(bench, company, rows)
            reference_checks.unknown(bench, rows, imported, {t: dims.tables[t] for t in DIMENSIONS if t in dims.tables})
            reference_checks.spellings(bench, rows, imported)
            dims.tables[table] = imported
    for table, imported in dims.tables.items():
        write(target, table, records.frame(bench, imported, contract(table)))
    if lines is not None:
        for table in ("products", "customers", "people"):
            if table not in dims.tables:
                write(target, table, names.derived(bench, table, lines, company))
    write(target, "nodes", names.nodes(bench, lines, dims.tables))
    kept = ledger.ledger(bench, company, stacks, lines, prints)
    write(target, "import_ledger", kept)
    findings = bench.findings.frame()
    write(target, "findings", findings)
    paper.write(bench, target, {"findings": findings, "import_ledger": kept}, prints)


def _sales(
    bench: Bench, company: Company, folder: Path, target: Path, stacks: dict[str, Stack], dims: sales.Dimensions
) -> str | None:
    rows = stack(bench, company, folder, "sales_lines")
    if rows is None:
        return None
    stacks["sales_lines"] = rows
    returns = stack(bench, company, folder, "returns")
    if returns is not None:
        stacks["returns"] = returns
    exact = sales.exact_lines(bench, company, rows, returns, dims)
    _check_lines(bench, company, rows, exact, dims)
    lines = rounding.to_minor(bench, exact)
    netted = company.basis.returns == "netted"
    copy(bench, cells.lines_sql(lines), target / "sales_lines.parquet")
    copy(bench, cells.cells_sql(lines, netted=netted), target / "sales_cells.parquet")
    copy(bench, cells.daily_sql(lines, netted=netted), target / "sales_daily.parquet")
    return lines


def _check_lines(bench: Bench, company: Company, rows: Stack, lines: str, dims: sales.Dimensions) -> None:
    """Everything the gate has to say about order lines once they have their keys."""
    line_checks.report(bench, company, rows, lines)
    order_checks.report(bench, company, rows, lines)
    reference_checks.unknown(bench, rows, lines, dims.tables)
    reference_checks.spellings(bench, rows, lines)
    wanted = [c for s in company.sources.values() if s.table == "sales_lines" for c in s.control]
    order_checks.controls(bench, rows, lines, wanted)


def copy(bench: Bench, query: str, path: Path) -> None:
    """Write a query's rows, in their order, as Parquet."""
    bench.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def write(target: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a checked frame as Parquet."""
    frame.to_parquet(target / f"{name}.parquet", index=False, compression="zstd")
