"""Commands, their arguments, the language they speak and the exit codes they end with."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

from salesnb.model.errors import LANGUAGES, PeriodError, SalesnbError, Text, UsageError
from salesnb.model.places import params_dir, units

DONE, FINDINGS, MISUSE = 0, 1, 2
# command → module of this package with ``add(parser, lang)`` and ``do(arguments, lang) -> exit code``
COMMANDS = {
    "run": ("run", Text("运行一个或多个期间的笔记本并发布版本", "run the notebooks of periods and publish versions")),
    "batch": ("batch", Text("批量运行多个单位和期间", "run many units and periods at once")),
    "check": (
        "check",
        Text("不运行，检查参数、数据来源和笔记本", "check parameters, sources and notebooks without running"),
    ),
    "init": ("init", Text("根据导出文件新建一个单位", "set up a unit from its exports")),
    "approve": ("approve", Text("批准一版目标方案，成为执行的目标", "approve a proposal as the targets in force")),
    "forms": ("forms", Text("导入交回的承诺填报表", "take in the commitment forms that came back")),
    "letters": ("letters", Text("出责任书、登记签收", "issue responsibility letters, record which came back")),
    "change": ("change", Text("目标、策略、资源的变更申请与审批", "requests to change targets, strategy or resources")),
    "notify": ("notify", Text("把进度或变更发到群和邮箱", "tell the team's groups and mailboxes")),
    "diff": ("diff", Text("逐格比较两个版本", "compare two versions cell by cell")),
    "status": ("status", Text("列出单位、期间、版本及其状态", "list units, periods and versions with their state")),
    "prune": ("prune", Text("清理旧版本、失败记录和残留文件", "remove old versions, failed runs and leftovers")),
    "lab": ("lab", Text("在 JupyterLab 中打开笔记本", "open the notebooks in JupyterLab")),
}
_LANGUAGE_LINE = re.compile(r"^language:\s*[\"']?(zh|en)\b", re.MULTILINE)


class Parser(argparse.ArgumentParser):
    """argparse that raises our errors, so that they are said in the user's language."""

    def error(self, message: str) -> NoReturn:
        """Wrong use."""
        raise UsageError(
            Text(f"命令写法不对：{message}", f"wrong use: {message}"),
            remedy=Text(f"用法见 {self.prog} --help", f"see {self.prog} --help"),
        )


class Interrupted(BaseException):
    """SIGTERM, raised where the run stands so that its stage and kernels are cleaned up."""


def command(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every message goes to stderr, in the company's language."""
    lang = spoken(arguments)
    wanted = next((name for name in arguments if name in COMMANDS), "")
    _plain_output()
    previous = _on_terminate()
    try:
        given = parser(lang, wanted).parse_args(arguments)
        module: Any = import_module(f"salesnb.cli.{COMMANDS[given.command][0]}")
        code: int = module.do(given, lang)
        return code
    except SalesnbError as error:
        return told(error, lang)
    except (KeyboardInterrupt, Interrupted) as stop:
        text = Text(
            "已中断：没有留下半成品，已发布的版本都完整。",
            "Interrupted: nothing is half-done, what was published is whole.",
        )
        print(text.get(lang), file=sys.stderr)
        return 128 + (signal.SIGINT if isinstance(stop, KeyboardInterrupt) else signal.SIGTERM)
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def told(error: SalesnbError, lang: str) -> int:
    """Say ``error`` on stderr, without passwords, and return the exit code it stands for."""
    from salesnb.versions.snapshot import masked_text

    print(masked_text(error.say(lang)), file=sys.stderr)
    return MISUSE if isinstance(error, (UsageError, PeriodError)) else FINDINGS


def parser(lang: str, wanted: str = "") -> Parser:
    """The parser, its help in ``lang``. All commands are known by name, only ``wanted`` by its arguments."""
    whole = Parser(prog="salesnb", description=Text("销售工作簿", "Sales workbook").get(lang))
    commands = whole.add_subparsers(dest="command", required=True, metavar=Text("命令", "COMMAND").get(lang))
    for name, (module, help_text) in COMMANDS.items():
        one = commands.add_parser(name, help=help_text.get(lang), description=help_text.get(lang))
        if name == wanted:
            import_module(f"salesnb.cli.{module}").add(one, lang)
    return whole


def spoken(arguments: Sequence[str]) -> str:
    """The language of messages: ``--lang``, else that of the company named (or the only one), else SALESNB_LANG, zh."""
    chosen = _option(arguments, "--lang") or ""
    if chosen in LANGUAGES:
        return chosen
    written = _language_of_unit(arguments)
    if written:
        return written
    preferred = os.environ.get("SALESNB_LANG", "")
    return preferred if preferred in LANGUAGES else "zh"


def _language_of_unit(arguments: Sequence[str]) -> str:
    """The language of the company named, or of the only one; empty when none can be told."""
    try:
        known = units()
        named = [name for name in (_option(arguments, "--unit"), *arguments) if name in known] or known
        if not named or (len(known) > 1 and named == known):
            return ""
        text = (params_dir() / str(named[0]) / "company.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, SalesnbError):
        return ""  # the command itself will say what is wrong with the file
    found = _LANGUAGE_LINE.search(text)
    return found.group(1) if found else "zh"


def chosen_unit(unit: str | None) -> str:
    """The unit named, or the only one there is; UsageError names those that exist."""
    if unit:
        return unit
    known = units()
    if len(known) == 1:
        return known[0]
    if not known:
        raise UsageError(
            Text("还没有任何单位", "there is no unit yet"),
            remedy=Text("运行 salesnb init 单位 导出文件…", "run salesnb init UNIT FILE…"),
        )
    names = ", ".join(known)
    raise UsageError(
        Text(f"有多个单位，请用 --unit 指定：{names}", f"there are several units, name one with --unit: {names}")
    )


def _option(arguments: Sequence[str], name: str) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(f"{name}="):
            return argument.split("=", 1)[1]
    return None


def _plain_output() -> None:
    """Chinese on every console: a Windows code page without it must not stop a run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="backslashreplace")


def _on_terminate() -> Any:
    """SIGTERM (a scheduler's stop) ends a run as Ctrl-C does; a second one while cleaning up is ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Interrupted

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: whoever embeds us handles signals
        return None
