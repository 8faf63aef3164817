"""The review notebook's door: ``open`` a book, then one call for each question."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.notebook.book import Book, open_book
from salesnb.notebook.review_changes import ChangeQuestions
from salesnb.notebook.review_nodes import DIMENSIONS
from salesnb.notebook.review_shows import ClosingShows

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.cards import Answer, Cards
    from salesnb.report.exhibit import Exhibit

TITLES = {
    "day": Text("日复盘", "Daily review"),
    "week": Text("周复盘", "Weekly review"),
    "month": Text("月度复盘", "Monthly review"),
    "quarter": Text("季度复盘", "Quarterly review"),
    "half": Text("半年复盘", "Half-year review"),
    "year": Text("年度复盘", "Annual review"),
}
NAMED = 3
FEWEST, MOST = 3, 5
TABLES = ("review_pace", "review_metrics", "review_attainment", "review_alerts", "review_leads", "review_slices",
          "review_bridge", "review_drivers", "review_funnel", "review_mix", "review_landing", "review_path",
          "review_record", "review_whys", "review_quotas", "review_plays", "review_restated", "review_strategies",
          "review_problems", "review_improvements", "review_performance", "review_month_end", "review_ageing",
          "review_dealers", "review_diverted", "review_rebates", "review_rulings", "review_entities",
          "review_portraits", "review_draft_goals", "pay_ledger", "pay_states",
          "pay_awards", "retarget_cells", "retarget_moves", "retarget_nodes", "change_states",
          "change_triggers", "calibration_meetings",
          "lead_assignments", "review_core")  # fmt: skip


def open(unit: str, period: str | int, as_of: str = "", lang: str = "") -> Any:
    """Open the review of ``period`` as known on ``as_of`` (empty: the default), said in ``lang``.

    A period that has not begun by then gives a book whose every answer says so, and whose tables are empty.
    """
    book = open_book(ReviewBook, "review", Text("复盘", "Review"), unit, period, as_of, lang)
    book.title = TITLES[str(book.period.kind)]
    if book.period.start > book.as_of:
        return WaitingBook(**{f.name: getattr(book, f.name) for f in fields(book)})
    book.apply_rulings()
    return book


@dataclass
class ReviewBook(ClosingShows, ChangeQuestions):
    """Answers about a period that has begun; every figure is a sum over the same windows of order lines."""

    def answer(self) -> Answer:
        """The conclusion in a few sentences."""
        from salesnb.report.cards import Answer
        from salesnb.report.sentences import review as said

        alerts = self.alerts_table
        live = alerts[(alerts["progress"] != "closed") & alerts["gap_minor"].notna() & alerts["part_of"].isna()]
        ordered = live.sort_values(["gap_minor", "alert"], kind="stable")
        names = list(dict.fromkeys(self.titled(ordered)))[:NAMED]
        land, when = self.landing_of(self.year), self.words_of(self.main)
        found = None if self.line is None else names
        sentence = said.answer(self.main_pace, land, when, found, self.lang, self.currency)
        row = self.pace_table[self.pace_table["scope"] == self.period.text].iloc[0]
        pulse = said.pulse(self.main_pace, row, self.words_of(self.scopes[0]), land, self.lang, self.currency)
        more = [self.judged_by] if self.judged_by else self.notes
        todo = self._next_steps()
        return self.answered(Answer(sentence, [pulse, *([todo] if todo is not None else []), *more], self.lang))

    def _next_steps(self) -> Any:
        """What waits for people before the next monthly meeting."""
        from salesnb.model.periods import Kind
        from salesnb.report.sentences.review_next import ToDo, next_steps
        from salesnb.report.sentences.words import whole_period
        from salesnb.stages.calibration import monthly_meeting

        alerts, quarter = self.alerts_table, self.scope_of(Kind.QUARTER)
        waiting = int(((alerts["progress"] == "new") & alerts["part_of"].isna()).sum())
        missed = whole_period(quarter.period, self.lang) if quarter is not None and self.is_retarget else ""
        meetings = self.meetings_table
        ahead = tuple(day.date() for day in meetings.loc[meetings["is_open"], "meeting_date"])
        by = monthly_meeting(self.as_of, self.params.review.meeting_on_day, self.calendar)
        return next_steps(ToDo(waiting, missed, ahead, by), self.lang)

    def cards(self) -> Any:
        """Three to five core metrics with their bars and lights."""
        from salesnb.report.exhibit import Exhibit

        found = self.metric_cards()[:MOST]
        if len(found) < FEWEST:
            few = Text("能计算的核心指标不足三个。", "Fewer than three core metrics can be computed.")
            return Exhibit("cards", reading=self.say(few), is_absent=True)
        cards: Cards = self.carded(found)
        return cards

    def pace(self) -> Exhibit:
        """Every scope's progress and what a day must bring."""
        from salesnb.notebook import review_exhibits

        return review_exhibits.pace(self)

    def quotas(self) -> Exhibit:
        """Imported quotas in their own windows."""
        from salesnb.notebook import review_exhibits

        return review_exhibits.quotas(self)

    def landing(self) -> Exhibit:
        """The path of the year with its band, and where month, quarter and year land, the record beside it."""
        from salesnb.notebook import review_landing_exhibits

        return review_landing_exhibits.landing(self)

    def landings(self) -> Exhibit:
        """Month, quarter and year: landing, interval, chance, and what the record says of such landings."""
        from salesnb.notebook import review_landing_exhibits

        return review_landing_exhibits.landings(self)

    def alerts(self) -> Exhibit:
        """Alerts with size, since when, chance to recover, people and state; what is part of them, leads and plays."""
        from salesnb.notebook import review_alert_exhibits

        return review_alert_exhibits.alerts(self.alerts_table, self.leads_table, self.plays_table, self.shown_in)

    def nodes(self, dimension: str) -> Exhibit:
        """Where it lags: actual, due, attainment, gap, chance and state of every node, the company in the foot."""
        from salesnb.notebook import review_exhibits

        return review_exhibits.nodes(self, dimension, DIMENSIONS[dimension])

    def more_dimensions(self) -> Exhibit:
        """Every other dimension, each to unfold."""
        from salesnb.notebook import review_exhibits

        rest = {name: label for name, label in DIMENSIONS.items() if name not in ("region_id", "person_id")}
        return review_exhibits.more(self, rest)

    def where(self) -> Exhibit:
        """The cells that explain the gap."""
        from salesnb.notebook import review_why_exhibits

        return review_why_exhibits.slices(self)

    def why(self) -> Exhibit:
        """The bridge from what was due to what came."""
        from salesnb.notebook import review_why_exhibits

        return review_why_exhibits.bridge(self)

    def drivers(self) -> Exhibit:
        """Leads → conversion → value of new customers; customers → orders → order value of the others; the leak."""
        from salesnb.notebook import review_why_exhibits

        return review_why_exhibits.drivers(self)

    def mix(self) -> Exhibit:
        """Product mix and margin by region."""
        from salesnb.notebook import review_why_exhibits

        return review_why_exhibits.mix(self)

    @cached_property
    def whys_table(self) -> pd.DataFrame:
        """``review_whys``: the findings, what the figures answer, what people answered, what is still open."""
        from salesnb.notebook import review_five_whys
        from salesnb.stages import review

        found = review_five_whys.computed(self)
        return self.keep("review_whys", review.why_tree(found, review_five_whys.written(self, set(found))))

    def whys(self) -> Exhibit:
        """The five whys of every finding."""
        from salesnb.notebook import review_five_whys

        return review_five_whys.whys(self, self.whys_table)

    def quality(self) -> Exhibit:
        """What the import read, kept and set aside."""
        from salesnb.notebook.ledger import import_exhibit

        return import_exhibit(self.facts, self.lang, self.as_of)

    def checks(self) -> Any:
        """All checks; the bridge's too."""
        frame = self.bridge_table
        if frame is not None:
            steps = int(frame["effect_minor"].iloc[:-1].sum())
            text = Text("桥图各步相加 = 实际", "steps of the bridge = actual")
            self.hold("bridge", text, steps, int(frame["effect_minor"].iloc[-1]))
        return super().checks()

    def write(self, *names: str) -> str:
        """Write the tables; what a question could not give is written empty."""
        return super().write(*_with_empty(self, names))


