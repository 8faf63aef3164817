"""A unit's data and the rules of its plans, without running a notebook: what ``salesnb check`` starts.

    python -m salesnb.notebook.unit_check UNIT LANG PERIOD…

The command line starts this as it starts notebooks, it does not import it; data and rules share one process, so that
facts are read once. One JSON list on stdout: an object a finding, see :class:`Finding`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from salesnb.model.errors import Place, SalesnbError, Text

if TYPE_CHECKING:
    from salesnb.model.params.decomposition import Rule
    from salesnb.notebook.decomposition import DecompositionBook
    from salesnb.report.sentences.decomposition_rules import Terms
    from salesnb.stages.decomposition import Explanation


class Finding(TypedDict):
    """One thing to say about the data (``period`` empty) or the rules of a plan.

    ``severity``: "stop" (nothing can run), "error" (must be mended) or "warn" (to watch). ``lines`` of text.
    """

    period: str
    severity: str
    lines: list[str]


def check(unit: str, lang: str, periods: Sequence[str]) -> list[Finding]:
    """What the quality gate found, then the rules of each of ``periods``: contradictions in the planner's words with
    the ways out, about money and about counts, and rules that cannot act as they stand.

    Musts that contradict each other, and rules nobody can read, are errors; wishes that have to give way are watched.
    """
    from salesnb.intake import facts

    try:
        noted = facts.load(unit).findings
    except SalesnbError as error:
        return [{"period": "", "severity": "stop", "lines": [error.say(lang)]}]
    found = [_noted(row, lang) for row in noted[noted["severity"] != "info"].to_dict("records")]
    return found + [one for period in periods for one in _rules(unit, period, lang)]


def _noted(row: dict[Any, Any], lang: str) -> Finding:
    line = None if row["row"] is None or row["row"] != row["row"] else int(row["row"])
    place = Place(str(row["file"] or ""), line, str(row["column"] or "") or None).get(lang)
    head = f"{row[f'message_{lang}']}{f'  [{place}]' if place else ''}"
    return {"period": "", "severity": str(row["severity"]), "lines": [head, f"→ {row[f'remedy_{lang}']}"]}


def _rules(unit: str, period: str, lang: str) -> list[Finding]:
    from salesnb.notebook import decomposition

    try:
        book = decomposition.open(unit, period, "", lang)
        said = [*_contradictions(book), *_counted(book), *_idle(book)]
    except SalesnbError as error:
        said = [("error", [error.say(lang)])]
    return [{"period": period, "severity": severity, "lines": lines} for severity, lines in said]


Said = tuple[str, list[str]]


def _contradictions(book: DecompositionBook) -> Iterator[Said]:
    found, rules = book.explanation, book.plan.problem.rules
    if not found.members.empty:
        yield _dispute(found, rules, book.terms, book.undecided is not None)


def _counted(book: DecompositionBook) -> Iterator[Said]:
    """Rules about customers, leads, visits: they are solved apart, on the money's people and months."""
    from salesnb.notebook.decomposition_counts import COUNTS

    for dispute in book.count_disputes():
        severity, lines = _dispute(dispute.found, dispute.rules, book.count_terms, dispute.is_undecided)
        name = COUNTS[dispute.count]
        head = book.say(Text(f"{name.zh}：{lines[0]}", f"{name.en}: {lines[0]}"))
        yield severity, [head, *lines[1:]]


def _dispute(found: Explanation, rules: Sequence[Rule], terms: Terms, is_undecided: bool) -> Said:
    from salesnb.notebook.decomposition_rules import alike, quarrels, records
    from salesnb.report.sentences import decomposition_rules as said

    measures = {rule.id: rule.measure for rule in rules}
    same, ways = alike(found.changes), []
    for row in records(found.proposals):
        number = int(row["proposal_no"])
        if number in same:
            own = records(found.changes[found.changes["proposal_no"] == number])
            parts = [said.change(one, measures[str(one["rule_id"])], terms) for one in own]
            named, joined = said.METHODS[str(row["method"])], "；".join(parts)
            zh, en = f"办法 {number} · {named.zh}：{joined}", f"way {number} · {named.en}: {'; '.join(parts)}"
            ways.append(terms.say(Text(zh, en)))
    lines = [str(said.conflict(quarrel, terms)) for quarrel in quarrels(found, rules)]
    head = (
        Text("必须遵守的规则互相矛盾，要先改其中一条", "rules that must hold contradict each other; change one of them")
        if is_undecided
        else Text("规则不能同时成立，优先级低的会让步", "rules cannot all hold; the less important ones will give way")
    )
    return "error" if is_undecided else "warn", [terms.say(head), *lines, *(f"→ {way}" for way in ways)]


def _idle(book: DecompositionBook) -> Iterator[Said]:
    """Rules that do nothing: no cells, no last year, or already said by others."""
    from salesnb.notebook.decomposition_rules import records
    from salesnb.report.sentences import decomposition_rules as said

    states = [(row, book.terms) for row in records(book.rule_status)]
    for plan in book.planned_counts.values():
        states += [(row, book.count_terms) for row in records(plan.rules)]
    for row, terms in states:
        if str(row["status"]) in ("no_cells", "no_base", "implied", "redundant"):
            remark = said.remark(row, terms)
            zh = f"规则 {row['rule_id']}（{row['text']}）不起作用：{remark}"
            yield "warn", [book.say(Text(zh, f"rule {row['rule_id']} ({row['text']}) does nothing: {remark}"))]


if __name__ == "__main__":
    json.dump(check(sys.argv[1], sys.argv[2], sys.argv[3:]), sys.stdout, ensure_ascii=True)
