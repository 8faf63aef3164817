"""The review's questions about why: slices, bridge, drivers, the leaking step, product mix, and the chain of whys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.notebook.review_nodes import NodeQuestions, closed_between

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.stages.review import Scope

NO_YEAR_BEFORE = Text(
    "没有可比的上年同期，不能分解原因。", "There is no comparable year before, so causes cannot be split."
)
SPLIT = ("region_id", "product_line")


class WhyQuestions(NodeQuestions):
    """Mixin of the review book."""

    @cached_property
    def slices_table(self) -> pd.DataFrame:
        """``review_slices``: which crossed cells explain the gap, in the main scope and the quarter."""
        import pandas as pd

        from salesnb.stages import review

        names = {f"{d}:{node}": name for d in SPLIT for node, name in self.facts.names(d).items()}
        parts: list[pd.DataFrame] = []
        for scope in self.judged:
            leaves, basis = self._leaves(scope)
            if leaves is None:
                continue
            held = [name for name in SPLIT if name in leaves]
            months = self.monthly(tuple(held), scope)
            made = review.slices(leaves, scope.period.text, basis, months, names)
            gap = int(leaves["actual_minor"].sum() - leaves["expected_minor"].sum())
            said = Text(
                f"各单元偏差之和 = 总差额（{scope.period.text}）", f"slices sum to the gap ({scope.period.text})"
            )
            self.hold(f"slices_{scope.period.text}", said, int(made["deviation_minor"].sum()), gap)
            parts.append(made.assign(slice_no=made["slice_no"] + sum(len(part) for part in parts)))
        return self.keep("review_slices", pd.concat(parts) if parts else review.no_slices())

    def _leaves(self, scope: Scope) -> tuple[pd.DataFrame | None, str]:
        """Actual and expected of every combination: what was due, or last year's where targets are not that fine."""
        import pandas as pd

        from salesnb.stages import review

        before = self.window(scope, "-1y")
        windows = [one for one in (self.window(scope), before, self.window(scope, "-2y")) if one]
        dims = list(SPLIT)
        sums = self.facts.sums(dims, windows, self.as_of)
        now = sums[sums["window"] == scope.period.text].groupby(dims)["net_minor"].sum().rename("actual_minor")
        pieces = self.targets.leaves(dims, scope.period.start, scope.period.end)
        if pieces is not None:
            due = self.curve.due(pieces, scope.period.start, scope.through)
            was, basis = due.groupby([pieces[d] for d in dims]).sum().rename("expected_minor"), "target"
        elif before is not None:
            was, basis = sums[sums["window"] == before.label].groupby(dims)["net_minor"].sum(), "last_year"
            was = was.rename("expected_minor")
        else:
            return None, ""
        both = pd.concat([was, now], axis=1).fillna(0).astype("int64")
        both = both[(both != 0).any(axis=1)].reset_index()
        sd = review.leaf_sd(both, dims, sums, scope.period.text, basis == "last_year")
        return both.assign(chance_minor=sd), basis

    @cached_property
    def pairs(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Crossed cells of every judged scope with their chance, and their months, for alerts."""
        import pandas as pd

        cells, courses = [pd.DataFrame()], [pd.DataFrame()]
        names = {name: self.facts.names(name) for name in SPLIT}
        for scope in self.judged:
            leaves, basis = self._leaves(scope)
            if leaves is None:
                continue
            keys = "+".join(SPLIT)
            said = [" × ".join(names[d].get(v, v) for d, v in zip(SPLIT, row, strict=True))
                    for row in leaves[list(SPLIT)].itertuples(index=False)]  # fmt: skip
            node = leaves[list(SPLIT)].agg("+".join, axis=1)
            cells.append(leaves.assign(scope=scope.period.text, dimension=keys, node_id=node, name=said, basis=basis))
            months = self.monthly(SPLIT, scope)
            courses.append(months.assign(scope=scope.period.text, node_id=months[list(SPLIT)].agg("+".join, axis=1)))
        return pd.concat(cells, ignore_index=True), pd.concat(courses, ignore_index=True)

    # ------------------------------------------------------------------ bridge and drivers

    @cached_property
    def bridge_table(self) -> pd.DataFrame | None:
        """``review_bridge`` of the main scope; None without a year before."""
        from salesnb.stages import history, review

        before = self.window(self.main, "-1y")
        if before is None:
            return None
        windows = [before, self.main.window(self.calendar)]
        sums = self.facts.sums(("customer_id", "product_line", "product_id"), windows, self.as_of)
        level = history.bridge_level(sums, windows)
        effects = history.bridge(sums, windows, level).groupby("effect", sort=False)["change_minor"].sum()
        from salesnb.report.numbers import is_missing

        row = self.main_pace
        due = None if is_missing(row["due_minor"]) else int(row["due_minor"])
        order = ("price", "volume", "mix", "new_product", "lost_product", "new_customer", "lost_customer")
        parts = {name: int(effects.get(name, 0)) for name in order}
        made = review.bridge(parts, due, self.sales[before.label], int(row["actual_minor"]))
        return self.keep("review_bridge", made)

    @cached_property
    def drivers_table(self) -> pd.DataFrame | None:
        """``review_drivers`` of the main scope against last year; None without a year before."""
        import pandas as pd

        from salesnb.stages import review

        before = self.window(self.main, "-1y")
        if before is None:
            return None
        first = self.facts.first_orders(self.as_of)
        sides = []
        for window in (before, self.main.window(self.calendar)):
            days = first["first_date"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
            count = review.leads(self.known_leads, window.start, window.end).get("lead_count")
            leads = None if count is None else count.count
            sides.append(review.funnelled(self.customers_in(window.label), set(first.loc[days, "customer_id"]), leads))
        made = review.driver_tree(*sides)
        text = Text("各驱动因素之和 = 与上年同期之差", "drivers sum to the change on last year")
        change = self.sales[self.main.period.text] - self.sales[before.label]
        self.hold("drivers", text, int(made["effect_minor"].sum()), change)
        return self.keep("review_drivers", made)

    @cached_property
    def funnel_table(self) -> pd.DataFrame:
        """``review_funnel``: conversion of every step among the leads closed in the main window and its twin."""
        from salesnb.stages import funnel, review

        sides, known = [], self.known_leads
        for window in (self.window(self.main, "-1y"), self.main.window(self.calendar)):
            inside = known.iloc[:0] if window is None else closed_between(known, window.start, window.end)
            sides.append(funnel.conversion(inside, ()))
        return self.keep("review_funnel", review.funnel_change(*sides))

    @cached_property
    def mix_table(self) -> pd.DataFrame:
        """``review_mix``: what product mix did to every region's margin, against last year."""
        import pandas as pd

        from salesnb.stages import review

        before = self.window(self.main, "-1y")
        windows = [one for one in (before, self.main.window(self.calendar)) if one]
        sums = self.facts.sums(("region_id", "product_line"), windows, self.as_of)
        known = before is not None and sums["costed_minor"].notna().any()
        sums = sums if known else sums.iloc[:0]
        label = before.label if before else ""
        cells = sums.assign(
            side=pd.Series(["before" if w == label else "after" for w in sums["window"]], index=sums.index)
        )
        return self.keep("review_mix", review.margin_mix(cells, self.facts.names("region_id")))

    def factor(self, name: str, value: float) -> str:
        """A driver as it is written."""
        from salesnb.report.numbers import count, money, rate, ratio

        if name in ("sales_per_new", "order_value"):
            return money(round(value), self.lang, self.currency)
        return rate(value) if name == "new_per_lead" else ratio(value) if name == "orders_each" else count(round(value))
