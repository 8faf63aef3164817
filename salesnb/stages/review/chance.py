"""How much of a difference chance alone would make, and since when a difference lasts.

A node's sales are a number of orders of uneven size: their chance variance is about the expected amount times the size
of an order, enlarged by a dispersion that two earlier years of the same nodes show. A person with three deals therefore
has to be far behind before anything is said, one with three hundred has not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED

FEW_NODES = 5  # below that the nodes themselves cannot show how much they usually differ
PRIOR_DISPERSION = 4.0
CHI_SQUARE_MEDIAN = 0.4549
LIKELY = 3.84  # twice the log likelihood a month may lie below the best and still be in the range


def chance_sd(
    expected: np.ndarray,
    nodes: pd.Series,
    years: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    both_move: bool,
) -> np.ndarray:
    """Standard deviation (nodes,) of actual around ``expected`` by chance; it does not look at this year's actual.

    ``both_move``: what is expected is itself last year's figure and moves by chance too.
    """
    _, last, earlier = years
    size = order_size(last, earlier)
    of_node = nodes.map(size).fillna(float(size.get("", 0.0))).to_numpy(dtype=np.float64)
    factor = dispersion(last, earlier, size) * (2.0 if both_move else 1.0)
    return np.sqrt(np.maximum(expected, 0).astype(np.float64) * of_node * factor)


def leaf_sd(leaves: pd.DataFrame, dims: Sequence[str], sums: pd.DataFrame, label: str, both_move: bool) -> np.ndarray:
    """The same for combinations of ``dims``: ``leaves`` with expected_minor, ``sums`` with the windows -1y and -2y.

    A combination that nothing was expected of may still move by an order or two.
    """
    key = leaves[list(dims)].astype("str").agg("\x1f".join, axis=1)
    held = sums.assign(key=sums[list(dims)].astype("str").agg("\x1f".join, axis=1) if len(sums) else "")
    sides = [
        held[held["window"] == f"{label}{s}"].groupby("key")[["net_minor", "order_count"]].sum() for s in ("-1y", "-2y")
    ]
    size = order_size(*sides)
    common = max(float(size.get("", 0.0)), 1.0)
    expected = leaves["expected_minor"].to_numpy(dtype=np.float64)
    years = (sides[0], sides[0], sides[1])
    return np.maximum(chance_sd(np.maximum(expected, 2 * common), key, years, both_move), 1.0)


def order_size(last: pd.DataFrame, earlier: pd.DataFrame) -> pd.Series:
    """Mean order by node, drawn to the company's by a weight of 20 orders; key "" is the company's."""
    both = last.add(earlier, fill_value=0)
    orders, net = both["order_count"].astype(float), both["net_minor"].clip(lower=0).astype(float)
    common = float(net.sum() / orders.sum()) if orders.sum() > 0 else 0.0
    size = (net + 20.0 * common) / (orders + 20.0)
    return pd.concat([size, pd.Series({"": common})])


def dispersion(last: pd.DataFrame, earlier: pd.DataFrame, size: pd.Series) -> float:
    """How much more than chance nodes moved between two earlier years, at least 1; by the median: few do not decide."""
    both = last[["net_minor"]].add_suffix("_1").join(earlier[["net_minor"]].add_suffix("_0"), how="inner")
    both = both[(both > 0).all(axis=1) & (both.index != UNASSIGNED)].astype(float)
    if len(both) < FEW_NODES:
        return PRIOR_DISPERSION
    growth = both["net_minor_1"].sum() / both["net_minor_0"].sum()
    expected = both["net_minor_0"] * growth
    usual = size.reindex(both.index).to_numpy() * (both["net_minor_1"] + growth * expected)
    square = (both["net_minor_1"] - expected) ** 2 / usual
    return max(1.0, float(square.median()) / CHI_SQUARE_MEDIAN)


def certainty(shortfall: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Probability (n,) that a shortfall against what was expected is not chance; NaN without a spread."""
    z = np.divide(shortfall, spread, out=np.full(len(spread), np.nan), where=spread > 0)
    return np.array([0.5 * math.erfc(-value / math.sqrt(2.0)) if value == value else math.nan for value in z])


@dataclass(frozen=True)
class Begun:
    """The month from which a shortfall most probably lasts, and the first and last nearly as probable."""

    month: str
    first: str
    last: str


def since(months: Sequence[str], expected: Sequence[float], actual: Sequence[float]) -> str | None:
    """The month from which a shortfall lasts (see :func:`begun`), without its range."""
    found = begun(months, expected, actual, 1.0)
    return None if found is None else found.month


def begun(months: Sequence[str], expected: Sequence[float], actual: Sequence[float], unit: float) -> Begun | None:
    """Since when a shortfall lasts: from where the rest of the months deviates most against its chance.

    Chance variance is ``unit`` times what was expected (the variance of the whole over its expectation). The score is
    twice the log likelihood of a shortfall from that month on: the range holds every month between those within 3.84 of
    the best, a likelihood interval of 95 %. Six uneven months date a drop by a month, not better: in simulation at 20 %
    chance a month a drop by 40 % is dated exactly in seven cases of ten. None where no stretch up to the end is short.
    """
    gap = np.asarray(actual, dtype=np.float64) - np.asarray(expected, dtype=np.float64)
    base = np.maximum(np.asarray(expected, dtype=np.float64), 0.0)
    short, weight = np.cumsum(gap[::-1])[::-1], np.cumsum(base[::-1])[::-1]
    score = np.where((short < 0) & (weight > 0), short**2 / np.where(weight > 0, weight, 1.0), -1.0)
    best = int(np.argmax(score)) if len(score) else 0
    if not len(score) or score[best] <= 0:
        return None
    near = np.flatnonzero(score >= max(score[best] - LIKELY * max(unit, 0.0), np.nextafter(0.0, 1.0)))
    return Begun(str(months[best]), str(months[int(near[0])]), str(months[int(near[-1])]))
