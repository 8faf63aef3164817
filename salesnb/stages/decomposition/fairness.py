"""Whether targets are fair: against capacity, own history and potential; how they would have done last year (R27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from salesnb.model.errors import ParamsError
from salesnb.model.params.decomposition import Rule
from salesnb.model.periods import Period
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.build import Built, build, ranks, reweighted
from salesnb.stages.decomposition.cube import ORG
from salesnb.stages.decomposition.plan import Plan, Problem, decompose
from salesnb.stages.decomposition.setting import Setting

PEERS = 4  # of one role, before one of them can stand out
FAR = 3.0  # robust standard deviations from the role's median
MAD = 1.4826  # makes the median absolute deviation a standard deviation
DAYS = 30.4375
HALF_YEAR = 0.5  # of a year's presence: who was there for less is no measure of fairness


def target_fairness(built: Built, plan: Plan) -> pd.DataFrame:
    """``target_fairness``: each person's target against what a person of that capacity carries, and his own history."""
    sums = plan.by(*ORG)
    held = {(one.region, one.team, one.person): one for one in built.postings}
    seats = [held.get((r, t, p)) for r, t, p in sums[list(ORG)].itertuples(index=False)]
    months, start = len(built.cube.months), built.setting.period.start
    sums["role"] = [one.role if one else "" for one in seats]
    sums["rank"] = sums["person_id"].map(ranks(built.setting, built.postings)).fillna("")
    sums["tenure_months"] = [
        max((start - one.hired).days / DAYS, 0.0) if one and one.hired else np.nan for one in seats
    ]
    sums["capacity"] = [float(one.capacity.sum()) / months if one else np.nan for one in seats]
    base = built.cube.base.groupby(list(ORG))["net_minor"].sum()
    sums["base_minor"] = pd.array([base.get(tuple(row), None) for row in sums[list(ORG)].to_numpy()], dtype="Int64")
    own = sums["base_minor"].astype("float64")
    sums["growth_rate"] = (sums["target_minor"] / own - 1).where(own > 0)
    each = (sums["target_minor"] / sums["capacity"]).where(sums["capacity"] > 0)
    sums["per_capacity_minor"] = each.round().astype("Int64")
    sums["deviation"], sums["is_outlier"] = _deviations(each, sums["role"])
    return check(sums, contract("target_fairness"))


def _deviations(each: pd.Series, role: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Logarithmic distance from the role's median in robust standard deviations; NaN where peers are few."""
    logs = np.log(each.where(each > 0))
    out, far = pd.Series(np.nan, index=each.index), pd.Series(False, index=each.index)
    for _, own in logs.dropna().groupby(role):
        if len(own) < PEERS:
            continue
        away = own - own.median()
        spread = MAD * float(away.abs().median())
        out[own.index] = np.expm1(away)
        far[own.index] = (away.abs() > FAR * spread) if spread > 0 else away.abs() > 1e-9
    return out, far


def role_spread(fairness: pd.DataFrame) -> pd.DataFrame:
    """``target_fairness_roles`` from ``target_fairness``."""
    rows = []
    for role, own in fairness[fairness["per_capacity_minor"].notna()].groupby("role"):
        each = own["per_capacity_minor"].astype("float64")
        rows.append(
            {
                "role": role,
                "person_count": len(own),
                "median_minor": round(float(each.median())),
                "spread_rate": float(each.std(ddof=0) / each.mean()) if len(own) > 1 and each.mean() else np.nan,
                "growth_low": own["growth_rate"].min(),
                "growth_high": own["growth_rate"].max(),
            }
        )
    columns = [column.name for column in contract("target_fairness_roles").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"median_minor": "int64"})
    return check(frame, contract("target_fairness_roles"))


def target_potential(plan: Plan, potential: Mapping[str, float]) -> pd.DataFrame:
    """``target_potential``: regions with a potential share; intensity 1 = as much of the targets as of the market."""
    sums = plan.by("region_id").set_index("region_id")["target_minor"]
    own = sums.reindex([region for region in potential if region in sums.index])
    shares = pd.Series(potential, dtype="float64").reindex(own.index)
    out = pd.DataFrame({"node_id": own.index, "target_minor": own.to_numpy()})
    out["share_of_target"] = out["target_minor"] / max(int(own.sum()), 1)
    out["share_of_potential"] = (shares / shares.sum()).to_numpy()
    out["intensity"] = out["share_of_target"] / out["share_of_potential"]
    return check(out, contract("target_potential"))


