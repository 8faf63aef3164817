"""Contradictions in rules and numbers, and ways to resolve them with what each costs whom (R24)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesnb.methods.conflicts import Conflict
from salesnb.methods.projection import Problem as Rows
from salesnb.methods.relaxation import Flexible, Proposal, propose
from salesnb.model.params.decomposition import Rule
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.condensed import Condensed, Limit, supposing
from salesnb.stages.decomposition.cube import Cube, Floats
from salesnb.stages.decomposition.lines import INF, RANKS, Line, weighed
from salesnb.stages.decomposition.settle import Unsolvable, row_of, settle

if TYPE_CHECKING:
    from salesnb.stages.decomposition.plan import Plan, Problem


@dataclass(frozen=True, eq=False)
class Explanation:
    """``members``: ``rule_conflicts``. ``groups``: ``rule_conflict_groups``. ``proposals`` and their ``changes``:
    ``rule_proposals``, ``rule_proposal_changes``. ``costs`` finds what every proposal costs whom. All empty where the
    rules agree."""

    members: pd.DataFrame
    groups: pd.DataFrame
    proposals: pd.DataFrame
    changes: pd.DataFrame
    costs: Callable[[], pd.DataFrame]

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """``rule_proposal_nodes``: a plan for every proposal, which only who compares them waits for."""
        return self.costs()

    def take(self, proposal_no: int) -> dict[str, tuple[float | None, float | None]]:
        """A proposal's new bounds by rule, for ``Desk.take``."""
        own = self.changes[self.changes["proposal_no"] == proposal_no]
        return {
            str(rule): (_maybe(low), _maybe(high))
            for rule, low, high in zip(own["rule_id"], own["after_low"], own["after_high"], strict=True)
        }


def explain(plan: Plan) -> Explanation:
    """The contradictions a plan met and proposals against them."""
    met = [Met(one, found.table.problem) for one, found in zip(plan.settled.conflicts, plan.settled.met, strict=True)]
    return _explained(plan.problem, plan.condensed, met, plan.solved)


def explain_unsolvable(problem: Problem, condensed: Condensed, unsolvable: Unsolvable) -> Explanation:
    """The contradiction of musts; amounts are those of last year's shape, as there is no plan."""
    assert unsolvable.conflict is not None
    return _explained(
        problem, condensed, [Met(unsolvable.conflict, unsolvable.rows or condensed.problem())], problem.cube.start
    )


@dataclass(frozen=True, eq=False)
class Met:
    """A contradiction and the rows among which it was met."""

    conflict: Conflict
    rows: Rows

    def amounts(self, start: Floats, cells: Floats) -> Floats:
        """Cells by which shares are said as amounts: the plan's, or the start where there was to be nothing left."""
        return start if supposing(self.rows) else cells


def _explained(problem: Problem, condensed: Condensed, met: Sequence[Met], cells: Floats) -> Explanation:
    lines = {line.name: line for line in condensed.lines}
    members, groups = [], []
    for number, found in enumerate(met, 1):
        rows, sums = _described(number, found.conflict, lines, found.amounts(problem.cube.start, cells))
        members += rows
        groups += sums
    proposals = _new_first(_proposals(condensed, met[0])) if met else []
    headers, changes = [], []
    for number, proposal in enumerate(proposals, 1):
        own = _changes(number, proposal, lines, met[0].amounts(problem.cube.start, cells))
        changes += own
        headers.append(_header(number, proposal, lines, own, problem.scale))

    def costs() -> pd.DataFrame:
        numbered = enumerate(proposals, 1)
        rows = [row for at, one in numbered for row in _nodes(at, problem.cube, condensed, one, cells)]
        return _table(rows, "rule_proposal_nodes")

    return Explanation(
        members=_table(members, "rule_conflicts"),
        groups=_table(groups, "rule_conflict_groups"),
        proposals=_table(headers, "rule_proposals"),
        changes=_table(changes, "rule_proposal_changes"),
        costs=costs,
    )


