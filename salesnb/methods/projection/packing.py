"""Rows on any sets of cells, packed into as few families as their overlaps allow.

A family costs one pass over the cells however many groups it has, so rules on sets that share no cell go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import INF, Family, Ints, RowName


@dataclass(frozen=True, eq=False)
class Selection:
    """A row on some ``cells`` (their numbers, each once): limits and softness as in :class:`Family`."""

    cells: Ints
    low: float = -INF
    high: float = INF
    cap: float = INF
    stiffness: float = INF


def pack(name: str, selections: Sequence[Selection], count: int) -> tuple[list[Family], list[RowName]]:
    """Families "name 1", "name 2", … over ``count`` cells, and the row name of each selection.

    A selection joins the first family where it overlaps nothing. Complexity: cells of all selections × families.
    """
    groups: list[Ints] = []
    members: list[list[Selection]] = []
    names: list[RowName] = []
    for selection in selections:
        cells = np.asarray(selection.cells, np.int64)
        at = next((at for at, group in enumerate(groups) if (group[cells] < 0).all()), len(groups))
        if at == len(groups):
            groups.append(np.full(count, -1))
            members.append([])
        groups[at][cells] = len(members[at])
        names.append(RowName(f"{name} {at + 1}", len(members[at])))
        members[at].append(selection)
    families = [
        Family(
            f"{name} {at + 1}",
            group,
            low=np.array([one.low for one in own]),
            high=np.array([one.high for one in own]),
            cap=np.array([one.cap for one in own]),
            stiffness=np.array([one.stiffness for one in own]),
        )
        for at, (group, own) in enumerate(zip(groups, members, strict=True))
    ]
    return families, names
