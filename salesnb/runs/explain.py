"""Why a notebook would run again: which of its inputs changed since the version it would be carried from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from salesnb.model.errors import Text
from salesnb.runs.carry import Choice, Earlier, choose
from salesnb.runs.job import Job, nothing_to_do, out_of_date, prepare
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request

_NAMES_SHOWN = 5
_WORDS = {
    "new": Text("还没有运行过", "it has never run"),
    "notebook": Text("笔记本本身有改动", "the notebook itself changed"),
    "code": Text("程序有改动", "the program changed"),
    "params": Text("参数有改动", "parameters changed"),
    "data": Text("数据有改动", "data changed"),
    "tables": Text("上游的表有改动", "tables it reads changed"),
    "packages": Text("软件包有改动", "packages changed"),
    "settings": Text("期间、日期或语言不同", "period, dates or language differ"),
    "files": Text("上次的结果文件缺失或被改动", "files of its last result are missing or were altered"),
    "moving": Text("上次运行途中程序有改动", "the program changed while it last ran"),
    "force": Text("要求强制运行", "it was forced"),
}


def explain(request: Request, progress: Progress) -> Iterator[Text]:
    """One line per notebook in order, then what that means for the version. Nothing is run."""
    job = prepare(request, progress)
    source = job.latest or (job.sources[0] if job.sources else None)
    tables = dict(job.outer)
    running: set[str] = set()
    for notebook in job.plan.notebooks:
        upstream = sorted(
            name
            for name in running
            for n in job.plan.notebooks
            if n.name == name and set(n.writes) & set(notebook.reads)
        )
        choice = choose(notebook, job.settings, job.inputs, tables, job.sources)
        if choice.source is not None and not upstream and not request.force:
            tables |= choice.source.tables_of(notebook.name)
            yield Text(
                f"{notebook.name}：沿用 {choice.source.label}", f"{notebook.name}: carried from {choice.source.label}"
            )
            continue
        running.add(notebook.name)
        reasons = _reasons(job, choice, source, notebook.name)
        if upstream and not reasons:
            names = ", ".join(upstream)
            reasons = [
                Text(f"等待 {names} 的新结果，结果不变则沿用", f"waits for {names}; carried if that gives the same")
            ]
        zh, en = "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons)
        yield Text(f"{notebook.name}：需要运行（{zh}）", f"{notebook.name}: to run ({en})")
    if not running:
        yield _conclusion(job)


def _conclusion(job: Job) -> Text:
    if job.latest is None or not nothing_to_do(job, job.latest):
        return Text("只有页面需要重做，将发布新版本", "only pages are made again, as a new version")
    return Text(f"没有变化，{job.latest.label} 仍是最新版", f"nothing has changed, {job.latest.label} is the latest")


def _reasons(job: Job, choice: Choice, source: Earlier | None, notebook: str) -> list[Text]:
    if job.settings.request.force:
        return [_WORDS["force"]]
    if choice.source is not None:
        return []
    said = []
    for part in choice.reasons:
        names = _changed_names(job, part, source, notebook)
        zh = f"{_WORDS[part].zh}：{'、'.join(names)}" if names else _WORDS[part].zh
        en = f"{_WORDS[part].en}: {', '.join(names)}" if names else _WORDS[part].en
        said.append(Text(zh, en))
    return said


def _changed_names(job: Job, part: str, source: Earlier | None, notebook: str) -> list[str]:
    """The files behind a changed part, the first few by name; of parameters those the notebook read, came or went."""
    if source is None:
        return []
    manifest, inputs = source.manifest, job.inputs
    sides: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
        "code": (manifest.code.files, inputs.code),
        "params": (manifest.params, inputs.params),
        "data": (manifest.data, inputs.data),
        "packages": ({"python": manifest.python, **manifest.packages}, {"python": inputs.python, **inputs.packages}),
    }
    if part not in sides:
        return []
    old, new = sides[part]
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    entry = manifest.notebooks.get(notebook)
    if part == "params" and entry is not None and entry.params_read is not None:
        changed = [name for name in changed if name in entry.params_read or (name in old) != (name in new)]
    more = [f"+{len(changed) - _NAMES_SHOWN}"] if len(changed) > _NAMES_SHOWN else []
    return changed[:_NAMES_SHOWN] + more


def stale_notebooks(request: Request) -> list[str]:
    """Names of the notebooks whose inputs changed since the latest version; their dependants are not followed."""
    job = prepare(request, Progress())
    return out_of_date(job, job.latest) if job.latest else [notebook.name for notebook in job.plan.notebooks]
