"""The series that milestones, triggers and promises are held against: monthly values from the facts, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.params.quantities import Selection
from salesnb.notebook.action_plan_base import PlanBase

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.actions import Measure

SEEN = 6  # months a trigger may look back


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

    # ------------------------------------------------------------------ one reader a metric

    def _chosen(self, where: Selection) -> pd.DataFrame | None:
        """Monthly sales of a selection."""
        from salesnb.stages.action_plan import COLUMNS, Cells

        if any(word not in COLUMNS for word in where):
            return None
        columns = tuple(dict.fromkeys(COLUMNS[word] for word in where))
        frame = self.facts.months(columns, self.as_of)
        return Cells(frame, "net_minor").pick(where)

    def _sales(self, where: Selection, months: Sequence[str]) -> float | None:
        frame = self._chosen(where)
        if frame is None or not (frame["month"] <= months[-1]).any():
            return None  # what has never been sold yet has no series: a launch to come is not a fall to zero
        return float(frame.loc[frame["month"].isin(list(months)), "net_minor"].sum())

    def _margin(self, where: Selection, months: Sequence[str]) -> float | None:
        frame = self._chosen(where)
        rows = None if frame is None else frame[frame["month"].isin(list(months))]
        if rows is None or rows["costed_minor"].fillna(0).sum() <= 0:
            return None
        return 1 - float(rows["cost_minor"].sum()) / float(rows["costed_minor"].sum())

    def _collection(self, where: Selection, months: Sequence[str]) -> float | None:
        receipts, sales = self.facts.table("receipts", self.as_of), self._sales({}, months)
        if where or receipts.empty or not sales:
            return None
        booked = [self.calendar.month_of(day.date()) in months for day in receipts["receipt_date"]]
        return float(receipts.loc[booked, "received_minor"].sum()) / sales

    def _leads(self, where: Selection, months: Sequence[str]) -> float | None:
        from salesnb.stages.action_plan import COLUMNS, Cells

        frame = self.facts.table("opportunities", self.as_of)
        known = {**COLUMNS, "source": "source"}
        if frame.empty or any(known.get(word, "") not in frame for word in where):
            return None
        made = frame[frame["created_date"].dt.strftime("%Y-%m").isin(list(months))]
        if "source" in where:
            nodes = where["source"]
            made = made[made["source"].isin(nodes if isinstance(nodes, tuple) else ())]
        rest = {word: nodes for word, nodes in where.items() if word != "source"}
        return float(len(Cells(made, "source").pick(rest)))

    def _new_customers(self, where: Selection, months: Sequence[str]) -> float | None:
        first = self.facts.first_orders(self.as_of)
        if set(where) - {"region"}:
            return None
        if "region" in where:
            from salesnb.stages.action_plan import Cells

            owned = Cells(self.facts.table("customers"), "customer_id").pick(where)
            first = first[first["customer_id"].isin(set(owned["customer_id"]))]
        return float(sum(self.calendar.month_of(day.date()) in months for day in first["first_date"]))

    def _attained(self, where: Selection, months: Sequence[str]) -> float | None:
        """Sales over target of a selection; only where targets are decided by month."""
        cells = self.target_cells
        if cells is None or "month" not in cells.frame or any(word not in cells.words for word in where):
            return None
        due = cells.pick(where)
        target = int(due.loc[due["month"].isin(list(months)), cells.amount].sum())
        sales = self._sales(where, months)
        return sales / target if target > 0 and sales is not None else None

    def _dealers(self, where: Selection, months: Sequence[str]) -> float | None:
        """Dealers under contract without an order in the month."""
        import pandas as pd

        dealers = self.facts.table("dealers")
        if where or dealers.empty:
            return None
        period = self.calendar.period(months[-1])
        stays = dealers["to_date"].isna() | (dealers["to_date"] >= pd.Timestamp(period.end))
        there = dealers[stays & (dealers["from_date"] < pd.Timestamp(period.start))]
        bought = self.facts.months(("dealer_id",), self.as_of)
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
}
