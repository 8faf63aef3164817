"""History's exhibits: checked tables in, what a reader sees out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.report.cards import Card
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit

LIFE_WORDS = {
    "_new": Text("新品", "New"),
    "_growing": Text("成长", "Growing"),
    "_mature": Text("成熟", "Mature"),
    "_declining": Text("衰退", "Declining"),
}
_REST = Text("其他", "Others")
_WORDS = {"good": Text("好转", "Better"), "bad": Text("变差", "Worse")}
_NODE_COLUMNS = (
    "share_of_sales",
    "growth_rate",
    "share_shift_rate",
    "share_of_growth",
    "cagr_rate",
    "margin_rate",
    "share_of_sales_costed",
)
WHOLE = 0.9995  # a share of known costs that prints as 100.0 % needs no word
SEEN = 0.0005  # a change that prints as 0.0 is neither better nor worse


@dataclass(frozen=True)
class _Metric:
    """A card to be: its label, its value by window (oldest first), how it is written, and which way is better."""

    label: Text
    values: pd.Series
    write: Callable[[Any], str]
    is_rate: bool = False
    better: int = 1
    rests_on: Text | None = None  # what part of the sales it speaks for, where that is not all

    def card(self, lang: str) -> Card:
        """The newest value against the window before."""
        from salesnb.report.cards import Card
        from salesnb.report.numbers import points, rate

        now = self.values.iloc[-1]
        before = self.values.iloc[-2] if len(self.values) > 1 else None
        if before is None or before != before or (not self.is_rate and before <= 0):
            return Card(self.label.get(lang), self.write(now), self.rests_on.get(lang) if self.rests_on else "")
        shift = now - before if self.is_rate else now / before - 1
        change = points(shift, lang) if self.is_rate else rate(shift, signed=True)
        moved = abs(shift) >= SEEN
        state = "good" if moved and shift * self.better > 0 else "bad" if moved else ""
        sub = Text(f"上年 {self.write(before)}", f"before {self.write(before)}").get(lang)
        if self.rests_on:
            sub += Text("；", "; ").get(lang) + self.rests_on.get(lang)
        return Card(
            self.label.get(lang), self.write(now), sub, change, state, word=_WORDS[state].get(lang) if state else ""
        )


def cards(totals: pd.DataFrame, unit: MoneyUnit, lang: str) -> list[Card]:
    """Sales, customers, sales per customer, margin and returns of the newest window, each against the year before.

    Orders and order value stand in for what the exports cannot tell.
    """
    from salesnb.report.numbers import count, money, rate

    def amount(minor: Any) -> str:
        return money(None if minor != minor else round(minor), lang, unit.currency)

    buyers, orders = (totals[c].where(totals[c] > 0) for c in ("customer_count", "order_count"))
    gross = totals["net_minor"] - totals["returns_minor"]
    returned = -totals["returns_minor"] / gross.where((gross > 0) & (totals["returns_minor"].abs().sum() > 0))
    metrics = [
        _Metric(Text("销售额", "Sales"), totals["net_minor"], unit.brief),
        _Metric(Text("购买客户数", "Customers who bought"), buyers, count),
        _Metric(Text("客单价", "Sales per customer"), totals["net_minor"] / buyers, amount),
        _Metric(Text("毛利率", "Gross margin"), totals["margin_rate"], rate, True, rests_on=_costed(totals)),
        _Metric(Text("退货率", "Return rate"), returned, rate, True, -1),
        _Metric(Text("订单数", "Orders"), orders, count),
        _Metric(Text("笔单价", "Order value"), totals["net_minor"] / orders, amount),
    ]
    known = [metric for metric in metrics if metric.values.iloc[-1] == metric.values.iloc[-1]]
    return [metric.card(lang) for metric in known[:5]]


def _costed(totals: pd.DataFrame) -> Text | None:
    """How much of the newest window's sales the margin speaks for; None when that is all of them."""
    from salesnb.report.numbers import rate

    share = totals["share_of_sales_costed"].iloc[-1]
    if not share < WHOLE:
        return None
    return Text(f"按有成本的 {rate(share)} 销售额计算", f"of the {rate(share)} of sales whose cost is known")


def contribution(gains: pd.DataFrame, unit: MoneyUnit, lang: str, steps: int) -> Exhibit:
    """The bridge of ``history_contribution`` rows: the largest movers, the rest in one step."""
    from salesnb.report.charts import bridge
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import history as said

    if gains.empty:
        none = Text("只有一个可比期间，没有增减可分解。", "Only one comparable window: there is no change to explain.")
        return Exhibit("contribution", reading=none.get(lang), is_absent=True)
    dimension = str(gains["dimension"].iloc[0])
    order = gains["change_minor"].abs().sort_values(ascending=False, kind="stable").index
    shown, rest = gains.loc[order[:steps]], gains.loc[order[steps:]]
    shown = shown.sort_values(["change_minor", "node_id"], ascending=[False, True], kind="stable")
    names = [said.span(str(gains["from_window"].iloc[0]), lang), *shown["name"]]
    amounts = [int(gains["before_minor"].sum()), *map(int, shown["change_minor"])]
    if len(rest):
        names.append(f"{_REST.get(lang)} {len(rest)}")
        amounts.append(int(rest["change_minor"].sum()))
    names.append(said.span(str(gains["to_window"].iloc[0]), lang))
    amounts.append(int(gains["after_minor"].sum()))
    figure = bridge(names, amounts, unit)
    return Exhibit(f"contribution-{dimension}", figure=figure, reading=said.contribution(gains, lang, unit.currency))


