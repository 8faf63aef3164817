"""Taking a way out of a contradiction without opening a notebook: what ``salesnb check UNIT PLAN --take N`` starts.

    python -m salesnb.notebook.rule_take UNIT PLAN NUMBER BY DECIDED REFERENCE LANG

It does what the panel's button and its save do: the rules the way names get new dated entries in decomposition.yaml.
One JSON object on stdout: ``lines`` of text, and ``taken``.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TypedDict

from salesnb.model.errors import SalesnbError, Text, UsageError


class Taken(TypedDict):
    """What happened."""

    taken: bool
    lines: list[str]


def take(unit: str, plan: str, number: int, by: str, decided: date, reference: str = "", lang: str = "") -> Taken:
    """Write way out ``number`` of the plan's contradiction as decided by ``by``; says which rules were written.

    UsageError where there is no such way; whatever saving refuses (a file changed meanwhile, dates that stand already).
    """
    from salesnb.notebook import decomposition
    from salesnb.notebook.decomposition_desk import PlanDesk

    book = decomposition.open(unit, plan, "", lang)
    desk = PlanDesk(book)
    known = [int(one) for one in desk.explanation.proposals["proposal_no"]]
    if number not in known:
        listed = "、".join(map(str, known)) or "—"
        raise UsageError(
            Text(
                f"没有办法 {number}；可选：{listed}",
                f"there is no way {number}; possible: {listed.replace('、', ', ')}",
            ),
            remedy=Text("先不带 --take 运行 check，看有哪些办法", "run check without --take to see the ways"),
        )
    desk.take(number)
    texts = {rule.id: rule.text for rule in desk.edits}
    written = desk.save(by, decided, reference)
    lines = [book.say(Text(f"已写入 {desk.sheet.shown}：", f"written to {desk.sheet.shown}:"))]
    lines += [f"{name}  {texts[name]}" for name in written]
    if desk.refused is not None or len(desk.explanation.members):
        lines.append(
            book.say(Text("还有另一组冲突，请再运行 check。", "There is another contradiction: run check again."))
        )
    return {"taken": True, "lines": lines}


def main(given: list[str]) -> Taken:
    """:func:`take` from the command line's words; what it refuses is said."""
    unit, plan, number, by, decided, reference, lang = given
    try:
        return take(unit, plan, int(number), by, date.fromisoformat(decided), reference, lang)
    except SalesnbError as error:
        return {"taken": False, "lines": [error.say(lang or "zh")]}


if __name__ == "__main__":
    json.dump(main(sys.argv[1:8]), sys.stdout, ensure_ascii=True)
