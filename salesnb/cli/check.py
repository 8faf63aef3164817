"""``salesnb check``."""

from __future__ import annotations

import argparse

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import Text, UsageError
from salesnb.model.places import units


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    help_text = Text("单位；不写则检查全部", "units; all without")
    parser.add_argument("units", nargs="*", metavar=Text("单位", "UNIT").get(lang), help=help_text.get(lang))
    parser.add_argument("--unit", action="append", default=[], help=argparse.SUPPRESS)


def do(given: argparse.Namespace, lang: str) -> int:
    """Print every finding; 1 when there are any."""
    from salesnb.runs.check import findings

    wanted = [*given.units, *given.unit] or units()
    if not wanted:
        raise UsageError(
            Text("还没有任何单位", "there is no unit yet"),
            remedy=Text("运行 salesnb init 单位 导出文件…", "run salesnb init UNIT FILE…"),
        )
    count = 0
    for unit in wanted:
        for error in findings(unit):
            count += 1
            print(f"{unit}: {error.say(lang)}")
    names = ", ".join(wanted)
    done = Text(f"{names}：没有发现问题", f"{names}: nothing found")
    print((Text(f"共 {count} 处问题", f"{count} findings") if count else done).get(lang))
    return FINDINGS if count else DONE
