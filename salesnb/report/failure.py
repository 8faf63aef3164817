"""The page of a failed run: which notebook, which question, what to do, and what still stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from salesnb.model.errors import SalesnbError, Text
from salesnb.report import page
from salesnb.report.page import PageContext

_KINDS = {
    "error": Text("单元格出错", "a cell failed"),
    "exit": Text("单元格中途退出，后面的内容没有运行", "a cell left the notebook; what follows did not run"),
    "dead": Text("内核意外终止，多为内存不足", "the kernel died, mostly because memory ran out"),
    "memory": Text("内存不足", "memory ran out"),
    "disk": Text("无法读写文件", "a file could not be read or written"),
    "glyph": Text("图上有字体画不出的字", "a chart has a character that its font lacks"),
    "timeout": Text("超过时限仍未结束", "the cell did not end in time"),
    "start": Text("内核无法启动", "the kernel could not start"),
    "parameters": Text("参数名称不符", "the parameters do not match"),
    "render": Text("已运行，但页面无法生成", "it ran, but no page could be made"),
}
REMEDIES = {
    "exit": Text("去掉单元格里的 exit 或 sys.exit 后重跑", "remove exit or sys.exit from the cell and run again"),
    "dead": Text("关闭其他程序或缩小数据范围后重跑", "close other programs or use less data, then run again"),
    "memory": Text("关闭其他程序或缩小数据范围后重跑", "close other programs or use less data, then run again"),
    "disk": Text(
        "检查磁盘空间与文件夹的写权限，关闭占用文件的程序后重跑",
        "check free space and the folder's access, close programs that hold the file, then run again",
    ),
    "glyph": Text(
        "换掉这些字，或用环境变量 SALESNB_FONT 指定含有它们的字体；自画的图在 matplotlib 里设置中文字体",
        "replace them, or name a font that has them in SALESNB_FONT; for own charts set matplotlib's font",
    ),
    "timeout": Text("检查该单元格，或放宽时限后重跑", "look at the cell, or allow more time, then run again"),
    "start": Text("检查 Python 环境是否完整", "check that the Python environment is whole"),
    "parameters": Text("按提示修改参数名称后重跑", "rename the parameter as said and run again"),
}
_DEFAULT_REMEDY = Text("按提示修改参数或数据后重跑", "change parameters or data as said, then run again")
_DEFECT = Text(
    "多半是程序缺陷：把本页连同技术细节发给维护人员",
    "most likely a defect of the program: send this page with its details to a maintainer",
)
_LABELS = {"where": Text("位置", "Where"), "why": Text("影响", "Why it matters"), "remedy": Text("处理", "What to do")}
_PART = re.compile(r"^\s+(位置|影响|处理|where|why it matters|what to do)[:：]\s*(.+)$")
_PARTS = {"位置": "where", "where": "where", "影响": "why", "why it matters": "why", "处理": "remedy",
          "what to do": "remedy"}  # fmt: skip
# user:password@ in an address, and password=… wherever it stands: never shown, whoever wrote the message
_SECRETS = (
    (re.compile(r"(?<=://)[^/@\s:]*:[^@\s]+(?=@)"), "***"),
    (re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api[_-]?key)(\s*[=:]\s*)(['\"]?)[^\s'\",;&]+\3"), r"\1\2***"),
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def render(
    failures: Sequence[Mapping[str, Any]],
    context: PageContext,
    stands: Sequence[str] = (),
    stopped: Sequence[str] = (),
) -> str:
    """The failure page.

    Each failure has ``notebook``, ``cell`` (code cells from 1; 0: none ran), ``question`` ({zh, en}), ``kind`` (error,
    exit, dead, memory, disk, glyph, timeout, start, parameters, render), ``error``, ``message`` (as
    ``SalesnbError.say`` writes it, or any text) and ``traceback`` (lines). ``stands`` says what is still valid (the
    version before), ``stopped`` names the notebooks that were not run because of it. Passwords are masked.
    """
    lang = context.lang
    names = Text("、", ", ").get(lang).join(dict.fromkeys(str(f["notebook"]) for f in failures))
    title = Text("运行失败", "The run failed").get(lang)
    given = {
        "title": title,
        "who": "",
        "answer": Text(f"{names} 没有完成，本次没有发布新版本。", f"{names} failed; no new version was published.").get(
            lang
        ),
        "stands_label": Text("仍然有效", "What still stands").get(lang),
        "stands": stands
        or (Text("以前发布的版本都没有变动。", "All versions published before are untouched.").get(lang),),
        "stopped_label": Text("因此没有运行", "Not run because of it").get(lang),
        "stopped": stopped,
        "trace_label": Text("技术细节（给维护人员）", "Technical details (for maintainers)").get(lang),
        "failures": [_shown(failure, lang) for failure in failures],
    }
    body = page.fill("failure.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(title, body, lang, (context.period, context.company))


def _shown(failure: Mapping[str, Any], lang: str) -> dict[str, Any]:
    kind = str(failure.get("kind") or "error")
    said = _said(mask(str(failure.get("message") or "")), kind)
    number = int(failure.get("cell") or 0)
    cell = Text(f"第 {number} 个代码单元格", f"code cell {number}").get(lang) if number else ""
    question = failure.get("question") or {}
    said_by_kind = not said["what"]
    what = said.pop("what") or _KINDS.get(kind, _KINDS["error"]).get(lang)
    name = str(failure.get("error") or "")
    # the class of a foreign error helps; that of our own adds nothing to its sentence
    ours = {SalesnbError.__name__, *(error.__name__ for error in SalesnbError.__subclasses__())}
    is_foreign = kind == "error" and name not in {"", *ours} and not said.keys() & {"where", "remedy"}
    said.setdefault("remedy", (_DEFECT if is_foreign else REMEDIES.get(kind, _DEFAULT_REMEDY)).get(lang))
    return {
        "notebook": failure["notebook"],
        "question": question.get(lang) or question.get("zh") or question.get("en") or "",
        "cell": cell,
        "kind": "" if said_by_kind else _KINDS.get(kind, _KINDS["error"]).get(lang),
        "what": f"{name}: {what}" if is_foreign and name not in what else what,
        "parts": [(_LABELS[key].get(lang), said[key]) for key in _LABELS if said.get(key)],
        "traceback": mask(_ANSI.sub("", "\n".join(map(str, failure.get("traceback") or ())))),
    }


def _said(message: str, kind: str) -> dict[str, str]:
    """The parts of a message as ``SalesnbError.say`` writes them; other text is all "what"."""
    found: dict[str, str] = {"what": ""}
    if kind in ("dead", "memory", "timeout", "exit"):
        return found
    rest = []
    for line in _ANSI.sub("", message).splitlines():
        part = _PART.match(line)
        if part:
            found[_PARTS[part.group(1)]] = part.group(2)
        elif line.strip():
            rest.append(line.strip())
    found["what"] = " ".join(rest)
    return found


def mask(message: str) -> str:
    """``message`` without passwords of addresses and of settings."""
    for pattern, instead in _SECRETS:
        message = pattern.sub(instead, message)
    return message
