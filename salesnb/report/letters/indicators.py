"""An indicator's target: the sales target, a value computed for the node, or the company's goal for everybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from salesnb.model.errors import Text
from salesnb.report.letters.content import Kpi, KpiKind

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.model.params.decomposition import Kpi as KpiParam

SALES = "sales"
Relation = Literal["is", "at_least", "at_most"]
_PER = {
    "new_customers": Text("家", "customers"),
    "customers": Text("家", "customers"),
    "effective_visits": Text("次/周", "a week"),
    "lead_count": Text("条", "leads"),
}
_ACTIVITY = {"effective_visits": "effective_visits_per_week"}
_RATES = ("_rate", "_margin", "_share", "_conversion", "_growth")
_COUNTS = ("customers", "_count", "_visits")


def indicator(params: Params, stated: KpiParam, value: float | None, total_minor: int, day: date, as_of: date) -> Kpi:
    """The indicator ``stated`` with its target: the node's ``total_minor`` for sales, ``value`` where one was computed.

    A rate or an activity without a value of the node's own is everybody's: the company's goal, or the activity asked of
    all. A count or an amount of the company is nobody's own target, so it is left open.
    """
    kind = kind_of(stated.metric)
    relation: Relation = "is"
    if stated.metric == SALES:
        return _made(stated, kind, float(total_minor), relation)
    if value is None and kind == "rate":
        value, relation = _goal(params, stated.metric, as_of)
    elif value is None and stated.metric in _ACTIVITY:
        asked = getattr(params.decomposition.activity, _ACTIVITY[stated.metric])
        value = asked.find(day, as_of) if asked is not None else None
        relation = "at_least"
    return _made(stated, kind, value, relation)


def kind_of(metric: str) -> KpiKind:
    """How a metric is written: money, rate, count or plain number."""
    if metric in (SALES, "gross_profit", "receipts"):
        return "minor"
    if metric.endswith(_RATES) or metric == "share_of_sales":
        return "rate"
    return "count" if metric.endswith(_COUNTS) else "number"


def _made(stated: KpiParam, kind: KpiKind, value: float | None, relation: Relation) -> Kpi:
    return Kpi(
        id=stated.id,
        text=stated.text,
        weight=stated.weight,
        kind=kind,
        value=value,
        relation=relation,
        per=_PER.get(stated.metric, Text("", "")),
        is_target=stated.metric == SALES,
    )


def _goal(params: Params, metric: str, as_of: date) -> tuple[float | None, Relation]:
    """The company's own level of a rate for the whole plan, as known by ``as_of``."""
    found = [
        goal.target
        for goal in params.goals.goals
        if goal.metric == metric and not goal.where and not goal.period and goal.decided <= as_of
        and goal.target.as_ == "level"
    ]  # fmt: skip
    if len(found) != 1:
        return None, "is"
    relation: Relation = found[0].relation  # type: ignore[assignment]
    return found[0].value, relation
