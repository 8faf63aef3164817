"""The notebooks of a run, each when what it reads is there: carried, executed, failed, or stopped by another failure.

Notebooks that do not wait for each other run at once, and the next one's kernel boots while they do. This thread alone
decides and keeps the results; each notebook that is executed has a thread of its own, which only waits for its kernel.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from salesnb.model.errors import RunError, Text
from salesnb.runs.assemble import stopped
from salesnb.runs.carry import Choice, carry, choose
from salesnb.runs.dag import Notebook
from salesnb.runs.job import Job, keyed
from salesnb.runs.kernels import Kernels
from salesnb.runs.lane import Done, Lane
from salesnb.versions.manifest import Failure, NotebookEntry
from salesnb.versions.publish import Stage

_LANES_NEED = (
    "nbformat",
    "papermill.execute",
    "papermill.inspection",
    "psutil",
    "salesnb.runs.engine",
    "salesnb.runs.warm",
)
# the pages are made after the notebooks: these come in while the kernels work and this process waits
_PAGES_NEED = (
    "nbconvert.exporters.html",
    "xlsxwriter",
    "salesnb.report.page",
    "salesnb.report.own",
    "salesnb.report.excel",
)


def run_notebooks(job: Job, stage: Stage) -> None:
    """Carry or execute every notebook; failures and what they stop are noted in ``job.results``, in order."""
    for name in ("tables", "facts", "notebooks"):
        (stage.path / name).mkdir()
    with Kernels(job, stage.path) as kernels, ThreadPoolExecutor(len(job.plan.notebooks) + 1) as threads:
        course = _Course(job, stage.path, kernels, threads)
        try:
            course.run()
        except BaseException:
            kernels.stop()
            course.release()
            raise
    order = [notebook.name for notebook in job.plan.notebooks]
    job.results.entries = {name: job.results.entries[name] for name in order}
    job.results.failures.sort(key=lambda failure: order.index(failure.notebook))


@dataclass
class _Course:
    """What runs, what waits, and what has ended."""

    job: Job
    stage: Path
    kernels: Kernels
    threads: ThreadPoolExecutor
    lanes: dict[str, Lane] = field(default_factory=dict)
    running: dict[str, Future[Done]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        notebooks = self.job.plan.notebooks
        self.upstream = {
            n.name: {m.name for m in notebooks if m is not n and set(m.writes) & set(n.reads)} for n in notebooks
        }
        self.most = self.job.settings.request.jobs or os.cpu_count() or 1

    def run(self) -> None:
        """Until every notebook has an entry."""
        self._start()
        if self.running:
            self.threads.submit(_import, _PAGES_NEED)
        while self.running:
            ended, _ = wait(self.running.values(), return_when=FIRST_COMPLETED)
            for name in [name for name, future in self.running.items() if future in ended]:
                self._ended(name, self.running.pop(name).result())
            self._start()

    def release(self) -> None:
        """Let every lane that still waits for its turn go."""
        for lane in self.lanes.values():
            lane.dismiss()

    def _start(self) -> None:
        """Start what can start, what most others wait for first."""
        done = self.job.results.entries
        while ready := [n for n in self._waiting() if self.upstream[n.name] <= done.keys()]:
            if len(self.running) >= self.most:
                break
            self._one(ready[0])
        if self.running:
            self._boot_next()

    def _waiting(self) -> list[Notebook]:
        """Notebooks that have neither ended nor begun."""
        plan, entries = self.job.plan, self.job.results.entries
        left = [n for n in plan.notebooks if n.name not in entries and n.name not in self.running]
        return sorted(left, key=lambda n: (-len(plan.after(n.name)), plan.notebooks.index(n)))

    def _one(self, notebook: Notebook) -> None:
        """Carry a notebook or let it run; those that run already are told which tables may now appear."""
        for name in self.running:
            self.lanes[name].others |= set(notebook.writes)
        choice = self._chosen(notebook)
        if choice.source is not None:
            self._carry(notebook, choice)
            return
        self.job.progress.say(Text(f"{self._count(notebook)} 运行中", f"{self._count(notebook)} running"))
        self.job.progress.event("running", notebook=notebook.name, reasons=list(choice.reasons))
        lane = self._lane(notebook)
        others = {table for name in self.running for table in self._notebook(name).writes}
        self.running[notebook.name] = lane.go(self._tables(), others)

    def _boot_next(self) -> None:
        """Boot the kernel of the notebook that is certain to run next."""
        request = self.job.settings.request
        if self.job.sources and (request.only or not request.force):
            return
        begun = self.job.results.entries.keys() | self.running.keys()
        for notebook in self._waiting():
            if self.upstream[notebook.name] <= begun:
                self._lane(notebook)
                return

    def _lane(self, notebook: Notebook) -> Lane:
        if not self.lanes:  # before there is a second thread: two that import the same libraries can trip each other
            _import(_LANES_NEED)
        if notebook.name not in self.lanes:
            settings = self.job.settings
            lane = Lane(notebook, settings.parameters(), self.kernels.start(notebook.name), self.stage)
            lane.future = self.threads.submit(lane.work, self.kernels, settings.request.cell_seconds)
            self.lanes[notebook.name] = lane
        return self.lanes[notebook.name]

    def _notebook(self, name: str) -> Notebook:
        return next(notebook for notebook in self.job.plan.notebooks if notebook.name == name)

    def _count(self, notebook: Notebook) -> str:
        notebooks = self.job.plan.notebooks
        return f"[{notebooks.index(notebook) + 1}/{len(notebooks)}] {notebook.name}"

    def _tables(self) -> dict[str, str]:
        """sha256 of every table there is so far, by name."""
        return {name: table.sha256 for name, table in self.job.results.tables.items()}

    def _chosen(self, notebook: Notebook) -> Choice:
        job, request = self.job, self.job.settings.request
        chosen = choose(notebook, job.settings, job.inputs, dict(job.outer) | self._tables(), job.sources)
        if request.only and notebook.name not in request.only:
            return _kept(job, notebook, chosen)
        if request.force and (not request.only or notebook.name in request.only):
            return Choice(chosen.parts, chosen.key, None, ("force",))
        return chosen

    def _carry(self, notebook: Notebook, choice: Choice) -> None:
        assert choice.source is not None
        job, label = self.job, choice.source.label
        entry = carry(notebook, choice.source, self.stage)
        job.results.entries[notebook.name] = entry.model_copy(update={"stale": choice.stale})
        source = choice.source.manifest
        job.results.tables |= {name: table for name, table in source.tables.items() if table.writer == notebook.name}
        count = self._count(notebook)
        job.progress.say(Text(f"{count} 沿用 {label}", f"{count} carried from {label}"))
        job.progress.event("carried", notebook=notebook.name, source=label, stale=choice.stale)

    def _ended(self, name: str, done: Done) -> None:
        job, notebook, count = self.job, self._notebook(name), self._count(self._notebook(name))
        if done.failure is not None:
            known = set(job.results.entries)
            _failed(job, notebook, done.failure, done.seconds)
            for stopped_name in job.results.entries.keys() - known - {name}:
                self._not_run(self._notebook(stopped_name))
            return
        # data count as a whole, and what is made on the way (an import's own parts) is nobody's parameter
        read = None if done.params is None else [name for name in done.params if name in job.inputs.params]
        entry = NotebookEntry(state="ok", seconds=round(done.seconds, 3), facts=done.facts, params_read=read)
        job.results.entries[name] = keyed(job, notebook, entry, self._read(notebook))
        job.results.tables |= done.tables
        job.progress.say(Text(f"{count} 完成（{done.seconds:.1f} 秒）", f"{count} done ({done.seconds:.1f} s)"))
        job.progress.event("done", notebook=name, seconds=round(done.seconds, 3), processor=round(done.spent, 3))

    def _read(self, notebook: Notebook) -> Mapping[str, str]:
        """Tables of this run that the notebook reads, as they were when it began: their writers had ended."""
        return {name: digest for name, digest in self._tables().items() if name in notebook.reads}

    def _not_run(self, notebook: Notebook) -> None:
        lane = self.lanes.get(notebook.name)
        if lane is not None:
            lane.dismiss()
        self.job.progress.say(Text(f"    {notebook.name} 未运行", f"    {notebook.name} not run"))


def _import(names: Sequence[str]) -> None:
    """Import for later."""
    for name in names:
        import_module(name)


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


def _failed(job: Job, notebook: Notebook, failure: Failure, seconds: float) -> None:
    from salesnb.runs.failures import failure_error

    job.results.failures.append(failure)
    job.results.entries[notebook.name] = NotebookEntry(state="failed", seconds=round(seconds, 3))
    stopped(job.plan, notebook, job.results)
    told = failure_error(failure, notebook.shown)
    job.progress.say(Text(told.say("zh"), told.say("en")))
    job.progress.event("failed", notebook=notebook.name, kind=failure.kind, cell=failure.cell, error=failure.error)
