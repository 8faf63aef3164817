"""Caps from measured capacity: rules that nobody has to write (R13, R22), each with ``capacity`` as its reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from salesnb.model.params.decomposition import Caps, Rule
from salesnb.stages.decomposition.postings import Posting

SOURCE = "capacity"
_COLUMNS = {"region": "region_id", "team": "team_id"}


def capacity_rules(
    caps: Caps, capacity: pd.DataFrame, held: Sequence[Posting], scale: int, words: Callable[[str], str]
) -> tuple[Rule, ...]:
    """A rule a node of the levels that ``caps`` names: at most what it can carry.

    ``capacity``: ``feasibility_capacity`` of the same period. A person's part of his team's capacity is that of his
    presence × role × ramp; people of teams without a row, and nodes without capacity, get no cap. ``words``: what a
    rule says, by the node's name or id.
    """
    known = capacity[capacity[_side(caps)].notna() & (capacity[_side(caps)] > 0)]
    found: list[tuple[str, str, str, int]] = [
        (level, str(row["node_id"]), str(row["name"] or row["node_id"]), int(row[_side(caps)]))
        for level, column in _COLUMNS.items()
        if level in caps.levels
        for row in known[known["dimension"] == column].to_dict("records")
    ]
    if "person" in caps.levels:
        found += _of_people(known, held, caps)
    return tuple(_rule(caps, level, node, words(name), minor / scale) for level, node, name, minor in found)


def _side(caps: Caps) -> str:
    return "capacity_minor" if caps.at == "mean" else "high_minor"


def _of_people(known: pd.DataFrame, held: Sequence[Posting], caps: Caps) -> Iterator[tuple[str, str, str, int]]:
    """A person in two teams carries what he carries in both."""
    teams = known[known["dimension"] == "team_id"].set_index("node_id")[_side(caps)]
    carried = {team: sum(float(one.capacity.sum()) for one in held if one.team == team) for team in teams.index}
    sums: dict[str, float] = {}
    for one in held:
        if carried.get(one.team, 0.0) > 0:
            own = float(one.capacity.sum()) / carried[one.team] * float(teams[one.team])
            sums[one.person] = sums.get(one.person, 0.0) + own
    outside = {one.person for one in held if not carried.get(one.team, 0.0) > 0}
    for person, minor in sorted(sums.items()):
        if person not in outside and minor >= 1:
            yield "person", person, person, round(minor)


def _rule(caps: Caps, level: str, node: str, text: str, amount: float) -> Rule:
    form = {"id": f"capacity-{level}-{node}".replace(" ", "-"), "text": text, "where": {level: node}, "amount": "sales"}
    return Rule.model_validate(form | {"at_most": amount, "strength": caps.strength, "reference": SOURCE})
