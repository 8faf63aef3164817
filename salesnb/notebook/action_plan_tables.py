"""The action plan's tables, each computed once and kept: what is promised, found, due, risked and spent."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.notebook.action_plan_money import PlanMoney

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from salesnb.stages.action_plan import Entry, Finding

INCENTIVES = ("激励", "incentive")  # a budget category so called pays the incentives


class PlanTables(PlanMoney):
    """Mixin of the action plan's book."""

    @cached_property
    def objectives_found(self) -> pd.DataFrame:
        """``action_objectives``, kept."""
        from salesnb.stages import action_plan

        return self.kept("action_objectives", action_plan.contributions(self.objectives_known, self.company_plan))

    @cached_property
    def results_found(self) -> pd.DataFrame:
        """``action_key_results``, kept."""
        from salesnb.stages import action_plan

        return self.kept("action_key_results", action_plan.key_results(self.objectives_known, self.minor))

    @cached_property
    def slack_found(self) -> dict[str, tuple[int | None, bool]]:
        """Slack and critical path of the open tasks."""
        from salesnb.stages import action_plan

        due = {k.id: k.due or o.due for o in self.objectives_known for k in o.key_results}
        due |= {o.id: o.due for o in self.objectives_known}
        limits: dict[str, date] = {}
        for task in self.tasks_known:
            served = [due[s] for s in task.serves if s in due]
            limits[task.id] = min(served) if served else self.plan_year.end
        return action_plan.slack(self.tasks_known, limits, self.workdays, self.as_of)

    @cached_property
    def tasks_found(self) -> pd.DataFrame:
        """``action_tasks``, kept."""
        from salesnb.stages import action_plan

        frame = action_plan.task_table(self.tasks_known, self.as_of, self.slack_found, self.minor)
        return self.kept("action_tasks", frame)

    @cached_property
    def workload_found(self) -> pd.DataFrame:
        """``action_workload``, kept."""
        from salesnb.stages import action_plan

        frame = action_plan.workload(self.tasks_known, self.plan_year.months, self.workdays, self.as_of)
        return self.keep("action_workload", frame)

    @cached_property
    def findings_found(self) -> pd.DataFrame:
        """``action_findings``, kept: key results, tasks, promotions, budget, and where goals and tasks contradict."""
        from salesnb.stages import action_plan

        found: list[Finding] = [
            *action_plan.doubts(self.objectives_known, self.tasks_known, self.company_plan),
            *action_plan.faults(self.actions, self.tasks_known, self.world, self.as_of),
            *self._goals_against_tasks(),
            *self._budget_against_incentives(),
        ]
        for promotion in self.actions.promotions:
            sample = self._sample(promotion.where, (promotion.start, promotion.end))
            if sample is not None:
                found += action_plan.promotion_doubts(promotion, action_plan.outcome(promotion, sample))
        return self.keep("action_findings", action_plan.finding_table(found))

    def _goals_against_tasks(self) -> list[Finding]:
        """Contradictions of the goals in which a task or milestone has a part."""
        from salesnb.stages.action_plan import Finding

        own = {t.id for t in self.tasks_known} | {m.id for m in self.actions.milestones}
        out = []
        for one in self.findings:
            items = [s for s in one.statements if s in own]
            if items and one.severity in ("conflict", "ask"):
                others = "、".join(s for s in one.statements if s != items[0])
                severity = "fault" if one.severity == "conflict" else "ask"
                out.append(Finding(one.kind, severity, items[0], others, one.said, one.other, one.unit))  # type: ignore[arg-type]
        return out

    def _budget_against_incentives(self) -> list[Finding]:
        """The share of the budget that pays incentives against the incentives' own budget."""
        from salesnb.stages.action_plan import Finding

        for row in self.budget_found.to_dict("records"):
            named = any(word in str(row["category"]).lower() for word in INCENTIVES)
            if named and self.pay_budget is not None and int(row["amount_minor"]) != self.pay_budget:
                amount = int(row["amount_minor"])
                return [Finding("budget_said_twice", "ask", str(row["category"]), "", amount, self.pay_budget, "money")]
        return []

    @cached_property
    def milestones_found(self) -> pd.DataFrame:
        """``action_milestones``, kept."""
        from salesnb.stages import action_plan

        stones = self.actions.milestones
        actual = {m.id: self.to_date(m.measure, m.due) for m in stones if m.measure and m.due <= self.as_of}
        return self.kept("action_milestones", action_plan.milestone_table(stones, actual, self.as_of))

    @cached_property
    def agenda_found(self) -> list[Entry]:
        """Every entry of the plan year."""
        from salesnb.stages import action_plan

        return action_plan.agenda(self.actions, self.tasks_known, self.plan_year, self.calendar, self.as_of)

    @cached_property
    def calendar_found(self) -> pd.DataFrame:
        """``action_calendar``, kept."""
        from salesnb.stages import action_plan

        frame = action_plan.agenda_table(self.agenda_found)
        frame["people"] = frame["people"].map(self._whom)
        return self.keep("action_calendar", frame)

    def _whom(self, people: Any) -> str | None:
        if people is None or people != people:
            return None
        return "、".join(self.who(part) for part in str(people).split("、"))

    # ------------------------------------------------------------------ what could come

    @cached_property
    def risks_found(self) -> pd.DataFrame:
        """``action_risks``, kept."""
        from salesnb.stages import action_plan

        held = self.params.risks
        risks = [r for r in held.risks if r.decided <= self.as_of] if self._is_plan(held.plan) else []
        readings = {r.id: found for r in risks if r.trigger
                    if (found := self.reading(r.trigger.metric, r.trigger.where)) is not None}  # fmt: skip
        margins = {r.id: m for r in risks if (m := self._margin_of(r.where)) is not None}
        return self.kept("action_risks", action_plan.risk_table(risks, readings, margins, self.minor))

    def _margin_of(self, where: Any) -> float | None:
        """Last year's gross margin of a selection, the company's where it sold nothing."""
        found = self._margin(where, self.year_before.months)
        return self._margin({}, self.year_before.months) if found is None else found

    @cached_property
    def promises_found(self) -> pd.DataFrame:
        """``action_promises``, kept."""
        from salesnb.stages import action_plan

        kept = {}
        for one in self.actions.promises:
            if one.measure is not None and one.every == "month":
                found = self.reading(one.measure.metric, one.measure.where)
                months = [m in self.plan_year.months for m in self.closed_months]
                values = zip(self.closed_months, found or [], months, strict=False)
                kept[one.id] = {month: value for month, value, inside in values if inside}
        return self.kept("action_promises", action_plan.promise_table(self.actions.promises, kept))

    @cached_property
    def strategies_found(self) -> pd.DataFrame:
        """``action_strategies``, kept."""
        import pandas as pd

        from salesnb.stages.action_plan import said

        rows = [
            {
                "strategy_id": s.id,
                "kind": s.kind,
                "text": s.text,
                "scope": said(s.where) or None,
                "target_minor": self.cells.total(s.where) if s.where else None,
                "serves": "、".join(s.serves) or None,
                "task_count": sum(bool({s.id, *s.serves} & set(t.serves)) for t in self.tasks_known),
                "owner": s.owner or None,
                "cost_minor": None if s.cost is None else round(s.cost * self.minor),
            }
            for s in self.actions.strategies
        ]
        return self.kept("action_strategies", pd.DataFrame(rows))

    def publish(self) -> None:
        """Keep every table, so that what is written does not hang on which cells were run."""
        for name in ("objectives", "results", "tasks", "findings", "workload", "milestones", "calendar", "budget",
                     "regions", "allocation", "requests", "promotions", "risks", "promises", "strategies", "cost",
                     "curves", "cliffs"):  # fmt: skip
            getattr(self, f"{name}_found")
        _ = self.pay_people
