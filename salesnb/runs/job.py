"""A run in progress: what it was asked for, what it starts from, and whether that is still so at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from salesnb.model.errors import RunError, Text
from salesnb.runs.assemble import Results
from salesnb.runs.carry import Earlier, choose, earlier, outer_tables
from salesnb.runs.dag import Notebook, Plan, discover, sequence
from salesnb.runs.fingerprint import (
    DATABASE,
    HashMemo,
    Inputs,
    collect,
    digest_of,
    elsewhere,
    is_generated,
    notebook_parts,
)
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request, Settings, settle
from salesnb.versions.manifest import NotebookEntry


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
    outer = outer_tables(settings, plan.outer)
    outer |= {elsewhere(name): held for name, held in outer_tables(settings, plan.consulted).items()}
    return Job(settings, plan, inputs, earlier(settings.folder), outer, progress)


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
    plan = sequence(notebooks, settings.period.kind, contracts(), settings.planning)
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


def nothing_to_do(job: Job, latest: Earlier) -> bool:
    """Whether ``latest`` already holds what this run would give: every notebook asked for, and the same pages."""
    if latest.manifest.page != job.inputs.page:
        return False
    if set(latest.manifest.notebooks) != {notebook.name for notebook in job.plan.notebooks}:
        return False
    only = job.settings.request.only
    stale = any(entry.stale for entry in latest.manifest.notebooks.values())
    return not set(out_of_date(job, latest)) & set(only) if only else not stale and not out_of_date(job, latest)


def out_of_date(job: Job, latest: Earlier) -> list[str]:
    """Names of the notebooks that ``latest`` cannot give as they would come out today, dependants not followed."""
    tables = dict(job.outer) | {name: entry.sha256 for name, entry in latest.manifest.tables.items()}
    choices = ((n.name, choose(n, job.settings, job.inputs, tables, [latest])) for n in job.plan.notebooks)
    return [name for name, choice in choices if choice.source is None]


def keyed(job: Job, notebook: Notebook, entry: NotebookEntry, upstream: Mapping[str, str]) -> NotebookEntry:
    """The entry with its key, over the parameter files the notebook says it read."""
    tables = dict(job.outer) | dict(upstream)
    parts = notebook_parts(notebook, job.settings, job.inputs, tables, entry.params_read)
    return entry.model_copy(update={"parts": parts, "key": digest_of(parts)})


def still_the_same(job: Job) -> None:
    """What changed while notebooks ran was seen by some and not by others: such a mixture is not published.

    Two exceptions. Exports that a generator made on the way were seen by all, so the keys are taken again. A changed
    program (people develop while a run goes on) takes the keys away: the next run makes these results again.
    """
    now, params = _inputs(job.settings), job.settings.params
    before, after = {**job.inputs.params, **job.inputs.data}, {**now.params, **now.data}
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    made = [name for name in changed if is_generated(params, name)]
    foreign = [name for name in changed if name not in made and not name.endswith(DATABASE)]
    if foreign:
        raise RunError(
            Text(f"运行期间文件有改动：{'、'.join(foreign)}", f"files changed during the run: {', '.join(foreign)}"),
            why=Text("各笔记本看到的内容不一致，没有发布", "notebooks saw different contents; nothing was published"),
            remedy=Text("保存好后重新运行", "save them, then run again"),
        )
    is_same_code = now.code == job.inputs.code
    if made and is_same_code:
        job.inputs = now
    tables = {name: entry.sha256 for name, entry in job.results.tables.items()}
    for notebook in job.plan.notebooks:
        entry = job.results.entries[notebook.name]
        if entry.state == "ok" and not is_same_code:
            job.results.entries[notebook.name] = entry.model_copy(update={"key": "", "parts": {}})
        elif entry.state == "ok" and made:
            job.results.entries[notebook.name] = keyed(job, notebook, entry, tables)
