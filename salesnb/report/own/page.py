"""One page for one reader: where they stand, what is asked of them, what to work on. No chart: a firm has hundreds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.model.tables import Column
from salesnb.report import numbers, page
from salesnb.report.cards import Answer, Card, Cards
from salesnb.report.numbers import MoneyUnit, count, is_missing, money, rate
from salesnb.report.page import PageContext
from salesnb.report.prose import Line, strong
from salesnb.report.sentences import review
from salesnb.report.sentences.feasibility_record import tested_words
from salesnb.report.sentences.words import either
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

STATES = ("good", "warn", "bad")


@dataclass(frozen=True)
class Shared:
    """A table that a unit's own notebook shares with its readers: the notebook's title, the table's columns."""

    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Own:
    """What the page is made from.

    ``frames`` are a version's tables by name, already reduced to this reader; ``names`` (dimension, id) → name.
    ``shared`` are those of them that come from the unit's own notebooks.
    ``dimension`` is region_id or person_id, ``node`` the reader's id. ``scopes`` are the periods the page speaks of,
    the longest first, each with its words (2024 年 1–6 月).
    """

    dimension: str
    node: str
    name: str
    lang: str
    currency: str
    frames: Mapping[str, pd.DataFrame]
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)
    links: tuple[page.Link, ...] = ()
    shared: Mapping[str, Shared] = field(default_factory=dict)

    @property
    def is_person(self) -> bool:
        """A person's page; else a region's."""
        return self.dimension == "person_id"

    def say(self, zh: str, en: str) -> str:
        """The words in the page's language."""
        return Text(zh, en).get(self.lang)

    def named(self, dimension: str, node: Any) -> str:
        """A node's name; its id where the version knows none."""
        if is_missing(node):
            return numbers.MISSING
        return self.names.get((dimension, str(node)), str(node))

    def frame(self, name: str) -> pd.DataFrame | None:
        """A table, None where this reader has no row of it."""
        return self.frames.get(name)

    def own_rows(self, name: str) -> pd.DataFrame | None:
        """Rows of the reader's own node in a table of nodes; None without one."""
        frame = self.frames.get(name)
        if frame is None:
            return None
        own = frame[(frame["dimension"] == self.dimension) & (frame["node_id"] == self.node)]
        return own if len(own) else None

    def of_scope(self, name: str, scope: str) -> pd.Series | None:
        """The reader's own row of ``scope``; None without one."""
        own = self.own_rows(name)
        own = own[own["scope"] == scope] if own is not None else None
        return own.iloc[0] if own is not None and len(own) else None

    @cached_property
    def unit(self) -> MoneyUnit:
        """One money unit for the page: chosen by the reader's own target and sales, not by single deals."""
        largest = 0
        for name in ("review_attainment", "target_nodes", "history_nodes"):
            own = self.own_rows(name)
            for column in ("target_minor", "actual_minor", "net_minor") if own is not None else ():
                if own is not None and column in own and own[column].notna().any():
                    largest = max(largest, int(own[column].abs().max()))
        return MoneyUnit.choose(largest, self.lang, self.currency)

    @property
    def target_minor(self) -> int | None:
        """The reader's target of the plan that this version proposes."""
        cells = self.frame("target_cells")
        return None if cells is None else int(cells["target_minor"].sum())


