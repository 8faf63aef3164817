"""One period of one unit: plan, execute or carry each notebook, and publish everything as one version.

Nothing to run → no new version. A notebook that fails stops only what depends on it; the run is then kept below
``failed/`` with readable pages, and the earlier version stays the latest.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from salesnb.model.errors import RunError, SalesnbError, Text
from salesnb.runs import render
from salesnb.runs.assemble import Results, build_manifest, stopped
from salesnb.runs.carry import Choice, Earlier, carry, choose, earlier, outer_tables
from salesnb.runs.dag import Notebook, Plan, discover, sequence
from salesnb.runs.fingerprint import HashMemo, Inputs, collect
from salesnb.runs.gather import gather_facts, gather_tables, params_read, table_digests
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request, Settings, settle
from salesnb.versions.folders import version_name
from salesnb.versions.manifest import Failure, Manifest, NotebookEntry, TableEntry
from salesnb.versions.publish import Stage, staged, writing

State = Literal["published", "unchanged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``folder`` is the version (or the failed run), ``shown`` its path as the user knows it."""

    state: State
    version: str
    folder: Path
    shown: str
    page: str
    changed_cells: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass
class Job:
    """A run in progress."""

    settings: Settings
    plan: Plan
    inputs: Inputs
    sources: list[Earlier]
    outer: Mapping[str, str]
    progress: Progress
    results: Results = field(default_factory=Results)

    @property
    def latest(self) -> Earlier | None:
        """The latest version, when there is one."""
        return self.sources[0] if self.sources and self.sources[0].label.startswith("v") else None


def prepare(request: Request, progress: Progress) -> Job:
    """Everything that can be wrong before a kernel starts: parameters, period, notebooks, sources."""
    settings = settle(request)
    plan = plan_for(settings, progress)
    inputs = _inputs(settings)
    return Job(settings, plan, inputs, earlier(settings.folder), outer_tables(settings, plan.outer), progress)


def _inputs(settings: Settings) -> Inputs:
    memo = HashMemo.load(settings.outputs / settings.unit / ".work" / "hashes.json", settings.request.verify)
    inputs = collect(settings, memo)
    memo.save()
    return inputs


def plan_for(settings: Settings, progress: Progress) -> Plan:
    """The notebooks that serve the period, in order; RunError when there is none or they do not fit together."""
    from salesnb.model.tables import contracts

    notebooks, ignored = discover(settings.notebooks, settings.params.folder / "notebooks")
    for shown in ignored:
        progress.say(
            Text(f"{shown} 没有 salesnb 元数据，不参与运行", f"{shown} has no salesnb metadata and takes no part")
        )
    plan = sequence(notebooks, settings.period.kind, contracts())
    names = [notebook.name for notebook in plan.notebooks]
    unknown = [name for name in settings.request.only if name not in names]
    if not names or unknown:
        raise RunError(
            Text(
                f"期间 {settings.period.text} 没有笔记本 {'、'.join(unknown)}",
                f"period {settings.period.text} has no notebook {', '.join(unknown)}",
            ),
            remedy=Text(f"该期间的笔记本：{'、'.join(names) or '无'}", f"its notebooks: {', '.join(names) or 'none'}"),
        )
    return plan


def run(request: Request, progress: Progress) -> Outcome:
    """Bring a period up to date; see the module. Raises SalesnbError when the run cannot start or be published."""
    job = prepare(request, progress)
    choices = planned(job)
    if choices is not None and not request.force:
        assert job.latest is not None
        return _unchanged(job, job.latest)
    folder, snapshot = job.settings.folder, render.params_snapshot(job.settings)
    with writing(folder.path), staged(folder) as stage:
        (stage.path / "params.yaml").write_text(snapshot, encoding="utf-8", newline="\n")
        progress.log = stage.path / "run.jsonl"
        progress.event("start", unit=job.settings.unit, period=job.settings.period.text, force=request.force)
        run_notebooks(job, stage)
        _still_the_same(job)
        with folder.lock():
            return _finish(job, stage)


def planned(job: Job) -> dict[str, Choice] | None:
    """What carries everything from the latest version, or None when something has to run or be rendered."""
    latest = job.latest
    if latest is None or latest.manifest.page != job.inputs.page:
        return None
    if set(latest.manifest.notebooks) != {n.name for n in job.plan.notebooks}:
        return None
    tables = dict(job.outer) | {name: entry.sha256 for name, entry in latest.manifest.tables.items()}
    choices = {n.name: choose(n, job.settings, job.inputs, tables, [latest]) for n in job.plan.notebooks}
    stale = any(entry.stale for entry in latest.manifest.notebooks.values())
    only = job.settings.request.only
    wanted = [choice for name, choice in choices.items() if not only or name in only]
    return choices if all(choice.source for choice in wanted) and (only or not stale) else None


