"""When the market moves: months whose sensitivity rings, and the calibration meeting they call for (R57).

It proposes a meeting with a date and what it is about. Targets, rules and prices stay as they are: whoever meets may
request a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.market import Move
from salesnb.model.params.quantities import Not
from salesnb.model.periods import Calendar
from salesnb.model.tables import check, contract

WORKING_DAYS = 3  # after a price cut became known
TABLE = "calibration_meetings"


@dataclass(frozen=True)
class Lines:
    """When it rings: a competitor's price change at or below ``cut``, the index at or above ``index``; None: never.
    ``on_day``: the day of the next month an alarm of the index is met on."""

    cut: float | None
    index: float | None
    on_day: int = 10


def meetings(
    index: pd.DataFrame, moves: Sequence[Move], lines: Lines, calendar: Calendar, as_of: date
) -> pd.DataFrame:  # fmt: skip
    """``calibration_meetings``: one row a month that rings, by what, when to meet, and what it concerns.

    ``index``: table ``market_index``; ``moves``: competitors' moves. Only what was recorded by ``as_of`` counts.
    """
    known = [one for one in moves if one.recorded <= as_of]
    by_month = dict(zip(index["month"], index["sensitivity"], strict=True))
    months = sorted({*map(str, by_month), *(f"{one.recorded:%Y-%m}" for one in known)})
    rows = []
    for month in months:
        own = [one for one in known if f"{one.recorded:%Y-%m}" == month]
        cuts = [one for one in own if one.price_change is not None and lines.cut is not None
                and one.price_change <= lines.cut]  # fmt: skip
        value = float(by_month.get(month, np.nan))
        rings = lines.index is not None and value >= lines.index
        if not cuts and not rings:
            continue
        met = _after(max(one.recorded for one in cuts), calendar) if cuts else _next(month, lines.on_day, calendar)
        told = cuts if cuts and not rings else own
        rows.append(
            {
                "month": month,
                "meeting_date": pd.Timestamp(met),
                "trigger": "both" if cuts and rings else "price" if cuts else "index",
                "sensitivity": value,
                "price_change_rate": min((one.price_change for one in cuts if one.price_change is not None),
                                         default=np.nan),
                "competitors": "、".join(dict.fromkeys(one.competitor for one in told if one.competitor)),
                "scope": "、".join(dict.fromkeys(node for one in told for node in _nodes(one))),
                "moves": "；".join(one.text.rstrip("。.") for one in told),
                "is_open": met >= as_of,
            }
        )  # fmt: skip
    columns = [c.name for c in contract(TABLE).columns]
    return check(pd.DataFrame(rows, columns=columns).astype({"is_open": bool}), contract(TABLE))


def logged(moves: pd.DataFrame, regions: Mapping[str, str]) -> list[Move]:
    """Competitors' moves of an imported log (table ``competitor_moves``, as known), as market.yaml would write them.

    ``regions``: names by region id. Without it a cut that only the log holds would call no meeting.
    """
    out = []
    for number, row in enumerate(moves.sort_values(["date", "competitor"], kind="stable").to_dict("records"), 1):
        change, day = row["price_change_rate"], row["date"].date()
        region = "" if row["region_id"] == UNASSIGNED else regions.get(row["region_id"], str(row["region_id"]))
        line = "" if row["product_line"] == UNASSIGNED else str(row["product_line"])
        where = {"region": [region], "product_line": [line]}
        form = {
            "id": f"log-{number}", "recorded": day, "competitor": str(row["competitor"]), "kind": "other",
            "text": " · ".join(word for word in (region, line, str(row["action"])) if word),
            "source": str(row["source"] or row["competitor"]), "where": {k: v for k, v in where.items() if v[0]},
            "price_change": None if pd.isna(change) else float(change),
        }  # fmt: skip
        out.append(Move.model_validate(form))
    return out


def _after(day: date, calendar: Calendar) -> date:
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= calendar.workdays.is_workday(day)
    return day


def _next(month: str, on_day: int, calendar: Calendar) -> date:
    year, number = int(month[:4]), int(month[5:])
    day = date(year + number // 12, number % 12 + 1, on_day)
    while not calendar.workdays.is_workday(day):
        day += timedelta(days=1)
    return day


def monthly_meeting(day: date, on_day: int, calendar: Calendar) -> date:
    """The first monthly meeting after ``day``: on ``on_day`` of a month, or the working day that follows."""
    before = day.replace(day=1) - timedelta(days=1)
    found = _next(f"{before:%Y-%m}", on_day, calendar)
    return found if found > day else _next(f"{day:%Y-%m}", on_day, calendar)


def _nodes(one: Move) -> list[str]:
    return [
        node
        for nodes in one.where.values()
        for node in ([f"≠{n}" for n in nodes.not_] if isinstance(nodes, Not) else nodes)
    ]
