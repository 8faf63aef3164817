"""Removing what nobody needs any more: old failed runs, stages of killed runs and, when asked, old versions."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from salesnb.versions.folders import PeriodFolder
from salesnb.versions.manifest import read_manifest
from salesnb.versions.publish import remove_stale, writing

KEEP_FAILURES = 3


@dataclass(frozen=True)
class Pruned:
    """What a prune removed, or would remove: paths relative to the outputs folder, and stages of killed runs."""

    versions: tuple[str, ...]
    failures: tuple[str, ...]
    stages: int


def prune(folder: PeriodFolder, keep: int | None, protected: frozenset[str] = frozenset(), dry: bool = False) -> Pruned:
    """Remove all but the newest ``keep`` versions (None: none is removed), all but three failed runs, stale stages.

    The latest version always stays, as do ``protected`` ones (those a target in force was approved from) and those
    that a kept version carries notebooks from. ``dry`` only says what would go.
    """
    with writing(folder.path), folder.lock():
        versions = _superfluous(folder, keep, protected) if keep is not None else []
        failures = folder.failures()[:-KEEP_FAILURES]
        stages = 0 if dry else remove_stale(folder)
        for path in () if dry else (*versions, *failures):
            _remove(path)
        if not dry:
            _remove_comparisons(folder)
    return Pruned(
        tuple(path.relative_to(folder.outputs).as_posix() for path in versions),
        tuple(path.relative_to(folder.outputs).as_posix() for path in failures),
        stages,
    )


def _superfluous(folder: PeriodFolder, keep: int, protected: frozenset[str]) -> list[Path]:
    numbers = folder.complete()
    stay = {folder.version(number).name for number in numbers[-max(keep, 1) :]} | protected
    for number in numbers[-max(keep, 1) :]:
        entries = read_manifest(folder.version(number)).notebooks.values()
        stay |= {entry.from_ for entry in entries if entry.from_}
    return [folder.version(n) for n in numbers if folder.version(n).name not in stay]


def _remove_comparisons(folder: PeriodFolder) -> None:
    """Comparison pages of which one side is gone, those of other periods with this one too: links lead nowhere."""
    kept = {folder.version(number).name for number in folder.complete()}
    for page in folder.path.parent.glob("*/compare/*v*-v*.*"):
        period, _, pair = page.stem.rpartition(".")
        old, _, new = pair.partition("-")
        at = page.parent.parent.name
        sides = ((period or at, old), (at, new))
        if any(where == folder.period and version not in kept for where, version in sides):
            page.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    """Rename out of sight first, so that a prune that is killed never leaves half a version."""
    hidden = path.with_name(f".removed-{path.name}-{secrets.token_hex(3)}")
    os.rename(path, hidden)
    shutil.rmtree(hidden, ignore_errors=True)
