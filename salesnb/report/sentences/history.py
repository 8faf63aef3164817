"""What history's tables say, in a sentence a director reads once. Figures come from the tables only."""

from __future__ import annotations

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, money, month, month_names, points, rate
from salesnb.report.prose import Line, Run, bad, good, strong
from salesnb.report.sentences.words import change_run, either, listed, span


def answer(totals: pd.DataFrame, gains: pd.DataFrame, lang: str, currency: str) -> Line:
    """The headline: last window's sales, growth, compound growth, and which nodes made the change.

    ``totals``: window, net_minor, growth_rate, cagr_rate, oldest first. ``gains``: ``history_contribution`` of one
    dimension.
    """
    if totals.empty or not totals["net_minor"].any():
        return either(lang, ("这一期间之前没有销售数据，无法分析历史。",), ("There are no sales before this period.",))
    last = totals.iloc[-1]
    when, sold = span(last["window"], lang), strong(money(last["net_minor"], lang, currency))
    if is_missing(last["growth_rate"]):
        none = (f"{when}销售 ", sold, "；没有可比的上年同期。"), (f"{when}: ", sold, "; no comparable year before.")
        return either(lang, *none)
    grown = change_run(last["growth_rate"], lang)
    line = either(
        lang, (f"{when}销售 ", sold, "，比上年同期", grown), (f"{when}: ", sold, ", ", grown, " on the year before")
    )
    if len(totals) > 2 and not is_missing(last["cagr_rate"]):
        steps, compound = len(totals) - 1, change_run(last["cagr_rate"], lang)
        line += either(lang, (f"；{steps} 年来年均", compound), ("; ", compound, f" a year over {steps} years"))
    return line + ("。" if lang == "zh" else ". ") + made_by(gains, lang, currency)


def made_by(gains: pd.DataFrame, lang: str, currency: str) -> Line:
    """Who made the change between two windows: the largest movers in its direction, and the largest against it."""
    total = int(gains["change_minor"].sum())
    if gains.empty or total == 0:
        return Line("")
    sign = 1 if total > 0 else -1
    ordered = (
        _called(gains, lang)
        .assign(along=gains["change_minor"] * sign)
        .sort_values(["along", "node_id"], ascending=[False, True], kind="stable")
    )
    amount = strong(money(abs(total), lang, currency))
    along = [_mover(row, total, lang, currency) for _, row in ordered[ordered["along"] > 0].head(2).iterrows()]
    movers = ("、" if lang == "zh" else " and ").join(along)
    nouns = ("增量 ", "Of the increase of ") if total > 0 else ("减少的 ", "Of the decrease of ")
    line = either(lang, (nouns[0], amount, f"中，{movers}"), (nouns[1], amount, f", {movers}"))
    against = ordered[ordered["along"] < 0].tail(1)
    for _, row in against.iterrows():
        moved = money(abs(row["change_minor"]), lang, currency)
        words = ("却减少 ", " fell by ") if total > 0 else ("却增加 ", " rose by ")
        said = f"{row['name']}{words[lang == 'en']}{moved}"
        line += either(
            lang, ("；", bad(said) if total > 0 else good(said)), ("; ", bad(said) if total > 0 else good(said))
        )
    return line + ("。" if lang == "zh" else ".")


