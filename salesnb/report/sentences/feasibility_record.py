"""What stands behind a chance, in words: back-tests with number, window and hits, the growth belief, earliness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, rate

# Share of public and generated series whose total of 12 months an 80 % interval held, lowest and highest of three
# panels, by months between the last one known and the period (measured by tests/bench/forecast_bench.py).
FEW = 10  # back-tests below which a record is called a hint
EARLY = {3: (0.77, 0.81), 6: (0.69, 0.77)}


def early_words(skip: int, lang: str) -> str:
    """What a forecast made ``skip`` months before its period is worth; nothing where that is under three months."""
    found = [rates for months, rates in EARLY.items() if skip >= months]
    if not found:
        return ""
    low, high = (rate(value, 0) for value in found[-1])
    return Text(
        f"现在离期初还有 {skip} 个月：公开数据上，这么早的预测 80 % 区间只命中 {low}—{high}，"
        "概率要打折看，临近期初应重算。",
        f"The period begins {skip} months from what is known: on public data the 80 % interval of so early a "
        f"forecast holds only {low} to {high}, so discount the chances and run again nearer the start.",
    ).get(lang)


def belief_words(belief: Mapping[str, float], lang: str) -> str:
    """The belief about growth that the forecast leans to: ``rate`` a year, ``sd``, and what it moved the forecast by
    (``shift``, a fraction of it)."""
    asked, wide = rate(belief["rate"], signed=True), rate(belief["sd"], 0)
    moved = rate(belief["shift"], signed=True)
    return Text(
        f"增速假设：自己的销售额每年 {asked}，上下 {wide}（market.yaml 的 forecast_growth）。"
        f"历史越看不清增速，预测越向它靠拢；与假设零增长相比，它使基线变动 {moved}。",
        f"Growth belief: own sales {asked} a year, give or take {wide} (forecast_growth in market.yaml). The less "
        "history tells of growth, the more the forecast leans to it; against a belief of none it moves the baseline by "
        f"{moved}.",
    ).get(lang)


def record_words(record: Mapping[str, Any] | None, lang: str) -> str:
    """``回测 6 次（起点 2022-12 至 2023-06，各预测 12 个月），80 % 区间命中 83 %``; few back-tests are called few."""
    if record is None or not record["test_count"]:
        return Text("没有回测", "not back-tested").get(lang)
    n, hit = int(record["test_count"]), rate(record["hit_rate"], 0)
    first, last = (str(record[c]) for c in ("first_month", "last_month"))
    one = first == last
    ahead = int(record["horizon_count"])
    zh_when = (f"起点 {first}" if one else f"起点 {first} 至 {last}") + f"，预测 {ahead} 个月"
    en_when = (f"from {first}" if one else f"from {first} to {last}") + f", {ahead} month{'s' * (ahead != 1)} each"
    few = n < FEW
    return Text(
        f"回测 {n} 次（{zh_when}），80 % 区间命中 {hit}" + ("，次数少，仅供参考" if few else ""),
        f"{n} back-test{'s' * (n != 1)} ({en_when}), 80 % interval hit {hit}"
        + (": few, so take it as a hint" if few else ""),
    ).get(lang)


def record_parts(record: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """When a level was tested, and how often with which hits; few tests are called few.

    (``起点 2022-12 至 2023-12，预测 6 个月``, ``30 次 100 %``)
    """
    n, ahead = int(record["test_count"]), int(record["horizon_count"])
    first, last = (str(record[c]) for c in ("first_month", "last_month"))
    span = first if first == last else Text(f"{first} 至 {last}", f"{first} to {last}").get(lang)
    hit, few = rate(record["hit_rate"], 0), n < FEW
    when = Text(f"起点 {span}，预测 {ahead} 个月", f"from {span}, {ahead} month{'s' * (ahead != 1)} each").get(lang)
    return when, Text(f"{n} 次 {hit}" + ("（次数少，仅供参考）" if few else ""),
                      f"{n}, {hit}" + (" (few: a hint)" if few else "")).get(lang)  # fmt: skip


def tested_words(record: Mapping[str, Any] | None, lang: str) -> str:
    """The record behind a chance in a cell: ``6 次 · 2022-12 起 12 个月 · 83 %``; nothing where there is none."""
    if record is None or is_missing(record["test_count"]) or not record["test_count"]:
        return ""
    n, hit = int(record["test_count"]), rate(record["hit_rate"], 0)
    first, last = (str(record[c]) for c in ("first_month", "last_month"))
    when, ahead = first if first == last else f"{first}—{last}", int(record["horizon_count"])
    return Text(f"{n} 次 · {when} 起 {ahead} 个月 · {hit}", f"{n} · {when}, {ahead} mo. · {hit}").get(lang)
