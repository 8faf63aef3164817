"""Exact decimals → minor units, once (CONTRACTS, Money).

The exact total of each currency is rounded; months take it up by largest remainder, cells take up their month, lines
their cell. So every cell is within one minor unit of its exact sum, everything adds up, and ties go to the smaller key,
never to position. Sales and returns are rounded apart, the net total first, so that gross, returns and net all add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from salesnb.intake.bench import Bench, literal
from salesnb.intake.clean.columns import CENTS
from salesnb.model.contracts.facts import CELL_KEYS
from salesnb.model.money import minor_digits, spread_minor
from salesnb.model.tables import contract

MEASURES = ("net", "list", "cost")
_GROUP = "currency, is_return, month"


def to_minor(bench: Bench, lines: str) -> str:
    """``lines`` with ``net_minor list_minor cost_minor`` beside the exact columns."""
    digits = {c: minor_digits(c) for (c,) in bench.rows(f"SELECT DISTINCT currency FROM {lines} ORDER BY 1")}
    kinds = {name: kind for name, kind, *_ in bench.rows(f"DESCRIBE {lines}")}
    in_cents = set(digits.values()) <= {2}
    whole = [m for m in MEASURES if in_cents and kinds[m] == CENTS]
    factors = " ".join(f"WHEN {literal(c)} THEN {10**d}" for c, d in digits.items())
    factor = f"(CASE currency {factors or 'WHEN NULL THEN 1'} END)::INTEGER"
    units = ", ".join(f"{m} * {100 if m in whole else factor} AS {m}_units" for m in MEASURES)
    open_ = [f"bool_or({m}_units <> floor({m}_units))" for m in MEASURES if m not in whole]
    scaled = bench.name("scaled")
    bench.run(f"CREATE VIEW {scaled} AS SELECT *, {units} FROM {lines}")
    found = bench.rows(f"SELECT {', '.join(open_)} FROM {scaled}")[0] if open_ else ()
    fractional = [m for m, some in zip([m for m in MEASURES if m not in whole], found, strict=True) if some]
    if not fractional:
        return _whole(bench, scaled)
    ranked, sorted_ = bench.name("scaled"), bench.name("sorted")
    bench.run(f"CREATE TABLE {sorted_} AS SELECT * FROM {lines} ORDER BY {', '.join(contract('sales_lines').keys)}")
    bench.run(f"CREATE VIEW {ranked} AS SELECT rowid AS _rank, *, {units} FROM {sorted_}")
    cells = _cells(bench, ranked, fractional)
    return _lines(bench, ranked, cells, fractional)


def _whole(bench: Bench, scaled: str) -> str:
    """Nothing to round: every amount is a whole number of minor units already."""
    out = bench.name("lines")
    minor = ", ".join(f"CAST({m}_units AS BIGINT) AS {m}_minor" for m in MEASURES)
    bench.run(f"CREATE VIEW {out} AS SELECT *, {minor} FROM {scaled}")
    return out


def _cells(bench: Bench, scaled: str, measures: Sequence[str]) -> str:
    """Every cell with its minor units for each measure that needs rounding."""
    keys = ", ".join(CELL_KEYS)
    sums = ", ".join(f"sum({m}_units) AS {m}_exact, sum(floor({m}_units)) AS {m}_floors" for m in measures)
    cells = bench.name("cells")
    bench.run(
        f"CREATE TABLE {cells} AS SELECT *, row_number() OVER () AS cell FROM ("
        f"SELECT {keys}, is_return, {sums} FROM {scaled} GROUP BY {keys}, is_return)"
    )
    for measure in measures:
        months = _months(bench, cells, measure)
        cells = _spread_cells(bench, cells, months, measure)
    return cells


def _months(bench: Bench, cells: str, measure: str) -> str:
    """The rounded total of each currency, sign and month."""
    import pyarrow as pa

    found = bench.rows(
        f"SELECT {_GROUP}, sum({measure}_exact) FROM {cells} WHERE {measure}_exact IS NOT NULL GROUP "
        f"BY {_GROUP} ORDER BY {_GROUP}"
    )
    out: list[tuple[str, bool, str, int]] = []
    for currency in sorted({c for c, *_ in found}):
        net = _rounded([a for c, _, _, a in found if c == currency])
        gross_parts = [(m, a) for c, r, m, a in found if c == currency and not r]
        return_parts = [(m, a) for c, r, m, a in found if c == currency and r]
        gross = _rounded([a for _, a in gross_parts]) if return_parts else net
        for is_return, parts, total in ((False, gross_parts, gross), (True, return_parts, net - gross)):
            if parts:
                total = _reachable(total, [a for _, a in parts])
                minors = spread_minor([a for _, a in parts], [m for m, _ in parts], total)
                out += [(currency, is_return, m, v) for (m, _), v in zip(parts, minors, strict=True)]
    data = pa.table(
        {
            "currency": pa.array([c for c, *_ in out], pa.string()),
            "is_return": pa.array([r for _, r, *_ in out], pa.bool_()),
            "month": pa.array([m for _, _, m, _ in out], pa.string()),
            "minor": pa.array([v for *_, v in out], pa.int64()),
        }
    )
    return bench.table("months", data)


def _rounded(amounts: Sequence[Decimal]) -> int:
    return int(sum(amounts, Decimal(0)).quantize(Decimal(1), ROUND_HALF_EVEN))


def _reachable(total: int, amounts: Sequence[Decimal]) -> int:
    """``total`` moved into what rounding each part up or down can give (two half-way totals may miss by one)."""
    floors = sum(int(a.to_integral_value("ROUND_FLOOR")) for a in amounts)
    fractional = sum(1 for a in amounts if a != a.to_integral_value())
    return min(max(total, floors), floors + fractional)


def _spread_cells(bench: Bench, cells: str, months: str, measure: str) -> str:
    """``cells`` with ``{measure}_minor``: floors plus one for the largest remainders until the month's total is met."""
    out = bench.name("cells")
    keys = ", ".join(CELL_KEYS)
    exact = f"{measure}_exact"
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_nth, _missing), CASE WHEN {exact} IS NULL THEN NULL ELSE"
        f" CAST(floor({exact}) AS BIGINT) + (_nth <= _missing)::BIGINT END AS {measure}_minor FROM ("
        f"SELECT c.*, row_number() OVER (PARTITION BY c.currency, c.is_return, c.month"
        f" ORDER BY {exact} IS NULL, {exact} - floor({exact}) DESC, {keys}) AS _nth,"
        f" m.minor - sum(floor({exact})) OVER (PARTITION BY c.currency, c.is_return, c.month) AS _missing"
        f" FROM {cells} c LEFT JOIN {months} m USING (currency, is_return, month))"
    )
    return out


