"""Moves of a target change applied to cells: exact, people in whole grains, nobody below zero."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.money import spread_minor
from salesnb.model.params.change import Move
from salesnb.model.params.quantities import Not
from salesnb.versions.targets.proposal import AMOUNT

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.quantities import Selection

ORG = ("region_id", "team_id", "person_id")


def apply_moves(
    frame: pd.DataFrame, moves: Sequence[Move], months: tuple[str, ...], sizes: tuple[int, int], place: Place
) -> pd.DataFrame:
    """``frame`` (cells with ``target_minor``) after ``moves`` in ``months``; ``sizes``: grain and scale, minor units.

    What is taken comes from people and months in proportion to their targets there, in whole grains, and within those
    from their cells; what is given goes the same way, month for month. Somebody without any target
    yet takes over the shape of what was taken.
    UsageError for amounts off the grain, more than there is, and nodes nobody has.
    """
    out = frame
    grain, scale = sizes
    for move in moves:
        amount = round(move.amount * scale)
        if amount % grain or amount <= 0:
            raise UsageError(
                Text(
                    f"金额 {move.amount:,.0f} 不是取整单位 {grain / scale:,.0f} 的正整数倍",
                    f"the amount {move.amount:,.0f} is not a positive multiple of the grain {grain / scale:,.0f}",
                ),
                where=place,
            )
        when = _months(move, months, place)
        taken = _taken(out, move, when, (amount, grain), place) if move.take else None
        given = _given(out, move, when, (amount, grain), (taken, place)) if move.give else None
        out = _joined(out, taken, given)
    return out


def _months(move: Move, months: tuple[str, ...], place: Place) -> tuple[str, ...]:
    odd = sorted(set(move.months) - set(months))
    if odd:
        raise UsageError(
            Text(
                f"月份 {'、'.join(odd)} 不在生效日之后的计划期内", f"months {', '.join(odd)} are not in the plan's rest"
            ),
            where=place,
            why=Text("已过去的月份不追溯", "the past is not rewritten"),
        )
    return move.months or months


def _taken(
    frame: pd.DataFrame, move: Move, months: tuple[str, ...], sizes: tuple[int, int], place: Place
) -> pd.DataFrame:
    """Cells with what they lose, as negative amounts."""
    pool = frame[_selected(frame, move.take, place) & frame["month"].isin(months) & (frame[AMOUNT] > 0)]
    amount, grain = sizes
    there = int((pool.groupby("person_id")[AMOUNT].sum() // grain * grain).sum()) if len(pool) else 0
    if there < amount:
        raise UsageError(
            Text(
                f"那里只有 {there:,} 分可减，申请减 {amount:,} 分", f"there are {there:,} minor units, not {amount:,}"
            ),
            where=place,
            remedy=Text("减少金额，或扩大 take 的范围、月份", "take less, or from more nodes or months"),
        )
    return _spread(pool, sizes, capped=True).assign(**{AMOUNT: lambda f: -f[AMOUNT]})


def _given(
    frame: pd.DataFrame, move: Move, months: tuple[str, ...], sizes: tuple[int, int],
    held: tuple[pd.DataFrame | None, Place],
) -> pd.DataFrame:  # fmt: skip
    """Cells with what they gain; for somebody without cells those of ``taken`` under his name."""
    taken, place = held
    named = _selected(frame, move.give, place, is_new=taken is not None)
    pool = frame[named & frame["month"].isin(months) & (frame[AMOUNT] > 0)]
    if len(pool):
        monthly = None if taken is None else (-taken[AMOUNT]).groupby(taken["month"]).sum()
        if monthly is None or (monthly % sizes[1]).any() or not set(monthly.index) <= set(pool["month"]):
            return _spread(pool, sizes)
        return _by_month(pool, monthly, sizes[1])
    if taken is None or any(isinstance(n, Not) or len(n) != 1 for n in move.give.values()):
        raise UsageError(
            Text("give 所指的地方没有目标，无法按比例分配", "what give names has no targets to follow"),
            where=place,
            remedy=Text(
                "同时写 take，并为新人写明 region、team、person 各一个",
                "write take too, and one region, team and person for somebody new",
            ),
        )
    said = {_column(frame, key, place): nodes[0] for key, nodes in move.give.items() if not isinstance(nodes, Not)}
    lacking = [c for c in ORG if c in frame and c not in said and frame.loc[taken.index, c].nunique() > 1]
    if "person_id" in said and lacking:
        raise UsageError(
            Text(f"新人要写明 {'、'.join(lacking)}", f"say {', '.join(lacking)} of somebody new"), where=place
        )
    return taken.assign(**said, **{AMOUNT: -taken[AMOUNT]})


def _by_month(pool: pd.DataFrame, monthly: pd.Series, grain: int) -> pd.DataFrame:
    """Each month is given what was taken from it, so that no month's total changes."""
    import pandas as pd

    parts = [_spread(pool[pool["month"] == month], (int(amount), grain)) for month, amount in monthly.items()]
    return pd.concat(parts)


