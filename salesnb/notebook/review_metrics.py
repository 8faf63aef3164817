"""The review's first screen: core metrics of the main scope, and how each is written."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.periods import Window
from salesnb.notebook.review_basis import ReviewBasis

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.cards import Card
    from salesnb.stages.review import Figure, Wanted

METRIC_WORDS = {
    "sales": Text("销售额", "Sales"),
    "collection_rate": Text("回款率", "Collection rate"),
    "revenue_per_customer": Text("客单价", "Sales per customer"),
    "average_order_value": Text("笔单价", "Order value"),
    "repurchase_rate": Text("复购率", "Repurchase rate"),
    "gross_margin": Text("毛利率", "Gross margin"),
    "new_customers": Text("新客户数", "New customers"),
    "lead_count": Text("新增线索", "New leads"),
    "lead_conversion": Text("线索转化率", "Lead conversion"),
    "effective_visits": Text("周均有效拜访", "Effective visits a week"),
    "market_share": Text("市场份额", "Market share"),
}
USUAL = ("sales", "revenue_per_customer", "average_order_value", "repurchase_rate", "gross_margin")
NOT_DUE = Text(
    "回款率按应收到期计算需要账期数据，导出中没有，未给出。",
    "Collection over receivables due needs payment terms, which the exports do not hold; it is not given.",
)
RATES = ("ratio",)
SIDES = {"value": "", "previous": "-1p", "last_year": "-1y"}
MONEY = ("yuan", "yuan_per_customer")


class MetricQuestions(ReviewBasis):
    """Mixin of the review book."""

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """The core metrics with their dated targets and lines."""
        from salesnb.stages.review import Wanted

        on = (self.main.through, self.as_of)
        core = self.params.review.core
        if not core:
            units = {"sales": "yuan", "revenue_per_customer": "yuan_per_customer", "average_order_value": "yuan"}
            return tuple(Wanted(name, units.get(name, "ratio")) for name in USUAL)
        return tuple(
            Wanted(
                one.metric,
                one.unit,
                self._target(one.target.find(*on) if one.target else None, one.unit),
                one.alert_drop.find(*on) if one.alert_drop else None,
                self.lights_of(one.light),
            )
            for one in core
        )

    def _target(self, value: float | None, unit: str) -> float | None:
        """A target in the unit figures are kept in: money is minor units."""
        from salesnb.model.money import minor_digits

        return value if value is None or unit not in MONEY else value * 10 ** minor_digits(self.currency)

    @cached_property
    def metric_table(self) -> pd.DataFrame:
        """``review_metrics`` of the main scope; sales are held against what is due."""
        from dataclasses import replace

        from salesnb.report.numbers import is_missing
        from salesnb.stages import review

        due = self.main_pace["due_minor"]
        wanted = [
            replace(one, target=float(due)) if one.metric == "sales" and not is_missing(due) else one
            for one in self.wanted
        ]
        before = self.window(self.main, "-1y")
        now = self._figures(self.main.window(self.calendar), self.customers)
        last = self._figures(before, self.customers) if before else {}
        return self.keep("review_metrics", review.metrics(wanted, self.main.period.text, now, last))

    @cached_property
    def core_table(self) -> pd.DataFrame:
        """``review_core``: the core metrics of the period itself, of the one before and of the same a year before."""
        import pandas as pd

        from salesnb.model.tables import contract
        from salesnb.stages import review

        found = {name: self.window(self.scopes[0], suffix) for name, suffix in SIDES.items()}
        windows = [one for one in found.values() if one]
        customers = self.facts.sums(("customer_id",), windows + [self._buying(one) for one in windows], self.as_of)
        sides = {name: self._figures(one, customers) if one else {} for name, one in found.items()}
        rows = []
        for one in self.wanted:
            now, previous, last = (sides[name].get(one.metric, review.NOTHING).value for name in SIDES)
            rows.append(
                {
                    "metric": one.metric,
                    "unit": one.unit,
                    "value": now,
                    "previous": previous,
                    "mom_rate": now / previous - 1 if previous > 0 else float("nan"),
                    "last_year": last,
                    "yoy_rate": now / last - 1 if last > 0 else float("nan"),
                }
            )
        columns = [c.name for c in contract("review_core").columns]
        return self.keep("review_core", pd.DataFrame(rows, columns=columns))

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Customers' sums in the main window, its twin a year before, and the repurchase windows of both."""
        own = [self.main.window(self.calendar), self.window(self.main, "-1y")]
        windows = [one for one in own if one] + [self._buying(one) for one in own if one]
        return self.facts.sums(("customer_id",), windows, self.as_of)

    def _buying(self, window: Window) -> Window:
        from salesnb.stages.review import stretch

        months = self.params.review.repurchase_window_months
        after = window.end + timedelta(days=1)
        index = after.year * 12 + after.month - 1 - months
        start = after.replace(year=index // 12, month=index % 12 + 1, day=min(after.day, 28))
        return stretch(f"{window.label}-buying", start, window.end, self.calendar)

    def customers_in(self, label: str) -> pd.DataFrame:
        """One row a customer of the window called ``label``."""
        return self.customers[self.customers["window"] == label]

    @cached_property
    def known_leads(self) -> pd.DataFrame:
        """Opportunities as they stood on the day."""
        from salesnb.stages import funnel

        return funnel.as_known(self.facts.table("opportunities"), self.as_of)

    @cached_property
    def open_leads(self) -> pd.DataFrame:
        """The open ones with their win probability, as history says it."""
        from salesnb.stages import funnel

        return funnel.win_model(self.known_leads, self.as_of).open

    def _figures(self, window: Window, customers: pd.DataFrame) -> dict[str, Figure]:
        """Every metric of a window; ``customers``: sums by customer of it and of its buying window."""
        import pandas as pd

        from salesnb.stages import review

        label, span = window.label, (window.start, window.end)
        total = self.totals[self.totals.index == label]
        known = total[total["costed_minor"].notna()]
        costed = (int(known["costed_minor"].sum()), int(known["cost_minor"].sum())) if len(known) else None
        orders = int(total["order_count"].sum())
        out = review.sales_figures(customers[customers["window"] == label], orders, costed)
        out["repurchase_rate"] = review.repurchase(customers[customers["window"] == f"{label}-buying"])
        first = self.facts.first_orders(self.as_of)
        fresh = first["first_date"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
        out["new_customers"] = review.Figure(float(fresh.sum()), int(fresh.sum()))
        out |= review.leads(self.known_leads, *span)
        if self.facts.has("visits"):
            days = self.calendar.workdays.count(*span)
            out["effective_visits"] = review.visits(self.facts.table("visits", self.as_of), *span, days)
        return out | self._collected(window, self.sales.get(label, 0))

    def _collected(self, window: Window, sales: int) -> dict[str, Figure]:
        import pandas as pd

        from salesnb.stages import review

        way = self.params.review.collection
        if way == "receipts_over_due":
            self.note(NOT_DUE)
            return {}
        receipts = self.facts.table("receipts", self.as_of)
        opening = None
        if way == "receipts_over_opening_and_sales":
            months = self.facts.sums((), [Window("before", self.calendar.month_start(self.first_month),
                                                 window.start - timedelta(days=1))], self.as_of)  # fmt: skip
            paid = receipts.loc[receipts["receipt_date"] < pd.Timestamp(window.start), "received_minor"].sum()
            opening = int(months["net_minor"].sum()) - int(paid)
        return {"collection_rate": review.collection(receipts, window.start, window.end, sales, opening)}

    # ------------------------------------------------------------------ how they are written

    def metric_name(self, metric: str) -> str:
        """A metric as the parameters call it in Chinese, else by its usual name."""
        own: dict[str, str] = {one.metric: one.text for one in self.params.review.core}
        return own.get(metric, self.say(METRIC_WORDS[metric])) if self.lang == "zh" else self.say(METRIC_WORDS[metric])

    def written(self, value: Any, unit: str) -> str:
        """A metric's figure with its unit."""
        from salesnb.report.numbers import count, figure, is_missing, money, rate

        if unit in MONEY:
            return money(None if is_missing(value) else round(value), self.lang, self.currency)
        if unit in RATES:
            return rate(value)
        if unit == "per_person_week":
            return f"{figure(value, 1)} {self.say(Text('次', 'visits'))}"
        return count(value)

    def metric_cards(self) -> list[Card]:
        """One card a core metric that the data can give: against its target, else against last year."""
        frame = self.metric_table
        rows = [(one, frame[frame["metric"] == one.metric].iloc[0]) for one in self.wanted]
        return [self._card(row, one) for one, row in rows if row["value"] == row["value"]]

    def _card(self, row: pd.Series, one: Wanted) -> Card:
        from salesnb.report.cards import Card
        from salesnb.report.numbers import is_missing, points, rate

        value, target, last = row["value"], row["target"], row["last_year"]
        is_sales = one.metric == "sales"
        label = self.metric_name(one.metric) + (self.say(Text(" 累计", " to date")) if is_sales else "")
        shown = self.unit_shown.brief(round(value)) if is_sales else self.written(value, one.unit)
        by_target = not is_missing(target) and target > 0
        held = target if by_target else last
        if is_missing(held) or held <= 0:
            return Card(label, shown)
        said = self.unit_shown.brief(round(held)) if is_sales else self.written(held, one.unit)
        word = Text("应完成", "due") if is_sales else Text("目标", "target")
        word = word if by_target else Text("上年同期", "last year")
        change = points(value - held, self.lang) if one.unit in RATES else rate(value / held - 1, signed=True)
        state = "" if row["state"] == "none" else str(row["state"])
        whole = held
        if is_sales and by_target:
            whole = max(float(self.main_pace["target_minor"]), float(held))
        progress, tick = (value / whole, held / whole) if by_target else (None, None)
        return Card(label, shown, f"{self.say(word)} {said}", change, state, progress, tick)
