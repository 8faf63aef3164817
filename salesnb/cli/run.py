"""``salesnb run PERIOD…``."""

from __future__ import annotations

import argparse

from salesnb.cli.commands import DONE, FINDINGS, chosen_unit, told
from salesnb.model.errors import SalesnbError, Text
from salesnb.runs.progress import on_terminal
from salesnb.runs.settings import CELL_SECONDS, Request


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""

    def option(name: str, text: Text, **more: object) -> None:
        parser.add_argument(name, help=text.get(lang), **more)  # type: ignore[arg-type]

    flag = {"action": "store_true"}
    forms = "2024 2024H1 2024Q2 2024-03 2024-W12 2024-03-15"
    option("periods", Text(f"期间：{forms}", f"periods: {forms}"), nargs="+", metavar=Text("期间", "PERIOD").get(lang))
    option("--unit", Text("单位（params 下的文件夹）", "unit: a folder of params/"))
    option(
        "--as-of",
        Text("按哪一天已知的数据与决定（默认见文档）", "what was known on this day"),
        default="",
        metavar="DATE",
    )
    option(
        "--lang",
        Text("报告语言，默认随公司", "language of the report, default the company's"),
        choices=("zh", "en"),
        default="",
    )
    option("--force", Text("即使没有变化也重新运行", "run even what is unchanged"), **flag)
    option("--only", Text("只运行这些笔记本，其余沿用", "run these notebooks, carry the others"), nargs="+", default=[])
    option("--explain", Text("只说明哪些需要运行及原因，不运行", "say what would run and why, run nothing"), **flag)
    option("--draft", Text("使用未批准的最新方案，报告标注草稿", "use the latest proposal; pages say draft"), **flag)
    option("--verify", Text("重新计算所有文件的指纹", "hash all files again"), **flag)
    option(
        "--notify",
        Text("发布后把进度发给 review.yaml 的收件方", "after publishing tell the recipients of review.yaml"),
        **flag,
    )
    seconds = Text("每个单元格的时限（秒）", "seconds a cell may take")
    option("--cell-seconds", seconds, type=int, default=CELL_SECONDS, metavar="N")
    plain = Text("每个笔记本单独启动内核，结果相同，较慢", "start every kernel by itself: same results, slower")
    option("--plain-kernels", plain, **flag)


def do(given: argparse.Namespace, lang: str) -> int:
    """Run or explain each period; the worst exit code of all."""
    unit = chosen_unit(given.unit)
    worst = DONE
    for period in given.periods:
        request = Request(
            unit=unit,
            period=period,
            as_of=given.as_of,
            lang=given.lang,
            force=given.force,
            draft=given.draft,
            verify=given.verify,
            only=tuple(given.only),
            cell_seconds=given.cell_seconds,
            plain_kernels=given.plain_kernels,
        )
        try:
            code = _explain(request, lang) if given.explain else _run(request, lang, given)
        except SalesnbError as error:  # one period that cannot run does not keep the others from running
            code = told(error, lang)
        worst = max(worst, code)
    return worst


def _run(request: Request, lang: str, given: argparse.Namespace) -> int:
    from salesnb.runs.run import run

    progress = on_terminal(lang)
    head = f"{request.unit} {request.period}"
    begun = Text(f"{head}：开始", f"{head}: start")
    progress.say(begun)
    outcome = run(request, progress)
    page = f"{outcome.shown}/{outcome.page}"
    unchanged = Text(
        f"{head}：没有变化，{outcome.version} 仍是最新版。{page}",
        f"{head}: nothing has changed, {outcome.version} is still the latest. {page}",
    )
    if outcome.state == "unchanged":
        said = unchanged
    elif outcome.state == "published":
        cells = outcome.changed_cells
        first = Text("首版", "the first version")
        changed = first if cells is None else Text(f"较上一版变动 {cells} 格", f"{cells} cells changed")
        said = Text(
            f"{head}：已发布 {outcome.version}，{changed.zh}。{page}",
            f"{head}: {outcome.version} published, {changed.en}. {page}",
        )
    else:
        count = len(outcome.failures)
        said = Text(
            f"{head}：{count} 处失败，没有发布新版本，原有版本未变。详情见 {page}",
            f"{head}: {count} failed, nothing was published, earlier versions are untouched. See {page}",
        )
    print(said.get(lang))
    options = _sealable(given)
    if outcome.state != "failed" and options is not None:
        from salesnb.runs.seal import keep

        keep(request, options, begun.get(lang), unchanged.get(lang))
    if given.notify and outcome.state == "published" and not request.draft:
        from salesnb.cli.notify import after_run

        after_run(request.unit, request.period, lang)
    return FINDINGS if outcome.state == "failed" else DONE


def _sealable(given: argparse.Namespace) -> list[str] | None:
    """The options that the same command will have when it may be answered from a seal; None for one that may not."""
    more = (given.force, given.verify, given.only, given.notify, given.plain_kernels)
    if any(more) or given.cell_seconds != CELL_SECONDS:
        return None
    valued = {"--unit": given.unit, "--as-of": given.as_of, "--lang": given.lang}
    return sorted([f"{name}={value}" for name, value in valued.items() if value] + ["--draft"] * given.draft)


def _explain(request: Request, lang: str) -> int:
    from salesnb.runs.explain import explain

    progress = on_terminal(lang)
    for line in explain(request, progress):
        print(line.get(lang))
    return DONE
