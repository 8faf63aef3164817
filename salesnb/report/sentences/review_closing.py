"""What closing a period says: restated months, strategies, missed nodes, improvements, pay, watchful checks."""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, money, month, rate
from salesnb.report.prose import Line, bad, good, strong
from salesnb.report.sentences.words import either, listed

VERDICTS = {
    "better": Text("好于预测", "Better"),
    "worse": Text("差于预测", "Worse"),
    "unclear": Text("不能判断：在预测误差之内", "Cannot be told: within the forecast's error"),
    "unknown": Text("不能判断", "Cannot be told"),
}
REASONS = {
    "none": Text("", ""),
    "no_scope": Text("不能判断：销售数据分不出这一范围", "Cannot be told: sales do not hold this scope"),
    "too_early": Text("不能判断：还没有满一个月", "Cannot be told: no whole month yet"),
    "no_history": Text("不能判断：开始前的历史不足", "Cannot be told: too little history before the start"),
}
MOST_NAMED = 6
FOUND = {
    "push": Text("月末集中", "Bunched"),
    "returned": Text("次月退货多", "Returned after"),
    "split": Text("疑似拆单", "Split orders"),
}


def restated(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """How much closed months have moved, and which most."""
    moved = frame[frame["reported_minor"] != frame["known_minor"]]
    if frame.empty:
        return either(lang, ("还没有已结账的月份。",), ("No month is closed yet.",))
    if moved.empty:
        return either(lang, ("已结账的月份没有变动。",), ("Closed months have not moved.",))
    change = int((moved["known_minor"] - moved["reported_minor"]).sum())
    most = moved.iloc[int((moved["known_minor"] - moved["reported_minor"]).abs().argmax())]
    when, share = month(most["month"], lang), rate(most["change_rate"], signed=True)
    total = strong(money(change, lang, currency, signed=True))
    return either(
        lang,
        (
            f"{len(moved)} 个已结账月份在结账后有补录或退货，合计 ",
            total,
            f"；变动最大的是 {when}（{share}）。各月当时的报告不改写，重述只列在这里。",
        ),
        (
            f"{len(moved)} closed months have moved since by ",
            total,
            f"; most in {when} ({share}). Reports of then stay as they were; the restatement stands here only.",
        ),
    )


def strategies(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Which strategies show an effect beyond the forecast's error; of the others nothing is claimed."""
    shown = frame[frame["verdict"].isin(["better", "worse"])]
    rest = len(frame) - len(shown)
    if shown.empty:
        return either(
            lang,
            (f"{len(frame)} 项策略都还不能判断效果：差异没有超出事前预测的误差，或者历史不足。",),
            (
                f"Of {len(frame)} strategies no effect can be told: none exceeds the forecast's error, or too little "
                "history.",
            ),
        )
    out = Line("与事前预测相比：" if lang == "zh" else "Against the forecast made before: ")
    for place, row in enumerate(shown.to_dict("records")):
        said = f"{row['text']} {money(row['difference_minor'], lang, currency, signed=True)}"
        out += ("；" if lang == "zh" else "; ") if place else ""
        out += good(said) if row["verdict"] == "better" else bad(said)
    return out + either(lang, (f"。其余 {rest} 项不能判断。",), (f". Of the other {rest} nothing can be told.",))


def problems(frame: pd.DataFrame, passes: float, lang: str) -> Line:
    """How many nodes miss the pass line, and how many still lack people's analysis."""
    line = rate(passes, 0)
    if frame.empty:
        return either(lang, (f"没有低于 {line} 的节点。",), (f"No node is below {line}.",))
    waiting = int((frame["answered"] == "open").sum())
    worst = frame[frame["dimension"].isin(["region_id", "product_line"])].sort_values(["gap_minor", "node_id"])
    line_of = "产品线 " if lang == "zh" else "Line "
    top = zip(worst["dimension"].head(3), worst["name"].head(3), strict=True)
    names = listed([f"{line_of}{name}" if d == "product_line" else str(name) for d, name in top], lang)
    return either(
        lang,
        (f"{len(frame)} 个节点低于 {line}，差额最大的是", strong(names), f"；{waiting} 个还没有人写明原因。"),
        (
            f"{len(frame)} nodes are below {line}; the largest gaps: ",
            strong(names),
            f". For {waiting} nobody has stated a cause.",
        ),
    )


def improvements(frame: pd.DataFrame, lang: str) -> Line:
    """What is open, late and closed."""
    count = frame["progress"].value_counts()
    live = int(count.get("open", 0) + count.get("doing", 0) + count.get("late", 0))
    late, done = int(count.get("late", 0)), int(count.get("done", 0) + count.get("dropped", 0))
    if frame.empty:
        return either(lang, ("没有登记的改进事项。",), ("No improvement is registered.",))
    overdue = bad(f"{late} 项逾期") if late else strong("没有逾期")
    overdue_en = bad(f"{late} late") if late else strong("none late")
    return either(
        lang,
        (f"{live} 项在办，", overdue, f"，本期关闭 {done} 项；未关闭的带入下一期。"),
        (f"{live} open, ", overdue_en, f", {done} closed in this period; what is open is carried over."),
    )


def performance(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """Grades, and pay earned to date with what became of it."""
    graded = frame["grade"].dropna().value_counts().sort_index()
    said = [f"{grade} {n} 人" if lang == "zh" else f"{grade}: {n}" for grade, n in graded.items()]
    lines = []
    if said:
        lines.append(
            either(
                lang,
                ("得分 = 完成率 × 100；", strong("，".join(said)), "。"),
                ("Score = attainment × 100; ", strong(", ".join(said)), "."),
            )
        )
    if frame["commission_minor"].notna().any():
        sums = {
            c: int(frame[f"{c}_minor"].fillna(0).sum()) for c in ("commission", "paid", "open", "stopped", "clawed")
        }
        total, paid, waits = (money(sums[c], lang, currency) for c in ("commission", "paid", "open"))
        stopped, back = (money(abs(sums[c]), lang, currency) for c in ("stopped", "clawed"))
        lines.append(
            either(
                lang,
                (
                    "累计已计提成 ",
                    strong(total),
                    f"：已发 {paid}，待回款 {waits}，逾期停发 {stopped}，退货扣回 {back}。",
                ),
                (
                    "Commission earned to date ",
                    strong(total),
                    f": paid {paid}, open {waits}, stopped {stopped}, clawed back {back}.",
                ),
            )
        )
    asked = frame.loc[frame["plan_state"] == "missing", "name"].astype("str").tolist()
    if asked:
        names = bad(listed(asked[:MOST_NAMED], lang) + ("等" if lang == "zh" and len(asked) > MOST_NAMED else ""))
        lines.append(
            either(
                lang,
                (f"等级要求改进计划而还没有登记的 {len(asked)} 人：", names, "。"),
                (f"{len(asked)} people need an improvement plan and have none, among them ", names, "."),
            )
        )
    lines += _won(frame, lang)
    return lines or [
        either(lang, ("没有目标和激励办法，不评分。",), ("Without targets and a scheme nobody is graded.",))
    ]


def _won(frame: pd.DataFrame, lang: str) -> list[Line]:
    """Prizes by who won them, promotions by what they lead to; nothing where there are none."""
    comma, prizes, promoted = ("；" if lang == "zh" else "; "), [], dict[str, list[str]]()
    for name, awards in zip(frame["name"], frame["awards"], strict=True):
        for part in awards.split("；") if isinstance(awards, str) else ():
            if part.startswith("→ "):
                promoted.setdefault(part.removeprefix("→ "), []).append(str(name))
            elif part:
                prizes.append(f"{name} {part}")
    lines = []
    if promoted:
        said = comma.join(f"{listed(names, lang)} → {to}" for to, names in promoted.items())
        lines.append(either(lang, ("到了晋升条件：", said, "。"), ("Due for promotion: ", said, ".")))
    if prizes:
        lines.append(either(lang, ("奖项：", comma.join(prizes), "。"), ("Awards: ", comma.join(prizes), ".")))
    return lines


def month_end(frame: pd.DataFrame, days: int, lang: str) -> Line:
    """Who is found, in one sentence."""
    if frame.empty:
        return either(
            lang,
            (f"没有人把销售集中到月末 {days} 个工作日、次月大量退货或拆单。",),
            (f"Nobody bunches sales into the last {days} working days, has them returned or splits orders.",),
        )
    names = listed(list(dict.fromkeys(str(n) for n in frame["name"])), lang)
    return either(
        lang,
        ("需要核对：", bad(names), "。这是核对线索，不是结论。"),
        ("To be looked at: ", bad(names), ". A reason to look, not a verdict."),
    )


def ageing(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """What is open and which part is old."""
    total = int(frame["open_minor"].sum())
    if not total:
        return either(lang, ("没有未回款的订单。",), ("No order is unpaid.",))
    old = int(frame.loc[frame["bucket"].isin(["91-180", "180+"]), "open_minor"].sum())
    size, share = strong(money(total, lang, currency)), bad(f"{money(old, lang, currency)}（{rate(old / total, 0)}）")
    share_en = bad(f"{money(old, lang, currency)} ({rate(old / total, 0)})")
    line = either(
        lang,
        ("未回款 ", size, "，其中发货超过 90 天的 ", share),
        ("Not received: ", size, "; shipped over 90 days ago: ", share_en),
    )
    late = frame[frame["bucket"].isin(["91-180", "180+"])].groupby(["customer_id", "name"])["open_minor"].sum()
    most = late.reset_index().sort_values(["open_minor", "customer_id"], ascending=[False, True]).head(1)
    for row in most[most["open_minor"] > 0].to_dict("records"):
        who, much = row["name"], money(row["open_minor"], lang, currency)
        line += either(lang, (f"；旧账最多的是{who}，{much}",), (f"; most of it by {who}: {much}",))
    return line + ("。" if lang == "zh" else ".")


def portraits(frame: pd.DataFrame, effects: pd.DataFrame, hours: float, lang: str) -> list[Line]:
    """Which customers win more often than chance explains, and what a quick reaction goes along with."""
    above = frame[frame["stands_out"] == "above"].sort_values(["conversion_rate", "node_id"], ascending=[False, True])
    lines = []
    if len(above):
        best = [f"{n} {rate(v, 0)}" for n, v in zip(above["node_id"].head(3), above["conversion_rate"], strict=False)]
        lines.append(
            either(
                lang,
                ("赢率明显高于平均的：", good(listed(best, lang)), "。"),
                ("Winning clearly more often: ", good(listed(best, lang)), "."),
            )
        )
    row = effects[effects["effect"] == f"viewed_{hours:g}h"]
    if len(row) and not is_missing(row["difference_rate"].iloc[0]):
        one = row.iloc[0]
        rates = (rate(one["inside_rate"], 0), rate(one["outside_rate"], 0))
        window = f"{hours:g}"
        if bool(one["is_noise"]):
            lines.append(
                either(
                    lang,
                    (f"查看报价后 {window} 小时内外的赢率差异属偶然（{rates[0]} 与 {rates[1]}）。",),
                    (
                        f"Within {window} h of a viewed quote or later: the difference is chance ({rates[0]}, "
                        f"{rates[1]}).",
                    ),
                )
            )
        else:
            lines.append(
                either(
                    lang,
                    (f"客户查看报价后 {window} 小时内关闭的赢率 ", good(rates[0]), f"，更晚的 {rates[1]}。"),
                    (f"Closed within {window} h of a viewed quote: ", good(rates[0]), f" won, later {rates[1]}."),
                )
            )
    return lines or [either(lang, ("各类客户的赢率差异属偶然。",), ("Differences between customers are chance.",))]


def ranks(best: Any, rookies: Any, lang: str) -> Line:
    """Attainment of last year's best sellers beside that of newcomers; each group has ``count`` and ``attainment``."""
    high, low = strong(rate(best.attainment)), strong(rate(rookies.attainment))
    return either(
        lang,
        (f"上年最高的五分之一（{best.count} 人）完成率 ", high,
         f"，入职不满一年的新人（{rookies.count} 人）", low, "。"),
        (f"Last year's best fifth ({best.count} people) stand at ", high,
         f", those hired under a year ago ({rookies.count}) at ", low, "."),
    )  # fmt: skip
