"""Feasibility's questions about money, the field's own figures, and what is new."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.periods import Kind
from salesnb.model.tables import contract
from salesnb.notebook.feasibility_ahead import DIMENSIONS
from salesnb.notebook.feasibility_means import MeansQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit

NO_LAUNCH = Text("本期没有新市场或新产品。", "No new market or product in this period.")
NO_FIELD = Text(
    "还没有一线自报数：people.yaml 没有，也没有交回的填报表。",
    "The field has said nothing yet, in people.yaml or forms.",
)
ITEMS = {
    "acquisition": Text("获取新客户", "Winning new customers"),
    "hires": Text("招聘方案", "Hires"),
    "strategies": Text("策略费用", "Strategies"),
    "trainings": Text("培训", "Trainings"),
    "requests": Text("资源申请", "Resource requests"),
    "total": Text("合计", "Total"),
}
LEVELS = {"region": Text("区域", "Region"), "team": Text("团队", "Team"), "person": Text("人员", "Person")}
MOST_SHOWN = 40


class MoneyQuestions(MeansQuestions):
    """Mixin of the feasibility book."""

    # ------------------------------------------------------------------ money

    @cached_property
    def budget_found(self) -> pd.DataFrame:
        """``feasibility_budget``, kept."""
        from salesnb.notebook import feasibility_needs
        from salesnb.stages import feasibility

        held = self.params.actions.budget if self._is_plan(self.params.actions.plan) else None
        total = held.total.find(*self.when) if held else None
        given = None if total is None else round(total * self.minor * self.share_of_year)
        split = (held.split.find(*self.when) or {}) if held else {}
        return self.keep("feasibility_budget", feasibility.budget_table(feasibility_needs.needs(self), given, split))

    def budget(self) -> Exhibit:
        """What the target needs in money against what was given."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_means as said
        from salesnb.report.tables import Options, Show, render

        frame, shown = self.budget_found, contract("feasibility_budget")
        if not (frame["item"] == "total").any():
            return Exhibit("budget", reading=said.budget(frame, self.lang, self.currency), is_absent=True)
        split = Text("预算拆分：", "Split: ")
        order = {name: i for i, name in enumerate(ITEMS)}
        rows = frame.assign(
            order=[order.get(i, len(order)) for i in frame["item"]],
            item=[ITEMS[i].get(self.lang) if i in ITEMS else f"{self.say(split)}{i[6:]}" for i in frame["item"]],
        ).sort_values("order", kind="stable")
        names = [c for c in ("item", "needed_minor", "given_minor", "gap_minor", "unit_minor") if rows[c].notna().any()]
        unit = self.money_unit(int(frame[["needed_minor", "given_minor"]].max().max()))
        table = render(
            rows, [Show(shown.column(c)) for c in names], self.lang, unit, Options(caption=self.say(shown.label))
        )
        return Exhibit("budget", reading=said.budget(frame, self.lang, self.currency), table=table)

    # ------------------------------------------------------------------ the field and what is new

    @cached_property
    def field(self) -> pd.DataFrame:
        """``feasibility_feedback``, kept."""
        from salesnb.intake.forms import merged
        from salesnb.stages import feasibility

        notes = self.params.period(self.period.text).commitments  # what came back in forms stands there
        given = (*self.params.people.commitments, *notes)
        known = merged([one for one in given if one.decided <= self.as_of], self.period.text, self._parts)
        said = feasibility.commitments(known, self.period.text, self.as_of)
        expected: dict[tuple[str, str], float | None] = {
            ("region", node): target for (d, node), target in self.targets.items() if d == "region_id"
        }
        if any(level == "person" for level, _ in said):
            expected |= {("person", str(p)): None for p in self.team.seats["person_id"]}
        table = feasibility.feedback_table(self.base, said, expected, self.names, self.minor)
        return self.keep("feasibility_feedback", table)

    @property
    def _parts(self) -> tuple[str, ...]:
        """Periods whose commitments together say the whole: quarters of a year or half, months of a quarter."""
        if self.period.kind not in (Kind.YEAR, Kind.HALF):
            return self.period.months
        return tuple(quarter.text for quarter in self.calendar.children(self.period, Kind.QUARTER))

    def feedback(self) -> Exhibit:
        """Bottom-up beside top-down; people to unfold."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import feasibility_means as said

        frame = self.field
        if frame["committed_minor"].isna().all():
            return Exhibit("feedback", reading=self.say(NO_FIELD), is_absent=True)
        own = frame[frame["level"] == "region"]
        details = [
            Details(self.say(LEVELS[level]), self._feedback_table(frame[frame["level"] == level]))
            for level in ("team", "person")
            if (frame["level"] == level).any()
        ]
        reading = said.feedback(frame, self.lang, self.currency)
        return Exhibit("feedback", reading=reading, table=self._feedback_table(own), details=details)

    def _feedback_table(self, frame: pd.DataFrame) -> str:
        from salesnb.model.contracts.feasibility import TESTED
        from salesnb.notebook.feasibility_exhibits import tested
        from salesnb.report.tables import Options, Show, render

        shown = contract("feasibility_feedback")
        behind = [
            tested(self, DIMENSIONS[level], str(node)) if chance == chance else ""
            for level, node, chance in zip(
                frame["level"], frame["node_id"], frame["chance_rate"].astype("float64"), strict=True
            )
        ]
        frame = frame.assign(tested=behind)
        frame = frame.sort_values(["middle_minor", "node_id"], ascending=[False, True], kind="stable")
        names = (
            "name",
            "target_minor",
            "committed_minor",
            "gap_minor",
            "gap_rate",
            "middle_minor",
            "chance_rate",
            "tested",
            "condition",
        )
        given = [c for c in names if frame[c].notna().any() and (frame[c].astype(str) != "").any()]
        columns = [
            Show(
                TESTED if c == "tested" else shown.column(c),
                signed=c.startswith("gap"),
                decimals=0 if c == "chance_rate" else None,
                once=c == "tested",
            )
            for c in given
        ]
        options = Options(caption=self.say(shown.label), limit=MOST_SHOWN)
        return render(frame, columns, self.lang, self.unit_shown, options)

    @cached_property
    def launched(self) -> pd.DataFrame:
        """``feasibility_launches``, kept."""
        from salesnb.stages import feasibility

        markets = self.params.market.new_markets
        table = feasibility.launch_table(markets, self.period, self.as_of, self.calendar, self.minor)
        return self.keep("feasibility_launches", table)

    def launches(self) -> Exhibit:
        """New markets and products: potential × reach × ramp, with a range."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_means as said
        from salesnb.report.tables import Options, Show, render

        frame, shown = self.launched, contract("feasibility_launches")
        if frame.empty:
            return Exhibit("launches", reading=self.say(NO_LAUNCH), is_absent=True)
        unit = self.money_unit(int(frame["potential_minor"].max()))
        names = (
            "text",
            "opens",
            "potential_minor",
            "reach_rate",
            "ramp_months",
            "expected_minor",
            "low_minor",
            "high_minor",
        )
        columns = [Show(shown.column(c), decimals=1 if c == "ramp_months" else None) for c in names]
        table = render(frame, columns, self.lang, unit, Options(caption=self.say(shown.label)))
        return Exhibit("launches", reading=said.launches(frame, self.lang, self.currency), table=table)
