"""Questions about rules: what became of each, which contradict each other, and what each way out costs whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_book import PlanBook

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.params.decomposition import Rule
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.prose import Line, Sentence
    from salesnb.report.sentences.decomposition_rules import Quarrel, Terms
    from salesnb.stages.decomposition import Explanation

_CUT = {
    "relaxed": 0,
    "no_base": 1,
    "no_cells": 1,
    "implied": 2,
    "redundant": 2,
    "binding": 3,
    "slack": 4,
    "elsewhere": 5,
}


class RuleQuestions(PlanBook):
    """Rules, contradictions, proposals."""

    def rules(self) -> Exhibit:
        """Every rule in the planner's words, what it asks, what the plan gives it, and its state."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_rules as said

        frame = self.rule_status
        table = rule_table(frame, self)
        reading = said.rules(frame, self.lang)
        if self.undecided is not None:
            reading = said.rules_open(len(frame), len(self.undecided.explanation.members), self.lang)
        return Exhibit("rules", reading=reading, table=table)

    def conflicts(self) -> Exhibit:
        """Each contradiction as arithmetic, its rules, how this plan dealt with it, and the ways out."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_rules as said

        members = self.explanation.members
        if members.empty:
            none = Text("各条规则可以同时成立，没有冲突。", "All rules can hold together: there is no conflict.")
            return Exhibit("conflicts", reading=self.say(none))
        lines = self.quarrel_lines()
        proven = bool(self.explanation.groups["is_verified"].all())
        smallest = Text("这是最小的一组：去掉其中任何一条，其余就能同时成立。",
                        "The set is smallest: without any one of them the others can hold.")  # fmt: skip
        handled = (
            said.settled(self.rule_status, self.terms) if self.undecided is None else said.open_question(self.lang)
        )
        reading: list[Sentence] = [*lines, handled, *([self.say(smallest)] if proven else [])]
        return Exhibit("conflicts", reading=reading, table=conflict_table(members, self))

    def quarrel_lines(self) -> list[Line]:
        """Each contradiction in one sentence."""
        from salesnb.report.sentences import decomposition_rules as said

        return [said.conflict(quarrel, self.terms) for quarrel in quarrels(self.explanation, self.problem.rules)]

    def proposals(self) -> Exhibit:
        """Ways to resolve the contradiction, and what each costs whom."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_rules as said

        found = self.explanation
        if found.proposals.empty and self.undecided is not None:
            none = Text(
                "没有找到可行的办法，请放宽互相矛盾的规则中的一条。", "No way out was found: loosen one of these rules."
            )
            return Exhibit("proposals", reading=self.say(none))
        if found.proposals.empty:
            none = Text("没有冲突，不需要解决办法。", "There is no conflict to resolve.")
            return Exhibit("proposals", reading=self.say(none), is_absent=True)
        table = proposal_table(found.proposals, found.changes, self)
        details = [self._costs("region_id"), self._costs("product_line")]
        return Exhibit(
            "proposals",
            reading=said.proposals(found.proposals, len(alike(found.changes)), self.terms),
            table=table,
            details=details,
        )

    def _costs(self, dimension: str) -> Details:
        """Every proposal's effect on the nodes of a dimension."""
        from salesnb.notebook.decomposition import DIMENSIONS
        from salesnb.notebook.decomposition_costs import cost_table
        from salesnb.report.exhibit import Details

        label = DIMENSIONS[dimension]
        title = Text(f"每个办法让哪个{label.zh}多担、少担多少", f"Who carries more or less: by {label.en.lower()}")
        return Details(self.say(title), cost_table(self.explanation.nodes, dimension, self))


def quarrels(found: Explanation, rules: Sequence[Rule]) -> list[Quarrel]:
    """One ``Quarrel`` a contradiction, with the dimensions each rule speaks of."""
    from salesnb.report.sentences.decomposition_rules import Quarrel

    dimensions = {rule.id: sorted(rule.where) for rule in rules}
    members, groups = (by_number(frame, "conflict_no") for frame in (found.members, found.groups))
    return [Quarrel(members[number], groups[number], dimensions) for number in members]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def by_number(frame: pd.DataFrame, column: str) -> dict[int, list[dict[str, Any]]]:
    """Rows as dictionaries by the number in a column, in the order of the rows."""
    out: dict[int, list[dict[str, Any]]] = {}
    for row in records(frame):
        out.setdefault(int(row[column]), []).append(row)
    return out


def rule_table(frame: pd.DataFrame, book: PlanBook) -> Markup:
    """One row a rule: those that gave way first, then by what they do, each in the order of the file."""
    from salesnb.report.sentences import decomposition_rules as said
    from salesnb.report.tables import Options, Show, render

    terms = book.terms
    ordered = frame.sort_values("status", key=lambda column: column.map(_CUT), kind="stable")
    open_ = set(book.undecided.explanation.members["rule_id"]) if book.undecided is not None else set[str]()
    own = {rule.id: rule.bounds for rule in book.problem.rules}
    rows = [
        {
            "text": _titled(row, book.lang),
            "asked": _asked(row, terms) if row["rule_id"] not in open_ else _only_asked(row, own, terms),
            "state": pill(str(row["status"]) if row["rule_id"] not in open_ else "undecided", book.lang),
            "remark": said.remark(row, terms) if row["rule_id"] not in open_ else "",
        }
        for row in records(ordered)
    ]
    shows = [
        Show(Column("text", "text", Text("规则", "Rule"))),
        Show(Column("state", "text", Text("状态", "State"))),
        Show(Column("asked", "text", Text("要求 → 方案", "Asked → plan"))),
        Show(Column("remark", "text", Text("说明", "Remark"))),
    ]
    caption = Text("规则与状态", "Rules and their state").get(book.lang)
    return render(rows, shows, book.lang, options=Options(caption=caption, fold=30))


