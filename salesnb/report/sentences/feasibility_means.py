"""What the tables of people, deals, money and the field say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, month, rate
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.feasibility import people
from salesnb.report.sentences.words import either, listed


def capacity(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """What today's people carry against the target, and which regions need how many more."""
    whole = frame[frame["dimension"] == "company"].iloc[0]
    seats, carried = int(whole["seat_count"]), strong(money(whole["capacity_minor"], lang, currency))
    line = either(lang, (f"现有 {seats} 人可承载约 ", carried), (f"Today's {seats} people carry about ", carried))
    if not is_missing(whole["target_minor"]):
        gap = int(whole["gap_minor"])
        target = money(whole["target_minor"], lang, currency)
        if gap > 0:
            short = bad(money(gap, lang, currency))
            line += either(lang, (f"，目标 {target}，缺 ", short), (f"; the target is {target}, short by ", short))
        else:
            line += either(
                lang, (f"，目标 {target}，", good("承载得了")), (f"; the target {target} is ", good("carried"))
            )
    out = [line + ("。" if lang == "zh" else ".")]
    regions = frame[(frame["dimension"] == "region_id") & frame["hire_count"].notna()]
    targets = regions.assign(growth_rate=regions["asked_rate"]) if "asked_rate" in regions else regions
    return out + [people(row, lang) for row in targets.to_dict("records") if "growth_rate" in row]


def assumptions(held: Mapping[str, float], lang: str) -> Line:
    """What the capacity rests on; every figure is visible."""
    trend, leave = rate(held["trend"], signed=True), rate(held["attrition"], 0)
    vacant, days = count(held["backfill"]), rate(held["days"] - 1, signed=True)
    return either(
        lang,
        (
            f"假设：人均产能按近两年在岗者的趋势 {trend}；年流失率 {leave}，空缺约 {vacant} 个月后补上；"
            f"工作日比上年 {days}；新人按爬坡曲线计。",
        ),
        (
            f"Assumed: sales per head follow the trend of people there two years, {trend}; attrition {leave} a year, "
            f"vacant about {vacant} months; working days {days} on the year before; newcomers ramp up.",
        ),
    )


