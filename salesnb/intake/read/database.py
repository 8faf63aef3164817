"""Any database Ibis reaches: a query's rows as a Parquet snapshot, which is then a source file like any other.

A snapshot is taken once a day (and whenever SALESNB_REFRESH is set): every notebook of a run reads the same rows.
Secrets stand in the environment as ${NAME}; neither they nor an address ever reach a message.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from salesnb.intake.bench import MEMORY, connected, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.in_database import LINES
from salesnb.intake.read.warehouses import Question, fetch
from salesnb.model.errors import DataError, Place, Text
from salesnb.model.params.company import Company, Source
from salesnb.model.places import today

_SECRET = re.compile(r"\$\{(\w+)\}")


def with_snapshots(company: Company, folder: Path) -> Company:
    """The company with every database source replaced by the file of its snapshot below ``folder``."""
    day = today(company.timezone)
    files = {}
    for name, source in company.sources.items():
        if source.url is not None:
            file = str(snapshot(name, source, folder / name, day))
            # lines that the database has summed have no number any more
            columns = {n: c for n, c in source.columns.items() if source.grain == "line" or n != "line_no"}
            files[name] = source.model_copy(update={"url": None, "file": file, "columns": columns})
    return company.model_copy(update={"sources": {**company.sources, **files}})


def sums_said(asked: Company, read: Company) -> Iterator[Finding]:
    """What the gate says about sources that a database summed; ``read`` is ``asked`` with its snapshots."""
    for name, source in asked.sources.items():
        if source.grain == "order":
            yield _summed(name, source, read.sources[name].file or "")


def snapshot(name: str, source: Source, folder: Path, day: date) -> Path:
    """The snapshot of source ``name`` for ``day`` in ``folder``, taken if there is none yet.

    Its ``query`` is a table's name or a SELECT; with ``grain: order`` the database sums its lines to orders. DataError
    when the database cannot be read; it names the source only.
    """
    asked = json.dumps(source.model_dump(mode="json", include={"url", "query", "grain", "columns", "where"}))
    told = sha256((asked if source.grain == "order" else f"{source.url}\n{source.query}").encode()).hexdigest()[:12]
    target = folder / f"{day:%Y%m%d}-{told}.parquet"
    if target.is_file() and not os.environ.get("SALESNB_REFRESH"):
        return target
    place = Place(file=f"{name} ({shown(source.url or '')})")
    address = _filled(place, source.url or "")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{uuid.uuid4().hex}.parquet"
    try:
        fetch(Question(address, source, place), part)
        if source.grain == "order":
            _sorted(part)
    except DataError:
        part.unlink(missing_ok=True)
        raise
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


def _summed(name: str, source: Source, path: str) -> Finding:
    with connected() as connection:
        query = f"SELECT sum({LINES})::BIGINT, count(*) FROM read_parquet(?)"
        lines, rows = connection.execute(query, [path]).fetchall()[0]
    return Finding(
        "summed_in_database",
        "info",
        Text(
            f"{lines or 0:,} 行明细已在数据库中汇总为 {rows:,} 行（订单 × 所映射的各列），金额不变，行数不再是明细行数",
            f"{lines or 0:,} order lines were summed in the database to {rows:,} rows (order × every mapped column);"
            " amounts are the same, counts of lines are not",
        ),
        Text("要逐行核对，去掉 grain: order", "to check line by line, leave out grain: order"),
        table=source.table,
        file=f"{name} ({shown(source.url or '')})",
        row_count=lines or 0,
    )


def _sorted(path: Path) -> None:
    """Bring a snapshot's rows into an order of their own: databases hand groups out in any."""
    part = path.with_name(f"{path.name}.sorted")
    with connected() as connection:
        connection.execute(f"SET memory_limit={literal(MEMORY)}")
        connection.execute(f"SET temp_directory={literal(str(path.parent / '.spill'))}")
        connection.execute(
            f"COPY (SELECT * FROM read_parquet({literal(str(path))}) ORDER BY ALL)"
            f" TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        )
    os.replace(part, path)


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
