"""What a responsibility letter says, as plain data: a letter is made from this and nothing else (R29, R30, R85, R86).

Money is whole minor units of ``currency``, rates and weights are fractions. Names and clauses are the company's own
words and stay as they are in either language of the letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from salesnb.model.errors import DataError, Place, Text

KpiKind = Literal["minor", "rate", "count", "number"]
AckState = Literal["open", "signed", "objected"]
NO_WORDS = Text("", "")


@dataclass(frozen=True)
class Party:
    """One side: who, in which role, where."""

    name: str
    role: str = ""
    id: str = ""
    place: str = ""


@dataclass(frozen=True)
class Amount:
    """The target of one month and product line (name and id of the line)."""

    month: str
    line: str
    target_minor: int


@dataclass(frozen=True)
class Member:
    """One person's share of a region's target; an open seat has our words for a name."""

    name: str | Text
    role: str
    target_minor: int
    id: str = ""


@dataclass(frozen=True)
class Kpi:
    """One indicator: its weight and the one target it measures. ``value`` None: not set yet; it is never zero.

    ``relation`` says whether the value is to be met or not to be passed below or above; ``per`` is its unit in words;
    ``is_target`` marks the one that is the letter's sales target itself.
    """

    id: str
    text: str
    weight: float
    kind: KpiKind
    value: float | None
    relation: Literal["is", "at_least", "at_most"] = "is"
    per: Text = NO_WORDS
    is_target: bool = False


@dataclass(frozen=True)
class Step:
    """One step from the base to the target (R29): what it adds, why, and the decision it rests on."""

    text: Text
    amount_minor: int
    note: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Figure:
    """Budget, assessment or stretch figure (R86), with its owner; ``is_judged`` marks the one that counts."""

    text: str | Text
    owner: str
    target_minor: int | None
    is_judged: bool = False


@dataclass(frozen=True)
class Need:
    """What has to happen for the target to be reached (R28): measured, beside what is asked of all."""

    text: Text
    needed: float | None
    asked: float | None = None
    decimals: int = 0


@dataclass(frozen=True)
class Acknowledgement:
    """Whether the letter was signed: ``on`` is the day it was or was objected to."""

    state: AckState = "open"
    on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What a new letter changes against the one it replaces: amounts for money, words for everything else."""

    text: Text
    old: int | Text
    new: int | Text


@dataclass(frozen=True)
class Letter:
    """A letter. ``level`` is person or region; ``node_id`` whose it is.

    ``revision`` is the approved target's name (2024-r01), empty for a proposal, which makes the letter a draft;
    ``chain_head`` the hash that stands for it. ``replaces`` names the letter this one supersedes, ``changes`` what
    differs. ``incentives`` are sentences. ``needs`` is what the target takes in orders, customers, quotes and visits.
    """

    plan: str
    level: Literal["person", "region"]
    node_id: str
    node_name: str
    issuer: Party
    holder: Party
    start: date
    end: date
    sign_by: date
    basis: Text
    currency: str
    amounts: tuple[Amount, ...]
    kpis: tuple[Kpi, ...]
    steps: tuple[Step, ...] = ()
    figures: tuple[Figure, ...] = ()
    needs: tuple[Need, ...] = ()
    needs_note: Text = NO_WORDS
    members: tuple[Member, ...] = ()
    incentives: tuple[Text, ...] = ()
    adjustment: str = ""
    objection: str = ""
    vetoes: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    effective: date | None = None
    revision: str = ""
    decided: date | None = None
    approved_by: str = ""
    source_version: str = ""
    chain_head: str = ""
    replaces: str = ""
    changes: tuple[Change, ...] = ()
    acknowledgement: Acknowledgement = field(default_factory=Acknowledgement)
    fiscal_year_start: int = 1

    @property
    def number(self) -> str:
        """The letter's number: ``2024-r01-ID``; a draft's says so."""
        return f"{self.revision or f'{self.plan}-draft'}-{self.node_id}"

    @property
    def target_minor(self) -> int:
        """The target of the whole term."""
        return sum(amount.target_minor for amount in self.amounts)

    @property
    def months(self) -> tuple[str, ...]:
        """Months with a target, in order."""
        return tuple(sorted({amount.month for amount in self.amounts}))

    @property
    def quarters(self) -> dict[int, tuple[str, ...]]:
        """Quarter of the fiscal year (1 to 4) → its months with a target."""
        found: dict[int, tuple[str, ...]] = {}
        for month in self.months:
            number = (int(month[5:]) - self.fiscal_year_start) % 12 // 3 + 1
            found[number] = (*found.get(number, ()), month)
        return found

    @property
    def lines(self) -> tuple[str, ...]:
        """Product lines with a target, by name."""
        return tuple(sorted({amount.line for amount in self.amounts}))

    @property
    def missing(self) -> tuple[Kpi, ...]:
        """Indicators whose target nobody has set: the letter cannot be signed before it is."""
        return tuple(kpi for kpi in self.kpis if kpi.value is None)

    def sum(self, months: Iterable[str] | None = None, line: str | None = None) -> int:
        """The target of some months (None: all) and one line (None: all)."""
        chosen = None if months is None else set(months)
        return sum(
            amount.target_minor
            for amount in self.amounts
            if (chosen is None or amount.month in chosen) and (line is None or amount.line == line)
        )


def check_letter(letter: Letter) -> Letter:
    """``letter`` if it adds up: weights to 100 %, steps, members and the sales indicator to the target; else DataError.

    Every indicator measures one target and no target is measured twice.
    """
    weights = sum((Decimal(repr(float(kpi.weight))) for kpi in letter.kpis), Decimal(0))
    if abs(weights - 1) > Decimal("1e-9"):
        shown = f"{float(weights) * 100:g} %"
        raise _refused(letter, Text(f"指标权重之和为 {shown}，应为 100 %", f"weights sum to {shown}, not 100 %"))
    ids = [kpi.id for kpi in letter.kpis]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise _refused(letter, Text(f"指标重复：{'、'.join(twice)}", f"indicators stand twice: {', '.join(twice)}"))
    parts = [
        ("目标的由来", "the derivation", sum(step.amount_minor for step in letter.steps), bool(letter.steps)),
        ("分解到人", "the people", sum(member.target_minor for member in letter.members), bool(letter.members)),
    ]
    parts += [(kpi.text, kpi.text, int(kpi.value or 0), True) for kpi in letter.kpis if kpi.is_target]
    for zh, en, summed, given in parts:
        if given and summed != letter.target_minor:
            raise _refused(
                letter,
                Text(
                    f"“{zh}”合计 {summed}，与目标 {letter.target_minor} 不符",
                    f"`{en}` comes to {summed}, the target is {letter.target_minor}",
                ),
            )
    return letter


def unsigned(letters: Iterable[Letter], today: date) -> list[tuple[Letter, bool]]:
    """Letters not signed by ``today``, each with whether its day has passed; the overdue first, then by number."""
    waiting = [(letter, letter.sign_by < today) for letter in letters if letter.acknowledgement.state != "signed"]
    return sorted(waiting, key=lambda pair: (not pair[1], pair[0].number))


def _refused(letter: Letter, what: Text) -> DataError:
    return DataError(
        Text(f"{letter.node_name} 的责任书：{what.zh}", f"the letter of {letter.node_name}: {what.en}"),
        where=Place(file=letter.number),
        why=Text("责任书上的数必须自洽，否则不能签", "a letter that does not add up cannot be signed"),
        remedy=Text("核对 decomposition.yaml 的 letter 与目标表", "check letter in decomposition.yaml and the targets"),
    )
