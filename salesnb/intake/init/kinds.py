"""What kind of table a file holds: told by the roles its columns can play, the shape of its rows, and its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salesnb.intake.init.profile import Profile
from salesnb.intake.init.roles import Roles, assign
from salesnb.intake.init.uses import USES
from salesnb.intake.init.vocabulary import TABLE_WORDS
from salesnb.intake.init.words import key, tokens
from salesnb.intake.read.raw import Raw


@dataclass(frozen=True)
class Guess:
    """A table's kind and the columns that speak for it; ``table`` is None for a file nothing was made of."""

    raw: Raw
    profiles: Mapping[str, Profile]
    table: str | None
    roles: Roles
    points: float
    second: str = ""


def guess(raw: Raw, profiles: Mapping[str, Profile]) -> Guess:
    """The kind of one table: the kind with most points, if it has enough to be imported."""
    free = assign(profiles)
    points = {table: _points(table, raw, profiles) for table in USES}
    order = sorted(points, key=lambda t: (-points[t], t))
    best = order[0]
    if points[best] < 2.0:
        return Guess(raw, profiles, None, free, points[best])
    return Guess(raw, profiles, best, assign(profiles, list(USES[best])), points[best], order[1])


def _points(table: str, raw: Raw, profiles: Mapping[str, Profile]) -> float:
    roles = assign(profiles, list(USES[table]))
    shape = _SHAPES[table](roles, profiles)
    return shape + _named(raw, table) if shape else 0.0


def _named(raw: Raw, table: str) -> float:
    """Half a point where the file or sheet is called like the table; the longest word counts."""
    stem = raw.file.rsplit("/", 1)[-1].rsplit(".", 2 if raw.file.endswith(".gz") else 1)[0]
    said = {w for text in (stem, raw.sheet) for w in tokens(text)}
    whole = key(stem) + key(raw.sheet)
    hit = [w for w in TABLE_WORDS[table] if w in said or (len(w) >= 2 and not w.isascii() and key(w) in whole)]
    return 0.75 + 0.05 * max(len(w) for w in hit) if hit else 0.0


def _unique(roles: Roles, profiles: Mapping[str, Profile], *names: str) -> bool:
    """Whether one of the roles' columns names every row once (nearly: exports repeat a few)."""
    columns = [profiles[roles.chosen[n]] for n in names if n in roles.chosen]
    return any(c.filled >= 0.95 * c.rows and c.distinct >= 0.7 * c.filled for c in columns)


def _sales(r: Roles, p: Mapping[str, Profile]) -> float:
    if not (r.has("net") and (r.has("order_date") or r.has("month"))):
        return 0.0
    more = (
        "order_id",
        "quantity",
        "product_id",
        "product_name",
        "customer_id",
        "customer_name",
        "unit_price",
        "line_no",
    )
    return 1.5 + 0.4 * sum(r.has(x) for x in more)


def _returns(r: Roles, p: Mapping[str, Profile]) -> float:
    if not r.has("order_id"):
        return 0.0
    return 2.2 if r.has("is_return") and not r.has("net") else (0.9 if r.has("net") else 0.5)


def _receipts(r: Roles, p: Mapping[str, Profile]) -> float:
    return (1.2 * r.score("receipt_date") + 1.6 * r.score("received")) if r.has("receipt_date", "received") else 0.0


def _opportunities(r: Roles, p: Mapping[str, Profile]) -> float:
    if not r.has("stage") or r.score("stage") < 0.7:
        return 0.0
    return (
        1.2
        + 0.9 * r.has("opportunity_id")
        + 0.6 * r.has("closed_date")
        + 0.6 * r.has("created_date")
        + 0.4 * r.has("source")
    )


def _visits(r: Roles, p: Mapping[str, Profile]) -> float:
    if not r.has("visit_date") or not (r.has("person_id") or r.has("person_name")):
        return 0.0
    return (
        1.6 * r.score("visit_date") + 0.6 * r.has("customer_id") + 0.6 * r.has("is_effective") + 0.4 * r.has("visit_id")
    )