def hires(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """How many, in which regions, at what cost, bringing what."""
    if frame.empty:
        return either(lang, ("各区域没有需要靠招聘补的缺口。",), ("No region has a gap that hires must close.",))
    number, value = int(frame["hire_count"].sum()), money(int(frame["value_minor"].sum()), lang, currency)
    who = [(str(r["name"]), int(r["hire_count"]), str(r["role"])) for r in frame.to_dict("records")]
    each = [Text(f"{name} {count} 名{role}", f"{name} {count} {role}".rstrip()) for name, count, role in who]
    where = listed([text.get(lang) for text in each], lang)
    line = either(
        lang,
        ("最省的方案是招 ", strong(f"{number} 人"), f"（{where}），本期可增约 {value}"),
        ("The cheapest plan hires ", strong(str(number)), f" ({where}) and brings about {value} in the period"),
    )
    if frame["cost_minor"].notna().all():
        cost = money(int(frame["cost_minor"].sum()), lang, currency)
        line += either(lang, (f"，招聘与工资 {cost}",), (f" for {cost} of recruiting and salaries",))
    short = int(frame["shortfall_minor"].sum())
    if short > 0:
        left = bad(money(short, lang, currency))
        line += either(lang, ("；仍缺 ", left), ("; still short of ", left))
    return line + ("。" if lang == "zh" else ".")


def hires_decided(frame: pd.DataFrame, decided: Mapping[str, int], names: Mapping[str, str], lang: str) -> Line:
    """The hires that are decided beside those the gaps ask for. ``decided``: heads by region; ``names``: its names."""
    if not decided:
        return either(lang, ("截至此日没有已决定的招聘。",), ("No hire is decided by this day.",))
    asked = {str(node): int(count) for node, count in frame.groupby("node_id", sort=False)["hire_count"].sum().items()}
    missing = {node: count - decided.get(node, 0) for node, count in asked.items() if count > decided.get(node, 0)}
    here = _heads(decided, names, lang)
    line = either(
        lang,
        (f"另有已决定、尚未到岗的 {sum(decided.values())} 人（{here}），未计入在岗人数；",),
        (f"Decided, but yet to start and not among today's people: {sum(decided.values())} ({here}); ",),
    )
    if not missing:
        return line + either(lang, ("按人数已够。",), ("by heads they are enough.",))
    left, where = sum(missing.values()), _heads(missing, names, lang)
    return line + either(
        lang,
        ("按人数还差 ", bad(f"{left} 人"), f"：{where}。"),
        ("by heads ", bad(f"{left} more"), f" to find: {where}."),
    )


def _heads(counts: Mapping[str, int], names: Mapping[str, str], lang: str) -> str:
    each = [(names.get(node, node), count) for node, count in counts.items()]
    return listed([Text(f"{name} {count} 人", f"{name} {count}").get(lang) for name, count in each], lang)


def pipeline(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Cover of the company's target by open deals and by those still to be created."""
    whole = frame[frame["dimension"] == "company"]
    if whole.empty or is_missing(whole["cover_rate"].iloc[0]):
        return either(lang, ("商机历史不足，还不能算覆盖率。",), ("Too little history of deals for a cover.",))
    row = whole.iloc[0]
    share, cover = rate(row["won_share_rate"], 0), float(row["cover_rate"])
    mark = (good if cover >= 1 else warn)(rate(cover, 0))
    line = either(
        lang,
        (f"约 {share} 的销售经商机成交；覆盖率 ", mark, f"，其中在手商机只占 {rate(row['open_cover_rate'], 0)}"),
        (
            f"About {share} of sales run through deals; cover ",
            mark,
            f", of which open deals {rate(row['open_cover_rate'], 0)}",
        ),
    )
    if not is_missing(row["create_and_close_rate"]):
        inside = rate(row["create_and_close_rate"], 0)
        line += either(
            lang,
            (f"；往年同期 {inside} 的赢单是当期新建的",),
            (f"; {inside} of wins in such periods were created inside them",),
        )
    return line + ("。" if lang == "zh" else ".")


def tightest(frame: pd.DataFrame, words: Mapping[str, Text], lang: str) -> Line | None:
    """Which ceiling is the company's lowest, and how much of its target that carries; ``frame``: the ceilings."""
    rows = frame[(frame["dimension"] == "company") & frame["ceiling"].isin(list(words))].dropna(subset=["cover_rate"])
    if rows.empty:
        return None
    row = rows.sort_values(["cover_rate", "ceiling"], kind="stable").iloc[0]
    name, cover = words[str(row["ceiling"])].get(lang), float(row["cover_rate"])
    share = (bad if cover < 1 else good)(rate(cover, 0))
    return either(
        lang,
        ("公司最紧的是", strong(name), "，够承载目标的 ", share, "。"),
        ("Tightest for the company: ", strong(name), ", which carries ", share, " of the target."),
    )


def market_cover(frame: pd.DataFrame, lang: str) -> Line:
    """How much of the market ceiling the highest target takes."""
    rows = frame[frame["ceiling"] == "market"].dropna(subset=["cover_rate"])
    if rows.empty:
        return either(
            lang, ("没有市场规模，市场上限不作判断。",), ("Without market sizes there is no market ceiling.",)
        )
    tight = rows.sort_values(["cover_rate", "node_id"], kind="stable").iloc[0]
    used = 1 / float(tight["cover_rate"]) if tight["cover_rate"] > 0 else float("inf")
    said = (bad if used > 1 else good)(rate(used, 0))
    kind = {"product_line": ("产品线 ", "product line "), "company": ("公司", "the company: ")}
    zh, en = kind.get(str(tight["dimension"]), ("", ""))
    names = ("公司" if zh == "公司" else f"{zh}{tight['name']}", f"{en}{tight['name']}")
    return either(
        lang,
        (f"市场上限最紧的是{names[0]}，目标占可服务市场的 ", said, "。"),
        (f"The market is tightest for {names[1]}: the target takes ", said, " of what can be served."),
    )


def budget(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Needed against given."""
    total = frame[frame["item"] == "total"]
    if total.empty:
        return either(lang, ("还没有可定价的资源需求。",), ("No need can be priced yet.",))
    row = total.iloc[0]
    needed = strong(money(int(row["needed_minor"]), lang, currency))
    if is_missing(row["given_minor"]):
        return either(lang, ("需要 ", needed, "；还没有给定预算。"), (needed, " needed; no budget was given."))
    given, gap = money(int(row["given_minor"]), lang, currency), int(row["gap_minor"])
    line = either(
        lang,
        ("能定价的需求合计 ", needed, f"，预算 {given}"),
        ("Priced needs sum to ", needed, f", the budget is {given}"),
    )
    if gap > 0:
        short = bad(money(gap, lang, currency))
        return line + either(lang, ("，缺 ", short, "。"), (", short by ", short, "."))
    return line + either(lang, ("，", good("够用"), "。"), (", ", good("enough"), "."))


def feedback(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """Level by level: who said a figure, their sum against what is asked, the widest gap."""
    out = []
    words = {"region": ("区域", "regions"), "team": ("团队", "teams"), "person": ("人员", "people")}
    for level in ("region", "team", "person"):
        rows = frame[frame["level"] == level]
        said = rows.dropna(subset=["committed_minor"])
        if rows.empty or said.empty:
            continue
        total = strong(money(int(said["committed_minor"].sum()), lang, currency))
        line = either(
            lang,
            (f"{words[level][0]}：{len(rows)} 个中 {len(said)} 个报了数，合计 ", total),
            (f"{len(said)} of {len(rows)} {words[level][1]} said a figure, together ", total),
        )
        asked = said.dropna(subset=["target_minor"])
        if len(asked):
            gap = int(asked["gap_minor"].sum())
            shown = (bad if gap < 0 else good)(money(abs(gap), lang, currency))
            side = Text("少", "short of") if gap < 0 else Text("多", "beyond")
            if gap:
                line += either(
                    lang, (f"，比对应的下达数{side.zh} ", shown), (", ", shown, f" {side.en} what is asked of them")
                )
            else:
                line += either(lang, ("，与对应的下达数相同",), (", just what is asked of them",))
            widest = asked.sort_values(["gap_minor", "node_id"], kind="stable").iloc[0]
            if int(widest["gap_minor"]) < 0:
                least = money(int(widest["gap_minor"]), lang, currency, signed=True)
                line += either(
                    lang, (f"，差得最多的是{widest['name']}（{least}）",), (f"; widest: {widest['name']} ({least})",)
                )
        out.append(line + ("。" if lang == "zh" else "."))
    return out or [either(lang, ("还没有人报数。",), ("Nobody has said a figure yet.",))]


def launches(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """What new markets and products are expected to bring, with the range."""
    total, low, high = (int(frame[c].sum()) for c in ("expected_minor", "low_minor", "high_minor"))
    said, ends = strong(money(total, lang, currency)), [money(v, lang, currency) for v in (low, high)]
    return either(
        lang,
        (f"{len(frame)} 项合计预计 ", said, f"，范围 {ends[0]}到 {ends[1]}；没有历史，范围来自可触达比例的假设。"),
        (
            f"{len(frame)} launches bring about ",
            said,
            f", {ends[0]} to {ends[1]}: no history, the range is that of reach.",
        ),
    )


def latest(row: Mapping[str, object], lang: str) -> str:
    """The last month by which as many hires still close the gap."""
    return month(row["latest_month"], lang)
