"""``salesnb batch``."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from difflib import get_close_matches

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import Text, UsageError
from salesnb.model.places import units
from salesnb.runs.progress import on_terminal
from salesnb.runs.settings import CELL_SECONDS, Request


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""

    def option(name: str, text: Text, **more: object) -> None:
        parser.add_argument(name, help=text.get(lang), **more)  # type: ignore[arg-type]

    option("--units", Text("单位，默认全部", "units, default all"), nargs="+", default=[])
    option("--periods", Text("期间，按给出的顺序", "periods, in the order given"), nargs="+", required=True)
    jobs = Text("同时运行几个，默认为处理器核数", "how many at once, default the number of processors")
    option("--jobs", jobs, type=int, default=os.cpu_count() or 1, metavar="N")
    scheduler = Text(
        "改在 Dask 集群上运行：调度器地址，如 tcp://主机:8786", "on a Dask cluster: its scheduler, tcp://HOST:8786"
    )
    option("--scheduler", scheduler, default="", metavar="URL")
    memory = Text("每个单位最多占用多少内存（MB），默认不限", "memory a unit may take in MB, default no bound")
    option("--memory", memory, type=int, default=0, metavar="MB")
    option("--as-of", Text("按哪一天已知的数据与决定", "what was known on this day"), default="", metavar="DATE")
    language = Text("报告语言，默认随公司", "language of the reports, default the company's")
    option("--lang", language, choices=("zh", "en"), default="")
    option("--force", Text("即使没有变化也重新运行", "run even what is unchanged"), action="store_true")
    seconds = Text("每个单元格的时限（秒）", "seconds a cell may take")
    option("--cell-seconds", seconds, type=int, default=CELL_SECONDS, metavar="N")


def do(given: argparse.Namespace, lang: str) -> int:
    """Run everything asked and say where the page is; 1 when anything did not get done."""
    from salesnb.runs.batch import Order, batch

    if given.jobs < 1:
        raise UsageError(Text(f"--jobs {given.jobs} 至少为 1", f"--jobs {given.jobs} must be 1 or more"))
    if given.memory < 0:
        raise UsageError(Text(f"--memory {given.memory} 不能为负", f"--memory {given.memory} is below 0"))
    shared = Request("", "", as_of=given.as_of, lang=given.lang, force=given.force, cell_seconds=given.cell_seconds)
    order = Order(
        _units(given.units), tuple(dict.fromkeys(given.periods)), shared, given.jobs, given.scheduler, given.memory
    )
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + f"-{os.getpid()}"
    results, page = batch(order, on_terminal(lang), stamp)
    good = sum(result.is_good for result in results)
    print(
        Text(f"{len(results)} 个期间，{good} 个已是最新。{page}", f"{good} of {len(results)} up to date. {page}").get(
            lang
        )
    )
    return DONE if good == len(results) else FINDINGS


def _units(asked: list[str]) -> tuple[str, ...]:
    known = units()
    for unit in asked:
        if unit not in known:
            near = get_close_matches(unit, known, 1)
            remedy = Text(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else None
            raise UsageError(Text(f"没有单位 {unit}", f"there is no unit {unit}"), remedy=remedy)
    if not (asked or known):
        raise UsageError(
            Text("还没有任何单位", "there is no unit yet"),
            remedy=Text("运行 salesnb init 单位 导出文件…", "run salesnb init UNIT FILE…"),
        )
    return tuple(dict.fromkeys(asked or known))
