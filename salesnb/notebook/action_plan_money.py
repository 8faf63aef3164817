"""Money of the action plan: the budget and its splits, what is asked for, what promotions do; each table kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.notebook.action_plan_pay import PayQuestions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from salesnb.model.params.actions import Promotion
    from salesnb.stages.action_plan import Measured

BUNDLES = (5, 10, 20, 30)  # 买 5 送 1 …: what a promotion is compared with


class PlanMoney(PayQuestions):
    """Mixin of the action plan's book."""

    def empty(self, name: str) -> pd.DataFrame:
        """Table ``name`` without rows."""
        return self._empty(name)

    def kept(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` kept as table ``name``; an empty one keeps the table's columns."""
        return self.keep(name, frame if len(frame.columns) else self.empty(name))

    @cached_property
    def budget_found(self) -> pd.DataFrame:
        """``action_budget``, kept."""
        from salesnb.stages import action_plan

        budget = self.actions.budget
        frame = action_plan.budget_split(budget, self.plan_year.start, self.as_of, self.minor) if budget else None
        return self.keep("action_budget", self.empty("action_budget") if frame is None else frame)

    @cached_property
    def regions_found(self) -> pd.DataFrame:
        """``action_budget_regions``, kept: the whole budget over regions, by target within the rule."""
        from salesnb.stages import action_plan

        budget = self.actions.budget
        if budget is None or self.budget_found.empty:
            return self.keep("action_budget_regions", self.empty("action_budget_regions"))
        sums = self.cells.frame.groupby("region_id")["target_minor"].sum()
        weights = {str(n): float(v) for n, v in sums.items() if v > 0 and self.is_assigned(str(n))}
        total = int(self.budget_found["amount_minor"].sum())
        frame = action_plan.region_split(total, budget, weights, self.plan_year.start, self.as_of)
        return self.keep("action_budget_regions", frame)

    @cached_property
    def measured(self) -> Measured:
        """Uses of money whose return is measured."""
        from salesnb.stages import action_plan

        spend = self.facts.table("spend", self.as_of)
        return action_plan.measured(spend[spend["currency"] == self.currency], self.year_before.months)

    @cached_property
    def allocation_found(self) -> pd.DataFrame:
        """``action_allocation``, kept."""
        from salesnb.stages import action_plan

        frame = action_plan.allocation(self.measured, self.actions.budget, self.plan_year.start, self.as_of)
        return self.kept("action_allocation", frame)

    @cached_property
    def requests_found(self) -> pd.DataFrame:
        """``action_requests``, kept."""
        from salesnb.stages import action_plan

        return self.kept("action_requests", action_plan.requests(self.actions.requests, self.as_of, self.minor))

    @cached_property
    def promotions_found(self) -> pd.DataFrame:
        """``action_promotions``, kept: against the same cells and days a year before."""
        return self.kept("action_promotions", self._promised(self.actions.promotions))

    @cached_property
    def bundles(self) -> pd.DataFrame:
        """The promotions with other bundles, in the form of ``action_promotions``."""
        from salesnb.report.sentences.action_money import bundle

        others = [
            one.model_copy(update={"id": f"{one.id}-{buy}", "buy": buy, "give": 1, "text": bundle(buy, 1, self.lang)})
            for one in self.actions.promotions
            for buy in BUNDLES
            if (buy, 1) != (one.buy, one.give)
        ]
        return self._promised(others)

    def _promised(self, promotions: Iterable[Promotion]) -> pd.DataFrame:
        """What each promotion does to what the same cells sold on the same days a year before."""
        import pandas as pd

        from salesnb.stages import action_plan

        rows = []
        for one in promotions:
            sample = self._sample(one.where, (one.start, one.end))
            if sample is None:
                continue
            got = action_plan.outcome(one, sample)
            rows.append(
                {
                    "promotion_id": one.id,
                    "text": one.text,
                    "start_date": pd.Timestamp(one.start),
                    "end_date": pd.Timestamp(one.end),
                    "discount_rate": float(got.discount),
                    "margin_before_rate": got.margin_before,
                    "margin_after_rate": got.margin_after,
                    "break_even_rate": got.break_even_lift,
                    "expected_rate": got.expected_lift,
                    "free_units": got.free_units,
                    "free_cost_minor": got.free_cost_minor,
                    "profit_before_minor": got.profit_before_minor,
                    "profit_after_minor": got.profit_after_minor,
                }
            )
        return pd.DataFrame(rows)

    def _sample(self, where: Any, days: tuple[date, date]) -> Any:
        """What the selection sold on the same days a year before; None where nothing was, or costs are not known."""
        from salesnb.model.periods import Window
        from salesnb.stages.action_plan import COLUMNS, Cells, Sample

        columns = tuple(dict.fromkeys(COLUMNS[word] for word in where if word in COLUMNS))
        start, end = (d.replace(year=d.year - 1, day=min(d.day, 28)) for d in days)
        frame = self.facts.sums(columns, (Window("before", start, end),), self.as_of)
        rows = Cells(frame, "net_minor").pick({w: n for w, n in where.items() if w in COLUMNS})
        if rows.empty or rows["cost_minor"].isna().any() or rows["net_minor"].sum() <= 0:
            return None
        return Sample(float(rows["quantity"].sum()), int(rows["net_minor"].sum()), int(rows["cost_minor"].sum()))
