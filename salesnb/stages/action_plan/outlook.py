"""What could come and what is due: risks and their triggers, milestones, promises of departments (R42, R44, R46)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from salesnb.model.params.actions import Measure, Milestone, Promise
from salesnb.model.params.risks import Risk, Trigger

Reading = Sequence[float | None]  # monthly values, newest last; None where a month has no data


def fired(trigger: Trigger, reading: Reading) -> bool | None:
    """Whether the last ``months`` values all lie beyond the line; None where one of them is not known."""
    last = list(reading)[-trigger.months :]
    if len(last) < trigger.months or any(v is None or v != v for v in last):
        return None
    if trigger.above is not None:
        return all(v > trigger.above for v in last if v is not None)
    return all(v < (trigger.below or 0.0) for v in last if v is not None)


def risk_state(risk: Risk, reading: Reading | None) -> str:
    """closed, fired, calm, no_data (the trigger's series is not there), or no_trigger."""
    if risk.state in ("closed", "fired"):
        return risk.state
    if risk.trigger is None:
        return "no_trigger"
    found = None if reading is None else fired(risk.trigger, reading)
    return "no_data" if found is None else "fired" if found else "calm"


def risk_table(
    risks: Sequence[Risk], readings: Mapping[str, Reading], margins: Mapping[str, float], minor: int = 100
) -> pd.DataFrame:
    """One row a risk: score, expected loss (probability × loss; a gain for sign +) and what it takes of gross profit.

    ``margins``: gross margin of the risk's cells by risk id; without one, or without a loss, there is no figure.
    A fired risk is expected whole: its probability is past.
    """
    rows = []
    for risk in risks:
        state = risk_state(risk, readings.get(risk.id))
        chance = 1.0 if state == "fired" else 0.0 if state == "closed" else risk.probability
        loss = None if risk.loss is None else round(risk.loss * minor)
        expected = None if loss is None else round(chance * loss)
        margin = margins.get(risk.id)
        reading = readings.get(risk.id)
        rows.append(
            {
                "risk_id": risk.id,
                "text": risk.text,
                "kind": risk.kind,
                "sign": risk.sign,
                "probability_rate": risk.probability,
                "impact": risk.impact,
                "score": risk.probability * risk.impact,
                "loss_minor": loss,
                "expected_minor": expected,
                "profit_minor": None if expected is None or margin is None else round(expected * margin),
                "metric": risk.trigger.metric if risk.trigger else None,
                "line": None if risk.trigger is None else _line(risk.trigger),
                "reading": reading[-1] if reading else None,
                "state": state,
                "response": risk.response,
                "owner": risk.owner,
                "cost_minor": None if risk.cost is None else round(risk.cost * minor),
            }
        )
    return pd.DataFrame(rows)


def _line(trigger: Trigger) -> float | None:
    return trigger.above if trigger.above is not None else trigger.below


def met(measure: Measure, value: float | None) -> bool | None:
    """Whether a value satisfies a measure; None where it is not known."""
    if value is None or value != value:
        return None
    return value >= measure.at_least if measure.at_least is not None else value <= (measure.at_most or 0.0)


def milestone_table(milestones: Sequence[Milestone], actual: Mapping[str, float | None], day: date) -> pd.DataFrame:
    """One row a milestone: reached, missed, no_data or unmeasured once due; upcoming before."""
    rows = []
    for one in sorted(milestones, key=lambda m: (m.due, m.id)):
        value = actual.get(one.id)
        rows.append(
            {
                "milestone_id": one.id,
                "text": one.text,
                "due_date": pd.Timestamp(one.due),
                "owner": one.owner or None,
                "metric": one.measure.metric if one.measure else None,
                "unit": one.measure.unit if one.measure else None,
                "asked": None if one.measure is None else _asked(one.measure),
                "actual": value,
                "state": _milestone_state(one, value, day),
            }
        )
    return pd.DataFrame(rows)


def _asked(measure: Measure) -> float | None:
    return measure.at_least if measure.at_least is not None else measure.at_most


def _milestone_state(one: Milestone, value: float | None, day: date) -> str:
    if one.due > day:
        return "upcoming"
    if one.measure is None:
        return "unmeasured"
    kept = met(one.measure, value)
    return "no_data" if kept is None else "reached" if kept else "missed"


def promise_table(promises: Sequence[Promise], kept: Mapping[str, Mapping[str, float | None]]) -> pd.DataFrame:
    """One row a commitment between departments: how often its measure was kept in the months known.

    ``kept``: monthly values by promise id. State: agreed ones are kept, broken (the last month was not), no_data, or
    uncounted (a notice period, nothing to measure); others keep their own.
    """
    rows = []
    for one in promises:
        values = [v for _, v in sorted(kept.get(one.id, {}).items()) if v is not None and v == v]
        judged = [bool(met(one.measure, v)) for v in values] if one.measure else []
        rows.append(
            {
                "promise_id": one.id,
                "text": one.text,
                "giver": one.giver,
                "taker": one.taker,
                "every": one.every,
                "notice_days": one.notice_days,
                "asked": None if one.measure is None else _asked(one.measure),
                "last_value": values[-1] if values else None,
                "month_count": len(judged),
                "kept_count": sum(judged),
                "state": _promise_state(one, judged),
            }
        )
    return pd.DataFrame(rows)


def _promise_state(one: Promise, judged: Sequence[bool]) -> str:
    if one.state != "agreed":
        return one.state
    if one.measure is None:
        return "uncounted"
    return "no_data" if not judged else "kept" if judged[-1] else "broken"
