"""The funnel: conversion by step and attribute, the effect of behaviour, and win probabilities with their track record.

Takes the ``opportunities`` table. Every rate carries an interval; differences that chance explains are called noise and
rank nobody (empirical Bayes, methods.shrinkage). Open cases count in no rate: they have not decided yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesnb.methods.calibration import Backtest, backtest
from salesnb.methods.intervals import difference, wilson
from salesnb.methods.logistic import Encoder, fit_logistic
from salesnb.methods.shrinkage import shrink_rates
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Calendar
from salesnb.model.tables import check, contract

STEPS = ("qualified", "quoted", "won", "closed")
DATES = ("created_date", "qualified_date", "quoted_date", "viewed_date", "closed_date")
ATTRIBUTES = ("source", "product_line", "region_id", "customer_type", "industry", "company_size", "decision_chain")
NOBODY = "all"
LEAST_CASES = 30  # of each outcome, before a probability is said at all
RARE = 5  # an attribute's label seen less often is no evidence of its own
REACTION_HOURS = 72.0
MOMENTS = tuple(name.replace("_date", "_at") for name in DATES[2:])  # quoted, viewed, closed


def as_known(opportunities: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The table as it stood on ``as_of``: later cases are absent, later steps have not happened, stages follow.

    A case entered late was not known before: the later of its creation and its entry counts.
    """
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    born = opportunities[["created_date", "known_date"]].max(axis=1)
    out = opportunities[~(born >= end)].copy()
    for name in (*DATES[1:], *MOMENTS):
        out[name] = out[name].where(~(out[name] >= end))
    decided = out["stage"].isin(["won", "lost"]) & out["closed_date"].notna()
    reached = np.select(
        [out["quoted_date"].notna(), out["qualified_date"].notna()], ["quoted", "qualified"], default="lead"
    )
    still = out["stage"].where(~out["stage"].isin(["won", "lost"]), pd.Series(reached, index=out.index))
    out["stage"] = out["stage"].where(decided, still)
    return out.reset_index(drop=True)