def node_table(frame: pd.DataFrame, labels: Sequence[str], label: Text, unit: MoneyUnit, limit: int | None) -> Markup:
    """One row a node: sales in every window, then the newest window's rates; largest first, the company in the foot."""
    from salesnb.report.sentences.words import span
    from salesnb.report.tables import Options, Show, render

    lang, last = unit.lang, labels[-1]
    wide = frame.pivot(index="node_id", columns="window", values="net_minor").add_prefix("net_")
    newest = frame[frame["window"] == last].set_index("node_id")
    wide = wide.join(newest[["name", *_NODE_COLUMNS]])
    wide["is_rest"] = wide.index == UNASSIGNED
    wide = wide.reset_index().sort_values(
        ["is_rest", f"net_{last}", "node_id"], ascending=[True, False, True], kind="stable"
    )
    contract_of = contract("history_nodes")
    shows = [Show(Column("name", "text", label))]
    shows += [Show(Column(f"net_{w}", "minor", Text(span(w, "zh"), span(w, "en")), unit="money")) for w in labels]
    for name in _NODE_COLUMNS:
        if name == "share_of_sales_costed" and not (newest[name] < WHOLE).any():
            continue  # every cost is known
        if newest[name].notna().any():
            is_change = name in ("growth_rate", "share_shift_rate", "cagr_rate")
            shows.append(Show(contract_of.column(name), signed=is_change, points=name == "share_shift_rate"))
    total = {"name": Text("合计", "Total").get(lang), **{f"net_{w}": int(wide[f"net_{w}"].sum()) for w in labels}}
    caption = Text(f"按{label.zh}", f"By {label.en.lower()}").get(lang)
    return render(wide, shows, lang, unit, Options(caption=caption, total=total, limit=limit))


def life_cycle(frame: pd.DataFrame, unit: MoneyUnit) -> Exhibit:
    """``history_life_cycle``, largest stage first, read aloud."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import history as said
    from salesnb.report.tables import Options, Show, render

    shape = contract("history_life_cycle")
    if frame.empty:
        none = Text("导出中没有产品，无法看生命周期。", "The exports hold no products, so there is no life cycle.")
        return Exhibit("life-cycle", reading=none.get(unit.lang), is_absent=True)
    words = {name: text.get(unit.lang) for name, text in LIFE_WORDS.items()}
    rows = frame.assign(stage=[words.get(s, s) for s in frame["stage"]])
    rows = rows.sort_values(["net_minor", "stage"], ascending=[False, True], kind="stable")
    shows = [Show(c, signed=c.name == "growth_rate") for c in shape.columns if rows[c.name].notna().any()]
    table = render(rows, shows, unit.lang, unit, Options(caption=shape.label.get(unit.lang)))
    return Exhibit("life-cycle", reading=said.life_cycle(rows, unit.lang, unit.currency), table=table)


def sensitivity(totals: pd.DataFrame, customers: pd.DataFrame, unit: MoneyUnit) -> Exhibit:
    """Growth as reported, with returns left out, and without the largest customer of the newest window."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import rate
    from salesnb.report.sentences.words import span
    from salesnb.report.tables import Options, Show, render

    lang, labels = unit.lang, list(totals["window"])
    net = totals.set_index("window")["net_minor"].fillna(0)
    newest = customers[customers["window"] == labels[-1]]
    largest = newest.sort_values(["net_minor", "node_id"], ascending=[False, True], kind="stable").iloc[0]
    without = net - customers[customers["node_id"] == largest["node_id"]].set_index("window")["net_minor"]
    share = rate(largest["share_of_sales"])
    cases = [
        (Text("报告口径", "As reported"), net),
        (Text("不减退货", "Returns not netted"), net - totals.set_index("window")["returns_minor"].fillna(0)),
        (
            Text(
                f"剔除最大客户（{largest['name']}，{share}）",
                f"Without the largest customer ({largest['name']}, {share})",
            ),
            without,
        ),
    ]
    rows = [{"case": text.get(lang), **_sold_and_grown(values, labels)} for text, values in cases]
    shows = [
        Show(Column("case", "text", Text("口径", "Basis"))),
        Show(Column("net_minor", "minor", Text(span(labels[-1], "zh"), span(labels[-1], "en")), unit="money")),
        Show(contract("history_nodes").column("growth_rate"), signed=True),
    ]
    table = render(rows, shows, lang, unit, Options(caption=Text("敏感性", "Sensitivity").get(lang)))
    return Exhibit("sensitivity", reading=_sensitivity_reading(rows, lang), table=table)


def _sold_and_grown(values: pd.Series, labels: Sequence[str]) -> dict[str, Any]:
    now = int(values[labels[-1]])
    before = int(values[labels[-2]]) if len(labels) > 1 else 0
    return {"net_minor": now, "growth_rate": now / before - 1 if before > 0 else float("nan")}


def _sensitivity_reading(rows: Sequence[dict[str, Any]], lang: str) -> str:
    from salesnb.report.numbers import rate

    known = [row["growth_rate"] for row in rows if row["growth_rate"] == row["growth_rate"]]
    if len(known) < len(rows):
        return Text("没有可比的上年，暂不能比较口径。", "Without a year before the bases cannot be compared.").get(lang)
    low, high = rate(min(known), signed=True), rate(max(known), signed=True)
    if min(known) > 0 or max(known) < 0:
        return Text(
            f"增速在 {low} 到 {high} 之间，方向不变。", f"Growth lies between {low} and {high}; its direction holds."
        ).get(lang)
    return Text(
        f"增速在 {low} 到 {high} 之间，换口径会改变方向，引用时请注明。",
        f"Growth lies between {low} and {high}: the basis changes its direction, so name it when you quote it.",
    ).get(lang)
