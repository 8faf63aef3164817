"""The review's questions about people: attainment as a score and a grade, and the improvement it calls for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.notebook.review_pay import PayQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.review import Grade


@dataclass(frozen=True)
class Planned:
    """What a person has undertaken to improve: in words, how far it is, and the last day it is due."""

    text: str
    state: str
    due: date


class PerformanceQuestions(PayQuestions):
    """Mixin of the review book."""

    @cached_property
    def performance_table(self) -> pd.DataFrame:
        """``review_performance``: everyone in post, the year to date: attainment, grade, plan, pay, awards."""
        import pandas as pd

        nodes = self.people_of_year
        names, plans = self.facts.names("person_id"), self._plans()
        pays = self._paid() if self.has_scheme else {}
        texts = {award.id: award.text.split("：")[0] for award in self.params.incentives.awards}
        awards = self.awards_table
        rows = []
        for row in nodes[nodes["node_id"].isin(self.staff) & ~nodes["node_id"].isin(self.left)].to_dict("records"):
            person = str(row["node_id"])
            won = awards[awards["node_id"] == person]
            prizes = [f"{texts[a]}（{p}）" for a, p in zip(won["award_id"], won["period"], strict=True)]
            grade = self._grade(row["attainment_rate"])
            rows.append(
                {
                    "person_id": person,
                    "name": names.get(person, person),
                    "actual_minor": row["actual_minor"],
                    "due_minor": row["due_minor"],
                    "attainment_rate": row["attainment_rate"],
                    "score": 100 * row["attainment_rate"],
                    "grade": f"{grade.id} {grade.text}" if grade else None,
                    "consequence": (grade.consequence or None) if grade else None,
                    "plan": plans[person].text if person in plans else None,
                    "plan_state": self._plan_state(person, plans, grade),
                    "awards": "；".join([*prizes, *(f"→ {to}" for to in self.promoted.get(person, ()))]) or None,
                    **pays.get(person, {}),
                }
            )
        columns = [c.name for c in self._contract("review_performance")]
        return self.keep("review_performance", pd.DataFrame(rows, columns=columns))

    def _contract(self, name: str) -> Any:
        from salesnb.model.tables import contract

        return contract(name).columns

    def _grade(self, attained: float) -> Grade | None:
        """The scorecard's grade of an attainment; None without a target."""
        if attained != attained:
            return None
        passed = [g for g in self.params.review.scorecard if 100 * attained >= g.score_from]
        return max(passed, key=lambda g: g.score_from, default=None)

    def _plan_state(self, person: str, plans: dict[str, Planned], grade: Grade | None) -> str:
        """Whether the improvement plan that a grade calls for stands, is in time, and is shown to be done."""
        held = plans.get(person)
        if grade is None or grade.plan_months is None:
            return "none" if held is None else held.state
        from salesnb.stages.review import month_back

        last = month_back(self.calendar.month_of(self.main.through), -grade.plan_months)
        in_time = held is not None and self.calendar.month_of(held.due) <= last
        return held.state if held is not None and in_time else "missing"

    def _plans(self) -> dict[str, Planned]:
        """Improvements by the person who owns them: what is open, and what was closed this year."""
        from salesnb.stages import review

        ids = {name: person for person, name in self.facts.names("person_id").items()}
        rank = {"late": 0, "doing": 1, "open": 1, "done": 2}
        held: dict[str, list[dict[str, Any]]] = {}
        year = review.improvements(self.stated_improvements, self.year.period.start, self.as_of)
        for row in year.to_dict("records"):
            if row["progress"] in rank:
                person = ids.get(str(row["owner"]), str(row["owner"]))
                held.setdefault(person, []).append({str(k): v for k, v in row.items()})
        return {person: self._planned(rows, rank) for person, rows in held.items()}

    def _planned(self, rows: list[dict[str, Any]], rank: dict[str, int]) -> Planned:
        """Everything one person is to improve in one text; the least settled of it gives the state."""
        worst = min(rows, key=lambda row: (rank[row["progress"]], row["due_date"]))
        proof = "proven" if all(isinstance(row["evidence"], str) for row in rows) else "unproven"
        state = {"late": "late", "done": proof}.get(worst["progress"], "running")
        said = "；".join(f"{row['text']}（{row['due_date'].date()}）" for row in rows)
        return Planned(said, state, max(row["due_date"] for row in rows).date())
