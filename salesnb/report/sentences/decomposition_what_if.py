"""What other plans and the field's own figures say beside a plan."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.report.numbers import money, rate
from salesnb.report.prose import Line, good, strong, warn
from salesnb.report.sentences.words import before_colon, either, listed


def padding(over: float, sums: pd.DataFrame, lang: str, currency: str) -> Line:
    """Over-assignment in all. ``over``: people's figures ÷ the company's target − 1."""
    handed, target = (
        money(int(sums[column].iloc[at]), lang, currency) for column, at in (("handed_minor", -1), ("target_minor", 0))
    )
    if abs(over) < 5e-5:
        return either(
            lang, (good("没有加码，也没有留底"), f"：下达给个人的合计 {handed}，就是公司目标。"),
            (good("Nothing is over-assigned or held back"), f": people are handed {handed}, the company's target."),
        )  # fmt: skip
    share = warn(rate(over, signed=True))
    words = ("加码", "over-assignment") if over > 0 else ("留底", "hold-back")
    return either(
        lang,
        (f"公司目标 {target}，下达给个人的合计 {handed}，{words[0]} ", share, "；考核与校验都以加码前的目标为准。"),
        (f"The company's target is {target}, people are handed {handed}: ", share,
         f" {words[1]}. Checks and reviews use the targets before it."),
    )  # fmt: skip


def scenarios(frame: pd.DataFrame, texts: Mapping[str, str], how: tuple[str, str, str]) -> Line:
    """The company's target under each alternative. ``how``: the figure it is judged by, language, currency."""
    judged_by, lang, currency = how
    company = frame[(frame["dimension"] == "company") & (frame["scenario"] != "plan")]
    said = []
    for _, row in company.sort_values(["amount_minor", "scenario"], kind="stable").iterrows():
        name = before_colon(texts[str(row["scenario"])])
        amount = money(int(row["amount_minor"]), lang, currency)
        said.append(f"{name} {amount}")
    line = either(lang, ("公司目标：" + "，".join(said) + "。",), ("The company's target: " + ", ".join(said) + ". ",))
    if judged_by in texts:
        line += either(
            lang, ("考核以", strong(texts[judged_by]), "为准。"), ("It is judged by ", strong(texts[judged_by]), ".")
        )
    return line


def gaps(regions: pd.DataFrame, lang: str, currency: str) -> Line:
    """How much regions have committed against what is handed down, and who has not answered."""
    known = regions[regions["gap_minor"].notna()]
    silent = regions[regions["committed_minor"].isna() & (regions["top_down_minor"] > 0)]
    line = Line("")
    if len(known):
        total = int(known["gap_minor"].sum())
        amount = money(abs(total), lang, currency)
        less = total < 0
        line = either(
            lang,
            (f"{len(known)} 个单位上报的承诺合计比下达数", warn(f"少 {amount}") if less else good(f"多 {amount}")),
            (
                f"{len(known)} {'unit' if len(known) == 1 else 'units'} committed to ",
                warn(f"{amount} less") if less else good(f"{amount} more"),
                " than is handed down",
            ),
        )
        worst = known.iloc[int(known["gap_minor"].astype("int64").to_numpy().argmin())]
        if int(worst["gap_minor"]) < 0:
            named = strong(str(worst["name"]))
            short = money(abs(int(worst["gap_minor"])), lang, currency)
            line += either(lang, ("，差得最多的是", named, f"（{short}）"), (", most of it ", named, f" ({short})"))
    if len(silent):
        names = listed([str(name) for name in silent["name"]], lang)
        line += either(lang, (f"；{names}没有上报",), (f"; {names} did not answer",))
    return line + ("。" if lang == "zh" else ".")


def sensitivity(regions: pd.DataFrame, people: pd.DataFrame, labels: Mapping[str, str], lang: str) -> Line:
    """The region and the person that move most under each doubt."""
    said = []
    for name, label in labels.items():
        most = [_most(frame, f"{name}_rate") for frame in (regions, people)]
        if all(most):
            said.append((label, *most))
    if not said:
        return Line("")
    if lang == "zh":
        parts = "；".join(f"{label}，区域中变化最大的是{region}，个人中是{person}" for label, region, person in said)
        return Line(f"公司合计不变。{parts}。")
    parts = "; ".join(
        f"{label.lower()}, {region} moves most of the regions, {person} of the people" for label, region, person in said
    )
    return Line(f"The company's total stays: {parts}.")


def _most(frame: pd.DataFrame, column: str) -> str:
    known = frame[frame[column].notna() & (frame["node_id"] != UNASSIGNED)]
    if known.empty:
        return ""
    row = known.iloc[int(known[column].abs().to_numpy().argmax())]
    return f"{row['name']} {rate(row[column], signed=True)}"
