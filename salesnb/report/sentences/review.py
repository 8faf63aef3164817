"""What the review's tables say, in sentences a director reads once. Figures come from the tables only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, month, percent_figure, rate
from salesnb.report.prose import Line, bad, good, state, strong
from salesnb.report.sentences.words import change_run, either, listed

EFFECT_WORDS = {
    "due": Text("应完成", "Due"),
    "last_year": Text("上年同期", "Last year"),
    "asked": Text("目标要求的增长", "Growth asked"),
    "price": Text("价格", "Price"),
    "volume": Text("销量", "Volume"),
    "mix": Text("产品结构", "Mix"),
    "products": Text("新品与停售", "Products new and ended"),
    "new_product": Text("新品", "New products"),
    "lost_product": Text("停售", "Ended products"),
    "new_customer": Text("新增客户", "New customers"),
    "lost_customer": Text("流失客户", "Lost customers"),
    "actual": Text("实际", "Actual"),
}


def answer(row: pd.Series, land: pd.Series, when: str, found: Sequence[str] | None, lang: str, currency: str) -> Line:
    """The headline: done, against due or last year, where the year lands, and where the gap sits.

    ``row`` of ``review_pace``, ``land`` of ``review_landing`` (the year), ``found``: names of the
    gravest alerts, None where no line was decided and so nothing was looked for.
    """
    done = strong(money(row["actual_minor"], lang, currency))
    when += " " if lang == "zh" and when[-1:].isdigit() else ""
    if is_missing(row["due_minor"]):
        grown = change_run(row["yoy_rate"], lang)
        line = either(lang, (f"{when}完成 ", done), (f"{when}: ", done))
        if not is_missing(row["yoy_rate"]):
            line += either(lang, ("，同比", grown), (", ", grown, " on the year before"))
        line += "。" if lang == "zh" else ". "
    else:
        gap = int(row["gap_minor"])
        size = f"{money(abs(gap), lang, currency)}（{rate(-row['behind_rate'], signed=True)}）"
        size = size if lang == "zh" else size.replace("（", " (").replace("）", ")")
        said = bad(size) if gap < 0 else good(size)
        words = ("少", "short of") if gap < 0 else ("多", "ahead of")
        line = either(
            lang,
            (f"{when}完成 ", done, f"，比应完成{words[0]} ", said, "。"),
            (f"{when}: ", done, f", {words[1]} what was due by ", said, ". "),
        )
    year = Line("") if land["history"] == "complete" else _year(land, lang, currency)
    return line + year + (Line("") if found is None else _where(found, lang))


def pulse(main: pd.Series, own: pd.Series, when: str, land: pd.Series, lang: str, currency: str) -> Line:
    """Against last year and the period before, what every working day that is left must bring, the year's interval.

    ``main`` and ``own``: rows of ``review_pace``, of what is judged and of the period itself, ``when``.
    """
    parts: list[Line] = []
    is_apart = own["scope"] != main["scope"] and own["actual_minor"] != main["actual_minor"]
    if is_apart:
        done = money(own["actual_minor"], lang, currency)
        of_due = "" if is_missing(own["attainment_rate"]) else rate(own["attainment_rate"])
        told = Text(f"，为应完成的 {of_due}", f", {of_due} of what was due") if of_due else Text("", "")
        parts.append(either(lang, (f"{when} {done}{told.zh}",), (f"{when}: {done}{told.en}",)))
    twins = (("yoy_rate", "同比", " on last year"), ("mom_rate", "环比", " on the period before"))
    if own["kind"] == "day":
        twins = (("yoy_rate", "比上年同一星期的当日", " on the same weekday last year"),
                 ("mom_rate", "比上周同日", " on the same day last week"))  # fmt: skip
    for column, zh, en in twins:
        if not is_missing(own[column]):
            parts.append(either(lang, (zh, change_run(own[column], lang)), (change_run(own[column], lang), en)))
    if is_apart and not is_missing(main["yoy_rate"]):
        grown = change_run(main["yoy_rate"], lang)
        parts.append(either(lang, ("累计同比", grown), ("to date ", grown, " on last year")))
    days = int(main["workdays_left"])
    if not is_missing(main["required_minor"]) and days:
        now, need = (money(main[c], lang, currency) for c in ("run_rate_minor", "required_minor"))
        whole = main["kind"] == "year"
        zh = f"{'全年' if whole else ''}剩余 {days} 个工作日，每天须完成 "
        en = f"the {days} working days left{' of the year' if whole else ''} must bring "
        parts.append(either(lang, (zh, strong(need), f"（目前 {now}）"), (en, strong(need), f" each (now {now})")))
    if not is_missing(land["low_minor"]) and land["history"] != "complete":
        low, high = (money(land[c], lang, currency) for c in ("low_minor", "high_minor"))
        parts.append(either(lang, (f"全年落点 80 % 区间 {low}至 {high}",), (f"80 % of the year: {low} to {high}",)))
    out = Line("")
    for place, part in enumerate(parts):
        out = out + (("；" if lang == "zh" else "; ") if place else "") + part
    return out + ("。" if lang == "zh" else ".") if parts else out


def _year(land: pd.Series, lang: str, currency: str) -> Line:
    if is_missing(land["landing_minor"]):
        return Line("")
    middle = strong(money(land["landing_minor"], lang, currency))
    line = either(lang, ("全年预计 ", middle), ("The year lands at ", middle))
    if not is_missing(land["attainment_rate"]):
        share = strong(rate(land["attainment_rate"]))
        line += either(lang, ("，为目标的 ", share), (", ", share, " of target"))
    if not is_missing(land["chance_rate"]) and not is_missing(land["test_count"]):
        said, cases = chance(land["chance_rate"]), count(land["test_count"])
        first, last = str(land["first_month"]), str(land["last_month"])
        window = first if first == last else f"{first}—{last}"
        hit = rate(land["hit_rate"], 0)
        zh = ("，达成概率 ", said, f"（回测 {cases} 次，起点 {window}，80 % 区间命中 {hit}）")
        line += either(
            lang, zh, (", chance ", said, f" (tested {cases} times from {window}, 80 % intervals hit {hit})")
        )
    elif not is_missing(land["low_minor"]):
        ends = [money(land[c], lang, currency) for c in ("low_minor", "high_minor")]
        line += either(lang, (f"（80 % 区间 {ends[0]}至 {ends[1]}）",), (f" (80 % between {ends[0]} and {ends[1]})",))
    return line + ("。" if lang == "zh" else ". ")


def chance(value: float) -> Any:
    """A probability in words that never says certainty: under 1 %, over 99 %."""
    said = "< 1 %" if value < 0.01 else "> 99 %" if value > 0.99 else rate(value, 0)
    return state(said, "good" if value >= 0.8 else "bad" if value < 0.2 else "warn")


def _where(found: Sequence[str], lang: str) -> Line:
    if not found:
        return either(lang, ("没有超出偶然波动的落后。",), ("Nothing lags by more than chance.",))
    names = strong(listed(list(found), lang))
    return either(lang, ("最需要处理：", names, "。"), ("To act on first: ", names, "."))


def retarget(land: pd.Series, when: str, state: str, rule: Any, lang: str) -> Line:
    """Whether the quarter calls for a new proposal, and what such a proposal may move.

    ``state``: reached, early, unsure or missed (``stages.review.against_floor``).
    """
    reached = rate(land["attainment_rate"])
    ends = Text("完成", "came to") if land["history"] == "complete" else Text("预计完成", "lands at")
    if state == "reached":
        return either(lang, (f"{when}{ends.zh} ", strong(reached), "，不需要调整下一季度。"),
                      (f"{when} {ends.en} ", strong(reached), "; the next quarter needs no change."))  # fmt: skip
    if state == "early":
        return either(lang, (f"{when}{ends.zh} ", strong(reached), "，低于下限，但为时尚早，暂不调整。"),
                      (f"{when} {ends.en} ", strong(reached), ", below the floor, but it is early: nothing changes "
                       "yet. "))  # fmt: skip
    if state == "unsure":
        return either(
            lang,
            (f"{when}{ends.zh} ", strong(reached), "，低于下限，但预计区间仍够得着下限：先观察，暂不调整。"),
            (
                f"{when} {ends.en} ",
                strong(reached),
                ", below the floor, yet its interval reaches it: nothing changes. ",
            ),
        )
    line = either(
        lang,
        (f"{when}{ends.zh} ", bad(reached), "，低于下限：建议重新分解下一季度。"),
        (f"{when} {ends.en} ", bad(reached), ", below the floor: decompose the next quarter anew."),
    )
    if rule is not None and rule.locked:
        line += either(lang, ("全年目标锁定，只动周、月和下一季度。",), (" The annual target stays locked.",))
    return line


def landing(land: pd.Series, record: pd.DataFrame, lang: str, currency: str) -> Line:
    """The year's landing with its interval, and how often such intervals held; what a year that is over came to."""
    if land["history"] == "complete":
        done, share = strong(money(land["landing_minor"], lang, currency)), rate(land["attainment_rate"])
        if is_missing(land["attainment_rate"]):
            return either(lang, ("全年完成 ", done, "。"), ("The year came to ", done, "."))
        return either(lang, ("全年完成 ", done, "，为目标的 ", strong(share), "。"),
                      ("The year came to ", done, ", ", strong(share), " of target."))  # fmt: skip
    line = _year(land, lang, currency)
    if is_missing(land["low_minor"]):
        return line + either(
            lang, ("历史不足两年，不给出区间。",), ("Under two years of history there is no interval.",)
        )
    ends = [money(land[c], lang, currency) for c in ("low_minor", "high_minor")]
    line += either(
        lang,
        (f"阴影是 80 % 区间：{ends[0]}至 {ends[1]}。",),
        (f"The band is the 80 % interval: {ends[0]} to {ends[1]}. ",),
    )
    tested = record[(record["dimension"] == "company") & (record["scope"] == land["scope"])]
    if len(tested) and int(tested["case_count"].iloc[0]):
        one = tested.iloc[0]
        held, cases = rate(one["hit_rate"], 0), count(one["case_count"])
        own, naive = rate(one["error_rate"]), rate(one["naive_error_rate"])
        is_told = not is_missing(land["chance_rate"]) and not is_missing(land["test_count"])  # the record, beside it
        line += either(
            lang,
            ("" if is_told else f"这样的区间在 {cases} 次回测中有 {held} 包含实际值。",
             f"回测误差中位数 {own}（照搬上年 {naive}）。"),
            ("" if is_told else f"Tested {cases} times, such intervals held {held}. ",
             f"Median error of the tests {own} (last year repeated: {naive})."),
        )  # fmt: skip
    return line


