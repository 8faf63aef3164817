"""Contradictions between a plan's rules before anything is run: what ``salesnb check UNIT PERIOD`` prints of them.

    python -m salesnb.notebook.rule_check UNIT PERIOD AS_OF LANG

The command line starts this as it starts notebooks, it does not import it. One JSON list on stdout: an object a
finding, ``severity`` ("error": must be mended, "warn": to watch) and ``lines`` of text.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, TypedDict

from salesnb.model.errors import SalesnbError, Text

if TYPE_CHECKING:
    from salesnb.notebook.decomposition import DecompositionBook


class Finding(TypedDict):
    """One thing to say."""

    severity: str
    lines: list[str]


def check(unit: str, period: str, as_of: str = "", lang: str = "") -> list[Finding]:
    """Contradictions in the planner's words with the ways out, and rules that cannot act as they stand.

    Musts that contradict each other, and rules nobody can read, are errors; wishes that have to give way are watched.
    """
    from salesnb.notebook import decomposition

    try:
        book = decomposition.open(unit, period, as_of, lang)
        return [*_contradictions(book), *_idle(book)]
    except SalesnbError as error:
        return [{"severity": "error", "lines": [error.say(lang or "zh")]}]


def _contradictions(book: DecompositionBook) -> list[Finding]:
    from salesnb.notebook.decomposition_rules import alike, quarrels, records
    from salesnb.report.sentences import decomposition_rules as said

    found, plan = book.explanation, book.plan
    if found.members.empty:
        return []
    measures = {rule.id: rule.measure for rule in plan.problem.rules}
    same, ways = alike(found.changes), []
    for row in records(found.proposals):
        number = int(row["proposal_no"])
        if number in same:
            own = records(found.changes[found.changes["proposal_no"] == number])
            parts = [said.change(one, measures[str(one["rule_id"])], book.terms) for one in own]
            named, joined = said.METHODS[str(row["method"])], "；".join(parts)
            zh, en = f"办法 {number} · {named.zh}：{joined}", f"way {number} · {named.en}: {'; '.join(parts)}"
            ways.append(book.say(Text(zh, en)))
    lines = [str(said.conflict(quarrel, book.terms)) for quarrel in quarrels(found, plan.problem.rules)]
    musts = book.undecided is not None
    head = (
        Text("必须遵守的规则互相矛盾，要先改其中一条", "rules that must hold contradict each other; change one of them")
        if musts
        else Text("规则不能同时成立，优先级低的会让步", "rules cannot all hold; the less important ones will give way")
    )
    return [
        {"severity": "error" if musts else "warn", "lines": [book.say(head), *lines, *(f"→ {way}" for way in ways)]}
    ]


def _idle(book: DecompositionBook) -> list[Finding]:
    """Rules that do nothing: no cells, no last year, or already said by others."""
    from salesnb.notebook.decomposition_rules import records
    from salesnb.report.sentences import decomposition_rules as said

    out: list[Finding] = []
    for row in records(book.rule_status):
        if str(row["status"]) in ("no_cells", "no_base", "implied", "redundant"):
            remark = said.remark(row, book.terms)
            line = Text(
                f"规则 {row['rule_id']}（{row['text']}）不起作用：{remark}",
                f"rule {row['rule_id']} ({row['text']}) does nothing: {remark}",
            )
            out.append({"severity": "warn", "lines": [book.say(line)]})
    return out


if __name__ == "__main__":
    json.dump(check(*sys.argv[1:5]), sys.stdout, ensure_ascii=True)
