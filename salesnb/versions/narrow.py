"""A version's tables reduced to what one reader may see, before anything is rendered from them (R79).

A table that is not named here reaches nobody but the readers of ``all/``: what a new notebook publishes has to be
allowed before it can leak. Shares of a company's total are dropped beside the figure they are a share of, because the
two give the total away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Place, Text
from salesnb.versions.part import Index, Part, Whole
from salesnb.versions.readers import Reader

if TYPE_CHECKING:
    import pandas as pd

EVERYBODY = frozenset(("全体", "all"))
Pick = Callable[[Whole, Reader], list[int]]


@dataclass(frozen=True)
class Rule:
    """Which rows of a table are a reader's, which columns nobody below the company sees, and for whom it is at all."""

    pick: Pick
    drop: tuple[str, ...] = ()
    levels: tuple[str, ...] = ("region", "person")
    is_pay: bool = False


def _rows(whole: Whole, reader: Reader) -> list[int]:
    """A region's rows by the region that was credited, a person's by the person."""
    if reader.level == "region" and "region_id" in whole:
        return _region(whole, reader)
    return _people(whole, reader)


def _people(whole: Whole, reader: Reader) -> list[int]:
    return whole.where("person_id", reader.people)


def _region(whole: Whole, reader: Reader) -> list[int]:
    return whole.where("region_id", (reader.node,))


def _nodes(whole: Whole, reader: Reader) -> list[int]:
    return _of_nodes(whole.by("dimension", "node_id"), reader, "_id")


def _levels(whole: Whole, reader: Reader) -> list[int]:
    return _of_nodes(whole.by("level", "node_id"), reader, "")


def _of_nodes(index: Index, reader: Reader, ending: str) -> list[int]:
    """Rows of the reader's own nodes; a cross such as ``region_id+product_line`` is the region's."""
    own = [(f"person{ending}", person) for person in reader.people]
    if reader.level == "region":
        own += [(f"region{ending}", reader.node), *((f"team{ending}", team) for team in reader.teams)]
        cross = f"region{ending}+"
        own += [(d, n) for d, n in index if str(d).startswith(cross) and str(n).split("+")[0] == reader.node]
    return [row for key in own for row in index.get(key, ())]


def _owner(column: str) -> Pick:
    return lambda whole, reader: whole.where(column, reader.owners)


def _attends(whole: Whole, reader: Reader) -> list[int]:
    wanted = reader.owners | EVERYBODY
    invited = whole.by("people").items()
    return [row for people, rows in invited if wanted & set(str(people).split("、")) for row in rows]


def _moves(whole: Whole, reader: Reader) -> list[int]:
    """Moves between two of the reader's own people; who else gives or takes is not theirs to read."""
    moved = whole.by("from_id", "to_id").items()
    return [row for (giver, taker), rows in moved if {giver, taker} <= reader.people for row in rows]


_SHARES = ("share_of_sales", "share_shift_rate", "share_of_growth", "margin_rate")
RULES: Mapping[str, Rule] = {
    # review
    "review_attainment": Rule(_nodes),
    "review_landing": Rule(_nodes),
    "review_alerts": Rule(_nodes, drop=("part_of",)),  # may name a colleague
    "review_leads": Rule(_rows),
    "review_quotas": Rule(_rows),
    # proposals, which concern those who decide until they are decided
    "retarget_cells": Rule(_rows, levels=("region",)),
    "retarget_nodes": Rule(_nodes, levels=("region",)),
    "retarget_moves": Rule(_moves, levels=("region",)),
    "lead_assignments": Rule(_region, levels=("region",)),
    # targets
    "target_cells": Rule(_rows),
    "target_nodes": Rule(_nodes, ("share_of_target", "share_of_base")),
    "target_derivation": Rule(_people),
    "target_units": Rule(_people),
    "target_weeks": Rule(_people),
    "target_counts": Rule(_rows),
    "target_fairness": Rule(_rows, levels=("region",)),
    "target_gaps": Rule(_levels),
    "commitment_gaps": Rule(_levels),
    # what to do
    "action_tasks": Rule(_owner("owner")),
    "action_workload": Rule(_owner("owner")),
    "action_key_results": Rule(_owner("owner"), ("share_of_objective",)),
    "action_milestones": Rule(_owner("owner")),
    "action_risks": Rule(_owner("owner")),
    "action_requests": Rule(_owner("asked_by")),
    "action_calendar": Rule(_attends, ("people",)),
    "action_budget_regions": Rule(_region, ("share_of_budget",), levels=("region",)),
    # pay
    "pay_people": Rule(_people, is_pay=True),
    "pay_cliffs": Rule(_people, is_pay=True),
    "pay_curves": Rule(_people, is_pay=True),
    "pay_ledger": Rule(_people, is_pay=True),
    "pay_states": Rule(_people, is_pay=True),
    # history and deals
    "history_people": Rule(_people),
    "history_nodes": Rule(_nodes, _SHARES),
    "funnel_open": Rule(_rows),
    "funnel_conversion": Rule(_nodes),
    # what the field can carry
    "feasibility_nodes": Rule(_nodes, levels=("region",)),
    "feasibility_capacity": Rule(_nodes, levels=("region",)),
    "feasibility_pipeline": Rule(_nodes, levels=("region",)),
    "feasibility_feedback": Rule(_levels),
}


def rule_for(name: str, columns: Iterable[str], levels: tuple[str, ...]) -> Rule:
    """The rule of a unit's own table that its notebook shares with ``levels``: rows by ``person_id`` and ``region_id``.

    DataError where the column is missing by which a reader's rows are known.
    """
    found = set(columns)
    if "person_id" not in found and not ("region_id" in found and levels == ("region",)):
        raise DataError(
            Text(f"表 {name} 没有 person_id 列，不能分给个人", f"table {name} has no column person_id to share it by"),
            where=Place(file=name),
            remedy=Text("加上 person_id（区域另加 region_id）", "add person_id, and region_id for regions"),
        )
    return Rule(_rows, levels=levels)


def narrowed(name: str, frame: pd.DataFrame, reader: Reader, rules: Mapping[str, Rule] = RULES) -> pd.DataFrame | None:
    """The rows and columns of table ``name`` that ``reader`` may see; None where none of it is theirs."""
    rule = rules.get(name)
    part = part_of(Whole(frame), reader, rule) if rule is not None else None
    return None if part is None else part.frame


def part_of(whole: Whole, reader: Reader, rule: Rule) -> Part | None:
    """What ``reader`` may see of a table by ``rule``; None where none of it is theirs."""
    if reader.level not in rule.levels or (rule.is_pay and not reader.sees_pay):
        return None
    rows = rule.pick(whole, reader)
    return Part(whole, sorted(rows), rule.drop) if rows else None  # of most tables a person has no row


def names_for(
    frames: Mapping[str, pd.DataFrame | Part], names: Mapping[tuple[str, str], str], reader: Reader
) -> dict[tuple[str, str], str]:
    """``names`` ((dimension, id) → name) of the ids in ``frames``, which are narrowed, and of the reader's people."""
    held = {("person_id", person) for person in reader.people}
    if "target_derivation" in frames:  # rules that moved these people's targets, in the planner's words
        held |= {("rule_id", rule) for rule in map(str, frames["target_derivation"]["named"])}
    for frame in frames.values():
        for column in map(str, frame.columns):
            if column.endswith("_id") or column == "product_line":
                held |= {(column, value) for value in map(str, frame[column])}
    return {key: names[key] for key in held if key in names}
