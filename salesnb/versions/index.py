"""The list of everything published, for the index pages and ``status``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesnb.model.errors import VersionError
from salesnb.versions.folders import PeriodFolder, periods, version_name
from salesnb.versions.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class Row:
    """One version or failed run. ``link`` is its first page relative to the outputs folder, with forward slashes."""

    unit: str
    period: str
    kind: str
    version: str
    state: str  # complete | draft | failed | damaged
    latest: bool = False
    as_of: str = ""
    finished: str = ""
    lang: str = "zh"
    headline: str = ""
    figures: tuple[dict[str, Any], ...] = ()
    checks: int = 0
    changed_cells: int = 0
    previous: str | None = None
    link: str = ""
    problem: str = ""
    stale: tuple[str, ...] = field(default=())


def rows(outputs: Path, unit: str | None = None) -> list[Row]:
    """All versions of all periods, newest period first, highest version first; of one unit where it is named.

    A folder that cannot be read is listed as damaged with its reason, never left out. A failed run is listed only
    while no version was published after it.
    """
    found: list[Row] = []
    for folder in periods(outputs):
        if unit is None or folder.unit == unit:
            found.extend(_period_rows(folder))
    return found


def first_page(folder: Path, manifest: Manifest) -> str:
    """The page of a version a reader should open first, relative to the version's folder."""
    pages = folder / "all"
    if manifest.state == "failed":
        return "all/failure.html"
    for name in filter(None, (manifest.lead, *manifest.notebooks)):
        if (pages / f"{name}.html").is_file():
            return f"all/{name}.html"
    return "all/"


def _period_rows(folder: PeriodFolder) -> list[Row]:
    numbers = folder.complete()
    out = [_row(folder, folder.version(n), version_name(n), n == numbers[-1]) for n in reversed(numbers)]
    newest = out[0].finished if out else ""
    failures = folder.failures()
    if failures:
        last = _row(folder, failures[-1], failures[-1].name, False)
        if last.finished >= newest:
            out.insert(0, last)
    return out


def _row(folder: PeriodFolder, path: Path, version: str, latest: bool) -> Row:
    try:
        manifest = read_manifest(path)
    except VersionError as error:
        return Row(folder.unit, folder.period, "", version, "damaged", latest, problem=error.what.en)
    place = path.relative_to(folder.outputs).as_posix()
    state = "failed" if manifest.state == "failed" else "draft" if manifest.draft else "complete"
    failure = manifest.failures[0] if manifest.failures else None
    is_failed = state == "failed"  # what its notebooks said before one of them failed is no conclusion
    return Row(
        unit=folder.unit,
        period=folder.period,
        kind=manifest.kind,
        version=version,
        state=state,
        latest=latest,
        as_of=manifest.as_of,
        finished=manifest.finished,
        lang=manifest.lang,
        headline="" if is_failed else manifest.headline,
        figures=() if is_failed else tuple(manifest.figures),
        checks=sum(not check.get("passed", False) for check in manifest.checks),
        changed_cells=manifest.changed_cells,
        previous=manifest.previous,
        link=f"{place}/{first_page(path, manifest)}",
        problem=f"{failure.notebook}: {failure.error}" if failure else "",
        stale=tuple(name for name, entry in manifest.notebooks.items() if entry.stale),
    )
