"""What proves a page: the checks that hold, and what the import read, kept and set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.facts import Facts
    from salesnb.notebook.book import Check
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit

_STATE = {"info": "good", "warn": "warn", "error": "bad", "stop": "bad"}
_SEVERITY = {
    "info": Text("提示", "Info"),
    "warn": Text("关注", "Watch"),
    "error": Text("错误", "Error"),
    "stop": Text("停止", "Stop"),
}


def checks_exhibit(held: Sequence[Check], lang: str) -> Exhibit:
    """All checks with both sides; they have passed, or the notebook had stopped."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.numbers import count
    from salesnb.report.tables import Options, render

    columns = [
        Column("text", "text", Text("校验", "Check")),
        Column("left", "text", Text("左边", "Left")),
        Column("right", "text", Text("右边", "Right")),
        Column("result", "text", Text("结果", "Result")),
    ]
    passed = Text("相等", "equal").get(lang)
    rows = [{"text": c.text.get(lang), "left": count(c.left), "right": count(c.right), "result": passed} for c in held]
    reading = Text(f"{len(held)} 项校验全部通过。", f"All {len(held)} checks hold.").get(lang)
    table = render(rows, columns, lang, options=Options(caption=Text("校验", "Checks").get(lang)))
    title = Text("逐项查看", "See each of them").get(lang)
    return Exhibit("checks", reading=reading, details=[Details(title, table)])


def import_exhibit(facts: Facts, lang: str, unit: MoneyUnit) -> Exhibit:
    """Rows read, kept and set aside by table and file, and the findings that need a person, gravest first."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.tables import Options, render

    ledger, findings = facts.ledger, facts.findings
    shown = contract("import_ledger")
    names = ("table", "file", "read_count", "kept_count", "set_aside_count", "kept_minor", "set_aside_minor")
    table = render(
        ledger.assign(table=[_table_label(name, lang) for name in ledger["table"]]),
        [shown.column(name) for name in names],
        lang,
        unit,
        Options(caption=Text("导入台账", "Import ledger").get(lang)),
    )
    details = []
    if len(findings):
        title = Text(f"需要看的 {len(findings)} 条发现", f"{len(findings)} findings to look at").get(lang)
        details.append(Details(title, _findings_table(findings, lang)))
    return Exhibit("quality", reading=_reading(ledger, findings, lang), table=table, details=details)


def _table_label(name: str, lang: str) -> str:
    from salesnb.model.tables import contracts

    known = contracts().get(name)
    return known.label.get(lang) if known else name


def _reading(ledger: pd.DataFrame, findings: pd.DataFrame, lang: str) -> str:
    read, aside = int(ledger["read_count"].sum()), int(ledger["set_aside_count"].sum())
    grave = int(findings["severity"].isin(["error", "stop"]).sum())
    if not len(findings):
        return Text(
            f"共读取 {read:,} 行，全部保留，没有发现问题。", f"{read:,} rows read, all kept, nothing found."
        ).get(lang)
    return Text(
        f"共读取 {read:,} 行，保留 {read - aside:,} 行，搁置 {aside:,} 行；"
        f"发现 {len(findings)} 类问题，其中 {grave} 类应尽快处理。",
        f"{read:,} rows read, {read - aside:,} kept, {aside:,} set aside; {len(findings)} kinds of findings, "
        f"{grave} of them to be mended soon.",
    ).get(lang)


def _findings_table(findings: pd.DataFrame, lang: str) -> str:
    from salesnb.report.tables import Options, Show, render

    shown = contract("findings")
    frame = findings.assign(state=[_STATE[s] for s in findings["severity"]], row=findings["row"].astype("str"))
    frame["row"] = frame["row"].replace({"<NA>": ""})
    columns = [
        Show(Column("severity", "text", shown.column("severity").label), words=_SEVERITY),
        Show(Column("file", "text", shown.column("file").label)),
        Show(Column("row", "text", shown.column("row").label)),
        Show(Column("column", "text", shown.column("column").label)),
        Show(Column("value", "text", shown.column("value").label)),
        Show(shown.column("row_count")),
        Show(Column(f"message_{lang}", "text", Text("说明", "Message"))),
        Show(Column(f"remedy_{lang}", "text", Text("处理办法", "Remedy"))),
    ]
    frame["severity"] = [_SEVERITY[s].get(lang) for s in findings["severity"]]
    return render(frame, columns, lang, options=Options(caption=Text("发现", "Findings").get(lang)))
