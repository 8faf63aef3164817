"""The review's questions about closing a period: restated months, strategies, missed nodes, improvements, lessons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.periods import Kind, month_range
from salesnb.notebook.review_why import WhyQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.period import Lesson, PeriodNotes
    from salesnb.model.params.quantities import Selection
    from salesnb.stages.review import Improving, Tried

PROBLEM_DIMENSIONS = ("region_id", "team_id", "product_line", "person_id")
INSIDE = {"region_id": "product_line", "team_id": "product_line", "product_line": "region_id",
          "person_id": "product_line"}  # fmt: skip


class ClosingQuestions(WhyQuestions):
    """Mixin of the review book."""

    def period_files(self) -> Iterator[tuple[str, PeriodNotes]]:
        """People's judgement of every period that has begun by the day reached, by period."""
        for name in self.params.files:
            if name.startswith("periods/") and name.endswith(".yaml"):
                text = name.removeprefix("periods/").removesuffix(".yaml")
                if self.calendar.period(text).start <= self.main.through:
                    yield text, self.params.period(text)

    # ------------------------------------------------------------------ restatement

    @cached_property
    def restated_table(self) -> pd.DataFrame:
        """``review_restated``: this year's months that were closed before the as-of date."""
        from salesnb.stages import review

        days = timedelta(days=self.params.company.close_days)
        closed = []
        reached = self.calendar.month_of(self.main.through)
        for month in self._year_months():
            day = self.calendar.period(month).end + days
            if day < self.as_of and month <= reached:
                known = self.facts.months((), day).set_index("month")
                sums = (int(known[c].get(month, 0)) for c in ("net_minor", "returns_minor"))
                closed.append(review.Closed(month, day, *sums))
        made = self.keep("review_restated", review.restated(closed, self.facts.months((), self.as_of)))
        parts = made["reported_minor"] + made["late_minor"] + made["returned_minor"]
        text = Text("结账数 + 补录 + 退货 = 现在", "as closed + booked late + returned = as known now")
        self.hold("restated", text, int(parts.sum()), int(made["known_minor"].sum()))
        return made

    # ------------------------------------------------------------------ strategies

    @cached_property
    def strategies_table(self) -> pd.DataFrame:
        """``review_strategies``: the plan's strategies and promotions that were decided by the as-of date."""
        from salesnb.stages import review

        plan = self.params.actions
        year = self.year.period
        notes = {
            note.strategy: note.text
            for _, held in self.period_files()
            for note in held.strategies
            if note.decided <= self.as_of
        }
        tried = []
        if plan.plan in ("", year.text):
            for one in plan.strategies:
                if one.decided <= self.as_of:
                    start = max(one.from_, year.start) if one.from_ > one.decided else max(one.decided, year.start)
                    tried.append(self._tried((one.id, one.kind, one.text, notes.get(one.id, "")), one.where, start))
            for deal in plan.promotions:
                if deal.decided <= self.as_of:
                    said = (deal.id, "promotion", deal.text, notes.get(deal.id, ""))
                    tried.append(self._tried(said, deal.where, deal.start, deal.end))
        return self.keep("review_strategies", review.effects(tried))

    def _tried(self, said: tuple[str, str, str, str], where: Selection, start: Any, end: Any = None) -> Tried:
        """One strategy with its nodes' monthly sales before it began and since."""
        from salesnb.stages import review
        from salesnb.stages.growth import believed_growth

        last = min(self.main.through, end) if end else self.main.through
        first = self.calendar.month_of(start)
        if self.calendar.month_start(first) < start:
            first = self.calendar.month_of(self.calendar.period(first).end + timedelta(days=1))
        newest = self.calendar.month_of(last)
        if self.calendar.period(newest).end > last:
            newest = self.calendar.month_of(self.calendar.month_start(newest) - timedelta(days=1))
        months = month_range(first, newest)
        eve = start - timedelta(days=1)
        before, since = self._sold_where(where, eve), self._sold_where(where, self.as_of) or {}
        believed = believed_growth(self.params.market, (start, eve))
        return review.Tried(*said[:3], start, before, since, months, said[3], believed)

    def _sold_where(self, where: Selection, day: Any) -> dict[str, int] | None:
        """Net sales by month of a selection as known on ``day``; None where sales do not hold its dimensions."""
        from salesnb.intake.sums import DIMENSIONS
        from salesnb.stages import action_plan

        columns = [action_plan.COLUMNS.get(word, "") for word in where]
        if any(column not in DIMENSIONS for column in columns):
            return None
        frame = self.facts.months(tuple(columns), day)
        own = action_plan.Cells(frame, "net_minor").pick(where)
        sums = own.groupby("month")["net_minor"].sum()
        return {str(month): int(value) for month, value in sums.items()}

    # ------------------------------------------------------------------ missed nodes and improvements

    @cached_property
    def problems_table(self) -> pd.DataFrame:
        """``review_problems``: nodes below the annual pass line, and what people found out about them."""
        import pandas as pd

        from salesnb.report.spoken import spoken
        from salesnb.stages import review

        found = self.params.review.thresholds
        passes = found.annual_pass.find(self.main.through, self.as_of) if found else None
        frame = self.nodes_table
        rows = frame[(frame["scope"] == self.main.period.text) & frame["dimension"].isin(PROBLEM_DIMENSIONS)]
        rows = rows if passes is not None else rows.iloc[:0]
        below = rows[(rows["attainment_rate"] < (passes or 0)) & ~self._is_its_region(rows)]
        since: dict[tuple[str, str], str | None] = {}
        held: dict[tuple[str, str], list[str]] = {}
        for dimension, course in self._courses(self.main, below).items():
            for node, own in course.groupby("node_id"):
                own = own.sort_values("month", kind="stable")
                begun = review.since(list(own["month"]), list(own["expected_minor"]), list(own["actual_minor"]))
                since[(dimension, str(node))] = begun
            crossed = self.crossed(dimension, INSIDE[dimension])
            names = {INSIDE[dimension]: self.facts.names(INSIDE[dimension])}
            inside = review.inside(crossed, dimension, names) if crossed is not None else {}
            held |= {(dimension, node): parts for node, parts in inside.items()}
        causes = {}
        for _, told in self.period_files():
            for why in told.whys:
                if why.decided <= self.as_of and why.answers:
                    for word in ("", "产品线 ", "Line "):  # a line may be called as the page calls it
                        causes[why.finding.removeprefix(word)] = why.answers[-1]
        causes |= {name: causes[spoken(name)] for name in map(str, rows["name"]) if spoken(name) in causes}
        made = review.problems(below if len(below) else rows.iloc[:0], passes or 0.0, since, held, causes)
        return self.keep("review_problems", pd.DataFrame(made))

    def crossed(self, one: str, other: str) -> pd.DataFrame | None:
        """Expected and actual of the main scope by two dimensions; None where the targets are not that fine."""
        import pandas as pd

        pieces = self.targets.leaves((one, other), self.main.period.start, self.main.period.end)
        window = self.window(self.main)
        if pieces is None or window is None:
            return None
        due = self.curve.due(pieces, self.main.period.start, self.main.through)
        expected = due.groupby([pieces[one], pieces[other]]).sum().rename("expected_minor")
        sums = self.facts.sums((one, other), [window], self.as_of)
        actual = sums.set_index([one, other])["net_minor"].rename("actual_minor")
        return pd.concat([expected, actual], axis=1).fillna(0).astype("int64").reset_index(names=[one, other])

    @cached_property
    def stated_improvements(self) -> list[Improving]:
        """Every improvement as each period's file states it."""
        from salesnb.stages import review

        return [
            review.Improving(
                i.id, i.text, i.owner, i.due, i.cause, i.state, i.closed, i.decided, text, "；".join(i.evidence)
            )
            for text, held in self.period_files()
            for i in held.improvements
        ]

    @cached_property
    def improvements_table(self) -> pd.DataFrame:
        """``review_improvements``: what is still to be done, from every period's file, and what was closed since."""
        from salesnb.stages import review

        made = review.improvements(self.stated_improvements, self.period.start, self.as_of)
        names = self.facts.names("person_id")
        return self.keep("review_improvements", made.assign(owner=[names.get(o, o) for o in made["owner"]]))

    # ------------------------------------------------------------------ what is carried forward

    @property
    def lessons(self) -> list[Lesson]:
        """Lessons written by the as-of date: the period's own, then those of the shorter periods within it."""
        own = self.params.period(self.period.text).lessons
        inside = [
            (self.calendar.period(text).start, held.lessons)
            for text, held in self.period_files()
            if text != self.period.text
            and self.period.holds(self.calendar.period(text).end)
            and self.period.holds(self.calendar.period(text).start)
        ]
        below = [one for _, lessons in sorted(inside, key=lambda pair: pair[0]) for one in lessons]
        return [one for one in (*own, *below) if one.decided <= self.as_of]

    @cached_property
    def goals_table(self) -> pd.DataFrame:
        """``review_draft_goals``: in a year's summary, sales of the next year by the chance of reaching them."""
        import pandas as pd

        from salesnb.model.tables import contract
        from salesnb.stages import review

        found = self.params.review.thresholds
        on = (self.main.through, self.as_of)
        names = ("base", "challenge", "stretch")
        chances = {n: getattr(found, f"feasible_{n}").find(*on) for n in names} if found else {}
        rows: list[dict[str, object]] = []
        if self.period.kind is Kind.YEAR and self.main.is_complete:
            wanted = {name: value for name, value in chances.items() if value is not None}
            rows = review.draft_goals(self._courses_of["region_id"], self.sales[self.period.text], wanted)
        columns = [c.name for c in contract("review_draft_goals").columns]
        counts = dict.fromkeys(("test_count", "horizon_count"), "Int64")
        return self.keep("review_draft_goals", pd.DataFrame(rows, columns=columns).astype(counts))
