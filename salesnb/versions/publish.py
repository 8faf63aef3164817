"""Staging and publishing: results are collected in a hidden sibling folder and appear whole, by one rename, or not.

A stage holds a lock for as long as its process lives; the operating system drops it with the process, however that
ends. So a stage whose lock can be had belongs to nobody and is removed. Numbering, renaming and cleaning happen under
the period's lock.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, VersionError
from salesnb.versions.folders import PeriodFolder

if TYPE_CHECKING:
    from filelock import BaseFileLock

STAGE_LOCK = "stage.lock"
ORPHAN_SECONDS = 600.0  # a stage without a lock file is one whose process died between two system calls
_TRIES = 1000
_AT_ONCE = 8


@dataclass
class Stage:
    """A run's folder before it is published. ``path`` is the staging folder; nothing else reads it."""

    period: PeriodFolder
    path: Path
    lock: BaseFileLock = field(repr=False)
    open: bool = True

    def publish(self, number: int) -> Path:
        """Rename the stage to version ``number``; the caller holds the period's lock. Returns the version's folder.

        Raises VersionError when that number exists: a version is never overwritten.
        """
        target = self.period.version(number)
        if target.exists():
            raise VersionError(
                Text(f"版本 {target.name} 已存在，不会覆盖", f"version {target.name} exists and is never overwritten"),
                where=Place(file=self.period.shown(target.name)),
            )
        return self._settle(target)

    def fail(self) -> Path:
        """Rename the stage to ``failed/UTC-STAMP``; the caller holds the period's lock. Returns that folder."""
        self.period.failed.mkdir(exist_ok=True)
        stamp = utc_stamp()
        for attempt in range(1, _TRIES):
            target = self.period.failed / (stamp if attempt == 1 else f"{stamp}-{attempt}")
            if not target.exists():
                return self._settle(target)
        raise VersionError(Text("失败记录的文件夹名已用尽", "no free name for the failed run"))

    def discard(self) -> None:
        """Remove the stage and everything in it; nothing happens after it was published."""
        if self.open:
            self._unlock()
            _remove(self.path)

    def _settle(self, target: Path) -> Path:
        open_to_readers(self.path)
        flush_tree(self.path, skip=STAGE_LOCK)
        self._unlock()
        (self.path / STAGE_LOCK).unlink(missing_ok=True)
        os.rename(self.path, target)
        _flush_folder(target.parent)
        return target

    def _unlock(self) -> None:
        self.open = False
        self.lock.release()


@contextmanager
def staged(period: PeriodFolder) -> Iterator[Stage]:
    """A fresh stage beside the period's versions; whatever ends the block unpublished, the stage is removed."""
    stage = open_stage(period)
    try:
        yield stage
    finally:
        stage.discard()


def open_stage(period: PeriodFolder) -> Stage:
    """Make a stage and lock it. Stages left by killed runs are removed first."""
    from filelock import FileLock

    with writing(period.path):
        with period.lock():
            remove_stale(period)
            path = period.path / f".stage-{utc_stamp()}-{secrets.token_hex(3)}"
            path.mkdir()
            lock = FileLock(path / STAGE_LOCK)
            lock.acquire(blocking=False)
        return Stage(period, path, lock)


def remove_stale(period: PeriodFolder) -> int:
    """Remove stages whose process is gone; the caller holds the period's lock. Returns how many."""
    for path in period.path.glob(".removed-*"):
        _remove(path)
    gone = [path for path in sorted(period.path.glob(".stage-*")) if is_abandoned(path)]
    for path in gone:
        _remove(path)
    return len(gone)


def is_abandoned(path: Path, least_seconds: float = 0.0) -> bool:
    """Whether the process that made the folder ``path`` and holds its lock has ended, however it did; False for a
    folder that changed within ``least_seconds``, whose lock its maker may be about to take, and for another user's
    that may not be looked into."""
    from filelock import FileLock

    lock_file = path / STAGE_LOCK
    if _age(path) < least_seconds:
        return False
    lock = FileLock(lock_file)
    try:
        lock_file.stat()  # taking a lock would make its file
        lock.acquire(blocking=False)
    except FileNotFoundError:
        return _age(path) >= ORPHAN_SECONDS
    except OSError:  # held, or another user's
        return False
    lock.release()
    return True


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full disk, a read-only folder or a refused rename into one sentence that says what to do."""
    try:
        yield
    except OSError as error:
        place = Place(file="/".join(Path(error.filename or path).parts[-3:]))
        raise VersionError(
            Text(f"无法写入：{error.strerror or error}", f"cannot write: {error.strerror or error}"),
            where=place,
            why=Text("没有发布任何内容，原有版本未受影响", "nothing was published, earlier versions are untouched"),
            remedy=Text(
                "检查磁盘空间与文件夹的写权限后重跑", "check free space and the folder's access, then run again"
            ),
        ) from error


def open_to_readers(root: Path) -> None:
    """Give every file and folder below ``root`` what the umask allows: parts made by libraries are often private.

    Bits are only added, so that a shared drive's own (set-group-id) stay.
    """
    if sys.platform == "win32":
        return
    umask = os.umask(0)
    os.umask(umask)
    for folder, _, files in os.walk(root):
        _allow(Path(folder), 0o777 & ~umask)
        for name in files:
            _allow(Path(folder, name), 0o666 & ~umask)


def flush_tree(root: Path, skip: str = "") -> None:
    """Bring every file and folder below ``root`` to the disk: the rename must not show a file without its bytes.

    Several at once, for the disk writes down together what is asked for together.
    """
    from concurrent.futures import ThreadPoolExecutor

    found = list(os.walk(root))
    files = [Path(folder, name) for folder, _, names in found for name in names if name != skip]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for flushed in (threads.map(flush_file, files), threads.map(_flush_folder, [Path(f) for f, _, _ in found])):
            for _ in flushed:  # raises what a file raised
                continue


def flush_file(path: Path) -> None:
    """fsync one file."""
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_text(path: Path, text: str) -> None:
    """Write a file beside ``path`` and rename it over it: a reader sees the old or the new text, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(3)}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        flush_file(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def utc_stamp() -> str:
    """``20240704T101112Z``: sorts by time and may be a file name everywhere."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def utc_now() -> str:
    """``2024-07-04T10:11:12Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _allow(path: Path, wanted: int) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & wanted != wanted and not path.is_symlink():
        path.chmod(mode | wanted)


def _flush_folder(path: Path) -> None:
    if sys.platform == "win32":  # folders cannot be opened there; NTFS journals the rename
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove(path: Path) -> None:
    """Delete a folder; what resists (a file open on Windows) is left for the next run, which tries again."""
    shutil.rmtree(path, ignore_errors=True)
