"""What the goals' tables say: each contradiction in one sentence with both figures, and what a goal leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, rate
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.words import QUARTERS, change_run, either, listed

LACKS = {
    "owner": Text("责任人", "owner"),
    "due": Text("期限", "due date"),
    "evidence": Text("依据", "evidence"),
    "process": Text("过程指标", "process metric"),
    "base": Text("基数", "base"),
    "window": Text("统计窗口", "window"),
    "share_of": Text("占什么的份额", "a share of what"),
    "points": Text("百分点还是百分比", "points or percent"),
}
NODES = {
    "": Text("公司", "The company"),
    "large": Text("大客户", "Large customers"),
    "small": Text("中小客户", "Small customers"),
    "region": Text("各区域", "Regions"),
    "team": Text("各团队", "Teams"),
    "product_line": Text("各产品线", "Product lines"),
    "channel": Text("各渠道", "Channels"),
}
# kind → sentence; {said} {other} {gap} are figures, {node} what it is about
SENTENCES: dict[str, Text] = {
    "parts_are_whole": Text(
        "{node}：各部分合计 {said}，与总数一致。", "{node}: the parts sum to {said}, as the whole."
    ),
    "parts_against_whole": Text(
        "{node}：各部分合计 {said}，总数是 {other}，相差 {gap}。",
        "{node}: the parts sum to {said}, the whole is {other}: {gap} apart.",
    ),
    "said_twice": Text(
        "{node}：一处是 {said}，另一处是 {other}，相差 {gap}。",
        "{node}: {said} in one place, {other} in another, {gap} apart.",
    ),
    "said_twice_agrees": Text("{node}：两处说法一致（{said}）。", "{node}: said twice, the same figure ({said})."),
    "past_differs": Text(
        "{node}：文字写上年占 {said}，历史数据是 {other}。", "{node}: stated as {said} last year; history says {other}."
    ),
    "mix_impossible": Text(
        "{node}：要求 {said}，其他几条最多只留 {other}。", "{node}: asks {said}; the other lines leave {other} at most."
    ),
    "never_binding": Text(
        "{node}：“不超过 {said}”不会起作用，其他几条已使它最多 {other}。",
        "{node}: at most {said} never binds; the other lines leave {other} at most.",
    ),
    "redundant": Text(
        "{node}：“不低于 {said}”是多余的，其他几条已保证 {other}。",
        "{node}: at least {said} is redundant; the other lines already give {other}.",
    ),
    "without_owner": Text(
        "{node}：共 {said}，已分到区域 {other}，还有 {gap} 没有人承担。",
        "{node}: {said} in all, {other} owned by regions, {gap} by nobody.",
    ),
    "counted_twice": Text(
        "{node}：按不同维度提出的几条相加恰为 {said}，可能把同一批客户重复算了，请确认。",
        "{node}: lines by different dimensions sum to exactly {said}; the same customers may be counted twice.",
    ),
    "rest_rate": Text(
        "{node}做到 {said}，其余平均须做到 {other}。", "{node} at {said} leaves {other} for the rest on average."
    ),
    "below_last_year": Text(
        "{node}：目标 {said} 低于上年的 {other}，等于允许退步。",
        "{node}: the goal {said} is below last year's {other}.",
    ),
    "share_of_what": Text(
        "{node}：份额 {said} 没有说占什么；若指占本公司销售，上年已是 {other}。请问清。",
        "{node}: nobody said what {said} is a share of; of own sales it was {other} last year. Ask.",
    ),
    "share_beyond_leaders": Text(
        "只靠比市场长得快来提高这么多份额，现有份额须已有 {said}，而前几家合计也只有 {other}。",
        "At these growth rates such a gain needs a present share of {said}; all leaders together hold {other}.",
    ),
    "share_asks_growth": Text(
        "份额目标要求公司增长 {said}，销售额目标只增长 {other}。",
        "The share goal asks growth of {said}; the sales goal grows {other}.",
    ),
    "share_asks_growth_agrees": Text(
        "份额目标需要增长 {said}，销售额目标的 {other} 已够。",
        "The share goal needs growth of {said}; the sales goal's {other} is enough.",
    ),
    "weight_of_new": Text(
        "总增速与新、老两部分的增速要合得上，新业务须占基数的 {said}；实际占 {other}。",
        "For the growth rates to close, new business must be {said} of the base; it is {other}.",
    ),
    "left_for_new": Text(
        "老客户按复购率和笔单价目标计算之后，新客户须贡献 {said}；上年新客户贡献 {other}。",
        "With old customers at their goals, new customers must bring {said}; last year they brought {other}.",
    ),
    "action_short": Text(
        "{node}：目标折合 {said}，已量化的行动只有 {other}，增量还差 {gap}。",
        "{node}: the goal is {said}; actions with a figure bring {other}, {gap} of the increase has none.",
    ),
    "leads_unsourced": Text(
        "{node}：线索目标 {said} 条，有来源的 {other} 条，{gap} 条没有来源。",
        "{node}: {said} leads asked, {other} have a source, {gap} have none.",
    ),
    "funnel_is_wide": Text(
        "{node}：目标 {said} 家，现有线索按转化率可得 {other} 家，漏斗不构成制约。",
        "{node}: {said} asked; leads at this conversion give {other}: the funnel does not bind.",
    ),
    "funnel_binds": Text(
        "{node}：目标 {said} 家，现有线索按转化率只得 {other} 家。",
        "{node}: {said} asked; leads at this conversion give only {other}.",
    ),
    "cleared_later": Text(
        "{node}：目标要求到期清完 {said}，任务安排到期只清 {other}。",
        "{node}: {said} is to be cleared by then; the tasks plan {other}.",
    ),
    "rest_of_year_full": Text(
        "{node}：若是累计口径，余下时间要做 {said}，而公司同期一共只有 {other}。",
        "{node}: read cumulatively, {said} would be left for the rest of the year, more than the company's {other}.",
    ),
    "others_in_quarter": Text(
        "{node}当季只做 {said}，其他单位当季须做自己全年的 {other}。",
        "With {node} at {said}, the others must do {other} of their year then.",
    ),
}


def figure(value: Any, unit: str, lang: str, currency: str) -> str:
    """One figure of a finding in its unit."""
    if is_missing(value):
        return Text("未知", "unknown").get(lang)
    if unit == "money":
        return money(round(value), lang, currency)
    return count(value) if unit == "count" else rate(value)


def node_words(node: str, lang: str, lines: frozenset[str] = frozenset()) -> str:
    """What a finding is about: customer sizes, dimensions, quarters and product lines (``lines``) in words, anything
    else as the planner wrote it."""
    words = NODES[node].get(lang) if node in NODES else node
    if node and set(node.split("、")) <= lines:
        words = f"{Text('产品线 ', 'Line ').get(lang)}{node}"
    if len(node) == 2 and node[0] == "Q" and node[1] in "1234":
        words = Text(f"{QUARTERS[int(node[1]) - 1]}季度", node).get(lang)
    return words if lang == "zh" else words.replace("、", ", ")


def finding(row: Mapping[Any, Any], lang: str, currency: str, lines: frozenset[str] = frozenset()) -> str:
    """One row of ``goals_findings`` in a sentence."""
    kind = str(row["kind"])
    if row["severity"] == "agrees" and f"{kind}_agrees" in SENTENCES:
        kind = f"{kind}_agrees"
    held = {name: figure(row[name], str(row["unit"]), lang, currency) for name in ("said", "other")}
    gap = None if is_missing(row["gap"]) else abs(row["gap"])
    node = node_words(str(row["node"]), lang, lines)
    said = SENTENCES[kind].get(lang)
    return said.format(node=node, gap=figure(gap, str(row["unit"]), lang, currency), **held)


def grown(growth: float, is_decided: bool, lang: str) -> str:
    """By which growth of the market share goals are held against sales goals."""
    said = rate(growth, signed=True)
    source = (
        Text("market.yaml 的 growth，已决定", "growth in market.yaml, decided")
        if is_decided
        else Text("导入的市场规模", "the imported market sizes")
    )
    return Text(
        f"份额与销售额之比按市场增速 {said} 计（{source.zh}）。",
        f"Shares are held against sales at a market growth of {said} ({source.en}).",
    ).get(lang)


def contradictions(frame: pd.DataFrame, lang: str) -> Line:
    """How many contradictions and open questions there are."""
    number = frame["severity"].value_counts()
    bad_count, ask = int(number.get("conflict", 0)), int(number.get("ask", 0))
    if not bad_count and not ask:
        return either(lang, (good("没有发现互相矛盾的目标。"),), (good("No goals contradict each other."),))
    clash, open_ones = bad(str(bad_count)), warn(str(ask))
    return either(
        lang,
        ("发现 ", clash, " 处矛盾、", open_ones, " 处须问清；都没有替人决定，两种说法并列如下。"),
        ("", clash, " contradictions and ", open_ones, " open questions; none was decided here, both sayings stand."),
    )


def smart(frame: pd.DataFrame, lang: str) -> Line:
    """How many goals are complete, and what is missing most."""
    whole, complete = len(frame), int((frame["lack_count"] == 0).sum())
    if complete == whole:
        return either(lang, (good(f"{whole} 项目标全部写全。"),), (good(f"All {whole} goals are complete."),))
    gaps = frame["lacks"][frame["lacks"] != ""].str.split("|").explode().value_counts()
    top = gaps.sort_index().sort_values(ascending=False, kind="stable").head(3)
    zh = listed([f"{LACKS[name].zh}（{n} 项）" for name, n in top.items()], "zh")  # type: ignore[index]
    en = listed([f"{LACKS[name].en} ({n})" for name, n in top.items()], "en")  # type: ignore[index]
    return either(
        lang,
        (f"{whole} 项目标中 ", strong(f"{complete} 项"), f"写全；最常缺的是{zh}。"),
        (strong(f"{complete} of {whole}"), f" goals are complete; most often missing: {en}."),
    )


def teams(frame: pd.DataFrame, whole: float, lang: str, currency: str) -> Line:
    """Do the coefficients give the company's target, and who has to grow most."""
    total, asked = int(frame["target_minor"].sum()), frame.dropna(subset=["growth_rate"])
    sums = rate(frame["contribution_rate"].sum())
    line = either(
        lang,
        (f"贡献系数合计 {sums}，各团队目标合计 ", strong(money(total, lang, currency))),
        (f"Coefficients sum to {sums}, team targets to ", strong(money(total, lang, currency))),
    )
    if abs(total - whole) > 1:
        over = money(round(total - whole), lang, currency, signed=True)
        line += either(lang, ("，与公司目标相差 ", bad(over)), (", off the company's by ", bad(over)))
    if len(asked) > 1:
        most = asked.sort_values(["growth_rate", "node_id"], ascending=[False, True], kind="stable").iloc[0]
        grown = strong(rate(most["growth_rate"], signed=True))
        line += either(
            lang, (f"；要求增长最高的是{most['name']} ", grown), (f"; most is asked of {most['name']}: ", grown)
        )
    return line + ("。" if lang == "zh" else ".")