def _table(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    return check(pd.DataFrame(rows, columns=[column.name for column in contract(name).columns]), contract(name))


def _described(
    number: int, conflict: Conflict, lines: Mapping[str, Line], cells: Floats
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Members and their groups: rules alike in side, measure, strength and the dimensions they speak of."""
    said = [member for member in conflict.members if member.name.name in lines]
    least = min(RANKS[lines[member.name.name].rule.strength] for member in said)
    kinds: dict[tuple[Any, ...], int] = {}
    rows, sums = [], dict[int, dict[str, Any]]()
    for member in sorted(said, key=lambda member: list(lines).index(member.name.name)):
        line = lines[member.name.name]
        rule, limit = line.rule, member.limit
        kind = (member.side, rule.measure, rule.strength, tuple(sorted(rule.where)))
        group = kinds.setdefault(kind, len(kinds) + 1)
        asked = line.in_terms(limit, cells)
        amount = round(asked * weighed(line.whole, cells)) if line.whole else round(limit)
        rows.append(
            {
                "conflict_no": number,
                "group_no": group,
                "rule_id": rule.id,
                "text": rule.text,
                "strength": rule.strength,
                "measure": rule.measure,
                "side": member.side,
                "asked": asked,
                "asked_minor": amount,
                "base_minor": line.base or None,
                "weight": member.weight,
                "gives_way": RANKS[rule.strength] == least < RANKS["must"],
            }
        )
        held = sums.setdefault(group, _group(number, group, (member.side, rule), conflict, least))
        held["rule_count"] += 1
        held["asked_minor"] += amount
        held["base_minor"] += line.base
    for held in sums.values():
        held["asked_rate"] = held["asked_minor"] / held["base_minor"] - 1 if held["base_minor"] > 0 else np.nan
    return rows, list(sums.values())


def _group(number: int, group: int, kind: tuple[str, Rule], conflict: Conflict, least: int) -> dict[str, Any]:
    """A group before its members are counted."""
    side, rule = kind
    return {
        "conflict_no": number,
        "group_no": group,
        "side": side,
        "measure": rule.measure,
        "strength": rule.strength,
        "rule_count": 0,
        "asked_minor": 0,
        "base_minor": 0,
        "excess_minor": round(conflict.excess),
        "is_verified": conflict.verified,
        "needs_must": least == RANKS["must"],
    }


def _proposals(condensed: Condensed, met: Met) -> list[Proposal]:
    """Proposals over the rules that may change; over all of them only where nothing else helps."""
    for must in (False, True):
        found = propose(met.rows, _flexible(condensed, met.rows, must), None if must else met.conflict)
        if found:
            return found
    return []


def _new_first(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Proposals in order, those that give what an earlier one gives last: a page shows each result once."""
    seen: set[tuple[tuple[str, float, float], ...]] = set()
    new: list[Proposal] = []
    again: list[Proposal] = []
    for proposal in proposals:
        gives = ((c.name.name, round(float(c.after[0]), -2), round(float(c.after[1]), -2)) for c in proposal.changes)
        key = tuple(sorted(gives))
        (again if key in seen else new).append(proposal)
        seen.add(key)
    return new + again


def _flexible(condensed: Condensed, problem: Rows, must: bool) -> Flexible:
    rows = problem.row_count
    may, rank, weight = np.zeros(rows, bool), np.zeros(rows, np.int64), np.ones(rows)
    base, least = np.full(rows, np.nan), np.full(rows, -INF)
    for line in condensed.lines:
        row = row_of(problem, line)
        rank[row] = RANKS[line.rule.strength]
        may[row] = (must or rank[row] < RANKS["must"]) and not line.rule.locked
        weight[row] = line.rule.weight
        if line.rule.measure == "growth_over":
            base[row] = line.base
            if line.asked[0] is not None and line.asked[0] >= 0:
                least[row] = line.base  # who wants to grow is not asked to shrink
    return Flexible.of(problem, may, rank=rank, weight=weight, base=base, reach=(least, INF))


def _changes(number: int, proposal: Proposal, lines: Mapping[str, Line], cells: Floats) -> list[dict[str, Any]]:
    """A row a rule. A rule of two lines (a share between two) is changed where its line is."""
    out: dict[str, dict[str, Any]] = {}
    for change in proposal.changes:
        line = lines[change.name.name]
        low, high = line.asked
        row = out.setdefault(
            line.rule.id,
            {"proposal_no": number, "rule_id": line.rule.id, "text": line.rule.text}
            | {"before_low": _number(low), "before_high": _number(high)}
            | {"after_low": _number(low), "after_high": _number(high), "moved_minor": 0},
        )
        for side, name in ((0, "after_low"), (1, "after_high")):
            before, after = change.before[side], change.after[side]
            if np.isfinite(after):
                row[name] = line.in_terms(after, cells)
                row["moved_minor"] = round(after - before) if np.isfinite(before) else row["moved_minor"]
    return list(out.values())


def _header(
    number: int, proposal: Proposal, lines: Mapping[str, Line], changes: list[dict[str, Any]], scale: int
) -> dict[str, Any]:
    growth = any(lines[change.name.name].rule.measure == "growth_over" for change in proposal.changes)
    level = np.nan if proposal.level is None else proposal.level - 1 if growth else proposal.level / scale
    return {
        "proposal_no": number,
        "method": proposal.method.value.replace(" ", "_"),
        "change_count": len(changes),
        "moved_minor": sum(abs(row["moved_minor"]) for row in changes),
        "level": level,
        "changes_must": any(lines[c.name.name].rule.strength == "must" for c in proposal.changes),
        "is_verified": proposal.verified,
    }


def _nodes(number: int, cube: Cube, condensed: Condensed, proposal: Proposal, cells: Floats) -> list[dict[str, Any]]:
    """What each node's target becomes, before rounding, under a proposal."""
    limits = {change.name.name: Limit(*change.after) for change in proposal.changes}
    try:
        settled = settle(condensed, limits)
    except Unsolvable:
        return []
    after = condensed.expand(cube, settled.solution.cells)
    rows = []
    for dimension in (column for column in ("region_id", "product_line") if column in cube.places):
        nodes, inverse = np.unique(cube.places[dimension].to_numpy(dtype=str), return_inverse=True)
        sums = [np.bincount(inverse, side.sum(axis=1), len(nodes)) for side in (cells, after)]
        for node, old, new in zip(nodes, *sums, strict=True):
            before, then = round(old), round(new)
            row = {"proposal_no": number, "dimension": dimension, "node_id": str(node)}
            rows.append(row | {"before_minor": before, "change_minor": then - before, "after_minor": then})
    return rows


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _maybe(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