def conversion(known: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """``funnel_conversion`` of the whole (dimension ``all``) and of every node of ``dimensions``, for each known step.

    ``known`` comes from :func:`as_known`. A step whose dates the data do not hold is left out.
    """
    parts = []
    for step in STEPS:
        entered, passed, failed, days = _step(known, step)
        if entered is None:
            continue
        for dimension in (NOBODY, *dimensions):
            label = _labels(known, dimension)
            parts.append(_rates(label[entered], passed[entered], failed[entered], days[entered], (dimension, step)))
    columns = [c.name for c in contract("funnel_conversion").columns]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({name: [] for name in columns})
    return check(frame, contract("funnel_conversion"))


def _labels(known: pd.DataFrame, dimension: str) -> pd.Series:
    if dimension == NOBODY:
        return pd.Series(NOBODY, index=known.index, dtype="str")
    return known[dimension].fillna(UNASSIGNED).astype("str")


def _step(known: pd.DataFrame, step: str) -> tuple[pd.Series | None, pd.Series, pd.Series, pd.Series]:
    """(entered, passed, failed, days) of a step; entered is None where the data do not know the step."""
    won, lost = known["stage"] == "won", known["stage"] == "lost"
    quoted = known["quoted_date"].notna()
    qualified = known["qualified_date"].notna() | quoted
    nothing = pd.Series(False, index=known.index)
    dated = {"qualified": qualified.any(), "quoted": quoted.any(), "won": quoted.any(), "closed": True}
    start, end = {
        "qualified": ("created_date", "qualified_date"),
        "quoted": ("qualified_date", "quoted_date"),
        "won": ("quoted_date", "closed_date"),
        "closed": ("created_date", "closed_date"),
    }[step]
    days = (known[end] - known[start]).dt.total_seconds() / 86400
    if not dated[step]:
        return None, nothing, nothing, days
    entered = {"qualified": ~nothing, "quoted": qualified, "won": quoted, "closed": ~nothing}[step]
    passed = {"qualified": qualified | won, "quoted": quoted | won, "won": won, "closed": won}[step]
    return entered, passed, lost & ~passed, days


def _rates(
    label: pd.Series, passed: pd.Series, failed: pd.Series, days: pd.Series, what: tuple[str, str]
) -> pd.DataFrame:
    node, names = pd.factorize(label, sort=True)
    size = np.bincount(node, minlength=len(names))
    went = np.bincount(node, passed, len(names)).astype("int64")
    cases = went + np.bincount(node, failed, len(names)).astype("int64")
    median = days.where(passed).groupby(node).median().to_numpy()
    counts = {"passed_count": went, "median_days": median, "case_count": cases, "open_count": size - cases}
    out = pd.DataFrame({"node_id": names, **counts})
    out["conversion_rate"] = out["passed_count"] / out["case_count"].where(out["case_count"] > 0)
    out["rate_low"], out["rate_high"] = wilson(out["passed_count"], out["case_count"])
    out["shrunk_rate"], out["stands_out"], out["is_noise"] = out["conversion_rate"], "none", False
    if len(out) > 1 and out["case_count"].sum() > 0:
        held = shrink_rates(out["passed_count"], out["case_count"])
        out["shrunk_rate"], out["is_noise"] = held.value, held.noise
        out["stands_out"] = np.array(["none", "above", "below"])[held.stands_out()]
    out["dimension"], out["step"] = what
    return out


def effects(known: pd.DataFrame, calendar: Calendar, hours: float = REACTION_HOURS) -> pd.DataFrame:
    """``funnel_effects``: win rates of closed cases inside and outside a window of behaviour; rows the data allow.

    ``hours``: within how many of the customer's view of the quote a case was closed; the row is viewed_72h for 72.
    """
    closed = known[known["stage"].isin(["won", "lost"]) & known["closed_date"].notna()]
    rows = []
    viewed = closed[closed["viewed_date"].notna()]
    if len(viewed):
        rows.append(_reaction(viewed, hours))
    if len(closed):
        days = closed["closed_date"]
        month = days.map({day: calendar.month_of(day.date()) for day in days.unique()})
        place = (month.str[5:].astype("int64") - calendar.fiscal_year_start) % 3
        rows.append(_effect("quarter_end", closed, place == 2))
    kept = [row for row in rows if row["inside_count"] and row["outside_count"]]
    columns = [c.name for c in contract("funnel_effects").columns]
    return check(pd.DataFrame(kept, columns=columns), contract("funnel_effects"))


def _reaction(viewed: pd.DataFrame, hours: float) -> dict[str, object]:
    """Closed within so many hours of viewing: by the clock where the source has it, else in whole calendar days."""
    clocked = viewed["viewed_at"].notna() & viewed["closed_at"].notna()
    window = timedelta(hours=hours)
    timed = viewed["closed_at"] - viewed["viewed_at"] <= window
    days = viewed["closed_date"] - viewed["viewed_date"] <= window
    return _effect(f"viewed_{hours:g}h", viewed, timed.where(clocked, days)) | {"clocked_count": int(clocked.sum())}


def _effect(name: str, cases: pd.DataFrame, inside: pd.Series) -> dict[str, object]:
    won = cases["stage"] == "won"
    counts = [(int((won & side).sum()), int(side.sum())) for side in (inside, ~inside)]
    gap, low, high = difference(counts[0][0], counts[0][1], counts[1][0], counts[1][1])
    rates = [x / n if n else float("nan") for x, n in counts]
    return {
        "effect": name,
        "inside_count": counts[0][1],
        "inside_won_count": counts[0][0],
        "inside_rate": rates[0],
        "outside_count": counts[1][1],
        "outside_won_count": counts[1][0],
        "outside_rate": rates[1],
        "difference_rate": float(gap),
        "rate_low": float(low),
        "rate_high": float(high),
        "is_noise": bool(float(low) <= 0 <= float(high)),
        "clocked_count": None,
    }


@dataclass(frozen=True)
class WinModel:
    """What history says about open cases: their probabilities, and how such probabilities did when nobody knew.

    ``state``: ok, or not_enough_history (under 30 wins or 30 losses). ``useful``: the back-test beats saying the base
    rate to everybody; where it does not, every open case simply has the base rate.
    """

    state: str
    base_rate: float
    useful: bool
    backtest: Backtest | None
    open: pd.DataFrame

    def reliability(self) -> pd.DataFrame:
        """``funnel_reliability``; empty without a back-test."""
        columns = [c.name for c in contract("funnel_reliability").columns]
        if self.backtest is None:
            return check(pd.DataFrame({name: [] for name in columns}), contract("funnel_reliability"))
        table = self.backtest.table
        frame = pd.DataFrame(
            {
                "bin_no": np.arange(1, len(table.count) + 1),
                "case_count": table.count,
                "predicted_rate": table.predicted,
                "hit_rate": table.hits,
                "rate_low": table.low,
                "rate_high": table.high,
            }
        )
        return check(frame, contract("funnel_reliability"))


def win_model(known: pd.DataFrame, as_of: date) -> WinModel:
    """Win probabilities of open cases from the attributes of decided ones, judged on the newest quarter of them.

    The model is refitted on all decided cases after the back-test; it is used only where the back-test gained.
    """
    decided = known[known["stage"].isin(["won", "lost"]) & known["closed_date"].notna()].sort_values(
        ["closed_date", "opportunity_id"], kind="stable"
    )
    waiting = known[~known["stage"].isin(["won", "lost"])]
    outcome = (decided["stage"] == "won").to_numpy(dtype=np.float64)
    base = float(outcome.mean()) if len(outcome) else float("nan")
    if min(outcome.sum(), (1 - outcome).sum()) < LEAST_CASES:
        return WinModel("not_enough_history", base, False, None, _open_table(waiting, as_of, None))
    used = [name for name in ATTRIBUTES if decided[name].fillna(UNASSIGNED).nunique() > 1]
    encoder = Encoder.of([_labels(decided, name) for name in used], RARE)
    features = encoder.features([_labels(decided, name) for name in used]) if used else np.zeros((len(decided), 0))
    tested = _backtest(features, outcome, decided["closed_date"].to_numpy(), encoder)
    rate = np.full(len(waiting), base)
    if tested is not None and tested.useful and len(waiting):
        fitted = fit_logistic(features, outcome, encoder.groups)
        rate = fitted.predict(encoder.features([_labels(waiting, name) for name in used]))
    return WinModel("ok", base, bool(tested and tested.useful), tested, _open_table(waiting, as_of, rate))


def _backtest(features: np.ndarray, outcome: np.ndarray, closed: np.ndarray, encoder: Encoder) -> Backtest | None:
    """Judge on the newest quarter of the cases; None where the past then holds too little of one outcome."""
    cut = closed[(len(closed) * 3) // 4]
    past = outcome[closed < cut]
    if not features.shape[1] or len(past) == 0 or min(past.sum(), (1 - past).sum()) < LEAST_CASES:
        return None
    return backtest(features, outcome, closed, cut, encoder.groups)


def _open_table(waiting: pd.DataFrame, as_of: date, rate: np.ndarray | None) -> pd.DataFrame:
    columns = [c.name for c in contract("funnel_open").columns]
    out = waiting.copy()
    out["age_days"] = (pd.Timestamp(as_of) - out["created_date"]).dt.days.astype("Int64").clip(lower=0)
    out["win_rate"] = np.nan if rate is None else rate
    amount = out["amount_minor"].astype("Float64")
    out["expected_minor"] = (amount * out["win_rate"].astype("Float64")).round().astype("Int64")
    return check(out[columns], contract("funnel_open"))
