"""The data-quality report of a version: one page a controller reads before believing any figure.

What was read, kept and set aside file by file; what was found, gravest first, with file, row, column, value and remedy;
and every row that is not in the tables, as it stood in the export.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract, contracts
from salesnb.report import numbers, page
from salesnb.report.cards import Answer
from salesnb.report.numbers import MoneyUnit
from salesnb.report.page import PageContext
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.words import either
from salesnb.report.tables import Options, Show, render

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = {
    "stop": (Text("停止", "Stop"), "bad"),
    "error": (Text("错误", "Error"), "bad"),
    "warn": (Text("关注", "Watch"), "warn"),
    "info": (Text("提示", "Info"), ""),
}
MONTHS_SHOWN = 12
BRIDGE_MONTHS = 4
BASES = {
    "signed": Text("签约", "signed"),
    "shipped": Text("发货", "shipped"),
    "invoiced": Text("开票", "invoiced"),
    "received": Text("回款", "received"),
}
# any two bases may be neighbours: a company may export no deliveries or no invoices
STEP_ORDER = [f"{a}_{b}" for i, a in enumerate(BASES) for b in list(BASES)[i + 1 :]]
ROWS_SHOWN = 200  # the table beside the page holds all of them


def render_page(
    ledger: pd.DataFrame,
    findings: pd.DataFrame,
    aside: pd.DataFrame,
    closed: pd.DataFrame,
    bridge: pd.DataFrame,
    context: PageContext,
) -> str:
    """The page from ``import_ledger``, ``findings``, ``set_aside``, ``ledger_check`` and ``basis_bridge``; the last
    three may be empty."""
    lang = context.lang
    headings = (
        Text("读了什么，留下了什么？", "What was read, what was kept?"),
        Text("发现了什么，怎么处理？", "What was found, and what to do?"),
        Text("各月合计对得上总账吗？关账后又补录了多少？", "Do the months meet the ledger? What was booked late?"),
        Text("签约、发货、开票、回款之间还差多少？", "What lies between signed, shipped, invoiced and received?"),
        Text("哪些行没有进表？", "Which rows are not in the tables?"),
    )
    currency = str(ledger["currency"].iloc[0]) if len(ledger) else "CNY"
    months = months_closed(closed, lang, currency)
    bodies = (
        ledger_table(ledger, lang),
        findings_table(findings, lang),
        months,
        between_bases(bridge, lang, currency),
        _aside_table(aside, lang),
    )
    given = {
        "title": Text("数据质量报告", "Data quality").get(lang),
        "who": Text("给销售运营和财务：先看数据，再信数字。", "For sales operations and finance: data first.").get(
            lang
        ),
        "answer": Answer(summary(ledger, findings, lang), lang=lang).html(),
        "sections": [(h.get(lang), body) for h, body in zip(headings, bodies, strict=True) if body],
    }
    body = page.fill("quality.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(str(given["title"]), body, lang, (context.period, context.company))


def summary(ledger: pd.DataFrame, findings: pd.DataFrame, lang: str) -> Line:
    """Rows read, kept and set aside, and how many kinds of findings need a person."""
    read, kept, aside = (int(ledger[c].sum()) for c in ("read_count", "kept_count", "set_aside_count"))
    counts = {name: int((findings["severity"] == name).sum()) for name in SEVERITIES}
    line = either(
        lang,
        (f"读取 {numbers.count(read)} 行，保留 ", strong(numbers.count(kept)), f" 行，搁置 {numbers.count(aside)} 行"),
        (f"{numbers.count(read)} rows read, ", strong(numbers.count(kept)), f" kept, {numbers.count(aside)} set aside"),
    )
    if not len(findings):
        return line + either(lang, ("；", good("没有发现问题"), "。"), ("; ", good("nothing was found"), "."))
    grave = counts["stop"] + counts["error"]
    parts = [bad(f"{grave} 类错误" if lang == "zh" else f"{grave} error{'s' if grave > 1 else ''}")] if grave else []
    parts += (
        [warn(f"{counts['warn']} 类需关注" if lang == "zh" else f"{counts['warn']} to watch")] if counts["warn"] else []
    )
    parts += (
        [strong(f"{counts['info']} 条提示" if lang == "zh" else f"{counts['info']} notes")] if counts["info"] else []
    )
    line += either(lang, ("；发现 ",), ("; found ",))
    for i, part in enumerate(parts):
        line += Line(("、" if lang == "zh" else ", ") if i else "", part)
    return line + ("。" if lang == "zh" else ".")


def ledger_table(ledger: pd.DataFrame, lang: str) -> Markup:
    """Rows and money read, kept and set aside, a line a file; money only where the export has any."""
    shape = contract("import_ledger")
    money = ledger[["kept_minor", "set_aside_minor"]].abs().max().max()
    currency = str(ledger["currency"].iloc[0]) if len(ledger) else "CNY"
    unit = MoneyUnit.choose(0 if numbers.is_missing(money) else int(money), lang, currency)
    names = ("table", "file", "read_count", "kept_count", "set_aside_count", "kept_minor", "set_aside_minor")
    known = contracts()
    rows = ledger.assign(table=[known[t].label.get(lang) if t in known else t for t in ledger["table"]])
    columns = [Show(shape.column(name)) for name in names]
    return render(rows, columns, lang, unit, Options(caption=shape.label.get(lang)))


def months_closed(closed: pd.DataFrame, lang: str, currency: str) -> Markup:
    """The newest months and those off the ledger, read aloud; empty where nothing was booked late and no ledger is
    given."""
    with_ledger = closed["booked_minor"].notna()
    late = closed["late_minor"] != 0
    if not (with_ledger | late).any():
        return Markup("")
    newest = closed["month"].isin(sorted(closed["month"])[-MONTHS_SHOWN:])
    rows = closed[newest | closed["is_off"]]
    shape, unit = contract("ledger_check"), MoneyUnit.choose(int(closed["net_minor"].abs().max()), lang, currency)
    names = ["month", "net_minor"]
    names += ["booked_minor", "gap_minor", "gap_rate"] if with_ledger.any() else []
    names += ["late_minor"] if late.any() else []
    shows = [Show(shape.column(n), signed=n.startswith("gap_")) for n in names]
    lines = [_meets(closed[with_ledger], lang, currency)] if with_ledger.any() else []
    if late.any():
        total = numbers.money(int(closed["late_minor"].sum()), lang, currency)
        lines.append(
            either(
                lang,
                (f"{int(late.sum())} 个月在关账后有补录，合计 ", strong(total), "；复盘当月时不含，年累计包含。"),
                (f"{int(late.sum())} months had late bookings, ", strong(total), " in all: not in their reviews."),
            )
        )
    said = Markup("").join(Markup("<p>{}</p>").format(line.html()) for line in lines)
    return said + render(rows, shows, lang, unit, Options(caption=shape.label.get(lang)))


def between_bases(bridge: pd.DataFrame, lang: str, currency: str) -> Markup:
    """What is signed and not shipped, shipped and not invoiced, invoiced and not received: now, and month by month;
    empty where only one basis is known."""
    own = bridge[bridge["currency"] == currency]
    if own.empty:
        return Markup("")
    last = str(own["month"].max())
    names = {step: _between(str(step)) for step in STEP_ORDER if (own["step"] == step).any()}
    now = own[own["month"] == last].set_index("step")["closing_minor"]
    line = either(lang, (f"到 {numbers.month(last, lang)}：",), (f"By {numbers.month(last, lang)}: ",))
    for place, (step, name) in enumerate(names.items()):
        parted = ("，" if lang == "zh" else ", ") if place else ""
        line += Line(parted, name.get(lang), " ", strong(numbers.money(int(now[step]), lang, currency)))
    since = numbers.month(str(own["month"].min()), lang)
    line += either(lang, (f"（从 {since}的数据算起）。",), (f" (from the data of {since} on).",))
    newest = sorted(own["month"].unique())[-BRIDGE_MONTHS:]
    rows = own[own["month"].isin(newest)]
    rows = rows.assign(
        step=[_between(str(s)).get(lang) for s in rows["step"]], order=rows["step"].map(STEP_ORDER.index)
    )
    rows = rows.sort_values(["order", "month"], kind="stable")
    shape, unit = contract("basis_bridge"), MoneyUnit.choose(int(rows["closing_minor"].abs().max()), lang, currency)
    shows = [Show(Column("step", "text", shape.column("step").label))]
    shows += [
        Show(shape.column(n)) for n in ("month", "opening_minor", "added_minor", "cleared_minor", "closing_minor")
    ]
    table = render(rows, shows, lang, unit, Options(caption=shape.label.get(lang)))
    return Markup("<p>{}</p>").format(line.html()) + table


def _between(step: str) -> Text:
    """Two bases with what lies between them: "signed, not shipped"."""
    before, after = (BASES[name] for name in step.split("_"))
    return Text(f"已{before.zh}未{after.zh}", f"{before.en}, not {after.en}")


def _meets(closed: pd.DataFrame, lang: str, currency: str) -> Line:
    """How many months meet the ledger, and the one that is farthest off."""
    off = closed[closed["is_off"]]
    if off.empty:
        return either(
            lang,
            (good(f"{len(closed)} 个月与总账全部相符"), "（在容差内）。"),
            (good(f"All {len(closed)} months meet the ledger"), " within tolerance."),
        )
    most = off.iloc[int(off["gap_minor"].abs().astype("int64").to_numpy().argmax())]
    gap = bad(numbers.money(int(most["gap_minor"]), lang, currency))
    month = numbers.month(most["month"], lang)
    return either(
        lang,
        (f"{len(closed)} 个月中 ", bad(f"{len(off)} 个月"), f"与总账不符，最大是 {month}，差 ", gap, "。"),
        (f"{len(off)} of {len(closed)} months are off the ledger; most in {month}, by ", gap, "."),
    )


def findings_table(findings: pd.DataFrame, lang: str, limit: int | None = None) -> Markup:
    """Findings with their place, their value and the remedy; empty markup when there are none.

    ``limit`` prints only the first of them and says that the data-quality page, which every version has, holds all.
    """
    if not len(findings):
        return Markup("")
    shape = contract("findings")
    rows = findings.assign(
        place=[
            _place(*where, lang) for where in zip(findings["file"], findings["row"], findings["column"], strict=True)
        ],
        word=[SEVERITIES[s][0].get(lang) for s in findings["severity"]],
    )
    columns = [Show(Column("word", "text", shape.column("severity").label))]
    columns += [
        Show(Column("place", "text", Text("位置", "Where"))),
        Show(Column("value", "text", shape.column("value").label)),
    ]
    columns += [Show(shape.column("row_count"))]
    columns += [
        Show(Column(f"message_{lang}", "text", Text("说明", "Message"))),
        Show(Column(f"remedy_{lang}", "text", Text("处理办法", "Remedy"))),
    ]
    table = render(rows, columns, lang, options=Options(caption=shape.label.get(lang), limit=limit))
    if limit is None or len(rows) <= limit:
        return table
    where = Text("全部发现在“数据质量”页。", "The data-quality page lists all of them.").get(lang)
    return table + Markup('<p class="note">{}</p>').format(where)


def _place(file: object, row: object, column: object, lang: str) -> str:
    """``file, row 12, column 金额`` as far as it is known."""
    words = Text("第 {} 行", "row {}").get(lang)
    parts = [file, "" if numbers.is_missing(row) else words.format(row), column]
    return ("，" if lang == "zh" else ", ").join(str(p) for p in parts if not numbers.is_missing(p) and p != "")


def _as_it_stood(content: str) -> str:
    """The cells of a row set aside, without the empty ones; text that is no list stays as it is."""
    try:
        cells = json.loads(content)
    except ValueError:
        return content
    return " | ".join(str(cell) for cell in cells if cell not in (None, "")) if isinstance(cells, list) else content


def _aside_table(aside: pd.DataFrame, lang: str) -> Markup:
    if not len(aside):
        return Markup("")
    shape = contract("set_aside")
    columns = [
        Show(Column("file", "text", shape.column("file").label)),
        Show(shape.column("row")),
        Show(Column(f"reason_{lang}", "text", Text("原因", "Reason"))),
        Show(Column("content", "text", shape.column("content").label)),
    ]
    full = (Text("全部搁置的行（CSV）", "All rows set aside (CSV)").get(lang), "../tables/set_aside.csv")
    rows = aside.assign(content=[_as_it_stood(text) for text in aside["content"]])
    return render(rows, columns, lang, options=Options(caption=shape.label.get(lang), limit=ROWS_SHOWN, full=full))
