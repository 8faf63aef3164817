"""Buy b, get g: what a promotion costs, how much more must be sold to break even, what the margin becomes (R41)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from salesnb.model.params.actions import Promotion
from salesnb.stages.action_plan.findings import Finding


@dataclass(frozen=True)
class Sample:
    """What the promoted cells sold in a comparable stretch: units paid, sales and cost in minor units."""

    quantity: float
    net_minor: int
    cost_minor: int


@dataclass(frozen=True)
class Outcome:
    """A promotion's arithmetic. ``discount`` is the price cut it amounts to; lifts are of paid units, which pay for the
    free ones too. ``break_even_lift`` is None where no lift helps: a bundle sells below its cost."""

    discount: Fraction
    margin_before: float | None
    margin_after: float | None
    break_even_lift: float | None
    expected_lift: float
    free_units: float
    free_cost_minor: int
    profit_before_minor: int
    profit_after_minor: int

    @property
    def profit_change_minor(self) -> int:
        """Gross profit gained or lost at the expected lift."""
        return self.profit_after_minor - self.profit_before_minor


def discount(buy: int, give: int) -> Fraction:
    """The price cut a bundle amounts to: buy 10 get 1 is 1/11."""
    return Fraction(give, buy + give)


def outcome(promotion: Promotion, sample: Sample) -> Outcome:
    """What the promotion does if everyone takes it and paid units rise by the expected lift.

    Per paid unit the price stays, the cost becomes c · (b + g) / b; gross profit breaks even at a lift of
    (p − c) ÷ (p − c (b + g) / b) − 1.
    """
    extra = Fraction(promotion.give, promotion.buy)
    lift = promotion.expected_lift
    before = sample.net_minor - sample.cost_minor
    bundle = sample.net_minor - float(sample.cost_minor * (1 + extra))
    sold = sample.quantity * (1 + lift)
    return Outcome(
        discount=discount(promotion.buy, promotion.give),
        margin_before=before / sample.net_minor if sample.net_minor > 0 else None,
        margin_after=bundle / sample.net_minor if sample.net_minor > 0 else None,
        break_even_lift=before / bundle - 1 if bundle > 0 else None,
        expected_lift=lift,
        free_units=sold * float(extra),
        free_cost_minor=round(sample.cost_minor * (1 + lift) * float(extra)),
        profit_before_minor=before,
        profit_after_minor=round(bundle * (1 + lift)),
    )


def promotion_doubts(promotion: Promotion, found: Outcome) -> list[Finding]:
    """A promotion that loses at the lift that is expected of it."""
    if found.break_even_lift is None:
        return [Finding("promotion_below_cost", "fault", promotion.id)]
    if found.expected_lift < found.break_even_lift:
        return [Finding("promotion_loses", "ask", promotion.id, "", found.expected_lift, found.break_even_lift, "rate")]
    return []
