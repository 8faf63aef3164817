"""Months as they were closed: sales against the general ledger, finance's own control totals (R2), and what was booked
into a month after it had been closed (R83)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import asking
from salesnb.model.params.company import Company
from salesnb.model.tables import check, contract

if TYPE_CHECKING:
    import pandas as pd

_KNOWN = "order_date <= $as_of AND coalesce(known_date, order_date) <= $as_of AND currency = $currency"


def ledger_check(lines: Path, booked: pd.DataFrame, company: Company, as_of: date) -> pd.DataFrame:
    """``ledger_check``: every month that was closed by ``as_of``; ``booked`` is ``general_ledger``, empty without one.

    A month is closed ``close_days`` after its last day; the months are the company's settlement months. ``late_minor``
    are lines entered after that and known by now. ``is_off``: further from the ledger than ``quality.ledger_tolerance``
    of its figure. Only the company's own currency is compared: the ledger is kept in it.
    """
    import pandas as pd

    own = booked[booked["currency"] == company.currency]
    sums = own.groupby("month", as_index=False)["booked_minor"].sum()
    given = {"lines": str(lines), "as_of": as_of, "currency": company.currency}
    with asking() as connection:
        found = connection.execute(f"SELECT DISTINCT month FROM read_parquet($lines) WHERE {_KNOWN}", given).fetchall()
        months = sorted({*sums["month"], *(month for (month,) in found)})
        closed = {m: company.calendar.period(m).end + timedelta(days=company.close_days) for m in months}
        over = [m for m in months if closed[m] <= as_of]
        ends = pd.DataFrame({"month": over, "closed": pd.to_datetime([closed[m] for m in over])})
        connection.register("ends", ends.astype({"month": "str"}))
        query = f"""
            SELECT e.month, coalesce(sum(net_minor), 0)::BIGINT AS net_minor,
                coalesce(sum(net_minor) FILTER (known_date > e.closed), 0)::BIGINT AS late_minor
            FROM ends e LEFT JOIN (SELECT * FROM read_parquet($lines) WHERE {_KNOWN}) l USING (month)
            GROUP BY e.month
        """
        out = connection.execute(query, given).df()
    out = out.merge(sums, on="month", how="left").astype({"month": "str", "booked_minor": "Int64"})
    out["gap_minor"] = (out["net_minor"] - out["booked_minor"]).astype("Int64")
    base = out["booked_minor"].abs().astype("float64")
    out["gap_rate"] = out["gap_minor"].astype("float64") / base.where(base > 0)
    allowed = company.quality.ledger_tolerance.at(as_of, as_of)
    out["is_off"] = (out["gap_minor"].abs().astype("float64") > base * allowed).astype("bool")
    return check(out.assign(currency=company.currency), contract("ledger_check"))
