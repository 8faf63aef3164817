"""The review's question whether the months to come need new targets, answered by the decomposition engine (R55)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import ParamsError, Text
from salesnb.model.periods import Kind
from salesnb.notebook.review_landing import LandingQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.review.ahead import Ahead
    from salesnb.stages.review.retarget import Before, Expected, Scales

JUDGED = ("region_id", "team_id", "person_id", "product_line")
RETARGET = ("retarget_cells", "retarget_nodes", "retarget_moves")


@dataclass(frozen=True)
class Proposed:
    """New figures for the months to come: why, over which months, before and after, and what it could not move."""

    is_missed: bool
    span: tuple[str, ...]
    next_quarter: str
    before: Before
    after: pd.DataFrame
    told: pd.DataFrame
    carry: int


class RetargetQuestions(LandingQuestions):
    """Mixin of the review book."""

    @cached_property
    def months_ahead(self) -> tuple[str, ...]:
        """The year's months after the quarter that is judged."""
        quarter = self.calendar.containing(Kind.QUARTER, self.main.through)
        return tuple(month for month in self.year.period.months if month > quarter.months[-1])

    @cached_property
    def proposed(self) -> Proposed | None:
        """New figures, where the quarter lands below its floor or the team has changed; None where nothing calls for it
        or nothing can be planned (no targets by month, no month of the year left)."""
        from salesnb.stages.review import handover
        from salesnb.stages.review.retarget import Before

        frame = self.targets.frame
        if self.targets.state != "approved" or "month" not in frame or "person_id" not in frame:
            return None
        now = self.calendar.month_of(self.main.through)
        changed = handover.team_changes(self.params.people, self.facts.table("people", self.as_of), self.as_of)
        coming = frame[(frame["month"] > now) & frame["month"].isin(self.year.period.months)].reset_index(drop=True)
        handed, told = handover.handed(coming, *changed, self.calendar)
        is_missed = self.is_retarget and bool(self.months_ahead)
        if told.empty:  # nothing moves before the next quarter
            ahead = coming["month"].isin(self.months_ahead)
            coming, handed = coming[ahead].reset_index(drop=True), handed[ahead].reset_index(drop=True)
        if coming.empty or not (is_missed or len(told)):
            return None
        carry = self._carried if is_missed else 0
        first = self.months_ahead[0] if is_missed else str(coming["month"].min())
        following = self.calendar.containing(Kind.QUARTER, self.calendar.month_start(first))
        before, span = Before(coming, handed), tuple(sorted(coming["month"].unique()))
        try:
            after = self._decomposed(before, told, (is_missed, carry, following.months))
        except ParamsError as refused:  # limits that leave no plan: said on the page, nothing is proposed
            self.note(
                Text(f"再分解没有可行方案：{refused.what.zh}。", f"No new figures can be proposed: {refused.what.en}.")
            )
            return None
        return Proposed(is_missed, span, following.text, before, after, told, carry)

    @cached_property
    def _scales(self) -> Scales:
        from salesnb.model.money import minor_digits
        from salesnb.model.params.review import Retarget as Rule
        from salesnb.stages.review.retarget import MOST_CHANGE, Scales

        rule = self.params.review.retarget or Rule(movable=("week", "month", "quarter"), locked=("year",))
        on = (self.main.through, self.as_of)
        most = rule.most_change.find(*on) if rule.most_change else None
        return Scales(rule, MOST_CHANGE if most is None else most, 0, int(10 ** minor_digits(self.currency)))

    @cached_property
    def _carried(self) -> int:
        """What of the year's shortfall the parameters add to the next quarter, in whole grains."""
        rule = self._scales.rule
        may = "quarter" in rule.movable and rule.carry is not None
        share = rule.carry.find(self.main.through, self.as_of) if may and rule.carry else None
        return round((share or 0.0) * self.short_minor / self._grain) * self._grain

    @property
    def _grain(self) -> int:
        return max(1, round(self.params.decomposition.grain * self._scales.scale))

    @cached_property
    def short_minor(self) -> int:
        """What the year would miss if every month that is left were exactly on target."""
        months = self.targets.frame
        left = int(months.loc[months["month"].isin(self.months_ahead), "target_minor"].sum())
        quarter = self.scope_of(Kind.QUARTER)
        row = self.landing_of(self.year)
        total = 0 if row["target_minor"] is None else int(row["target_minor"])
        by_then = self.pace_table.set_index("scope")["actual_minor"]
        come = int(by_then[self.year.period.text])
        if quarter is not None and not quarter.is_complete:
            come += int(self.landing_of(quarter)["landing_minor"]) - int(by_then[quarter.period.text])
        return max(total - come - left, 0)

    def _decomposed(
        self, before: Before, told: pd.DataFrame, how: tuple[bool, int, tuple[str, ...]]
    ) -> pd.DataFrame:  # fmt: skip
        """The engine's answer in the columns of the targets; ``how``: is the quarter missed, what is carried to which
        months."""
        from dataclasses import replace

        from salesnb.stages.decomposition import Cube, Problem, decompose
        from salesnb.stages.review import handover, retarget

        is_missed, carry, following = how
        scales, cells = replace(self._scales, carry=carry, carried_to=following), before.handed
        keys = [c for c in cells.columns if c not in ("plan", "currency", "basis", "target_minor", "metric")]
        start = cells[keys].assign(start=cells["target_minor"].astype(float))
        if is_missed:
            start["start"] = retarget.start(
                cells, self._expected(told, tuple(sorted(cells["month"].unique()))), scales, self.calendar
            ).to_numpy()
            asked = retarget.rules(cells, scales, self.calendar)
        else:
            asked = retarget.held(cells, handover.concerned(told), scales)
        cube = Cube.of(start[start["start"] > 0], calendar=self.calendar)
        plan = decompose(Problem(cube, asked, self._grain, scales.scale, name="retarget"))
        constant = {c: cells[c].iloc[0] for c in ("plan", "currency", "basis", "metric") if c in cells}
        out = plan.table.assign(**constant)
        return out[out["target_minor"] != 0][list(cells.columns)].reset_index(drop=True)

    # ------------------------------------------------------------------ what is expected

    def _ahead(self, dimension: str, span: tuple[str, ...], told: pd.DataFrame) -> Ahead | None:
        """The outlook of ``span``, expected sales following the accounts that are handed over."""
        from salesnb.stages.review.ahead import ahead

        run = self._courses_of[dimension]
        if dimension != "person_id" or told.empty:
            return ahead(run, span)
        plain = ahead(run, span)
        if plain is None:
            return None
        expected = plain.expected()
        sums = self.targets.frame[self.targets.frame["month"].isin(span)].groupby("person_id")["target_minor"].sum()
        shift: dict[str, float] = {}
        for row in told[told["reason"] == "leaves"].to_dict("records"):
            giver, taker = str(row["from_id"]), str(row["to_id"])
            whole = float(sums.get(giver, 0))
            part = expected.get(giver, 0.0) * min(float(row["amount_minor"]) / whole, 1.0) if whole else 0.0
            shift[giver] = shift.get(giver, 0.0) - part
            shift[taker] = shift.get(taker, 0.0) + part
        return ahead(run, span, shift)

    def _expected(self, told: pd.DataFrame, span: tuple[str, ...]) -> Expected:
        from salesnb.stages.review.retarget import Expected

        view = self._ahead("person_id", span, told)
        if view is None:
            return Expected({}, {})
        people = {node: value for node, value in view.expected().items() if value > 0 and node != UNASSIGNED}
        return Expected(people, view.months())

    # ------------------------------------------------------------------ tables and exhibit

    @cached_property
    def retarget_tables(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """``retarget_nodes`` and ``retarget_moves``; ``retarget_cells`` is kept beside them."""
        from salesnb.stages.review import retarget

        found = self.proposed
        if found is None:
            return None
        names = self._node_names
        spans = self._spans(found)
        nodes = retarget.nodes(
            found.before, found.after, spans, names, self._chances(found, spans), self._left_short(found)
        )
        moves = retarget.moves(found.told, found.before, found.after, names, found.carry)
        self._hold_proposal(found)
        self.keep("retarget_cells", self._published(found))
        return self.keep("retarget_nodes", nodes), self.keep("retarget_moves", moves)

    def _spans(self, found: Proposed) -> dict[str, tuple[str, ...]]:
        """The next quarter's months, and all that are left where those are more."""
        own = tuple(m for m in self.calendar.period(found.next_quarter).months if m in found.span)
        return {found.next_quarter: own} | ({"rest": found.span} if len(found.span) > len(own) else {})

    @cached_property
    def _outlooks(self) -> dict[tuple[str, str], Ahead | None]:
        """(scope, dimension) → what the proposal's months are expected to bring."""
        found = self.proposed
        if found is None:
            return {}
        return {
            (scope, dimension): self._ahead(dimension, months, found.told)
            for scope, months in self._spans(found).items()
            for dimension in JUDGED
        }

    @property
    def retarget_behind(self) -> str:
        """What was tested behind the proposal's chances, by level."""
        from salesnb.notebook.review_landing_exhibits import tested_note
        from salesnb.stages.review.landing import records_behind

        rows: dict[str, dict[str, object]] = {}
        for (_, dimension), view in self._outlooks.items():
            if view is None:
                continue
            table = records_behind(view.view, self._courses_of[dimension].months).to_dict("records")
            for level, row in (("company", table[0]), (dimension, table[1] if len(table) > 1 else {})):
                if row and level not in rows:
                    rows[level] = {str(k): v for k, v in row.items()}
        return tested_note(rows, self.lang)

    def _left_short(self, found: Proposed) -> int:
        """What the year lacks beyond what the proposal carries."""
        return max(self.short_minor - found.carry, 0) if found.is_missed else 0

    def _published(self, found: Proposed) -> pd.DataFrame:
        from salesnb.model.tables import contract

        revision = self.in_force.revision
        out = found.after.assign(revision=revision.name if revision else "")
        for column in contract("retarget_cells").columns:
            if column.name not in out and column.kind == "id":
                out[column.name] = UNASSIGNED
        return out[[c.name for c in contract("retarget_cells").columns]]

    def _hold_proposal(self, found: Proposed) -> None:
        kept = int(found.before.cells["target_minor"].sum()) + found.carry
        said = Text(
            "再分解后余下各月合计 = 现目标（年度底线）", "rest of the year as proposed = as targeted (the floor)"
        )
        self.hold("retarget_floor", said, int(found.after["target_minor"].sum()), kept)
        given = Text("交接前后合计相等", "handover changes no total")
        sums = [int(frame["target_minor"].sum()) for frame in (found.before.handed, found.before.cells)]
        self.hold("retarget_handed", given, *sums)

    @cached_property
    def _node_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for dimension in JUDGED:
            names |= dict(self.facts.names(dimension))
        words = Text("未分配", "Unassigned"), Text("公司", "Company")
        return names | {UNASSIGNED: self.say(words[0]), "company": self.say(words[1])}

    def _chances(
        self, found: Proposed, spans: dict[str, tuple[str, ...]]
    ) -> dict[tuple[str, str, str], tuple[float, float, float]]:
        """(scope, dimension, node) → expected sales, chance of the figure now and as proposed."""
        out: dict[tuple[str, str, str], tuple[float, float, float]] = {}
        for scope, months in spans.items():
            for dimension in JUDGED:
                view = self._outlooks[scope, dimension]
                if view is None or dimension not in found.after:
                    continue
                expected = view.expected()
                goals = []
                for frame in (found.before.cells, found.after):
                    own = frame[frame["month"].isin(months)]
                    sums = {str(k): float(v) for k, v in own.groupby(dimension)["target_minor"].sum().items() if v > 0}
                    goals.append(view.chances(sums | {"company": float(own["target_minor"].sum())}))
                for node, value in expected.items():
                    key = (scope, "company" if node == "company" else dimension, node)
                    out.setdefault(key, (value, goals[0][node], goals[1][node]))
        return out

    def retarget(self) -> Exhibit:
        """Whether the months to come need new figures; if so who gives what to whom, and the chance after."""
        from salesnb.notebook import review_retarget_exhibits

        return review_retarget_exhibits.retarget(self)
