"""Columns of few different words: each word is looked at once instead of once a row, and rows hold its number.

Regions, people, products and customers come to some ten thousand words in any number of order lines. DuckDB's ENUM
keeps such a column as numbers in the order of the words, so that groups, sorts and Parquet's dictionaries cost a
fraction of what texts cost; wherever a query mixes it with other text it is text again.
"""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench, literal

FROM_ROWS = 100_000  # smaller tables are read sooner than their words are told apart
MOST = 50_000  # different words; beyond it numbers save little
_SAMPLE = 50_000  # rows by which a column of ever new words is known


def words(bench: Bench, rows: str, cell: str, called: str = "word") -> str | None:
    """A table with every different word of ``cell`` (SQL over ``rows``, a table or joined tables) in a column
    ``called`` so, blank ones as NULL; None where there are too many."""
    sample = f"SELECT {cell} AS v FROM {rows} LIMIT {_SAMPLE}"
    if bench.one(f"SELECT count(DISTINCT v) FROM ({sample})") > _SAMPLE // 10:
        about = bench.one(f"SELECT approx_count_distinct({cell}) FROM {rows}")
        if about > MOST:
            return None
    name = bench.name("words")
    bench.run(f"CREATE TABLE {name} AS SELECT DISTINCT {cell} AS {called} FROM {rows}")
    return name


def kind(bench: Bench, listed: Sequence[str], also: str) -> tuple[str, bool]:
    """(a new ENUM type of all words in the tables ``listed`` and ``also``, in the order of texts; whether a row may be
    blank)."""
    every = " UNION ".join([*(f"SELECT word FROM {name}" for name in listed), f"SELECT {literal(also)} AS word"])
    name = bench.name("word")
    bench.run(f"CREATE TYPE {name} AS ENUM (SELECT word FROM ({every}) WHERE word IS NOT NULL ORDER BY word)")
    blank = [bench.one(f"SELECT count(*) > count(word) FROM {table}") for table in listed]
    return name, any(blank)


def one(word: str) -> str:
    """SQL of a column that holds one word throughout."""
    return f"CAST({literal(word)} AS ENUM ({literal(word)}))"
