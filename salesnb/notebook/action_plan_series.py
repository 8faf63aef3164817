"""The series that milestones, triggers and promises are held against: monthly values from the facts, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.quantities import Selection
from salesnb.model.periods import Window, month_range
from salesnb.notebook.action_plan_base import PlanBase

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.actions import Measure

_T = TypeVar("_T")
SEEN = 6  # months a trigger may look back
RECENT = 3  # months whose sales say how long dealers' stock lasts


class SeriesQuestions(PlanBase):
    """Mixin of the action plan's book."""

    @cached_property
    def closed_months(self) -> tuple[str, ...]:
        """The last months that were over on the as-of date, oldest first."""
        months, day = [], self.as_of
        running = self.calendar.period(self.calendar.month_of(day))
        month = running if running.end <= day else self.calendar.previous(running)
        for _ in range(SEEN):
            months.append(month.text)
            month = self.calendar.previous(month)
        return tuple(reversed(months))

    def reading(self, metric: str, where: Selection) -> list[float | None] | None:
        """Monthly values of a metric over the closed months; None where the facts do not hold it."""
        if metric not in READERS:
            return None
        values = [getattr(self, READERS[metric])(where, (month,)) for month in self.closed_months]
        if metric == "sales":
            values = [None if v is None else v / self.minor for v in values]
        return None if all(v is None for v in values) else values

    def to_date(self, measure: Measure, due: date) -> float | None:
        """A measure's value from the plan year's begin to ``due`` (or the as-of date); None where it is not known."""
        if measure.metric not in READERS:
            return None
        last = self.calendar.month_of(min(due, self.as_of))
        months = tuple(m for m in self.plan_year.months if m <= last)
        value: float | None = getattr(self, READERS[measure.metric])(measure.where, months) if months else None
        return value / self.minor if value is not None and measure.unit == "yuan" else value

    # ------------------------------------------------------------------ what several readers ask for

    def _months(self, *columns: str) -> pd.DataFrame:
        """Sales by month and ``columns``."""
        return self.facts.months(columns, self.as_of)

    def _table(self, name: str) -> pd.DataFrame:
        """A table of the facts as known on the as-of date."""
        return self.facts.table(name, self.as_of)

    def _booked(self, days: pd.Series) -> pd.Series:
        """The settlement month of each day."""
        return days.map({day: self.calendar.month_of(day.date()) for day in days.drop_duplicates()})

    def _kept(self, question: str, where: Selection, made: Callable[[], _T]) -> _T:
        """An answer that holds for every month it is asked about."""
        key = f"{question} {where!r}"
        if key not in self._answers:
            self._answers[key] = made()
        found: _T = self._answers[key]
        return found

    @cached_property
    def _answers(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _received(self) -> pd.Series:
        """Money received by settlement month."""
        receipts = self._table("receipts")
        return receipts["received_minor"].groupby(self._booked(receipts["receipt_date"])).sum()

    def _years(self, *columns: str) -> pd.DataFrame:
        """Orders by customer and ``columns`` in the twelve months up to each closed month, which names the window."""
        windows = []
        for month in self.closed_months:
            year = month_range(f"{int(month[:4]) - 1}{month[4:]}", month)[1:]
            windows.append(Window(month, self.calendar.month_start(year[0]), self.calendar.period(month).end, year))
        return self.facts.sums(("customer_id", *columns), windows, self.as_of)

    # ------------------------------------------------------------------ one reader a metric

    def _chosen(self, where: Selection) -> pd.DataFrame | None:
        """Sales of a selection with their cost, by month; None where it names what sales do not know."""
        from salesnb.stages.action_plan import COLUMNS, Cells

        if any(word not in COLUMNS for word in where):
            return None

        def made() -> pd.DataFrame:
            chosen = Cells(self._months(*dict.fromkeys(COLUMNS[word] for word in where)), "net_minor").pick(where)
            return chosen.groupby("month")[["net_minor", "cost_minor", "costed_minor"]].sum()

        return self._kept("chosen", where, made)

    def _sales(self, where: Selection, months: Sequence[str]) -> float | None:
        frame = self._chosen(where)
        if frame is None or not (frame.index <= months[-1]).any():
            return None  # what has never been sold yet has no series: a launch to come is not a fall to zero
        return float(frame.loc[frame.index.isin(list(months)), "net_minor"].sum())

    def _margin(self, where: Selection, months: Sequence[str]) -> float | None:
        frame = self._chosen(where)
        rows = None if frame is None else frame[frame.index.isin(list(months))]
        if rows is None or rows["costed_minor"].sum() <= 0:
            return None
        return 1 - float(rows["cost_minor"].sum()) / float(rows["costed_minor"].sum())

    def _collection(self, where: Selection, months: Sequence[str]) -> float | None:
        received, sales = self._received, self._sales({}, months)
        if where or received.empty or not sales:
            return None
        return float(received[received.index.isin(list(months))].sum()) / sales

    def _leads(self, where: Selection, months: Sequence[str]) -> float | None:
        from salesnb.stages.action_plan import COLUMNS, Cells

        frame = self._table("opportunities")
        known = {**COLUMNS, "source": "source"}
        if frame.empty or any(known.get(word, "") not in frame for word in where):
            return None

        def made() -> pd.Series:
            """How many were created in each month, 202406."""
            held = frame
            if "source" in where:
                nodes = where["source"]
                held = held[held["source"].isin(nodes if isinstance(nodes, tuple) else ())]
            rest = {word: nodes for word, nodes in where.items() if word != "source"}
            created = Cells(held, "source").pick(rest)["created_date"].dt
            return (created.year * 100 + created.month).value_counts()

        counts = self._kept("leads", where, made)
        return float(counts[counts.index.isin([int(m[:4]) * 100 + int(m[5:]) for m in months])].sum())

    def _new_customers(self, where: Selection, months: Sequence[str]) -> float | None:
        first = self.facts.first_orders(self.as_of)
        if set(where) - {"region"}:
            return None
        if "region" in where:
            from salesnb.stages.action_plan import Cells

            owned = Cells(self.facts.table("customers"), "customer_id").pick(where)
            first = first[first["customer_id"].isin(set(owned["customer_id"]))]
        return float(self._booked(first["first_date"]).isin(list(months)).sum())

    def _attained(self, where: Selection, months: Sequence[str]) -> float | None:
        """Sales over target of a selection; only where targets are decided by month. ``level: person`` is the lowest
        of all people since the plan year began: one month of one person is mostly chance."""
        cells = self.target_cells
        if "level" in where:
            return self._lowest(where, months[-1])
        if cells is None or "month" not in cells.frame or any(word not in cells.words for word in where):
            return None
        due = cells.pick(where)
        target = int(due.loc[due["month"].isin(list(months)), cells.amount].sum())
        sales = self._sales(where, months)
        return sales / target if target > 0 and sales is not None else None

    def _lowest(self, where: Selection, last: str) -> float | None:
        """The lowest attainment of a level's nodes from the plan year's begin to month ``last``."""
        cells, (level,) = self.target_cells, tuple(str(n) for n in where["level"])
        column = f"{level}_id"
        months = [m for m in self.plan_year.months if m <= last]
        if cells is None or column not in cells.frame or "month" not in cells.frame or not months:
            return None
        due = cells.pick({w: n for w, n in where.items() if w != "level"})
        target = due[due["month"].isin(months)].groupby(column)[cells.amount].sum()
        frame = self._months(column)
        sold = frame[frame["month"].isin(months)].groupby(column)["net_minor"].sum()
        there = set(self.facts.names(column))  # seats nobody sits on yet sell nothing
        known = target[target.index.isin(there) & (target > 0).to_numpy()]
        rates = sold.reindex(known.index).fillna(0) / known
        return float(rates.min()) if len(rates) else None

    def _price_cut(self, where: Selection, months: Sequence[str]) -> float | None:
        """The deepest price change a competitor announced in the months; 0 where the log holds none."""
        from salesnb.stages.action_plan import Cells

        moves = self._table("competitor_moves")
        if moves.empty or set(where) - {"region", "product_line"}:
            return None
        booked = moves["date"].dt.strftime("%Y-%m")
        if booked.min() > months[0]:
            return None  # nobody kept the log yet
        chosen = Cells(moves[booked.isin(list(months))], "price_change_rate").pick(where)
        cut = chosen["price_change_rate"].astype("float64").min()
        return 0.0 if cut != cut else float(min(cut, 0.0))

    def _stock_months(self, where: Selection, months: Sequence[str]) -> float | None:
        """Months that dealers' stock lasts at their sales of the last three months."""
        from salesnb.stages.action_plan import Cells

        stock = self._table("dealer_stock")
        if stock.empty or set(where) - {"region", "product_line"}:
            return None

        def made() -> pd.DataFrame:
            regions = dict(zip(*(self.facts.table("dealers")[c] for c in ("dealer_id", "region_id")), strict=True))
            return Cells(stock.assign(region_id=stock["dealer_id"].map(regions)), "stock_minor").pick(where)

        chosen = self._kept("stock", where, made)
        recent = chosen[(chosen["month"] <= months[-1])]
        seen = sorted(recent["month"].unique())[-RECENT:]
        now = recent[recent["month"] == months[-1]]["stock_minor"]
        sold = float(recent[recent["month"].isin(seen)]["sell_out_minor"].sum()) / max(len(seen), 1)
        return float(now.sum()) / sold if len(now) and now.notna().all() and sold > 0 else None

    def _repurchase(self, where: Selection, months: Sequence[str]) -> float | None:
        """Customers with two or more orders over customers, in the twelve months that end with the last one."""
        from salesnb.stages.action_plan import COLUMNS, Cells

        if any(word not in COLUMNS for word in where) or months[-1] not in self.closed_months:
            return None
        before = f"{int(months[-1][:4]) - 1}{months[-1][4:]}"
        if self._months()["month"].min() > before:
            return None  # not twelve months of orders

        def made() -> pd.DataFrame:
            chosen = Cells(self._years(*dict.fromkeys(COLUMNS[word] for word in where)), "order_count").pick(where)
            orders = chosen[chosen["customer_id"] != UNASSIGNED]
            return orders.groupby(["window", "customer_id"])["order_count"].sum().reset_index()

        held = self._kept("repurchase", where, made)
        count = held.loc[(held["window"] == months[-1]) & (held["order_count"] > 0), "order_count"]
        return float((count >= 2).mean()) if len(count) else None

    def _dealers(self, where: Selection, months: Sequence[str]) -> float | None:
        """Dealers under contract without an order in the month."""
        import pandas as pd

        dealers = self.facts.table("dealers")
        if where or dealers.empty:
            return None
        period = self.calendar.period(months[-1])
        stays = dealers["to_date"].isna() | (dealers["to_date"] >= pd.Timestamp(period.end))
        there = dealers[stays & (dealers["from_date"] < pd.Timestamp(period.start))]
        bought = self._months("dealer_id")
        active = set(bought.loc[bought["month"].isin(list(months)), "dealer_id"])
        return float((~there["dealer_id"].isin(active)).sum())


# metric → the method that reads it; a metric that is not here has no data in the facts
READERS = {
    "sales": "_sales",
    "gross_margin": "_margin",
    "collection_rate": "_collection",
    "lead_count": "_leads",
    "new_customers": "_new_customers",
    "attainment": "_attained",
    "dealers_without_orders": "_dealers",
    "competitor_price_change": "_price_cut",
    "dealer_stock_months": "_stock_months",
    "repurchase_rate": "_repurchase",
}
