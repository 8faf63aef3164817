"""What the decomposition panel shows after every edit: the conflict, before and after, each rule's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import Column

if TYPE_CHECKING:
    from markupsafe import Markup

    from salesnb.notebook.decomposition_desk import PlanDesk
    from salesnb.report.prose import Line


def conflict(desk: PlanDesk) -> tuple[str, list[tuple[int, str]]]:
    """The contradiction of the present rules as markup, and each proposal's number with its words as markup."""
    from salesnb.notebook.decomposition_rules import alike, by_number, quarrels, records
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import decomposition_rules as said

    book, found = desk.book, desk.explanation
    if found.members.empty:
        none = Text("各条规则可以同时成立，没有冲突。", "All rules can hold together: there is no conflict.")
        lines: list[str | Line] = [_failed(desk) or book.say(none)]
    else:
        lines = [said.conflict(quarrel, book.terms) for quarrel in quarrels(found, desk.desk.problem.rules)]
        if desk.refused is not None:
            must = Text(
                "必须项之间互相矛盾，下面仍是上一次的方案。",
                "Musts contradict each other: the plan below is the last one.",
            )
            lines.append(book.say(must))
    measures = {rule.id: rule.measure for rule in desk.desk.problem.rules}
    same, changes, ways = alike(found.changes), by_number(found.changes, "proposal_no"), []
    for row in records(found.proposals):
        number = int(row["proposal_no"])
        if number not in same:
            continue
        parts = [said.change(one, measures[str(one["rule_id"])], book.terms) for one in changes[number]]
        named = said.METHODS[str(row["method"])].get(book.lang)
        words = f"{named}：{'；'.join(parts)}" if book.lang == "zh" else f"{named}: {'; '.join(parts)}"
        ways.append((number, Exhibit("way", reading=words)._repr_html_()))
    title = book.say(Text("有没有冲突", "Is there a conflict"))
    return Exhibit("conflict", title=title, reading=lines)._repr_html_(), ways


def _failed(desk: PlanDesk) -> str:
    """Why the present rules cannot be planned at all, where it is no contradiction."""
    from salesnb.model.errors import SalesnbError

    return desk.refused.say(desk.book.lang) if isinstance(desk.refused, SalesnbError) else ""


def answer(desk: PlanDesk) -> str:
    """Before → after by region, a heat table of region by product line, and how long it took."""
    from salesnb.report.exhibit import Details, Exhibit

    book = desk.book
    table = _before_after(desk, "region_id")
    details = [
        Details(book.say(Text("人员：前后对照", "People: before and after")), _before_after(desk, "person_id")),
        Details(book.say(Text("人员 × 产品线", "Person by product line")), _heat(desk, "person_id", "product_line")),
        Details(book.say(Text("区域 × 产品线", "Region by product line")), _heat(desk, "region_id", "product_line")),
    ]
    solve = round(sum(desk.plan.seconds.values()) * 1000)
    total = book.terms.money(desk.plan.total)
    reading = Text(
        f"公司目标 {total}；重新求解用时 {solve} 毫秒。", f"The company's target: {total}; solved anew in {solve} ms."
    )
    title = book.say(Text("方案：原来 → 现在", "The plan: before → now"))
    return Exhibit("now", title=title, table=table, reading=book.say(reading), details=details)._repr_html_()


def _before_after(desk: PlanDesk, column: str) -> Markup:
    from salesnb.notebook.decomposition import DIMENSIONS
    from salesnb.report.tables import Options, Show, render

    book, past = desk.book, desk.past(column)
    before, after = (
        {node: amount for (node,), amount in plan.amounts(column).items()} for plan in (book.plan, desk.plan)
    )
    rows: list[dict[str, object]] = []
    for node in sorted({*before, *after}, key=lambda node: (-before.get(node, 0), node)):
        was, now, last = before.get(node, 0), after.get(node, 0), past.get(node, 0)
        if was or now:
            row = {"name": book.names_of(column).get(node, node), "before": was, "after": now, "change": now - was}
            rows.append(row | {"growth": now / last - 1 if last > 0 else None})
    shows = [
        Show(Column("name", "text", DIMENSIONS[column])),
        Show(Column("before", "minor", Text("原来", "Before"))),
        Show(Column("after", "minor", Text("现在", "Now"))),
        Show(Column("change", "minor", Text("变化", "Change")), signed=True),
        Show(Column("growth", "rate", Text("比上年增长", "Growth on last year")), signed=True),
    ]
    total = {"before": book.plan.total, "after": desk.plan.total, "change": desk.plan.total - book.plan.total}
    whole = total | {"name": book.say(Text("公司", "Company"))}
    options = Options(book.say(DIMENSIONS[column]), total=whole, fold=60)
    return render(rows, shows, book.lang, book.unit_shown, options)


def _heat(desk: PlanDesk, down: str, across: str) -> Markup:
    """Targets tinted by size, with the change against the page's plan under those that moved."""
    from salesnb.notebook.decomposition import DIMENSIONS
    from salesnb.report.tables import Options, Show, render

    book = desk.book
    now, before = (plan.amounts(down, across) for plan in (desk.plan, book.plan))
    most = max(*now.values(), 1)
    sums = {node: amount for (node,), amount in desk.plan.amounts(down).items()}
    columns = {node: f"c{at}" for at, node in enumerate(sorted({side for (_, side), amount in now.items() if amount}))}
    rows = []
    for node in sorted((node for node, amount in sums.items() if amount), key=lambda node: (-sums[node], node)):
        row: dict[str, object] = {"name": book.names_of(down).get(node, node)}
        for side, name in columns.items():
            row[name] = _cell(now.get((node, side), 0), before.get((node, side), 0), most, desk)
        rows.append(row)
    names = book.names_of(across)
    shows = [Show(Column("name", "text", DIMENSIONS[down]))]
    shows += [Show(Column(c, "minor", Text(str(names.get(n, n)), str(names.get(n, n))))) for n, c in columns.items()]
    return render(rows, shows, book.lang, book.unit_shown, Options(book.say(DIMENSIONS[down]), fold=60))


def _cell(now: int, before: int, most: int, desk: PlanDesk) -> Markup:
    from markupsafe import Markup

    unit = desk.book.unit_shown
    moved = f" <small>{unit.format(now - before, True)}</small>" if now != before else ""
    tint = f"background:rgba(31,95,191,{0.4 * now / most:.2f});padding:2px 6px;border-radius:4px"
    return Markup(f'<span style="{tint}">{unit.format(now)}{moved}</span>')  # figures: nothing to escape


def states(desk: PlanDesk) -> dict[str, str]:
    """Each rule of the file with its state in the present plan, as markup."""
    from markupsafe import Markup

    from salesnb.notebook.decomposition_rules import pill
    from salesnb.report import markup
    from salesnb.report.sentences import decomposition_rules as said
    from salesnb.report.show import notebook_style

    book, terms = desk.book, desk.book.terms
    now = {str(row["rule_id"]): row for row in desk.plan.rules.to_dict("records")}
    style = Markup("<style>{}</style>").format(Markup(notebook_style()))
    out = {}
    for rule in book.problem.rules:
        row = now.get(rule.id)
        if row is None:
            words = Markup("<s>{}</s>").format(markup.text(rule.text))
        else:
            own = {str(key): value for key, value in row.items()}
            remark = said.remark(own, terms)
            words = Markup("{} {} {}").format(
                pill(str(row["status"]), book.lang), markup.text(str(row["text"])), markup.text(remark)
            )
        out[rule.id] = str(style + Markup('<div class="snb" style="padding:0">{}</div>').format(words))
    return out
