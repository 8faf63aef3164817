"""One import from its sources' files, alone or together with a process that waits for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from salesnb.intake.bench import SMALL, Bench
from salesnb.intake.quality.findings import Findings
from salesnb.intake.sharing import Offer
from salesnb.intake.tables.build import build
from salesnb.intake.tables.parts import APART, DIMENSIONS, Apart, Import, apart_of
from salesnb.intake.tables.stack import source_paths
from salesnb.model.params.company import Company

AT_LEAST = 1_000_000  # bytes that another process must be able to read, for it to be worth the second look
_PACKS, _PACKED = (".parquet", ".gz", ".xlsx"), 6  # what packed files hold is about so many times their size


def run(asked: Company, job: Import, files: Mapping[str, Path], key: str) -> None:
    """Import ``files`` into ``job.target``; ``key`` names what goes in. ``asked`` is ``job.company`` itself, or before
    snapshots stood for its databases. Raises what ``build`` raises."""
    work = job.target / "work"
    work.mkdir()
    bench = _bench(job, work, files)
    if job.company is not asked:
        from salesnb.intake.read.database import sums_said

        bench.findings.extend(sums_said(asked, job.company))
    offer = Offer(job.target, key, _longest_first(job)) if worth_sharing(job, files) else None
    try:
        if offer is not None:
            offer.make()
        build(bench, job, offer)
    finally:
        bench.close()
        if offer is not None:
            offer.close()
    shutil.rmtree(work)


def apart(job: Import, work: Path, files: Mapping[str, Path], set_aside: Path, tables: Iterable[str]) -> Apart:
    """The ``tables`` of the import of ``files`` that another process makes (see :func:`parts.apart_of`)."""
    bench = _bench(job, work, files)
    try:
        return apart_of(bench, job, set_aside, tables)
    finally:
        bench.close()


def worth_sharing(job: Import, files: Mapping[str, Path]) -> bool:
    """Whether two processes are done sooner than one: there is a processor for the second, the part to share is more
    than the dimensions that both read, and both have the memory, which only small sources make sure of."""
    if any(source.url is not None or source.file is None for source in job.company.sources.values()):
        return False
    shared, doubled = (_bytes(_files_of(job, tables)) for tables in (APART, DIMENSIONS))
    return (os.cpu_count() or 1) > 1 and _bytes(files.values()) < SMALL and shared >= max(AT_LEAST, doubled)


def _longest_first(job: Import) -> list[str]:
    """The tables to share; with the short ones last both are done at about the same time."""
    tables = {source.table for source in job.company.sources.values()}
    sizes = [(_bytes(_files_of(job, [table])), table) for table in APART if table in tables]
    return [table for _, table in sorted(sizes, key=lambda entry: -entry[0])]


def _files_of(job: Import, tables: Iterable[str]) -> list[Path]:
    wanted = set(tables)
    sources = [(name, source) for name, source in job.company.sources.items() if source.table in wanted]
    return [p for name, source in sources for _, p in source_paths(job.folder, name, source, job.company)]


def _bench(job: Import, work: Path, files: Mapping[str, Path]) -> Bench:
    return Bench(work, Findings(dict(job.company.quality.severity)), size=_bytes(files.values()))


def _bytes(files: Iterable[Path]) -> int:
    """About what they hold."""
    return sum(path.stat().st_size * (_PACKED if path.suffix in _PACKS else 1) for path in files)