def _spend(r: Roles, p: Mapping[str, Profile]) -> float:
    return 1.4 * r.score("spend") + 0.8 * r.has("spend_category") + 0.4 if r.has("spend", "month") else 0.0


def _people(r: Roles, p: Mapping[str, Profile]) -> float:
    if not _unique(r, p, "person_id", "person_name", "manager"):
        return 0.0
    more = ("region_id", "team_id", "job", "hired_date", "manager", "left_date")
    return 1.5 + 0.5 * sum(r.has(x) for x in more)


def _customers(r: Roles, p: Mapping[str, Profile]) -> float:
    if not _unique(r, p, "customer_id", "customer_name"):
        return 0.0
    more = ("customer_type", "industry", "company_size", "region_id", "registered_date")
    return 1.7 + 0.5 * sum(r.has(x) for x in more)


def _products(r: Roles, p: Mapping[str, Profile]) -> float:
    columns = [p[r.chosen[n]] for n in ("product_id", "product_name") if n in r.chosen]
    if not any(c.filled and c.distinct >= 0.4 * c.filled for c in columns):
        return 0.0
    more = ("product_line", "category", "list_price", "unit_cost", "launch_date", "life_cycle")
    return 1.2 + 0.5 * sum(r.has(x) for x in more)


def _dealers(r: Roles, p: Mapping[str, Profile]) -> float:
    return 2.0 + 0.5 * r.has("parent_dealer") if _unique(r, p, "dealer_id", "dealer_name") else 0.0


def _targets(r: Roles, p: Mapping[str, Profile]) -> float:
    dated = any(r.has(x) for x in ("target_date", "month", "period", "year"))
    return 2.6 * r.score("target") if r.has("target") and dated else 0.0


def _market_sizes(r: Roles, p: Mapping[str, Profile]) -> float:
    return 3.0 * r.score("market_size") if r.has("market_size", "year") else 0.0


def _invoices(r: Roles, p: Mapping[str, Profile]) -> float:
    return 1.4 * r.score("invoice_date") + 1.6 * r.score("invoiced") if r.has("invoice_date", "invoiced") else 0.0


def _shipments(r: Roles, p: Mapping[str, Profile]) -> float:
    return 1.4 * r.score("ship_date") + 1.6 * r.score("shipped") if r.has("ship_date", "shipped") else 0.0


def _dealer_stock(r: Roles, p: Mapping[str, Profile]) -> float:
    stocked = r.has("sell_in") + r.has("sell_out") + r.has("stock")
    return 1.2 + 0.8 * stocked if r.has("month", "dealer_id") and stocked >= 2 else 0.0


def _general_ledger(r: Roles, p: Mapping[str, Profile]) -> float:
    return 3.0 * r.score("booked") if r.has("booked") and (r.has("month") or r.has("order_date")) else 0.0


def _market_watch(r: Roles, p: Mapping[str, Profile]) -> float:
    series = r.has("news_count") + r.has("competitor_count") + r.has("inquiry_count")
    return 1.2 + 0.8 * series if r.has("month") and series >= 2 else 0.0


def _competitor_moves(r: Roles, p: Mapping[str, Profile]) -> float:
    said = r.has("competitor_action") + r.has("price_change")
    return 1.6 * r.score("competitor") + 0.8 * said if r.has("competitor", "order_date") and said else 0.0


_SHAPES = {
    "general_ledger": _general_ledger,
    "market_watch": _market_watch,
    "competitor_moves": _competitor_moves,
    "invoices": _invoices,
    "shipments": _shipments,
    "dealer_stock": _dealer_stock,
    "sales_lines": _sales,
    "returns": _returns,
    "receipts": _receipts,
    "opportunities": _opportunities,
    "visits": _visits,
    "spend": _spend,
    "people": _people,
    "customers": _customers,
    "products": _products,
    "dealers": _dealers,
    "targets": _targets,
    "market_sizes": _market_sizes,
}