@dataclass(frozen=True, eq=False)
class Backtest:
    """``people``: ``target_backtest``. ``spread``: ``target_backtest_spread``, this way beside the naive one."""

    people: pd.DataFrame
    spread: pd.DataFrame


def backtest(setting: Setting, year: Period, grain: int, weights: Mapping[str, float]) -> Backtest:
    """Last year's targets as they would have been, had they been set this way from what was known before ``year``.

    The company's growth is what it turned out to be, so that attainment spreads around one and only the distribution is
    judged. Reasons whose figures did not exist then are left out, and named. DataError where no history lies before.
    """
    as_of = year.start - timedelta(days=1)
    months = set(year.months)
    actual_rows = setting.history[setting.history["month"].isin(months)]
    before = setting.history[setting.history["month"] < min(months)]
    past = replace(setting, period=year, as_of=as_of, history=before)
    built, left_out = _built(past, weights)
    actual_total = float(actual_rows["net_minor"].sum())
    base_total = float(built.cube.base["net_minor"].sum())
    said = {"id": "company", "text": "company", "amount": "sales", "is": actual_total / setting.scale}
    rule = Rule.model_validate(said | {"strength": "must"})
    plan = decompose(Problem(built.cube, [rule], grain, setting.scale))
    seated = [one for one in built.postings if float(one.present.mean()) >= HALF_YEAR]
    people = sorted({one.person for one in seated})
    targets = plan.by("person_id").set_index("person_id")["target_minor"].reindex(people).fillna(0).astype("int64")
    actual = actual_rows.groupby("person_id")["net_minor"].sum().reindex(people).fillna(0).astype("int64")
    own = built.cube.base.groupby("person_id")["net_minor"].sum().reindex(people)
    naive = own * (actual_total / base_total) if base_total > 0 else own * np.nan
    out = pd.DataFrame({"person_id": people, "amount_minor": targets.to_numpy(), "actual_minor": actual.to_numpy()})
    out["attainment_rate"] = _ratio(actual, targets.astype("float64"))
    out["naive_rate"] = _ratio(actual, naive)
    rows = [
        _spread("plan", out["attainment_rate"], (targets, actual), left_out),
        _spread("naive", out["naive_rate"], (naive, actual), ()),
    ]
    return Backtest(
        check(out, contract("target_backtest")), check(pd.DataFrame(rows), contract("target_backtest_spread"))
    )


def _built(past: Setting, weights: Mapping[str, float]) -> tuple[Built, tuple[str, ...]]:
    """The cube as of then, without reasons that lack figures; the weights of the others keep their proportions."""
    built = build(replace(past, weights={"history": 1.0}, ruled=False))
    kept, left_out = dict(weights), list[str]()
    for name in sorted(weights):
        try:
            reweighted(built, {name: 1.0})
        except ParamsError:
            left_out.append(name)
            kept.pop(name)
    total = sum(kept.values())
    shares = {name: weight / total for name, weight in kept.items()} if total > 0 else {"history": 1.0}
    return reweighted(built, shares), tuple(left_out)


def _ratio(top: pd.Series, base: pd.Series) -> np.ndarray:
    return np.asarray((top / base).where(base > 0), np.float64)


def _spread(
    method: str, rate: pd.Series, pair: tuple[pd.Series, pd.Series], left_out: Sequence[str]
) -> dict[str, object]:
    """Mean, standard deviation, share within 20 % and rank correlation of people with a figure."""
    known = rate.notna().to_numpy()
    order = [side.to_numpy(np.float64)[known].argsort().argsort().astype(np.float64) for side in pair]
    return {
        "method": method,
        "person_count": int(known.sum()),
        "mean_rate": float(rate.mean()),
        "spread_rate": float(rate.std(ddof=0)),
        "within_20_rate": float((rate[known] - 1).abs().le(0.2).mean()) if known.any() else np.nan,
        "rank_correlation": float(np.corrcoef(order[0], order[1])[0, 1]) if known.sum() > 2 else np.nan,
        "left_out": "、".join(left_out),
    }
