"""After a missed quarter: what the months to come should ask of whom, with the year's floor held (R55).

This module says what is asked of the decomposition engine (a start and rules) and tells what its answer changes; the
two are joined in ``notebook``, because a stage imports no other. Nothing here is a target before somebody approves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.model.params.decomposition import Rule
from salesnb.model.params.review import Retarget
from salesnb.model.periods import Calendar, Kind
from salesnb.model.tables import check, contract
from salesnb.stages.review.handover import AMOUNT

COMPANY = "company"
REST = "rest"
MOST_CHANGE = 0.15  # where the parameters name no limit
DIMENSIONS = ("region_id", "team_id", "person_id", "product_line")
WORD = {"region_id": "region", "team_id": "team", "person_id": "person", "product_line": "product_line"}


@dataclass(frozen=True)
class Scales:
    """``most``: how far a figure may change, as a share. ``carry``: shortfall added to the months ``carried_to``, minor
    units. ``scale``: minor units of a currency unit."""

    rule: Retarget
    most: float
    carry: int = 0
    scale: int = 100
    carried_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What is expected of the months to come: by person over all of them, and of the company by month; minor units."""

    people: Mapping[str, float]
    months: Mapping[str, float]


def start(cells: pd.DataFrame, expected: Expected, scales: Scales, calendar: Calendar) -> pd.Series:
    """What the plan should stay close to: each cell as handed over, moved towards what is expected of its person and,
    where months may move, of its month within the quarter; no further than ``scales.most``. Minor units, float."""
    out = cells[AMOUNT].astype(float)
    out = out * cells["person_id"].map(_factors(cells, "person_id", expected.people, scales.most)).to_numpy(float)
    if "month" in scales.rule.movable:
        factors: dict[str, float] = {}
        for months in _quarters(sorted(set(cells["month"])), calendar):
            factors |= _factors(cells[cells["month"].isin(months)], "month", expected.months, scales.most)
        out = out * cells["month"].map(factors).to_numpy(float)
    return out


def _factors(cells: pd.DataFrame, column: str, expected: Mapping[str, float], most: float) -> dict[str, float]:
    """Expected over target by node against the same for all of them, within 1 ± ``most``; 1 where nothing is known."""
    sums = cells.groupby(column)[AMOUNT].sum().astype(float)
    known = [node for node in sums.index if node in expected and np.isfinite(expected[node]) and sums[node] > 0]
    whole = sum(expected[node] for node in known)
    if not known or whole <= 0:
        return dict.fromkeys(sums.index, 1.0)
    overall = whole / sums[known].sum()
    found = {node: float(np.clip(expected[node] / sums[node] / overall, 1 - most, 1 + most)) for node in known}
    return {node: found.get(node, 1.0) for node in sums.index}


def rules(cells: pd.DataFrame, scales: Scales, calendar: Calendar) -> list[Rule]:
    """What the new figures have to keep: every quarter's sum and so the year's floor (what is carried over is added to
    the next quarter, where quarters may move), what is locked, and how far anybody may move."""
    quarters = _quarters(sorted(set(cells["month"])), calendar)
    sums = [int(cells.loc[cells["month"].isin(months), AMOUNT].sum()) for months in quarters]
    sums = [own + (scales.carry if set(months) & set(scales.carried_to) else 0) for months, own in
            zip(quarters, sums, strict=True)]  # fmt: skip
    out = [_rule("floor", {}, sum(sums), None, scales)]
    if len(quarters) > 1:
        pairs = zip(quarters, sums, strict=True)
        out += [_rule(f"quarter-{months[0]}", {"month": months}, own, None, scales) for months, own in pairs]
    for column in ("region_id", "team_id", "product_line", "person_id"):
        is_locked = WORD[column] in scales.rule.locked
        if column in cells and (is_locked or column in ("region_id", "person_id")):
            out += _by_node(cells, column, scales, is_locked)
    return out + _by_node(cells, "month", scales, "month" not in scales.rule.movable and not scales.carry)


