"""What a failed notebook says on the terminal: one line with its cell, its question and what to do."""

from __future__ import annotations

from salesnb.model.errors import Place, RunError, Text
from salesnb.report.failure import REMEDIES
from salesnb.versions.manifest import Failure

OURS = ("ParamsError", "DataError", "PeriodError", "UsageError", "VersionError", "RunError", "SalesnbError")


def failure_error(failure: Failure, shown: str) -> RunError:
    """The failure as an error with its cell, question and remedy, for the terminal."""
    whole = failure.kind in ("start", "parameters", "render")
    cell = Text("", "") if whole else Text(f"第 {failure.cell} 个代码单元格", f"code cell {failure.cell} ")
    zh, en = failure.question.get("zh", ""), failure.question.get("en", "")
    asked = Text(f"（{zh}）" if zh else "", f" ({en})" if en else "")
    ours = failure.error in OURS
    detail = failure.message if ours else failure.message.split("\n")[0]
    told = ": ".join(part for part in ("" if ours else failure.error, detail) if part)
    told = told if failure.kind in ("error", "disk", "glyph", "start", "parameters", "render") else ""
    what = _WHAT[failure.kind]
    return RunError(
        Text(
            f"{failure.notebook} {cell.zh}{what.zh}{asked.zh}{'：' + told if told else ''}",
            f"{failure.notebook}: {cell.en}{what.en}{asked.en}{': ' + told if told else ''}",
        ),
        where=Place(file=shown),
        remedy=None if ours else _REMEDY[failure.kind],
    )


_WHAT = {
    "error": Text("出错", "failed"),
    "exit": Text("中途退出，其后的单元格没有运行", "left the notebook, later cells did not run"),
    "dead": Text("的内核意外终止", "lost its kernel"),
    "memory": Text("内存不足", "ran out of memory"),
    "disk": Text("无法读写文件", "could not read or write a file"),
    "glyph": Text("的图上有字体画不出的字", "draws a character that its font lacks"),
    "timeout": Text("超过时限仍未结束", "did not end in time"),
    "start": Text("的内核无法启动", "could not start its kernel"),
    "parameters": Text("的参数不符", "has other parameters"),
    "render": Text("的页面无法生成", "cannot be made into a page"),
}
# where the terminal knows more than the page: its options and files
_REMEDY = REMEDIES | {
    "error": Text(
        "多半是程序缺陷：把失败页连同技术细节发给维护人员",
        "most likely a defect: send the failure page to the maintainers",
    ),
    "dead": Text(
        "多为内存不足：关闭其他程序或缩小数据范围后重跑",
        "mostly memory ran out: close other programs or use less data, then run again",
    ),
    "timeout": Text(
        "检查该单元格，或用 --cell-seconds 放宽时限", "look at the cell, or allow more with --cell-seconds"
    ),
    "start": Text("检查 Python 环境是否完整（ipykernel）", "check that the Python environment is whole (ipykernel)"),
    "parameters": Text("按提示修改 parameters 单元格", "change the parameters cell as said"),
    "render": Text("按提示修改笔记本的文字或图表", "change the notebook's text or charts as said"),
}
