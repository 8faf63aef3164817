"""``salesnb run`` when nothing has changed: answered from a seal, before anything is imported.

A seal is written once the full check has found a period up to date. It holds size and time of change of everything
that check looks at, taken before the check, and what is then said. While all that is equal, so is the answer;
``--verify`` asks for the check itself, which reads every file again. Only what Python has imported anyway is used here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from salesnb.model.roots import folder_of

if TYPE_CHECKING:
    from salesnb.model.params.company import Company
    from salesnb.runs.settings import Request

_FOLDER = ".work/seals"
_FORM = "1"
_VALUED = ("--unit", "--as-of", "--lang")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A file changed this shortly before it was looked at may change again within the clock's grain.
_RACY_SECONDS = 2.0


def answered(arguments: Sequence[str]) -> bool:
    """Whether every period of this ``run`` command is sealed as up to date; then that has been said."""
    asked = understood(arguments)
    encodings = {(stream.encoding or "").lower().replace("-", "") for stream in (sys.stdout, sys.stderr)}
    if asked is None or encodings != {"utf8"}:
        return False
    periods, options = asked
    said = []
    for period in periods:
        lines = _sealed(period, options)
        if lines is None:
            return False
        said.append(lines)
    for begun, ended in said:
        print(begun, file=sys.stderr)
        print(ended)
    return True


def understood(arguments: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Periods and options of a ``run`` command that may be answered from a seal; None for any other command."""
    periods, options, rest = list[str](), list[str](), list(arguments[1:])
    if arguments[:1] != ["run"]:
        return None
    while rest:
        word = rest.pop(0)
        if word in _VALUED and rest:
            options.append(f"{word}={rest.pop(0)}")
        elif word == "--draft":
            options.append(word)
        elif word.startswith("-"):
            return None
        else:
            periods.append(word)
    return (periods, sorted(options)) if periods else None


def _sealed(period: str, options: list[str]) -> tuple[str, str] | None:
    """What is said of a period that is up to date; None when that is not known."""
    outputs, params = folder_of("SALESNB_OUTPUTS", "outputs"), folder_of("SALESNB_PARAMS", "params")
    if outputs is None or params is None:
        return None
    try:
        with open(_path(outputs, period, options), encoding="utf-8") as file:
            since, until, unit, begun, ended, stamps = file.read().split("\n", 5)
        is_today = float(since) <= time.time() < float(until)
        return (begun, ended) if is_today and stamps == taken(unit, period, options) else None
    except (OSError, ValueError):
        return None


def _path(outputs: str, period: str, options: list[str]) -> str:
    return os.path.join(outputs, _FOLDER, f"{crc32(repr((period, options)).encode()):08x}")


def taken(unit: str, period: str, options: list[str]) -> str:
    """Everything the answer rests on, as text: environment, packages, and each file's size and time of change.

    OSError where a folder cannot be read.
    """
    outputs, params = folder_of("SALESNB_OUTPUTS", "outputs"), folder_of("SALESNB_PARAMS", "params")
    notebooks = folder_of("", "notebooks")
    assert outputs is not None and params is not None and notebooks is not None
    own = sorted((name, value) for name, value in os.environ.items() if name.startswith("SALESNB_"))
    lines = [_FORM, sys.version.replace("\n", " "), sys.prefix, repr((unit, period, options))]
    lines.append(f"{crc32(repr(own).encode()):08x}")  # a sum, for a variable may hold a password
    lines += [outputs, params, notebooks, *sorted(_packages())]
    for root in (_PACKAGE, notebooks, os.path.join(params, unit)):
        lines += sorted(_tree(root))
    lines += _published(os.path.join(outputs, unit), period)
    lines += _listed(outputs, unit)
    return "\n".join(lines)


def _packages() -> Iterator[str]:
    """Names of the installed packages with their versions, as their folders are called."""
    for entry in dict.fromkeys(sys.path):
        if os.path.isdir(entry or "."):
            yield from (name for name in os.listdir(entry or ".") if name.endswith("-info"))


def _tree(root: str) -> Iterator[str]:
    """Every file below ``root`` with its size and time of change; byte code and notebooks' own copies left out."""
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name in ("__pycache__", ".ipynb_checkpoints"):
                    continue
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    facts = entry.stat()
                    yield f"{entry.path} {facts.st_size} {facts.st_mtime_ns}"


def _published(unit: str, period: str) -> list[str]:
    """The latest version of the period, file by file, and which versions the unit's other periods have."""
    found = []
    for name in sorted(os.listdir(unit)):
        folder = os.path.join(unit, name)
        if name.startswith((".", "_")) or not os.path.isdir(folder):
            continue
        versions = sorted((v for v in os.listdir(folder) if v[:1] == "v" and v[1:].isdigit()), key=lambda v: int(v[1:]))
        if not versions:
            continue
        latest = os.path.join(folder, versions[-1])
        if name == period:
            found += sorted(_tree(latest))
        else:
            facts = os.stat(os.path.join(latest, "manifest.json"))
            found.append(f"{latest} {facts.st_size} {facts.st_mtime_ns}")
    return found


def _listed(outputs: str, unit: str) -> list[str]:
    """The index pages, when they are there."""
    pages = (os.path.join(outputs, unit, "index.html"), os.path.join(outputs, "index.html"))
    return [f"{page} {os.path.isfile(page)}" for page in pages]


def keep(request: Request, options: list[str], begun: str, ended: str) -> None:
    """Seal the period, when the full check still finds it up to date and nothing it rests on changed just now."""
    from pathlib import Path

    from salesnb.model.errors import SalesnbError
    from salesnb.model.places import outputs_dir
    from salesnb.runs.job import nothing_to_do, prepare
    from salesnb.runs.progress import Progress
    from salesnb.versions.publish import replace_text

    try:
        stamps = taken(request.unit, request.period, options)
        job = prepare(request, Progress())
        company, latest = job.settings.params.company, job.latest
        if latest is None or not nothing_to_do(job, latest) or _is_elsewhere(company) or _is_fresh(stamps):
            return
        since, until = _day(company)
        text = "\n".join((str(since), str(until), request.unit, begun, ended, stamps))
        path = Path(_path(str(outputs_dir()), request.period, options))
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    except (OSError, SalesnbError):  # it would only have saved time
        return


def _is_elsewhere(company: Company) -> bool:
    """Whether data lie where no stamp tells that they changed: in a database, or outside the unit's folder."""
    return any(
        source.url is not None or (source.file is not None and (os.path.isabs(source.file) or ".." in source.file))
        for source in company.sources.values()
    )


def _is_fresh(stamps: str) -> bool:
    """Whether an input changed so recently that it may change again unseen; versions never change."""
    now, inputs = time.time(), (_PACKAGE, folder_of("SALESNB_PARAMS", "params"), folder_of("", "notebooks"))
    roots = tuple(map(str, inputs))
    changed = (line.rsplit(" ", 1)[-1] for line in stamps.split("\n") if line.startswith(roots))
    return any(now - int(stamp) / 1e9 < _RACY_SECONDS for stamp in changed if stamp.isdigit())


def _day(company: Company) -> tuple[float, float]:
    """From when until when the company's date stays what it is."""
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    if company.today is not None:
        return 0.0, float("inf")
    now = datetime.now(ZoneInfo(company.timezone))
    morning = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return morning.timestamp(), (morning + timedelta(days=1)).timestamp()
