"""What a proposal after a missed quarter, or after a change of the team, says in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesnb.report.numbers import is_missing, money, rate
from salesnb.report.prose import Line, bad, good, strong
from salesnb.report.sentences.feasibility import chance_words
from salesnb.report.sentences.words import either, listed

NAMED = 3


@dataclass(frozen=True)
class Said:
    """How it is said: language, currency, the next quarter as a reader calls it."""

    lang: str
    currency: str
    quarter: str


def proposal(company: pd.Series, moves: pd.DataFrame, said: Said) -> Line:
    """The next quarter's figure, how much moves between people, and the chance after.

    ``company``: its row of ``retarget_nodes`` in that quarter; ``moves``: ``retarget_moves``.
    """
    lang = said.lang
    before, after = (money(company[c], lang, said.currency) for c in ("before_minor", "after_minor"))
    is_same = company["before_minor"] == company["after_minor"]
    now = ("（不变）", " (as it is)") if is_same else (f"（现 {before}）", f" (now {before})")
    own = moves[moves["reason"] != "carry"]
    much = money(int(own["amount_minor"].sum()), lang, said.currency)
    people = len(set(own["from_id"]) | set(own["to_id"]))
    line = either(
        lang,
        (f"建议 {said.quarter}目标 ", strong(after), f"{now[0]}，{people} 人之间移动 {much}。"),
        (f"Proposed for {said.quarter}: ", strong(after), f"{now[1]}; {much} move between {people} people. "),
    )
    chances = [company[c] for c in ("chance_before_rate", "chance_after_rate")]
    if not any(is_missing(c) for c in chances) and rate(chances[0], 0) == rate(chances[1], 0):
        line += either(
            lang,
            ("达成概率 ", strong(chance_words(chances[1], lang)), "。"),
            ("The chance to reach it is ", strong(chance_words(chances[1], lang)), ". "),
        )
    elif not any(is_missing(c) for c in chances):
        rises = chances[1] >= chances[0]
        first, then = chance_words(chances[0], lang), (good if rises else bad)(chance_words(chances[1], lang))
        line += either(
            lang,
            ("达成概率由 ", strong(first), " 变为 ", then, "。"),
            ("The chance to reach it goes from ", strong(first), " to ", then, ". "),
        )
    return line


def floor(company: pd.Series, short_minor: int, carry: int, said: Said) -> Line:
    """What holding the year's floor means: the shortfall that remains, what of it the proposal carries, and what the
    next quarter has to bring (``company``: its row of ``retarget_nodes``)."""
    if short_minor <= 0:
        return either(
            said.lang,
            ("全年目标锁定不变；余下各月按目标完成，全年即可达到。",),
            ("The year's target stays; with every month on target the year is reached. ",),
        )
    much = bad(money(short_minor, said.lang, said.currency))
    needs = strong(money(company["required_minor"], said.lang, said.currency))
    line = either(
        said.lang,
        ("全年目标锁定不变；余下各月即使全部达到现目标，全年仍差 ", much,
         f"；要守住全年，{said.quarter}须完成 ", needs, "。"),
        ("The year's target stays; even with every month left on target the year is short of ", much, ": to hold it ",
         said.quarter, " has to bring ", needs, ". "),
    )  # fmt: skip
    if carry:
        added = strong(money(carry, said.lang, said.currency))
        line += either(
            said.lang,
            ("按参数把其中 ", added, " 加到下一季度。"),
            ("By the parameters ", added, " of it are added to the next quarter. "),
        )
    return line


def handover(moves: pd.DataFrame, said: Said) -> Line | None:
    """Who hands over to whom; None where nobody does."""
    own = moves[moves["reason"].isin(["leaves", "joins"])].sort_values("amount_minor", ascending=False, kind="stable")
    if own.empty:
        return None
    pairs = [
        f"{row['from_name']} → {row['to_name']} {money(row['amount_minor'], said.lang, said.currency)}"
        for row in own.head(NAMED).to_dict("records")
    ]
    more = len(own) - len(pairs)
    rest = (f"，另有 {more} 项", f", and {more} more") if more else ("", "")
    return either(
        said.lang,
        ("人员变动，目标随之交接：", listed(pairs, "zh"), rest[0], "；合计不变。"),
        ("The team changes and its targets with it: ", listed(pairs, "en"), rest[1], "; the total stays. "),
    )


def next_step(period: str, said: Said) -> Line:
    """How it becomes a target: by a request that is approved."""
    return either(
        said.lang,
        (f"批准之前目标不变。采用时提交目标变更申请，写 version: {period}/本页的版本号。",),
        (f"Targets stay until approved: request a target change with version: {period}/ and this page's version.",),
    )


def too_late(said: Said) -> Line:
    """The last quarter of the year: the next one is of another plan."""
    return either(
        said.lang,
        ("下一季度属于下一年的计划，请在下一年的目标分解中处理。",),
        ("The next quarter is of next year's plan: decompose that one.",),
    )


def too_early(passed: float, needed: float, lang: str) -> Line:
    """How much of the quarter is behind us, and how much it takes to judge it."""
    shares = rate(passed, 0), rate(needed, 0)
    return either(
        lang,
        (f"按季节和工作日，本季只走过 {shares[0]}；到 {shares[1]} 才据以提出调整。",),
        (f"By season and working days {shares[0]} of the quarter has passed; it is judged from {shares[1]} on.",),
    )
