"""One period of one unit: plan, execute or carry each notebook, and publish everything as one version.

Nothing to run → no new version. A notebook that fails stops only what depends on it; the run is then kept below
``failed/`` with readable pages, and the earlier version stays the latest.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from salesnb.model.errors import Text
from salesnb.model.lexicon import lexicon
from salesnb.report.spoken import speaking
from salesnb.runs import render
from salesnb.runs.ahead import Ahead
from salesnb.runs.assemble import build_manifest
from salesnb.runs.carry import Earlier, earlier
from salesnb.runs.execute import prepare_imports
from salesnb.runs.indexes import refresh_indexes, shelf_of, write_indexes
from salesnb.runs.job import Job, nothing_to_do, prepare, still_the_same
from salesnb.runs.kernels import share_parameters, warm_up
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from salesnb.versions.folders import version_name
from salesnb.versions.manifest import Failure
from salesnb.versions.publish import Stage, staged, writing

State = Literal["published", "unchanged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``folder`` is the version (or the failed run), ``shown`` its path as the user knows it.

    ``changed_cells`` is None for a first version: there is nothing to compare it with.
    """

    state: State
    version: str
    folder: Path
    shown: str
    page: str
    changed_cells: int | None = None
    failures: tuple[Failure, ...] = ()


def run(request: Request, progress: Progress) -> Outcome:
    """Bring a period up to date; see the module. Raises SalesnbError when the run cannot start or be published."""
    job = prepare(request, progress)
    if job.latest is not None and not request.force and nothing_to_do(job, job.latest):
        return _unchanged(job, job.latest)
    prepare_imports()
    with writing(job.settings.folder.path):
        warm_up(job)
    from salesnb.runs.perform import run_notebooks

    folder, held = job.settings.folder, render.params_held(job.settings)
    share_parameters(job)
    with writing(folder.path), staged(folder) as stage, Ahead(job, stage.path, held) as ahead:
        progress.log = stage.path / "run.jsonl"
        progress.event("start", unit=job.settings.unit, period=job.settings.period.text, force=request.force)
        run_notebooks(job, stage, ahead)
        still_the_same(job)
        ahead.write_params()
        with folder.lock(), speaking(lexicon(job.settings.params, job.settings.lang)):
            return _finish(job, stage, ahead)


def _finish(job: Job, stage: Stage, ahead: Ahead) -> Outcome:
    """Number, render, compare and publish; the period's lock is held, so no other run takes the number meanwhile."""
    settings, folder = job.settings, job.settings.folder
    latest = folder.latest()
    known = job.latest.label if job.latest else None
    if latest is not None and version_name(latest) != known:
        twin = _published_meanwhile(job)
        if twin is not None:
            return _unchanged(job, twin)
    number = max(folder.numbers(), default=0) + 1
    failed = bool(job.results.failures)
    version = "" if failed else version_name(number)
    manifest = build_manifest(
        settings, job.plan, job.inputs, job.results, version, version_name(latest) if latest else None
    )
    before = folder.version(latest) if latest else None
    manifest = render.write_all(settings, job.plan, manifest, stage.path, before, ahead)
    if manifest.failures:
        manifest = manifest.model_copy(update={"state": "failed", "version": ""})
        failed = True
    job.progress.event("failed" if failed else "published", version=manifest.version)
    job.progress.log = None
    shutil.rmtree(stage.path / "facts")
    (stage.path / "manifest.json").write_text(manifest.text(), encoding="utf-8", newline="\n")
    target = stage.fail() if failed else stage.publish(number)
    _list(job)
    shown = folder.shown("failed", target.name) if failed else folder.shown(target.name)
    page = render.first_page(target, manifest)
    changed = manifest.changed_cells if latest else None
    state: State = "failed" if failed else "published"
    return Outcome(state, manifest.version, target, shown, page, changed, tuple(manifest.failures))


def _list(job: Job) -> None:
    """Bring the index pages up to date; the version stands whether or not they can be written."""
    try:
        write_indexes(shelf_of(job.settings.params, job.settings.lang))
    except OSError as error:
        said = error.strerror or str(error)
        job.progress.say(
            Text(f"索引页没有更新（{said}）；下次运行会补上", f"index not updated ({said}); the next run will")
        )


def _published_meanwhile(job: Job) -> Earlier | None:
    """Another run's version with exactly the results this one has: publishing it twice would only confuse."""
    source = earlier(job.settings.folder)[0]
    keys = {name: entry.key for name, entry in source.manifest.notebooks.items()}
    same = keys == {name: entry.key for name, entry in job.results.entries.items()}
    return source if same and not job.results.failures and source.manifest.tables == job.results.tables else None


def _unchanged(job: Job, latest: Earlier) -> Outcome:
    try:
        refresh_indexes(shelf_of(job.settings.params, job.settings.lang), latest.path)
    except OSError:  # nothing changed, so a list that cannot be written is no news
        job.progress.say(Text("索引页没有更新：文件夹不可写", "index not updated: its folder cannot be written"))
    page = render.first_page(latest.path, latest.manifest)
    return Outcome("unchanged", latest.label, latest.path, job.settings.folder.shown(latest.label), page)
