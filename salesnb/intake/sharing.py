"""Two processes that need one import make it together: whoever waits for it makes the part that is offered.

The importer puts an empty file ``offer-KEY`` (``KEY``: what goes in and the code, as for the import itself) into its
folder of work. A process that waits takes it by moving it into a folder of its own, whose lock it holds until it is
done; its answer is moved into place whole. The importer makes the part itself when nobody took it, when the other one
let go of its lock without an answer, or is not done in ``PATIENCE``: help can only save time.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

    from salesnb.intake.tables.parts import Apart

PATIENCE = 30.0  # seconds; a part that is offered takes a few
_PAUSE = 0.01
_OFFER, _WORK, _HELP = "offer-", "work", ".help"  # clean_parts removes the helper's folder as it does the importer's
_TAKEN, _ANSWER, _ASIDE, _TABLES = "taken", "answer.json", "set_aside.parquet", "tables"


@dataclass
class Offer:
    """The part of the import into ``target`` that another process may make."""

    target: Path
    key: str

    def make(self) -> None:
        """Lay it out for those who wait."""
        self._paper.touch()

    def answer(self) -> Apart | None:
        """The part as another process made it, its tables moved into the import; None when this one has to."""
        if self._withdrawn():
            return None
        until = time.monotonic() + PATIENCE
        while not (self._help / _ANSWER).is_file():
            if time.monotonic() > until or self._let_go():
                return None
            time.sleep(_PAUSE)
        try:
            return self._collected()
        except (OSError, ValueError):  # a file that is held or damaged: what was moved is written again
            return None

    def close(self) -> None:
        """Remove what the other process wrote."""
        shutil.rmtree(self._help, ignore_errors=True)

    @property
    def _paper(self) -> Path:
        return self.target / _WORK / f"{_OFFER}{self.key}"

    @property
    def _help(self) -> Path:
        return self.target.with_name(self.target.name + _HELP)

    def _withdrawn(self) -> bool:
        """Whether it could still be withdrawn: nobody took it."""
        try:
            self._paper.unlink()
        except FileNotFoundError:
            return False
        return True

    def _let_go(self) -> bool:
        """Whether the other process ended without an answer."""
        from filelock import Timeout

        if not self._help.is_dir():
            return True
        try:
            with _lock_of(self._help, 0):
                return not (self._help / _ANSWER).is_file()
        except Timeout:
            return False

    def _collected(self) -> Apart:
        from salesnb.intake.tables.parts import Apart

        told = json.loads((self._help / _ANSWER).read_text(encoding="utf-8"))
        for path in sorted((self._help / _TABLES).iterdir()):
            os.replace(path, self.target / path.name)
        return Apart.from_json(told, self._help / _ASIDE)


@dataclass
class Helper:
    """A process that waits for the lock of ``folder``. ``key`` says what it would import itself, ``make`` writes the
    part: into the folder of tables, with a folder of work and the file of rows set aside."""

    folder: Path
    key: Callable[[], str]
    make: Callable[[Path, Path, Path], Apart]
    _seen: frozenset[Path] = frozenset()

    def help(self) -> None:
        """Make the part that is offered, if one is and it is of the same sources, map and code."""
        found = sorted(set(self.folder.glob(f".part-*/{_WORK}/{_OFFER}*")) - self._seen)
        if not found:
            return
        self._seen |= set(found)
        try:
            key = self.key()
            for paper in found:
                if paper.name == f"{_OFFER}{key}":
                    self._take(paper)
        except Exception:
            # the importer makes the part itself, and what is wrong is told where it always was
            return

    def _take(self, paper: Path) -> None:
        importing = paper.parents[1]
        mine = importing.with_name(importing.name + _HELP)
        mine.mkdir()  # fails when a third process was quicker
        try:
            with _lock_of(mine, -1):
                os.rename(paper, mine / _TAKEN)
                self._answer(mine)
        except BaseException:
            shutil.rmtree(mine, ignore_errors=True)
            raise
        if not importing.is_dir():  # nobody waits for it any more
            shutil.rmtree(mine, ignore_errors=True)

    def _answer(self, mine: Path) -> None:
        for name in (_TABLES, _WORK):
            (mine / name).mkdir()
        made = self.make(mine / _TABLES, mine / _WORK, mine / _ASIDE)
        part = mine / f".{_ANSWER}"
        part.write_text(json.dumps(made.to_json()), encoding="utf-8")
        os.replace(part, mine / _ANSWER)


def _lock_of(folder: Path, seconds: float) -> FileLock:
    from filelock import FileLock

    return FileLock(folder / ".lock", timeout=seconds)
