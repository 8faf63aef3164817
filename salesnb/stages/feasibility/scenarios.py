"""What if: growth belief, market, price, heads, win rate, attrition, the largest customer; which two to doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesnb.methods import forecast as methods
from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY, Baseline

# lever → changes shown. The first two of each are its plausible doubt, by which levers are ranked.
CHANGES: dict[str, tuple[float, ...]] = {
    "growth": (-0.05, 0.05),
    "market": (-0.05, 0.05),
    "price": (-0.03, 0.03),
    "win_rate": (-0.10, 0.10),
    "head_count": (-2.0, 2.0, 4.0),
    "attrition": (-0.05, 0.05),
    "largest_customer": (-1.0,),
}
CHOSEN = frozenset({"head_count"})  # decided by the company, so not an input to doubt
MOST_DOUBTED = 2


@dataclass(frozen=True)
class Levers:
    """The company's forecast and what moves it. ``target`` (nan: none); ``head`` what one more seat brings;
    ``won_share`` of sales that runs through deals; ``leaving`` what one more point of attrition in a year costs (for a
    change of 1 = 100 points); ``largest`` the largest customer's sales; amounts in minor units, nan where unknown."""

    base: Baseline
    target: float
    head: float = float("nan")
    won_share: float = float("nan")
    leaving: float = float("nan")
    largest: float = float("nan")

    def growth_ratio(self, points: float) -> float:
        """Forecast with the growth belief moved by ``points``, over the forecast as it is (still to come only)."""
        view = self.base.views[0]
        belief = self.base.growth
        now = view.outlook.window.ahead[0]
        if belief is None or now <= 0 or not points:
            return 1.0
        moved = replace(belief, rate=belief.rate + points)
        fitted = view.outlook.fit
        again = methods.fit(fitted.history, steps=fitted.steps, calendar=fitted.calendar, growth=moved)
        span = self.base.span
        return float(methods.window(again, span.skip, max(span.horizon, 1)).ahead[0] / now)

    def shift(self, changes: Mapping[str, float]) -> float:
        """What changes together add to the company's middle, in minor units; nan where a lever's base is unknown.

        Growth, market and price multiply what is still to come (share, and volume, held); win rate moves the part of
        sales that runs through deals; heads, leavers and the largest customer add or take away.
        """
        ahead = float(self.base.views[0].outlook.window.ahead[0])
        ratio = self.growth_ratio(changes.get("growth", 0.0))
        for lever in ("market", "price"):
            ratio *= 1 + changes.get(lever, 0.0)
        moved = ahead * (ratio - 1)
        parts = {"win_rate": ahead * self.won_share, "head_count": self.head, "attrition": self.leaving,
                 "largest_customer": self.largest}  # fmt: skip
        return moved + sum(parts[lever] * change for lever, change in changes.items() if lever in parts and change)

    def outcome(self, changes: Mapping[str, float]) -> tuple[float, float]:
        """(middle, chance of the target) of the company under ``changes``."""
        moved = self.shift(changes)
        if math.isnan(moved):
            return float("nan"), float("nan")
        middle = self.base.middle() + moved
        return middle, self.base.chance(COMPANY, COMPANY, self.target - moved)


def scenario_table(levers: Levers, changes: Mapping[str, Sequence[float]] | None = None) -> pd.DataFrame:
    """``feasibility_scenarios``: one change at a time; ``doubt_no`` 1 and 2 mark the two inputs that move most.

    A lever whose base is unknown is left out. Row 00 is the forecast as it is.
    """
    middle, chance = levers.base.middle(), levers.base.chance(COMPANY, COMPANY, levers.target)
    rows: list[dict[str, object]] = [_row("baseline", None, (middle, chance), (middle, chance))]
    weight: dict[str, float] = {}
    for lever, steps in (changes or CHANGES).items():
        for step in steps:
            held = levers.outcome({lever: step})
            if math.isnan(held[0]):
                continue
            rows.append(_row(lever, step, held, (middle, chance)))
            weight[lever] = max(weight.get(lever, 0.0), abs(held[0] - middle))
    doubted = sorted((w for w in weight if w not in CHOSEN), key=lambda w: (-weight[w], w))[:MOST_DOUBTED]
    place = {lever: number for number, lever in enumerate(doubted, 1)}
    frame = pd.DataFrame(rows)
    frame["scenario_no"] = [f"{i:02d}" for i in range(len(frame))]
    frame["doubt_no"] = pd.array([place.get(str(name)) for name in frame["lever"]], dtype="Int64")
    return check(frame[[c.name for c in contract("feasibility_scenarios").columns]], contract("feasibility_scenarios"))


def _row(lever: str, change: float | None, held: tuple[float, float], base: tuple[float, float]) -> dict[str, object]:
    whole = 0.0 if math.isnan(held[0]) else held[0]
    return {
        "lever": lever,
        "change": np.nan if change is None else change,
        "middle_minor": round(whole),
        "shift_minor": round(whole) - round(0.0 if math.isnan(base[0]) else base[0]),
        "chance_rate": held[1],
        "shift_rate": held[1] - base[1],
    }
