"""The pay rules as they are in force on one day: every dated value looked up, every rule that cannot work refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

from salesnb.model.errors import ParamsError, Text
from salesnb.model.params.dated import Dated
from salesnb.model.params.incentives import Commission, Incentives, Tier
from salesnb.stages.incentives.exact import exact


@dataclass(frozen=True)
class Step:
    """One tier: from which attainment, a rate that may grow up to another attainment, and a rate of what.

    ``what``: salary_year, salary_month, target or gross_profit_above_target; ``by_role`` holds amounts in minor units
    that replace the role's salary.
    """

    id: str
    text: str
    start: Fraction
    end: Fraction | None
    rate: Fraction
    rate_to: Fraction
    what: str
    by_role: Mapping[str, int] = field(default_factory=dict)

    def rate_at(self, attainment: Fraction) -> Fraction:
        """The rate at an attainment; zero below the start."""
        if attainment < self.start:
            return Fraction(0)
        if self.end is None or self.end <= self.start:
            return self.rate
        along = (min(attainment, self.end) - self.start) / (self.end - self.start)
        return self.rate + (self.rate_to - self.rate) * along


@dataclass(frozen=True)
class Scheme:
    """Everything that decides pay. Salaries are minor units a month by role; ``cap`` counts annual salaries."""

    steps: tuple[Step, ...] = ()
    lines: Mapping[str, Dated[float]] = field(default_factory=dict)
    accelerators: tuple[tuple[Fraction, Fraction], ...] = ()
    cap: Fraction | None = None
    floor: Fraction | None = None
    salaries: Mapping[str, int] = field(default_factory=dict)
    as_of: date = date.max
    on_receipts: bool = False
    paid_on_receipts: bool = False
    stop_days: int | None = None
    clawback: bool = True
    joiners: str = "pro_rata"
    leaver_days: int | None = None

    def rate(self, line: str, day: date) -> Fraction | None:
        """The commission rate of a product line for an order of ``day``; None where no rule covers it."""
        dated = self.lines.get(line)
        found = dated.find(day, self.as_of) if dated else None
        return None if found is None else exact(found)


def scheme(params: Incentives, salaries: Mapping[str, int], day: date, as_of: date, minor: int = 100) -> Scheme:
    """The rules of ``params`` on ``day`` (a settlement's last) as known at ``as_of``; ``minor`` units in one major.

    Commission rates stay dated: an order is paid by the rate of its own day. ParamsError where a rate falls as
    attainment rises: then selling more could lower pay.
    """
    made = params.commission
    return Scheme(
        steps=tuple(step for tier in params.tiers if (step := _step(tier, (day, as_of), minor)) is not None),
        lines=made.by_line if made else {},
        accelerators=_accelerators(made, day, as_of),
        cap=_found(made.cap_of_salary if made else None, day, as_of),
        floor=_found(made.floor_attainment if made else None, day, as_of),
        salaries=dict(salaries),
        as_of=as_of,
        on_receipts=bool(made and made.on == "receipts"),
        paid_on_receipts=bool(made and made.paid_on == "receipts"),
        stop_days=made.stop_overdue_days.find(day, as_of) if made and made.stop_overdue_days else None,
        clawback=made.clawback_on_return if made else True,
        joiners=params.joiners,
        leaver_days=params.settlement.receipts_count_days.find(day, as_of) if params.settlement else None,
    )


def _found(value: Dated[float] | None, day: date, as_of: date) -> Fraction | None:
    found = value.find(day, as_of) if value else None
    return None if found is None else exact(found)


def _step(tier: Tier, when: tuple[date, date], minor: int) -> Step | None:
    rate = _found(tier.rate, *when)
    if rate is None:
        return None  # ended, or still awaited: nothing is paid on a rate nobody decided
    rate_to = _found(tier.rate_to, *when)
    last = rate if rate_to is None else rate_to
    if last < rate:
        raise _falls(tier.text)
    by_role = {role: found for role, v in tier.base.by_role.items() if (found := _found(v, *when)) is not None}
    return Step(
        id=tier.id,
        text=tier.text,
        start=exact(tier.attainment_from),
        end=None if tier.attainment_to is None else exact(tier.attainment_to),
        rate=rate,
        rate_to=last,
        what=tier.base.what,
        by_role={role: round(amount * minor) for role, amount in by_role.items()},
    )


def _accelerators(made: Commission | None, day: date, as_of: date) -> tuple[tuple[Fraction, Fraction], ...]:
    found = [(exact(a.above), _found(a.factor, day, as_of)) for a in (made.accelerators if made else ())]
    known = sorted((above, factor) for above, factor in found if factor is not None)
    if any(factor < 1 for _, factor in known) or any(one[1] > two[1] for one, two in pairwise(known)):
        raise _falls("accelerators")
    return tuple(known)


def _falls(what: str) -> ParamsError:
    return ParamsError(
        Text(f"“{what}”的比例随达成上升而下降", f"the rate of “{what}” falls as attainment rises"),
        why=Text("多卖反而少拿，会鼓励压单", "who sells more would earn less and hold orders back"),
        remedy=Text("让后一档不低于前一档；要封顶请用 cap_of_salary", "let rates rise; to limit pay use cap_of_salary"),
    )
