"""The playbook's search: SQLite's full-text index over pairs of Chinese characters: any two are found."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence

import pandas as pd

from salesnb.model.params.review import Play
from salesnb.model.tables import check, contract

FIELDS = ("product_line", "industry", "objection", "title", "situation", "what_worked", "result")
WEIGHTS = (2.0, 4.0, 3.0, 3.0, 1.0, 1.0, 1.0)
OFFERED = 3
_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


def words(text: str) -> list[str]:
    """What is indexed of ``text``: Chinese as overlapping pairs of characters, Latin words and numbers whole."""
    out: list[str] = []
    for run in _RUNS.findall(text.lower()):
        if not "\u3400" <= run[0] <= "\u9fff":
            out.append(run)
        else:
            out += [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
    return out


def search(plays: Sequence[Play], query: str, most: int | None = None) -> list[Play]:
    """The entries that hold anything of ``query``, the best match first (BM25; industry, objection, title weigh more).

    A single character finds every word that begins with it. An empty query gives nothing; ties keep the given order.
    """
    asked = list(dict.fromkeys(words(query)))
    if not asked or not plays:
        return []
    terms = [f'"{word}"' + ("*" if len(word) == 1 and not word.isascii() else "") for word in asked]
    found = sqlite3.connect(":memory:")
    try:
        found.execute(f"CREATE VIRTUAL TABLE plays USING fts5({', '.join(FIELDS)}, tokenize='unicode61')")
        rows = [(i, *(" ".join(words(getattr(play, name))) for name in FIELDS)) for i, play in enumerate(plays, 1)]
        marks = ", ".join("?" * (len(FIELDS) + 1))
        found.executemany(f"INSERT INTO plays(rowid, {', '.join(FIELDS)}) VALUES ({marks})", rows)
        weights = ", ".join(map(str, WEIGHTS))
        ranked = found.execute(
            f"SELECT rowid FROM plays WHERE plays MATCH ? ORDER BY bm25(plays, {weights}), rowid", (" OR ".join(terms),)
        ).fetchall()
    finally:
        found.close()
    return [plays[row[0] - 1] for row in ranked[:most]]


def offered(alerts: pd.DataFrame, leads: pd.DataFrame, plays: Sequence[Play], lost: Mapping[str, str]) -> pd.DataFrame:
    """``review_plays``: up to three entries for every alert, found by its leads' lines and industries and lost deals.

    ``lost``: alert → reasons deals were lost there. An entry on another product line than the alert's is not offered.

    ``leads``: ``review_leads`` with industry.
    """
    rows = []
    for row in alerts.to_dict("records"):
        own = leads[leads["alert"] == row["alert"]]
        lines = set(own["product_line"]) | set(str(row["node_id"]).split("+"))
        fitting = [play for play in plays if not play.product_line or play.product_line in lines]
        asked = " ".join([*sorted(lines), *own["industry"].dropna().astype("str"), lost.get(row["alert"], "")])
        for rank, play in enumerate(search(fitting, asked, OFFERED), 1):
            rows.append({"alert": row["alert"], "play": play.id, "rank": rank, "title": play.title})
    names = [c.name for c in contract("review_plays").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_plays"))
