"""History's questions about customers: worth, coming and going, tiers and cohorts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.periods import Kind
from salesnb.model.tables import contract
from salesnb.notebook.past import Past

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit

SHORT = Text(
    "数据不足一个完整的十二个月，客户指标暂不给出。",
    "There are not yet twelve whole months of data, so no customer figures.",
)
NO_CUSTOMERS = Text("导出中没有客户。", "The exports name no customer.")
NO_TIERS = Text(
    "company.yaml 还没有设定客户层级（tiers）的年购买额标准。",
    "company.yaml sets no yearly purchase for customer tiers yet.",
)
TIERS = {"_ordinary": Text("普通客户", "Ordinary customers"), "_none": Text("未购买", "Did not buy")}
COHORTS_SHOWN = 8


class CustomerQuestions(Past):
    """Mixin of the history book; all its windows are twelve whole months."""

    @cached_property
    def _customer_sums(self) -> pd.DataFrame:
        return self.facts.sums(("customer_id",), self.years, self.as_of)

    def customers(self) -> Exhibit:
        """Buyers, new and lost ones, repurchase, what a customer and an order are worth, concentration, cost to win."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import customers as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import history

        first = history.first_bought(self.facts.activity("customer_id", self.as_of), self.calendar)
        frame = self.keep(
            "history_customers", history.customer_years(self._customer_sums, first, self.years, self._spend())
        )
        if frame.empty or not frame["customer_count"].any():
            return Exhibit("customers", reading=self.say(SHORT if frame.empty else NO_CUSTOMERS), is_absent=True)
        shown = contract("history_customers")
        names = [c.name for c in shown.columns if c.name not in ("window", "rate_low", "rate_high", "net_minor")]
        per_customer = self.money_unit(int(frame["revenue_per_customer_minor"].max()))
        decimals = {"hhi": 4, "orders_per_customer": 1}
        given = [name for name in ("window", *names) if frame[name].notna().any()]
        columns = [Show(shown.column(name), decimals=decimals.get(name)) for name in given]
        counts = [c for c in columns if not c.column.name.endswith("_minor")]
        money = [c for c in columns if c.column.name == "window" or c.column.name.endswith("_minor")]
        caption = Options(caption=self.say(Text("客户指标", "Customers")))
        frame = self.spanned(frame)
        table = render(frame, counts, self.lang, options=caption) + render(
            frame, money, self.lang, per_customer, caption
        )
        return Exhibit("customers", reading=said.customers(frame, self.lang, self.currency), table=table)

    def _spend(self) -> dict[str, int]:
        """Marketing spend by window; only windows of which every month is known."""
        spend = self.facts.table("spend", self.as_of)
        by_month = spend[spend["currency"] == self.currency].groupby("month")["spend_minor"].sum()
        return {
            w.label: int(by_month.reindex(list(w.months)).sum())
            for w in self.years
            if by_month.reindex(list(w.months)).notna().all()
        }

    def tiers(self) -> Exhibit:
        """Customers and sales by tier, and who moved between tiers."""
        from salesnb.report.charts import shares
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import customers as said
        from salesnb.report.tables import Options, render
        from salesnb.stages import history

        limits = self._limits()
        frame = self.keep("history_tiers", history.tiers(self._customer_sums, self.years, limits))
        moves = self.keep("history_tier_moves", history.tier_moves(self._customer_sums, self.years, limits))
        if frame.empty or not limits:
            return Exhibit("tiers", reading=self.say(SHORT if limits else NO_TIERS), is_absent=True)
        shown, moved = contract("history_tiers"), contract("history_tier_moves")
        words = {name: Text(name, name) for name in limits} | TIERS
        wide = frame.pivot(index="tier", columns="window", values="share_of_sales").fillna(0)
        order = [*sorted(limits, key=lambda name: -limits[name]), "_ordinary"]
        parts = [(words[t].get(self.lang), list(wide.loc[t])) for t in order if t in wide.index]
        place = {tier: i for i, tier in enumerate(order)}
        named = frame.assign(tier=[words[t].get(self.lang) for t in frame["tier"]], place=frame["tier"].map(place))
        named = named.sort_values(["window", "place"], ascending=[False, True], kind="stable")
        caption = Options(caption=self.say(Text("客户层级", "Tiers")))
        table = render(self.spanned(named), list(shown.columns), self.lang, self.unit_shown, caption)
        path = moves.assign(
            from_tier=[words[t].get(self.lang) for t in moves["from_tier"]],
            to_tier=[words[t].get(self.lang) for t in moves["to_tier"]],
        )
        drill = render(path, list(moved.columns), self.lang, self.unit_shown, caption)
        details = [
            Details(self.say(Text("各层级的客户与销售额", "Customers and sales by tier")), table),
            Details(self.say(Text("层级之间的迁移", "Moves between tiers")), drill),
        ]
        figure = shares([self.short(w) for w in wide.columns], parts, self.lang)
        reading = said.tiers(frame, moves, words, limits, (self.lang, self.currency))
        return Exhibit("tiers", figure=figure, reading=reading, details=details)

    def _limits(self) -> dict[str, int]:
        """Yearly purchase from which each tier begins, in minor units, as decided by the as-of date."""
        from salesnb.model.money import minor_digits

        scale = 10 ** minor_digits(self.currency)
        tiers = self.params.company.tiers
        found = {
            name: value.find(self.years[-1].end if self.years else self.as_of, self.as_of)
            for name, value in tiers.items()
        }
        return {name: int(value) * scale for name, value in found.items() if value is not None}

    def cohorts(self) -> Exhibit:
        """Customers by the quarter of their first order, and how many still buy later."""
        from salesnb.report.charts import heat
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import Rate
        from salesnb.report.sentences import customers as said
        from salesnb.stages import history

        last = self.years[-1].months[-1] if self.years else self.calendar.month_of(self.as_of)
        activity = self.facts.activity("customer_id", self.as_of)
        period_of = {month: self._quarter(month) for month in sorted(set(activity["month"])) if month <= last}
        complete = self._quarter(last) if self.calendar.period(self._quarter(last)).months[-1] <= last else ""
        end = complete or max((q for q in period_of.values() if q < self._quarter(last)), default="")
        frame = self.keep("history_cohorts", history.cohorts(activity, period_of, end))
        if not (frame["age"] > 0).any():  # no quarter has passed since anybody's first order
            return Exhibit("cohorts", reading=self.say(SHORT), is_absent=True)
        recent = sorted(frame["cohort"].unique())[-COHORTS_SHOWN:]
        wide = frame[frame["cohort"].isin(recent)].pivot(index="cohort", columns="age", values="retention_rate")
        wide = wide[[age for age in range(1, COHORTS_SHOWN) if age in wide.columns]]
        figure = heat(
            list(wide.index), [f"+{age}" for age in wide.columns], wide.to_numpy().tolist(), Rate(self.lang, 0)
        )
        return Exhibit("cohorts", figure=figure, reading=said.cohorts(frame, self.lang))

    def _quarter(self, month: str) -> str:
        return self.calendar.parent(self.calendar.period(month), Kind.QUARTER).text