def nodes(frame: pd.DataFrame, lang: str) -> Line:
    """The furthest behind and the furthest ahead of one dimension."""
    by_target = bool((frame["basis"] == "target").any())
    short = frame.assign(short=frame["behind_rate"] if by_target else -frame["yoy_rate"])
    known = short[short["short"].notna()].sort_values(["short", "node_id"], ascending=[False, True], kind="stable")
    if known.empty:
        return either(lang, ("没有可比的目标或上年。",), ("There is no target or year to compare with.",))
    worst, best = known.iloc[0], known.iloc[-1]
    held = Text("应完成", "what was due") if by_target else Text("上年同期", "last year")
    low, high = (f"{one['name']} {rate(-one['short'], signed=True)}" for one in (worst, best))
    return either(
        lang,
        (f"与{held.zh}相比：最低的是", strong(low), "，最高的是", strong(high), "。"),
        (f"Against {held.en}: lowest ", strong(low), ", highest ", strong(high), "."),
    )


def alerts(frame: pd.DataFrame, lang: str, currency: str, is_looked_for: bool = True) -> Line:
    """How many alerts, and the gravest in full; that nothing was looked for where no line was decided."""
    live = frame[frame["progress"] != "closed"]
    sized = live[live["gap_minor"].notna()]
    if live.empty and not is_looked_for:
        return either(
            lang,
            ("当日没有已决定的报警线，没有检查预警。",),
            ("No line was decided for that day: nothing was looked for.",),
        )
    if live.empty:
        return either(lang, ("没有预警：落后的节点都在偶然波动之内。",), ("No alert: what lags lies within chance.",))
    own = int(live["part_of"].isna().sum())
    parts = len(live) - own
    more = Text(f"，另有 {parts} 条已包含在其中", f", {parts} more are part of these") if parts else Text("", "")
    line = either(lang, (f"{own} 条预警需要处理{more.zh}。",), (f"{own} alerts to act on{more.en}. ",))
    if sized.empty:
        return line
    top = sized.sort_values(["gap_minor", "alert"], kind="stable").iloc[0]
    leads = sized[sized["part_of"].isna()]
    top = top if leads.empty else leads.sort_values(["gap_minor", "alert"], kind="stable").iloc[0]
    short, size = rate(top["behind_rate"], 0), money(abs(top["gap_minor"]), lang, currency)
    line_of = Text("产品线 ", "Line ").get(lang) if top["dimension"] == "product_line" else ""
    name = bad(f"{line_of}{top['name']}")
    line += either(
        lang, ("差额最大的是", name, f"：少 {size}（{short}）"), ("The largest: ", name, f", {size} short ({short})")
    )
    if not is_missing(top["since_month"]):
        began = month(top["since_month"], lang)
        line += either(lang, (f"，始于 {began}",), (f", since {began}",))
    return line + ("。" if lang == "zh" else ".")


