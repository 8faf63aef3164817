"""The index pages: everything published, what of it is approved, and which versions can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from salesnb.model.errors import SalesnbError, Text
from salesnb.model.params import Params, load_unit
from salesnb.model.places import outputs_dir, params_dir
from salesnb.versions.approved import newest_approvals
from salesnb.versions.folders import version_name
from salesnb.versions.index import Row, rows
from salesnb.versions.publish import replace_text
from salesnb.versions.targets.record import Revision

COMPARED = "compare"  # outputs/UNIT/PERIOD/compare/v001-v003.html
_ENTRIES = 240  # printed in the index of all units; a unit's own index has all of its periods
_READABLE = ("complete", "draft")


@dataclass(frozen=True)
class Shelf:
    """Where the indexes stand and how they speak."""

    outputs: Path
    params_root: Path
    unit: str
    lang: str
    timezone: str
    company: str = ""


def shelf_of(params: Params, lang: str = "") -> Shelf:
    """The shelf of a unit as the environment names its folders."""
    company = params.company
    chosen = lang or company.language
    return Shelf(outputs_dir(), params_dir(), params.unit, chosen, company.timezone, company.name.get(chosen))


def write_indexes(shelf: Shelf) -> None:
    """Write ``outputs/index.html`` and ``outputs/UNIT/index.html`` from what is published now."""
    from salesnb.report import index

    listed = rows(shelf.outputs)
    units = dict.fromkeys(row.unit for row in listed)
    shown = [entry for unit in units for entry in _entries(shelf, unit, [row for row in listed if row.unit == unit])]
    own = [_below(entry, f"{shelf.unit}/") for entry in shown if entry["unit"] == shelf.unit]
    each = max(_ENTRIES // max(len(units), 1), 1)
    links = {unit: f"{unit}/index.html" for unit in units}
    replace_text(shelf.outputs / "index.html", index.render(shown, shelf.lang, each=each, links=links))
    replace_text(shelf.outputs / shelf.unit / "index.html", index.render(own, shelf.lang, shelf.company))


def list_again(unit: str) -> None:
    """Write the index pages after something but a run changed what is published, approved or there at all.

    Where they cannot be written, or the unit's parameters cannot be read, the next run brings them up to date.
    """
    with suppress(OSError, SalesnbError):
        write_indexes(shelf_of(load_unit(unit)))


def refresh_indexes(shelf: Shelf, latest: Path) -> None:
    """Write the index pages again where a killed run left them older than the latest version."""
    pages = (shelf.outputs / shelf.unit / "index.html", shelf.outputs / "index.html")
    made = (latest / "manifest.json").stat().st_mtime_ns
    if not all(path.is_file() and path.stat().st_mtime_ns >= made for path in pages):
        write_indexes(shelf)


def local_time(utc: str, timezone: str) -> str:
    """A manifest's time in the company's time zone; text that is no time stays."""
    try:
        moment = datetime.fromisoformat(utc)
    except ValueError:
        return utc
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M")


def _entries(shelf: Shelf, unit: str, listed: Sequence[Row]) -> list[dict[str, Any]]:
    """A unit's rows as the whole index needs them: links relative to outputs, names, local times, approvals, pairs."""
    approvals, damaged = newest_approvals(shelf.params_root / unit)
    name = shelf.company if unit == shelf.unit else ""
    out = []
    for row in listed:
        pages = row.link.rsplit("/all/", 1)[0]
        compared = f"{pages}/all/changes.html" if row.previous and row.state in _READABLE else ""
        more = {
            "compare": compared,
            "finished": local_time(row.finished, shelf.timezone),
            "unit_name": name or row.company or unit,
            "approval": _approval(row, approvals.get(row.period), shelf.lang),
            "pairs": _pairs(shelf.outputs, row, listed) if row.latest else {},
            "letters": _letters(shelf.outputs / unit / row.period, row) if row.latest else [],
            "approval_problem": "、".join(n for n in damaged if n.startswith(f"{row.period}-r")) if row.latest else "",
        }
        out.append(asdict(row) | more)
    return out


def _approval(row: Row, newest: Revision | None, lang: str) -> tuple[str, str]:
    """(good, warn or empty; words) on the proposal that a version of a plan holds."""
    if not row.proposal or row.state not in _READABLE:
        return "", ""
    if newest is not None and newest.source_sha256 == row.proposal:
        who = f"{newest.by}，{newest.decided}" if lang == "zh" else f"{newest.by}, {newest.decided}"
        return "good", Text(f"已批准为 {newest.name}（{who}）", f"approved as {newest.name} ({who})").get(lang)
    if not row.latest:
        return "", ""
    if newest is None:
        return "warn", Text("方案待批准", "proposal awaits approval").get(lang)
    source = newest.source_version or newest.source
    words = Text(
        f"方案待批准；执行中的是 {newest.name}（{source}）", f"awaits approval; {newest.name} ({source}) stands"
    )
    return "warn", words.get(lang)


def _letters(period: Path, row: Row) -> list[tuple[str, str]]:
    """(revision, link) of the registers of letters that were issued, the newest first."""
    found = sorted((path.parent.name for path in period.glob("letters/*/index.html")), reverse=True)
    return [(name, f"{row.unit}/{row.period}/letters/{name}/index.html") for name in found]


def _pairs(outputs: Path, row: Row, listed: Sequence[Row]) -> dict[str, Any]:
    """What the index needs to compare any two versions: their names, the pages there are, the command.

    The older one may be another period's of the same kind; ``others`` says that there are such.
    """
    versions = [r for r in listed if r.period == row.period and r.state in _READABLE]
    others = [r for r in listed if r.kind == row.kind and r.period != row.period and r.latest and r.state in _READABLE]
    if len(versions) + len(others) < 2:
        return {}
    place = f"{row.unit}/{row.period}"
    made = {f"{r.previous}-{r.version}": f"{place}/{r.version}/all/changes.html" for r in versions if r.previous}
    for page in sorted((outputs / row.unit / row.period / COMPARED).glob("*v*-v*.html")):
        period, _, pair = page.stem.rpartition(".")
        made.setdefault(f"{period}/{pair}" if period else pair, f"{place}/{COMPARED}/{page.name}")
    return {"period": row.period, "versions": [r.version for r in versions], "made": made,
            "other": f"{others[0].period}/{others[0].version}" if others else "",
            "command": f"python -m salesnb diff {row.unit} {row.period} OLD NEW --page"}  # fmt: skip


def _below(entry: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The entry with its links relative to the unit's own folder."""
    pairs = dict(entry["pairs"])
    if pairs:
        pairs["made"] = {name: link.removeprefix(prefix) for name, link in pairs["made"].items()}
    links = {name: str(entry[name]).removeprefix(prefix) for name in ("link", "compare")}
    letters = [(name, link.removeprefix(prefix)) for name, link in entry["letters"]]
    return {**entry, **links, "pairs": pairs, "letters": letters}


def compared_name(old: int, new: int, period: str = "") -> str:
    """``v001-v003``: the stem of a comparison page; ``2024-05.v001-v003`` where the older is another period's."""
    return f"{period}{'.' if period else ''}{version_name(old)}-{version_name(new)}"
