"""The import ledger: rows and money read, kept, set aside, and what rounding moved, file by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesnb.intake.bench import Bench
from salesnb.intake.tables.select import Stack
from salesnb.intake.tables.specs import SPECS
from salesnb.model.money import minor_digits
from salesnb.model.params.company import Company
from salesnb.model.tables import check, contract

if TYPE_CHECKING:
    import pandas as pd


def entries(
    bench: Bench, company: Company, stacks: Mapping[str, Stack], lines: str | None, prints: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Rows of the ``import_ledger``, one a file. ``rounding_minor``: by how much the file's published lines exceed its
    exact sum; ``lines`` are those of the order lines, if they are among ``stacks``."""
    rows: list[dict[str, Any]] = []
    for table, rows_of in stacks.items():
        amount = SPECS[table].amount
        if amount not in rows_of.columns:
            amount = None
        for number, raw in enumerate(rows_of.raws):
            row = _row(bench, company, rows_of, number, amount, lines)
            rows.append(row | {"sha256": prints.get(raw.file)})
    return rows


def ledger(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The ``import_ledger`` table of the ``entries`` of all tables."""
    import pandas as pd

    shape = contract("import_ledger")
    return check(pd.DataFrame(list(rows), columns=[c.name for c in shape.columns]), shape)


def _row(
    bench: Bench, company: Company, stack: Stack, number: int, amount: str | None, lines: str | None
) -> dict[str, Any]:
    file = stack.raws[number].shown
    read = bench.one(f"SELECT count(*) FROM {stack.name} WHERE _file = {number}")
    furniture = "('subtotal_row', 'note_row')"
    aside = f'FROM set_aside WHERE "table" = ? AND file = ? AND code NOT IN {furniture}'
    set_aside = bench.one(f"SELECT count(*) {aside}", [stack.table, file])
    plain = bench.one(
        f'SELECT count(*) FROM set_aside WHERE "table" = ? AND file = ? AND code IN {furniture}', [stack.table, file]
    )
    out: dict[str, Any] = {
        "table": stack.table,
        "file": file,
        "read_count": read + plain,
        "kept_count": read - set_aside,
        "set_aside_count": set_aside + plain,
        "currency": company.currency,
        "kept_minor": None,
        "set_aside_minor": None,
        "rounding_minor": None,
        "sha256": None,
    }
    if amount is not None:
        factor = 10 ** minor_digits(company.currency)
        rows = f'(SELECT "row" {aside})'
        total = f"SELECT sum({amount}) FROM {stack.name} WHERE _file = {number} AND _row"
        kept = (bench.one(f"{total} NOT IN {rows}", [stack.table, file]) or Decimal(0)) * factor
        lost = (bench.one(f"{total} IN {rows}", [stack.table, file]) or Decimal(0)) * factor
        out |= {"kept_minor": round(kept), "set_aside_minor": round(lost)}
        if stack.table == "sales_lines" and lines is not None:
            published, exact = bench.rows(
                f"SELECT sum(net_minor), sum(net_units) FROM {lines} WHERE _file = {number} AND NOT (is_return "
                f"AND line_no LIKE '%-R')"
            )[0]
            out["rounding_minor"] = float((published or 0) - (exact or 0))
    return out


def set_aside(bench: Bench) -> pd.DataFrame:
    """The ``set_aside`` table: every row that is in no table, whole, with its reason."""
    shape = contract("set_aside")
    columns = ", ".join(f'"{c.name}"' for c in shape.columns)
    return check(bench.sql.execute(f"SELECT {columns} FROM set_aside").df(), shape)
