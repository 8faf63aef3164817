"""Rules as a planner writes them, turned into limits on sums of cells (R22).

A rule gives one line; a share or ratio ``between`` two bounds gives two. Amounts and growths limit a sum; shares and
ratios limit a difference (part − share × whole), so that a whole that is itself free stays free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition.cube import Cube
from salesnb.stages.decomposition.selection import Part

INF = float("inf")
RANKS: dict[str, int] = {"wish": 0, "should": 1, "must": 2}
ELSEWHERE = ("receipts",)  # amounts that are no sum of these cells


@dataclass(frozen=True, eq=False)
class Term:
    """A part of the plan, counted ``coefficient`` times."""

    part: Part
    coefficient: float = 1.0


@dataclass(frozen=True, eq=False)
class Line:
    """``low`` ≤ Σ terms − rate × Σ whole ≤ ``high``, in minor units (or counts).

    ``whole`` is empty for a plain sum. ``rate``: the share or ratio asked. ``asked``: both bounds in the rule's own
    terms (currency units, growth, share, ratio). ``base``: last year's amount of what the rule speaks of.
    """

    name: str
    rule: Rule
    terms: tuple[Term, ...]
    low: float
    high: float
    whole: tuple[Term, ...] = ()
    rate: float = 0.0
    asked: tuple[float | None, float | None] = (None, None)
    base: int = 0
    unit: float = 1.0  # minor units of what an amount is said in: a currency unit, times heads where it is per head

    @property
    def plain(self) -> bool:
        """Whether it limits the sum of one part, each cell counted once."""
        return not self.whole and len(self.terms) == 1 and self.terms[0].coefficient == 1.0

    @property
    def sides(self) -> tuple[Term, ...]:
        """All terms with the sign they have in the difference."""
        return (*self.terms, *(Term(t.part, -self.rate * t.coefficient) for t in self.whole))

    def value(self, cells: np.ndarray) -> float:
        """What the line adds up to in (places, months) ``cells``."""
        return weighed(self.sides, cells)

    def achieved(self, cells: np.ndarray) -> float:
        """In the rule's own terms: an amount, a growth, a share or a ratio; NaN where it has no meaning."""
        part = weighed(self.terms, cells)
        if self.whole:
            whole = weighed(self.whole, cells)
            return part / whole if whole else float("nan")
        if self.rule.measure == "growth_over":
            return part / self.base - 1 if self.base > 0 else float("nan")
        return part / self.unit

    def in_terms(self, limit: float, cells: np.ndarray) -> float:
        """A limit of the line said in the rule's own terms, with the whole as it is in ``cells``."""
        if self.whole:
            whole = weighed(self.whole, cells)
            return self.rate + limit / whole if whole else float("nan")
        if self.rule.measure == "growth_over":
            return limit / self.base - 1 if self.base > 0 else float("nan")
        return limit / self.unit


def weighed(terms: Iterable[Term], cells: np.ndarray) -> float:
    """Σ coefficient × sum of part."""
    return float(sum(term.coefficient * total(term.part, cells) for term in terms))


def total(part: Part, cells: np.ndarray) -> float:
    """Sum of (places, months) ``cells`` in a part."""
    own = cells[part.places]
    return float((own if part.months.all() else own[:, part.months]).sum(axis=1).sum())


@dataclass(frozen=True, eq=False)
class Compiled:
    """``lines`` to hold, and the rules left out with the reason: ``no_base``, ``no_cells``, ``elsewhere``."""

    lines: tuple[Line, ...]
    left_out: tuple[tuple[Rule, str], ...]


def compile_rules(cube: Cube, rules: Sequence[Rule], scale: int = 100, count: str = "") -> Compiled:
    """Lines of ``rules`` over ``cube``. ``scale``: minor units of a currency unit; ``count``: the cube counts this
    (customers, visits, …) and not money, so that rules about it are the ones that apply.

    ParamsError for a rule that names a dimension or node nobody knows.
    """
    lines: list[Line] = []
    out: list[tuple[Rule, str]] = []
    for rule in rules:
        found = _compile(cube, rule, scale, count)
        if isinstance(found, str):
            out.append((rule, found))
        else:
            lines += found
    return Compiled(tuple(lines), tuple(out))


def _compile(cube: Cube, rule: Rule, scale: int, count: str) -> list[Line] | str:
    if rule.count != (count or None) and (rule.count or count):
        return "elsewhere"
    if rule.amount in ELSEWHERE:
        return "elsewhere"
    where = dict(rule.where)
    part = cube.part(where, cumulative=rule.time == "cumulative", rule=rule.id)
    if part.empty or not cube.start[part.places][:, part.months].any():
        return "no_cells"
    if rule.share_of is not None or rule.ratio_to is not None:
        return _relative(cube, rule, part)
    low, high = rule.bounds
    heads = _heads(cube, part) if rule.per == "head" else 1.0
    base = cube.base_of(where, cumulative=rule.time == "cumulative", rule=rule.id)
    asked, unit = (low, high), heads * (1 if count else scale)
    if rule.measure == "growth_over":
        if base <= 0:
            return "no_base"
        low, high = (None if side is None else base * (1 + side) for side in asked)
    else:
        low, high = (None if side is None else side * unit for side in asked)
    terms = _profit(cube, part, rule.id) if rule.amount == "gross_profit" else (Term(part),)
    return [Line(rule.id, rule, terms, _low(low), _high(high), asked=asked, base=base, unit=unit)]


def _relative(cube: Cube, rule: Rule, part: Part) -> list[Line]:
    """Lines of a share or ratio: one per distinct bound."""
    other = rule.share_of if rule.share_of is not None else rule.ratio_to
    whole = cube.part(dict(other or {}), rule=rule.id)
    own, rest = (1 / _heads(cube, part), 1 / _heads(cube, whole)) if rule.per == "head" else (1.0, 1.0)
    terms, against = (Term(part, own),), (Term(whole, rest),)
    low, high = rule.bounds
    if low is not None and low == high:
        return [Line(rule.id, rule, terms, 0.0, 0.0, against, low, (low, high))]
    lines = []
    if low is not None:
        lines.append(Line(rule.id, rule, terms, 0.0, INF, against, low, (low, high)))
    if high is not None:
        name = f"{rule.id}≤" if lines else rule.id
        lines.append(Line(name, rule, terms, -INF, 0.0, against, high, (low, high)))
    return lines


def _heads(cube: Cube, part: Part) -> float:
    people = cube.places.loc[part.places & (cube.start > 0).any(axis=1), "person_id"]
    return float(max(people[people != UNASSIGNED].nunique(), 1))


def _profit(cube: Cube, part: Part, rule: str) -> tuple[Term, ...]:
    """One term per margin rate: gross profit is sales times the margin of the last twelve months."""
    if "margin_rate" not in cube.places:
        raise ParamsError(
            Text(
                f"规则 {rule} 以毛利计，但数据里没有成本",
                f"rule {rule} is about gross profit, but the data has no cost",
            ),
            where=Place(file="decomposition.yaml", key=rule),
            remedy=Text("在来源里映射成本列，或改用销售额", "map a cost column in the sources, or use sales"),
        )
    rates = cube.places["margin_rate"].to_numpy(float)
    used = np.unique(rates[part.places])
    return tuple(Term(Part(part.places & (rates == rate), part.months), float(rate)) for rate in used)


def _low(limit: float | None) -> float:
    return -INF if limit is None else float(limit)


def _high(limit: float | None) -> float:
    return INF if limit is None else float(limit)
