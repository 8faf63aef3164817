"""The five whys: what the figures answer of every grave finding, what people answered, what is still to be asked."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.review_nodes import closed_between

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.periods import Window
    from salesnb.notebook.review_closing import ClosingQuestions
    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.review import Scope

ASKED = 6  # findings that a meeting can work through
NAMED = 2  # effects that are named of one finding
TOGETHER = {"new_product": "products", "lost_product": "products", "new_customer": "customers",
            "lost_customer": "customers"}  # fmt: skip
NET_WORDS = {"customers": Text("流失多于新增的客户", "customers lost beyond those won")}
STEP = "①②③④⑤⑥⑦⑧⑨"

Row = Mapping[Hashable, Any]


def computed(book: WhyQuestions) -> dict[str, list[str]]:
    """The gravest findings with what the figures answer: how much and since when, what moved with it against last year,
    why deals were lost, whether visits fell, and whom it concerns."""
    from salesnb.report.sentences import review as said

    alerts = book.alerts_table
    sized = alerts[alerts["gap_minor"].notna() & (alerts["progress"] != "closed") & alerts["part_of"].isna()]
    known = sized[sized["kind"].isin(["node", "slice"])].sort_values(["gap_minor", "alert"], kind="stable")
    out = {str(row["name"]): _answers(book, row) for row in known.head(ASKED).to_dict("records")}
    marked = book.mix_table[book.mix_table["stands_out"]]
    for row in marked.to_dict("records"):
        name = book.say(Text(f"{row['name']}毛利率", f"{row['name']} margin"))
        out[name] = [str(said.mix(marked[marked["region_id"] == row["region_id"]], book.lang))]
    return out


def written(book: ClosingQuestions, found: set[str]) -> list[tuple[str, tuple[str, ...], str, date]]:
    """What people answered by the as-of date, the newest answer to a finding last.

    An answer of an earlier period of the year stands as long as the finding does; one that the figures do not name
    stays in the period it was written in, and in those that hold that period.
    """
    year, out = book.year.period, []
    lines = {f"{word} {name}": name for word in ("产品线", "Line", "line") for name in found}  # as the page shows it
    for text, held in book.period_files():
        begun = book.calendar.period(text).start
        own = text == book.period.text or book.period.holds(begun)
        for one in held.whys:
            finding = lines.get(str(one.finding), str(one.finding))
            if one.decided <= book.as_of and year.holds(begun) and (own or finding in found):
                out.append((finding, tuple(one.answers), one.by, one.decided))
    return sorted(out, key=lambda told: (told[3], told[0]))


def _answers(book: WhyQuestions, row: Row) -> list[str]:
    scope = _scope(book, row)
    found: list[Text | None] = [_size(book, row)]
    if scope is not None:
        where = dict(zip(str(row["dimension"]).split("+"), str(row["node_id"]).split("+"), strict=False))
        found += [_moved(book, scope, where), _lost(book, scope, where), _visited(book, scope, where)]
    if isinstance(row["people"], str) and row["people"] and row["dimension"] != "person_id":
        found.append(Text(f"涉及：{row['people']}", f"it concerns {row['people']}"))
    return [book.say(one) for one in found if one is not None]


def _scope(book: WhyQuestions, row: Row) -> Scope | None:
    """Where causes are looked for: the narrowest judged scope in which all of the shortfall lies, else the alert's."""
    from salesnb.report.numbers import is_missing

    held = next((one for one in book.scopes if one.period.text == row["scope"]), None)
    if is_missing(row["since_month"]):
        return held
    inside = [one for one in book.judged if one.period.months and one.period.months[0] <= row["since_month"]]
    return min(inside, key=lambda one: len(one.period.months), default=held)


def _size(book: WhyQuestions, row: Row) -> Text:
    from salesnb.report.numbers import is_missing, money, month, rate

    size, short = money(abs(row["gap_minor"]), book.lang, book.currency), rate(row["behind_rate"], 0)
    when = "" if is_missing(row["since_month"]) else month(row["since_month"], book.lang)
    held = Text("应完成", "what was due") if row["basis"] == "target" else Text("上年同期", "last year")
    since = Text(f"，始于 {when}", f", since {when}") if when else Text("", "")
    return Text(f"比{held.zh}少 {size}（{short}）{since.zh}", f"{size} ({short}) short of {held.en}{since.en}")


def _moved(book: WhyQuestions, scope: Scope, where: Mapping[str, str]) -> Text | None:
    """Price, volume, mix, new and lost against last year within the finding: the largest that pull it down."""
    from salesnb.intake.sums import DIMENSIONS
    from salesnb.report.numbers import money
    from salesnb.report.sentences import review as said
    from salesnb.report.sentences.words import listed
    from salesnb.stages import history

    before, now = book.window(scope, "-1y"), book.window(scope)
    if before is None or now is None or any(name not in DIMENSIONS for name in where):
        return None
    by = tuple(dict.fromkeys((*where, "customer_id", "product_line", "product_id")))
    sums = _inside(book.facts.sums(by, [before, now], book.as_of), where)
    if sums.empty:
        return None
    windows = [before, now]
    split = history.bridge(sums, windows, history.bridge_level(sums, windows))
    effects = split.assign(effect=split["effect"].replace(TOGETHER)).groupby("effect")["change_minor"].sum()
    change, down = int(effects.sum()), effects[effects < 0].sort_values(kind="stable").head(NAMED)
    total, words = money(change, book.lang, book.currency, signed=True), {**said.EFFECT_WORDS, **NET_WORDS}
    parts = [
        f"{words[str(e)].get(book.lang)} {money(int(v), book.lang, book.currency, signed=True)}"
        for e, v in down.items()
    ]
    if not parts:
        return Text(f"同比 {total}，没有哪一项拖累", f"{total} on last year, nothing pulls it down")
    named = listed(parts, book.lang)
    when = book.words_of(scope)
    return Text(
        f"{when}同比 {total}，拖累最大的是{named}", f"{when}: {total} on last year, pulled down most by {named}"
    )


