"""Which cells of a plan a rule speaks of: ``where`` in a planner's words, as flags of places and of months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.quantities import Not
from salesnb.model.periods import Calendar, Kind

Flags = NDArray[np.bool_]
Where = Mapping[str, "Sequence[str] | Not"]

# what a rule may say → column of the places
COLUMNS = {
    "region": "region_id",
    "team": "team_id",
    "person": "person_id",
    "role": "role",
    "rank": "rank",
    "product_line": "product_line",
    "product": "product_id",
    "customer_type": "customer_type",
    "customer": "customer_id",
    "customer_size": "customer_size",
    "channel": "channel_id",
    "industry": "industry",
    "dealer": "dealer_id",
}
TIMES = ("half", "quarter", "month")


@dataclass(frozen=True, eq=False)
class Part:
    """A block of the plan: every flagged place in every flagged month."""

    places: Flags
    months: Flags

    @property
    def empty(self) -> bool:
        """Whether it holds no cell at all."""
        return not (self.places.any() and self.months.any())


class Selector:
    """Finds parts of a plan. ``known``: further nodes that exist though no place has them (a region without sales)."""

    def __init__(
        self,
        places: pd.DataFrame,
        months: Sequence[str],
        calendar: Calendar | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._places, self._months, self._known = places, tuple(months), known or {}
        self._labels = [_labels(month, calendar or Calendar()) for month in self._months]
        self._codes: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
        self._parts: dict[tuple[object, ...], Part] = {}

    def part(self, where: Where, *, cumulative: bool = False, rule: str = "") -> Part:
        """The part that ``where`` selects; ``cumulative`` from the first month up to the last one selected.

        The same words give the same :class:`Part`, so that what is known about it is found again after an edit.
        ParamsError for a word that is no dimension here, and for a node nobody knows.
        """
        words = (cumulative, *sorted((key, isinstance(nodes, Not), _named(nodes)) for key, nodes in where.items()))
        if words not in self._parts:
            self._parts[words] = self._part(where, cumulative, rule)
        return self._parts[words]

    def _part(self, where: Where, cumulative: bool, rule: str) -> Part:
        places, months = np.ones(len(self._places), bool), np.ones(len(self._months), bool)
        for key, nodes in where.items():
            if key in TIMES:
                months &= self._in_months(key, nodes, rule)
            else:
                places &= self._in_places(key, nodes, rule)
        if cumulative and months.any():
            months[: int(np.flatnonzero(months)[-1]) + 1] = True
        return Part(places, months)

    def quarter(self, month: str) -> str:
        """The quarter a month of the plan is in."""
        return max(self._labels[self._months.index(month)]["quarter"], key=len)

    def _in_places(self, key: str, nodes: Sequence[str] | Not, rule: str) -> Flags:
        column = COLUMNS.get(key)
        if column is None or column not in self._places:
            names = [name for name, held in COLUMNS.items() if held in self._places]
            raise _unknown(rule, Text("维度", "dimension"), key, [*names, *TIMES])
        wanted = nodes.not_ if isinstance(nodes, Not) else nodes
        codes, held = self._coded(column)
        there = {*held, *self._known.get(column, ())}
        for node in wanted:
            if node not in there:
                raise _unknown(rule, Text(f"{key} 节点", f"node of {key}"), node, sorted(there))
        inside = np.array([node in wanted for node in held], bool)[codes]
        return ~inside if isinstance(nodes, Not) else inside

    def _coded(self, column: str) -> tuple[NDArray[np.int64], list[str]]:
        """The nodes of a column as numbers, and the nodes: text is compared once, not for every rule."""
        if column not in self._codes:
            codes, held = pd.factorize(self._places[column])
            self._codes[column] = codes, [str(node) for node in held]
        return self._codes[column]

    def _in_months(self, key: str, nodes: Sequence[str] | Not, rule: str) -> Flags:
        wanted = set(nodes.not_ if isinstance(nodes, Not) else nodes)
        known = sorted({label for labels in self._labels for label in labels[key]})
        for node in wanted:
            if node not in known:
                raise _unknown(rule, Text(f"{key} 期间", f"period of {key}"), node, known)
        inside = np.array([bool(wanted & labels[key]) for labels in self._labels])
        return ~inside if isinstance(nodes, Not) else inside


def _named(nodes: Sequence[str] | Not) -> tuple[str, ...]:
    return tuple(nodes.not_ if isinstance(nodes, Not) else nodes)


def _labels(month: str, calendar: Calendar) -> dict[str, set[str]]:
    """What a month may be called: its own name, and its quarter and half with and without the year."""
    first = calendar.month_start(month)
    quarter = calendar.containing(Kind.QUARTER, first).text
    half = calendar.containing(Kind.HALF, first).text
    return {"month": {month, month[5:]}, "quarter": {quarter, quarter[4:]}, "half": {half, half[4:]}}


def _unknown(rule: str, what: Text, node: str, known: Sequence[str]) -> ParamsError:
    shown = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    return ParamsError(
        Text(f"规则 {rule}：没有{what.zh} {node}", f"rule {rule}: there is no {what.en} {node}"),
        where=Place(file="decomposition.yaml", key=rule or None),
        why=Text(f"这份计划里有：{shown}", f"this plan has: {shown}"),
        remedy=Text(
            "改正写法，或先把它加进名册、产品目录或新市场",
            "correct it, or add it to the roster, the catalogue or new markets",
        ),
    )
