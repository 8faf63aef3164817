"""The page of a batch: what got done, what did not and why, a line a unit and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from salesnb.model.errors import Text
from salesnb.report import page
from salesnb.report.numbers import count
from salesnb.report.page import PageContext

STATES = {
    "published": (Text("已发布", "Published"), "good"),
    "unchanged": (Text("没有变化", "Unchanged"), "good"),
    "failed": (Text("有笔记本失败", "Notebooks failed"), "bad"),
    "refused": (Text("没有运行", "Not run"), "bad"),
    "lost": (Text("进程中断", "Worker lost"), "bad"),
}
TITLE = Text("批量运行", "Batch")


def render(rows: Sequence[Mapping[str, Any]], lang: str, outputs: str) -> str:
    """The page. ``rows``: unit, period, state, version, page, changed, seconds, problem; troubles come first.

    ``outputs`` is the way from the page's folder to the outputs folder; logs stand beside the page.
    """
    order = sorted(rows, key=lambda row: (STATES[row["state"]][1] != "bad", row["state"] == "unchanged"))
    labels = (Text("单位", "Unit"), Text("期间", "Period"), Text("结果", "Result"), Text("版本", "Version"),
              Text("变动格数", "Changed cells"), Text("用时（秒）", "Seconds"), Text("问题", "Problem"))  # fmt: skip
    given = {
        "title": TITLE.get(lang),
        "who": "",
        "answer": _answer(rows, lang),
        "heading": Text("每个单位和期间", "Every unit and period").get(lang),
        "labels": [label.get(lang) for label in labels],
        "rows": [_row(row, lang, outputs) for row in order],
        "find": Text("查找单位、期间、问题", "Find a unit, period or problem").get(lang),
        "log_word": Text("日志", "log").get(lang),
        "proofs": [],
        "links": (),
    }
    body = page.fill("batch.html.j2", **given, **page.header(PageContext(lang=lang, state="")))
    return page.document(TITLE.get(lang), body, lang, listing=True)


def _answer(rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    bad = [row for row in rows if STATES[row["state"]][1] == "bad"]
    done, seconds = count(len(rows) - len(bad)), count(round(sum(row["seconds"] for row in rows)))
    head = Text(
        f"共 {count(len(rows))} 个期间，{done} 个已是最新", f"{done} of {count(len(rows))} periods are up to date"
    )
    if not bad:
        return Text(f"{head.zh}，合计 {seconds} 秒。", f"{head.en}, {seconds} s of runs.").get(lang)
    units = len({row["unit"] for row in bad})
    return Text(
        f"{head.zh}，{count(len(bad))} 个没有完成（{count(units)} 个单位），其他单位不受影响。",
        f"{head.en}; {count(len(bad))} in {count(units)} units did not get done, the others are not affected.",
    ).get(lang)


def _row(row: Mapping[str, Any], lang: str, outputs: str) -> dict[str, Any]:
    words, kind = STATES[row["state"]]
    below = PurePosixPath(row["page"]).parts[1:]  # its first part is the outputs folder as the user knows it
    changed = row["changed"]
    return {
        "unit": row["unit"],
        "period": row["period"],
        "state": words.get(lang),
        "kind": kind,
        "version": page.version_words(row["version"], lang) or Text("详情", "details").get(lang) if below else "",
        "href": "/".join((outputs, *below)) if below else "",
        "changed": "" if changed is None else count(changed),
        "seconds": f"{row['seconds']:.1f}",
        "problem": row["problem"],
        "log": f"{row['unit']}.log" if kind == "bad" else "",
    }
