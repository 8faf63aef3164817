"""History's question why sales changed: the price-volume-mix bridge of the page, and between any two periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text, UsageError
from salesnb.model.periods import Kind, Window
from salesnb.model.tables import Column, contract
from salesnb.notebook.past import Past
from salesnb.notebook.turns import in_batch

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.report.exhibit import Exhibit

EFFECTS = {
    "price": Text("价格", "Price"),
    "volume": Text("销量", "Volume"),
    "mix": Text("产品结构", "Mix"),
    "new_product": Text("新品", "New products"),
    "lost_product": Text("停售产品", "Ended products"),
    "new_customer": Text("新增客户", "New customers"),
    "lost_customer": Text("流失客户", "Lost customers"),
}
LEVELS = {"product_id": Text("产品", "product"), "product_line": Text("产品线", "product line")}
BY = ("customer_id", "product_line", "product_id")
NO_PAIR = Text("只有一个可比期间，没有增减可分解。", "Only one comparable window: there is no change to explain.")
OFFERED = {Kind.YEAR: 6, Kind.QUARTER: 12, Kind.MONTH: 24}  # periods a list offers, newest first


class BridgeQuestions(Past):
    """Mixin of the history book."""

    def bridge(self) -> Exhibit:
        """Price, volume, mix, new and lost between the last two windows, exactly additive; earlier pairs to unfold."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.stages import history

        sums = self.facts.sums(BY, self.windows, self.as_of)
        recent = sums[sums["window"].isin([w.label for w in self.windows[-2:]])]
        level = history.bridge_level(recent, self.windows)
        frame = self.keep("history_bridge", history.bridge(recent, self.windows, level))
        if frame.empty:
            return Exhibit("bridge", reading=self.say(NO_PAIR), is_absent=True)
        sold = sums.groupby("window")["net_minor"].sum()
        start, end = (int(sold.get(w.label, 0)) for w in self.windows[-2:])
        text = Text("价量结构桥闭合", "the bridge closes")
        self.hold("bridge", text, start + int(frame["change_minor"].sum()), end)
        figure, reading = self._drawn(frame, (start, end), level)
        earlier = Text("以往各期之间", "Between earlier windows")
        details = [Details(self.say(earlier), self._pairs(sums))] if len(self.windows) > 2 else []
        return Exhibit("bridge", figure=figure, reading=reading, details=details)

    def between(self, first: str, last: str) -> Exhibit:
        """The same bridge between any two periods (years, halves, quarters, months, weeks or days).

        Raises UsageError where both are the same and PeriodError where one is none.
        """
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences.explore import when
        from salesnb.stages import history

        pair = tuple(Window(p.text, p.start, p.end, p.months) for p in map(self.calendar.period, (first, last)))
        if pair[0] == pair[1]:
            raise UsageError(
                Text(f"两段都是 {pair[0].label}", f"both periods are {pair[0].label}"),
                remedy=Text("选两个不同的期间", "choose two different periods"),
            )
        sums = self.facts.sums(BY, pair, self.as_of)
        level = history.bridge_level(sums, pair)
        frame = history.bridge(sums, pair, level)
        sold = sums.groupby("window")["net_minor"].sum()
        figure, reading = self._drawn(frame, (int(sold.get(pair[0].label, 0)), int(sold.get(pair[1].label, 0))), level)
        title = " → ".join(when(w.label, self.lang) for w in pair)
        return Exhibit("bridge-between", title, figure, reading)

    def compare(self) -> Any:
        """Two lists of periods and the bridge between what is chosen; a batch says where it works."""
        from salesnb.notebook.panels import BridgePanel

        return in_batch(self, "compare") or BridgePanel(self).box

    def periods_sold(self) -> list[str]:
        """Years, quarters and months with whole sales before the newest window ended, newest first of each kind."""
        sold, end = self.facts.months((), self.as_of)["month"], min(self.windows[-1].end, self.as_of)
        out: list[str] = []
        for kind, most in OFFERED.items():
            period = self.calendar.containing(kind, end)
            found = [period] if period.end <= end else []
            while len(found) < most and self.calendar.previous(period).months[0] >= str(sold.min()):
                period = self.calendar.previous(period)
                found.append(period)
            out += [p.text for p in found]
        return out

    def _drawn(self, frame: pd.DataFrame, ends: tuple[int, int], level: str) -> tuple[Markup, Any]:
        """Chart and reading of ``history_bridge`` rows between two windows that sold ``ends``."""
        from salesnb.report.charts import bridge
        from salesnb.report.sentences import customers as said
        from salesnb.report.sentences.explore import when

        effects = frame.groupby("effect")["change_minor"].sum()
        effects = effects.reindex([name for name in EFFECTS if effects.get(name, 0) != 0])
        names = [when(str(frame[c].iloc[0]), self.lang) for c in ("from_window", "to_window")]
        steps = [ends[0], *(int(v) for v in effects), ends[1]]
        labels = [names[0], *(EFFECTS[e].get(self.lang) for e in effects.index), names[1]]
        figure = bridge(labels, steps, self.money_unit(max(map(abs, steps))), wide=True)
        return figure, said.bridge(effects, EFFECTS, LEVELS[level], self.lang, self.currency)

    def _pairs(self, sums: pd.DataFrame) -> Markup:
        """One row a pair of neighbouring windows, its effects across, oldest first."""
        import pandas as pd

        from salesnb.report.sentences.explore import when
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import history

        pairs: Sequence[tuple[Window, Window]] = list(zip(self.windows, self.windows[1:], strict=False))
        made = {pair: history.bridge(sums, pair, history.bridge_level(sums, pair)) for pair in pairs}
        rows = pd.DataFrame([frame.groupby("effect")["change_minor"].sum() for frame in made.values()]).fillna(0)
        rows = rows.reindex(columns=list(EFFECTS), fill_value=0).astype("int64").reset_index(drop=True)
        rows["change_minor"] = rows.sum(axis=1)
        rows.insert(0, "name", [" → ".join(when(w.label, self.lang) for w in pair) for pair in pairs])
        shows = [Show(Column("name", "text", Text("期间", "Periods")))]
        shows += [Show(Column(e, "minor", EFFECTS[e], unit="money"), signed=True) for e in EFFECTS if rows[e].any()]
        shows.append(Show(contract("history_bridge").column("change_minor"), signed=True))
        caption = self.say(Text("以往各期之间的增减", "Changes between earlier windows"))
        return render(rows, shows, self.lang, self.unit_shown, Options(caption))