def render(own: Own, context: PageContext) -> str:
    """The page; ``context`` names company, period, version and state, and is printed as on every page."""
    from salesnb.report.own import proposals, sections

    name = spoken(own.name)
    title = own.say(f"{name}：目标、进展与行动", f"{name}: targets, progress, actions")
    whom = Text(f"只含{name}本人的数据。", f"Holds the data of {name} only.")
    if not own.is_person:
        whom = Text(f"只含{name}及其人员的数据。", f"Holds the data of {name} and its people only.")
    asked = (
        (own.say("走到哪里了？", "Where are we?"), sections.progress(own)),
        (own.say("年底会落在哪里？", "Where will it land?"), sections.landing(own)),
        (own.say("哪里要处理？", "What needs action?"), sections.alerts(own)),
        (own.say("先跟哪些商机？", "Which deals first?"), sections.deals(own)),
        (own.say("线索建议给谁？", "Who should take which lead?"), proposals.leads(own)),
        (own.say("建议怎样调整目标？", "Which new targets are proposed?"), proposals.targets(own)),
        (own.say("目标是多少，分到哪个月？", "What is the target, month by month?"), sections.target(own)),
        (own.say("目标是怎么来的？", "How was the target made?"), sections.derivation(own)),
        (own.say("每周要做到多少？", "What does each week need?"), sections.needs(own)),
        (own.say("自己报的与下达的差多少？", "How far apart are commitment and target?"), sections.gaps(own)),
        (own.say("有哪些任务和里程碑？", "Which tasks and milestones?"), sections.tasks(own)),
        (own.say("能拿到多少？", "What does it pay?"), sections.pay(own)),
        *sections.shared(own),
    )
    given = {
        "title": title,
        "who": Markup("<p>{}</p>").format(whom.get(own.lang)),
        "answer": Answer(answer(own), lang=own.lang).html() + _cards(own),
        "sections": [(heading, body) for heading, body in asked if body],
    }
    body = page.fill("quality.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(title, body, own.lang, (context.period, context.company))


def answer(own: Own) -> Line:
    """The page's one sentence: done against due and the landing, else what is asked; then what waits."""
    line = Line("")
    for scope, words in own.scopes.items():
        done, land = own.of_scope("review_attainment", scope), own.of_scope("review_landing", scope)
        if done is not None and land is not None:
            line = review.answer(done, land, words, None, own.lang, own.currency)
            break
    asked = own.own_rows("target_nodes")
    if not line and asked is not None:
        row = asked.iloc[0]
        said = strong(money(row["target_minor"], own.lang, own.currency))
        grown = "" if is_missing(row["growth_rate"]) else rate(row["growth_rate"], signed=True)
        line = either(own.lang, ("目标 ", said), ("The target is ", said))
        line += either(
            own.lang, (f"，比上年 {grown}" if grown else "", "。"), (f", {grown} on last year" if grown else "", ". ")
        )
    return line + _waiting(own) if line else _nothing(own) + _waiting(own)


def _nothing(own: Own) -> Line:
    return either(own.lang, ("本期没有按目标考核的数据。",), ("No figure of this period is judged by a target. ",))


def _waiting(own: Own) -> Line:
    """How many alerts, open tasks and open deals wait."""
    alerts, tasks, deals = own.frame("review_alerts"), own.frame("action_tasks"), own.frame("funnel_open")
    late = 0 if tasks is None else int((tasks["state"] == "late").sum())
    counts = (
        (0 if alerts is None else len(alerts), Text("处预警", "alerts")),
        (late, Text("项任务逾期", "late tasks")),
        (0 if deals is None else len(deals), Text("个在手商机", "open deals")),
    )
    said = [f"{count(n)} {words.get(own.lang)}" for n, words in counts if n]
    if not said:
        return Line("")
    return either(own.lang, ("现有 ", "、".join(said), "。"), ("Now: ", ", ".join(said), "."))


def _cards(own: Own) -> Markup:
    made = [
        card for card in (_done(own), _land(own), _asked(own), _open(own), _tasks(own), _pay(own)) if card is not None
    ]
    return Cards(made[:5], own.lang).html() if len(made) >= 3 else Markup("")


def _done(own: Own) -> Card | None:
    for scope, words in own.scopes.items():
        row = own.of_scope("review_attainment", scope)
        if row is None:
            continue
        label = own.say(f"{words} 完成", f"Done, {words}")
        value = own.unit.brief(row["actual_minor"])
        if is_missing(row["due_minor"]):
            return Card(label, value, own.say("无目标", "no target"))
        due, target = int(row["due_minor"]), int(row["target_minor"])
        state = row["state"] if row["state"] in STATES else ""
        bar = (int(row["actual_minor"]) / target, due / target) if target > 0 else (None, None)
        change = "" if is_missing(row["behind_rate"]) else rate(-row["behind_rate"], signed=True)
        sub = own.say("应完成 ", "due ") + own.unit.brief(due)
        return Card(label, value, sub, change, state, bar[0], bar[1])
    return None


def _land(own: Own) -> Card | None:
    for scope, words in own.scopes.items():
        row = own.of_scope("review_landing", scope)
        if row is not None and row["history"] != "complete" and not is_missing(row["landing_minor"]):
            label = own.say(f"{scope} 预计", f"Landing {scope}")
            chance = ""
            if not is_missing(row["chance_rate"]):
                chance = own.say("达成概率 ", "chance ") + rate(row["chance_rate"], 0)
                chance += own.say("；回测 ", "; tests ") + tested_words({str(k): v for k, v in row.items()}, own.lang)
            share = "" if is_missing(row["attainment_rate"]) else rate(row["attainment_rate"])
            return Card(label, own.unit.brief(row["landing_minor"]), chance, share)
        del words
    return None


def _asked(own: Own) -> Card | None:
    asked = own.own_rows("target_nodes")
    if asked is None:
        return None
    row = asked.iloc[0]
    grown = "" if is_missing(row["growth_rate"]) else rate(row["growth_rate"], signed=True)
    base = own.say("上年 ", "last year ") + own.unit.brief(row["base_minor"])
    return Card(own.say("目标", "Target"), own.unit.brief(row["target_minor"]), base, grown)


def _open(own: Own) -> Card | None:
    deals = own.frame("funnel_open")
    if deals is None:
        return None
    expected = deals["expected_minor"].dropna()
    sub = own.say("期望 ", "expected ") + own.unit.brief(int(expected.sum())) if len(expected) else ""
    return Card(own.say("在手商机", "Open deals"), own.say(f"{count(len(deals))} 个", count(len(deals))), sub)


def _tasks(own: Own) -> Card | None:
    tasks = own.frame("action_tasks")
    if tasks is None:
        return None
    left, late = (int(tasks["state"].isin(states).sum()) for states in (("open", "doing", "late"), ("late",)))
    if not left:
        return None
    state = "bad" if late else "good"
    word = own.say("逾期", "Late") if late else own.say("按期", "On time")
    sub = own.say(f"逾期 {late} 项", f"{late} late") if late else ""
    return Card(own.say("未完成任务", "Open tasks"), count(left), sub, "", state, word=word)


def _pay(own: Own) -> Card | None:
    pay = own.frame("pay_people")
    if pay is None or not own.is_person:
        return None
    row = pay.iloc[0]
    full = own.say("达成 100 % 时 ", "at 100 % ") + money(row["at_target_minor"], own.lang, own.currency)
    return Card(
        own.say("期望浮动收入", "Expected variable pay"), money(row["expected_minor"], own.lang, own.currency), full
    )
