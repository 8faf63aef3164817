"""What has to be done next, by when: the last sentence of a review's first screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from salesnb.report.prose import Line, strong
from salesnb.report.sentences.words import either


@dataclass(frozen=True)
class ToDo:
    """What waits: alerts nobody works on, the quarter that misses its floor (in words, or empty), open meetings."""

    alerts: int
    quarter: str
    meetings: tuple[date, ...]
    by: date


def next_steps(todo: ToDo, lang: str) -> Line | None:
    """Who has to decide what before the next monthly meeting; None where nothing waits."""
    zh, en = [], []
    if todo.alerts:
        zh.append(f"为 {todo.alerts} 条预警定下责任人、措施和期限")
        en.append(f"give {todo.alerts} alert{'s' * (todo.alerts != 1)} an owner, an action and a date")
    if todo.quarter:
        zh.append(f"就{todo.quarter}低于下限提出目标变更，或写明不调整的理由")
        en.append(f"request new targets after {todo.quarter}, or say why not")
    for day in todo.meetings:
        zh.append(f"{day} 开市场校准会")
        en.append(f"meet on {day} about the market")
    if not zh:
        return None
    return either(
        lang,
        ("下一步，", strong(f"{todo.by} 例会前"), f"：{'；'.join(zh)}。"),
        ("Next, ", strong(f"before the meeting of {todo.by}"), f": {'; '.join(en)}."),
    )
