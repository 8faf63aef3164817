"""What every question of a review rests on: its scopes, the targets in force, the pace curve, comparable sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, Text
from salesnb.model.periods import Kind, Window, Workdays
from salesnb.notebook.book import Book

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from salesnb.report.numbers import MoneyUnit
    from salesnb.stages.review import Curve, Lights, Scope, Targets
    from salesnb.versions.targets import InForce

NO_TARGET = Text(
    "没有已批准的目标：进度、差额和达成概率不给出，以下与上年同期比较。",
    "No targets are approved: pace, gap and chances are not given; figures are held against last year.",
)
NOT_APPROVED = Text(
    "目标取自导入的既有目标表，尚未在本工作簿批准。",
    "Targets are imported quotas that have not been approved here.",
)


UNCOVERED = 0.005  # sales without a quota that change what an attainment says


class ReviewBasis(Book):
    """A book that looks at a period that has begun."""

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The period and what holds it, up to the day reached."""
        from salesnb.stages import review

        return review.scopes(self.period, self.as_of, self.calendar)

    @cached_property
    def main(self) -> Scope:
        """What this review judges by."""
        from salesnb.stages import review

        return review.main_scope(self.scopes)

    def scope_of(self, kind: Kind) -> Scope | None:
        """The scope of ``kind``, where there is one."""
        return next((scope for scope in self.scopes if scope.period.kind is kind), None)

    @cached_property
    def judged(self) -> tuple[Scope, ...]:
        """The scopes alerts are raised in: the main one, and the quarter where that is another."""
        quarter = self.scope_of(Kind.QUARTER)
        return (self.main,) if quarter is None or quarter == self.main else (self.main, quarter)

    def words_of(self, scope: Scope) -> str:
        """A scope as a reader says it: 2024 年 1–6 月, 2024 年 6 月, 2024-07-01 至 2024-07-04."""
        from salesnb.report.sentences.words import span

        window = scope.window(self.calendar)
        if window.months == scope.period.months and scope.period.kind is Kind.YEAR:
            return span(scope.period.text, self.lang)
        ends = (window.months[0], window.months[-1]) if window.months else (str(window.start), str(window.end))
        return span(f"{ends[0]}–{ends[1]}", self.lang) if ends[0] != ends[1] or window.months else ends[0]

    # ------------------------------------------------------------------ targets and pace

    @cached_property
    def targets(self) -> Targets:
        """The year's targets as known on the day: approved, else imported, else none; the state is a note."""
        from salesnb.stages.review import Targets, one_currency

        found = self.in_force
        if found.frame is not None:
            frame = self._of_sales(found.frame)
            return Targets(found.state, one_currency(frame, self.currency), self.calendar)
        year = self.calendar.period(found.plan)
        rows = self._of_sales(self.facts.table("targets"))
        rows = rows[(rows["from_date"].dt.date <= year.end) & (rows["to_date"].dt.date >= year.start)]
        if len(rows):
            self.note(NOT_APPROVED)
            if (rows["person_id"] != UNASSIGNED).all():
                self._note_uncovered(year.start)
            return Targets("imported", one_currency(rows.reset_index(drop=True), self.currency), self.calendar)
        self.note(found.say())
        self.note(NO_TARGET)
        return Targets("none", rows, self.calendar)

    @cached_property
    def in_force(self) -> InForce:
        """The year's targets as approved by the day; the whole chain is verified."""
        from salesnb.versions.targets import in_force

        plan = self.calendar.containing(Kind.YEAR, self.main.through).text
        return in_force(self.params.folder, plan, self.as_of)

    def _note_uncovered(self, start: date) -> None:
        """Quotas of people cover what people sell: say how much of the year's sales stands in no quota at all."""
        from salesnb.report.numbers import rate

        span = [Window("year", start, self.main.through)]
        sums = self.facts.sums(("person_id",), span, self.as_of).groupby("person_id")["net_minor"].sum()
        nobody, total = float(sums.get(UNASSIGNED, 0)), float(sums.sum())
        if total > 0 and nobody / total > UNCOVERED:
            share = rate(nobody / total)
            self.note(
                Text(
                    f"目标只下达到人，而 {share} 的销售没有业务员、不在任何目标之内："
                    "全公司达成率因此偏高，请以各人为准。",
                    f"Quotas are people's, and {share} of sales has no salesperson and stands in no quota: the"
                    " company's attainment is too high by that; judge by person.",
                )
            )

    @property
    def judged_by(self) -> str:
        """The revision figures are judged by; empty where nothing is approved. The foot prints its chain's head."""
        found = self.in_force
        return self.say(found.say()) if found.head else ""

    @property
    def chain_head(self) -> str:
        """The head of the chain figures are judged by: printed in the page's foot."""
        return self.in_force.head

    def _of_sales(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows about sales: quotas may name the metric by its id or as the first screen calls it."""
        if "metric" not in frame:
            return frame
        called = {core.text for core in self.params.review.core if core.metric == "sales"}
        return frame[frame["metric"].isin({"sales", UNASSIGNED} | called)]

    @property
    def has_target(self) -> bool:
        """Whether the main scope has a target at all."""
        return len(self.targets.pieces("", self.main.period.start, self.main.period.end)) > 0

    @cached_property
    def curve(self) -> Curve:
        """How a target falls due: the season of the years before this one, over working days."""
        from salesnb.stages import history
        from salesnb.stages.review import Curve

        year = self.calendar.containing(Kind.YEAR, self.main.through)
        months = self.facts.months((), self.as_of)
        past = months[months["month"] < year.months[0]]
        if past.empty:
            return Curve(self.calendar)
        sums = history.gapless(past, str(past["month"].max()))
        years = range(int(sums["month"].iloc[0][:4]) - 1, int(year.months[0][:4]) + 1)
        festivals = [Workdays.spring_festival(one) for one in years] if self.currency == "CNY" else []
        index = history.season_history(history.company_season(sums, festivals))
        return Curve(
            self.calendar, {int(m): i for m, i in zip(index["calendar_month"], index["season_index"], strict=True)}
        )

    @cached_property
    def lights(self) -> Lights:
        """The traffic lights of sales on the reviewed day."""
        core = next((one for one in self.params.review.core if one.metric == "sales"), None)
        return self.lights_of(core.light if core else None)

    def lights_of(self, light: object) -> Lights:
        """Dated thresholds as of the reviewed day."""
        from salesnb.stages.review import Lights

        if light is None:
            return Lights()
        on = (self.main.through, self.as_of)
        return Lights(light.warn_below.find(*on), light.bad_below.find(*on))  # type: ignore[attr-defined]

    @property
    def basis(self) -> str:
        """Whether behind is relative or in points."""
        thresholds = self.params.review.thresholds
        return thresholds.basis if thresholds else "relative"

    # ------------------------------------------------------------------ sums

    @cached_property
    def first_month(self) -> str:
        """The first month with sales as known."""
        first = self.facts.months((), self.as_of)["month"].min()
        if not isinstance(first, str):
            raise DataError(Text(f"{self.as_of} 之前没有任何订单", f"there is no order before {self.as_of}"))
        return first

    def months_reached(self, by: Sequence[str]) -> pd.DataFrame:
        """Sales by month and ``by`` up to the day reached: a running month holds no day that its due leaves out.

        What became known after that day about earlier days counts; a sale of a later day does not.
        """
        import pandas as pd

        months, day = self.facts.months(by, self.as_of), self.main.through
        running = self.calendar.month_of(day)
        span = self.calendar.period(running)
        if day >= span.end:
            return months[months["month"] <= running]
        part = self.facts.sums(by, [Window("reached", span.start, day)], self.as_of)
        part = part.drop(columns="window").assign(month=pd.Series(running, index=part.index, dtype="str"))
        return pd.concat([months[months["month"] < running], part[months.columns]], ignore_index=True)

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Every scope's stretch with its twins a year, two years and a period before, as far as sales reach back."""
        from salesnb.stages.review import two_years_before

        begun = self.calendar.month_start(self.first_month)
        out = []
        for scope in self.scopes:
            twins = [scope.last_year(self.calendar), scope.previous(self.calendar)]
            older = two_years_before(scope, self.calendar).last_year(self.calendar)
            twins.append(replace(older, label=f"{scope.period.text}-2y"))
            out += [scope.window(self.calendar), *(twin for twin in twins if twin is not None and twin.start >= begun)]
        return tuple(out)

    def window(self, scope: Scope, suffix: str = "") -> Window | None:
        """The window of ``scope`` with ``suffix`` ("", -1y, -2y, -1p); None where there are no sales that old."""
        label = scope.period.text + suffix
        return next((one for one in self.windows if one.label == label), None)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Company sums by window label, indexed by it; a window without any line is absent from the facts: zero."""
        sums = self.in_own_currency(self.facts.sums(("currency",), self.windows, self.as_of))
        return sums.set_index("window")

    @cached_property
    def sales(self) -> dict[str, int]:
        """Net sales by window label."""
        net = self.totals["net_minor"]
        return {one.label: int(net.get(one.label, 0)) for one in self.windows}

    @cached_property
    def pace_table(self) -> pd.DataFrame:
        """``review_pace``."""
        from salesnb.stages import review

        made = review.pace(self.scopes, self.sales, self.targets, self.curve, self.lights, self.basis)
        return self.keep("review_pace", made)

    @property
    def main_pace(self) -> pd.Series:
        """The main scope's row of ``review_pace``."""
        return self.pace_table[self.pace_table["scope"] == self.main.period.text].iloc[0]

    @cached_property
    def unit_shown(self) -> MoneyUnit:
        """The page's money unit, from its largest amount."""
        from salesnb.report.numbers import is_missing

        row = self.main_pace
        largest = [row[c] for c in ("actual_minor", "target_minor", "last_year_minor") if not is_missing(row[c])]
        return self.money_unit(max(abs(int(value)) for value in largest))
