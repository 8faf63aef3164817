"""The cube of a plan from facts and parameters: the one door between a company's tables and its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, Place, Text
from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition.cube import Cube, Floats
from salesnb.stages.decomposition.postings import Posting, postings
from salesnb.stages.decomposition.reasons import Case, margin_rates, mix
from salesnb.stages.decomposition.season import month_weights
from salesnb.stages.decomposition.selection import Selector
from salesnb.stages.decomposition.setting import Setting, day
from salesnb.stages.decomposition.shape import Shape, carried, netted, newcomers, openings

ROOKIE_MONTHS = 12
TOP_SHARE = 5  # the highest one in five


@dataclass(frozen=True, eq=False)
class Built:
    """``cube`` and what it was made of. ``shape``: before the reasons. ``reasons``: (places,) yearly amounts by reason.
    ``season``: (months,). ``rules``: in force for the plan as known then."""

    setting: Setting
    cube: Cube
    shape: Shape
    reasons: Mapping[str, Floats]
    season: Floats
    postings: tuple[Posting, ...]
    rules: tuple[Rule, ...]


def build(setting: Setting, scenario: str = "") -> Built:
    """The cells of ``setting``'s plan. ``scenario``: rules of that scenario join those of all.

    DataError where nothing was sold in the twelve months before; ParamsError for rules, zeros or weights that name what
    nobody knows.
    """
    if setting.history.empty or not (setting.history["month"].isin(setting.profile_months)).any():
        raise DataError(
            Text("计划前的十二个月里没有任何销售", "nothing was sold in the twelve months before the plan"),
            where=Place(file="company.yaml", key="sources"),
            remedy=Text("补充历史订单，或检查 as_of", "add earlier orders, or check as_of"),
        )
    season, held = month_weights(setting), postings(setting)
    sheet = carried(setting, held, season)
    newcomers(setting, sheet, held, season)
    openings(setting, sheet, held, season)
    rules = rules_of(setting, scenario)
    shape = _closed(setting, sheet.shape(netted(setting)))
    start, parts = mix(_case(setting, shape, held, rules), _weights(setting))
    places = _attributes(setting, shape.places, held)
    cube = Cube(places, setting.months, start, setting.base, setting.calendar, _known(setting, held))
    return Built(setting, cube, shape, parts, season, tuple(held), rules)


def reweighted(built: Built, weights: Mapping[str, float]) -> Built:
    """The same cells begun for other reasons: all else, the places and what they would sell, does not depend on them.

    ParamsError for a reason nobody knows, or one that lacks its figures.
    """
    start, parts = mix(_case(built.setting, built.shape, built.postings, built.rules), weights)
    setting = replace(built.setting, weights=weights)
    return replace(built, setting=setting, cube=replace(built.cube, start=start), reasons=parts)


def rules_of(setting: Setting, scenario: str = "") -> tuple[Rule, ...]:
    """The rules in force for the plan as known then; those of ``scenario`` join those of all."""
    return tuple(
        rule
        for rule in setting.decomposition.rules_at(setting.period.end, setting.as_of)
        if setting.ruled and rule.scenario in ("", scenario)
    )


def _case(setting: Setting, shape: Shape, held: Sequence[Posting], rules: Sequence[Rule]) -> Case:
    return Case(setting, shape, held, [rule for rule in rules if _is_wish(rule)])


def _is_wish(rule: Rule) -> bool:
    return rule.measure == "growth_over" and rule.strength == "wish" and bool(rule.where) and rule.time == "in_period"


def _weights(setting: Setting) -> Mapping[str, float]:
    if setting.weights is not None:
        return setting.weights
    given = setting.decomposition.weights
    found = given.find(setting.period.end, setting.as_of) if given is not None else None
    return found or {"history": 1.0}


def _closed(setting: Setting, shape: Shape) -> Shape:
    """Structural zeros: what nobody sells there, launches and openings by the working days that are left."""
    open_share = np.ones(shape.amounts.shape)
    selector = Selector(shape.places, setting.months, setting.calendar, _known(setting, ()))
    for zero in setting.decomposition.zeros:
        if not zero.known(setting.period.end, setting.as_of):
            continue
        part = selector.part(zero.where, rule=zero.id)
        left = setting.present(zero.before, None) if zero.before else np.zeros(len(setting.months))
        block = np.outer(part.places, part.months)
        open_share = np.where(block, np.minimum(open_share, left[None, :]), open_share)
    launched = {
        str(product): moment
        for product, value in zip(setting.products["product_id"], setting.products["launch_date"], strict=True)
        if (moment := day(value)) is not None and moment > setting.period.start
    }
    for product, moment in launched.items():
        sold = (shape.places["product_id"] == product).to_numpy(bool)
        # openings already reckon with the days of the first month: here only the months before it
        open_share[sold] = np.minimum(open_share[sold], (setting.present(moment, None) > 0)[None, :])
    amounts = shape.amounts * np.where(open_share > 0, 1.0, 0.0)
    kept = amounts.sum(axis=1) > 0
    return Shape(shape.places[kept].reset_index(drop=True), amounts[kept], shape.netted)


def _attributes(setting: Setting, places: pd.DataFrame, held: Sequence[Posting]) -> pd.DataFrame:
    """Role and rank of each place's person, margin rate of its product."""
    out = places.copy()
    roles = {one.person: one.role for one in held}
    out["role"] = out["person_id"].map(roles).fillna("")
    out["rank"] = out["person_id"].map(ranks(setting, held)).fillna("")
    rates = margin_rates(setting)
    if rates is not None:
        out["margin_rate"] = out["product_id"].map(rates).fillna(rates[""]).to_numpy(float)
    return out


def ranks(setting: Setting, held: Sequence[Posting]) -> dict[str, str]:
    """rookie (hired within a year), top (the highest fifth of the others last year), else core."""
    own = setting.history[setting.history["month"].isin(setting.profile_months)]
    sold = own.groupby("person_id")["net_minor"].sum()
    out = {}
    for one in held:
        months = 999 if one.hired is None else (setting.period.start - one.hired).days / 30.4
        out[one.person] = "rookie" if months < ROOKIE_MONTHS else "core"
    settled = sorted((p for p, rank in out.items() if rank == "core"), key=lambda p: (-int(sold.get(p, 0)), p))
    return out | dict.fromkeys(settled[: max(len(settled) // TOP_SHARE, 1)] if settled else [], "top")


def _known(setting: Setting, held: Sequence[Posting]) -> dict[str, list[str]]:
    """Nodes that exist though nothing is sold there."""
    people, roster = setting.people, setting.roster
    return {
        "region_id": sorted({*roster["region_id"].astype(str), *(team.region for team in people.teams)}),
        "team_id": sorted({*roster["team_id"].astype(str), *(team.id for team in people.teams)}),
        "person_id": sorted({UNASSIGNED, *roster["person_id"].astype(str), *(one.person for one in held)}),
        "product_id": sorted(setting.products["product_id"].astype(str)),
        "product_line": sorted(setting.products["product_line"].astype(str)),
    }
