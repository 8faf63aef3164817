"""What every question about a plan shares: the cube built from facts, the plan solved once, names, the money unit."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.notebook.book import Book

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from salesnb.model.params.decomposition import Decomposition, Rule
    from salesnb.report.numbers import MoneyUnit
    from salesnb.report.sentences.decomposition_rules import Terms
    from salesnb.stages.decomposition import Built, Explanation, Plan, PlanConflict, Problem, Setting


TIMES = ("half", "quarter", "month")


class PlanBook(Book):
    """A book that looks at the plan of its period."""

    @cached_property
    def scale(self) -> int:
        """Minor units of a currency unit."""
        from salesnb.model.money import minor_digits

        return int(10 ** minor_digits(self.currency))

    @cached_property
    def setting(self) -> Setting:
        """Facts as known on the day, and parameters."""
        return self.setting_with(self.params.decomposition)

    def setting_with(self, decomposition: Decomposition) -> Setting:
        """The setting with other rules, weights or padding."""
        from salesnb.stages.decomposition import Setting
        from salesnb.stages.decomposition.cube import DIMS
        from salesnb.stages.decomposition.published import accounts_in, named_accounts

        day, params = self.as_of, self.params
        accounts = accounts_in([rule for rule in decomposition.rules if rule.decided <= day])
        kept = self.__dict__.setdefault("_history", {})
        if accounts not in kept:
            # customers that a rule names are planned by name; the others stay together in their customer type
            dims = (*DIMS, "customer_id") if accounts else DIMS
            months = self.facts.months(dims, day)
            kept[accounts] = named_accounts(months, accounts) if accounts else months
        history = kept[accounts]
        roster, products = self.facts.table("people", day), self.facts.table("products", day)
        own = self._for_this_kind(decomposition)
        return Setting(self.period, day, history, roster, products, own, params.people, params.market, self.calendar)

    def _for_this_kind(self, decomposition: Decomposition) -> Decomposition:
        """Without rules about amounts and periods of another kind of plan: a year's quarters say nothing of a quarter's
        months, and a year's cap is no quarter's. They are named on the page."""
        if not decomposition.plan or self.calendar.period(decomposition.plan).kind == self.period.kind:
            return decomposition
        of_year = [rule for rule in decomposition.rules if rule.amount or rule.count or set(rule.where) & set(TIMES)]
        if of_year:
            names = list(dict.fromkeys(rule.id for rule in of_year))
            plan = decomposition.plan
            zh = f"{len(names)} 条规则是为 {plan} 计划的金额、数量或期间定的，本计划不用：{'、'.join(names)}。"
            en = f"{len(names)} rules are about amounts, counts or periods of plan {plan} only: {', '.join(names)}."
            self.note(Text(zh, en))
        return decomposition.model_copy(update={"rules": tuple(r for r in decomposition.rules if r not in of_year)})

    @cached_property
    def built(self) -> Built:
        """The plan's cells with what they were made of."""
        from salesnb.stages.decomposition import build

        return build(self.setting)

    @cached_property
    def problem(self) -> Problem:
        """What is to be solved."""
        from salesnb.stages.decomposition import Problem

        grain = max(1, round(self.params.decomposition.grain * self.scale))
        return Problem(self.built.cube, (*self.built.rules, *self.caps), grain, self.scale, name=self.period.text)

    @cached_property
    def caps(self) -> tuple[Rule, ...]:
        """Caps from the capacity that feasibility measured in this run, where the parameters want them."""
        from salesnb.stages.decomposition import capacity_rules
        from salesnb.versions.tables import read_table, table_names

        wanted, folder = self.params.decomposition.caps, self.folder / "tables"
        if wanted is None:
            return ()
        if "feasibility_capacity" not in table_names(folder):
            self.note(
                Text(
                    "参数要求以产能封顶，但本次没有产能测算表，未封顶：请先运行可行性笔记本。",
                    "The parameters ask for caps from capacity, but this run has no table of it: nobody is capped. "
                    "Run the feasibility notebook first.",
                )
            )
            return ()
        people = self.names_of("person_id")

        def words(name: str) -> str:
            shown = people.get(name, name)
            return self.say(Text(f"{shown}不超过测算产能", f"{shown} within measured capacity"))

        table = read_table(folder, "feasibility_capacity")
        return capacity_rules(wanted, table, self.built.postings, self.scale, words)

    @cached_property
    def plan(self) -> Plan:
        """The plan as the rules stand. Where musts contradict each other there is none: then a trial stands here, as
        if the first way out were taken, every page says so, and nothing of it can be approved."""
        from salesnb.stages.decomposition import PlanConflict, decompose

        try:
            return decompose(self.problem)
        except PlanConflict as conflict:
            self.undecided = conflict
            plan, number = _trial(self.problem, conflict)
            self.note(_trial_words(number))
            return plan

    undecided: PlanConflict | None = None

    @cached_property
    def rule_status(self) -> pd.DataFrame:
        """``rule_status``, in the order of the file."""
        kept = self.keep("rule_status", self.plan.rules)
        order = {rule.id: at for at, rule in enumerate(self.built.rules)}
        return kept.sort_values("rule_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)

    @cached_property
    def explanation(self) -> Explanation:
        """Contradictions and proposals, kept as tables."""
        found = self.plan.explanation
        if self.undecided is not None:
            found = self.undecided.explanation
        for name, frame in (
            ("rule_conflicts", found.members),
            ("rule_conflict_groups", found.groups),
            ("rule_proposals", found.proposals),
            ("rule_proposal_changes", found.changes),
            ("rule_proposal_nodes", found.nodes),
        ):
            self.keep(name, frame)
        return found

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """``target_ledger``."""
        return self.keep("target_ledger", self.plan.ledger)

    @cached_property
    def people_count(self) -> int:
        """People who carry a target."""
        sums = self.plan.by("person_id")
        return int(((sums["target_minor"] > 0) & (sums["person_id"] != UNASSIGNED)).sum())

    @cached_property
    def unit_shown(self) -> MoneyUnit:
        """The page's money unit, from the company's target."""
        base = int(self.built.cube.base["net_minor"].sum())
        return self.money_unit(max(self.plan.total, base))

    @cached_property
    def terms(self) -> Terms:
        """How a rule's own figures are written."""
        from salesnb.report.sentences.decomposition_rules import Terms

        return Terms(self.lang, self.currency, self.scale)

    def names_of(self, dimension: str) -> Mapping[str, str]:
        """Names of a dimension's nodes by id; an open seat is called by its id."""
        kept = self.__dict__.setdefault("_names", {})
        if dimension not in kept:
            kept[dimension] = self._named_nodes(dimension)
        found: Mapping[str, str] = kept[dimension]
        return found

    def _named_nodes(self, dimension: str) -> dict[str, str]:
        if dimension in ("quarter", "month"):
            return {}
        names = dict(self.facts.names(dimension))
        if dimension == "person_id":
            teams, seen = self.names_of("team_id"), dict[str, int]()
            for seat in (posting for posting in self.built.postings if posting.is_open):
                seen[seat.team] = seen.get(seat.team, 0) + 1
                number = f" {seen[seat.team]}" if seen[seat.team] > 1 else ""
                team = teams.get(seat.team, seat.team)
                names[seat.person] = self.say(Text(f"{team}待补岗位{number}", f"{team}, open seat{number}"))
        rest = Text("其他客户", "Other customers") if dimension == "customer_id" else Text("未分配", "Unassigned")
        return names | {UNASSIGNED: self.say(rest)}

    def called(self, frame: pd.DataFrame, dimension: str, column: str = "node_id") -> pd.DataFrame:
        """``frame`` with the names of the nodes in ``column``."""
        names = self.names_of(dimension)
        if dimension in ("quarter", "month"):
            from salesnb.report.sentences.decomposition import span_name

            return frame.assign(name=[span_name(str(node), self.lang) for node in frame[column]])
        return frame.assign(name=[names.get(str(node), str(node)) for node in frame[column]])

    def publish(self) -> None:
        """Keep the tables that no exhibit of the page has asked for."""
        from salesnb.stages.decomposition.published import target_cells, target_weeks

        basis = self.params.company.basis
        named = f"{basis.date}/{basis.tax}/{basis.returns}"
        self.keep("target_cells", target_cells(self.plan, self.period.text, self.currency, named))
        self.keep("target_weeks", target_weeks(self.plan, self.setting))


def _trial(problem: Problem, conflict: PlanConflict) -> tuple[Plan, int]:
    """A plan to look at while musts contradict each other: with the first proposal that can be planned taken, else
    with the musts of every contradiction met as wishes (0)."""
    from salesnb.stages.decomposition import Desk, PlanConflict, decompose

    for number in conflict.explanation.proposals["proposal_no"]:
        desk = Desk(problem)
        desk.take(conflict.explanation.take(int(number)))
        try:
            return desk.plan(), int(number)
        except PlanConflict:  # there is a second contradiction, or this way out is not enough
            continue
    held = list(problem.rules)
    found: PlanConflict = conflict
    for _ in range(len(held)):
        members = set(found.explanation.members["rule_id"])
        held = [r.model_copy(update={"strength": "wish", "locked": False}) if r.id in members else r for r in held]
        try:
            return decompose(replace(problem, rules=tuple(held))), 0
        except PlanConflict as other:
            found = other
    raise conflict


def _trial_words(number: int) -> Text:
    way = (
        Text(f"假设采纳办法 {number}", f"as if way {number} were taken")
        if number
        else Text("把互相矛盾的必须项当作意愿", "with the contradicting musts as wishes")
    )
    return Text(
        f"未决：必须项互相矛盾，目标没有定下来。以下数字是试算（{way.zh}），只供比较，不能批准，也不出责任书。",
        f"Not decided: musts contradict each other and there is no target. All figures are a trial ({way.en}) "
        "to compare by; they cannot be approved, and no letters are issued.",
    )