def market(frame: pd.DataFrame, year: str, lang: str, currency: str) -> Line:
    """Size and growth of the year's market, own share and its shift, the fastest line."""
    whole = frame[frame["dimension"] == "all"].set_index("year")
    if year not in whole.index:
        return either(lang, (f"没有 {year} 年的市场规模。",), (f"There is no market size for {year}.",))
    now = whole.loc[year]
    size = strong(money(now["size_minor"], lang, currency))
    line = either(lang, (f"{year} 年市场规模 ", size), (f"The {year} market is ", size))
    if not is_missing(now["growth_rate"]):
        held_growth: Any = now["growth_rate"]
        moved = change_run(held_growth, lang)
        line += either(lang, ("，比上年", moved), (", ", moved, " on the year before"))
    held = whole.dropna(subset=["own_share_rate"])
    if len(held):
        share, when = strong(rate(held["own_share_rate"].iloc[-1], 2)), str(held.index[-1])
        line += either(lang, (f"；公司 {when} 年份额 ", share), (f"; own share in {when} ", share))
    lines = frame[(frame["dimension"] == "product_line") & (frame["year"] == year)].dropna(subset=["growth_rate"])
    if len(lines) > 1:
        fast = lines.sort_values(["growth_rate", "node_id"], ascending=[False, True], kind="stable").iloc[0]
        said = strong(f"{fast['name']} {rate(fast['growth_rate'], signed=True)}")
        line += either(lang, ("；增长最快的产品线是", said), ("; fastest line ", said))
    return line + ("。" if lang == "zh" else ".")


