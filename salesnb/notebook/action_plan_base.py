"""What every question about the action plan shares: the plan as known, its people, the cells it is held against."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.periods import Kind, Window
from salesnb.model.tables import check, contract
from salesnb.notebook.feasibility_ahead import Ahead

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from salesnb.model.params.actions import Actions, Objective, Task
    from salesnb.report.numbers import MoneyUnit
    from salesnb.stages.action_plan import Cells, Company, Days, World
    from salesnb.stages.feasibility import Span
    from salesnb.versions.targets.proposal import Proposal

OWN = ("action_", "pay_")
CELL = ("region_id", "team_id", "person_id", "product_line", "product_id", "customer_type", "channel_id")
NO_TARGETS = Text(
    "分解目标尚未写出，人员目标暂按上年业绩占公司目标折算，仅供测算。",
    "Targets by person are not decided yet: last year's shares of the company's target stand in for them.",
)


class PlanBase(Ahead):
    """A book about the actions of the plan year its period lies in."""

    @cached_property
    def span(self) -> Span:
        """Months of the plan year that are known, skipped and forecast, whatever part of it the period is."""
        from salesnb.stages import feasibility

        return feasibility.span(self.plan_year, self.as_of, self.calendar)

    @cached_property
    def day(self) -> date:
        """The day parameters apply to: the plan year's begin, or the as-of date once it runs."""
        return max(self.plan_year.start, self.as_of)

    @cached_property
    def actions(self) -> Actions:
        """The plan as decided by the as-of date."""
        held = self.params.actions
        if not self._is_plan(held.plan):
            return type(held)()
        known = {
            name: tuple(item for item in getattr(held, name) if item.decided <= self.as_of)
            for name in ("objectives", "tasks", "strategies", "promotions", "requests", "promises")
        }
        return held.model_copy(update=known)

    @property
    def tasks_known(self) -> tuple[Task, ...]:
        """Tasks decided by the as-of date."""
        return self.actions.tasks

    @cached_property
    def people_names(self) -> dict[str, str]:
        """Names of people by id."""
        return self.facts.names("person_id")

    def who(self, owner: Any) -> str:
        """An owner as a reader knows him: a person's name, else the department as written."""
        if owner is None or owner != owner or not owner:
            return ""
        return self.people_names.get(str(owner), str(owner))

    @cached_property
    def roster(self) -> pd.DataFrame:
        """Everyone's latest assignment known on the as-of date."""
        people = self.facts.table("people", self.as_of)
        people = people[people["from_date"].dt.date <= self.day]
        return people.sort_values(["person_id", "from_date"], kind="stable").drop_duplicates("person_id", keep="last")

    @cached_property
    def world(self) -> World:
        """People with their first and last day, and the nodes that exist."""
        from salesnb.stages.action_plan import World

        held = self.params.people
        rows = self.facts.table("people", self.as_of).to_dict("records")
        span = {str(r["person_id"]): (_day(r["hired_date"] or r["from_date"]), _day(r["left_date"])) for r in rows}
        for move in held.movements:
            if move.kind == "leaves" and move.decided <= self.as_of and move.person in span:
                span[move.person] = (span[move.person][0], move.from_)
        words = {"region": "region_id", "product": "product_id", "product_line": "product_line",
                 "channel": "channel_id", "customer_type": "customer_type"}  # fmt: skip
        nodes = {word: frozenset(self.facts.names(column)) for word, column in words.items()}
        nodes["team"] = frozenset((*self.facts.names("team_id"), *(t.id for t in held.teams)))
        goals = (*(g.id for g in self.params.goals.goals), *(p.id for p in self.actions.promises))
        return World(span, nodes, frozenset(goals))

    def keep(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Check a table, kept for ``write`` if it is one of ours; others belong to the notebook that writes them."""
        return super().keep(name, frame) if name.startswith(OWN) else check(frame, contract(name))

    # ------------------------------------------------------------------ cells

    @cached_property
    def parents(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Parents of teams, people and products."""
        out = {("team", t.id): ("region", t.region) for t in self.params.people.teams}
        for row in self.facts.table("people", self.as_of).to_dict("records"):
            out.setdefault(("team", str(row["team_id"])), ("region", str(row["region_id"])))
            out[("person", str(row["person_id"]))] = ("team", str(row["team_id"]))
        for row in self.facts.table("products").to_dict("records"):
            out[("product", str(row["product_id"]))] = ("product_line", str(row["product_line"]))
        return out

    @cached_property
    def year_before(self) -> Window:
        """The fiscal year before the plan's, as a window."""
        year = self.calendar.last_year(self.plan_year)
        return Window(year.text, year.start, year.end, year.months)

    @cached_property
    def last_cells(self) -> Cells:
        """Last year's sales and costs by cell."""
        from salesnb.stages.action_plan import Cells

        frame = self.facts.sums((*CELL, "currency"), (self.year_before,), self.as_of)
        return Cells(frame, "net_minor", self.parents)

    @cached_property
    def target_cells(self) -> Cells | None:
        """Decided targets by cell: those in force, else the proposal of this run; None where there are none."""
        from salesnb.stages.action_plan import Cells
        from salesnb.versions.tables import read_table, table_names
        from salesnb.versions.targets import in_force

        found = in_force(self.params.folder, self.plan_year.text, self.as_of)
        if found.state == "approved" and found.frame is not None:
            self.note(found.say())
            return Cells(found.frame, "target_minor", self.parents)
        folder = self.folder / "tables"
        if "target_cells" in table_names(folder):
            frame, named = read_table(folder, "target_cells"), ""
        elif (proposed := self._proposed()) is not None:
            frame, named = proposed.frame, f" {proposed.version}"
        else:
            return None
        self.note(
            Text(f"目标取自尚未批准的分解方案{named}。", f"Targets are those of the proposal{named}, not approved yet.")
        )
        return Cells(frame, "target_minor", self.parents)

    def _proposed(self) -> Proposal | None:
        """The newest proposal for the plan year that could be approved, for a quarter or month seen from within it."""
        from salesnb.model.places import outputs_dir
        from salesnb.versions.folders import PeriodFolder
        from salesnb.versions.targets.proposal import latest_proposal

        if self.is_year:
            return None  # the year's own run has its proposal among its tables, or has none
        return latest_proposal(PeriodFolder(outputs_dir(), self.unit, self.plan_year.text), self.currency)

    @cached_property
    def cells(self) -> Cells:
        """The targets; where none are decided last year's cells raised to the company's goal, which the page says."""
        from salesnb.stages.action_plan import Cells

        decided = self.target_cells
        if decided is not None:
            return decided
        self.note(NO_TARGETS)
        frame = self.last_cells.frame
        last = int(frame["net_minor"].sum())
        ratio = self.year_target / last if self.year_target and last > 0 else 1.0
        raised = frame.assign(target_minor=(frame["net_minor"] * ratio).round().astype("int64"))
        return Cells(raised[[*CELL, "target_minor"]], "target_minor", self.parents)

    @cached_property
    def company_plan(self) -> Company:
        """The whole company's plan, to hold key results against."""
        from salesnb.stages.action_plan import Company

        counts = [
            (g.metric, g.where, g.target.value)
            for g in self.params.goals.goals
            if g.target.unit == "count" and g.target.as_ == "level" and g.decided <= self.as_of and not g.period
        ]
        return Company(self.cells, self.last_cells, counts, self.minor, self.target_cells is not None)

    @property
    def objectives_known(self) -> tuple[Objective, ...]:
        """Objectives decided by the as-of date."""
        return self.actions.objectives

    @cached_property
    def workdays(self) -> Days:
        """Working days of the plan year and half a year around it."""
        from datetime import timedelta

        from salesnb.stages.action_plan import Days

        start, end = self.plan_year.start - timedelta(days=90), self.plan_year.end + timedelta(days=90)
        return Days.over(start, end, self.calendar.workdays)

    @cached_property
    def unit_shown(self) -> MoneyUnit:
        """The page's money unit, from the company's target or last year's sales."""
        largest = self.year_target or float(self.last_cells.frame["net_minor"].sum())
        return self.money_unit(round(largest))

    @cached_property
    def pay_unit(self) -> MoneyUnit:
        """The money unit of pay and costs: that of the budget for incentives."""
        budget = self.params.incentives.budget
        found = budget.find(self.plan_year.start, self.as_of) if budget else None
        return self.money_unit(round((found or 1_000_000) * self.minor))

    def is_assigned(self, node: str) -> bool:
        """Whether a node is a real one."""
        return node != UNASSIGNED

    @property
    def is_year(self) -> bool:
        """Whether the page plans or reviews the whole year."""
        return self.period.kind is Kind.YEAR


def _day(value: Any) -> date | None:
    return None if value is None or value != value else value.date()
