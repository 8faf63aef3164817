"""What the rules cost: pay of everyone over drawn sales, each person's pay curve, and where pay jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.stages.incentives.pay import PARTS, Member, Mix, curve
from salesnb.stages.incentives.scheme import Scheme

Array = NDArray[np.float64]
GRID = tuple(round(0.5 + 0.05 * i, 2) for i in range(19))  # attainments of the printed curve
SHIFT = 0.05  # share of a target that orders can be moved between two periods


@dataclass(frozen=True)
class Cost:
    """Drawn pay: ``parts`` (draws,) by part, ``people`` (persons, draws) in the order of ``members``."""

    members: tuple[Member, ...]
    parts: Mapping[str, Array]
    people: Array

    @property
    def total(self) -> Array:
        """Cost of each draw."""
        return np.sum(list(self.parts.values()), axis=0)


def simulate(rules: Scheme, people: Sequence[tuple[Member, Mix]], draws: Array, fixed: Mapping[str, Array]) -> Cost:
    """Pay for drawn sales (persons, draws) in minor units; ``fixed`` adds drawn costs such as awards (draws,)."""
    parts = {name: np.zeros(draws.shape[1]) for name in PARTS}
    mine = np.zeros(draws.shape)
    for i, (member, mix) in enumerate(people):
        for name, values in curve(rules, member, draws[i], mix).items():
            parts[name] += values
            mine[i] += values
    return Cost(tuple(member for member, _ in people), {**parts, **fixed}, mine)


def cost_table(cost: Cost, at_target: Mapping[str, int]) -> pd.DataFrame:
    """part, at_target_minor, expected_minor, low_minor, high_minor (10th and 90th percentile), the total last.

    Expected amounts sum to the total exactly; percentiles of parts do not, and need not.
    """
    rows = [_cost_row(name, values, at_target.get(name, 0)) for name, values in cost.parts.items()]
    whole = _cost_row("total", cost.total, sum(int(row["at_target_minor"]) for row in rows))
    whole["expected_minor"] = sum(int(row["expected_minor"]) for row in rows)
    return pd.DataFrame([*rows, whole])


def _cost_row(name: str, values: Array, at_target: int) -> dict[str, int | str]:
    low, high = np.quantile(values, [0.1, 0.9])
    return {
        "part": name,
        "at_target_minor": int(at_target),
        "expected_minor": round(float(values.mean())),
        "low_minor": round(float(low)),
        "high_minor": round(float(high)),
    }


def curve_table(rules: Scheme, people: Sequence[tuple[Member, Mix]], grid: Sequence[float] = GRID) -> pd.DataFrame:
    """person_id, attainment_rate and the parts of pay at each attainment, for those who have a target."""
    frames = []
    for member, mix in people:
        if not member.target_minor or member.target_minor <= 0:
            continue
        parts = curve(rules, member, np.array(grid) * member.target_minor, mix)
        rounded = {f"{name}_minor": np.rint(values).astype("int64") for name, values in parts.items()}
        frame = pd.DataFrame({"person_id": member.person_id, "attainment_rate": grid, **rounded})
        frames.append(frame.assign(pay_minor=sum(rounded.values())))
    columns = ["person_id", "attainment_rate", *(f"{name}_minor" for name in PARTS), "pay_minor"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def cliffs(rules: Scheme, member: Member, mix: Mix, least_minor: int = 100) -> list[tuple[float, int, int]]:
    """Jumps of one person's pay: (attainment, jump_minor, reward_minor), from ``least_minor`` up.

    ``reward_minor``: what moving ``SHIFT`` of a target between two equal periods that both end there can earn at most:
    a jump pays for holding orders back or pulling them in.
    """
    if not member.target_minor or member.target_minor <= 0:
        return []
    marks = sorted({*(s.start for s in rules.steps), *(f for f in (rules.floor,) if f is not None)})
    out = []
    for mark in (float(m) for m in marks):
        at = _total(rules, member, mix, np.array([mark - 1e-9, mark]))
        jump = round(float(at[1] - at[0]))
        if jump >= least_minor:
            near = np.linspace(mark - SHIFT, mark + SHIFT, 41)
            moved = [_total(rules, member, mix, near + by) for by in (-SHIFT, 0.0, SHIFT)]
            out.append((mark, jump, round(float((moved[0] + moved[2] - 2 * moved[1]).max()))))
    return out


def _total(rules: Scheme, member: Member, mix: Mix, attained: Array) -> Array:
    parts = curve(rules, member, attained * float(member.target_minor or 0), mix)
    return np.sum(list(parts.values()), axis=0)
