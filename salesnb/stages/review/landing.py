"""Where month, quarter and year will land: middle, 80 % interval, chance of the target, and the record beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from salesnb.methods import forecast
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract
from salesnb.stages.review.curve import Curve
from salesnb.stages.review.scopes import Scope
from salesnb.stages.review.targets import Targets

COMPANY = "company"
LEVEL = 0.80
TESTED = ("test_count", "first_month", "last_month", "horizon_count", "hit_rate")
FloorState = Literal["reached", "early", "unsure", "missed"]


@dataclass(frozen=True)
class Course:
    """Monthly sales of the company (row 0) and of a dimension's nodes (``nodes``), whole months first … ``last``.

    ``come``: what of the running month is in (zero where the last day reached ends a month), ``elapsed`` the share of
    a month that is usually in by then, ``growth`` what the company believes of its own growth.
    """

    dimension: str
    nodes: tuple[str, ...]
    months: tuple[str, ...]
    values: np.ndarray
    come: np.ndarray
    elapsed: float
    growth: forecast.Growth = forecast.DEFAULT_GROWTH


def course(
    months: pd.DataFrame,
    dimension: str,
    through: date,
    curve: Curve,
    growth: forecast.Growth = forecast.DEFAULT_GROWTH,
) -> Course:
    """The course from ``months`` (``dimension``, month, net_minor as known); months without a sale are zero."""
    calendar = curve.calendar
    running = calendar.month_of(through)
    span = calendar.period(running)
    every = month_range(str(months["month"].min()), running) if len(months) else (running,)
    whole = every if through >= span.end else every[:-1]
    wide = months.pivot_table(index=dimension, columns="month", values="net_minor", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=list(every), fill_value=0).sort_index()
    table = np.vstack([wide.sum(axis=0).to_numpy(dtype=np.float64), wide.to_numpy(dtype=np.float64)])
    is_part = len(whole) < len(every)
    return Course(
        dimension,
        tuple(map(str, wide.index)),
        whole,
        table[:, : len(whole)],
        table[:, -1] if is_part else np.zeros(len(table)),
        curve.share(span.start, span.end, through) if is_part else 0.0,
        growth,
    )


@dataclass(frozen=True)
class Land:
    """Rows of ``review_landing`` and ``review_record`` of one scope, and the company's ends month by month."""

    nodes: pd.DataFrame
    record: pd.DataFrame
    path: pd.DataFrame