def _spread(pool: pd.DataFrame, sizes: tuple[int, int], capped: bool = False) -> pd.DataFrame:
    """``pool`` with ``amount`` in place of its targets: people and their months in whole grains by their sums, the
    cells of each by theirs. Where months are too small for whole grains, only people are kept in them."""
    amount, grain = sizes
    for keys in (["person_id", "month"], ["person_id"]):
        groups = pool.groupby(keys, sort=True)
        sums = [int(s) for s in groups[AMOUNT].sum()]
        caps = [own // grain if capped else amount // grain for own in sums]
        if sum(caps) * grain >= amount:
            break
    made: dict[object, int] = {}
    for (_, own), units in zip(groups, _units(amount // grain, sums, caps), strict=True):
        whole, total = units * grain, int(own[AMOUNT].sum())
        exact = [Decimal(int(v)) * whole / total for v in own[AMOUNT]]
        made |= dict(zip(own.index, spread_minor(exact, list(range(len(own))), whole), strict=True))
    out = pool.assign(**{AMOUNT: [made[at] for at in pool.index]})
    return out[out[AMOUNT] > 0]


def _units(count: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """``count`` whole units by weight, each at most its cap, the largest remainder first."""
    total = sum(weights)
    exact = [Decimal(count) * w / total for w in weights]
    units = [min(int(e), cap) for e, cap in zip(exact, caps, strict=True)]
    while (missing := count - sum(units)) > 0:
        free = [i for i in range(len(units)) if units[i] < caps[i]]
        for i in sorted(free, key=lambda i: (units[i] - exact[i], i))[:missing]:
            units[i] += 1
    return units


def _joined(frame: pd.DataFrame, *changes: pd.DataFrame | None) -> pd.DataFrame:
    """``frame`` with every change added to its cell; new cells join, the order is the keys'."""
    import pandas as pd

    keys = [c for c in frame.columns if c not in (AMOUNT, "basis")]
    parts = [frame, *(c for c in changes if c is not None)]
    sums = pd.concat(parts, ignore_index=True).groupby(keys, sort=True, as_index=False, observed=True)
    out = sums.agg(**{AMOUNT: (AMOUNT, "sum"), **({"basis": ("basis", "first")} if "basis" in frame else {})})
    return out[list(frame.columns)].astype({AMOUNT: "int64"})


def _selected(frame: pd.DataFrame, where: Selection, place: Place, is_new: bool = False) -> pd.Series:
    """Which cells ``where`` names; a node without any cell is refused, unless it may be ``is_new``."""
    import pandas as pd

    keep = pd.Series(True, index=frame.index)
    for key, nodes in where.items():
        column = _column(frame, key, place)
        named = nodes.not_ if isinstance(nodes, Not) else nodes
        absent = sorted(set(named) - set(frame[column].astype(str)))
        if absent and not is_new:
            raise UsageError(
                Text(f"目标里没有 {key}：{'、'.join(absent)}", f"the targets know no {key} {', '.join(absent)}"),
                where=place,
                remedy=Text("写编号；写法与目标表一致", "write ids as the targets do"),
            )
        inside = frame[column].astype(str).isin(named)
        keep &= ~inside if isinstance(nodes, Not) else inside
    return keep


def _column(frame: pd.DataFrame, key: str, place: Place) -> str:
    found = next((c for c in (key, f"{key}_id") if c in frame.columns and c not in (AMOUNT, "basis", "plan")), None)
    if found is None or found == "month":
        known = ", ".join(c.removesuffix("_id") for c in frame.columns if c not in (AMOUNT, "basis", "plan", "month"))
        raise UsageError(
            Text(f"目标没有维度 {key}；可用：{known}", f"targets have no dimension {key}; there are: {known}"),
            where=place,
        )
    return found
