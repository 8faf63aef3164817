"""Any database Ibis reaches: a query's rows as a Parquet snapshot, which is then a source file like any other.

A snapshot is taken once a day (and whenever SALESNB_REFRESH is set): every notebook of a run reads the same rows.
Secrets stand in the environment as ${NAME}; neither they nor an address ever reach a message.
"""

from __future__ import annotations

import os
import re
import uuid
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from salesnb.intake.bench import ident, literal
from salesnb.model.errors import DataError, Place, Text

_SECRET = re.compile(r"\$\{(\w+)\}")


def snapshot(name: str, url: str, query: str | None, folder: Path, day: date) -> Path:
    """The snapshot of source ``name`` for ``day`` in ``folder``, taken if there is none yet.

    ``query`` is a table's name or a SELECT. DataError when the database cannot be read; it names the source only.
    """
    told = sha256(f"{url}\n{query}".encode()).hexdigest()[:12]
    target = folder / f"{day:%Y%m%d}-{told}.parquet"
    if target.is_file() and not os.environ.get("SALESNB_REFRESH"):
        return target
    place = Place(file=f"{name} ({shown(url)})")
    address = _filled(place, url)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{uuid.uuid4().hex}.parquet"
    try:
        _fetch(address, query or "", part)
    except Exception as error:
        part.unlink(missing_ok=True)
        # a driver's message may repeat the address with its password: only its kind is told, and the cause is cut off
        raise DataError(
            Text(f"数据库读取失败（{type(error).__name__}）", f"reading the database failed ({type(error).__name__})"),
            where=place,
            remedy=Text("检查 url、query、网络与权限", "check url, query, network and permissions"),
        ) from None
    os.replace(part, target)
    for old in folder.glob(f"*-{told}.parquet"):
        if old != target:
            old.unlink()
    return target


def _fetch(address: str, query: str, path: Path) -> None:
    asks = re.match(r"\s*(select|with)\b", query, re.I)
    if address.startswith("duckdb://"):
        # without Ibis: its version 12 calls `fetch_arrow_table`, which duckdb 2.0 no longer has
        import duckdb

        wanted = f"({query})" if asks else ident(query)
        with duckdb.connect(address.removeprefix("duckdb://"), read_only=True) as connection:
            connection.execute(
                f"COPY (SELECT * FROM {wanted}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
            )
        return
    import ibis
    import pyarrow.parquet as pq

    asked = ibis.connect(address).sql(query) if asks else ibis.connect(address).table(query)
    batches = asked.to_pyarrow_batches()
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def shown(url: str) -> str:
    """An address as findings name it: kind and host; no user, no password, no parameters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _filled(place: Place, url: str) -> str:
    """``url`` with ${NAME} from the environment."""
    missing = [n for n in _SECRET.findall(url) if n not in os.environ]
    if missing:
        raise DataError(
            Text(f"环境变量 {missing[0]} 没有设置", f"environment variable {missing[0]} is not set"),
            where=place,
            remedy=Text("在运行前设置它", "set it before the run"),
        )
    return _SECRET.sub(lambda m: os.environ[m.group(1)], url)