@dataclass
class WaitingBook(Book):
    """The review of a period that has not begun: nothing to say, and it says so."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_: self._nothing(name)

    def _nothing(self, name: str) -> Any:
        from salesnb.report.exhibit import Exhibit

        text = Text(f"{self.period.text} 在 {self.as_of} 还没有开始，没有可复盘的数据。",
                    f"{self.period.text} has not begun on {self.as_of}; there is nothing to review.")  # fmt: skip
        self.answer_lines = [self.say(text)]
        return Exhibit(name.replace("_", "-"), reading=self.headline, is_absent=name != "answer")

    def checks(self) -> Any:
        """Nothing to hold."""
        return self._nothing("checks")

    def write(self, *names: str) -> str:
        """Every table, empty."""
        return super().write(*_with_empty(self, names))


def _with_empty(book: Book, names: tuple[str, ...]) -> tuple[str, ...]:
    import pandas as pd

    from salesnb.model.tables import contract

    for name in names:
        if name not in book.tables:
            columns = contract(name).columns
            frame = pd.DataFrame(
                {c.name: pd.Series(dtype="float64" if c.kind in ("rate", "number") else "object") for c in columns}
            )
            flags = {c.name: "bool" for c in columns if c.kind == "flag"}
            book.keep(name, frame.astype(flags))
    return names
