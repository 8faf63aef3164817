"""Targets in counts: new customers, leads, visits on the same people and months as the money (R20)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_book import PlanBook

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.params.decomposition import Rule
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.prose import Sentence
    from salesnb.report.sentences.decomposition_rules import Terms
    from salesnb.stages.decomposition import Explanation, Plan, PlanConflict

COUNTS = {
    "new_customers": Text("新客户", "New customers"),
    "customers": Text("客户", "Customers"),
    "leads": Text("线索", "Leads"),
    "visits": Text("拜访", "Visits"),
    "orders": Text("订单", "Orders"),
}
LARGE = Text("其中大客户", "of them large")
LEVELS = {"region_id": Text("区域", "Region"), "person_id": Text("人员", "Person")}


@dataclass(frozen=True, eq=False)
class Dispute:
    """Rules about one ``count`` that cannot all hold: what was found, among which rules, and whether all are musts."""

    count: str
    found: Explanation
    rules: tuple[Rule, ...]
    is_undecided: bool


class CountQuestions(PlanBook):
    """What is planned in numbers of customers, leads or visits."""

    @cached_property
    def planned_counts(self) -> dict[str, Plan]:
        """A plan for each count that a rule speaks of; a contradiction among must rules leaves its count out."""
        from salesnb.stages.decomposition import PlanConflict
        from salesnb.stages.decomposition.counts import count_plan

        out: dict[str, Plan] = {}
        for name in COUNTS:
            try:
                found = count_plan(
                    self.plan, self.built.rules, name, self.sizes if name == "new_customers" else {"": 1.0}
                )
            except PlanConflict as conflict:
                self.count_conflicts[name] = conflict
                continue
            if found is not None:
                out[name] = found
        return out

    @cached_property
    def count_plans(self) -> dict[str, Plan]:
        """The same in whole numbers that leave no quarter, region or person with nothing by accident."""
        from salesnb.stages.decomposition.even_counts import even_counts

        return {name: even_counts(plan) for name, plan in self.planned_counts.items()}

    @cached_property
    def count_conflicts(self) -> dict[str, PlanConflict]:
        """Counts whose must rules contradict each other."""
        return {}

    def count_disputes(self) -> Iterator[Dispute]:
        """Every count whose rules cannot all hold: musts that contradict each other, and wishes that give way."""
        plans = self.planned_counts
        for name, conflict in self.count_conflicts.items():
            yield Dispute(name, conflict.explanation, tuple(self.built.rules), is_undecided=True)
        for name, plan in plans.items():
            if not plan.explanation.members.empty:
                yield Dispute(name, plan.explanation, tuple(plan.problem.rules), is_undecided=False)

    @cached_property
    def count_terms(self) -> Terms:
        """How a count rule's own figures are written."""
        return replace(self.terms, counted=True)

    @cached_property
    def counted(self) -> pd.DataFrame:
        """``target_counts``."""
        from salesnb.stages.decomposition.counts import target_counts

        return self.keep("target_counts", target_counts(self.count_plans))

    @cached_property
    def sizes(self) -> dict[str, float]:
        """Share of large among new customers of the last three years, measured on their first twelve months; large is
        whoever reaches the lowest customer tier of company.yaml. Half a customer is added to either side."""
        from salesnb.stages.decomposition.counts import LARGE as LARGE_SIZE
        from salesnb.stages.decomposition.counts import SMALL

        tiers = [tier.find(self.period.start, self.as_of) for tier in self.params.company.tiers.values()]
        least = min((tier for tier in tiers if tier), default=None)
        if least is None:
            return {LARGE_SIZE: 0.5, SMALL: 0.5}
        worth = self._first_years()
        large = float((worth >= least * self.scale).sum())
        share = (large + 0.5) / (len(worth) + 1)
        return {LARGE_SIZE: share, SMALL: 1 - share}

    def _first_years(self) -> pd.Series:
        """What each customer won in the three years before the plan bought in the year of his first order."""
        import pandas as pd

        from salesnb.model.periods import Window

        first = self.facts.first_orders(self.as_of).set_index("customer_id")["first_date"]
        year, parts = self.calendar.last_year(self.period), []
        for _ in range(3):
            window = Window(year.text, year.start, year.end, year.months)
            sold = self.facts.sums(("customer_id",), [window], self.as_of).set_index("customer_id")["net_minor"]
            days = pd.to_datetime(first)
            new = days[(days >= pd.Timestamp(year.start)) & (days <= pd.Timestamp(year.end))].index
            parts.append(sold.reindex(new).fillna(0))
            year = self.calendar.last_year(year)
        return pd.concat(parts)

    def counts(self) -> Exhibit:
        """Counts by region, size and quarter; every person's to unfold."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_papers as said

        frame = self.counted
        conflicts = [line for dispute in self.count_disputes() for line in self._dispute_lines(dispute)]
        if frame.empty:
            none = Text("没有以家数、条数或次数定的目标。", "Nothing is planned in numbers.")
            return Exhibit("counts", reading=conflicts or self.say(none), is_absent=not conflicts)
        table = self._count_table(frame, "region_id")
        details = [Details(self.say(Text("逐人查看", "Person by person")), self._count_table(frame, "person_id"))]
        people = self.called(frame, "person_id", "person_id")
        reading: list[Sentence] = [
            said.counts(people, {name: self.say(text) for name, text in COUNTS.items()}, self.lang),
            *conflicts,
        ]
        return Exhibit("counts", reading=reading, table=table, details=details)

    def _dispute_lines(self, dispute: Dispute) -> list[Sentence]:
        """What contradicts what among the rules of a count, and what became of it."""
        from salesnb.notebook.decomposition_rules import quarrels
        from salesnb.report.sentences import decomposition_rules as said

        name = COUNTS[dispute.count]
        end = (
            Text(f"{name.zh}：必须项互相矛盾，未决，没有列出。", f"{name.en}: musts contradict each other; left out.")
            if dispute.is_undecided
            else Text(f"{name.zh}：优先级低的规则已让步。", f"{name.en}: the less important rules gave way.")
        )
        return [
            *(said.conflict(quarrel, self.count_terms) for quarrel in quarrels(dispute.found, dispute.rules)),
            self.say(end),
        ]

    def _count_table(self, frame: pd.DataFrame, level: str) -> Markup:
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.decomposition.counts import LARGE as LARGE_SIZE

        quarter = self.plan.problem.cube.selector.quarter
        quarters = {month: quarter(month) for month in frame["month"].unique()}
        own = self.called(frame, level, level).assign(quarter=frame["month"].map(quarters))
        spans = sorted(set(quarters.values()))
        rows = [
            _row(one, self.say(COUNTS[str(count)]), str(name), spans, LARGE_SIZE)
            for (count, _, name), one in own.groupby(["count", level, "name"], sort=True)
        ]
        rows.sort(key=lambda row: (str(row["count"]), -int(row["all"])))
        total = (
            _row(own, "", self.say(Text("合计", "Total")), spans, LARGE_SIZE) if own["count"].nunique() == 1 else None
        )
        shows = [Show(Column("name", "text", LEVELS[level]))]
        if own["count"].nunique() > 1:
            shows.append(Show(Column("count", "text", Text("指标", "Counted"))))
        shows.append(Show(Column("all", "count", contract("target_counts").column("target_count").label)))
        if (own["customer_size"] == LARGE_SIZE).any():
            shows.append(Show(Column("large", "count", LARGE)))
        from salesnb.report.sentences.decomposition import span_name

        for span in spans if len(spans) > 1 else []:
            shows.append(Show(Column(span, "count", Text(span_name(span, "zh"), span_name(span, "en")))))
        caption = self.say(Text(f"数量目标：{LEVELS[level].zh}", f"Targets in counts by {LEVELS[level].en.lower()}"))
        return render(rows, shows, self.lang, options=Options(caption=caption, total=total, fold=40))


def _row(own: pd.DataFrame, count: str, name: str, spans: list[str], large: str) -> dict[str, Any]:
    sums = own.groupby("quarter")["target_count"].sum()
    row: dict[str, Any] = {"name": name, "count": count, "all": int(own["target_count"].sum())}
    row["large"] = int(own.loc[own["customer_size"] == large, "target_count"].sum())
    return row | {span: int(sums.get(span, 0)) for span in spans}