def _inside(frame: pd.DataFrame, where: Mapping[str, str]) -> pd.DataFrame:
    for name, node in where.items():
        frame = frame[frame[name] == node] if name in frame else frame.iloc[:0]
    return frame


def _lost(book: WhyQuestions, scope: Scope, where: Mapping[str, str]) -> Text | None:
    """What deals within the finding were lost for, and whether that is more than a year before."""
    from salesnb.report.numbers import rate
    from salesnb.stages import review

    twin = book.window(scope, "-1y")
    now = _reasons(book, book.window(scope), where)
    found = review.lost_for(now, now.iloc[:0] if twin is None else _reasons(book, twin, where))
    if found is None:
        return None
    share = rate(found.share, 0)
    said = Text(f"丢单 {found.count} 笔，{share} 因“{found.reason}”",
                f"{found.count} deals lost, {share} for “{found.reason}”")  # fmt: skip
    if found.before is None:
        return said
    was = rate(found.before, 0)
    if found.is_noise:
        return Text(f"{said.zh}，与上年同期（{was}）的差异属偶然", f"{said.en}; chance explains the change from {was}")
    return Text(f"{said.zh}，上年同期 {was}", f"{said.en}, {was} a year before")


def _reasons(book: WhyQuestions, window: Window | None, where: Mapping[str, str]) -> pd.Series:
    known = book.known_leads
    inside = known.iloc[:0] if window is None else closed_between(known, window.start, window.end)
    return _inside(inside[inside["stage"] == "lost"], where)["lost_reason"]


def _visited(book: WhyQuestions, scope: Scope, where: Mapping[str, str]) -> Text | None:
    """A person's effective visits against the same days of last year."""
    import pandas as pd

    from salesnb.report.numbers import rate

    before, now = book.window(scope, "-1y"), book.window(scope)
    if set(where) != {"person_id"} or before is None or now is None or not book.facts.has("visits"):
        return None
    known = book.facts.table("visits", book.as_of)
    mine = known[(known["person_id"] == where["person_id"]) & known["is_effective"].fillna(False).astype(bool)]
    counts = [int(mine["date"].between(pd.Timestamp(one.start), pd.Timestamp(one.end)).sum()) for one in (before, now)]
    if not counts[0]:
        return None
    moved = rate(counts[1] / counts[0] - 1, 0, signed=True)
    return Text(f"有效拜访 {counts[1]} 次，上年同期 {counts[0]} 次（{moved}）",
                f"{counts[1]} effective visits, {counts[0]} a year before ({moved})")  # fmt: skip


def whys(book: WhyQuestions, frame: pd.DataFrame) -> Exhibit:
    """One row a finding: what the figures answer, what people answered after that, or where to answer."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.words import either
    from salesnb.report.tables import Options, Show, render

    shown = contract("review_whys")
    if frame.empty:
        return Exhibit(
            "whys", reading=either(book.lang, ("没有需要追问的发现。",), ("There is no finding to ask about.",))
        )
    line = book.say(Text("产品线 ", "line "))
    lines = set(book.alerts_table.loc[book.alerts_table["dimension"] == "product_line", "name"])
    todo = book.say(Text("待回答", "open"))
    rows = []
    for finding, own in frame.groupby("finding", sort=False):
        told = own[own["source"] == "people"]
        start = int((own["source"] == "computed").sum())
        rows.append(
            {
                "finding": f"{line}{finding}" if finding in lines else finding,
                "figures": _numbered(list(own.loc[own["source"] == "computed", "answer"]), 0, book.lang),
                "people": _numbered(list(told["answer"]), start, book.lang) or todo,
                "by": next((str(by) for by in told["by"]), ""),
            }
        )
    labels = {"finding": shown.column("finding").label, "figures": Text("数据怎么说", "What the figures say"),
              "people": Text("接着问下去，负责人的回答", "Asked on: people's answers"),
              "by": shown.column("by").label}  # fmt: skip
    kept = [name for name in labels if any(row[name] for row in rows)]
    columns = [Show(Column(name, "text", labels[name], optional=True)) for name in kept]
    table = render(rows, columns, book.lang, options=Options(caption=book.say(shown.label)))
    count, where = int((frame["source"] == "open").sum()), f"periods/{book.period.text}.yaml"
    reading = either(
        book.lang,
        (f"{len(rows)} 个发现，{count} 个还没有人回答；写在 {where} 的 whys 下，finding 照抄表中“发现”一列。",),
        (f"{len(rows)} findings, {count} still unanswered: answer under whys in {where}, finding as in this table.",),
    )
    return Exhibit("whys", table=table, reading=reading)


def _numbered(answers: list[str], start: int, lang: str) -> str:
    """Answers as one text, each with its place in the chain."""
    marks = [STEP[start + i] if start + i < len(STEP) else f"({start + i + 1})" for i in range(len(answers))]
    return ("；" if lang == "zh" else "; ").join(f"{m} {a}" for m, a in zip(marks, answers, strict=True))
