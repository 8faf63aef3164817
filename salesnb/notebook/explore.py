"""The history panel's answers: any dimension, node, measure and period, made by the stage's own functions.

Nothing here is kept in the book: what a reader looks at must not change the tables that the notebook writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.periods import Kind, Window
from salesnb.model.tables import Column
from salesnb.notebook.history import DIMENSIONS

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.notebook.history import HistoryBook
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import Count, MoneyUnit, Rate

BARS = 12  # nodes a chart shows; the table under it has more
ROWS = 30
YEARS = 4  # windows of a period chosen by hand
QUARTERS, MONTHS = 8, 12  # periods offered
LINES = 3
SEEN = 0.0005  # what prints as 0.0 is no change


@dataclass(frozen=True)
class Measure:
    """What is looked at: a column of ``history_nodes`` and whether its change is a growth rate or a difference."""

    label: Text
    column: str
    kind: str
    is_relative: bool = False


MEASURES = {
    "sales": Measure(Text("销售额", "Sales"), "net_minor", "minor", True),
    "growth": Measure(Text("同比增长", "Growth"), "growth_rate", "rate"),
    "share": Measure(Text("占比", "Share"), "share_of_sales", "rate"),
    "margin": Measure(Text("毛利率", "Gross margin"), "margin_rate", "rate"),
    "customers": Measure(Text("购买客户数", "Customers who bought"), "customer_count", "count", True),
}


@dataclass(frozen=True)
class Choice:
    """A reader's choice: ``node`` "" = the whole company, ``below`` = the dimension a node is split by, ``period`` "" =
    the book's own comparable windows."""

    dimension: str
    node: str = ""
    below: str = ""
    measure: str = "sales"
    period: str = ""

    @property
    def parts(self) -> str:
        """The dimension of the rows shown."""
        return (self.below or self.dimension) if self.node else self.dimension


