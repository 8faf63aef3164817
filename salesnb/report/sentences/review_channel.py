"""What the review says of channels and legal entities: stuffed dealers, rebates, diverted sales, rulings, groups."""

from __future__ import annotations

import pandas as pd

from salesnb.report.numbers import is_missing, money, rate
from salesnb.report.prose import Line, bad, strong
from salesnb.report.sentences.words import either, listed


def dealers(frame: pd.DataFrame, diverted: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """Who is stuffed, and what was sold outside its registration."""
    hit = [str(n) for n in frame.loc[frame["is_stuffed"], "name"]]
    if frame.empty:
        first = either(lang, ("导出中没有经销商进销存。",), ("The exports hold no stock of dealers.",))
    elif hit:
        first = either(
            lang,
            ("疑似压货：", bad(listed(hit, lang)), "，库存月数明显高于自己平时，且进货大于出货。"),
            (
                "Possibly stuffed: ",
                bad(listed(hit, lang)),
                ": far more stock than usual, and buying more than selling.",
            ),
        )
    else:
        first = either(lang, ("没有经销商疑似压货。",), ("No dealer looks stuffed.",))
    if diverted.empty:
        return [first, either(lang, ("没有发现报备归属之外的出货。",), ("No sale outside a registration was found.",))]
    size = bad(money(int(diverted["net_minor"].sum()), lang, currency))
    open_count = int(diverted["ruling"].isna().sum())
    return [
        first,
        either(
            lang,
            (
                f"{len(diverted)} 笔报备归属之外的出货，合计 ",
                size,
                f"；{open_count} 笔还没有裁定。订单不改，业绩按裁定另计。",
            ),
            (
                f"{len(diverted)} sales outside a registration, ",
                size,
                f"; {open_count} without a ruling. Orders stay; credit follows the ruling, beside them.",
            ),
        ),
    ]


def rebates(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """What dealers have earned back this year, and what of it waits; nothing where no rebate is decided."""
    if frame.empty:
        return []
    earned, held = (money(int(frame[c].sum()), lang, currency) for c in ("rebate_minor", "held_minor"))
    count = int(frame.loc[frame["rebate_minor"] > 0, "dealer_id"].nunique())
    line = either(
        lang,
        ("本年应计返利 ", strong(earned), f"，涉及 {count} 家经销商"),
        ("Rebates accrued this year: ", strong(earned), f" to {count} dealers"),
    )
    if int(frame["held_minor"].sum()):
        line += either(lang, ("，其中 ", bad(held), " 因疑似压货缓计"), (", of which ", bad(held), " waits: stuffed"))
    return [line + ("。" if lang == "zh" else ".")]


def rulings(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """How much credit rulings moved; nothing where none did."""
    if frame.empty:
        return []
    size = strong(money(int(frame["net_minor"].sum()), lang, currency))
    count = frame["ruling_no"].nunique()
    return [
        either(
            lang,
            (f"{count} 项裁定把 ", size, " 业绩划给了应得的人或经销商；订单和公司合计不变。"),
            (f"{count} rulings gave ", size, " of credit to whom it belongs; orders and the company's total stay."),
        )
    ]


def entities(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The group, what was eliminated, and the entity that fell most."""
    whole = strong(money(int(frame["actual_minor"].sum()), lang, currency))
    inside = money(int(frame["internal_minor"].sum()), lang, currency)
    line = either(
        lang,
        (f"{len(frame)} 个法人主体合并 ", whole, f"，已抵销内部销售 {inside}"),
        (f"{len(frame)} legal entities, consolidated ", whole, f", after {inside} of sales inside the group"),
    )
    known = frame[frame["yoy_rate"].notna()].sort_values(["yoy_rate", "entity_id"], kind="stable")
    if len(known) and not is_missing(known["yoy_rate"].iloc[0]) and known["yoy_rate"].iloc[0] < 0:
        low = known.iloc[0]
        fell = bad(f"{low['name']} {rate(low['yoy_rate'], signed=True)}")
        line += either(lang, ("；同比降得最多的是 ", fell), ("; down most on last year: ", fell))
    return line + ("。" if lang == "zh" else ".")