def _called(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Nodes as a sentence calls them: a product line, often a letter, says that it is one."""
    if "dimension" not in frame or not (frame["dimension"] == "product_line").any():
        return frame
    line = Text("产品线 ", "Line ").get(lang)
    is_line = (frame["dimension"] == "product_line") & (frame["node_id"] != UNASSIGNED)
    return frame.assign(name=frame["name"].where(~is_line, line + frame["name"].astype(str)))


def _mover(row: pd.Series, total: int, lang: str, currency: str) -> str:
    moved, part = money(abs(row["change_minor"]), lang, currency), rate(row["change_minor"] / total, 0)
    return f"{row['name']}贡献 {moved}（{part}）" if lang == "zh" else f"{row['name']} made {moved} ({part})"


def months(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The latest month against its year before, and the best month ever; ``frame`` is ``history_months``."""
    last, best = frame.iloc[-1], frame.iloc[int(frame["net_minor"].to_numpy().argmax())]
    sold, most = strong(money(last["net_minor"], lang, currency)), money(best["net_minor"], lang, currency)
    last_month, best_month = month(last["month"], lang), month(best["month"], lang)
    line = either(lang, (f"最近的 {last_month}销售 ", sold), (f"The latest month, {last_month}: ", sold))
    if not is_missing(last["yoy_rate"]):
        grown = change_run(last["yoy_rate"], lang)
        line += either(lang, ("，同比", grown), (", ", grown, " on the year before"))
    return line + either(
        lang, (f"；单月最高是 {best_month}的 {most}。",), (f"; the best month was {best_month} with {most}.",)
    )


def season(frame: pd.DataFrame, lang: str) -> Line:
    """The two strongest and two weakest months and how far they stand from the average; ``history_season``."""
    if frame.empty:
        return either(
            lang,
            ("历史不足 24 个月，还不能可靠地区分季节与趋势，因此不给出季节曲线。",),
            ("Under 24 months of history a season cannot be told from a trend, so no curve is given.",),
        )
    ordered = frame.sort_values(["season_index", "calendar_month"], ascending=[False, True], kind="stable")
    names = month_names(lang)

    def said(rows: pd.DataFrame) -> Run:
        pairs = zip(rows["calendar_month"], rows["season_index"], strict=True)
        form = "{}（{}）" if lang == "zh" else "{} ({})"
        return strong(listed([form.format(names[int(m) - 1], rate(i - 1, 0, signed=True)) for m, i in pairs], lang))

    high, low = said(ordered.head(2)), said(ordered.tail(2)[::-1])
    return either(
        lang,
        ("最旺的是", high, "，最淡的是", low, "；括号内是相对平均月的高低。"),
        ("Strongest: ", high, "; weakest: ", low, ", each against an average month."),
    )


def nodes(frame: pd.DataFrame, window: str, lang: str, currency: str) -> Line:
    """Largest, fastest and slowest node of ``window``, and the share that moved most; one dimension's rows."""
    last = _called(frame[frame["window"] == window], lang)
    # what has no node is no node to praise or blame, unless there is nothing else
    last = last[last["node_id"] != UNASSIGNED] if (last["node_id"] != UNASSIGNED).any() else last
    big = _top(last, "net_minor")
    sold, share = money(big["net_minor"], lang, currency), rate(big["share_of_sales"])
    name = strong(str(big["name"]))
    line = either(lang, (name, f"最大，销售 {sold}，占 {share}"), (name, f" is the largest: {sold}, {share} of sales"))
    grown = last[last["growth_rate"].notna()]
    if len(grown) > 1:
        fast, slow = _top(grown, "growth_rate"), _top(grown, "growth_rate", lowest=True)
        high = strong(f"{fast['name']} {rate(fast['growth_rate'], signed=True)}")
        low = strong(f"{slow['name']} {rate(slow['growth_rate'], signed=True)}")
        line += either(lang, ("；增速最高的是", high, "，最低的是", low), ("; fastest ", high, ", slowest ", low))
    shifted = last[last["share_shift_rate"].notna()]
    if len(shifted) > 1:
        most = shifted.iloc[int(shifted["share_shift_rate"].abs().to_numpy().argmax())]
        moved = strong(f"{most['name']} {points(most['share_shift_rate'], lang)}")
        line += either(lang, ("；占比变化最大的是", moved), ("; largest share shift ", moved))
    return line + ("。" if lang == "zh" else ".")


def _top(rows: pd.DataFrame, column: str, lowest: bool = False) -> pd.Series:
    return rows.sort_values([column, "node_id"], ascending=[lowest, True], kind="stable").iloc[0]


def contribution(gains: pd.DataFrame, lang: str, currency: str) -> Line:
    """One bridge read aloud."""
    first, last = span(str(gains["from_window"].iloc[0]), lang), span(str(gains["to_window"].iloc[0]), lang)
    low, high = (money(int(gains[c].sum()), lang, currency) for c in ("before_minor", "after_minor"))
    line = either(lang, (f"从 {first}的 {low}到 {last}的 {high}。",), (f"From {low} in {first} to {high} in {last}. ",))
    return line + made_by(gains, lang, currency)


def life_cycle(rows: pd.DataFrame, lang: str, currency: str) -> Line:
    """The stage that sells most, the one that grows fastest and the one that earns most; stages in words."""
    big = rows.iloc[0]
    share, sold = strong(rate(big["share_of_sales"])), money(big["net_minor"], lang, currency)
    line = either(
        lang,
        (f"{big['stage']}期产品贡献 ", share, f" 的销售额（{sold}）"),
        (f"{big['stage']} products make ", share, f" of sales ({sold})"),
    )
    for column, words in (
        ("growth_rate", ("增长最快的是", "fastest: ")),
        ("margin_rate", ("毛利率最高的是", "best margin: ")),
    ):
        known = rows[rows[column].notna()]
        if len(known) > 1:
            best = known.sort_values([column, "stage"], ascending=[False, True], kind="stable").iloc[0]
            said = strong(f"{best['stage']} {rate(best[column], signed=column == 'growth_rate')}")
            line += either(lang, ("；", words[0], said), ("; ", words[1], said))
    return line + ("。" if lang == "zh" else ".")
