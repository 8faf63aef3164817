"""Which cells a statement speaks of, and where two statements speak of the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from salesnb.model.params.quantities import Not, Selection

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# a selection's word → the column of cells that holds it
COLUMNS = {
    "region": "region_id",
    "team": "team_id",
    "person": "person_id",
    "product": "product_id",
    "product_line": "product_line",
    "customer_type": "customer_type",
    "channel": "channel_id",
    "industry": "industry",
    "dealer": "dealer_id",
    "customer": "customer_id",
}
Node = tuple[str, str]  # (word, node)


@dataclass(frozen=True)
class Cells:
    """Amounts by dimension (``amount`` in minor units), and the parents of nodes: (team, X) → (region, Y)."""

    frame: pd.DataFrame
    amount: str
    parents: Mapping[Node, Node] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The words whose columns the cells have."""
        return tuple(word for word, column in COLUMNS.items() if column in self.frame.columns)

    def nodes(self, word: str) -> set[str]:
        """Nodes of a dimension that have cells."""
        return set(self.frame[COLUMNS[word]].astype(str)) if word in self.words else set()

    def total(self, where: Selection) -> int | None:
        """The amount of a selection; None where the cells do not have one of its dimensions."""
        if any(word not in self.words for word in where):
            return None
        held = self._held(where)
        amounts = self.frame[self.amount]
        return int((amounts if held is None else amounts[held]).sum())

    def pick(self, where: Selection) -> pd.DataFrame:
        """The rows of a selection; each of its dimensions must be a column (KeyError)."""
        held = self._held(where)
        return self.frame if held is None else self.frame[held]

    def _held(self, where: Selection) -> NDArray[np.bool_] | None:
        """Whether each row is one of the selection; None where all are."""
        found: NDArray[np.bool_] | None = None
        for word, nodes in where.items():
            values = self.frame[COLUMNS[word]].astype(str)
            held = ~values.isin(nodes.not_) if isinstance(nodes, Not) else values.isin(nodes)
            found = held.to_numpy(bool) if found is None else found & held.to_numpy(bool)
        return found


def meet(one: Selection, other: Selection, parents: Mapping[Node, Node]) -> Selection | None:
    """The selection of what both speak of; None where they share nothing.

    Nodes of one dimension are compared by name; a node below another (a team in a region) by its parents.
    """
    out: dict[str, tuple[str, ...] | Not] = dict(one)
    for word, nodes in other.items():
        both = _both(out[word], nodes) if word in out else nodes
        if both == ():
            return None
        out[word] = both
    for word, nodes in list(out.items()):
        if isinstance(nodes, Not):
            continue
        inside = tuple(n for n in nodes if _inside((word, n), out, parents))
        if not inside:
            return None
        out[word] = inside
    return out


def _both(one: tuple[str, ...] | Not, other: tuple[str, ...] | Not) -> tuple[str, ...] | Not:
    if isinstance(one, Not) and isinstance(other, Not):
        return Not.model_validate({"not": tuple(dict.fromkeys((*one.not_, *other.not_)))})
    if isinstance(one, Not):
        one, other = other, one
    assert not isinstance(one, Not)
    if isinstance(other, Not):
        return tuple(n for n in one if n not in other.not_)
    return tuple(n for n in one if n in other)


def _inside(node: Node, where: Selection, parents: Mapping[Node, Node]) -> bool:
    """Whether the node's parents are among the selected ones, as far as its parents are known."""
    above = parents.get(node)
    while above is not None:
        nodes = where.get(above[0])
        if nodes is not None:
            held = above[1] in (nodes.not_ if isinstance(nodes, Not) else nodes)
            if held == isinstance(nodes, Not):
                return False
        above = parents.get(above)
    return True


def without(where: Selection, words: Iterable[str]) -> Selection:
    """A selection with some dimensions left open."""
    return {word: nodes for word, nodes in where.items() if word not in set(words)}


def said(where: Selection, names: Mapping[str, str] | None = None) -> str:
    """A selection as a planner reads it: 华东、华南 × B; ``≠`` for what is left out."""
    known = names or {}
    parts = []
    for nodes in where.values():
        listed = nodes.not_ if isinstance(nodes, Not) else nodes
        words = "、".join(known.get(n, n) for n in listed)
        parts.append(f"≠ {words}" if isinstance(nodes, Not) else words)
    return " × ".join(parts)
