"""What a plan publishes: its cells as a proposal, every dimension's nodes, weeks, over-assignment as its own step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesnb.methods.bridge import settle
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.decomposition import Padding, Rule
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.cube import DIMS
from salesnb.stages.decomposition.plan import Plan
from salesnb.stages.decomposition.setting import Setting

LEVELS = {"region": "region_id", "team": "team_id", "person": "person_id"}


def target_cells(plan: Plan, name: str, currency: str, basis: str) -> pd.DataFrame:
    """``target_cells``: the proposal. Cells with a target of zero stay: they may be used and are asked for nothing."""
    table = contract("target_cells")
    out = plan.table.assign(plan=name, currency=currency, basis=basis)
    for column in table.keys:
        if column not in out:
            out[column] = UNASSIGNED
    return check(out, table)


def target_nodes(plan: Plan) -> pd.DataFrame:
    """``target_nodes``: every dimension, quarters and months, against last year."""
    cube, base = plan.problem.cube, plan.problem.cube.base
    quarters = {month: cube.selector.quarter(month) for month in cube.months}
    table = plan.table.assign(quarter=plan.table["month"].map(quarters))
    before = base.assign(quarter=base["month"].map(quarters))
    parts = []
    for dimension in [*cube.ids, "month", "quarter"]:
        now = table.groupby(dimension)["target_minor"].sum()
        then = before.groupby(dimension)["net_minor"].sum() if dimension in before else now.iloc[:0]
        both = pd.DataFrame({"target_minor": now, "base_minor": then}).fillna(0).astype("int64")
        parts.append(both.rename_axis("node_id").reset_index().assign(dimension=dimension))
    out = pd.concat(parts, ignore_index=True)
    total, last = plan.total, int(base["net_minor"].sum())
    out["growth_rate"] = (out["target_minor"] / out["base_minor"] - 1).where(out["base_minor"] > 0)
    out["share_of_target"] = out["target_minor"] / total if total else np.nan
    out["share_of_base"] = out["base_minor"] / last if last else np.nan
    return check(out, contract("target_nodes"))


def target_padding(plan: Plan, padding: Sequence[Padding], day: date, as_of: date) -> pd.DataFrame:
    """``target_padding``: what each level hands down, level on level; the company's row says by how much in all."""
    rows = [_padded("company", "all", plan.total, 0.0, plan.problem.grain)]
    rate = 0.0
    shares: dict[str, float] = {held.level: held.share.find(day, as_of) or 0.0 for held in padding}
    for level, column in LEVELS.items():
        if column not in plan.table:
            continue
        rate = (1 + rate) * (1 + shares.get(level, 0.0)) - 1
        sums = plan.by(column)
        rows += [
            _padded(level, str(node), int(target), rate, plan.problem.grain)
            for node, target in zip(sums[column], sums["target_minor"], strict=True)
        ]
    return check(pd.DataFrame(rows), contract("target_padding"))


def over_assigned(padding: pd.DataFrame) -> float:
    """Sum of the people's handed-down figures ÷ the company's target − 1."""
    people = padding.loc[padding["level"] == "person", "handed_minor"].sum()
    company = padding.loc[padding["level"] == "company", "target_minor"].sum()
    return float(people / company - 1) if company else float("nan")


def _padded(level: str, node: str, target: int, rate: float, grain: int) -> dict[str, object]:
    handed = target if rate == 0 else round(target * (1 + rate) / grain) * grain
    row = {"level": level, "node_id": node, "target_minor": target, "padding_rate": rate}
    return row | {"padding_minor": handed - target, "handed_minor": handed}


def target_weeks(plan: Plan, setting: Setting) -> pd.DataFrame:
    """``target_weeks``: each person's months by ISO week and working day. A week that crosses months has a row in each,
    so months and weeks both add up exactly. Amounts are in steps of the plan's finest cells."""
    weeks = {month: _weeks(setting, month) for month in setting.months}
    sums = plan.by("person_id", "month")
    amount, step = sums["target_minor"].to_numpy("int64"), plan.whole.step
    touched = [weeks[month] for month in sums["month"]]
    size = np.array([len(own) for own in touched], dtype=np.intp)
    of = np.repeat(np.arange(len(sums)), size)
    days = np.array([worked for own in touched for _, worked in own], dtype=np.float64)
    whole_days = np.bincount(of, days, len(sums))
    share = np.where(whole_days[of] > 0, days / np.maximum(whole_days, 1)[of], 1 / size[of])
    whole = settle((amount / step)[of] * share, amount // step, of) * step
    ends = np.cumsum(size)
    whole[ends - 1] += amount - np.add.reduceat(whole, ends - size)
    out = sums[["person_id", "month"]].take(of).reset_index(drop=True)
    out["week"], out["working_days"] = [week for own in touched for week, _ in own], days
    return check(out.assign(target_minor=whole), contract("target_weeks"))


def _weeks(setting: Setting, month: str) -> list[tuple[str, int]]:
    """ISO weeks a month touches, with the working days in it."""
    day, last = setting.span(month)
    out = []
    while day <= last:
        year, week, weekday = day.isocalendar()
        end = min(day + timedelta(days=7 - weekday), last)
        out.append((f"{year:04d}-W{week:02d}", setting.workdays(day, end)))
        day = end + timedelta(days=1)
    return out


def accounts_in(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Customers that rules name."""
    named = (rule.where.get("customer", ()) for rule in rules)
    return tuple(sorted({node for nodes in named if isinstance(nodes, tuple) for node in nodes}))


def named_accounts(history: pd.DataFrame, accounts: Sequence[str]) -> pd.DataFrame:
    """History by ``DIMS``, customer_id and month with everybody but ``accounts`` as one, so that those can be planned
    by name without a cell for every customer."""
    kept = history["customer_id"].where(history["customer_id"].isin(list(accounts)), UNASSIGNED)
    amounts = [column for column in ("net_minor", "cost_minor", "costed_minor") if column in history]
    keys = [*DIMS, "customer_id", "month"]
    return history.assign(customer_id=kept).groupby(keys, sort=True)[amounts].sum().reset_index()
