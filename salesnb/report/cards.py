"""The first screen: one sentence that answers, then three to five cards. State is a colour and always a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from salesnb.model.errors import Text, UsageError
from salesnb.report import markup, prose
from salesnb.report.prose import Sentence
from salesnb.report.show import Shown

STATE_WORDS = {"good": Text("正常", "On track"), "warn": Text("关注", "Watch"), "bad": Text("落后", "Behind")}
_LABEL = Text("核心指标", "Key figures")


def state_word(state: str, lang: str, words: Mapping[str, Text] | None = None) -> str:
    """The word that stands beside a state's colour; empty for no state. ``words`` replaces the usual ones."""
    if not state:
        return ""
    known = {**STATE_WORDS, **(words or {})}
    if state not in known:
        raise UsageError(
            Text(f"未知状态 {state}", f"unknown state {state}"),
            remedy=Text(f"可用：{'、'.join(known)}", f"use one of {', '.join(known)}"),
        )
    return known[state].get(lang)


def pill(state: str, lang: str, word: str = "") -> Markup:
    """A small coloured label with its word; empty markup for no state."""
    if not state:
        return Markup("")
    shown = word or state_word(state, lang)
    return Markup('<span class="pill {}">{}</span>').format(Markup(_known(state)), markup.text(shown))


def _known(state: str) -> str:
    if state not in STATE_WORDS:
        raise UsageError(Text(f"未知状态 {state}", f"unknown state {state}"))
    return state


@dataclass(frozen=True)
class Card:
    """One core metric.

    ``value`` is the formatted figure, ``sub`` what it is held against, ``change`` the signed difference.
    ``progress`` and ``tick`` are fractions of the bar (progress to date and where it should be); without progress no
    bar is drawn. ``state`` is good, warn, bad or empty; ``word`` replaces the usual word of the state.
    """

    label: str
    value: str
    sub: str = ""
    change: str = ""
    state: str = ""
    progress: float | None = None
    tick: float | None = None
    word: str = ""

    def html(self, lang: str) -> Markup:
        """The card as markup."""
        state = Markup(_known(self.state) if self.state else "")
        change = Markup("<strong>{}</strong>").format(markup.prose(self.change)) if self.change else Markup("")
        sub = Markup('<p class="sub"><span>{}</span>{}</p>').format(markup.prose(self.sub), change)
        return Markup('<div class="card {}"><p class="label">{}{}</p><p class="big">{}</p>{}{}</div>').format(
            state,
            markup.text(self.label),
            pill(self.state, lang, self.word),
            markup.prose(self.value),
            _bar(self.progress, self.tick),
            sub if self.sub or self.change else Markup(""),
        )


def _bar(progress: float | None, tick: float | None) -> Markup:
    if progress is None or progress != progress:
        return Markup("")
    done = min(max(progress, 0.0), 1.0) * 100
    mark = Markup("")
    if tick is not None and tick == tick:
        mark = Markup('<rect class="tick" x="{}" y="0" width="1.4" height="12"/>').format(
            f"{min(max(tick, 0.0), 1.0) * 98.6:.1f}"
        )
    return Markup(
        '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" y="3" width="100" height="6"/><rect class="done" y="3" width="{}" height="6"/>{}</svg>'
    ).format(f"{done:.1f}", mark)


@dataclass(frozen=True)
class Cards(Shown):
    """Three to five cards in a row (two by two on a phone). Other numbers are refused: the first screen is short."""

    cards: Sequence[Card]
    lang: str = "zh"

    def __post_init__(self) -> None:
        object.__setattr__(self, "cards", tuple(self.cards))
        if not 3 <= len(self.cards) <= 5:
            raise UsageError(
                Text(f"首屏应有 3–5 张卡片，现为 {len(self.cards)} 张", f"3 to 5 cards, not {len(self.cards)}"),
                remedy=Text("其余指标放进下面的表格", "put the other metrics into the tables below"),
            )

    def html(self) -> Markup:
        """All cards as one labelled section."""
        cards = Markup("").join(card.html(self.lang) for card in self.cards)
        return Markup('<section class="cards" aria-label="{}">{}</section>').format(_LABEL.get(self.lang), cards)

    def text(self) -> str:
        """One line a card."""
        rows = ((c.label, c.value, c.sub, c.change, c.word or state_word(c.state, self.lang)) for c in self.cards)
        return "\n".join("  ".join(part for part in row if part) for row in rows)


@dataclass(frozen=True)
class Answer(Shown):
    """The conclusion: one sentence in large type, and ``more`` in smaller type under it."""

    sentence: Sentence
    more: Sentence | Sequence[Sentence] = ()
    lang: str = "zh"

    def __post_init__(self) -> None:
        object.__setattr__(self, "more", prose.lines(self.more))

    def html(self) -> Markup:
        """The sentence(s) as one labelled section."""
        label = Text("结论", "Answer").get(self.lang)
        lines = (prose.html(line) for line in prose.lines(self.more))
        more = Markup("").join(Markup('<p class="more">{}</p>').format(line) for line in lines)
        return Markup('<section class="answer" aria-label="{}"><p>{}</p>{}</section>').format(
            label, prose.html(self.sentence), more
        )

    def text(self) -> str:
        """The sentences, one a line."""
        return "\n".join(prose.said(line) for line in (self.sentence, *prose.lines(self.more)))
