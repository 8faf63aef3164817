"""Customers and dealers: who they are, who looks after them, from when to when they buy, how much."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LINES, YEARS
from salesnb.intake.sample.names import CITIES, INDUSTRIES, cities, company_names
from salesnb.intake.sample.organisation import KEY_ACCOUNTS, NODES, ONLINE, REGIONS, seats
from salesnb.intake.sample.season import DAYS, day_weights
from salesnb.intake.sample.shape import line_shares
from salesnb.intake.sample.streams import stream

_OLD = {"华东": 294, "华南": 220, "中西部": 186, "北方": 180, "大客户部": 14, "线上小组": 130}
_NEW_A_YEAR = {"华东": 34, "华南": 30, "中西部": 24, "北方": 20, "大客户部": 1, "线上小组": 22}
_INDUSTRY_WEIGHT = (0.24, 0.17, 0.12, 0.10, 0.12, 0.06, 0.07, 0.12)
_YEARS_OF_LIFE = 8.0
_HANDED_OVER = 0.8
_DEALER_SHARE = {"华东": 0.40, "华南": 0.44, "中西部": 0.55, "北方": 0.53}
_DEALERS_PER_REGION, _FIRST_TIER = 10, 3
# the large dealers of each region, by the last two digits of their code
_LARGE_DEALERS = {1: 1.5, 2: 1.3, 3: 1.2, 5: 1.2, 8: 1.2}
SIZES = ("大型企业", "中型企业", "小型企业")
DECISION_CHAINS = ("单人决策", "两级审批", "多部门会签", "公开招标")
_CHAIN_BY_SIZE = np.array([[0.06, 0.28, 0.38, 0.28], [0.22, 0.44, 0.24, 0.10], [0.58, 0.32, 0.08, 0.02]])
KEY_ACCOUNT_SHARE = 0.05


def dealers(seed: int) -> pd.DataFrame:
    """One row a dealer: dealer, name, parent ('' at the first tier), tier, node, city, signed, weight."""
    rng = stream(seed, "dealers")
    rows = []
    for number, region in enumerate(REGIONS, 1):
        for place in range(1, _DEALERS_PER_REGION + 1):
            code = f"JX{number}{place:02d}"
            parent = "" if place <= _FIRST_TIER else f"JX{number}{(place - 1) % _FIRST_TIER + 1:02d}"
            rows.append((code, parent, "二级" if parent else "一级", region, _LARGE_DEALERS.get(place, 1.0)))
    frame = pd.DataFrame(rows, columns=["dealer", "parent", "tier", "node", "weight"])
    pick = rng.random((len(frame), 3))
    city = [CITIES[n][int(u * len(CITIES[n]))][1] for n, u in zip(frame["node"], pick[:, 0], strict=True)]
    names = company_names(city, ["建筑机电"] * len(frame), rng)
    frame["city"] = city
    frame["name"] = [n[: n.index("机电")] + "电气经销有限公司" for n in names]
    frame["signed"] = np.datetime64("2014-01-01") + (pick[:, 1] * 2300).astype("timedelta64[D]")
    frame["rebate"] = np.where(frame["tier"] == "一级", 0.03, 0.015)
    return frame


def customers(seed: int) -> pd.DataFrame:
    """One row a customer, by first purchase; ``start``/``end`` bound his orders, ``weight`` is his appetite."""
    rng = stream(seed, "customers")
    node = np.concatenate([[n] * (_OLD[n] + _NEW_A_YEAR[n] * len(YEARS)) for n in NODES])
    first_year = np.concatenate([[0] * _OLD[n] + [y for y in YEARS for _ in range(_NEW_A_YEAR[n])] for n in NODES])
    frame = pd.DataFrame({"node": node, "first_year": first_year})
    frame["seat"] = _seat(frame, rng)
    frame["start"], frame["registered"] = _start(frame, rng)
    life = rng.exponential(_YEARS_OF_LIFE * 365, len(frame)) + np.where(first_year > 0, 200, 20)
    life[node == KEY_ACCOUNTS] += 3000  # framework contracts last
    frame["end"] = frame["start"].to_numpy() + life.astype("timedelta64[D]")
    frame["weight"] = _weight(frame, rng)
    frame["seat_after"], frame["moved_on"] = _handover(frame, stream(seed, "customer handover"))
    frame = frame.sort_values(["registered", "seat", "weight"], kind="stable").reset_index(drop=True)
    frame.insert(0, "customer", [f"K{i:05d}" for i in range(1, len(frame) + 1)])
    return _profile(frame, seed)


def _seat(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    posts = seats()
    opened = posts["opened"].dt.year.to_numpy()
    draw = rng.random(len(frame))
    out = np.full(len(frame), "", dtype=object)
    pairs = sorted(set(zip(frame["node"], frame["first_year"], strict=True)))
    for node, year in pairs:
        rows = np.flatnonzero((frame["node"] == node) & (frame["first_year"] == year))
        here = (posts["node"] == node).to_numpy()
        known = here & ((posts["opened"] <= "2021-01-01").to_numpy() if year == 0 else (opened <= year))
        # a new territory is there to find new customers
        young = (opened >= max(year - 1, 2021)) & known if year > 0 else np.zeros(len(posts), dtype=bool)
        pull = posts["weight"].to_numpy() * np.where(young, 3.0, 1.0) * known
        edges = np.cumsum(pull) / pull.sum()
        even = (np.argsort(np.argsort(draw[rows], kind="stable"), kind="stable") + 0.5) / len(rows)  # nobody goes empty
        out[rows] = posts["seat"].to_numpy()[np.searchsorted(edges, even, side="right").clip(max=len(posts) - 1)]
    return out


def _handover(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Old customers who pass to a newly opened seat on its first day; '' and a far day for all others."""
    draw = rng.random(len(frame))
    posts = seats()
    after, moved = np.full(len(frame), "", dtype=object), np.full(len(frame), np.datetime64("2100-01-01"))
    late = posts[posts["opened"] > "2021-01-01"]
    opened = late["opened"].to_numpy().astype("datetime64[D]")
    for seat, node, weight, day in zip(late["seat"], late["node"], late["weight"].astype(float), opened, strict=True):
        total = float(posts.loc[posts["node"] == node, "weight"].sum())
        free = ((frame["node"] == node) & (frame["first_year"] == 0)).to_numpy() & (after == "")
        free &= ~frame["seat"].str.endswith("0").to_numpy() | (node in (KEY_ACCOUNTS, ONLINE))
        count = round(_HANDED_OVER * weight / total * int(free.sum()))
        chosen = np.flatnonzero(free)[np.argsort(draw[free], kind="stable")[:count]]
        after[chosen], moved[chosen] = seat, day
    return after, moved


