"""The review's questions about what is asked to change, when the market calls a meeting, and who takes which lead."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text, UsageError
from salesnb.notebook.review_closing import ClosingQuestions
from salesnb.notebook.review_metrics import MetricQuestions
from salesnb.notebook.review_retarget import RetargetQuestions
from salesnb.notebook.review_risks import RiskQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.market import Move
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.calibration import Lines as CalibrationLines

CALENDAR = "calendar/calibration.ics"


class ChangeQuestions(ClosingQuestions, RetargetQuestions, MetricQuestions, RiskQuestions):
    """Mixin of the review book."""

    change_head = ""  # the hash that stands for all decisions by the day

    @cached_property
    def changes_table(self) -> pd.DataFrame:
        """``change_states``: requests as they stood on the day; the seals of all of them are verified first."""
        from salesnb.stages import requests
        from salesnb.versions import changes

        held = changes.read_changes(self.params)
        then = [one for one in (changes.known(r, self.as_of) for r in held.requests.values()) if one is not None]
        sealed = [state for request in then for state in request.sealed]
        self.change_head = max(sealed, key=lambda s: s.number or 0).hash or "" if sealed else ""
        turns = {}
        for request in then:
            if request.last.state in ("submitted", "approved"):
                try:
                    turns[request.id] = changes.needed(self.params, request).next_role
                except UsageError as unruled:  # the page says what the rules lack, as the command line does
                    self.note(unruled.what)
        return self.keep("change_states", requests.states(then, turns))

    @cached_property
    def triggers_table(self) -> pd.DataFrame:
        """``change_triggers``: what happened that may call for a request."""
        from salesnb.notebook.review_triggers import occasions
        from salesnb.stages import triggers

        return self.keep("change_triggers", triggers.table(occasions(self)))

    def changes(self) -> Exhibit:
        """What may call for a change; requests with their state, every step to unfold."""
        from salesnb.notebook import review_changes_exhibits

        return review_changes_exhibits.changes(self)

    @cached_property
    def market_year(self) -> tuple[pd.DataFrame, list[Move], CalibrationLines]:
        """``market_index`` of the year so far, competitors' moves in it (written or imported), and when it rings."""
        from salesnb.stages import calibration, market

        held, on = self.params.market, (self.main.through, self.as_of)
        created = self.known_leads["created_date"].dropna()
        inquiries = {str(m): int(n) for m, n in created.dt.strftime("%Y-%m").value_counts().items()}
        last = self.calendar.month_of(self.main.through)
        log = self.facts.table("competitor_moves", self.as_of)
        watch = market.watched(self.facts.table("market_watch", self.as_of), log)
        index = market.sensitivity_index(held, inquiries, (min(inquiries, default=last), last), on, watch)
        index = index[index["month"] >= self.year.period.months[0]]
        begun = self.year.period.start
        moves = [m for m in held.competitors if m.recorded >= begun]
        moves += calibration.logged(log[log["date"] >= str(begun)], self.facts.names("region_id"))
        found = held.sensitivity
        rule = self.params.review.calibration_price_change
        cut = rule.find(*on) if rule else found.alarm_price_change.find(*on) if found else None
        lines = calibration.Lines(
            cut, found.alarm_index.find(*on) if found else None, self.params.review.meeting_on_day
        )
        return index, moves, lines

    @cached_property
    def meetings_table(self) -> pd.DataFrame:
        """``calibration_meetings`` of the year so far."""
        from salesnb.stages import calibration

        index, moves, lines = self.market_year
        made = calibration.meetings(index, moves, lines, self.calendar, self.as_of)
        return self.keep("calibration_meetings", made)

    def change_desk(self) -> Any:
        """The desk to draft, submit, decide and publish requests; in a batch a line that says where it works."""
        from salesnb.notebook.change_desk import desk

        return desk(self)

    def calibration(self) -> Exhibit:
        """Whether the market calls a calibration meeting; what is still to come goes into a calendar file."""
        from salesnb.notebook import review_changes_exhibits

        return review_changes_exhibits.calibration(self)

    @cached_property
    def shares_table(self) -> pd.DataFrame | None:
        """``lead_assignments``; None where no rule of distribution is decided."""
        from salesnb.model.money import minor_digits
        from salesnb.stages import leads

        rules, on = self.params.review.lead_rules, (self.main.through, self.as_of)
        weights = self.params.review.lead_priority
        scale = 10 ** minor_digits(self.currency)
        found = leads.terms(rules, weights.find(*on) if weights else None, on, scale) if rules else None
        roster = self.facts.table("people", self.as_of)
        if found is None or roster.empty or self.known_leads.empty:
            return None
        here = leads.sellers(roster, self.params.people, self.as_of)
        return self.keep("lead_assignments", leads.assign(self.known_leads, self.open_leads, here, found))

    def lead_shares(self) -> Exhibit:
        """Which open leads should go to whom, and why."""
        from salesnb.notebook import review_changes_exhibits

        return review_changes_exhibits.lead_shares(self)


NO_LEAD_RULES = Text(
    "没有已决定的线索分配规则（review.yaml 的 lead_rules），或没有商机、名册数据。",
    "No rule of distribution is decided (lead_rules in review.yaml), or there are no leads or no roster.",
)