def land(scope: Scope, run: Course, targets: Targets, curve: Curve, names: Mapping[str, str]) -> Land:
    """The landing of ``scope`` for the company and every node of the course.

    A scope that is complete lands where it is. Without two years of history a landing has no interval, and without a
    back-test no chance: both stay empty.
    """
    months = scope.period.months
    inside = [i for i, month in enumerate(run.months) if month in months]
    known = run.values[:, inside].sum(1)
    rest = tuple(m for m in months if m > run.months[-1]) if run.months else months
    goal, goals = _targets(scope, run, targets, curve)
    out = pd.DataFrame({"node_id": [COMPANY, *run.nodes], "scope": scope.period.text})
    out["dimension"] = [COMPANY, *[run.dimension] * len(run.nodes)]
    out["name"] = ["", *[names.get(node, node) for node in run.nodes]]
    out["target_minor"] = pd.Series([goal, *goals], dtype="Int64")
    target = out["target_minor"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    record, path = _no_record(), pd.DataFrame(columns=["month", "landing_minor", "low_minor", "high_minor"])
    behind = pd.DataFrame({name: [None] * len(out) for name in TESTED})
    if not rest or not run.months:
        total, history = known + run.come, np.array(["complete" if not rest else "empty"] * len(out))
        ends = (total, total, total)
        chance = np.where(np.isnan(target), np.nan, (total >= target).astype(float)) if not rest else target * np.nan
    else:
        view, tested = _view(run, known, len(rest))
        total, history, naive = view.total, view.fit.history.state, view.naive
        low, high = view.interval(LEVEL)
        ends, chance = (low, high, naive), view.attain(target)
        record = _record(scope, run, view, len(rest))
        path = _path(run, known, rest, tested, (total[0], low[0], high[0]))
        behind = records_behind(view, run.months)
    out["known_minor"] = np.rint(known + run.come).astype(np.int64)
    for name, values in zip(("landing_minor", "low_minor", "high_minor", "naive_minor"), (total, *ends), strict=True):
        out[name] = _minor(values)
    out["attainment_rate"] = np.divide(total, target, out=np.full(len(out), np.nan), where=np.nan_to_num(target) > 0)
    out["chance_rate"], out["history"] = chance, [str(state) for state in history]
    out[list(TESTED)] = behind
    kinds = {"test_count": "Int64", "horizon_count": "Int64", "hit_rate": "float64"}
    return Land(check(out.astype(kinds), contract("review_landing")), record, path)


def records_behind(view: forecast.Outlook, months: tuple[str, ...]) -> pd.DataFrame:
    """What was tested behind every node's chance, a row a node (:data:`TESTED`); nulls where nothing was."""
    rows = [
        (one.count, months[one.first - 1], months[one.last - 1], one.horizon, one.hit_rate)
        if one.count
        else (None, None, None, None, np.nan)
        for one in view.records
    ]
    return pd.DataFrame(rows, columns=list(TESTED))


def without_company(made: Land) -> Land:
    """The same without the company's rows, which another dimension's course has already given."""
    nodes, record = (frame[frame["dimension"] != COMPANY] for frame in (made.nodes, made.record))
    return Land(nodes, record, made.path)


def full_path(path: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """``review_path``: due and actual so far with the landing of the months ahead."""
    names = ["landing_minor", "low_minor", "high_minor"]
    out = path.set_index("month")
    if len(ahead):
        out[names] = ahead.set_index("month")[names].reindex(out.index)
    return check(out.reset_index(), contract("review_path"))


def _view(run: Course, known: np.ndarray, horizon: int) -> tuple[forecast.Outlook, forecast.Backtest]:
    parent = np.array([-1, *[0] * len(run.nodes)])
    fitted = forecast.fit(run.values, parent, steps=horizon, growth=run.growth)
    tested = forecast.backtest(run.values, parent, horizon=horizon, growth=run.growth)
    view = forecast.outlook(fitted, tested, horizon=horizon, known=known)
    return (forecast.month_to_date(view, run.come, run.elapsed) if run.elapsed else view), tested


def _path(
    run: Course, known: np.ndarray, rest: tuple[str, ...], tested: forecast.Backtest, ends: tuple[float, float, float]
) -> pd.DataFrame:
    """The company's cumulated landing and its interval at the end of every month to come.

    Months come from the company's own course alone; they are stretched to end at ``ends`` (landing, low, high), which
    agree with the nodes' landings: a chart and its tables must name one figure.
    """
    company = Course(run.dimension, (), run.months, run.values[:1], run.come[:1], run.elapsed)
    fitted = forecast.fit(company.values, np.array([-1]), steps=len(rest), growth=run.growth)
    rows = []
    for ahead, month in enumerate(rest, 1):
        view = forecast.outlook(fitted, tested, horizon=ahead, known=known[:1])
        view = forecast.month_to_date(view, company.come, company.elapsed) if company.elapsed else view
        low, high = view.interval(LEVEL)
        rows.append({"month": month, "landing_minor": view.total[0], "low_minor": low[0], "high_minor": high[0]})
    out = pd.DataFrame(rows)
    come = float(known[0] + run.come[0])
    for name, end in zip(("landing_minor", "low_minor", "high_minor"), ends, strict=True):
        ahead_of = out[name] - come
        last = float(ahead_of.iloc[-1])
        if np.isfinite(end) and np.isfinite(last) and last > 0:
            out[name] = come + ahead_of * ((float(end) - come) / last)
    return out.assign(**{name: _minor(out[name]) for name in ("landing_minor", "low_minor", "high_minor")})


def _minor(values: np.ndarray | pd.Series) -> pd.Series:
    return pd.Series(np.rint(np.asarray(values, dtype=np.float64))).astype("Float64").astype("Int64")


def _targets(scope: Scope, run: Course, targets: Targets, curve: Curve) -> tuple[int | None, list[int | None]]:
    span = (scope.period.start, scope.period.end)
    whole = targets.pieces("", *span)
    parts = targets.pieces(run.dimension, *span)
    total = int(curve.due(whole, *span).sum()) if len(whole) else None
    if parts.empty:
        return total, [None] * len(run.nodes)
    summed = curve.due(parts, *span).groupby(parts[run.dimension]).sum()
    return total, [int(summed[node]) if node in summed else None for node in run.nodes]


def _record(scope: Scope, run: Course, view: forecast.Outlook, horizon: int) -> pd.DataFrame:
    rows = []
    for dimension, one in ((COMPANY, view.records[0]), (run.dimension, view.records[1] if run.nodes else None)):
        if one is None:
            continue
        rows.append(
            {
                "scope": scope.period.text,
                "dimension": dimension,
                "horizon": horizon,
                "case_count": one.count,
                "hit_rate": one.hit_rate,
                "hit_rate_95": one.hit_rate_95,
                "error_rate": one.error,
                "naive_error_rate": one.naive_error,
            }
        )
    return check(pd.DataFrame(rows), contract("review_record"))


def _no_record() -> pd.DataFrame:
    return check(pd.DataFrame({c.name: [] for c in contract("review_record").columns}), contract("review_record"))


def draft_goals(run: Course, last_minor: int, chances: Mapping[str, float]) -> list[dict[str, object]]:
    """Sales of the next twelve months that are reached with each of ``chances``, with the growth on ``last_minor``.

    Nothing where the history is too short for a chance.
    """
    values, root = run.values[:1], np.array([-1])
    fitted = forecast.fit(values, root, steps=12, growth=run.growth)
    view = forecast.outlook(fitted, forecast.backtest(values, root, horizon=12, growth=run.growth), horizon=12)
    rows: list[dict[str, object]] = []
    record = records_behind(view, run.months).iloc[0].to_dict()
    if pd.isna(record["test_count"]):
        return []
    for tier, chance in chances.items():
        amount = float(np.ravel(view.quantile([1 - chance]))[0])
        if not np.isfinite(amount):
            return []
        growth = amount / last_minor - 1 if last_minor > 0 else float("nan")
        row = {"tier": tier, "target_minor": round(amount), "growth_rate": growth, "chance_rate": chance}
        rows.append(row | {str(name): value for name, value in record.items()})
    return rows


def against_floor(frame: pd.DataFrame, quarter: str, floor: float, is_early: bool) -> FloorState:
    """How sure it is that the company's quarter lands below the floor (R55); ``frame``: ``review_landing``.

    ``missed`` only where the upper end of the 80 % interval lies below the floor too, and enough of the quarter has
    passed (not ``is_early``): a bad week at its start, or a forecast that may still be wrong, moves nobody's target.
    Without an interval (too short a history) only a quarter that is over is judged.
    """
    rows = frame[(frame["scope"] == quarter) & (frame["dimension"] == COMPANY)]
    if rows.empty or not (rows["attainment_rate"] < floor).any():
        return "reached"
    row = rows.iloc[0]
    if row["history"] == "complete":
        return "missed"
    if is_early:
        return "early"
    is_sure = not pd.isna(row["high_minor"]) and float(row["high_minor"]) < floor * float(row["target_minor"])
    return "missed" if is_sure else "unsure"
