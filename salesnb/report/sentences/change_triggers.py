"""What may call for a change request, in words: the occasion, its figures, the kind of request."""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, month, rate
from salesnb.report.prose import Line, strong
from salesnb.report.sentences.words import QUARTERS, either, listed

KINDS = {
    "target": Text("目标变更", "target change"),
    "strategy": Text("策略变更", "strategy change"),
    "resource": Text("资源调整", "shift of resources"),
}
NAMED = 3


def occasions(frame: pd.DataFrame, lang: str) -> Line:
    """How many occasions there are, and the first of them; ``frame``: ``change_triggers``, not empty."""
    kinds = {"zh": "{}（{}）", "en": "{} ({})"}
    shown = [
        kinds[lang].format(occasion(row, lang), KINDS[str(row["request"])].get(lang))
        for row in frame.head(NAMED).to_dict("records")
    ]
    more = len(frame) - len(shown)
    rest = (f"，另有 {more} 项", f", and {more} more") if more else ("", "")
    parts = "；" if lang == "zh" else "; "
    return either(
        lang,
        ("可能需要提变更：", strong(parts.join(shown)), f"{rest[0]}。是否申请由人决定。"),
        ("May call for a change: ", strong(parts.join(shown)), f"{rest[1]}. Whether to ask is for people. "),
    )


def occasion(row: dict[Any, Any], lang: str) -> str:
    """One occasion with its figures."""
    subject, measured, usual = str(row["subject"]), row["measured"], row["usual"]
    since = "" if is_missing(row["since_date"]) else str(pd.Timestamp(row["since_date"]).date())
    kind = str(row["trigger"])
    if kind == "quarter":
        subject = f"{subject[:4]} 年{QUARTERS[int(subject[-1]) - 1]}季度" if lang == "zh" else subject
        said = Text(f"{subject}完成率 {rate(measured)}，低于下限 {rate(usual, 0)}",
                    f"{subject} at {rate(measured)}, floor {rate(usual, 0)}")  # fmt: skip
    elif kind == "market":
        cut = "" if is_missing(measured) else f" {rate(measured, 0, signed=True)}"
        when = month(row["subject_id"], "zh"), month(row["subject_id"], "en")
        said = Text(f"{when[0]}市场变化：{subject}{cut}", f"{when[1]}, the market moved: {subject}{cut}")
    elif kind == "leaver":
        said = Text(f"{subject} 自 {since} 离岗", f"{subject} is away from {since}")
    elif kind == "joiners":
        names = listed(subject.split("、"), "en")
        said = Text(f"{int(measured)} 人入职（{subject}）", f"{int(measured)} people join ({names})")
    elif kind == "leads":
        when = month(subject, "zh"), month(subject, "en")
        said = Text(f"{when[0]}新增线索 {measured:,.0f} 条，通常 {usual:,.0f} 条",
                    f"{measured:,.0f} new leads in {when[1]}, usually {usual:,.0f}")  # fmt: skip
    else:
        said = Text(f"策略“{subject}”差于预测", f"strategy “{subject}” does worse than forecast")
    return said.get(lang)
