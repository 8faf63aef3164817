"""The time of day beside the day: ``closed_at`` beside ``closed_date``, read from the same column of the export.

A column whose every value is midnight was written by a program that stores days as moments: it tells no time of day.
"""

from __future__ import annotations

from salesnb.intake.bench import Bench
from salesnb.intake.tables.select import Stack
from salesnb.model.contracts.facts import MOMENTS
from salesnb.model.params.company import Company
from salesnb.model.params.company import Source as Mapping

DAYS = {moment.name: moment.name.replace("_at", "_date") for moment in MOMENTS}


def with_moments(mapping: Mapping) -> Mapping:
    """The map of deals with the moments its day columns may hold; a moment that is mapped gives its day, too."""
    if mapping.table != "opportunities":
        return mapping
    columns = dict(mapping.columns)
    for moment, day in DAYS.items():
        said = columns.get(moment) or columns.get(day)
        if said is not None:
            columns = {**columns, moment: columns.get(moment, said), day: columns.get(day, said)}
    return mapping.model_copy(update={"columns": columns})


def told(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """``kept`` whose moments are empty where a file's column tells days only."""
    have = [moment for moment in DAYS if moment in rows.columns]
    if not have:
        return kept
    replaced = ", ".join(
        f"CASE WHEN bool_or({m} <> date_trunc('day', {m})) OVER (PARTITION BY _file) THEN {m} END AS {m}" for m in have
    )
    out = bench.name("clocked")
    bench.run(f"CREATE VIEW {out} AS SELECT * REPLACE ({replaced}) FROM {kept}")
    return out