class Explorer:
    """Options and exhibits for the choices of one book."""

    def __init__(self, book: HistoryBook) -> None:
        self.book = book
        self._held: dict[tuple[tuple[str, ...], str], pd.DataFrame] = {}
        self._called_by: dict[str, dict[str, str]] = {}

    # ------------------------------------------------------------------ what there is to choose

    @cached_property
    def dimensions(self) -> list[str]:
        """Dimensions the exports hold: those with a node that sold something and has a name."""
        return [name for name in DIMENSIONS if self._known(name) - {UNASSIGNED}]

    def _known(self, dimension: str) -> set[str]:
        """The nodes that sold something: from the book's own table where an exhibit has asked already."""
        kept = self.book.tables.get("history_nodes")
        if kept is not None and (kept["dimension"] == dimension).any():
            return set(kept.loc[kept["dimension"] == dimension, "node_id"])
        return set(self._sums((dimension,), "")[dimension])

    def nodes(self, dimension: str) -> list[tuple[str, str]]:
        """(name, id) of every node with sales in the book's windows, largest in the newest first."""
        sums = self._sums((dimension,), "")
        newest = sums[sums["window"] == self.book.last].set_index(dimension)["net_minor"]
        known = sorted(set(sums[dimension]), key=lambda node: (node == UNASSIGNED, -int(newest.get(node, 0)), node))
        return [(self._name(dimension, node), node) for node in known]

    def below(self, dimension: str) -> list[str]:
        """Dimensions a node can be split by, the level below first."""
        others = [name for name in self.dimensions if name != dimension]
        next_level = DIMENSIONS[dimension][1]
        return sorted(others, key=lambda name: name != next_level)

    @cached_property
    def measures(self) -> list[str]:
        """Measures the data allow."""
        has_cost = bool(self.book.totals["margin_rate"].notna().any())
        return [name for name in MEASURES if name != "margin" or has_cost]

    @cached_property
    def periods(self) -> list[str]:
        """ "" for the book's windows, then the latest complete quarters and months, newest first."""
        book, out = self.book, [""]
        for kind, most in ((Kind.QUARTER, QUARTERS), (Kind.MONTH, MONTHS)):
            period = book.calendar.containing(kind, book.windows[-1].end)
            found = [period.text] if period.end <= book.windows[-1].end else []
            while len(found) < most and book.calendar.previous(period).start >= book.windows[0].start:
                period = book.calendar.previous(period)
                found.append(period.text)
            out += found
        return out

    def windows(self, period: str) -> tuple[Window, ...]:
        """The windows behind a choice of period, oldest first: the book's, or the same period of the years before."""
        if not period:
            return self.book.windows
        calendar, here = self.book.calendar, self.book.calendar.period(period)
        found = [Window(here.text, here.start, here.end, here.months)]
        while len(found) < YEARS and calendar.last_year(here).start >= self.book.windows[0].start:
            here = calendar.last_year(here)
            found.append(Window(here.text, here.start, here.end, here.months))
        return tuple(reversed(found))

    # ------------------------------------------------------------------ what is shown

    def exhibit(self, choice: Choice) -> Exhibit:
        """Chart, table and reading of ``choice``."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import explore as said

        book, labels = self.book, [w.label for w in self.windows(choice.period)]
        parts, whole = self._parts(choice), self._whole(choice)
        who = self._name(choice.dimension, choice.node) if choice.node else ""
        titles = [
            who or book.say(said.COMPANY),
            book.say(MEASURES[choice.measure].label),
            said.when(labels[-1], book.lang),
        ]
        title = " · ".join(titles)
        how = (book.lang, book.currency)
        reading = said.selection(choice.measure, who, labels[-1], (whole[labels[-1]], whole["change"]), how)
        if parts.empty or (choice.parts, choice.measure) == ("customer_id", "customers"):
            return Exhibit("explore", title, self._trend(choice), reading)  # a customer is one customer: no parts
        known = parts[parts[labels[-1]].notna() & (parts["node_id"] != UNASSIGNED)]
        by = book.say(DIMENSIONS[choice.parts][0])
        reading += said.ends(choice.measure, by, list(zip(known["name"], known[labels[-1]], strict=True)), how)
        scale = self._scale(choice.measure, _largest(parts, whole, labels))
        figure = self._figure(choice, parts, labels[-1], scale)
        return Exhibit("explore", title, figure, reading, self._table(choice, parts, whole, labels))

    def _parts(self, choice: Choice) -> pd.DataFrame:
        """node_id, name, the measure in every window, change: one row a part, high to low, missing and rest last."""
        from salesnb.stages import history

        dimension, windows = choice.parts, self.windows(choice.period)
        by = (choice.dimension,) if dimension == choice.dimension else (choice.dimension, dimension)
        sums = self._sums(by, choice.period)
        if choice.node:
            sums = sums[sums[choice.dimension] == choice.node]
        made = history.node_history(sums, dimension, windows, self._names(dimension))
        wide = self._wide(made, choice.measure, windows)
        wide["is_rest"] = wide["node_id"] == UNASSIGNED
        keys = ["is_rest", windows[-1].label, "node_id"]
        return wide.sort_values(keys, ascending=[True, False, True], na_position="last", kind="stable")

    def _whole(self, choice: Choice) -> pd.Series:
        """The measure of the selection itself in every window, and its change."""
        from salesnb.stages import history

        dimension, windows = choice.dimension if choice.node else "currency", self.windows(choice.period)
        made = history.node_history(self._sums((dimension,), choice.period), dimension, windows, {})
        own = made[made["node_id"] == choice.node] if choice.node else made
        wide = self._wide(own, choice.measure, windows)
        return wide.iloc[0] if len(wide) else wide.reindex([0]).iloc[0]

    def _wide(self, made: pd.DataFrame, measure: str, windows: Sequence[Window]) -> pd.DataFrame:
        """One row a node from ``history_nodes``: the measure by window and its change from the last but one."""
        shown, labels = MEASURES[measure], [w.label for w in windows]
        wide = made.pivot(index="node_id", columns="window", values=shown.column).reindex(columns=labels)
        wide["change"] = np.nan
        if len(labels) > 1:
            before, now = (wide[w].astype("float64") for w in labels[-2:])
            wide["change"] = now / before.where(before > 0) - 1 if shown.is_relative else now - before
        names = made.drop_duplicates("node_id").set_index("node_id")["name"]
        wide.insert(0, "name", [self._called(node, str(names[node])) for node in wide.index])
        return wide.rename_axis(columns=None).reset_index()

    def _scale(self, measure: str, largest: float) -> MoneyUnit | Rate | Count:
        """How the figures of ``measure`` are written, money in the unit that fits its ``largest`` amount."""
        from salesnb.report.numbers import Count, Rate

        if measure == "sales":
            return self.book.money_unit(int(largest))
        return Count(self.book.lang) if measure == "customers" else Rate(self.book.lang)

    def _table(self, choice: Choice, parts: pd.DataFrame, whole: pd.Series, labels: list[str]) -> Markup:
        from salesnb.report.numbers import MoneyUnit
        from salesnb.report.sentences import explore as said
        from salesnb.report.tables import Options, Show, render

        book, shown = self.book, MEASURES[choice.measure]
        head = Show(Column("name", "text", DIMENSIONS[choice.parts][0]))
        signed = choice.measure == "growth"
        columns = [Show(Column(w, shown.kind, Text(w, w)), signed=signed) for w in labels]  # type: ignore[arg-type]
        moved = Column("change", "rate", Text("较上年同期", "On the year before"))
        last = [Show(moved, signed=True, points=not shown.is_relative)] if len(labels) > 1 else []
        total = {"name": book.say(Text("合计", "Total")), **{w: whole[w] for w in (*labels, "change")}}
        if choice.measure == "share":
            total |= {w: 1.0 if parts[w].notna().any() else None for w in labels} | {"change": None}
        by = book.say(DIMENSIONS[choice.parts][0])
        caption = f"{book.say(shown.label)} · {by} · {said.when(labels[-1], book.lang)}"
        scale = self._scale(choice.measure, _largest(parts, whole, labels))
        unit = scale if isinstance(scale, MoneyUnit) else None
        return render(parts, [head, *columns, *last], book.lang, unit, Options(caption, total=total, limit=ROWS))

    def _figure(self, choice: Choice, parts: pd.DataFrame, label: str, scale: Any) -> Markup:
        """Bars of the parts, and the selection month by month where that says anything."""
        from markupsafe import Markup

        from salesnb.report.charts import Bar, bars

        rows = [
            Bar(str(row["name"]), row[label], *self._note(choice.measure, row["change"]))
            for _, row in parts[parts[label].notna()].head(BARS).iterrows()
        ]
        drawn = bars(rows, scale, by_sign=choice.measure == "growth") if rows else Markup("")
        return drawn + self._trend(choice)

    def _note(self, measure: str, moved: Any) -> tuple[str, str]:
        """What stands right of a bar: the change on the year before, coloured where one side is better."""
        from salesnb.report.numbers import is_missing, points, rate

        if is_missing(moved):
            return "", ""
        note = rate(moved, signed=True) if MEASURES[measure].is_relative else points(moved, self.book.lang)
        if measure == "share" or abs(moved) < SEEN:
            return note, ""
        return note, "good" if moved > 0 else "bad"

    def _trend(self, choice: Choice) -> Markup:
        """The selection's measure by month, one line a fiscal year; empty where no month has it."""
        from markupsafe import Markup

        from salesnb.report.charts import Series, trend
        from salesnb.report.numbers import month_names

        book, values = self.book, self._monthly(choice)
        if values is None or not values.notna().any():
            return Markup("")
        scale = self._scale(choice.measure, float(values.abs().max()))
        years = sorted({book.calendar.year_of(month) for month in values.index})[-LINES:]
        tones = ("now", "before", "past")
        series = [
            Series(str(year), [values.get(m) for m in book.calendar.period(str(year)).months], tones[i])
            for i, year in enumerate(reversed(years))
        ]
        start = book.calendar.fiscal_year_start - 1
        names = month_names(book.lang)
        return trend([names[(start + i) % 12] for i in range(12)], series[::-1], scale)

    def _monthly(self, choice: Choice) -> pd.Series | None:
        """The measure of the selection by month up to the book's last; None where it says nothing (share of all)."""
        from salesnb.stages import history

        book = self.book
        last = book.windows[-1].months[-1] if book.windows[-1].months else book.calendar.month_of(book.as_of)
        months = book.facts.months((choice.dimension,) if choice.node else (), book.as_of)
        if choice.node:
            months = months[months[choice.dimension] == choice.node].drop(columns=choice.dimension)
        frame = history.gapless(months[months["month"] <= last], last).set_index("month")
        net = frame["net_minor"].astype("float64") if len(frame) else None
        if net is None or (choice.measure == "share" and not choice.node):
            return None
        if choice.measure == "share":
            company = book.facts.months((), book.as_of).set_index("month")["net_minor"].reindex(net.index)
            return net / company.where(company > 0)
        if choice.measure == "margin":
            costed = frame["costed_minor"].astype("float64")
            return (costed - frame["cost_minor"].astype("float64")) / costed.where(costed > 0)
        if choice.measure == "growth":
            before = net.shift(12)
            return net / before.where(before > 0) - 1
        return net if choice.measure == "sales" else frame["customer_count"].astype("float64")

    # ------------------------------------------------------------------ sums and names

    def _sums(self, by: tuple[str, ...], period: str) -> pd.DataFrame:
        if (by, period) not in self._held:
            self._held[by, period] = self.book.facts.sums(by, self.windows(period), self.book.as_of)
        return self._held[by, period]

    def _names(self, dimension: str) -> dict[str, str]:
        if dimension not in self._called_by:
            self._called_by[dimension] = self.book.facts.names(dimension)
        return self._called_by[dimension]

    def _name(self, dimension: str, node: str) -> str:
        return self._called(node, self._names(dimension).get(node, node))

    def _called(self, node: str, name: str) -> str:
        return self.book.say(Text("未分配", "Unassigned")) if node == UNASSIGNED else name


def _largest(parts: pd.DataFrame, whole: pd.Series, labels: list[str]) -> float:
    """The largest figure shown, whatever its sign."""
    return float(max(parts[labels].abs().max().max(), whole[labels].astype("float64").abs().max()))