def _lines(bench: Bench, scaled: str, cells: str, measures: Sequence[str]) -> str:
    """Every line with its minor units: its floor, plus one for the largest remainders of its cell.

    Ranks are found on a narrow table: a window would carry every column of every line through its sort.
    """
    ranks = []
    for m in measures:
        # the remainder as a whole number of 1e-18: sorting a BIGINT costs a third of sorting a wide decimal
        rest = f"CAST(({m}_units - floor({m}_units)) * 1000000000000000000 AS BIGINT)"
        order = f"{m}_units IS NULL, {rest} DESC, _rank"
        ranks.append(
            f"(row_number() OVER (PARTITION BY cell ORDER BY {order}) <= c.{m}_minor - c.{m}_floors)::BIGINT AS {m}_up"
        )
    placed, out = bench.name("placed"), bench.name("lines")
    bench.run(
        f"CREATE TABLE {placed} AS SELECT _rank, {', '.join(ranks)} FROM {scaled}"
        f" JOIN {cells} c USING ({', '.join(CELL_KEYS)}, is_return)"
    )
    minors = [f"CAST(floor({m}_units) AS BIGINT){f' + {m}_up' if m in measures else ''} AS {m}_minor" for m in MEASURES]
    ups = ", ".join(f"{m}_up" for m in measures)
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE ({ups}), {', '.join(minors)} FROM {scaled} JOIN {placed} USING (_rank)"
    )
    return out
