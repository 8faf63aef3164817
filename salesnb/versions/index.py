"""The list of everything published, for the index pages and ``status``.

A manifest names every file of the program and every package, so reading hundreds of them takes seconds. What the list
needs of each is kept in ``outputs/UNIT/.work/index.json`` by the manifest's size and time of change; versions never
change, so only new ones are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from salesnb.model.errors import VersionError
from salesnb.versions.folders import MANIFEST, PeriodFolder, periods, version_name
from salesnb.versions.manifest import Manifest, read_manifest
from salesnb.versions.publish import replace_text

PROPOSED = "target_cells"
_SHAPE = 1  # raised when a row's fields change: a list kept by another program is not trusted


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
    company: str = ""
    proposal: str = ""  # sha256 of the target cells it proposes


def rows(outputs: Path, unit: str | None = None) -> list[Row]:
    """All versions of all periods, newest period first, highest version first; of one unit where it is named.

    A folder that cannot be read is listed as damaged with its reason, never left out. A failed run is listed only
    while no version was published after it.
    """
    found: list[Row] = []
    kept: dict[str, _Kept] = {}
    for folder in periods(outputs, unit):
        if folder.unit not in kept:
            kept[folder.unit] = _Kept.load(outputs / folder.unit / ".work" / "index.json")
        found.extend(_period_rows(folder, kept[folder.unit]))
    for memo in kept.values():
        memo.save()
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


@dataclass
class _Kept:
    """Rows read before, by the manifest's path; it only saves time, so a missing or damaged file starts empty."""

    path: Path
    known: dict[str, list[Any]]
    used: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> _Kept:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            known = data["rows"] if data["shape"] == _SHAPE else {}
        except (OSError, ValueError, KeyError, TypeError):
            known = {}
        return cls(path, known if isinstance(known, dict) else {})

    def row(self, folder: PeriodFolder, path: Path, version: str) -> Row:
        """The row of the version or failed run in ``path``: as it was read before, or read now."""
        name = path.relative_to(folder.outputs).as_posix()
        facts = (path / MANIFEST).stat()
        stamp = [facts.st_size, facts.st_mtime_ns]
        stored = self.known.get(name)
        if isinstance(stored, list) and len(stored) == 3 and stored[:2] == stamp:
            with suppress(TypeError):  # kept by another program: read again
                row = Row(**stored[2])
                self.used[name] = stored
                return replace(row, figures=tuple(row.figures), stale=tuple(row.stale))
        row = _row(folder, path, version)
        self.used[name] = [*stamp, asdict(row)]
        return row

    def save(self) -> None:
        """Keep what is still there; where it cannot be written, the next list reads the manifests again."""
        if self.used.keys() != self.known.keys() or any(self.known[n] is not v for n, v in self.used.items()):
            with suppress(OSError):
                replace_text(self.path, json.dumps({"shape": _SHAPE, "rows": self.used}, ensure_ascii=False))


def _period_rows(folder: PeriodFolder, kept: _Kept) -> Iterator[Row]:
    numbers = folder.complete()
    versions = [kept.row(folder, folder.version(n), version_name(n)) for n in reversed(numbers)]
    out = [replace(row, latest=position == 0) for position, row in enumerate(versions)]
    newest = out[0].finished if out else ""
    failures = folder.failures()
    if failures:
        last = kept.row(folder, failures[-1], failures[-1].name)
        if last.finished >= newest:
            out.insert(0, last)
    yield from out


def _row(folder: PeriodFolder, path: Path, version: str) -> Row:
    try:
        manifest = read_manifest(path)
    except VersionError as error:
        return Row(folder.unit, folder.period, "", version, "damaged", problem=error.what.en)
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
        company=manifest.company,
        proposal=manifest.tables[PROPOSED].sha256 if PROPOSED in manifest.tables else "",
    )
