"""The review's question about risks: which triggers of the register have fired by the day reviewed (R44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.notebook.review_basis import ReviewBasis

if TYPE_CHECKING:
    from salesnb.report.exhibit import Exhibit


class RiskQuestions(ReviewBasis):
    """Mixin of the review book."""

    def risks(self) -> Exhibit:
        """The register against its series: what fired stands first, with its response and owner."""
        from salesnb.notebook import action_plan
        from salesnb.notebook import action_plan_exhibits as shown
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import action_money as said

        month = self.calendar.month_of(self.main.through)
        plan = action_plan.open(self.unit, month, self.as_of.isoformat(), self.lang)
        frame = plan.risks_found
        reading = said.risks(frame, self.lang, self.currency)
        if frame.empty:
            return Exhibit("risks", reading=reading, is_absent=True)
        frame = frame.assign(order=frame["state"] != "fired").sort_values(
            ["order", "score", "risk_id"], ascending=[True, False, True], kind="stable"
        )
        rows = shown.said(frame, self.lang, plan.who)
        table = shown.triggers(frame, rows, self.lang, (self.currency, plan.minor), self.params.risks.risks)
        fired = rows[frame["state"] == "fired"]
        details = []
        if len(fired):
            wanted = ("text", "response", "owner", "expected_minor")
            unit = self.money_unit(
                int(frame["expected_minor"].dropna().max()) if frame["expected_minor"].notna().any() else 0
            )
            answers = shown.table(fired, "action_risks", wanted, unit, Text("应对", "Responses"))
            details.append(Details(self.say(Text("已触发风险的应对", "What to do about those that fired")), answers))
        return Exhibit("risks", reading=reading, table=table, details=details)
