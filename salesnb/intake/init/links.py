"""Evidence across columns and files: keys that meet, levels that nest, one currency or several, twins of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import DECIMAL, trim
from salesnb.intake.read.raw import Raw

if TYPE_CHECKING:
    from salesnb.intake.init.draft import Drafted


def overlap(bench: Bench, left: Raw, left_header: str, right: Raw, right_header: str) -> float:
    """Share of the distinct values of ``left`` that ``right`` holds, too."""
    a, b = trim(left.sql(left_header)), trim(right.sql(right_header))
    found = bench.one(
        f"SELECT avg((v IN (SELECT {b} FROM {right.name} WHERE {b} IS NOT NULL))::INT) FROM"
        f" (SELECT DISTINCT {a} AS v FROM {left.name} WHERE {a} IS NOT NULL)"
    )
    return float(found or 0)


def best_key(bench: Bench, left: Raw, left_header: str, right: Raw) -> tuple[str, float] | None:
    """The column of ``right`` that holds most of ``left``'s values; None below one half."""
    shares = [(overlap(bench, left, left_header, right, h), -i, h) for i, h in enumerate(right.columns)]
    best = max(shares, default=(0.0, 0, ""))
    return (best[2], best[0]) if best[0] >= 0.5 else None


def nests(bench: Bench, raw: Raw, lower: str, upper: str) -> bool:
    """Whether every value of ``lower`` stands with exactly one value of ``upper``, and ``upper`` is the coarser."""
    a, b = trim(raw.sql(lower)), trim(raw.sql(upper))
    several, fine, coarse = bench.rows(
        f"SELECT count(*) FILTER (n > 1), count(*), (SELECT count(DISTINCT {b}) FROM {raw.name}) FROM"
        f" (SELECT {a} AS v, count(DISTINCT {b}) AS n FROM {raw.name} WHERE {a} IS NOT NULL GROUP BY v)"
    )[0]
    return several == 0 and 1 < coarse < fine


def several(bench: Bench, raw: Raw, of: str, among: str) -> tuple[int, int]:
    """(how many values of ``of`` stand with more than one value of ``among``, how many stand with any)."""
    a, b = trim(raw.sql(of)), trim(raw.sql(among))
    row = bench.rows(
        f"SELECT count(*) FILTER (n > 1), count(*) FROM (SELECT {a} AS v, count(DISTINCT {b}) AS n FROM {raw.name}"
        f" WHERE {a} IS NOT NULL AND {b} IS NOT NULL GROUP BY v)"
    )[0]
    return int(row[0]), int(row[1])


def total(bench: Bench, raw: Raw, header: str, where: str = "true") -> Decimal:
    """The exact sum of a column's plain numbers."""
    cell = f"try_cast(replace(replace({trim(raw.sql(header))}, ',', ''), '￥', '') AS {DECIMAL})"
    return Decimal(bench.one(f"SELECT coalesce(sum({cell}), 0) FROM {raw.name} WHERE {where}"))


@dataclass(frozen=True)
class Currencies:
    """Currencies of a column by amount, and whether the same product costs the same figure in all of them."""

    names: tuple[str, ...]
    same_prices: float | None


def currencies(bench: Bench, raw: Raw, header: str, net: str, product: str | None, quantity: str | None) -> Currencies:
    """What a currency column means. If the usual price of a product in every other currency is also one of its prices
    in the main one, amounts are in one currency and the column only tells where the customer sits."""
    money, cell = f"try_cast({raw.sql(net)} AS DOUBLE)", trim(raw.sql(header))
    names = tuple(
        name
        for name, _ in bench.rows(
            f"SELECT {cell} AS v, sum({money}) AS s FROM {raw.name} WHERE {cell} IS NOT NULL GROUP BY v ORDER "
            f"BY s DESC, v"
        )
    )
    if len(names) < 2 or product is None or quantity is None:
        return Currencies(names, None)
    price = f"round({money} / nullif(try_cast({raw.sql(quantity)} AS DOUBLE), 0), 2)"
    prices = (
        f"(SELECT {trim(raw.sql(product))} AS p, {cell} AS c, {price} AS m, count(*) AS n FROM {raw.name}"
        f" WHERE {money} > 0 GROUP BY ALL)"
    )
    same = bench.rows(
        f"WITH prices AS {prices}, usual AS (SELECT p, c, arg_max(m, (n, m)) AS m FROM prices GROUP BY p, c)"
        " SELECT avg(EXISTS (SELECT 1 FROM prices b WHERE b.c = $1 AND b.p = u.p AND b.m = u.m)::INT)"
        " FROM usual u WHERE u.c <> $1 AND u.p IN (SELECT p FROM prices WHERE c = $1)",
        [names[0]],
    )[0][0]
    return Currencies(names, None if same is None else float(same))


