"""What the customer tables say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, points, rate, ratio
from salesnb.report.prose import Line, bad, good, strong
from salesnb.report.sentences.history import either


def customers(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The newest window: repurchase with its interval, coming and going, worth and concentration."""
    now = frame.iloc[-1]
    if is_missing(now["repurchase_rate"]):
        return either(lang, ("最近一期没有客户购买。",), ("Nobody bought in the latest window.",))
    again = strong(rate(now["repurchase_rate"]))
    spread = f"{rate(now['rate_low'])}–{rate(now['rate_high'])}"
    line = either(
        lang, ("复购率 ", again, f"（95 % 区间 {spread}）"), ("Repurchase rate ", again, f" (95 % interval {spread})")
    )
    if len(frame) > 1 and not is_missing(frame.iloc[-2]["repurchase_rate"]):
        shift = now["repurchase_rate"] - frame.iloc[-2]["repurchase_rate"]
        moved = (good if shift >= 0 else bad)(points(shift, lang))
        line += either(lang, ("，比上期 ", moved), (", ", moved, " on the window before"))
    if not is_missing(now["new_count"]):
        new, lost = strong(count(now["new_count"])), strong(count(now["lost_count"]))
        line += either(
            lang, ("；新增 ", new, " 家、流失 ", lost, " 家"), ("; ", new, " customers won, ", lost, " lost")
        )
    worth = money(now["revenue_per_customer_minor"], lang, currency)
    order = money(now["average_order_value_minor"], lang, currency)
    top, often = rate(now["share_of_top_10"]), ratio(now["orders_per_customer"], 1)
    return line + either(
        lang,
        (f"；客单价 {worth}（每家 {often} 单，笔单价 {order}），前十大客户占 {top}。",),
        (f"; {worth} a customer ({often} orders of {order}), the ten largest make {top}.",),
    )


def tiers(
    frame: pd.DataFrame, moves: pd.DataFrame, words: Mapping[str, Text], limits: Mapping[str, int], how: tuple[str, str]
) -> Line:
    """Which tier carries sales now, and whether customers moved up or down; ``how`` is (language, currency)."""
    lang, currency = how
    now = frame[frame["window"] == frame["window"].max()]
    big = now.sort_values(["net_minor", "tier"], ascending=[False, True], kind="stable").iloc[0]
    name, share = words[big["tier"]].get(lang), strong(rate(big["share_of_sales"]))
    line = either(
        lang,
        (f"{name} {count(big['customer_count'])} 家，贡献 ", share, " 的销售额"),
        (f"{name} ({count(big['customer_count'])}) make ", share, " of sales"),
    )
    place = dict(limits) | {"_ordinary": -1}
    both = moves[(moves["from_tier"] != "_none") & (moves["to_tier"] != "_none")]
    step = both["to_tier"].map(place).astype("int64") - both["from_tier"].map(place).astype("int64")
    up, down = (int(both.loc[side, "customer_count"].sum()) for side in (step > 0, step < 0))
    line += either(lang, (f"；升级 {up} 家，降级 {down} 家",), (f"; {up} moved up, {down} down",))
    above = [(words[t].get(lang), money(v, lang, currency)) for t, v in sorted(limits.items(), key=lambda x: x[1]) if v]
    said = ("；" if lang == "zh" else "; ").join(f"{tier} ≥ {limit}" for tier, limit in above)
    return line + either(lang, (f"。层级标准（年购买额）：{said}。",), (f". Tiers by yearly purchase: {said}.",))


def cohorts(frame: pd.DataFrame, lang: str) -> Line:
    """How many of all cohorts' customers bought again in the quarter after, and a year after, their first order."""
    said = []
    for age, name in ((1, Text("下一季", "the next quarter")), (4, Text("一年后的同季", "a year later"))):
        here = frame[frame["age"] == age]
        if len(here):
            pooled = here["active_count"].sum() / here["customer_count"].sum()
            said.append((name.get(lang), strong(rate(pooled)), count(here["customer_count"].sum())))
    if not said:
        return either(lang, ("还没有足够的季度来看留存。",), ("There are not enough quarters yet to see retention.",))
    line = either(lang, ("首购之后，",), ("After the first order, ",))
    for i, (when, share, cases) in enumerate(said):
        line += either(
            lang,
            ("，" if i else "", f"{when}仍购买的占 ", share, f"（{cases} 家）"),
            (", " if i else "", share, f" still bought {when} ({cases} customers)"),
        )
    return line + ("。" if lang == "zh" else ".")


def bridge(effects: pd.Series, words: Mapping[str, Text], level: Text, lang: str, currency: str) -> Line:
    """The largest gain and the largest loss of the bridge, and the level at which price and mix part."""
    line = either(lang, ("各项相加恰为增减。",), ("The steps are exactly the change. ",))
    for side, pick in (("up", effects[effects > 0]), ("down", effects[effects < 0])):
        if len(pick):
            name = str(pick.abs().idxmax())
            moved = money(abs(int(pick[name])), lang, currency)
            said = words[name].get(lang)
            zh, en = ("拉动最大的是", "Largest gain: ") if side == "up" else ("拖累最大的是", "Largest loss: ")
            run = good(f"{said} {moved}") if side == "up" else bad(f"{said} {moved}")
            line += either(lang, (zh, run, "。"), (en, run, ". "))
    return line + either(
        lang,
        (f"价格、销量、结构按留存客户的{level.zh}计算；新增和流失客户的全部销售额各计一项。",),
        (f"Price, volume and mix by {level.en} of customers who stayed; new and lost ones count whole.",),
    )
