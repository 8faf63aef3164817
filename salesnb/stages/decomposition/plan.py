"""From rules to a plan in whole amounts, with what became of every rule: the one entry of decomposition.

    plan = decompose(Problem(cube, rules, grain_minor))

``Desk`` holds a problem open: change a rule, lock an amount, take a proposal, and solve again in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition import ledger, status
from salesnb.stages.decomposition.condensed import Condensed, Limit
from salesnb.stages.decomposition.cube import Cube, Floats
from salesnb.stages.decomposition.lines import Compiled, Line, compile_rules, weighed
from salesnb.stages.decomposition.refusals import must_conflict, no_whole
from salesnb.stages.decomposition.settle import Settled, Unsolvable, settle
from salesnb.stages.decomposition.whole import Whole, to_whole

if TYPE_CHECKING:
    from salesnb.stages.decomposition.conflict import Explanation

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be planned. ``grain``: published amounts are multiples of it, minor units. ``scale``: minor units of
    a currency unit. ``count``: what is planned is this count (customers, visits) and not money; then both are 1."""

    cube: Cube
    rules: Sequence[Rule]
    grain: int
    scale: int = 100
    count: str = ""
    name: str = ""

    @classmethod
    def of_counts(cls, cube: Cube, rules: Sequence[Rule], count: str, name: str = "") -> Problem:
        """Whole customers, visits, …: everything about counts is in ones."""
        return cls(cube, rules, 1, 1, count, name)


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved problem. ``cells``: (places, months) int64; ``solved``: before rounding. ``seconds`` by step."""

    problem: Problem
    compiled: Compiled
    condensed: Condensed
    settled: Settled
    solved: Floats
    whole: Whole
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def cells(self) -> Ints:
        """(places, months) whole amounts."""
        return self.whole.cells

    @property
    def total(self) -> int:
        """The company's target."""
        return int(self.cells.sum())

    @cached_property
    def table(self) -> pd.DataFrame:
        """Ids, month, target_minor of every usable cell."""
        return self.problem.cube.frame(self.cells, "target_minor")

    def by(self, *columns: str) -> pd.DataFrame:
        """Targets summed over ``columns`` (ids, month), sorted."""
        return self.problem.cube.groups.table(columns, self.cells, "target_minor")

    def amounts(self, *columns: str) -> Mapping[tuple[str, ...], int]:
        """The same by node, ``{("north",): 500, …}``: what a panel looks up on every move."""
        if columns not in self._amounts:
            self._amounts[columns] = self.problem.cube.groups.amounts(columns, self.cells)
        return self._amounts[columns]

    def standing(self, line: Line) -> tuple[float, float]:
        """What a line adds up to before rounding, and the size of its part (at least one), minor units."""
        if line not in self._standing:
            self._standing[line] = line.value(self.solved), max(abs(weighed(line.terms, self.solved)), 1.0)
        return self._standing[line]

    @cached_property
    def _standing(self) -> dict[Line, tuple[float, float]]:
        return {}

    @cached_property
    def _amounts(self) -> dict[tuple[str, ...], Mapping[tuple[str, ...], int]]:
        return {}

    @cached_property
    def rules(self) -> pd.DataFrame:
        """``rule_status``, with what the rules imply for each other."""
        return status.rule_status(self)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """``target_ledger``: all checks of coherence, each with zero faults in a plan that may be published."""
        return ledger.coherence(self)

    @cached_property
    def explanation(self) -> Explanation:
        """Contradictions met, what each rule asks, and proposals."""
        from salesnb.stages.decomposition.conflict import explain

        return explain(self)


class Desk:
    """A problem kept open for one edit after another."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._limits: dict[str, Limit] = {}

    def put(self, rule: Rule) -> None:
        """Add a rule, or replace the one of the same id."""
        kept = [held if held.id != rule.id else rule for held in self.problem.rules]
        if rule.id not in {held.id for held in self.problem.rules}:
            kept.append(rule)
        self._set(kept)

    def drop(self, rule_id: str) -> None:
        """Leave a rule out."""
        self._set([held for held in self.problem.rules if held.id != rule_id])

    def lock(self, rule_id: str, where: Mapping[str, str], amount: float, reason: str) -> None:
        """Hold what ``where`` selects at ``amount`` (currency units) whatever else happens, with the reason."""
        form = {"id": rule_id, "text": reason, "where": dict(where), "amount": "sales", "is": amount}
        self.put(Rule.model_validate(form | {"strength": "must", "locked": True, "reason": reason}))

    def take(self, changes: Mapping[str, tuple[float | None, float | None]]) -> None:
        """Take a proposal: new bounds by rule id, in each rule's own terms."""
        self._set([rebound(rule, changes[rule.id]) if rule.id in changes else rule for rule in self.problem.rules])

    def plan(self) -> Plan:
        """The plan as it stands now. Errors: see :func:`decompose`."""
        return decompose(self.problem)

    def _set(self, rules: Sequence[Rule]) -> None:
        self.problem = replace(self.problem, rules=tuple(rules))


def rebound(rule: Rule, bounds: tuple[float | None, float | None]) -> Rule:
    """The rule with other bounds and everything else as it was."""
    low, high = bounds
    held = rule.model_dump(by_alias=True, exclude={"is_", "at_least", "at_most", "between"})
    if low is not None and low == high:
        held["is"] = low
    elif low is not None and high is not None:
        held["between"] = (low, high)
    else:
        held["at_least" if low is not None else "at_most"] = low if low is not None else high
    return Rule.model_validate({key: value for key, value in held.items() if value is not None})


def decompose(problem: Problem) -> Plan:
    """The plan closest to its start that keeps every rule, in whole grains, exact in every table.

    Rules that contradict each other: the weakest give way, see :mod:`.settle`; musts never do.
    PlanConflict when musts contradict each other: it carries the contradiction and proposals. ParamsError for rules
    that name what nobody knows, and for a grain at which no exact rounding exists (it names one that works).
    """
    began = perf_counter()
    compiled = compile_rules(problem.cube, problem.rules, problem.scale, problem.count)
    condensed = Condensed.of(problem.cube, compiled.lines)
    ready = perf_counter()
    try:
        settled = settle(condensed)
    except Unsolvable as unsolvable:
        raise must_conflict(problem, condensed, unsolvable) from unsolvable
    solved = condensed.expand(problem.cube, settled.solution.cells)
    found = perf_counter()
    firm = [
        replace(line, low=held.low, high=held.high) if (held := settled.limits.get(line.name)) else line
        for line in compiled.lines
    ]
    from salesnb.methods.rounding import RoundingRefused

    try:
        whole = to_whole(problem.cube, solved, firm, problem.grain)
    except RoundingRefused as refused:
        raise no_whole(problem, refused) from refused
    ended = perf_counter()
    seconds = {"rules": ready - began, "solve": found - ready, "round": ended - found}
    return Plan(problem, compiled, condensed, settled, solved, whole, seconds)