def is_unit_cost(bench: Bench, raw: Raw, cost: str, quantity: str, product: str) -> bool:
    """Whether a cost column holds the cost of one piece: constant by product although quantities differ."""
    money, pieces = f"try_cast({raw.sql(cost)} AS DOUBLE)", f"try_cast({raw.sql(quantity)} AS DOUBLE)"
    share = bench.one(
        f"SELECT avg((hi <= lo * 1.2)::INT) FROM (SELECT max({money}) AS hi, min({money}) AS lo FROM {raw.name}"
        f" WHERE {money} > 0 AND {pieces} > 0 GROUP BY {raw.sql(product)} HAVING max({pieces}) >= 2 * min({pieces}))"
    )
    return share is not None and float(share) > 0.8


def content(bench: Bench, raw: Raw) -> tuple[tuple[str, ...], int, int]:
    """A fingerprint of a table's rows whatever their order or encoding: headers, number of rows, sum of hashes."""
    cells = ", ".join(f"coalesce({trim(f'c{i}')}, '')" for i in range(len(raw.columns))) or "0"
    digest = bench.one(f"SELECT coalesce(bit_xor(hash({cells})), 0) FROM {raw.name}")
    return raw.columns, raw.rows, int(digest)


def twins(bench: Bench, raws: Sequence[Raw]) -> dict[int, int]:
    """Tables that hold exactly the rows of an earlier one: place → place of the first."""
    seen: dict[tuple[tuple[str, ...], int, int], int] = {}
    out = {}
    for place, raw in enumerate(raws):
        if not raw.rows:
            continue
        found = seen.setdefault(content(bench, raw), place)
        if found != place:
            out[place] = found
    return out


def month_moves(bench: Bench, raw: Raw, day: str, month: str) -> tuple[int, int]:
    """(lines whose booking month is not the month of their date, lines compared); ISO spellings only."""
    a, b = f"left({trim(raw.sql(day))}, 7)", f"left({trim(raw.sql(month))}, 7)"
    row = bench.rows(
        f"SELECT count(*) FILTER ({a} <> {b}), count(*) FROM {raw.name} WHERE {a} IS NOT NULL AND {b} IS NOT NULL"
    )[0]
    return int(row[0]), int(row[1])


def homes(bench: Bench, sales: Drafted, people: Drafted) -> list[tuple[str, str, str]]:
    """People who sold, but nothing in the region their record names: (person, record's region, regions sold in)."""
    headers = [
        (sales.columns.get("person_id") or sales.columns.get("person_name")),
        sales.columns.get("region_id"),
        people.columns.get("person_id"),
        people.columns.get("region_id"),
    ]
    if any(c is None or not isinstance(c.value, str) for c in headers):
        return []
    who, where, person, home = (str(c.value) for c in headers if c is not None)
    left, right = sales.guess.raw, people.guess.raw
    return [
        (str(p), str(h), str(s))
        for p, h, s in bench.rows(
            f"SELECT p, h, string_agg(DISTINCT r, '、' ORDER BY r) FROM (SELECT {trim(right.sql(person))} AS p,"
            f" {trim(right.sql(home))} AS h"
            f" FROM {right.name}) JOIN (SELECT {trim(left.sql(who))} AS w, {trim(left.sql(where))} AS r "
            f"FROM {left.name}) ON w = p"
            " WHERE h IS NOT NULL GROUP BY p, h HAVING count(*) FILTER (r = h) = 0 ORDER BY p"
        )
    ]
