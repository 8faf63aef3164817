"""The planner's desk behind the panel: edit growth, shares, locks and rules, solve anew, and save what was decided.

Nothing here changes the book: what is tried out must not change the tables that the notebook writes.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text, UsageError
from salesnb.model.params.dated import EVER
from salesnb.model.params.decomposition import Decomposition, Rule
from salesnb.model.params.save import Sheet
from salesnb.notebook.decomposition_entry import ended, entry_of, figure_of, percent, reworded, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesnb.notebook.decomposition import DecompositionBook
    from salesnb.stages.decomposition import Explanation, Plan

WORD = {
    "region_id": "region",
    "team_id": "team",
    "person_id": "person",
    "product_line": "product_line",
    "product_id": "product",
    "channel_id": "channel",
}


def rule_id(kind: str, *nodes: str) -> str:
    """The id of a rule that the desk makes: ``lock-XS013``; blanks and slashes of a node's id cannot stand in one."""
    return re.sub(r"[\s/\\]+", "_", "-".join((kind, *nodes)))[:64]


class PlanDesk:
    """One plan held open. ``plan`` is the latest that could be solved; ``refused`` says why the rules now cannot be."""

    def __init__(self, book: DecompositionBook) -> None:
        from salesnb.stages.decomposition import Desk

        self.book = book
        self.desk = Desk(book.problem)
        self.plan: Plan = book.plan
        self.refused: Exception | None = book.undecided
        self.seconds = 0.0
        self.sheet = Sheet.read(book.params.folder / "decomposition.yaml")
        self._past: dict[str, Mapping[str, int]] = {}

    # ------------------------------------------------------------------ what there is to edit

    @cached_property
    def regions(self) -> list[str]:
        """Regions with a target, largest first."""
        sums = self.book.plan.by("region_id").sort_values("target_minor", ascending=False, kind="stable")
        return [str(node) for node in sums.loc[sums["target_minor"] > 0, "region_id"] if node != UNASSIGNED]

    @cached_property
    def people(self) -> list[str]:
        """People with a target, region by region, largest first."""
        sums = self.book.plan.by("region_id", "person_id")
        own = sums[(sums["person_id"] != UNASSIGNED) & (sums["target_minor"] > 0)]
        order = {region: at for at, region in enumerate(self.regions)}
        own = own.assign(at=own["region_id"].map(order).fillna(len(order)))
        own = own.sort_values(["at", "target_minor", "person_id"], ascending=[True, False, True], kind="stable")
        return list(dict.fromkeys(map(str, own["person_id"])))

    @cached_property
    def lines(self) -> list[str]:
        """Product lines with a target."""
        sums = self.book.plan.by("product_line")
        return [str(line) for line in sums.loc[sums["target_minor"] > 0, "product_line"]]

    @cached_property
    def shares(self) -> list[Rule]:
        """Rules that fix a share of the whole to one figure."""
        return [rule for rule in self.book.problem.rules if rule.share_of is not None and rule.relation != "between"]

    def rule_of(self, region: str) -> Rule | None:
        """The rule that speaks of a region's growth over the whole plan, of this region alone."""
        for rule in self.desk.problem.rules:
            if rule.measure == "growth_over" and dict(rule.where) == {"region": (region,)}:
                return rule
        return None

    def growth(self, region: str) -> float:
        """What is asked of a region: its rule's figure, else what the plan gives it."""
        rule = self.rule_of(region)
        asked = [side for side in (rule.bounds if rule else ()) if side is not None]
        if asked:
            return float(asked[0])
        return self.given(region)

    def given(self, region: str) -> float:
        """A region's growth in the plan; NaN without a last year."""
        base = self.book.built.cube.base_of({"region": (region,)})
        return self.plan.amounts("region_id")[region,] / base - 1 if base > 0 else float("nan")

    # ------------------------------------------------------------------ edits

    def set_growth(self, region: str, value: float) -> None:
        """Ask a region to grow by ``value``: its rule says so, or a wish of its own is added."""
        rule = self.rule_of(region)
        if rule is not None:
            self.set_bound(rule.id, value)
            return
        said = Text(f"{region}增长 {percent(value)}", f"{region} grows by {percent(value)}")
        form = {
            "id": rule_id("growth", region),
            "text": self.book.say(said),
            "where": {"region": region},
            "is": tidy(value),
        }
        self._edit(Rule.model_validate(form | {"growth_over": "last_year", "strength": "wish"}))

    def set_bound(self, rule_id: str, value: float) -> None:
        """Give a rule another figure in its own terms; its words follow."""
        from salesnb.stages.decomposition.plan import rebound

        rule = self._rule(rule_id)
        low, high = rule.bounds
        figure = tidy(value)
        moved = rebound(rule, (figure if low is not None else None, figure if high is not None else None))
        before = low if low is not None else high
        self._edit(moved.model_copy(update={"text": reworded(rule.text, before or 0.0, figure)}))

    def set_on(self, rule_id: str, is_on: bool) -> None:
        """Leave a rule out, or take it in again as it was in the file."""
        if is_on:
            self._edit(next(rule for rule in self.book.problem.rules if rule.id == rule_id))
        else:
            self.desk.drop(rule_id)
            self.solve()

    def lock(self, column: str, node: str, reason: str) -> None:
        """Hold a node at what the plan gives it now. UsageError without a reason."""
        self.lock_cell({column: node}, reason)

    def lock_cell(self, nodes: Mapping[str, str], reason: str) -> None:
        """Hold what several nodes have in common (column → node) at what the plan gives it now; as :meth:`lock`."""
        if not reason.strip():
            raise UsageError(
                Text("锁定要写原因", "a lock needs a reason"), remedy=Text("填写锁定原因", "say why it is locked")
            )
        amount = self.amount(nodes)
        name, much = self.called(nodes), self.book.terms.money(amount)
        text = self.book.say(Text(f"{name}锁定为 {much}", f"{name} locked at {much}"))
        where = {WORD[column]: node for column, node in nodes.items()}
        form = {"id": rule_id("lock", *nodes.values()), "text": text, "where": where, "amount": "sales"}
        held = {"is": tidy(amount / self.book.scale), "strength": "must", "locked": True, "reason": reason.strip()}
        self._edit(Rule.model_validate(form | held))

    def amount(self, nodes: Mapping[str, str]) -> int:
        """What the plan gives to what several nodes have in common, minor units."""
        return self.plan.amounts(*nodes).get(tuple(nodes.values()), 0)

    def past(self, column: str) -> Mapping[str, int]:
        """Last year's sales by node of a column, minor units."""
        if column not in self._past:
            sums = self.book.built.cube.base.groupby(column)["net_minor"].sum()
            self._past[column] = {str(node): int(amount) for node, amount in sums.items()}
        return self._past[column]

    def called(self, nodes: Mapping[str, str]) -> str:
        """The nodes by name: 张倩 × B."""
        return " × ".join(self.book.names_of(column).get(node, node) for column, node in nodes.items())

    def set_amount(self, column: str, node: str, amount: float) -> None:
        """Ask for an amount (currency units) of one node: a rule of its own says so, and gives way to musts."""
        name, much = self.called({column: node}), self.book.terms.money(round(amount * self.book.scale))
        text = self.book.say(Text(f"{name}定为 {much}", f"{name} set to {much}"))
        form = {"id": rule_id("amount", node), "text": text, "where": {WORD[column]: node}, "amount": "sales"}
        self._edit(Rule.model_validate(form | {"is": tidy(amount), "strength": "should"}))

    def unlock(self, *nodes: str) -> None:
        """Let a node, or a cell of several, move again."""
        self.desk.drop(rule_id("lock", *nodes))
        self.solve()

    def locked(self, *nodes: str) -> bool:
        """Whether a node, or a cell of several, is held by a lock of this desk."""
        held = rule_id("lock", *nodes)
        return any(rule.id == held for rule in self.desk.problem.rules)

    def take(self, number: int, read: Explanation | None = None) -> None:
        """Take a proposal of ``read`` (default: of the present rules): its rules get the bounds it names, and their
        words follow. A rule left out meanwhile stays out."""
        explanation = read or self.explanation
        before = {rule.id: rule for rule in self.desk.problem.rules}
        bounds = {name: held for name, held in explanation.take(number).items() if name in before}
        self.desk.take(bounds)
        for rule_id in bounds:
            moved = self._rule(rule_id)
            old, new = figure_of(before[rule_id]), figure_of(moved)
            if old is not None and new is not None and old != new:
                self.desk.put(moved.model_copy(update={"text": reworded(moved.text, old, new)}))
        self.solve()

    def reset(self) -> None:
        """Back to the rules of the file."""
        from salesnb.stages.decomposition import Desk

        self.desk = Desk(self.book.problem)
        self.plan, self.refused = self.book.plan, self.book.undecided

    def solve(self) -> None:
        """The plan of the present rules; where they cannot hold, the last plan stays and ``refused`` says why."""
        from salesnb.model.errors import ParamsError

        began = perf_counter()
        try:
            self.plan, self.refused = self.desk.plan(), None
        except ParamsError as refused:
            self.refused = refused
        self.seconds = perf_counter() - began

    @property
    def explanation(self) -> Explanation:
        """Contradictions of the present rules: the plan's, or those of musts that cannot be planned at all."""
        from salesnb.stages.decomposition import PlanConflict

        if isinstance(self.refused, PlanConflict):
            return self.refused.explanation
        return self.plan.explanation

    def _edit(self, rule: Rule) -> None:
        self.desk.put(rule)
        self.solve()

    def _rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.desk.problem.rules if rule.id == rule_id)

    # ------------------------------------------------------------------ saving

    @property
    def edits(self) -> list[Rule]:
        """Rules that are new or other than in the file; one that was left out as ended."""
        before = {rule.id: rule for rule in self.book.problem.rules}
        now = {rule.id: rule for rule in self.desk.problem.rules}
        changed = [rule for name, rule in now.items() if before.get(name) != rule]
        gone = [rule for name, rule in before.items() if name not in now]
        return changed + [ended(rule) for rule in gone]

    def save(self, by: str, decided: date, reference: str = "") -> list[str]:
        """Write every edit into decomposition.yaml as a new dated entry; returns the ids written.

        UsageError without edits or without a name; ParamsError where the file was changed meanwhile or would not load.
        """
        if not self.edits:
            raise UsageError(Text("没有改动可保存", "there is nothing to save"))
        if not by.strip():
            raise UsageError(
                Text("没有写决定人", "nobody is named as deciding"), remedy=Text("填写决定人", "say who decides")
            )
        sheet, text = self.sheet, self.sheet.text
        for rule in self.edits:
            start = rule.from_ if rule.from_ != EVER else self.book.period.start
            entry = entry_of(rule) | {"from": start, "decided": decided, "by": by.strip()}
            if reference.strip():
                entry["reference"] = reference.strip()
            text = Sheet(sheet.path, sheet.shown, text).with_rule(entry)
        self.sheet = sheet.saved(text, Decomposition)
        return [rule.id for rule in self.edits]
