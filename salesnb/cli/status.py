"""``salesnb status``."""

from __future__ import annotations

import argparse

from salesnb.cli.commands import DONE
from salesnb.model.errors import SalesnbError, Text
from salesnb.model.places import outputs_dir, units

_STATES = {
    "complete": Text("已发布", "published"),
    "draft": Text("草稿", "draft"),
    "failed": Text("失败", "failed"),
    "damaged": Text("损坏", "damaged"),
}


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("--unit", help=Text("只看这个单位", "this unit only").get(lang))
    parser.add_argument("--all", action="store_true", help=Text("列出全部版本", "list every version").get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Print units, periods and versions; the latest of each period says whether its inputs have changed since."""
    from salesnb.versions.index import rows

    known = [given.unit] if given.unit else units()
    listed = rows(outputs_dir(), given.unit)
    for unit in dict.fromkeys([*known, *(row.unit for row in listed)]):
        own = [row for row in listed if row.unit == unit]
        print(unit if own else Text(f"{unit}：还没有版本", f"{unit}: no version yet").get(lang))
        for row in own:
            if not (row.latest or row.state == "failed" or given.all):
                continue
            state = _STATES[row.state].get(lang)
            moved = (
                _moved(row.unit, row.period, row.lang, row.as_of, lang)
                if row.latest and row.state == "complete"
                else ""
            )
            rest = "  ".join(
                part for part in (state, row.finished[:16].replace("T", " "), moved, row.headline, row.problem) if part
            )
            print(f"  {row.period:<10} {row.version}  {rest}")
    return DONE


def _moved(unit: str, period: str, spoken: str, as_of: str, lang: str) -> str:
    """Which notebooks of a version would run again today; empty when none."""
    from salesnb.runs.explain import stale_notebooks
    from salesnb.runs.settings import Request

    try:
        names = stale_notebooks(Request(unit, period, as_of=as_of, lang=spoken))
    except SalesnbError as error:
        return error.what.get(lang)
    joined = ", ".join(names)
    return Text(f"需要重跑：{joined}", f"to run again: {joined}").get(lang) if names else ""
