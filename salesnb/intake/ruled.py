"""Credit moved by recorded rulings (窜货裁定, R88): extra lines beside the order lines, which are never rewritten.

Every line that a ruling covers gets two twins: one takes the ruled share from where it was booked, one gives it to whom
the ruling names. Their sum is nothing, so the company's figures stay; both are known from the day of the ruling on, so
a report as of an earlier day does not see them.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import asking, connected, literal
from salesnb.model.errors import DataError, Text

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MOVED = ("region_id", "team_id", "person_id", "dealer_id")
_SPLIT = ("net_minor", "list_minor", "cost_minor", "quantity")  # what a share of a line means


@dataclass(frozen=True)
class Move:
    """One ruling: which lines, and whom their credit belongs to. An empty text means any, or leave as it is.

    ``number`` names the ruling. ``from_…``: only lines booked there. A person's region and team on the day of the order
    go with him unless ``to_region`` or ``to_team`` say otherwise.
    """

    number: int
    customer_id: str
    start: date
    end: date
    decided: date
    share: float = 1.0
    order_id: str = ""
    from_region: str = ""
    from_team: str = ""
    from_person: str = ""
    from_dealer: str = ""
    to_region: str = ""
    to_team: str = ""
    to_person: str = ""
    to_dealer: str = ""


def write(lines: Path, people: Path, moves: Sequence[Move], folder: Path) -> tuple[Path, Path]:
    """Twins of the ruled lines with the columns of ``lines``, and what each ruling moved: ruling_no, month,
    customer_id, from_/to_ MOVED, net_minor, known_date. Both are named by what went in and written once.

    DataError where rulings give away more than the whole of a line.
    """
    stamp = sha256(repr([asdict(move) for move in moves]).encode()).hexdigest()[:16]
    paths = folder / f"ruled-{stamp}.parquet", folder / f"ruled-{stamp}-moved.parquet"
    if all(path.is_file() for path in paths):
        return paths
    with connected() as connection:
        _hit(connection, lines, people, moves)
        _refuse_twice(connection)
        for path, query in zip(paths, (_twins(connection, lines), _moved()), strict=True):
            part = path.with_suffix(f".{uuid.uuid4().hex}.part")
            connection.execute(f"COPY ({query}) TO {literal(str(part))} (FORMAT parquet)")
            os.replace(part, path)
    return paths


def moved(path: Path, as_of: date) -> pd.DataFrame:
    """What rulings known on ``as_of`` moved (see :func:`write`), sorted."""
    with asking() as connection:
        query = "SELECT * FROM read_parquet($path) WHERE known_date <= $as_of ORDER BY ALL"
        return connection.execute(query, {"path": str(path), "as_of": as_of}).df()


def _hit(connection: duckdb.DuckDBPyConnection, lines: Path, people: Path, moves: Sequence[Move]) -> None:
    """A table ``hit``: every ruled line with its ruling and where its credit goes."""
    import pandas as pd

    rows = pd.DataFrame([asdict(move) for move in moves])
    days = {name: pd.to_datetime(rows[name]) for name in ("start", "end", "decided")}
    connection.register("moves", rows.assign(**days))
    held = f"read_parquet({literal(str(lines))})"
    nobody = (
        f"(SELECT person_id, region_id, team_id, order_date AS from_date, order_date AS to_date FROM {held} LIMIT 0)"
    )
    staff = f"read_parquet({literal(str(people))})" if people.is_file() else nobody
    booked = " AND ".join(f"(m.from_{name[:-3]} = '' OR m.from_{name[:-3]} = l.{name})" for name in MOVED)
    goes = ", ".join(
        f"coalesce(nullif(m.to_{name[:-3]}, ''), {f'p.{name}, ' if name in ('region_id', 'team_id') else ''}l.{name})"
        f" AS _{name}"
        for name in MOVED
    )
    connection.execute(f"""
        CREATE TABLE hit AS
        SELECT l.*, m.number AS _number, m.share AS _share, m.decided::DATE AS _decided, {goes}
        FROM {held} AS l
        JOIN moves AS m ON l.customer_id = m.customer_id AND l.order_date BETWEEN m.start AND m."end"
          AND (m.order_id = '' OR m.order_id = l.order_id) AND {booked}
        LEFT JOIN {staff} AS p ON p.person_id = nullif(m.to_person, '')
          AND l.order_date >= coalesce(p.from_date, l.order_date) AND l.order_date <= coalesce(p.to_date, l.order_date)
    """)


def _refuse_twice(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("""
        SELECT order_id, customer_id, list(DISTINCT _number ORDER BY _number) FROM hit
        GROUP BY order_id, line_no, person_id, customer_id HAVING sum(_share) > 1 + 1e-9 ORDER BY 1, 2 LIMIT 1
    """).fetchone()
    if found is not None:
        raise DataError(
            Text(
                f"客户 {found[1]} 的订单 {found[0]} 被第 {found[2]} 条裁定重复划转，合计超过 100 %",
                f"rulings {found[2]} together give away more than all of order {found[0]} of customer {found[1]}",
            ),
            why=Text("同一笔业绩只能划转一次", "the same credit can be given away once only"),
            remedy=Text(
                "在各期间参数文件的 rulings 中用 order、since、until 或 share 把它们分开",
                "tell them apart by order, since, until or share under rulings in the periods' files",
            ),
        )


def _twins(connection: duckdb.DuckDBPyConnection, lines: Path) -> str:
    columns = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(lines))})").fetchall()
    given = ", ".join(_twin(str(name), str(kind)) for name, kind, *_ in columns)
    side = "(VALUES (-1), (1)) AS s(_sign)"
    return f"SELECT {given} FROM hit, {side} ORDER BY order_id, line_no, person_id, _number, _sign"


def _twin(name: str, kind: str) -> str:
    if name in _SPLIT:
        amount = f"_sign * {name} * _share" if name == "quantity" else f"_sign * round({name} * _share)"
        return f"CAST({amount} AS {kind}) AS {name}"
    if name in MOVED:
        return f"CAST(CASE WHEN _sign = 1 THEN _{name} ELSE {name} END AS {kind}) AS {name}"
    if name == "known_date":
        return f"CAST(greatest(coalesce(known_date, order_date), _decided) AS {kind}) AS known_date"
    return name


def _moved() -> str:
    sides = ", ".join(f"{name} AS from_{name}, _{name} AS to_{name}" for name in MOVED)
    differs = " OR ".join(f"{name} <> _{name}" for name in MOVED)
    return f"""
        SELECT _number AS ruling_no, month, customer_id, {sides}, sum(round(net_minor * _share))::BIGINT AS net_minor,
               greatest(coalesce(max(known_date), max(order_date)), max(_decided)) AS known_date
        FROM hit WHERE {differs} GROUP BY ALL ORDER BY ALL
    """
