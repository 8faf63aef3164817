"""What reaching the target is worth, in sentences from incentives.yaml; a share without a base gets no figure (R45)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.report import numbers
from salesnb.report.letters.wording import exact_unit

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.model.params.incentives import Commission, Tier

_ASCII = "\x7f"
_ON = {"sales": Text("销售额", "sales"), "receipts": Text("回款", "receipts")}


def incentive_lines(params: Params, day: date, as_of: date, level: str, role: str, *, with_pay: bool) -> Iterator[Text]:
    """One sentence per tier, commission, award and promotion that concerns a holder of ``level`` and ``role``."""
    stated = params.incentives
    for tier in stated.tiers:
        amount = _tier_amount(params, tier, role, day, as_of) if with_pay else Text("", "")
        yield Text(_ended(tier.text, amount.zh), _ended(tier.text, amount.en))
    if stated.commission is not None:
        yield from _commission(stated.commission, day, as_of)
    currency = params.company.currency
    for award in stated.awards:
        amount_yuan = award.amount.find(day, as_of)
        if award.level == level and award.known(day, as_of) and amount_yuan is not None:
            zh, en = (_money(amount_yuan, lang, currency) for lang in ("zh", "en"))
            yield Text(_ended(award.text, f"，{zh}"), _ended(award.text, f", {en}"))
    for step in stated.promotions:
        if step.role == role and step.known(day, as_of):
            yield Text(_ended(step.text), _ended(step.text))
    if stated.joiners == "pro_rata":
        yield Text("当年入职的按在岗月份折算。", "Joiners count by their months in post.")
    if stated.paid_by is not None:
        yield Text(f"全年奖金最迟 {stated.paid_by} 结清。", f"The year's pay is settled by {stated.paid_by}.")


def _tier_amount(params: Params, tier: Tier, role: str, day: date, as_of: date) -> Text:
    """`` (of a salary of …: from … to …)`` where the tier's base is the holder's salary and it is known."""
    base = _salary(params, tier, role, day, as_of)
    low = tier.rate.find(day, as_of)
    high = tier.rate_to.find(day, as_of) if tier.rate_to is not None else low
    if base is None or not low or high is None:
        return Text("", "")
    said = {}
    for lang in ("zh", "en"):
        ends = [_money(base * rate, lang, params.company.currency) for rate in dict.fromkeys((low, high))]
        said[lang] = (_money(base, lang, params.company.currency), "—".join(ends))
    return Text(f"（按 {said['zh'][0]}计，为 {said['zh'][1]}）", f" ({said['en'][1]} on a base of {said['en'][0]})")


def _salary(params: Params, tier: Tier, role: str, day: date, as_of: date) -> float | None:
    if tier.base.what not in ("salary_year", "salary_month"):
        return None
    own = tier.base.by_role.get(role)
    if own is not None:
        return own.find(day, as_of)
    known = params.people.roles.get(role)
    monthly = known.salary_month.find(day, as_of) if known and known.salary_month is not None else None
    return None if monthly is None else monthly * (12 if tier.base.what == "salary_year" else 1)


def _commission(stated: Commission, day: date, as_of: date) -> Iterator[Text]:
    rates = {line: dated.find(day, as_of) for line, dated in sorted(stated.by_line.items())}
    known = {line: rate for line, rate in rates.items() if rate is not None}
    if not known:
        return
    zh = "、".join(f"{line} {numbers.rate(rate)}" for line, rate in known.items())
    en = ", ".join(f"{line} {numbers.rate(rate)}" for line, rate in known.items())
    paid = _ON[stated.paid_on]
    late = stated.stop_overdue_days.find(day, as_of) if stated.stop_overdue_days is not None else None
    tail_zh = "；到账后发放" if stated.paid_on == "receipts" else ""
    tail_en = "; paid when received" if paid.en == "receipts" else ""
    if late is not None:
        tail_zh += f"，逾期 {late} 天以上的停发"
        tail_en += f", stopped when {late} days overdue"
    if stated.clawback_on_return:
        tail_zh += "，退货的追回"
        tail_en += ", clawed back on returns"
    yield Text(f"提成按{_ON[stated.on].zh}计：{zh}{tail_zh}。", f"Commission on {_ON[stated.on].en}: {en}{tail_en}.")
    for step in stated.accelerators:
        factor = step.factor.find(day, as_of)
        if factor is not None:
            over = numbers.rate(step.above, 0)
            yield Text(
                f"达成率超过 {over} 的部分，提成乘以 {factor:g}。",
                f"Above {over} attainment, commission times {factor:g}.",
            )


def _money(yuan: float, lang: str, currency: str) -> str:
    minor = round(yuan * 10 ** minor_digits(currency))
    return exact_unit([minor], lang, currency).say(minor)


def _ended(text: str, more: str = "") -> str:
    """A company's own words as a sentence: they may be Chinese in an English letter."""
    whole = f"{text}{more}"
    if whole[-1:] in "。.！!；;":
        return whole
    return f"{whole}{'。' if whole[-1:] > _ASCII else '.'}"
