"""The notebooks of a run, one after the other: carried, executed, failed, or stopped by a failure upstream."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from salesnb.model.errors import RunError, SalesnbError, Text
from salesnb.runs.assemble import stopped
from salesnb.runs.carry import Choice, carry, choose
from salesnb.runs.dag import Notebook
from salesnb.runs.gather import gather_facts, gather_tables, params_read, table_digests
from salesnb.runs.job import Job, keyed
from salesnb.versions.manifest import Failure, NotebookEntry, TableEntry
from salesnb.versions.publish import Stage


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
    job.results.entries[notebook.name] = keyed(job, notebook, entry, before)
    job.results.tables |= tables
    progress.say(Text(f"{count} 完成（{done.seconds:.1f} 秒）", f"{count} done ({done.seconds:.1f} s)"))
    progress.event("done", notebook=notebook.name, seconds=round(done.seconds, 3))


def _failed(job: Job, notebook: Notebook, failure: Failure, seconds: float) -> None:
    from salesnb.runs.failures import failure_error

    job.results.failures.append(failure)
    job.results.entries[notebook.name] = NotebookEntry(state="failed", seconds=round(seconds, 3))
    stopped(job.plan, notebook, job.results)
    told = failure_error(failure, notebook.shown)
    job.progress.say(Text(told.say("zh"), told.say("en")))
    job.progress.event("failed", notebook=notebook.name, kind=failure.kind, cell=failure.cell, error=failure.error)


def _as_failure(notebook: Notebook, kind: Literal["parameters", "error"], error: SalesnbError, lang: str) -> Failure:
    return Failure(notebook=notebook.name, kind=kind, error=type(error).__name__, message=error.say(lang))
