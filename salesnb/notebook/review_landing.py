"""The review's questions about where month, quarter and year will land."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.periods import Kind
from salesnb.notebook.review_basis import ReviewBasis

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.stages.review import Course, FloorState, Scope

LANDED = ("region_id", "team_id", "person_id", "product_line")
PROGNOSED = (Kind.MONTH, Kind.QUARTER, Kind.YEAR)
JUDGE_AFTER = 1 / 3  # where the parameters name no share: the first month of a quarter


class LandingQuestions(ReviewBasis):
    """Mixin of the review book."""

    @cached_property
    def _courses_of(self) -> dict[str, Course]:
        from salesnb.stages import review
        from salesnb.stages.growth import believed_growth

        believed = believed_growth(self.params.market, (self.main.through, self.as_of))
        return {
            name: review.course(self.months_reached((name,)), name, self.main.through, self.curve, believed)
            for name in LANDED
        }

    @property
    def prognosed(self) -> list[Scope]:
        """The month, quarter and year that are being reviewed or hold what is."""
        return [scope for scope in self.scopes if scope.period.kind in PROGNOSED]

    @cached_property
    def _landed(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """All of ``review_landing`` and ``review_record``, and the company's path of the year to come."""
        import pandas as pd

        from salesnb.stages import review

        lands, path = [], pd.DataFrame()
        for scope in self.prognosed:
            names = LANDED if scope.period.kind is Kind.YEAR else LANDED[:1]
            for name in names:
                made = review.land(scope, self._courses_of[name], self.targets, self.curve, self.facts.names(name))
                if name != LANDED[0]:
                    made = review.without_company(made)
                elif scope.period.kind is Kind.YEAR:
                    path = made.path
                lands.append(made)
        return pd.concat([one.nodes for one in lands]), pd.concat([one.record for one in lands]), path

    @cached_property
    def landing_table(self) -> pd.DataFrame:
        """``review_landing``."""
        self.keep("review_record", self._landed[1])
        return self.keep("review_landing", self._landed[0])

    def landing_of(self, scope: Scope) -> pd.Series:
        """The company's landing of one scope."""
        from salesnb.stages.review import COMPANY

        frame = self.landing_table
        return frame[(frame["scope"] == scope.period.text) & (frame["dimension"] == COMPANY)].iloc[0]

    @property
    def year(self) -> Scope:
        """The year to date."""
        found = self.scope_of(Kind.YEAR)
        assert found is not None, "every period lies in a year"
        return found

    @cached_property
    def chances(self) -> dict[tuple[str, str], float]:
        """Chance of every landed node to reach the year's target."""
        frame = self.landing_table[self.landing_table["scope"] == self.year.period.text]
        return {(d, n): c for d, n, c in zip(frame["dimension"], frame["node_id"], frame["chance_rate"], strict=True)}

    @cached_property
    def path_table(self) -> pd.DataFrame:
        """``review_path``: due, actual and landing of the year, cumulated by month."""
        from salesnb.stages import review

        months = self.months_reached(())
        return self.keep("review_path", review.full_path(review.path(self.year, months, self.targets, self.curve),
                                                         self._landed[2]))  # fmt: skip

    @cached_property
    def floor_state(self) -> FloorState:
        """How the quarter lands against its floor; ``reached`` where no floor is decided."""
        from salesnb.stages import review

        quarter, found = self.scope_of(Kind.QUARTER), self.params.review.thresholds
        floor = found.quarter_floor.find(self.main.through, self.as_of) if found else None
        if quarter is None or floor is None:
            return "reached"
        return review.against_floor(
            self.landing_table, quarter.period.text, floor, self.quarter_passed < self.judge_after
        )

    @property
    def quarter_passed(self) -> float:
        """The share of the quarter's target that is due by the day reached, by season and working days."""
        quarter = self.scope_of(Kind.QUARTER)
        assert quarter is not None, "asked only where a quarter is judged"
        return self.curve.share(quarter.period.start, quarter.period.end, self.main.through)

    @property
    def judge_after(self) -> float:
        """The share of a quarter that must have passed before it may call for new targets."""
        rule = self.params.review.retarget
        share = rule.judge_after.find(self.main.through, self.as_of) if rule and rule.judge_after else None
        return JUDGE_AFTER if share is None else share

    @property
    def is_retarget(self) -> bool:
        """Whether the quarter surely lands below its floor."""
        return self.floor_state == "missed"