def run_notebooks(job: Job, stage: Stage) -> None:
    """Carry or execute every notebook in order; failures and what they stop are noted in ``job.results``."""
    from salesnb.runs.kernels import scratch_folder

    for name in ("tables", "facts", "notebooks"):
        (stage.path / name).mkdir()
    with scratch_folder() as scratch:
        for position, notebook in enumerate(job.plan.notebooks, 1):
            if notebook.name in job.results.entries:  # stopped by a failure upstream
                job.progress.say(Text(f"    {notebook.name} 未运行", f"    {notebook.name} not run"))
                continue
            count = f"[{position}/{len(job.plan.notebooks)}] {notebook.name}"
            choice = _chosen(job, notebook, stage)
            if choice.source is not None:
                _carry(job, notebook, choice, stage, count)
            else:
                _execute(job, notebook, choice, stage, scratch, count)


def _chosen(job: Job, notebook: Notebook, stage: Stage) -> Choice:
    request = job.settings.request
    tables = dict(job.outer) | table_digests(stage.path)
    chosen = choose(notebook, job.settings, job.inputs, tables, job.sources)
    if request.only and notebook.name not in request.only:
        return _kept(job, notebook, chosen)
    if request.force and (not request.only or notebook.name in request.only):
        return Choice(chosen.parts, chosen.key, None, ("force",))
    return chosen


def _kept(job: Job, notebook: Notebook, chosen: Choice) -> Choice:
    """A notebook that was not asked for stands as it did, stale when its inputs have moved on."""
    if chosen.source is not None:
        return chosen
    latest = job.latest
    entry = latest.manifest.notebooks.get(notebook.name) if latest else None
    if latest is None or entry is None or not latest.whole(notebook.name):
        raise RunError(
            Text(f"{notebook.name} 还没有可沿用的结果", f"{notebook.name} has no result to carry yet"),
            where=notebook.place(),
            remedy=Text("先不带 --only 运行一次", "run once without --only"),
        )
    return Choice(entry.parts, entry.key, latest, chosen.reasons, stale=True)


def _carry(job: Job, notebook: Notebook, choice: Choice, stage: Stage, count: str) -> None:
    assert choice.source is not None
    entry = carry(notebook, choice.source, stage.path)
    job.results.entries[notebook.name] = entry.model_copy(update={"stale": choice.stale})
    source = choice.source.manifest
    job.results.tables |= {name: table for name, table in source.tables.items() if table.writer == notebook.name}
    job.progress.say(Text(f"{count} 沿用 {choice.source.label}", f"{count} carried from {choice.source.label}"))
    job.progress.event("carried", notebook=notebook.name, source=choice.source.label, stale=choice.stale)


def _execute(job: Job, notebook: Notebook, choice: Choice, stage: Stage, scratch: Path, count: str) -> None:
    import nbformat

    from salesnb.runs.execute import check_parameters, execute
    from salesnb.runs.kernels import kernel_environment

    settings, progress = job.settings, job.progress
    progress.say(Text(f"{count} 运行中", f"{count} running"))
    progress.event("running", notebook=notebook.name, reasons=list(choice.reasons))
    before = table_digests(stage.path)
    try:
        check_parameters(notebook, settings.parameters())
    except RunError as error:
        _failed(job, notebook, _as_failure(notebook, "parameters", error, settings.lang), 0.0)
        return
    env = kernel_environment(settings, stage.path, scratch)
    done = execute(notebook, settings.parameters(), env, scratch, settings.request.cell_seconds)
    nbformat.write(done.node, stage.path / "notebooks" / f"{notebook.name}.ipynb")
    failure, facts, tables = done.failure, dict[str, object](), dict[str, TableEntry]()
    if failure is None:
        try:
            tables = gather_tables(notebook, stage.path, before)
            facts = gather_facts(notebook, stage.path)
        except SalesnbError as error:
            failure = _as_failure(notebook, "error", error, settings.lang)
    if failure is not None:
        _failed(job, notebook, failure, done.seconds)
        return
    read = params_read(facts)
    entry = NotebookEntry(state="ok", seconds=round(done.seconds, 3), facts=facts, params_read=read)
    job.results.entries[notebook.name] = _keyed(job, notebook, entry, before)
    job.results.tables |= tables
    progress.say(Text(f"{count} 完成（{done.seconds:.1f} 秒）", f"{count} done ({done.seconds:.1f} s)"))
    progress.event("done", notebook=notebook.name, seconds=round(done.seconds, 3))


