"""What has to happen each week for a target to be reached: orders, customers, quotes, leads, visits (R28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_book import PlanBook

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit

_UNITS: dict[str, int] = {
    "order_value_minor": 0,
    "orders_needed": 0,
    "customers_needed": 0,
    "quotes_needed_week": 1,
    "leads_needed_week": 1,
    "visits_needed_week": 1,
    "visits_asked_week": 0,
    "quotes_asked_week": 0,
}


class ActivityQuestions(PlanBook):
    """Units and activity behind each target."""

    def activity(self) -> Exhibit:
        """Orders, customers, quotes, leads and visits behind each target, from measured conversion."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_people as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.decomposition.units import target_units

        measured = self._measured()
        frame = self.keep(
            "target_units", target_units(self.built, self.plan, measured, self.params.decomposition.activity)
        )
        own = self.called(frame[frame["person_id"] != UNASSIGNED], "person_id", "person_id")
        own = own.sort_values(["target_minor", "person_id"], ascending=[False, True], kind="stable")
        of = contract("target_units")
        given = [name for name in _UNITS if own[name].notna().any()]
        shows = [Show(Column("name", "text", Text("人员", "Person"))), Show(of.column("target_minor"))]
        shows += [Show(of.column(name), decimals=_UNITS[name]) for name in given]
        caption = self.say(Text("每人的活动量", "Activity by person"))
        table = render(own, shows, self.lang, self.unit_shown, Options(caption=caption, fold=50))
        details = [Details(self.say(Text("逐人查看", "Person by person")), table)]
        return Exhibit("activity", reading=said.activity(own, self.lang), details=details)

    def _measured(self) -> pd.DataFrame:
        """Orders and customers, leads, quotes, wins and effective visits of each person in the last twelve months."""
        import pandas as pd

        from salesnb.model.periods import Window

        months = self.setting.profile_months
        start, end = self.setting.span(months[0])[0], self.setting.span(months[-1])[1]
        window = Window("year", start, end, tuple(months))
        sold = self.facts.sums(("person_id",), [window], self.as_of).set_index("person_id")
        out = sold[["net_minor", "order_count", "customer_count"]].astype("float64")
        low, high = pd.Timestamp(start), pd.Timestamp(end)
        if self.facts.has("opportunities"):
            cases = self.facts.table("opportunities", self.as_of)
            for column, name in (
                ("created_date", "lead_count"),
                ("quoted_date", "quote_count"),
                ("closed_date", "won_count"),
            ):
                own = cases[cases["stage"] == "won"] if name == "won_count" else cases
                own = own[own[column].between(low, high)]
                out[name] = own.groupby("person_id").size().reindex(out.index).fillna(0)
        if self.facts.has("visits"):
            visits = self.facts.table("visits", self.as_of)
            visits = visits[visits["date"].between(low, high) & visits["is_effective"]]
            out["visit_count"] = visits.groupby("person_id").size().reindex(out.index).fillna(0)
        return out.reset_index()
