"""Where versions stand: ``outputs/UNIT/PERIOD/vNNN``, with ``failed/`` and the locks beside them.

Unit and period become folder names, so both are checked here: they are the only words of a user that reach a path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.places import safe_name

if TYPE_CHECKING:
    from filelock import BaseFileLock

_VERSION = re.compile(r"v(\d{3,6})", re.ASCII)
_SPELLED = re.compile(r"[vV]?(\d{1,6})", re.ASCII)
_PERIOD = re.compile(r"\d{4}(?:H[12]|Q[1-4]|-\d{2}|-W\d{2}|-\d{2}-\d{2})?", re.ASCII)
MANIFEST = "manifest.json"
LOCK_SECONDS = 600.0


def version_name(number: int) -> str:
    """``v007`` for 7."""
    return f"v{number:03d}"


def version_number(text: str) -> int:
    """7 for ``v007``, ``v7`` or ``7``; UsageError for anything else."""
    match = _SPELLED.fullmatch(text)
    if not match:
        raise UsageError(
            Text(f"看不懂版本号 {text!r}", f"version {text!r} is not spelled our way"),
            remedy=Text("写作 v001", "write v001"),
        )
    return int(match.group(1))


@dataclass(frozen=True)
class PeriodFolder:
    """All versions of one period of one unit. Nothing is created before a run stages its results."""

    outputs: Path
    unit: str
    period: str

    def __post_init__(self) -> None:
        safe_name(self.unit, Text("单位", "unit"))
        if not _PERIOD.fullmatch(self.period):
            raise UsageError(
                Text(f"期间 {self.period!r} 不能用作文件夹名", f"period {self.period!r} cannot be a folder")
            )

    @property
    def path(self) -> Path:
        """``outputs/UNIT/PERIOD``."""
        return self.outputs / self.unit / self.period

    @property
    def failed(self) -> Path:
        """Folder of the runs that failed."""
        return self.path / "failed"

    def version(self, number: int) -> Path:
        """Folder of version ``number`` (which need not exist)."""
        return self.path / version_name(number)

    def numbers(self) -> list[int]:
        """Numbers of all version folders, complete or not, ascending."""
        if not self.path.is_dir():
            return []
        found = (_VERSION.fullmatch(entry.name) for entry in self.path.iterdir() if entry.is_dir())
        return sorted(int(match.group(1)) for match in found if match)

    def complete(self) -> list[int]:
        """Numbers of the versions that hold a manifest, ascending. A version is renamed into place whole, so the
        manifest is missing only where somebody deleted or is still copying files."""
        return [number for number in self.numbers() if (self.version(number) / MANIFEST).is_file()]

    def latest(self) -> int | None:
        """The highest complete version; None when there is none."""
        return max(self.complete(), default=None)

    def existing(self, text: str) -> int:
        """The complete version spelled ``text``; UsageError names those that exist."""
        number, known = version_number(text), self.complete()
        if number in known:
            return number
        listed = ", ".join(map(version_name, known)) or "-"
        raise UsageError(
            Text(
                f"{self.unit} {self.period} 没有版本 {version_name(number)}；已有：{listed}",
                f"{self.unit} {self.period} has no version {version_name(number)}; it has: {listed}",
            ),
            where=Place(file=f"outputs/{self.unit}/{self.period}"),
            remedy=Text("用 salesnb status 查看全部版本", "list all versions with salesnb status"),
        )

    def named(self, text: str) -> tuple[PeriodFolder, int]:
        """The version that ``text`` names: ``v002`` of this period, ``2024-05/v002``, or ``2024-05`` for its latest.

        UsageError names what exists where it does not.
        """
        period, _, version = text.partition("/") if "/" in text or _PERIOD.fullmatch(text) else ("", "", text)
        folder = PeriodFolder(self.outputs, self.unit, period) if period else self
        if version:
            return folder, folder.existing(version)
        latest = folder.latest()
        if latest is None:
            raise UsageError(
                Text(f"{self.unit} {period} 还没有版本", f"{self.unit} {period} has no version yet"),
                where=Place(file=f"outputs/{self.unit}/{period}"),
                remedy=Text("用 salesnb status 查看全部版本", "list all versions with salesnb status"),
            )
        return folder, latest

    def failures(self) -> list[Path]:
        """Folders of failed runs that hold a manifest, oldest first."""
        if not self.failed.is_dir():
            return []
        return sorted(entry for entry in self.failed.iterdir() if (entry / MANIFEST).is_file())

    def lock(self) -> BaseFileLock:
        """The period's lock: whoever holds it may number, publish and clean."""
        from filelock import FileLock

        self.path.mkdir(parents=True, exist_ok=True)
        return FileLock(self.path / ".lock", timeout=LOCK_SECONDS)

    def shown(self, *parts: str) -> str:
        """A path below outputs as the user knows it, with forward slashes."""
        return "/".join(("outputs", self.unit, self.period, *parts))


def periods(outputs: Path, unit: str | None = None) -> list[PeriodFolder]:
    """Every period of every unit (or of ``unit``) that has a version or a failed run, by unit and period."""
    found = []
    chosen = _folders(outputs) if unit is None else [outputs / safe_name(unit, Text("单位", "unit"))]
    for place in sorted(chosen):
        for period in sorted(_folders(place)):
            if _PERIOD.fullmatch(period.name):
                folder = PeriodFolder(outputs, place.name, period.name)
                if folder.complete() or folder.failures():
                    found.append(folder)
    return found


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return [entry for entry in path.iterdir() if entry.is_dir() and entry.name[0] not in "._"]
