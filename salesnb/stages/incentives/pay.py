"""What one person earns in one settlement: commission with accelerator, floor and cap, then the tiers.

``settle`` is exact (fractions, rounded once a component); ``curve`` is the same rules over many sales figures at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.stages.incentives.exact import whole
from salesnb.stages.incentives.scheme import Scheme, Step

Array = NDArray[np.float64]
MID_MONTH = 15


@dataclass(frozen=True)
class Member:
    """Whom the scheme pays. ``target_minor`` is that of the months that count (None: no target in force);
    ``months`` of ``months_of`` are in post."""

    person_id: str
    role: str
    target_minor: int | None
    months: int = 12
    months_of: int = 12


@dataclass(frozen=True)
class Sold:
    """What was sold: exact commission before accelerator, sales and gross profit of the months that count.

    ``gross_minor`` None: costs are not known, so no share of profit can be computed.
    """

    commission: Fraction
    net_minor: int
    gross_minor: int | None = None


@dataclass(frozen=True)
class Pay:
    """A settlement in minor units. ``missing`` names the tiers that have no figure and why (salary, target, cost)."""

    base_minor: int
    accelerator_minor: int
    floor_minor: int
    cap_minor: int
    tiers: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def commission_minor(self) -> int:
        """Commission after accelerator, floor and cap."""
        return self.base_minor + self.accelerator_minor + self.floor_minor + self.cap_minor

    @property
    def total_minor(self) -> int:
        """All variable pay; the salary itself is no part of it."""
        return self.commission_minor + sum(self.tiers.values())


def settle(rules: Scheme, member: Member, sold: Sold) -> Pay:
    """The pay of ``member`` for ``sold``. Never falls when sales of non-negative margin are added."""
    attained = attainment(member, sold.net_minor)
    base = whole(sold.commission)
    faster = whole(_accelerated(rules, sold, attained)) - base
    floored = min(base + faster, 0) - (base + faster) if _below(rules, attained) else 0
    limit = _limit(rules, member)
    capped = 0 if limit is None else min(limit - (base + faster + floored), 0)
    tiers, missing = {}, {}
    for step in rules.steps:
        paid = _tier(rules, step, member, sold, attained)
        if isinstance(paid, str):
            missing[step.id] = paid
        else:
            tiers[step.id] = whole(paid)
    return Pay(base, faster, floored, capped, tiers, missing)


def attainment(member: Member, net_minor: int) -> Fraction | None:
    """Sales over target; None without a target above zero."""
    return Fraction(net_minor, member.target_minor) if member.target_minor and member.target_minor > 0 else None


def months_in_post(
    hired: date | None, left: date | None, months: tuple[str, ...], joiners: str = "pro_rata"
) -> tuple[str, ...]:
    """The months of a settlement that count for a person: those on whose 15th day the person is in post.

    ``joiners`` = from_next_quarter: a newcomer counts from the first quarter of the settlement that begins after the
    hiring day (quarters are counted from the settlement's first month).
    """
    counted = [m for m in months if _mid(m) >= (hired or date.min) and _mid(m) <= (left or date.max)]
    first = date.fromisoformat(f"{months[0]}-01") if months else date.max
    if joiners == "from_next_quarter" and hired is not None and hired > first:
        starts = [m for i, m in enumerate(months) if i % 3 == 0 and date.fromisoformat(f"{m}-01") >= hired]
        counted = [m for m in counted if starts and m >= starts[0]]
    return tuple(counted)


def _mid(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), MID_MONTH)


def _below(rules: Scheme, attained: Fraction | None) -> bool:
    return rules.floor is not None and attained is not None and attained < rules.floor


def _accelerated(rules: Scheme, sold: Sold, attained: Fraction | None) -> Fraction:
    """Commission where what lies above an attainment counts ``factor`` times, at the average rate of all sales.

    The average keeps the order in which product lines were sold out of it; a net loss is not accelerated.
    """
    if attained is None or attained <= 0 or sold.commission <= 0:
        return sold.commission
    weighted = Fraction(0)
    marks = [Fraction(0), *(above for above, _ in rules.accelerators)]
    factors = [Fraction(1), *(factor for _, factor in rules.accelerators)]
    for (low, high), factor in zip(pairwise([*marks, attained + 1]), factors, strict=True):
        weighted += max(min(attained, high) - low, Fraction(0)) * factor if high > low else 0
    return sold.commission * weighted / attained


def _limit(rules: Scheme, member: Member) -> int | None:
    salary = rules.salaries.get(member.role)
    if rules.cap is None or salary is None:
        return None
    return whole(rules.cap * salary * member.months)


def _tier(rules: Scheme, step: Step, member: Member, sold: Sold, attained: Fraction | None) -> Fraction | str:
    """What a tier pays, or what is missing to say so."""
    if step.rate == step.rate_to == 0:
        return Fraction(0)  # a tier that adds nothing needs no base
    if attained is None:
        return "target"
    if step.what == "gross_profit_above_target":
        if sold.gross_minor is None:
            return "cost"
        above = sold.net_minor - (member.target_minor or 0)
        profit = Fraction(sold.gross_minor) * above / sold.net_minor if above > 0 else Fraction(0)
        return step.rate_at(attained) * max(profit, Fraction(0))
    base = base_of(rules, step, member)
    return "salary" if base is None else step.rate_at(attained) * base


def base_of(rules: Scheme, step: Step, member: Member) -> Fraction | None:
    """What a tier's rate is a rate of, in minor units; None where nobody named it."""
    if step.what == "target":
        return None if member.target_minor is None else Fraction(member.target_minor)
    in_post = Fraction(member.months, member.months_of)
    given = step.by_role.get(member.role)
    salary = rules.salaries.get(member.role)
    if step.what == "salary_year":
        if given is not None:
            return given * in_post
        return None if salary is None else Fraction(salary * member.months)
    month = given if given is not None else salary
    return None if month is None else month * in_post


@dataclass(frozen=True)
class Mix:
    """How a person's sales are made up: average commission rate and gross margin (None: costs unknown)."""

    rate: float
    margin: float | None


PARTS = ("commission", "salary_bonus", "profit_share")


def curve(rules: Scheme, member: Member, sales: ArrayLike, mix: Mix) -> dict[str, Array]:
    """Pay for many figures of sales (minor units, any shape), by part; floats, equal to :func:`settle` to rounding."""
    net = np.asarray(sales, float)
    target = float(member.target_minor or 0)
    attained = net / target if target > 0 else np.full(net.shape, np.nan)
    out = {"commission": _commission_curve(rules, member, net, attained, mix.rate)}
    out["salary_bonus"], out["profit_share"] = np.zeros(net.shape), np.zeros(net.shape)
    for step in rules.steps:
        rate = _rates(step, attained)
        if step.what == "gross_profit_above_target":
            if mix.margin is not None:
                out["profit_share"] += rate * np.maximum(mix.margin * (net - target), 0.0)
        else:
            base = base_of(rules, step, member)
            out["salary_bonus"] += rate * float(base or 0)
    return out


def _rates(step: Step, attained: Array) -> Array:
    start, first, last = float(step.start), float(step.rate), float(step.rate_to)
    with np.errstate(invalid="ignore"):
        if step.end is None or step.end <= step.start:
            rate = np.full(attained.shape, first)
        else:
            end = float(step.end)
            rate = first + (last - first) * (np.clip(attained, start, end) - start) / (end - start)
        return np.where(attained >= start - 1e-12, np.nan_to_num(rate), 0.0)


def _commission_curve(rules: Scheme, member: Member, net: Array, attained: Array, rate: float) -> Array:
    out = rate * net
    with np.errstate(invalid="ignore"):
        factor = 1.0
        for above, faster in rules.accelerators:
            over = np.maximum(attained - float(above), 0.0) * float(member.target_minor or 0)
            out = out + np.where(net > 0, rate * (float(faster) - factor) * np.nan_to_num(over), 0.0)
            factor = float(faster)
        if rules.floor is not None:
            out = np.where(attained < float(rules.floor) - 1e-12, np.minimum(out, 0.0), out)
    limit = _limit(rules, member)
    return out if limit is None else np.minimum(out, limit)
