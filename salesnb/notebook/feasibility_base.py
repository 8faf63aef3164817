"""The year before, as goals refer to it: sales, shares by dimension, and the rates that goals promise to lift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.feasibility_ahead import Ahead
    from salesnb.stages.goals import Base

SHARED = ("region", "team", "product_line", "channel", "customer_type")


def year_before(book: Ahead) -> Window | None:
    """The fiscal year before the plan's, None where not every month of it is known."""
    year = book.calendar.last_year(book.plan_year)
    seen = book.facts.months((), book.as_of)["month"]
    complete = len(seen) > 0 and seen.min() <= year.months[0] and book.span.last >= year.months[-1]
    return Window(year.text, year.start, year.end, year.months) if complete else None


def goal_base(book: Ahead) -> Base:
    """:class:`~salesnb.stages.goals.Base` of the fiscal year before; without one its sales are 0, nothing is known."""
    from salesnb.notebook.feasibility_ahead import DIMENSIONS
    from salesnb.stages.goals import Base

    year = year_before(book)
    if year is None:
        return Base(0)
    shares: dict[tuple[str, str], float] = {}
    total = 0
    for key in SHARED:
        sums = book.facts.sums((DIMENSIONS[key],), (year,), book.as_of)
        total = int(sums["net_minor"].sum())
        for node, net in zip(sums[DIMENSIONS[key]], sums["net_minor"], strict=True):
            if node != UNASSIGNED and total > 0:
                shares[key, str(node)] = float(net) / total
    return Base(total, shares, _figures(book, year, total))


def _figures(book: Ahead, year: Window, total: int) -> dict[str, float]:
    """Rates of the year before, as far as the data and the parameters know them."""
    from salesnb.stages import market

    out: dict[str, float] = {}
    customers = customer_year(book, year)
    if customers is not None:
        out["repurchase_rate"] = float(customers["repurchase_rate"])
        new = customers["new_minor"]
        if new == new and total > 0:  # missing is not zero
            out["new_sales_minor"], out["repeat_share"] = float(new), 1 - float(new) / total
    held = book.params.market
    when = market.When(book.plan_year.start, book.as_of, year.label)
    grown = market.served_growth(book.market_nodes, held, book.plan_year.text, when)
    leaders = held.top_players_share.find(*book.when) if held.top_players_share else None
    rows = book.market_nodes
    share = rows[(rows["dimension"] == "all") & (rows["year"] == year.label)]["own_share_rate"].dropna()
    known = {"market_growth": grown, "top_players_share": leaders, "market_share": None}
    out |= {name: value for name, value in known.items() if value is not None}
    if len(share):
        out["market_share"] = float(share.iloc[0])
    return out | _leads(book, year)


def customer_year(book: Ahead, year: Window) -> pd.Series | None:
    """Customers of the year before (``history_customers`` row with new and lost ones); None without buyers."""
    from salesnb.model.periods import year_windows
    from salesnb.stages import history

    first = str(book.facts.months((), book.as_of)["month"].min())
    windows = [w for w in year_windows(book.plan_year, book.calendar, True, first) if w.label <= year.label][-2:]
    began = history.first_bought(book.facts.activity("customer_id", book.as_of), book.calendar)
    sums = book.facts.sums(("customer_id",), windows, book.as_of)
    frame = history.customer_years(sums, began, windows, spend(book, windows))
    return None if frame.empty or not frame["customer_count"].iloc[-1] else frame.iloc[-1]


def spend(book: Ahead, windows: list[Window]) -> dict[str, int]:
    """Marketing spend by window; only windows of which every month is known."""
    frame = book.facts.table("spend", book.as_of)
    by_month = frame[frame["currency"] == book.currency].groupby("month")["spend_minor"].sum()
    known = {w.label: by_month.reindex(list(w.months)) for w in windows}
    return {label: int(months.sum()) for label, months in known.items() if months.notna().all()}


def _leads(book: Ahead, year: Window) -> dict[str, float]:
    """Leads a month (as promised by whoever brings them, else as last year) and how many of them are won."""
    promised = [
        p.measure.at_least
        for p in book.params.actions.promises
        if p.measure is not None and p.measure.metric == "lead_count" and p.every == "month" and p.decided <= book.as_of
    ]
    cases = book.cases
    created = cases["created_date"]
    last = cases[created.between(str(year.start), str(year.end))] if len(cases) else cases
    out: dict[str, float] = {}
    if promised and promised[0] is not None:
        out["leads_a_month"] = float(promised[0])
    elif len(last):
        out["leads_a_month"] = len(last) / 12
    decided = last[last["stage"].isin(["won", "lost"])]
    if len(decided):
        out["conversion"] = float((decided["stage"] == "won").mean())
    return out
