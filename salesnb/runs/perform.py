"""The notebooks of a run, each when what it reads is there: carried, executed, failed, or stopped by another failure.

Notebooks that do not wait for each other run at once, and the next one's kernel boots while they do; who waits for a
table begins when it is handed on (``early``). This thread alone
decides and keeps the results; each notebook that is executed has a thread of its own, which only waits for its kernel.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from salesnb.model.errors import RunError, Text
from salesnb.runs.ahead import BOOKS_NEED, Ahead
from salesnb.runs.assemble import stopped
from salesnb.runs.carry import Choice, carry, choose
from salesnb.runs.dag import Notebook
from salesnb.runs.early import Early, without
from salesnb.runs.job import Job, keyed
from salesnb.runs.kernels import Kernels
from salesnb.runs.lane import Done, Lane, import_for_kernels, import_for_lanes, import_now
from salesnb.versions.manifest import Failure, NotebookEntry
from salesnb.versions.publish import Stage

_LOOK_SECONDS = 0.05
_BOOT_SECONDS = 0.5


def run_notebooks(job: Job, stage: Stage, ahead: Ahead) -> None:
    """Carry or execute every notebook; failures and what they stop are noted in ``job.results``, in order.

    ``ahead`` hears of each notebook that can be shown."""
    for name in ("tables", "facts", "notebooks"):
        (stage.path / name).mkdir()
    with Kernels(job, stage.path) as kernels, ThreadPoolExecutor(len(job.plan.notebooks) + 1) as threads:
        # where nothing can be carried, a notebook need not even wait to learn whether its inputs are the same
        unread = {} if job.sources and not job.settings.request.force else without(job.plan, job.settings.params)
        course = _Course(job, stage.path, kernels, threads, ahead, Early(job.plan, stage.path, unread))
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
    ahead: Ahead
    early: Early
    lanes: dict[str, Lane] = field(default_factory=dict)
    running: dict[str, Future[Done]] = field(default_factory=dict)
    imported: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        notebooks = self.job.plan.notebooks
        self.upstream = {
            n.name: {m.name for m in notebooks if m is not n and set(m.writes) & set(n.reads)} for n in notebooks
        }
        self.most = self.job.settings.request.jobs or os.cpu_count() or 1

    def run(self) -> None:
        """Until every notebook has an entry."""
        self._start()
        if self.running and not wait(self.running.values(), _BOOT_SECONDS, FIRST_COMPLETED).done:
            import_now(BOOKS_NEED)  # after kernels have come up: theirs is the work others wait for
        self.ahead.begin()  # one after the other: a processor is to be left to the first notebook
        while self.running:
            ended = self._awaited()
            for name in [name for name, future in self.running.items() if future in ended]:
                self._ended(name, self.running.pop(name).result())
            self._start()

    def _awaited(self) -> set[Future[Done]]:
        """Who has ended, once one has or it is time to look again; a processor that is free meanwhile is used."""
        patience, began = self._patience(), time.monotonic()
        while len(self.running) < self.most and self.ahead.spare.step(self.job.results.tables):
            ended, _ = wait(self.running.values(), 0, FIRST_COMPLETED)
            if ended or (patience is not None and time.monotonic() - began > patience):
                return ended
        return wait(self.running.values(), patience, FIRST_COMPLETED)[0]

    def release(self) -> None:
        """Let every lane that still waits for its turn go."""
        for lane in self.lanes.values():
            lane.dismiss()
        self.imported.set()

    def _start(self) -> None:
        """Start what can start, what most others wait for first."""
        while len(self.running) < self.most and (ready := [n for n in self._waiting() if self._is_ready(n)]):
            self._one(ready[0])
        if self.running:
            self._boot_next()

    def _waiting(self) -> list[Notebook]:
        """Notebooks that have neither ended nor begun."""
        plan, begun = self.job.plan, self._begun()
        left = [n for n in plan.notebooks if n.name not in begun]
        return sorted(left, key=lambda n: (-self._followers(n), plan.notebooks.index(n)))

    def _begun(self) -> set[str]:
        return self.job.results.entries.keys() | self.running.keys() | self.early.ended.keys()

    def _before(self, notebook: Notebook) -> list[Notebook]:
        """Notebooks it reads from that have no entry yet."""
        missing = self.upstream[notebook.name] - self.job.results.entries.keys()
        return [n for n in self.job.plan.notebooks if n.name in missing]

    def _is_ready(self, notebook: Notebook) -> bool:
        """Whether what it reads is there: its writers have ended, or have handed it on before they end."""
        writers = self._before(notebook)
        if not writers:
            return True
        offered = self.early.offered(notebook, writers)
        if offered is None or self.most == 1:
            return False
        if self._chosen(notebook, offered).source is not None:  # carried as soon as its writers are known to be whole
            self.early.waits.add(notebook.name)
            return False
        return True

    def _patience(self) -> float | None:
        """Seconds until the tables that are handed on are looked for; None where nobody could begin on one."""
        free = len(self.running) < self.most
        watched = free and any(n.name not in self.early.waits and not n.own for n in self._waiting())
        return _LOOK_SECONDS if watched else None

    def _one(self, notebook: Notebook) -> None:
        """Carry a notebook or let it run; those that run already are told which tables may now appear."""
        for name in self.running:
            self.lanes[name].others |= set(notebook.writes)
        writers = self._before(notebook)
        offered = self.early.offered(notebook, writers) or {} if writers else {}
        choice = self._chosen(notebook, offered)
        if choice.source is not None:
            self._carry(notebook, choice)
            return
        self.job.progress.say(Text(f"{self._count(notebook)} 运行中", f"{self._count(notebook)} running"))
        self.job.progress.event("running", notebook=notebook.name, reasons=list(choice.reasons))
        if offered:
            self.early.begun[notebook.name] = offered
        lane = self._lane(notebook)
        beside = self.running.keys() | self.early.ended.keys()
        others = {table for name in beside for table in self._notebook(name).writes}
        self.running[notebook.name] = lane.go(self._tables(), others, self._gives_way(notebook))

    def _gives_way(self, notebook: Notebook) -> bool:
        """Whether a notebook that more others wait for runs already, and does not give way itself."""
        first = [self._notebook(name) for name in self.running if not self.lanes[name].gives_way]
        return any(self._followers(other) > self._followers(notebook) for other in first)

    def _followers(self, notebook: Notebook) -> int:
        """How many notebooks wait for this one, directly or through others."""
        return len(self.job.plan.after(notebook.name))

    def _boot_next(self) -> None:
        """Boot the kernel of the notebook that is certain to run next."""
        request = self.job.settings.request
        if self.job.sources and (request.only or not request.force):
            return
        for notebook in self._waiting():
            if self.upstream[notebook.name] <= self._begun():
                self._lane(notebook)
                return

    def _lane(self, notebook: Notebook) -> Lane:
        if not self.lanes:  # threads import nothing: two that import the same libraries can trip each other
            import_for_kernels()
        if notebook.name not in self.lanes:
            settings = self.job.settings
            lane = Lane(notebook, settings.parameters(), self.kernels.start(notebook.name), self.stage)
            lane.future = self.threads.submit(lane.work, self.kernels, settings.request.cell_seconds, self.imported)
            self.lanes[notebook.name] = lane
            if not self.imported.is_set():
                import_for_lanes()
                self.imported.set()
        return self.lanes[notebook.name]

    def _notebook(self, name: str) -> Notebook:
        return next(notebook for notebook in self.job.plan.notebooks if notebook.name == name)

    def _count(self, notebook: Notebook) -> str:
        notebooks = self.job.plan.notebooks
        return f"[{notebooks.index(notebook) + 1}/{len(notebooks)}] {notebook.name}"

    def _tables(self) -> dict[str, str]:
        """sha256 of every table there is so far, by name."""
        return {name: table.sha256 for name, table in self.job.results.tables.items()}

    def _chosen(self, notebook: Notebook, offered: Mapping[str, str]) -> Choice:
        job, request = self.job, self.job.settings.request
        tables = dict(job.outer) | self._tables() | dict(offered)
        chosen = choose(notebook, job.settings, job.inputs, tables, job.sources)
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
        self.ahead.carried(notebook.name, choice.source is job.latest)
        count = self._count(notebook)
        job.progress.say(Text(f"{count} 沿用 {label}", f"{count} carried from {label}"))
        job.progress.event("carried", notebook=notebook.name, source=label, stale=choice.stale)

    def _ended(self, name: str, done: Done) -> None:
        """A notebook's kernel has ended; what it left counts once everything it rests on does."""
        self.early.ended[name] = done
        if done.failure is None:
            self.ahead.ask(name)
        while ready := [n for n in self.early.ended if not self._before(self._notebook(n))]:
            self._count_in(ready[0], self.early.ended.pop(ready[0]))

    def _count_in(self, name: str, done: Done) -> None:
        job, notebook, count = self.job, self._notebook(name), self._count(self._notebook(name))
        self.early.begun.pop(name, None)
        wrong = self.early.resting_on(name) if done.failure is not None else self.early.mistaken(done.tables)
        for other in wrong:
            self._drop(self._notebook(other))
        if done.failure is not None:
            self.early.revoke(notebook)
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

    def _drop(self, notebook: Notebook) -> None:
        """Undo a notebook that began on a table that does not hold, and whoever began on what it handed on."""
        for other in self.early.resting_on(notebook.name):
            self._drop(self._notebook(other))
        done, future = self.early.ended.get(notebook.name), self.running.pop(notebook.name, None)
        lane = self.lanes.pop(notebook.name)
        if future is not None:
            lane.end()
            done = future.result()
        self.early.forget(notebook, done)
        self.job.progress.event("dropped", notebook=notebook.name)

    def _read(self, notebook: Notebook) -> Mapping[str, str]:
        """Tables of this run that the notebook reads, as they were when it began: their writers had ended."""
        return {name: digest for name, digest in self._tables().items() if name in notebook.reads}

    def _not_run(self, notebook: Notebook) -> None:
        lane = self.lanes.get(notebook.name)
        if lane is not None:
            lane.dismiss()
        self.job.progress.say(Text(f"    {notebook.name} 未运行", f"    {notebook.name} not run"))


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
