"""The review's exhibits of channels and legal entities: dealers, rebates, diverted sales, rulings, consolidation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_channel import ChannelQuestions
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.numbers import MoneyUnit

DEALER_COLUMNS = ("name", "parent", "sell_in_minor", "sell_out_minor", "stock_minor", "stock_months", "usual_months",
                  "is_stuffed")  # fmt: skip
GROUP_COLUMNS = ("name", "below_count", "group_in_minor", "group_out_minor", "group_stock_minor", "group_months")
REBATE_COLUMNS = ("name", "period", "amount_minor", "rebate_rate", "rebate_minor", "held_minor", "next_minor")
DIVERTED_COLUMNS = ("name", "registered", "sold_by", "net_minor", "ruling", "by")
RULING_COLUMNS = ("month", "name", "from_node", "to_node", "net_minor", "decision", "by", "decided_date")
ENTITY_COLUMNS = ("name", "gross_minor", "internal_minor", "actual_minor", "last_year_minor", "yoy_rate", "share")
SHOWN = 8  # rows of a list on the page; report.xlsx holds all


def dealers(book: ChannelQuestions) -> Exhibit:
    """Dealers' sell-in, sell-out and stock; the tree, rebates, diverted sales and rulings to unfold."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_channel as said

    frame, diverted, lang = book.dealers_table, book.diverted_table, book.lang
    reading = said.dealers(frame, diverted, lang, book.currency)
    if frame.empty and diverted.empty and book.rulings_table.empty:
        return Exhibit("dealers", reading=reading[:1], is_absent=True)
    reading += said.rebates(book.rebates_table, lang, book.currency)
    reading += said.rulings(book.rulings_table, lang, book.currency)
    table = ""
    if len(frame):
        rows = frame.assign(excess=frame["stock_months"] / frame["usual_months"])
        rows = rows.sort_values(["is_stuffed", "excess", "dealer_id"], ascending=[False, False, True], kind="stable")
        table = _table(book, rows, DEALER_COLUMNS, book.unit_shown)
    details = [*_tree(book), *_rebates(book), *_diverted(book), *_rulings(book)]
    return Exhibit("dealers", reading=reading, table=table, details=details)


def _table(
    book: ChannelQuestions,
    rows: pd.DataFrame,
    names: tuple[str, ...],
    unit: MoneyUnit | None = None,
    total: dict[str, Any] | None = None,
) -> Any:
    """The first rows of one of this room's tables, without columns nobody can fill."""
    from salesnb.report.tables import Options, Show, render

    shown = contract(_CONTRACTS[names])
    kept = [n for n in names if n == "name" or rows[n].notna().any()]
    kept = [n for n in kept if n not in ("held_minor", "internal_minor") or (rows[n] != 0).any()]
    columns = [
        Show(
            Column(n, "text", shown.column(n).label) if shown.column(n).kind == "id" else shown.column(n),
            signed=n == "yoy_rate",
            decimals=1 if n.endswith("_months") else None,
        )
        for n in kept
    ]
    held = unit or book.money_unit(int(rows["net_minor"].abs().max()) or 1)
    return render(rows, columns, book.lang, held, Options(caption=book.say(shown.label), total=total, limit=SHOWN))


def _unfold(label: str, table: Any) -> list[Details]:
    from salesnb.report.exhibit import Details

    return [Details(label, table)]


def _tree(book: ChannelQuestions) -> list[Details]:
    """Dealers together with those below them, the fullest first."""
    rows = book.dealers_table[book.dealers_table["below_count"].notna()]
    if rows.empty:
        return []
    rows = rows.sort_values(["group_months", "dealer_id"], ascending=[False, True], kind="stable")
    label = book.say(Text("上级经销商连同下级", "Dealers with those below them"))
    return _unfold(label, _table(book, rows, GROUP_COLUMNS, book.unit_shown))


def _rebates(book: ChannelQuestions) -> list[Details]:
    """Every rebate: the running period first, the largest first."""
    frame, out = book.rebates_table, []
    for rule in book.params.incentives.rebates:
        own = frame[frame["rebate"] == rule.id]
        if own.empty:
            continue
        rows = own.sort_values(["period", "rebate_minor", "dealer_id"], ascending=[False, False, True], kind="stable")
        unit = book.money_unit(int(rows["rebate_minor"].abs().max()) or 1)
        sums = {c: int(rows[c].sum()) for c in ("amount_minor", "rebate_minor", "held_minor")}
        total = {"name": book.say(Text("合计", "Total")), **sums}
        out += _unfold(str(rule.text), _table(book, rows, REBATE_COLUMNS, unit, total))
    return out


def _diverted(book: ChannelQuestions) -> list[Details]:
    frame = book.diverted_table
    if frame.empty:
        return []
    waiting = book.say(Text("待裁定（本期参数文件 rulings）", "no ruling yet (rulings in the period's file)"))
    rows = frame.assign(ruling=frame["ruling"].fillna(waiting))
    return _unfold(book.say(contract("review_diverted").label), _table(book, rows, DIVERTED_COLUMNS))


def _rulings(book: ChannelQuestions) -> list[Details]:
    rows = book.rulings_table
    label = book.say(contract("review_rulings").label)
    return _unfold(label, _table(book, rows, RULING_COLUMNS)) if len(rows) else []


def entities(book: ChannelQuestions) -> Exhibit:
    """Legal entities alone and consolidated; absent where the company is one."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_channel as said

    frame = book.entities_table
    if len(frame) < 2 and not book.params.company.entities:
        one = Text("公司只有一个法人主体，没有合并抵销。", "The company is one legal entity: nothing is eliminated.")
        return Exhibit("entities", reading=book.say(one), is_absent=True)
    rows = frame.sort_values(["actual_minor", "entity_id"], ascending=[False, True], kind="stable")
    rows = book.named(rows.assign(node_id=rows["entity_id"]))
    sums = {c: int(rows[c].sum()) for c in ("gross_minor", "internal_minor", "actual_minor")}
    before = {c: book.main_pace[c] for c in ("last_year_minor", "yoy_rate")}
    total = {"name": book.say(Text("合并", "Group")), **sums, **before}
    table = _table(book, rows, ENTITY_COLUMNS, book.unit_shown, total)
    return Exhibit("entities", reading=said.entities(frame, book.lang, book.currency), table=table)


_CONTRACTS = {
    DEALER_COLUMNS: "review_dealers",
    GROUP_COLUMNS: "review_dealers",
    REBATE_COLUMNS: "review_rebates",
    DIVERTED_COLUMNS: "review_diverted",
    RULING_COLUMNS: "review_rulings",
    ENTITY_COLUMNS: "review_entities",
}
