"""Where imports are kept: ``outputs/UNIT/_imports/KEY``, named by what went in, so that nothing is read twice and
nothing stale is ever used. An import is built beside and renamed into place; two runs at once wait for each other."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

_PAUSE = 0.03  # seconds between two looks at a lock
_RACY_NS = 2_000_000_000  # a file changed less than this ago may change again within its time stamp


@cache
def code_fingerprint() -> str:
    """sha256 of the code that turns sources into tables: intake and model."""
    package = Path(__file__).resolve().parents[1]
    digest = sha256()
    for room in ("intake", "model"):
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key(mapping: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """The name of the import of these sources by this mapping and this code."""
    parts = {"mapping": mapping, "sources": dict(sources), "code": code_fingerprint()}
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[:32]


def fingerprints(paths: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """sha256 of each file's bytes by its shown name; a file of known size and time is not read again."""
    stored = folder / "fingerprints.json"
    try:
        known = json.loads(stored.read_text(encoding="utf-8")) if stored.is_file() else {}
    except ValueError:
        known = {}
    out, fresh = {}, {}
    for name, path in sorted(paths.items()):
        stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns]
        entry = known.get(str(path))
        if entry and entry[0] == stamp:
            out[name] = entry[1]
        else:
            out[name] = digest(path)
        if time.time_ns() - stat.st_mtime_ns > _RACY_NS:
            fresh[str(path)] = [stamp, out[name]]
    if fresh != known:
        replaced(stored, json.dumps(fresh, ensure_ascii=False, indent=0, sort_keys=True))
    return out


def digest(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def replaced(path: Path, text: str) -> None:
    """Write ``text`` so that a reader sees the old or the new file, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


@contextmanager
def building(folder: Path, name: str) -> Iterator[Path]:
    """A new folder that becomes ``folder/name`` when the block succeeds and vanishes when it fails."""
    part = folder / f".part-{uuid.uuid4().hex}"
    part.mkdir(parents=True)
    try:
        yield part
        final = folder / name
        if final.exists():
            shutil.rmtree(final)
        os.rename(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def locked(folder: Path, meanwhile: Callable[[], None] | None = None) -> Iterator[None]:
    """Only one import of a unit at a time; who has to wait does ``meanwhile`` again and again."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    while True:
        try:
            lock.acquire(timeout=-1 if meanwhile is None else 0)
            break
        except Timeout:
            if meanwhile is not None:
                meanwhile()
            time.sleep(_PAUSE)
    try:
        yield
    finally:
        lock.release()


def clean_parts(folder: Path) -> None:
    """Remove what killed imports left behind (call under the lock)."""
    for part in folder.glob(".part-*"):
        shutil.rmtree(part, ignore_errors=True)


def next_of(path: Path) -> Path:
    """Where the next state of ``path`` is written while the current one still holds."""
    return path.with_name(f".{path.name}.next")


def next_becomes_current(path: Path) -> None:
    """Make the next state of ``path`` the current one, if one was written."""
    if next_of(path).is_file():
        os.replace(next_of(path), path)