def needs(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """What share goals ask in money; the largest growth among them."""
    top = frame.dropna(subset=["growth_rate"]).sort_values(["growth_rate", "goal_id"], ascending=[False, True])
    if top.empty:
        return either(lang, ("份额目标暂不能折成金额。",), ("Share goals cannot be priced yet.",))
    row = top.iloc[0]
    amount, grown = money(row["needed_minor"], lang, currency), strong(rate(row["growth_rate"], signed=True))
    node = node_words(row["node"], lang) if row["node"] else Text("公司整体", "the whole company").get(lang)
    unsaid = row["reading"] == "if_market"
    zh, en = (
        ("（原文没说占什么，这里按占市场计）", " (read as of the market: nobody said of what)") if unsaid else ("", "")
    )
    return either(
        lang,
        (f"要求最高的是{node}：需要 {amount}，增长 ", grown, f"{zh}。"),
        (f"The most demanding, {node}, takes {amount}: ", grown, f"{en}."),
    )


def restless(frame: pd.DataFrame, lang: str) -> Line:
    """The newest index, and the months in which it rang."""
    known = frame.dropna(subset=["sensitivity"])
    rang = frame[frame["is_alarm"]]["month"].tolist()
    if known.empty:
        return either(lang, ("序列太短，还算不出敏感度。",), ("The series are too short for an index.",))
    last = known.iloc[-1]
    value = strong(f"{last['sensitivity']:.2f}")
    line = either(lang, (f"{last['month']} 的敏感度为 ", value), (f"Sensitivity in {last['month']}: ", value))
    if rang and rang[-1] == last["month"]:
        return line + either(
            lang, ("，", bad("已报警"), "，建议开校准会。"), (", ", bad("it rings"), ": hold a calibration meeting.")
        )
    if rang:
        said = listed(rang[-3:], lang)
        return line + either(lang, (f"，没有报警；此前 {said} 报过警。",), (f", no alarm; it rang before in {said}.",))
    return line + either(lang, ("，没有报过警。",), (", and it never rang.",))
