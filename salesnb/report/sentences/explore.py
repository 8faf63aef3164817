"""What the history panel says about one choice: the selection's figure, its change, and the ends of its parts."""

from __future__ import annotations

import re
from typing import Any

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, month, points, rate
from salesnb.report.prose import Line, Run, bad, good, strong
from salesnb.report.sentences.words import change_run, either, span

COMPANY = Text("全公司", "the company")
IN_RELATION = ("sales", "customers")  # measures whose change is said in percent; of rates it is said in points
_NONE = {
    "growth": Text("没有可比的上年同期", "no comparable year before"),
    "margin": Text("没有销售或没有成本，毛利率无法计算", "no sales or no cost, so there is no margin"),
}
_QUARTER = re.compile(r"(\d{4})Q([1-4])")


def when(window: str, lang: str) -> str:
    """A window or period in words: 2023 → 2023 年, 2023Q4 → 2023 年第 4 季度 / Q4 2023, 2023-06 → 2023 年 6 月."""
    quarter = _QUARTER.fullmatch(window)
    if quarter:
        return f"{quarter[1]} 年第 {quarter[2]} 季度" if lang == "zh" else f"Q{quarter[2]} {quarter[1]}"
    return month(window, lang) if len(window) == 7 else span(window, lang)


def figure(measure: str, value: Any, lang: str, currency: str) -> str:
    """One figure of ``measure`` as a sentence writes it."""
    if measure == "sales":
        return money(value, lang, currency)
    if measure == "customers":
        said = count(value)
        return f"{said} 家" if lang == "zh" else said
    return rate(value, signed=measure == "growth")


def change(measure: str, value: Any, lang: str) -> Run:
    """A change on the year before in the words and the colour of its direction; a share has no better side."""
    if measure in IN_RELATION:
        return change_run(value, lang)
    said = points(value, lang)
    if measure == "share" or said == points(0, lang):
        return strong(said)
    return good(said) if value > 0 else bad(said)


def selection(measure: str, who: str, window: str, figures: tuple[Any, Any], how: tuple[str, str]) -> Line:
    """``who`` ("" = the company) in ``window``: its figure and its change on the year before.

    ``figures`` is (value, change on the year before), ``how`` (language, currency).
    """
    lang, currency = how
    if measure == "share" and not who:
        return either(lang, ("占比以全公司销售额为 100 %。",), ("Shares are of the whole company's sales.",))
    value, moved = figures
    name, day = who or COMPANY.get(lang), when(window, lang)
    if is_missing(value):
        none = _NONE.get(measure, Text("没有销售", "no sales"))
        return either(lang, (f"{day}，{name}{none.zh}。",), (f"{day}, {name}: {none.en}. ",))
    line = _said(measure, (name, day), strong(figure(measure, value, lang, currency)), lang)
    if not is_missing(moved):
        run = change(measure, moved, lang)
        than = "，增速比上年 " if measure == "growth" else "，比上年 "
        before = ("，比上年同期", run) if measure in IN_RELATION else (than, run)
        line += either(lang, before, (", ", run, " on the year before"))
    return line + ("。" if lang == "zh" else ". ")


def _said(measure: str, place: tuple[str, str], shown: Run, lang: str) -> Line:
    name, day = place
    zh, en = {
        "sales": ((f"{day}，{name}销售 ", shown), (f"{day}, {name}: sales ", shown)),
        "growth": ((f"{day}，{name}同比 ", shown), (f"{day}, {name}: growth ", shown)),
        "share": ((f"{day}，{name}占公司销售额 ", shown), (f"{day}, {name}: ", shown, " of the company's sales")),
        "margin": ((f"{day}，{name}毛利率 ", shown), (f"{day}, {name}: gross margin ", shown)),
        "customers": ((f"{day}，{name}有 ", shown, "客户购买"), (f"{day}, {name}: ", shown, " customers bought")),
    }[measure]
    return either(lang, zh, en)


def ends(measure: str, by: str, parts: list[tuple[str, Any]], how: tuple[str, str]) -> Line:
    """The highest and the lowest part, ``parts`` being (name, value) from high to low without missing values."""
    lang, currency = how
    if len(parts) < 2:
        return Line("")
    (high, most), (low, least) = parts[0], parts[-1]
    top, bottom = (figure(measure, value, lang, currency) for value in (most, least))
    line = either(
        lang,
        (f"按{by}看，最高的是", strong(f"{high}（{top}）"), "，最低的是", strong(f"{low}（{bottom}）"), "。"),
        (f"By {by.lower()}: highest ", strong(f"{high} ({top})"), ", lowest ", strong(f"{low} ({bottom})"), ". "),
    )
    if measure == "customers":
        line += either(
            lang,
            ("同一客户可能出现在几行，各行之和可以大于合计。",),
            ("A customer may stand in several rows, so rows may add up to more than the total.",),
        )
    return line
