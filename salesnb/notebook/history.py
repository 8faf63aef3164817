"""The history notebook's door: ``open`` a book, then one call for each question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.periods import Workdays
from salesnb.notebook.book import open_book
from salesnb.notebook.history_bridge import BridgeQuestions
from salesnb.notebook.history_customers import CustomerQuestions
from salesnb.notebook.history_team import TeamQuestions

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.report.cards import Answer, Cards
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.stages.history import Season

# dimension → (label, the level one drills down to); the order is the page's
DIMENSIONS: dict[str, tuple[Text, str]] = {
    "region_id": (Text("区域", "Region"), "team_id"),
    "product_line": (Text("产品线", "Product line"), "product_id"),
    "customer_type": (Text("客户类型", "Customer type"), ""),
    "channel_id": (Text("渠道", "Channel"), ""),
    "industry": (Text("行业", "Industry"), ""),
    "team_id": (Text("团队", "Team"), ""),
    "person_id": (Text("人员", "Person"), ""),
    "dealer_id": (Text("经销商", "Dealer"), ""),
    "product_id": (Text("产品", "Product"), ""),
    "customer_id": (Text("客户", "Customer"), ""),
}
LARGEST = 30  # rows shown of dimensions with thousands of nodes; the workbook holds all of them
LONG = ("customer_id", "product_id", "dealer_id")
STEPS = 7  # columns of a bridge that can still be read on a phone


def open(unit: str, period: str | int, as_of: str = "", lang: str = "") -> HistoryBook:
    """Open the history of ``unit`` behind ``period`` as known on ``as_of`` (empty: the default), said in ``lang``."""
    title = Text("历史分析", "History")
    book: HistoryBook = open_book(HistoryBook, "history", title, unit, period, as_of, lang)
    return book


@dataclass
class HistoryBook(BridgeQuestions, CustomerQuestions, TeamQuestions):
    """Answers about the past; every figure is a sum over the same windows of order lines."""

    @property
    def last(self) -> str:
        """The label of the newest window."""
        return self.windows[-1].label

    def nodes_of(self, dimension: str) -> pd.DataFrame:
        """``history_nodes`` of one dimension, kept in the book's table once."""
        import pandas as pd

        from salesnb.stages import history

        kept = self.tables.get("history_nodes")
        if kept is None or not (kept["dimension"] == dimension).any():
            sums = self.facts.sums((dimension,), self.windows, self.as_of)
            made = history.node_history(sums, dimension, self.windows, self.facts.names(dimension))
            self._hold_total(dimension, made)
            kept = self.keep("history_nodes", made if kept is None else pd.concat([kept, made]))
        return kept[kept["dimension"] == dimension]

    def _hold_total(self, dimension: str, made: pd.DataFrame) -> None:
        label = DIMENSIONS[dimension][0]
        for window in self.windows:
            parts = int(made.loc[made["window"] == window.label, "net_minor"].sum())
            text = Text(f"{label.zh}合计 = 公司（{window.label}）", f"sum by {label.en} = company ({window.label})")
            self.hold(f"nodes_{dimension}_{window.label}", text, parts, self._total(window.label, "net_minor"))

    @cached_property
    def _monthly(self) -> tuple[pd.DataFrame, Season]:
        from salesnb.stages import history

        sold = self.facts.months((), self.as_of)
        sums = history.gapless(sold, self._whole_month(str(sold["month"].min())))
        years = range(int(sums["month"].iloc[0][:4]) - 1, int(sums["month"].iloc[-1][:4]) + 2)
        festivals = [Workdays.spring_festival(year) for year in years] if self.currency == "CNY" else []
        season = history.company_season(sums, festivals)
        self.keep("history_season", history.season_history(season))
        return self.keep("history_months", history.month_history(sums, season)), season

    def _whole_month(self, first: str) -> str:
        """The last month that was over when the newest window ended: part of a month has no year before, and no
        season. The month of the first sale where none was."""
        end = min(self.windows[-1].end, self.as_of)
        month = self.calendar.period(self.calendar.month_of(end))
        return max((month if month.end <= end else self.calendar.previous(month)).text, first)

    # ------------------------------------------------------------------ what the notebook calls

    def answer(self) -> Answer:
        """The conclusion in one sentence."""
        from salesnb.report.cards import Answer
        from salesnb.report.sentences import history as said

        told = next((d for d in ("region_id", "product_line", "product_id") if self._is_given(d)), None)
        gains = self.named(self._gains(told or "region_id"))
        sentence = said.answer(self.totals, gains if told else gains[:0], self.lang, self.currency)
        return self.answered(Answer(sentence, self.notes, self.lang))

    def cards(self) -> Cards:
        """Sales, orders' value, customers, margin and returns of the newest window against the year before."""
        from salesnb.notebook import history_exhibits

        return self.carded(history_exhibits.cards(self.totals, self.unit_shown, self.lang))

    def months(self) -> Exhibit:
        """One line a fiscal year."""
        from salesnb.report.charts import Series, trend
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import month_names
        from salesnb.report.sentences import history as said

        frame, _ = self._monthly
        years = frame["month"].map(self.calendar.year_of)
        tones = ["past", "before", "now"]
        series = []
        for place, year in enumerate(sorted(years.unique())[-3:][::-1]):
            rows = frame[years == year].set_index("month")["net_minor"]
            year_months = self.calendar.period(str(year)).months
            series.append(Series(str(year), [rows.get(m) for m in year_months], tones[-1 - place]))
        start = self.calendar.fiscal_year_start - 1
        names = month_names(self.lang)
        labels = [names[(start + i) % 12] for i in range(12)]
        figure = trend(labels, series[::-1], self.unit_shown)
        return Exhibit("months", figure=figure, reading=said.months(frame, self.lang, self.currency))

    def season(self) -> Exhibit:
        """The seasonal index with the spread between years."""
        from salesnb.report import charts
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import month_names
        from salesnb.report.sentences import history as said

        frame = self._monthly and self.tables["history_season"]
        reading = said.season(frame, self.lang)
        if frame.empty:
            return Exhibit("season", reading=reading, is_absent=True)
        index, spread = frame["season_index"], frame["index_spread"].fillna(0)
        band = (list(index - spread), list(index + spread))
        figure = charts.season(month_names(self.lang), list(index), lang=self.lang, band=band)
        return Exhibit("season", figure=figure, reading=reading)

    def contribution(self, dimension: str) -> Exhibit:
        """The bridge from the window before to the newest, by the nodes of ``dimension``."""
        from salesnb.notebook import history_exhibits

        gains = self._gains(dimension)  # its table is kept either way
        if not self._is_given(dimension):
            return self._not_given(f"contribution-{dimension}", dimension)
        return history_exhibits.contribution(self.named(gains), self.unit_shown, self.lang, STEPS)

    def _not_given(self, name: str, dimension: str) -> Exhibit:
        """The exhibits of what the exports do not hold."""
        from salesnb.report.exhibit import Exhibit

        label = DIMENSIONS[dimension][0]
        text = Text(f"导出中没有{label.zh}。", f"The exports hold no {label.en.lower()}.")
        return Exhibit(name, reading=self.say(text), is_absent=True)

    def _gains(self, dimension: str) -> pd.DataFrame:
        import pandas as pd

        from salesnb.stages import history

        kept = self.tables.get("history_contribution")
        if kept is None or not (kept["dimension"] == dimension).any():
            made = history.contribution(self.nodes_of(dimension), self.windows)
            kept = self.keep("history_contribution", made if kept is None else pd.concat([kept, made]))
        return kept[kept["dimension"] == dimension]

    def nodes(self, dimension: str) -> Exhibit:
        """Growth, share and contribution of every node of ``dimension``, with the level below to unfold."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import history as said

        frame = self.nodes_of(dimension)
        if not self._is_given(dimension):
            return self._not_given(f"nodes-{dimension}", dimension)
        below = DIMENSIONS[dimension][1]
        details = [self._details(below)] if below and self._is_given(below) else []
        reading = said.nodes(self.named(frame), self.last, self.lang, self.currency)
        return Exhibit(f"nodes-{dimension}", reading=reading, table=self._table(frame, dimension), details=details)

    def life_cycle(self) -> Exhibit:
        """What new, growing, mature and declining products sell and earn."""
        from salesnb.notebook import history_exhibits
        from salesnb.stages import history

        catalogue = self.facts.table("products", self.as_of)
        given = catalogue[catalogue["life_cycle"].notna()]
        named = dict(zip(given["product_id"], given["life_cycle"], strict=True))
        ours = {word: code for code, words in history_exhibits.LIFE_WORDS.items() for word in (words.zh, words.en)}
        called = {ours[word]: word for word in named.values() if word in ours}
        found = history.life_cycle(self.nodes_of("product_id"), named, self.windows, called)
        frame = self.keep("history_life_cycle", found)
        return history_exhibits.life_cycle(frame, self.unit_shown)

    def more_dimensions(self) -> Exhibit:
        """Every other dimension the exports hold, each to unfold."""
        from salesnb.report.exhibit import Exhibit

        shown = ("customer_type", "channel_id", "industry", "team_id", "person_id", "dealer_id", "customer_id")
        given = [name for name in shown if self._is_given(name)]
        names = ("、" if self.lang == "zh" else ", ").join(self.say(DIMENSIONS[name][0]) for name in given)
        text = (
            Text(f"可展开：{names}。", f"Unfold: {names}.") if given else Text("没有其他维度。", "No other dimension.")
        )
        details = [self._details(name) for name in given]
        return Exhibit("more", reading=self.say(text), details=details, is_absent=not given)

    def explore(self) -> Any:
        """Widgets to choose dimension, node, measure and period; they stay out of the page."""
        from salesnb.notebook import panels

        return panels.explore(self)

    def _details(self, dimension: str) -> Details:
        from salesnb.report.exhibit import Details

        frame = self.nodes_of(dimension)
        return Details(self.say(DIMENSIONS[dimension][0]), self._table(frame, dimension))

    def _is_given(self, dimension: str) -> bool:
        nodes = set(self.nodes_of(dimension)["node_id"])
        return bool(nodes - {UNASSIGNED})

    def _table(self, frame: pd.DataFrame, dimension: str) -> Markup:
        from salesnb.notebook import history_exhibits

        limit = LARGEST if dimension in LONG else None
        labels = [w.label for w in self.windows]
        return history_exhibits.node_table(self.named(frame), labels, DIMENSIONS[dimension][0], self.unit_shown, limit)

    def sensitivity(self) -> Exhibit:
        """The same growth with returns left out, and without the largest customer."""
        from salesnb.notebook import history_exhibits

        return history_exhibits.sensitivity(self.totals, self.named(self.nodes_of("customer_id")), self.unit_shown)

    def lessons(self) -> Exhibit:
        """What people learned in the year before."""
        from salesnb.notebook.lessons import lessons

        return lessons(self)

    def quality(self) -> Exhibit:
        """What the import read, kept and set aside; the whole report is the version's data-quality page."""
        from salesnb.notebook import ledger

        self.keep("import_ledger", self.facts.ledger)
        self.keep("findings", self.facts.findings)
        self.keep("set_aside", ledger.set_aside(self.facts))
        self.keep("ledger_check", self.facts.ledger_check(self.params.company, self.as_of))
        self.keep("basis_bridge", self.facts.basis_bridge(self.params.company, self.as_of))
        for name, frame in ledger.directory(self.facts, self._known).items():
            self.keep(name, frame)
        return ledger.import_exhibit(self.facts, self.lang, self.as_of)

    def checks(self) -> Any:
        """All checks, months included."""
        frame, _ = self._monthly
        for window in self.windows:
            if window.months:
                parts = int(frame.loc[frame["month"].isin(window.months), "net_minor"].sum())
                text = Text(f"各月合计 = 公司（{window.label}）", f"sum of months = company ({window.label})")
                self.hold(f"months_{window.label}", text, parts, self._total(window.label, "net_minor"))
        change = self._gains("region_id")
        if len(self.windows) > 1 and len(change):
            total = self._total(self.last, "net_minor") - self._total(self.windows[-2].label, "net_minor")
            text = Text("各区域增减之和 = 公司增减", "changes of all regions = the company's change")
            self.hold("contribution", text, int(change["change_minor"].sum()), total)
        return super().checks()
