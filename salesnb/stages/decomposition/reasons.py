"""Named reasons for the start of a plan, mixed in percent (R21): what each would give every place, and why.

Every reason hands out the same total, last year's; it only tilts who gets how much. So the mix is what it says: 60 %
history and 20 % potential is 0.6 of one table plus 0.2 of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition.cube import Floats
from salesnb.stages.decomposition.postings import Posting
from salesnb.stages.decomposition.selection import Selector
from salesnb.stages.decomposition.setting import Setting
from salesnb.stages.decomposition.shape import Shape

Tilt = Callable[["Case"], Floats]


class Case:
    """What a reason looks at."""

    def __init__(self, setting: Setting, shape: Shape, held: Sequence[Posting], wishes: Sequence[Rule]) -> None:
        self.setting, self.shape, self.held, self.wishes = setting, shape, held, wishes
        self.yearly = shape.amounts.sum(axis=1)

    def column(self, name: str) -> pd.Series:
        """An id column of the places."""
        return self.shape.places[name]

    def share_of(self, column: str, weights: Mapping[str, float]) -> Floats:
        """Tilt that gives nodes with a weight their share of what these nodes have together; the others keep theirs."""
        sums = pd.Series(self.yearly).groupby(self.column(column).to_numpy()).sum()
        weighed = [node for node in sums.index if weights.get(node, 0.0) > 0 and sums[node] > 0]
        pool, whole = float(sums[weighed].sum()), sum(weights[node] for node in weighed)
        factor = {node: pool * weights[node] / whole / float(sums[node]) for node in weighed}
        return self.column(column).map(factor).fillna(1.0).to_numpy(float)


def mix(case: Case, weights: Mapping[str, float]) -> tuple[Floats, dict[str, Floats]]:
    """The start, (places, months), and the yearly amounts of each reason, (places,), already weighted.

    ParamsError for a reason nobody knows, or one that lacks its figures.
    """
    total = case.yearly.sum()
    factor, parts = np.zeros(len(case.yearly)), {}
    for name, weight in sorted(weights.items()):
        if weight <= 0:
            continue
        if name not in REASONS:
            raise _refused(name, Text(f"可用：{'、'.join(REASONS)}", f"known: {', '.join(REASONS)}"))
        tilt = REASONS[name](case)
        tilted = case.yearly * tilt
        scale = total / tilted.sum() if tilted.sum() > 0 else 0.0
        factor += weight * scale * tilt
        parts[name] = weight * scale * tilted
    return case.shape.amounts * factor[:, None], parts


def _refused(name: str, why: Text) -> ParamsError:
    return ParamsError(
        Text(f"起始权重里的理由“{name}”用不上", f"the reason {name} in weights cannot be used"),
        where=Place(file="decomposition.yaml", key="weights"),
        why=why,
        remedy=Text("改名，或给出它需要的数据", "rename it, or give the figures it needs"),
    )


def _history(case: Case) -> Floats:
    return np.ones(len(case.yearly))


def _growth_wish(case: Case) -> Floats:
    """Wished growth where one is said, the wishes' mean elsewhere."""
    selector = Selector(case.shape.places, case.setting.months, case.setting.calendar, _nodes(case.setting))
    tilt, said = np.ones(len(case.yearly)), np.zeros(len(case.yearly), bool)
    for wish in case.wishes:
        low, high = wish.bounds
        growth = low if low is not None else high
        if growth is not None:
            part = selector.part(wish.where, rule=wish.id).places
            tilt, said = np.where(part, tilt * (1 + growth), tilt), said | part
    before = case.yearly[said].sum()
    mean = (case.yearly * tilt)[said].sum() / before if before > 0 else 1.0
    return np.where(said, tilt, mean)


def _nodes(setting: Setting) -> dict[str, list[str]]:
    """Regions and teams that exist, with or without places."""
    regions = {*setting.roster["region_id"].astype(str), *(team.region for team in setting.people.teams)}
    teams = {*setting.roster["team_id"].astype(str), *(team.id for team in setting.people.teams)}
    return {"region_id": sorted(regions), "team_id": sorted(teams)}


def _potential(case: Case) -> Floats:
    shares = {
        region: value
        for region, dated in case.setting.market.potential_share.items()
        if (value := dated.find(case.setting.period.start, case.setting.as_of)) is not None
    }
    if not shares:
        raise _refused("potential", Text("market.yaml 没有 potential_share", "market.yaml has no potential_share"))
    return case.share_of("region_id", shares)


def _team_size(case: Case) -> Floats:
    heads: dict[str, float] = {}
    for one in case.held:
        heads[one.team] = heads.get(one.team, 0.0) + float(one.capacity.sum())
    return case.share_of("team_id", heads)


def _even(case: Case) -> Floats:
    heads = {one.person: float(one.present.sum()) for one in case.held}
    return case.share_of("person_id", heads)


def _life_cycle(case: Case) -> Floats:
    """Each stage of life goes on growing as it did in the last year."""
    stage = dict(zip(case.setting.products["product_id"], case.setting.products["life_cycle"].fillna(""), strict=True))
    now, before = _two_years(case.setting, case.setting.history["product_id"].map(stage).fillna(""))
    growth = (now / before.reindex(now.index)).where(before.reindex(now.index) > 0, 1.0)
    return case.column("product_id").map(stage).fillna("").map(growth).fillna(1.0).clip(lower=0).to_numpy(float)


def _two_years(setting: Setting, by: pd.Series) -> tuple[pd.Series, pd.Series]:
    last = setting.profile_months
    earlier = [f"{int(month[:4]) - 1:04d}-{month[5:]}" for month in last]
    net = setting.history["net_minor"]
    sums = [net[setting.history["month"].isin(list(months))].groupby(by).sum() for months in (last, earlier)]
    return sums[0].astype(float), sums[1].astype(float)


def _margin(case: Case) -> Floats:
    """By gross margin rate against the company's."""
    rates = margin_rates(case.setting)
    if rates is None:
        raise _refused("margin", Text("订单里没有成本", "the order lines have no cost"))
    company = rates.pop("")
    own = case.column("product_id").map(rates).fillna(company).clip(lower=0)
    return np.asarray(own / max(company, 1e-9), np.float64)


def margin_rates(setting: Setting) -> dict[str, float] | None:
    """Gross margin of the last twelve months by product, and of all under ""; None without cost."""
    own = setting.history[setting.history["month"].isin(setting.profile_months)]
    if "costed_minor" not in own or own["costed_minor"].fillna(0).sum() <= 0:
        return None
    sums = own.groupby("product_id")[["costed_minor", "cost_minor"]].sum().astype(float)
    sold = sums[sums["costed_minor"] > 0]  # lines whose cost nobody entered say nothing about a margin
    rates = {str(product): float(rate) for product, rate in (1 - sold["cost_minor"] / sold["costed_minor"]).items()}
    return rates | {"": float(1 - sold["cost_minor"].sum() / sold["costed_minor"].sum())}


def _priority(case: Case) -> Floats:
    if not case.setting.priorities:
        raise _refused("priority", Text("没有给出优先级", "no priorities are given"))
    tilt = np.ones(len(case.yearly))
    for column, factors in case.setting.priorities.items():
        tilt = tilt * case.column(column).map(dict(factors)).fillna(1.0).to_numpy(float)
    return tilt


REASONS: dict[str, Tilt] = {
    "history": _history,
    "growth_wish": _growth_wish,
    "potential": _potential,
    "team_size": _team_size,
    "life_cycle": _life_cycle,
    "margin": _margin,
    "priority": _priority,
    "even": _even,
}
