"""What the money of the plan, its risks, promises and promotions say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, rate
from salesnb.report.prose import Line, bad, good, strong
from salesnb.report.sentences.words import either, listed, short


def budget(frame: pd.DataFrame, regions: pd.DataFrame, lang: str, currency: str) -> Line:
    """The whole budget, its parts, and what key regions get."""
    if frame.empty:
        return either(lang, ("还没有预算决定。",), ("No budget is decided yet.",))
    whole = money(int(frame["amount_minor"].sum()), lang, currency)
    ordered = frame.sort_values(["amount_minor", "category"], ascending=[False, True], kind="stable")
    parts = listed(
        [f"{r['category']} {money(r['amount_minor'], lang, currency)}" for r in ordered.to_dict("records")], lang
    )
    line = either(lang, ("预算 ", strong(whole), f"：{parts}"), ("The budget of ", strong(whole), f": {parts}"))
    keys = regions[regions["is_key"]] if len(regions) else regions
    if len(keys):
        share = rate(keys["amount_minor"].sum() / regions["amount_minor"].sum(), 0)
        names = listed([str(n) for n in keys["region_id"]], lang)
        line += either(lang, (f"；{share} 投向{names}",), (f"; {share} goes to {names}",))
    return line + ("。" if lang == "zh" else ".")


def allocation(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Leads of each split of the same money."""
    if frame.empty:
        return either(
            lang,
            ("费用记录里看不出投入与线索的关系，不给最优分配。",),
            ("The records show no relation of money and leads: no optimum is given.",),
        )
    total = money(int(frame["last_minor"].sum()), lang, currency)
    leads = {name: float(frame[f"{name}_leads"].sum()) for name in ("last", "equal", "rule", "best")}
    gain = leads["best"] / leads["last"] - 1
    last, equal, rule, best = (count(round(value)) for value in leads.values())
    return either(
        lang,
        (
            f"同样 {total}：照上年 {last} 条线索，平均分 {equal} 条，按规则 {rule} 条，最优 ",
            strong(f"{best} 条"),
            "（比上年",
            good(f"多 {rate(gain)}"),
            "）。",
            "每一处的调整限于上年的一半到两倍。",
        ),
        (
            f"The same {total}: {last} leads as last year, {equal} split evenly, {rule} by the rule, ",
            strong(best),
            " at best (",
            good(f"{rate(gain)} more"),
            "). No use moves beyond half or twice of last year.",
        ),
    )


def requests(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """What is approved, what waits."""
    if frame.empty:
        return either(lang, ("还没有资源申请。",), ("There is no request yet.",))
    approved, waits = (frame[frame["state"] == name] for name in ("approved", "submitted"))
    given, open_ = (money(int(part["cost_minor"].sum()), lang, currency) for part in (approved, waits))
    return either(
        lang,
        (f"共 {len(frame)} 项；已批 {len(approved)} 项 {given}，待批 ", strong(f"{len(waits)} 项 {open_}"), "。"),
        (
            f"{len(frame)} requests; {len(approved)} approved ({given}), ",
            strong(f"{len(waits)} waiting ({open_})"),
            ".",
        ),
    )


def promotions(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """Each promotion: what it amounts to, what it needs, what it gives."""
    out = []
    for row in frame.to_dict("records"):
        cut, change = rate(row["discount_rate"]), int(row["profit_after_minor"]) - int(row["profit_before_minor"])
        need = Text("任何增量都不能保本", "no lift breaks even").get(lang)
        if not is_missing(row["break_even_rate"]):
            level = rate(row["break_even_rate"])
            need = Text(f"销量要增加 {level} 才保本", f"sales must rise {level} to break even").get(lang)
        amount = money(abs(change), lang, currency)
        words = Text("多赚", "gains") if change >= 0 else Text("少赚", "loses")
        gained = (good if change >= 0 else bad)(f"{words.get(lang)} {amount}")
        expected = rate(row["expected_rate"])
        out.append(
            either(
                lang,
                (strong(str(row["text"])), f"：相当于降价 {cut}；{need}；按预期增加 {expected}，毛利", gained, "。"),
                (
                    strong(str(row["text"])),
                    f": a price cut of {cut}; {need}; at the expected {expected} gross profit ",
                    gained,
                    ".",
                ),
            )
        )
    return out


def bundle(buy: int, give: int, lang: str) -> str:
    """A bundle's name: 买 10 送 1."""
    return Text(f"买 {buy} 送 {give}", f"buy {buy}, get {give}").get(lang)


def risks(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Expected loss in sales and gross profit, what fired, what stands first."""
    if frame.empty:
        return either(lang, ("风险登记表是空的。",), ("The register is empty.",))
    threats, chances = frame[frame["sign"] == "-"], frame[frame["sign"] == "+"]
    sales, profit = (money(int(threats[c].sum()), lang, currency) for c in ("expected_minor", "profit_minor"))
    fired = [str(t) for t in frame.loc[frame["state"] == "fired", "text"]]
    line = either(
        lang,
        (f"{len(threats)} 项风险的期望影响是销售额 ", bad(sales), f"、毛利 {profit}"),
        (f"{len(threats)} risks are expected to take ", bad(sales), f" of sales, {profit} of gross profit"),
    )
    if len(chances):
        gain = money(int(chances["expected_minor"].sum()), lang, currency)
        line += either(lang, ("；机会带来 ", good(gain)), ("; chances bring ", good(gain)))
    if fired:
        named = listed([short(text) for text in fired], lang)
        return line + either(
            lang,
            ("。", bad(f"已触发 {len(fired)} 项"), f"：{named}。"),
            (". ", bad(f"{len(fired)} fired"), f": {named}."),
        )
    return line + either(lang, ("；尚无触发。",), ("; none has fired.",))


def promises(frame: pd.DataFrame, lang: str) -> Line:
    """Kept, broken, not counted."""
    if frame.empty:
        return either(lang, ("没有跨部门承诺。",), ("There are no commitments.",))
    broken = frame[frame["state"] == "broken"]
    kept = int((frame["state"] == "kept").sum())
    blind = int(frame["state"].isin(["no_data", "uncounted"]).sum())
    run = bad(_count(len(broken), lang)) if len(broken) else good(_count(0, lang))
    return either(
        lang,
        (f"{len(frame)} 项承诺：兑现 {kept} 项，未兑现 ", run, f"，没有数据或不计数 {blind} 项。"),
        (f"{len(frame)} commitments: {kept} kept, ", run, f" broken, {blind} without data or not counted."),
    )


def _count(number: int, lang: str) -> str:
    return Text(f"{number} 项", f"{number}").get(lang)


def strategies(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """How many, their cost, and those nobody works for."""
    if frame.empty:
        return either(lang, ("还没有策略。",), ("There are no strategies.",))
    cost = money(_sum(frame["cost_minor"]), lang, currency)
    idle = [str(t) for t in frame.loc[frame["task_count"] == 0, "text"]]
    line = either(lang, (f"{len(frame)} 条策略，费用 ", strong(cost)), (f"{len(frame)} strategies, ", strong(cost)))
    if idle:
        return line + either(
            lang,
            ("；还没有任务落实的：", bad(listed(idle, lang)), "。"),
            ("; without a task: ", bad(listed(idle, lang)), "."),
        )
    return line + either(lang, ("，都有任务落实。",), (", each with tasks.",))


def _sum(values: Any) -> int:
    return int(values.dropna().sum())