def seat_on(frame: pd.DataFrame, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The seat that looks after each customer (position in ``frame``) on each ``day``."""
    moved = day >= frame["moved_on"].to_numpy().astype("datetime64[D]")[customer]
    return np.where(moved, frame["seat_after"].to_numpy()[customer], frame["seat"].to_numpy()[customer])


def _start(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """First day he may order and the day he was put on file (a little earlier; years earlier for old customers)."""
    opened = frame["seat"].map(seats().set_index("seat")["opened"]).to_numpy().astype("datetime64[D]")
    year = frame["first_year"].to_numpy()
    draw, lead = rng.random(len(frame)), rng.random(len(frame))
    total = np.concatenate([[0.0], np.cumsum(day_weights(False))])
    first = np.where(year > 0, [np.datetime64(f"{max(y, 2021)}-01-01") for y in year], DAYS[0])
    first = np.maximum(first, opened)
    last = np.where(year > 0, [np.datetime64(f"{max(y, 2021)}-12-05") for y in year], DAYS[0])
    low, high = total[(first - DAYS[0]).astype(int)], total[(np.maximum(last, first) - DAYS[0]).astype(int) + 1]
    position = np.searchsorted(total, low + draw * (high - low), side="right") - 1
    start = np.where(year > 0, DAYS[position.clip(0, len(DAYS) - 1)], DAYS[0])
    before = np.where(year > 0, 3 + lead * 25, 60 + lead * 2300).astype("timedelta64[D]")
    return start, start - before


def _weight(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    key = (frame["node"] == KEY_ACCOUNTS).to_numpy()
    spread = np.where(key, 0.75, 1.1)
    weight = np.exp(spread * rng.standard_normal(len(frame))) * np.where(key, 14.0, 1.0)
    managed = frame["seat"].str.endswith("0").to_numpy() & ~key  # the manager's own seat holds larger accounts
    return weight * np.where(managed, 1.8, 1.0)


def _profile(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = stream(seed, "customer profiles")
    n = len(frame)
    industry = np.searchsorted(np.cumsum(_INDUSTRY_WEIGHT), rng.random(n), side="right").clip(max=len(INDUSTRIES) - 1)
    frame["industry"] = np.array(INDUSTRIES)[industry]
    rank = (frame["weight"] * np.exp(0.7 * rng.standard_normal(n))).rank(pct=True, ascending=False).to_numpy()
    size = np.searchsorted((0.12, 0.45), rank)
    frame["size"] = np.array(SIZES)[size]
    chain = (rng.random(n)[:, None] > np.cumsum(_CHAIN_BY_SIZE[size], axis=1)).sum(axis=1).clip(max=3)
    frame["decision_chain"] = np.array(DECISION_CHAINS)[chain]
    province, city = cities(frame["node"].to_numpy(), rng)
    frame["province"], frame["city"] = province, city
    frame["name"] = company_names(city, frame["industry"].tolist(), rng)
    frame["terms"] = np.array([90, 60, 30])[size]
    frame["slow"] = np.exp(0.6 * rng.standard_normal(n))
    heavy = frame["weight"].rank(pct=True, ascending=False).to_numpy() <= KEY_ACCOUNT_SHARE
    frame["kind"] = np.where(heavy | (frame["node"] == KEY_ACCOUNTS).to_numpy(), "KA", "中小客户")
    frame["dealer"] = _dealer(frame, dealers(seed), stream(seed, "customer dealers"))
    frame["affinity"] = _affinity(frame, stream(seed, "customer affinity"))
    return frame


def _dealer(frame: pd.DataFrame, trade: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """The dealer a customer buys through, '' for none; the largest buy direct."""
    draw, pick = rng.random(len(frame)), rng.random(len(frame))
    out = np.full(len(frame), "", dtype=object)
    for region, share in _DEALER_SHARE.items():
        rows = ((frame["node"] == region) & (draw < share) & (frame["kind"] != "KA")).to_numpy().nonzero()[0]
        local = trade[trade["node"] == region]
        edges = np.cumsum(local["weight"].to_numpy()) / local["weight"].sum()
        place = np.searchsorted(edges, pick[rows], side="right").clip(max=len(local) - 1)
        out[rows] = local["dealer"].to_numpy()[place]
    return out


def _affinity(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Position of the product line he mostly buys."""
    edges = np.cumsum(line_shares(2022), axis=1)[[NODES.index(n) for n in frame["node"]]]
    return (rng.random(len(frame))[:, None] > edges).sum(axis=1).clip(max=len(LINES) - 1)


def teams_of(frame: pd.DataFrame) -> pd.Series:
    """Team of each customer's seat."""
    return frame["seat"].map(seats().set_index("seat")["team"])
