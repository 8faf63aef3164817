"""Tables with months side by side: recognised by their headers, read as targets where their name or headers say so."""

from __future__ import annotations

import re
from dataclasses import replace

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import header_unit
from salesnb.intake.init.doubts import Doubts
from salesnb.intake.init.draft import Drafted
from salesnb.intake.init.kinds import Guess
from salesnb.intake.init.profile import profile
from salesnb.intake.init.roles import assign
from salesnb.intake.init.uses import USES
from salesnb.intake.init.vocabulary import TABLE_WORDS
from salesnb.intake.init.words import key
from salesnb.intake.read.raw import Raw
from salesnb.intake.tables.wide import month_of
from salesnb.model.errors import Text

LEAST = 4  # month headers that make a table a wide one
_ANY_YEAR = 2000


def _months(raw: Raw) -> list[str]:
    return [h for h in raw.columns if month_of(_bare(h), _ANY_YEAR) is not None]


def _bare(header: str) -> str:
    """A header without a unit in brackets behind it."""
    return re.sub(r"[（(][^)）]*[)）]\s*$", "", header).strip()


def guess_wide(bench: Bench, raw: Raw, found: Guess) -> Guess | None:
    """The table as targets by month, if its months stand side by side and its name speaks of targets; else None."""
    months = _months(raw)
    said = key(raw.file.rsplit("/", 1)[-1]) + key(raw.sheet)
    if len(months) < LEAST or not any(key(w) in said for w in TABLE_WORDS["targets"]):
        return None
    profiles = {h: p for h, p in (found.profiles or profile(bench, raw)).items() if h not in months}
    roles = assign(
        profiles, [r for r in USES["targets"] if r in ("region_id", "person_id", "person_name", "product_line")]
    )
    return replace(found, table="targets", roles=roles, points=3.0)


def draft_wide(drafted: Drafted, doubts: Doubts) -> None:
    """The ``wide`` option of a drafted source, with its year and unit and what they stand on."""
    raw = drafted.guess.raw
    months = _months(raw)
    if drafted.table != "targets" or "target" in drafted.columns or len(months) < LEAST:
        return
    wide: dict[str, object] = {"value": "target"}
    unit = header_unit(months[0])
    if unit is not None:
        wide["unit"] = unit
    if any(month_of(_bare(h)) is None for h in months):
        stated = re.search(r"(20\d\d)", f"{raw.sheet} {raw.file.rsplit('/', 1)[-1]}")
        if stated is not None:
            wide["year"] = int(stated.group(1))
        doubts.ask(
            drafted.guess,
            "wide_year",
            Text(
                f"月份列没有年份，按 {stated.group(1)} 年读取"
                if stated
                else "月份列没有年份，文件名里也没有，须补上 year",
                f"month columns name no year; {stated.group(1)} is used"
                if stated
                else "month columns and the file's name give no year: write it",
            ),
            Text("在 wide 中改 year", "change year in wide"),
            months[0],
            severity="warn" if stated else "stop",
        )
    drafted.options["wide"] = wide