def _asked(row: Mapping[str, Any], terms: Terms) -> str:
    """What a rule asks and what the plan gives it."""
    asked = terms.asked(str(row["measure"]), row["asked_low"], row["asked_high"])
    given = terms.value(str(row["measure"]), row["achieved"])
    return asked if row["status"] in ("elsewhere", "no_base", "no_cells") else f"{asked} → {given}"


def _only_asked(row: Mapping[str, Any], own: Mapping[str, Any], terms: Terms) -> str:
    """What a rule of an undecided contradiction asks: the trial may hold it at another figure."""
    low, high = own[str(row["rule_id"])]
    return terms.asked(str(row["measure"]), low, high)


def _titled(row: Mapping[str, Any], lang: str) -> Markup:
    """A rule in the planner's words, under it its strength and who set it."""
    from markupsafe import Markup

    from salesnb.report import markup
    from salesnb.report.sentences.decomposition_rules import STRENGTHS

    strength = STRENGTHS[str(row["strength"])].get(lang)
    signed = f"{strength} · {row['by']}" if isinstance(row["by"], str) and row["by"] else strength
    return Markup('{}<br><small class="note">{}</small>').format(markup.text(str(row["text"])), markup.text(signed))


def pill(status: str, lang: str) -> Markup:
    """A rule's state as a coloured word; states that are neither good nor bad stay grey."""
    from markupsafe import Markup

    from salesnb.report import cards, markup
    from salesnb.report.sentences.decomposition_rules import STATES

    state, word = STATES[status]
    if state:
        return cards.pill(state, lang, word.get(lang))
    return Markup('<span class="pill">{}</span>').format(markup.text(word.get(lang)))


def conflict_table(members: pd.DataFrame, book: PlanBook) -> Markup:
    """The rules of the contradictions: what each asks in its own terms and in money, and who gives way."""
    from salesnb.report.sentences import decomposition_rules as said
    from salesnb.report.tables import Options, Show, render

    terms, lang, of = book.terms, book.lang, contract("rule_conflicts")
    is_open = book.undecided is not None
    many = members["conflict_no"].nunique() > 1
    gives = {True: Text("已让步", "gave way"), False: Text("保持", "kept")}
    sides = {"low": Text("至少", "at least"), "high": Text("至多", "at most")}
    rows = [
        row
        | {
            "strength": said.STRENGTHS[str(row["strength"])].get(lang),
            "said": f"{sides[str(row['side'])].get(lang)} {terms.value(str(row['measure']), row['asked'])}",
            "gives": Text("未决", "not decided").get(lang) if is_open else gives[bool(row["gives_way"])].get(lang),
        }
        for row in records(members)
    ]
    shows = [
        *([Show(of.column("conflict_no"))] if many else []),
        Show(of.column("text")),
        Show(Column("said", "text", Text("要求", "Asked"))),
        Show(of.column("base_minor")),
        Show(of.column("asked_minor")),
        Show(Column("strength", "text", Text("强度", "Strength"))),
        Show(Column("gives", "text", Text("本方案", "In this plan"))),
    ]
    caption = Text("互相矛盾的规则", "Rules that contradict each other").get(lang)
    return render(
        rows, shows if not many else [shows[1], shows[0], *shows[2:]], lang, book.unit_shown, Options(caption=caption)
    )


def proposal_table(proposals: pd.DataFrame, changes: pd.DataFrame, book: PlanBook) -> Markup:
    """One row a proposal: its method, what it changes, how much is given up. Two methods of one result are one row."""
    from salesnb.report.sentences import decomposition_rules as said
    from salesnb.report.tables import Options, Show, render

    lang, of = book.lang, contract("rule_proposals")
    measures = {rule.id: rule.measure for rule in book.problem.rules}
    same, rows = alike(changes), []
    held = {int(row["proposal_no"]): row for row in records(proposals)}
    for number, numbers in same.items():
        row, own = held[number], records(changes[changes["proposal_no"] == number])
        lines = [said.change(one, measures[str(one["rule_id"])], book.terms) for one in own]
        must = Text("（要改必须项）", " (changes a must)").get(lang) if row["changes_must"] else ""
        words = list(dict.fromkeys(said.METHODS[str(held[n]["method"])].get(lang) for n in numbers))
        named = f"{number} · {Text('，', '; ').get(lang).join(words)}{must}"
        rows.append(row | {"named": named, "lines": Text("；", "; ").get(lang).join(lines)})
    shows = [
        Show(Column("named", "text", Text("办法", "Way out"))),
        Show(Column("lines", "text", Text("改什么", "What changes"))),
        Show(of.column("change_count")),
        Show(of.column("moved_minor")),
    ]
    caption = Text("解决办法", "Ways out").get(lang)
    return render(rows, shows, lang, book.unit_shown, Options(caption=caption))


def alike(changes: pd.DataFrame) -> dict[int, list[int]]:
    """The first proposal of every result → all proposals with that result."""
    of: dict[tuple[Any, ...], list[int]] = {}
    for number, own in sorted(by_number(changes, "proposal_no").items()):
        key = tuple((r["rule_id"], round(float(r["moved_minor"]), -2)) for r in own)
        of.setdefault(key, []).append(number)
    return {numbers[0]: numbers for numbers in of.values()}