def held(cells: pd.DataFrame, touched: set[str], scales: Scales) -> list[Rule]:
    """When only the team changes: everybody who is not concerned keeps his figure exactly."""
    sums = cells.groupby("person_id")[AMOUNT].sum()
    total = int(cells[AMOUNT].sum())
    own = [
        _rule(f"kept-{person}", {"person": (str(person),)}, int(amount), None, scales)
        for person, amount in sums.items()
        if person not in touched and amount > 0
    ]
    return [_rule("floor", {}, total, None, scales), *own]


def _by_node(cells: pd.DataFrame, column: str, scales: Scales, is_locked: bool) -> list[Rule]:
    word = "month" if column == "month" else WORD[column]
    out = []
    grown = 1 + scales.carry / max(int(cells[AMOUNT].sum()), 1)
    for node, amount in cells.groupby(column)[AMOUNT].sum().items():
        if amount <= 0:
            continue
        where = {word: (str(node),)}
        name = f"{word}-{node}"
        if is_locked:
            out.append(_rule(name, where, int(amount), None, scales))
        else:
            low, high = amount * (1 - scales.most), amount * (1 + scales.most) * grown
            out.append(_rule(name, where, low, high, scales, "should"))
    return out


def _quarters(months: Sequence[str], calendar: Calendar) -> list[tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for month in months:
        out.setdefault(calendar.containing(Kind.QUARTER, calendar.month_start(month)).text, []).append(month)
    return [tuple(own) for own in out.values()]


def _rule(
    name: str,
    where: Mapping[str, tuple[str, ...]],
    low: float,
    high: float | None,
    scales: Scales,
    strength: str = "must",
) -> Rule:
    bounds = {"is": low / scales.scale} if high is None else {"between": (low / scales.scale, high / scales.scale)}
    form = {"id": f"retarget-{name}", "text": name, "where": dict(where), "amount": "sales", "strength": strength}
    return Rule.model_validate(form | bounds)


@dataclass(frozen=True)
class Before:
    """The months to come as they stand in the targets, and after the team's changes."""

    cells: pd.DataFrame
    handed: pd.DataFrame


def nodes(
    before: Before, after: pd.DataFrame, spans: Mapping[str, Sequence[str]], names: Mapping[str, str],
    chances: Mapping[tuple[str, str, str], tuple[float, float, float]], short: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """``retarget_nodes``: the company, its months and every node now, after handover and as proposed.

    ``spans``: scope → months. ``chances``: (scope, dimension, node) → expected (minor units), chance now, chance after.
    ``short``: what the year lacks when every month left is on target; each figure's part of it is what it needs more.
    """
    parts = []
    for scope, months in spans.items():
        frames = [f[f["month"].isin(months)] for f in (before.cells, before.handed, after)]
        for dimension in (COMPANY, "month", *DIMENSIONS):
            if dimension != COMPANY and dimension not in before.cells:
                continue
            sums = [_sums(frame, dimension) for frame in frames]
            wide = pd.concat(sums, axis=1, keys=["before_minor", "handed_minor", "after_minor"]).fillna(0)
            parts.append(wide.astype("int64").reset_index(names="node_id").assign(scope=scope, dimension=dimension))
    out = pd.concat(parts, ignore_index=True)
    out = out[(out[["before_minor", "handed_minor", "after_minor"]] != 0).any(axis=1)]
    out["name"] = [names.get(node, node) if d not in (COMPANY, "month") else "" for d, node in
                   zip(out["dimension"], out["node_id"], strict=True)]  # fmt: skip
    needed = 1 + short / max(int(after[AMOUNT].sum()), 1)
    out["required_minor"] = np.rint(out["after_minor"] * needed).astype("int64")
    out["change_minor"] = out["after_minor"] - out["before_minor"]
    out["change_rate"] = (out["change_minor"] / out["before_minor"].where(out["before_minor"] > 0)).astype(float)
    found = [
        chances.get(key, (np.nan,) * 3) for key in zip(out["scope"], out["dimension"], out["node_id"], strict=True)
    ]
    told = np.array(found, float).reshape(len(out), 3)
    out["expected_minor"] = pd.Series(np.rint(told[:, 0]), index=out.index).astype("Float64").astype("Int64")
    out["chance_before_rate"], out["chance_after_rate"] = told[:, 1], told[:, 2]
    return check(out, contract("retarget_nodes"))


def _sums(frame: pd.DataFrame, dimension: str) -> pd.Series:
    if dimension == COMPANY:
        return pd.Series({COMPANY: frame[AMOUNT].sum()})
    return frame.groupby(dimension, observed=True)[AMOUNT].sum()


def moves(
    told: pd.DataFrame, before: Before, after: pd.DataFrame, names: Mapping[str, str], carry: int = 0
) -> pd.DataFrame:
    """``retarget_moves``: who hands over to whom (``told``), then who gives to whom as expected sales differ.

    Those who lose give to those who gain: within their region first, then across, the largest first, so that a reader
    can follow every amount; sums by person are exact. What is carried over has no giver: it comes from the company.
    """
    change = (_people(after) - _people(before.handed)).fillna(0)
    homes = pd.concat([before.handed, after]).drop_duplicates("person_id")
    region = dict(zip(map(str, homes["person_id"]), map(str, homes["region_id"]), strict=True))
    pairs = _paired(change.astype("int64"), region, carry)
    month = str(after["month"].min())
    rows = [{"reason": reason, "from_id": a, "to_id": b, "amount_minor": amount, "from_month": month}
            for reason, a, b, amount in pairs]  # fmt: skip
    whole = told.groupby(["reason", "from_id", "to_id"], as_index=False).agg(
        amount_minor=("amount_minor", "sum"), from_month=("from_month", "min")
    )
    out = pd.concat([whole, pd.DataFrame(rows, columns=whole.columns)], ignore_index=True)
    for side in ("from", "to"):
        out[f"{side}_name"] = [names.get(str(node), str(node)) for node in out[f"{side}_id"]]
    return check(out.astype({"amount_minor": "int64"}), contract("retarget_moves"))


def _people(cells: pd.DataFrame) -> pd.Series:
    people = pd.Index(sorted(set(cells["person_id"])))
    return cells.groupby("person_id", observed=True)[AMOUNT].sum().reindex(people)


def _paired(change: pd.Series, region: Mapping[str, str], carry: int) -> list[tuple[str, str, str, int]]:
    """(reason, from, to, amount) that turn zero into ``change`` (by person; it sums to ``carry``)."""
    give = {str(p): -int(v) for p, v in change.items() if v < 0}
    take = {str(p): int(v) for p, v in change.items() if v > 0}
    out = list[tuple[str, str, str, int]]()

    def settle(givers: list[str], takers: list[str]) -> None:
        givers, takers = (sorted(own, key=lambda p: (-side[p], p)) for own, side in ((givers, give), (takers, take)))
        i = j = 0
        while i < len(givers) and j < len(takers):
            amount = min(give[givers[i]], take[takers[j]])
            if amount:
                out.append(("landing", givers[i], takers[j], amount))
            give[givers[i]] -= amount
            take[takers[j]] -= amount
            i, j = i + (give[givers[i]] == 0), j + (take[takers[j]] == 0)

    for name in sorted({region.get(p, "") for p in change.index}):
        settle([p for p in give if region.get(p, "") == name], [p for p in take if region.get(p, "") == name])
    settle([p for p, left in give.items() if left], [p for p, left in take.items() if left])
    if carry > 0:
        out += [("carry", COMPANY, p, left) for p, left in sorted(take.items()) if left]
    return out
