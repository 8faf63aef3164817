"""Companies made by a second mechanism, with known truth: customers come, buy and leave; nothing here is a time series.

The engine's constants were never held against these. Each person looks after customers who arrive at random, place
orders at a rate of their own, follow the season of their trade and the demand of country and region, and leave for
good; prices move once a year. Futures go on from the true state of every customer, so their spread is the true law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.forecast_panels import Company

Array = NDArray[np.float64]
YEAR = 12


@dataclass(frozen=True)
class Market:
    """The laws of one company's market; everything a year ahead could be drawn from."""

    season: Array  # (12,) mean 1
    drift: float  # log demand a month
    country: tuple[float, float]  # persistence and shock of log demand
    region: tuple[float, float]
    price: tuple[float, float]  # log price change each January: mean, spread
    leaving: float  # chance a month that a customer leaves for good
    order_shape: float  # shape of the gamma of an order's amount
    orders: float  # scale of the gamma of a customer's orders a month
    sizes: float  # spread of log mean amounts over customers

    def customers(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """How often and how much ``count`` customers buy."""
        return rng.gamma(1.2, self.orders, count), rng.lognormal(0.0, self.sizes, count)


def draw_market(rng: np.random.Generator) -> Market:
    """A market at random."""
    season = rng.gamma(rng.uniform(8, 60), size=YEAR)
    season[rng.integers(0, YEAR)] *= rng.uniform(1.0, 1.8)
    return Market(
        season=season / season.mean(),
        drift=rng.normal(0.03, 0.04) / YEAR,
        country=(rng.uniform(0.85, 0.98), rng.uniform(0.004, 0.020)),
        region=(rng.uniform(0.80, 0.97), rng.uniform(0.005, 0.030)),
        price=(rng.normal(0.015, 0.01), rng.uniform(0.0, 0.015)),
        leaving=rng.uniform(0.005, 0.030),
        order_shape=rng.uniform(0.5, 4.0),
        orders=rng.uniform(0.3, 1.2),
        sizes=rng.uniform(0.4, 1.0),
    )


def wander(rng: np.random.Generator, law: tuple[float, float], start: Array, steps: int) -> Array:
    """Paths (..., steps) of a first-order autoregression that begin after ``start`` (...)."""
    keep, shock = law
    out = np.empty((*start.shape, steps))
    level = start
    for step in range(steps):
        level = keep * level + shock * rng.normal(size=start.shape)
        out[..., step] = level
    return out


def sold(rng: np.random.Generator, market: Market, rate: Array, size: Array, demand: Array) -> Array:
    """Amounts of customers: ``rate`` orders a month times ``demand`` (customers, …), each a gamma of mean ``size``."""
    orders = rng.poisson(rate.reshape(-1, *([1] * (demand.ndim - 1))) * demand)
    mean = size.reshape(-1, *([1] * (demand.ndim - 1)))
    return rng.gamma(np.maximum(orders * market.order_shape, 1e-12)) * (orders > 0) * mean / market.order_shape


@dataclass
class Book:
    """Customers of all people: whose they are, how often and how much they buy; ``pace`` (people,) of arrivals."""

    person: NDArray[np.intp]
    rate: Array
    size: Array
    first: NDArray[np.intp]  # month of arrival
    last: NDArray[np.intp]  # first month after leaving
    pace: Array


def arrivals(rng: np.random.Generator, market: Market, people: int, months: int) -> Book:
    """Everyone who was there at the start or came later, with the month he leaves; people differ in their luck."""
    start = rng.poisson(rng.uniform(6, 30, people))
    coming = start * market.leaving * rng.uniform(0.7, 1.4, people) + 0.05
    came = rng.poisson(np.broadcast_to(coming[:, None], (people, months)))
    person = np.concatenate([np.repeat(np.arange(people), start), np.repeat(np.arange(people), came.sum(1))])
    month = [np.repeat(np.arange(months), row) for row in came]
    first = np.concatenate([np.zeros(start.sum(), int), *month]).astype(np.intp)
    stays = rng.geometric(market.leaving, len(person))
    rate, size = market.customers(rng, len(person))
    return Book(person, rate, size, first, (first + stays).astype(np.intp), coming)


def market_company(seed: int, futures: int = 200, ahead: int = YEAR) -> Company:
    """Company → regions → people; ``futures`` (people, futures, ahead) go on from the true state of the market."""
    rng = np.random.default_rng([seed, 7919])
    market = draw_market(rng)
    months = int(rng.choice([30, 36, 42, 54]))
    staff = rng.integers(1, 6, rng.integers(2, 6))
    region = np.repeat(np.arange(len(staff)), staff)
    people = len(region)
    country = wander(rng, market.country, np.zeros(1), months)[0]
    local = wander(rng, market.region, np.zeros(len(staff)), months)
    price = np.cumsum(rng.normal(*market.price, months // YEAR + 3))
    book = arrivals(rng, market, people, months)
    time = np.arange(months)
    level = np.exp(country + local[region] + market.drift * time + price[time // YEAR]) * market.season[time % YEAR]
    there = (book.first[:, None] <= time) & (time < book.last[:, None])
    amounts = sold(rng, market, book.rate, book.size, level[book.person] * there)
    past = np.zeros((people, months))
    np.add.at(past, book.person, amounts)
    parent = np.concatenate([[-1], np.zeros(len(staff), int), 1 + region])
    ends = (country[-1], local[:, -1], price)
    return Company(parent, past, _continued(rng, market, (book, region), ends, (months, futures, ahead)))


def _continued(
    rng: np.random.Generator,
    market: Market,
    who: tuple[Book, NDArray[np.intp]],
    ends: tuple[float, Array, Array],
    spans: tuple[int, int, int],
) -> Array:
    """(people, futures, ahead): who is there stays or leaves afresh in every future, new ones come at the old pace."""
    (book, region), (country, local, price), (months, futures, ahead) = who, ends, spans
    time = np.arange(months, months + ahead)
    wide = wander(rng, market.country, np.full(futures, country), ahead)
    near = wander(rng, market.region, np.broadcast_to(local[:, None], (len(local), futures)).copy(), ahead)
    years = time // YEAR - (months - 1) // YEAR  # Januaries still to come are drawn afresh
    step = rng.normal(*market.price, (futures, years.max() + 1))
    step[:, 0] = 0.0
    grown = price[(months - 1) // YEAR] + np.cumsum(step, axis=1)[:, years]
    level = np.exp(wide + near[region] + market.drift * time + grown) * market.season[time % YEAR]
    out = np.zeros((len(region), futures, ahead))
    old = np.flatnonzero(book.last >= months)  # there in the last month seen
    for person in range(len(region)):
        mine = old[book.person[old] == person]
        leave = rng.geometric(market.leaving, (len(mine), futures, 1))
        here = np.arange(1, ahead + 1) < leave
        out[person] = sold(rng, market, book.rate[mine], book.size[mine], level[person] * here).sum(0)
        out[person] += _newcomers(rng, market, level[person], float(book.pace[person]))
    return out


def _newcomers(rng: np.random.Generator, market: Market, level: Array, pace: float) -> Array:
    """What customers who arrive within the year bring (futures, ahead)."""
    futures, ahead = level.shape
    came = rng.poisson(pace, (futures, ahead))
    out = np.zeros((futures, ahead))
    for future, month in zip(*np.nonzero(came), strict=True):
        rate, size = market.customers(rng, int(came[future, month]))
        here = np.arange(ahead - month) < rng.geometric(market.leaving, (len(rate), 1))
        out[future, month:] += sold(rng, market, rate, size, level[future, month:] * here).sum(0)
    return out