def _keyed(job: Job, notebook: Notebook, entry: NotebookEntry, upstream: Mapping[str, str]) -> NotebookEntry:
    """The entry with its key, over the parameter files the notebook says it read."""
    from salesnb.runs.fingerprint import digest_of, notebook_parts

    tables = dict(job.outer) | dict(upstream)
    parts = notebook_parts(notebook, job.settings, job.inputs, tables, entry.params_read)
    return entry.model_copy(update={"parts": parts, "key": digest_of(parts)})


def _failed(job: Job, notebook: Notebook, failure: Failure, seconds: float) -> None:
    from salesnb.runs.execute import failure_error

    job.results.failures.append(failure)
    job.results.entries[notebook.name] = NotebookEntry(state="failed", seconds=round(seconds, 3))
    stopped(job.plan, notebook, job.results)
    told = failure_error(failure, notebook.shown)
    job.progress.say(Text(told.say("zh"), told.say("en")))
    job.progress.event("failed", notebook=notebook.name, kind=failure.kind, cell=failure.cell, error=failure.error)


def _as_failure(notebook: Notebook, kind: Literal["parameters", "error"], error: SalesnbError, lang: str) -> Failure:
    return Failure(notebook=notebook.name, kind=kind, error=type(error).__name__, message=error.say(lang))


def _still_the_same(job: Job) -> None:
    """What changed while notebooks ran was seen by some and not by others: such a mixture is not published.

    A changed program is the exception (people develop while a run goes on): the results lose their keys, so that the
    next run makes them again.
    """
    now = _inputs(job.settings)
    before = {**job.inputs.params, **job.inputs.data}
    after = {**now.params, **{name: value for name, value in now.data.items() if not name.endswith("(database)")}}
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    changed = [name for name in changed if not name.endswith("(database)")]
    if changed:
        raise RunError(
            Text(f"运行期间文件有改动：{'、'.join(changed)}", f"files changed during the run: {', '.join(changed)}"),
            why=Text("各笔记本看到的内容不一致，没有发布", "notebooks saw different contents; nothing was published"),
            remedy=Text("保存好后重新运行", "save them, then run again"),
        )
    if now.code != job.inputs.code:
        job.progress.event("program changed during the run")
        for name in job.results.ran():
            job.results.entries[name] = job.results.entries[name].model_copy(update={"key": "", "parts": {}})


def _finish(job: Job, stage: Stage) -> Outcome:
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
    manifest = render.write_all(settings, job.plan, manifest, stage.path, folder.version(latest) if latest else None)
    if manifest.failures:
        manifest = manifest.model_copy(update={"state": "failed", "version": ""})
        failed = True
    job.progress.event("failed" if failed else "published", version=manifest.version)
    job.progress.log = None
    shutil.rmtree(stage.path / "facts")
    (stage.path / "manifest.json").write_text(manifest.text(), encoding="utf-8", newline="\n")
    target = stage.fail() if failed else stage.publish(number)
    render.write_indexes(settings)
    shown = folder.shown("failed", target.name) if failed else folder.shown(target.name)
    page = render.first_page(target, manifest)
    failures = tuple(manifest.failures)
    return Outcome(
        "failed" if failed else "published", manifest.version, target, shown, page, manifest.changed_cells, failures
    )


def _published_meanwhile(job: Job) -> Earlier | None:
    """Another run's version with exactly the results this one has: publishing it twice would only confuse."""
    source = earlier(job.settings.folder)[0]
    keys = {name: entry.key for name, entry in source.manifest.notebooks.items()}
    same = keys == {name: entry.key for name, entry in job.results.entries.items()}
    return source if same and not job.results.failures and source.manifest.tables == job.results.tables else None


def _unchanged(job: Job, latest: Earlier) -> Outcome:
    folder: Manifest = latest.manifest
    render.refresh_indexes(job.settings, latest.path)
    shown = job.settings.folder.shown(latest.label)
    return Outcome("unchanged", latest.label, latest.path, shown, render.first_page(latest.path, folder))
