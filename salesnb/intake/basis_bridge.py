"""What lies between signed, shipped, invoiced and received (R81), as known on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, connected, literal
from salesnb.intake.tables.beside import basis_bridge as bridged
from salesnb.intake.tables.beside import flow_of
from salesnb.model.params.company import Company

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.facts import Facts

DAYS = {"shipments": "ship_date", "invoices": "invoice_date", "receipts": "receipt_date"}


def basis_bridge(facts: Facts, lines: Path, company: Company, as_of: date) -> pd.DataFrame:
    """``basis_bridge`` of what had happened and was known on ``as_of``; empty where fewer than two bases are known."""
    import pandas as pd

    day = f"DATE '{as_of.isoformat()}'"
    told: dict[str, list[tuple[str, str, int]]] = {}
    for name, column in DAYS.items():
        if facts.has(name):
            rows = facts.table(name, as_of)
            told |= flow_of(company, name, rows[rows[column] <= pd.Timestamp(as_of)])
    happened = ", ".join(f"CASE WHEN {c} <= {day} THEN {c} END AS {c}" for c in ("ship_date", "invoice_date"))
    with connected() as connection:
        bench = Bench(lines.parent, _connection=connection)
        bench.run(
            f"CREATE VIEW lines AS SELECT * REPLACE ({happened}) FROM read_parquet({literal(str(lines))})"
            f" WHERE order_date <= {day} AND coalesce(known_date, order_date) <= {day}"
        )
        made = bridged(bench, company, "lines", told)
    return facts.table("basis_bridge").iloc[:0] if made is None else made
