"""Two processes that need one import make it together: whoever waits for it makes the part that is offered.

The importer puts an empty file ``offer-KEY.NN-TABLE`` for each table (``KEY``: what goes in and the code, as for the
import itself) into its folder of work. A process that waits takes one after the other by moving it into a folder of its
own, whose lock it holds until it is done; its answer is moved into place whole. The importer withdraws what it comes to
itself. It makes again what was taken when the other one let go of its lock without an answer, or is not done in
``PATIENCE``: help can only save time.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

    from salesnb.intake.tables.parts import Apart

PATIENCE = 30.0  # seconds; a part that is offered takes a few
_PAUSE = 0.01
_OFFER, _WORK, _HELP = "offer-", "work", ".help"  # clean_parts removes the helper's folder as it does the importer's
_ANSWER, _ASIDE, _TABLES = "answer.json", "set_aside.parquet", "tables"


@dataclass
class Offer:
    """The ``tables`` of the import into ``target`` that another process may make, in the order it should."""

    target: Path
    key: str
    tables: Sequence[str]

    def make(self) -> None:
        """Lay it out for those who wait."""
        for table in self.tables:
            self._paper(table).touch()

    def withdrawn(self, table: str) -> bool:
        """Whether a table could still be withdrawn: nobody took it."""
        try:
            self._paper(table).unlink()
        except FileNotFoundError:
            return False
        return True

    def answer(self) -> Apart | None:
        """What was taken as the other process made it, its tables moved into the import; None when this one has to."""
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

    def _paper(self, table: str) -> Path:
        return self.target / _WORK / f"{_OFFER}{self.key}.{self.tables.index(table):02d}-{table}"

    @property
    def _help(self) -> Path:
        return self.target.with_name(self.target.name + _HELP)

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
    tables it is given, one by one, into a folder, with a folder of work and the file of rows set aside."""

    folder: Path
    key: Callable[[], str]
    make: Callable[[Path, Path, Path, Iterable[str]], Apart]
    _seen: frozenset[Path] = frozenset()

    def help(self) -> None:
        """Make the part that is offered, if one is and it is of the same sources, map and code."""
        found = sorted(set(self.folder.glob(f".part-*/{_WORK}/{_OFFER}*")) - self._seen)
        if not found:
            return
        self._seen |= set(found)
        try:
            key = self.key()
            for work in dict.fromkeys(paper.parent for paper in found if paper.stem == f"{_OFFER}{key}"):
                self._take([paper for paper in found if paper.parent == work])
        except Exception:
            # the importer makes the part itself, and what is wrong is told where it always was
            return

    def _take(self, papers: Sequence[Path]) -> None:
        importing = papers[0].parents[1]
        mine = importing.with_name(importing.name + _HELP)
        mine.mkdir()  # fails when a third process was quicker
        try:
            with _lock_of(mine, -1):
                self._answer(mine, papers)
        except BaseException:
            shutil.rmtree(mine, ignore_errors=True)
            raise
        if not importing.is_dir():  # nobody waits for it any more
            shutil.rmtree(mine, ignore_errors=True)

    def _answer(self, mine: Path, papers: Sequence[Path]) -> None:
        taken = _taken(papers, mine)
        first = next(taken)  # StopIteration, and no answer, when all were withdrawn meanwhile
        for name in (_TABLES, _WORK):
            (mine / name).mkdir()
        made = self.make(mine / _TABLES, mine / _WORK, mine / _ASIDE, itertools.chain([first], taken))
        part = mine / f".{_ANSWER}"
        part.write_text(json.dumps(made.to_json()), encoding="utf-8")
        os.replace(part, mine / _ANSWER)


def _taken(papers: Sequence[Path], mine: Path) -> Iterator[str]:
    """The tables of the offers that could still be taken when they were asked for."""
    for paper in papers:
        try:
            os.rename(paper, mine / paper.name)
        except FileNotFoundError:
            continue
        yield paper.suffix.partition("-")[2]


def _lock_of(folder: Path, seconds: float) -> FileLock:
    from filelock import FileLock

    return FileLock(folder / ".lock", timeout=seconds)
