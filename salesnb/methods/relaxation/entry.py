"""The one entry to relaxations: several proposals for one infeasible problem, each checked on the whole of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from salesnb.methods.conflicts import Conflict, ConflictUndecided, Trials, find_conflict
from salesnb.methods.conflicts.merged import Table, merge
from salesnb.methods.projection.problem import Problem
from salesnb.methods.relaxation.flexible import Change, Flexible, Method, Moves, Proposal
from salesnb.methods.relaxation.level import cut_to_level
from salesnb.methods.relaxation.methods import Choice, by_rank, fewest, proportional

_MOST_CONFLICTS = 40  # that one proposal resolves one after the other
_SLACK = 1e-11  # of a row's size: sums of limits that are equal but for rounding count as equal
_Method = Callable[["_Search"], list[Moves]]


def propose(problem: Problem, flexible: Flexible | None = None, conflict: Conflict | None = None) -> list[Proposal]:
    """Ways to make all limits hold together; none where they do already, or where the rows that may change cannot help.

    ``conflict``: one that was found already. Each method looks only at the rows of the conflicts met so far; what it
    proposes is tried on the whole problem, and a further conflict joins in until none is left.

    :raises ConflictUndecided: no proposal, and no proof that none is needed.
    """
    conflict = conflict if conflict is not None else find_conflict(problem)
    if conflict is None:
        return []
    search = _Search(problem, flexible or Flexible.of(problem), conflict)
    ways: list[tuple[Method, _Method]] = [
        (Method.PROPORTIONAL, lambda s: proportional(s.choice())),
        (Method.FEWEST, lambda s: fewest(s.choice())),
        (Method.BY_RANK, lambda s: by_rank(s.choice())),
        (Method.LEVEL, lambda s: cut_to_level(s.choice().merged, s.flexible, s.wants)),
    ]
    return [proposal for method, way in ways for proposal in search.settle(method, way)]


def apply(problem: Problem, proposal: Proposal) -> Problem:
    """The problem with a proposal's limits."""
    low, high = problem.per_row("low"), problem.per_row("high")
    for change in proposal.changes:
        low[change.row], high[change.row] = change.after
    return problem.with_rows(low=low, high=high)


class _Search:
    """The rows of all conflicts met so far, growing as proposals are tried."""

    def __init__(self, problem: Problem, flexible: Flexible, conflict: Conflict) -> None:
        self.problem, self.flexible, self.table = problem, flexible, Table.of(problem)
        self.trials, self.wants = Trials(problem), dict[int, str]()
        self._take(conflict)

    def _take(self, conflict: Conflict) -> bool:
        """Whether the conflict brought rows that were not known."""
        before = len(self.wants)
        for member in conflict.members:
            self.wants.setdefault(member.row, member.side)
        return len(self.wants) > before

    def choice(self) -> Choice:
        """The rows met so far, merged with exact limits."""
        return Choice(merge(self.table, np.array(sorted(self.wants), np.int64), slack=_SLACK), self.flexible)

    def settle(self, method: Method, way: _Method) -> list[Proposal]:
        """A method's proposals, once the first of them leaves no conflict in the whole problem."""
        for _ in range(_MOST_CONFLICTS):
            proposals = [self._proposal(method, moves) for moves in way(self)]
            kept: list[Proposal] = []
            for proposal in proposals:
                left, decided = self._left(proposal)
                if left is None:
                    kept.append(self._marked(proposal, decided))
                elif self._take(left):
                    break
            else:
                return kept
        return []

    def _left(self, proposal: Proposal) -> tuple[Conflict | None, bool]:
        try:
            return self.trials.conflict({change.row: change.after for change in proposal.changes}), True
        except ConflictUndecided:
            return None, False

    @staticmethod
    def _marked(proposal: Proposal, verified: bool) -> Proposal:
        return Proposal(proposal.method, proposal.changes, proposal.cost, proposal.level, verified)

    def _proposal(self, method: Method, moves: Moves) -> Proposal:
        changes, cost = [], 0.0
        for row, low, high in zip(moves.rows.tolist(), moves.low.tolist(), moves.high.tolist(), strict=True):
            before = float(self.table.low[row]), float(self.table.high[row])
            changes.append(Change(row, self.problem.row_name(row), before, (low, high)))
            moved = [abs(new - old) for new, old in zip((low, high), before, strict=True) if np.isfinite(old)]
            cost += max(moved) / float(self.table.size[row])
        return Proposal(method, tuple(changes), cost, moves.level, False)
