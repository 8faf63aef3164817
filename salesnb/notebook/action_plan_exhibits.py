"""The action plan's exhibits: checked tables in, what a reader sees out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.report.sentences.states import KINDS, STATE_WORDS

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.params.risks import Risk, Trigger
    from salesnb.report.cards import Card
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit

COLOURS = {
    "done": "good", "reached": "good", "kept": "good", "approved": "good", "exact": "good", "calm": "good",
    "late": "bad", "missed": "bad", "broken": "bad", "fired": "bad", "rejected": "bad", "short": "bad",
    "no_key_results": "bad", "overlap": "warn", "over": "warn", "incomplete": "warn", "submitted": "warn",
}  # fmt: skip
# metric → its name and the unit its figures are written in
METRICS = {
    "sales": (Text("销售额", "Sales"), "yuan"),
    "gross_margin": (Text("毛利率", "Gross margin"), "ratio"),
    "collection_rate": (Text("回款率", "Collection rate"), "ratio"),
    "lead_count": (Text("线索数", "Leads"), "count"),
    "new_customers": (Text("新客户数", "New customers"), "count"),
    "attainment": (Text("达成率", "Attainment"), "ratio"),
    "repurchase_rate": (Text("复购率", "Repurchase rate"), "ratio"),
    "dealers_without_orders": (Text("未进货经销商", "Dealers without orders"), "count"),
    "dealer_stock_months": (Text("经销商库存月数", "Dealers' stock in months"), "count"),
    "competitor_price_change": (Text("竞品价格变动", "Competitors' price change"), "ratio"),
}
SEVERITY = {"fault": Text("须改正", "Fix"), "ask": Text("须问清", "Clarify"), "note": Text("提示", "Note")}
SEVERITY_COLOURS = {"fault": "bad", "ask": "warn", "note": ""}
CHANCES = ((0.0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 1.01))


def said(frame: pd.DataFrame, lang: str, who: Callable[[Any], str], words: Mapping[str, Text] | None = None) -> Any:
    """A copy for reading: owners as names, kinds and states as words, ``colour`` of each state."""
    known = {**STATE_WORDS, **(words or {})}
    out = frame.copy()
    for name in ("owner", "asked_by"):
        if name in out:
            out[name] = [who(v) for v in out[name]]
    if "kind" in out:
        out["kind"] = [KINDS[k].get(lang) if k in KINDS else str(k) for k in out["kind"]]
    if "state" in out:
        out["colour"] = [COLOURS.get(str(s), "") for s in out["state"]]
        out["state"] = [known[s].get(lang) if s in known else str(s) for s in out["state"]]
    return out


def table(
    frame: Any,
    name: str,
    columns: Sequence[str],
    unit: MoneyUnit,
    caption: Text,
    total: Mapping[str, Any] | None = None,
) -> Markup:
    """Columns of table ``name``, the state coloured by its word."""
    from salesnb.report.tables import Options, Show, render

    held, lang = contract(name), unit.lang
    shows = [Show(_plain(held.column(c)), state_from="colour" if c == "state" else "") for c in columns]
    return render(frame, shows, lang, unit, Options(caption=caption.get(lang), total=total))


def written(value: Any, unit: Any, lang: str, money_of: tuple[str, int]) -> str:
    """A figure of a measure in its own unit: money, a rate, a count."""
    from salesnb.report.numbers import MISSING, figure, is_missing, money, points, rate

    currency, minor = money_of
    if is_missing(value):
        return MISSING
    if unit == "yuan":
        return money(round(float(value) * minor), lang, currency)
    if unit == "ratio":
        return rate(value)
    if unit == "points":
        return points(value, lang)
    return figure(value, 0 if float(value).is_integer() else 1)


def _plain(column: Column) -> Column:
    """Ids that hold words by now are text, and so are figures whose unit stands in another column."""
    return Column(column.name, "text", column.label, column.unit, column.definition, column.optional) if (
        column.kind == "id" or column.name in ("asked", "actual", "last_value", "quantity")
    ) else column  # fmt: skip


def cards(
    frames: Mapping[str, pd.DataFrame], cost: tuple[int, int | None, MoneyUnit], lang: str, unit: MoneyUnit
) -> list[Card]:
    """Objectives made, tasks, faults, pay against its budget, expected loss."""
    from salesnb.report.cards import Card

    goals, tasks, found, risks = (frames[n] for n in ("objectives", "tasks", "findings", "risks"))
    exact, late = int((goals["state"] == "exact").sum()), int((tasks["state"] == "late").sum())
    done, faults = int((tasks["state"] == "done").sum()), int((found["severity"] == "fault").sum())
    asks = int((found["severity"] == "ask").sum())
    expected, budget, pay = cost
    over = budget is not None and expected > budget
    loss = int(risks.loc[risks["sign"] == "-", "expected_minor"].sum()) if len(risks) else 0
    fired = int((risks["state"] == "fired").sum()) if len(risks) else 0

    def say(zh: str, en: str) -> str:
        return Text(zh, en).get(lang)

    watch, fine = say("关注", "Watch"), say("正常", "Fine")
    return [
        Card(say("目标与关键结果相符", "Objectives made"), f"{exact} / {len(goals)}",
             say("关键结果合计恰为目标", "key results sum to them"), state="good" if exact == len(goals) else "warn",
             word=fine if exact == len(goals) else watch),
        Card(say("任务完成", "Tasks done"), f"{done} / {len(tasks)}", say(f"逾期 {late} 项", f"{late} late"),
             state="bad" if late else "", word=say("有逾期", "Late") if late else "",
             progress=done / len(tasks) if len(tasks) else None),
        Card(say("须改正", "To fix"), str(faults), say(f"另有 {asks} 处要问清", f"{asks} more to clarify"),
             state="bad" if faults else "good", word=say("先改", "First") if faults else fine),
        Card(say("激励期望成本", "Expected pay"), pay.brief(expected),
             "" if budget is None else say(f"预算 {pay.brief(budget)}", f"budget {pay.brief(budget)}"),
             state="" if budget is None else "bad" if over else "good",
             word="" if budget is None else say("超预算", "Over") if over else say("预算内", "Within")),
        Card(say("风险期望影响", "Expected loss"), unit.brief(loss), say(f"已触发 {fired} 项", f"{fired} fired"),
             state="warn" if fired else "", word=say("已触发", "Fired") if fired else ""),
    ]  # fmt: skip


def gantt_chart(
    frames: tuple[pd.DataFrame, pd.DataFrame], who: Callable[[Any], str], day: date, lang: str
) -> Markup | None:
    """Tasks by due date, then milestones; None without dated tasks."""
    from salesnb.report.charts.gantt import Span, gantt

    tasks, stones = frames
    rows = []
    for row in tasks.dropna(subset=["due_date"]).sort_values(["start_date", "due_date", "task_id"]).to_dict("records"):
        end = row["due_date"].date()
        start = end if row["start_date"] != row["start_date"] else min(row["start_date"].date(), end)
        rows.append(Span(str(row["text"]), start, end, str(row["state"]), who(row["owner"]), bool(row["is_critical"])))
    for row in stones.sort_values(["due_date", "milestone_id"]).to_dict("records"):
        state = {"reached": "reached", "missed": "missed"}.get(str(row["state"]), "milestone")
        rows.append(Span(str(row["text"]), row["due_date"].date(), row["due_date"].date(), state))
    return gantt(rows, day, lang) if rows else None


def matrix(risks: pd.DataFrame, lang: str) -> Markup:
    """Threats by probability and impact: how many stand where."""
    from salesnb.report.charts import heat
    from salesnb.report.numbers import Count, rate

    threats = risks[risks["sign"] == "-"]
    impacts = list(range(1, 6))
    rows, values = [], []
    for low, high in reversed(CHANCES):
        edge = rate(min(high, 1.0), 0)
        rows.append(Text(f"概率 {rate(low, 0)}—{edge}", f"{rate(low, 0)}–{edge}").get(lang))
        inside = threats[(threats["probability_rate"] >= low) & (threats["probability_rate"] < high)]
        values.append([int((inside["impact"] == impact).sum()) for impact in impacts])
    columns = [Text(f"影响 {i}", f"Impact {i}").get(lang) for i in impacts]
    return heat(rows, columns, values, Count(lang))


def triggers(risks: pd.DataFrame, shown: Any, lang: str, money_of: tuple[str, int], register: Sequence[Risk]) -> Markup:
    """Each risk's trigger: what it watches, the line and on which side of it it fires, the latest month, the state.

    ``shown``: the rows in words. ``register``: the risks as they were written.
    """
    from salesnb.report.tables import Options, Show, render

    held = contract("action_risks")
    rows = shown[shown["metric"].notna()].copy()
    metrics = [METRICS.get(str(m), (Text(str(m), str(m)), "")) for m in risks.loc[rows.index, "metric"]]
    rows["metric"] = [name.get(lang) for name, _ in metrics]
    for column in ("line", "reading"):
        values = risks.loc[rows.index, column]
        rows[column] = [written(v, unit, lang, money_of) for v, (_, unit) in zip(values, metrics, strict=True)]
    sides = {risk.id: _side(risk.trigger, lang) for risk in register if risk.trigger is not None}
    found = [sides.get(str(risk), ("", "")) for risk in risks.loc[rows.index, "risk_id"]]
    rows["line"] = [f"{side} {line}{more}".strip() for line, (side, more) in zip(rows["line"], found, strict=True)]
    columns = [Show(Column(c, "text", held.column(c).label)) for c in ("text", "metric", "line", "reading")]
    columns.append(Show(Column("state", "text", held.column("state").label), state_from="colour"))
    return render(rows, columns, lang, options=Options(caption=Text("触发线", "Triggers").get(lang)))


def _side(trigger: Trigger, lang: str) -> tuple[str, str]:
    """Before and after a line: on which side it fires, and for how many months running."""
    side = Text("高于", "above") if trigger.above is not None else Text("低于", "below")
    months = trigger.months
    more = Text(f"，连续 {months} 个月", f" for {months} months") if months > 1 else Text("", "")
    return side.get(lang), more.get(lang)


def splits(frame: pd.DataFrame, lang: str) -> Markup:
    """Leads of the four splits as bars."""
    from salesnb.report.charts import Bar, bars
    from salesnb.report.numbers import Count

    names = {
        "last": Text("照上年", "As last year"),
        "equal": Text("平均分", "Evenly"),
        "rule": Text("按规则", "By rule"),
        "best": Text("最优", "Optimum"),
    }
    rows = [Bar(text.get(lang), round(float(frame[f"{name}_leads"].sum()))) for name, text in names.items()]
    return bars(rows, Count(lang, Text("条", "leads").get(lang)))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def absent(name: str, reading: Any) -> Exhibit:
    """An exhibit that says why there is nothing."""
    from salesnb.report.exhibit import Exhibit

    return Exhibit(name, reading=reading, is_absent=True)
