"""How restless the market is: a weighted index of news, competitors' moves and inquiries against their past (R57)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.params.market import Entry, Market, Sensitivity
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract

USUAL = 3.0  # weight of one usual observation
SERIES = ("news", "competitor_actions", "inquiries")


@dataclass(frozen=True)
class Watch:
    """Series somebody keeps month by month, by month; empty where nobody does. ``cuts``: the deepest price change."""

    news: Mapping[str, float] = field(default_factory=dict)
    competitor_actions: Mapping[str, float] = field(default_factory=dict)
    inquiries: Mapping[str, float] = field(default_factory=dict)
    cuts: Mapping[str, float] = field(default_factory=dict)


def watched(counts: pd.DataFrame, moves: pd.DataFrame) -> Watch:
    """The company's :class:`Watch` from tables ``market_watch`` (summed over regions) and ``competitor_moves``.

    A month in which a region's count is missing has none: a smaller sum would look like calm.
    """

    def summed(column: str) -> dict[str, float]:
        if counts.empty or counts[column].isna().all():
            return {}
        sums = counts.groupby("month")[column].agg(lambda values: values.sum() if values.notna().all() else np.nan)
        return {str(month): float(value) for month, value in sums.items()}

    cuts = moves.assign(month=moves["date"].dt.strftime("%Y-%m")).groupby("month")["price_change_rate"].min()
    return Watch(
        summed("news_count"),
        summed("competitor_count"),
        summed("inquiry_count"),
        {str(month): float(value) for month, value in cuts.dropna().items()},
    )


def sensitivity_index(
    market: Market,
    inquiries: Mapping[str, int],
    months: tuple[str, str],
    when: tuple[date, date],
    watch: Watch | None = None,
) -> pd.DataFrame:
    """``market_index`` for the months from first to last: weighted mean of three series, 1 each in a base month.

    News: weights of observations recorded; competitors: weights of their moves; inquiries: new leads (``inquiries`` by
    month); where ``watch`` keeps the series itself, that one. Each stands over the mean of the ``base_months`` before.
    One usual observation a month stands on both sides of the counted series, so that a rare event is not a multiple of
    nothing. A series without a base is left out and the others carry its weight (missing is not zero). ``when`` is the
    day the alarm lines apply to and what was known. An alarm rings at the index line or at a competitor's price cut of
    the other line.
    """
    columns = [c.name for c in contract("market_index").columns]
    held = market.sensitivity
    if held is None or months[0] > months[1]:
        return check(pd.DataFrame({name: [] for name in columns}), contract("market_index"))
    every, as_of = month_range(*months), when[1]
    known = [m for m in market.competitors if m.recorded <= as_of]
    news = [e for e in _all_entries(market) if e.recorded <= as_of]
    kept = watch or Watch()
    raw = {
        "news": _kept(every, kept.news, _monthly(every, news) + USUAL),
        "competitor_actions": _kept(every, kept.competitor_actions, _monthly(every, known) + USUAL),
        "inquiries": _kept(every, kept.inquiries, np.array([float(inquiries.get(m, np.nan)) for m in every])),
    }
    level = {name: _against_base(values, held.base_months) for name, values in raw.items()}
    said = [(f"{m.recorded:%Y-%m}", m.price_change) for m in known if m.price_change is not None]
    said += list(kept.cuts.items())
    deepest = [min((cut for at, cut in said if at == month), default=np.nan) for month in every]
    frame = pd.DataFrame({"month": every, **level, "price_change_rate": deepest})
    frame["sensitivity"], frame["is_alarm"] = _judged(frame, held, when)
    return check(frame, contract("market_index"))


def _kept(months: Sequence[str], series: Mapping[str, float], instead: np.ndarray) -> np.ndarray:
    return np.array([float(series.get(m, np.nan)) for m in months]) if series else instead


def _all_entries(market: Market) -> list[Entry]:
    blocks = [getattr(b, p) for b in (market.pest, market.forces) for p in type(b).model_fields]
    return [*market.entries, *(e for block in blocks for e in block)]


def _monthly(months: Sequence[str], entries: Sequence[Entry]) -> np.ndarray:
    total = dict.fromkeys(months, 0.0)
    for entry in entries:
        month = f"{entry.recorded:%Y-%m}"
        if month in total:
            total[month] += entry.weight
    return np.array(list(total.values())) if entries else np.full(len(months), np.nan)  # nobody keeps this log


def _against_base(values: np.ndarray, base_months: int) -> np.ndarray:
    """Each month over the mean of the ``base_months`` before it; nan without a whole base or where that mean is 0."""
    out = np.full(len(values), np.nan)
    for i in range(base_months, len(values)):
        base = values[i - base_months : i].mean()
        if np.isfinite(base) and base > 0:
            out[i] = values[i] / base
    return out


def _judged(frame: pd.DataFrame, held: Sensitivity, when: tuple[date, date]) -> tuple[np.ndarray, np.ndarray]:
    weights = held.weights.find(*when) or {}
    weight = np.array([weights.get(name, 0.0) for name in SERIES])
    values = frame[list(SERIES)].to_numpy(dtype=np.float64)
    used = np.where(np.isnan(values), 0.0, weight[None, :])
    whole = used.sum(axis=1)
    index = np.divide(np.nansum(values * weight, axis=1), whole, out=np.full(len(frame), np.nan), where=whole > 0)
    line, cut = held.alarm_index.find(*when), held.alarm_price_change.find(*when)
    rings = np.zeros(len(frame), bool)
    if line is not None:
        rings |= np.nan_to_num(index) >= line
    if cut is not None:
        rings |= np.nan_to_num(frame["price_change_rate"].to_numpy(dtype=np.float64)) <= cut
    return index, rings
