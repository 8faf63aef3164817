"""Each finding of the action plan in the planner's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from salesnb.model.errors import Text
from salesnb.report.numbers import figure, is_missing, money, rate

_ID = re.compile(r"[A-Za-z][\w-]*")  # ids stand between Chinese words, commas and arrows
# kind → what it says; {item} and {about} are names, {said} and {other} figures in the finding's own unit
FINDINGS = {
    "counted_twice": Text(
        "{item}：关键结果合计 {said}，目标 {other}，同一笔销售被数了两次（{about}）",
        "{item}: key results sum to {said} against {other}; the same sale counts twice ({about})",
    ),
    "contributions_over": Text(
        "{item}：关键结果合计 {said}，超过目标 {other}", "{item}: key results sum to {said}, above {other}"
    ),
    "contributions_short": Text(
        "{item}：关键结果合计 {said}，不够目标 {other}", "{item}: key results sum to {said}, short of {other}"
    ),
    "no_key_results": Text("{item}：没有关键结果，不知道靠什么完成", "{item}: no key results say how it is reached"),
    "incomplete": Text("{item}：有关键结果没有金额，无法核对", "{item}: a key result has no amount"),
    "takes_all": Text(
        "{item}：{said}，而整个公司的计划里这类销售（{about}）只有 {other}",
        "{item}: {said}, while the whole company plans {other} of such sales ({about})",
    ),
    "more_than_planned": Text(
        "{item}：{said}，而分解目标给这部分（{about}）的只有 {other}",
        "{item}: {said}, while the targets give {about} only {other}",
    ),
    "target_differs": Text(
        "{item}：计划里写 {said}，分解目标给{about}的是 {other}",
        "{item}: the plan says {said}, the targets give {about} {other}",
    ),
    "average_differs": Text(
        "{item}：平均每家 {said}，公司计划是 {other}，差得太多，请核对",
        "{item}: {said} a customer on average, the company plans {other}",
    ),
    "growth_impossible": Text(
        "{item}：若金额是增量，总额要到 {said}，超过目标 {other}",
        "{item}: read as an increase the total would be {said}, above the objective's {other}",
    ),
    "growth_base": Text(
        "{item}：若金额是总额，隐含的上年基数是 {said}，请确认（上年实际 {other}）",
        "{item}: read as a total it implies {said} last year; please confirm (actual {other})",
    ),
    "without_owner": Text("{item}：还有 {said} 没有人负责（共 {other}）", "{item}: {said} of {other} have no owner"),
    "key_result_without_task": Text(
        "{item}：没有任何任务为它服务（责任人{about}）", "{item}: no task works for it (owner {about})"
    ),
    "without_due": Text("{item}：没有期限", "{item}: no due date"),
    "without_deliverable": Text("{item}：没有交付物", "{item}: no deliverable"),
    "without_start": Text("{item}：没有开始日期", "{item}: no start date"),
    "serves_nothing": Text("{item}：不为任何目标服务", "{item}: serves nothing"),
    "serves_unknown": Text("{item}：所服务的“{about}”不存在", "{item}: serves “{about}”, which does not exist"),
    "after_unknown": Text("{item}：前置任务“{about}”不存在", "{item}: waits for “{about}”, which does not exist"),
    "starts_after_due": Text("{item}：开始比期限还晚 {said}", "{item}: starts {said} after it is due"),
    "due_before_what_it_waits_for": Text(
        "{item}：比前置任务“{about}”早到期 {said}", "{item}: due {said} before “{about}”, which it waits for"
    ),
    "starts_before_what_it_waits_for": Text(
        "{item}：在前置任务“{about}”完成前 {said} 就要开始", "{item}: starts {said} before “{about}” is done"
    ),
    "due_after_its_key_result": Text("{item}：比所服务的“{about}”晚 {said}", "{item}: due {said} after “{about}”"),
    "late": Text("{item}：已逾期 {said}（{about}）", "{item}: {said} late ({about})"),
    "done_late": Text("{item}：完成时晚了 {said}（{about}）", "{item}: done {said} late ({about})"),
    "done_without_date": Text("{item}：标为完成却没有完成日期", "{item}: done, without a date"),
    "owner_left": Text(
        "{item}：责任人{about}在期限前 {said} 已离职", "{item}: its owner {about} leaves {said} before it is due"
    ),
    "owner_not_there_yet": Text(
        "{item}：责任人{about}开始后 {said} 才到岗", "{item}: its owner {about} comes {said} after its start"
    ),
    "node_unknown": Text("{item}：范围里的“{about}”不存在", "{item}: “{about}” does not exist"),
    "cycle": Text("任务互相等待：{about}", "Tasks wait for each other: {about}"),
    "promotion_loses": Text(
        "{item}：预期增量 {said}，低于保本所需的 {other}", "{item}: expects {said} more, needs {other} to break even"
    ),
    "promotion_below_cost": Text("{item}：送出后低于成本，卖得越多亏得越多", "{item}: a bundle sells below its cost"),
    "budget_said_twice": Text(
        "{item}：费用预算里是 {said}，激励办法里是 {other}",
        "{item}: {said} in the budget, {other} in the incentive scheme",
    ),
    "cleared_later": Text(
        "{item}：目标要求到期清完（{said}），任务却只安排 {other}（涉及：{about}）",
        "{item}: the goal asks for {said} by then, the tasks plan {other} (with {about})",
    ),
    "action_short": Text(
        "{item}：目标需要 {said}，已量化的行动只有 {other}（涉及：{about}）",
        "{item}: {said} is needed, quantified actions give {other} (with {about})",
    ),
    "said_twice": Text(
        "{item}：同一个量有两种说法，{said} 与 {other}（涉及：{about}）",
        "{item}: one quantity, two figures: {said} and {other} (with {about})",
    ),
}
OWNERLESS = Text("{item}：没有责任人", "{item}: no owner")


def finding(row: Mapping[str, Any], names: Mapping[str, str], lang: str, currency: str) -> str:
    """One finding in words; ``names`` say ids as readers know them."""
    said, other = (_figure(row[side], str(row["unit"]), lang, currency) for side in ("said", "other"))
    owner_missing = row["kind"] == "without_owner" and is_missing(row["said"])
    template = OWNERLESS if owner_missing else FINDINGS.get(str(row["kind"]))
    item, about = names.get(str(row["item_id"]), str(row["item_id"])), _named(row["about"], names, lang)
    if template is None:
        known = Text(
            f"{item}：{said} 与 {other} 不一致（涉及：{about}）", f"{item}: {said} against {other} (with {about})"
        )
        return known.get(lang)
    return template.get(lang).format(item=item, about=about, said=said, other=other)


_MARKS = str.maketrans({"；": "; ", "、": ", ", "：": ": "})
_JOINED = re.compile(r" & |: ")  # how the plan's tables join ids


def _named(about: Any, names: Mapping[str, str], lang: str) -> str:
    """What a finding names, ids said as a reader knows them wherever they stand in it."""
    if is_missing(about):
        return ""
    zh = {" & ": " 与 ", ": ": "："}
    marked = _JOINED.sub(lambda m: zh[m.group()], str(about)) if lang == "zh" else str(about).translate(_MARKS)
    return _ID.sub(lambda found: names.get(found.group(), found.group()), marked)


def _figure(value: Any, unit: str, lang: str, currency: str) -> str:
    if is_missing(value):
        return Text("未知", "not known").get(lang)
    writers: dict[str, Callable[[], str]] = {
        "money": lambda: money(round(float(value)), lang, currency),
        "days": lambda: Text(f"{figure(value)} 天", f"{figure(value)} days").get(lang),
        "count": lambda: Text(f"{figure(value)} 家", figure(value)).get(lang),
        "rate": lambda: rate(value),
        "ratio": lambda: rate(value),
    }
    return writers.get(unit, lambda: figure(value, 2))()