def bridge(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The bridge read aloud: from, to, and the two largest effects in the direction of the change."""
    first, last = frame.iloc[0], frame.iloc[-1]
    steps = frame.iloc[1:-1]
    asked = int(steps.loc[steps["effect"] == "asked", "effect_minor"].sum())
    steps = steps[steps["effect"] != "asked"]
    change = int(last["effect_minor"] - first["effect_minor"])
    along = steps[steps["effect_minor"] * (1 if change >= 0 else -1) > 0]
    order = along["effect_minor"].abs().sort_values(ascending=False, kind="stable").index[:2]
    most = [f"{EFFECT_WORDS[e].get(lang)} {money(v, lang, currency, signed=True)}"
            for e, v in zip(along.loc[order, "effect"], along.loc[order, "effect_minor"], strict=True)]  # fmt: skip
    total = strong(money(change, lang, currency, signed=True))
    start = EFFECT_WORDS[first["effect"]].get(lang)
    more = Text("", "")
    if asked:
        grown, wanted = (money(v, lang, currency, signed=True) for v in (int(steps["effect_minor"].sum()), -asked))
        more = Text(f"：目标要求比上年同期 {wanted}，实际 {grown}", f": on last year {wanted} was asked, {grown} came")
    named = listed(most, lang)
    return either(
        lang,
        (f"与{start}相差 ", total, more.zh, f"；影响最大的是{named}。各项相加恰为差额。" if most else "。"),
        (f"{start} to actual: ", total, more.en, f"; largest: {named}. The steps add up." if most else "."),
    )


FACTOR_WORDS: Mapping[str, Text] = {
    "lead_count": Text("新增线索", "New leads"),
    "new_per_lead": Text("线索到新客户的转化", "New customers a lead"),
    "new_customers": Text("新客户数", "New customers"),
    "sales_per_new": Text("新客户客单价", "Sales per new customer"),
    "customers": Text("老客户数", "Customers who came back"),
    "orders_each": Text("每客户下单次数", "Orders a customer"),
    "order_value": Text("笔单价", "Order value"),
}


def drivers(
    frame: pd.DataFrame, funnel: pd.DataFrame, steps: Mapping[str, Text], lang: str, currency: str
) -> list[Line]:
    """The strongest driver each way, and the step that leaks if one does."""
    total = int(frame["effect_minor"].sum())
    ordered = frame.sort_values(["effect_minor", "factor"], kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    words = [
        f"{FACTOR_WORDS[one['factor']].get(lang)} {money(one['effect_minor'], lang, currency, signed=True)}"
        for one in (low, high)
    ]
    change = strong(money(total, lang, currency, signed=True))
    line = either(
        lang,
        (
            "比上年同期 ",
            change,
            f"，{len(frame)} 个因素相加恰为此数；最拖累的是",
            bad(words[0]),
            "，最有帮助的是",
            good(words[1]),
            "。",
        ),
        (
            "Against last year ",
            change,
            ", exactly the sum of all drivers; worst ",
            bad(words[0]),
            ", best ",
            good(words[1]),
            ".",
        ),
    )
    leak = funnel[~funnel["is_noise"] & (funnel["difference_rate"] < 0) & (funnel["step"] != "closed")]
    if funnel.empty:
        return [line]
    if leak.empty:
        return [
            line,
            either(
                lang, ("漏斗各步与上年的差异都可由偶然解释。",), ("Chance explains every change along the funnel.",)
            ),
        ]
    worst = leak.sort_values(["difference_rate", "step"], kind="stable").iloc[0]
    name, was, now = steps[worst["step"]].get(lang), rate(worst["before_rate"]), rate(worst["after_rate"])
    return [
        line,
        either(
            lang,
            ("漏得更多的一步：", bad(name), f"，由 {was} 降到 {now}。"),
            ("The leak: ", bad(name), f", {was} to {now}."),
        ),
    ]


def mix(frame: pd.DataFrame, lang: str) -> Line:
    """Regions whose margin falls because the mix moved."""
    hit = frame[frame["stands_out"]]
    if hit.empty:
        return either(
            lang, ("没有区域因产品结构明显拉低毛利率。",), ("No region's mix pulls its margin down markedly.",)
        )
    said = []
    for row in hit.to_dict("records"):
        shares = (rate(row["before_share"]), rate(row["after_share"]))
        fall = percent_figure(abs(row["mix_rate"]))
        line = row["product_line"]
        zh = f"{row['name']}的 {line} 线占比由 {shares[0]} 升到 {shares[1]}，结构使毛利率下降 {fall} 个百分点"
        en = f"{row['name']}: line {line} {shares[0]} → {shares[1]}; mix costs {fall} points of margin"
        said.append(zh if lang == "zh" else en)
    joined = ("；" if lang == "zh" else "; ").join(said)
    return Line(bad(joined), "。" if lang == "zh" else ".")
