"""Reusing what an earlier version, or an earlier run that failed elsewhere, already holds for an unchanged notebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from salesnb.model.errors import VersionError
from salesnb.model.periods import Kind
from salesnb.runs.dag import Notebook
from salesnb.runs.fingerprint import Inputs, digest_of, notebook_parts
from salesnb.runs.settings import Settings
from salesnb.versions.folders import PeriodFolder, version_name
from salesnb.versions.manifest import Manifest, NotebookEntry, read_manifest
from salesnb.versions.tables import sha256_of

_FAILURES_LOOKED_AT = 3


@dataclass(frozen=True)
class Earlier:
    """A folder results may be carried from. ``label`` is ``v003`` or ``failed/STAMP``."""

    label: str
    path: Path
    manifest: Manifest

    def tables_of(self, name: str) -> dict[str, str]:
        """Tables a notebook wrote, with their sha256."""
        return {table: entry.sha256 for table, entry in self.manifest.tables.items() if entry.writer == name}

    def files_of(self, name: str) -> list[PurePosixPath]:
        """Files beside the tables that a notebook wrote (calendars, forms), inside the version's folder."""
        named = self.manifest.notebooks[name].facts.get("files", [])
        files = [PurePosixPath(file) for file in named if isinstance(file, str)]
        return [file for file in files if not file.is_absolute() and ".." not in file.parts]

    def whole(self, name: str) -> bool:
        """Whether everything the notebook left is still there, unchanged."""
        tables = self.path / "tables"
        files = [tables / f"{table}.csv" for table in self.tables_of(name)] + [
            self.path / "notebooks" / f"{name}.ipynb",
            *(self.path / file for file in self.files_of(name)),
        ]
        return all(path.is_file() for path in files) and all(
            (tables / f"{table}.parquet").is_file() and sha256_of(tables / f"{table}.parquet") == digest
            for table, digest in self.tables_of(name).items()
        )


@dataclass(frozen=True)
class Choice:
    """What is to happen to a notebook: carried from ``source``, or run because ``reasons`` (parts that changed)."""

    parts: dict[str, str]
    key: str
    source: Earlier | None
    reasons: tuple[str, ...] = ()
    stale: bool = False


def earlier(folder: PeriodFolder) -> list[Earlier]:
    """The latest version first, then the newest failed runs; folders that cannot be read are passed over."""
    paths = [(f"failed/{path.name}", path) for path in reversed(folder.failures()[-_FAILURES_LOOKED_AT:])]
    latest = folder.latest()
    if latest is not None:
        paths.insert(0, (version_name(latest), folder.version(latest)))
    found = []
    for label, path in paths:
        try:
            found.append(Earlier(label, path, read_manifest(path)))
        except VersionError:  # it is named as damaged by status and the index; here it only cannot be reused
            continue
    return found


def choose(
    notebook: Notebook, settings: Settings, inputs: Inputs, tables: Mapping[str, str], sources: list[Earlier]
) -> Choice:
    """Whether ``notebook`` can be carried. Its key is compared as each source would compute it today."""
    reasons: tuple[str, ...] = ("new",)
    for position, source in enumerate(sources):
        entry = source.manifest.notebooks.get(notebook.name)
        if entry is None or entry.state not in ("ok", "carried"):
            continue
        parts = notebook_parts(notebook, settings, inputs, tables, entry.params_read)
        if digest_of(parts) == entry.key and source.whole(notebook.name):
            return Choice(parts, entry.key, source)
        if position == 0 or reasons == ("new",):
            moved = tuple(name for name in parts if parts[name] != entry.parts.get(name))
            reasons = (moved or ("files",)) if entry.key else ("moving",)
    parts = notebook_parts(notebook, settings, inputs, tables)
    return Choice(parts, digest_of(parts), None, reasons)


def carry(notebook: Notebook, source: Earlier, stage: Path) -> NotebookEntry:
    """Copy a notebook's results into ``stage`` and return its entry; the origin stays the version that ran it."""
    entry = source.manifest.notebooks[notebook.name]
    for folder in ("tables", "facts", "notebooks"):
        (stage / folder).mkdir(exist_ok=True)
    for table in source.tables_of(notebook.name):
        for suffix in ("parquet", "csv"):
            shutil.copyfile(source.path / "tables" / f"{table}.{suffix}", stage / "tables" / f"{table}.{suffix}")
    shutil.copyfile(
        source.path / "notebooks" / f"{notebook.name}.ipynb", stage / "notebooks" / f"{notebook.name}.ipynb"
    )
    for file in source.files_of(notebook.name):
        (stage / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.path / file, stage / file)
    (stage / "facts" / f"{notebook.stage}.json").write_text(
        json.dumps(entry.facts, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return entry.model_copy(update={"state": "carried", "from_": entry.from_ or source.label})


def files_of(entry: NotebookEntry | None) -> list[PurePosixPath]:
    """Files a notebook says it wrote beside its tables (letters, forms), below the version's folder only."""
    named = entry.facts.get("files", []) if entry is not None else []
    paths = [PurePosixPath(str(name)) for name in named] if isinstance(named, list) else []
    return [path for path in paths if not path.is_absolute() and ".." not in path.parts and len(path.parts) > 1]


def outer_tables(settings: Settings, names: frozenset[str]) -> dict[str, str]:
    """sha256 of tables that this period reads from the versions of the year, half or quarter it lies in; of targets
    also as the newest proposal has them that could be approved, which need not be the latest version's."""
    if not names:
        return {}
    from salesnb.versions.targets.proposal import TABLE, proposed_sha256

    found: dict[str, str] = {}
    calendar = settings.params.company.calendar
    for kind in (Kind.YEAR, Kind.HALF, Kind.QUARTER):
        parent = calendar.parent(settings.period, kind).text
        folder = PeriodFolder(settings.outputs, settings.unit, parent)
        latest = folder.latest() if parent != settings.period.text else None
        if latest is None:
            continue
        tables = read_manifest(folder.version(latest)).tables
        held = {name: tables[name].sha256 for name in names & tables.keys()}
        if TABLE in names:
            held[TABLE] = digest_of([held.get(TABLE, ""), proposed_sha256(folder)])
        for name, digest in held.items():
            found[name] = digest_of([found.get(name, ""), parent, digest])
    return found
