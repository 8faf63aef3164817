"""What every question about the past shares: comparable windows, the company's totals, the page's money unit."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Text
from salesnb.model.periods import Window, windows, year_windows
from salesnb.notebook.book import Book

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.numbers import MoneyUnit


class Past(Book):
    """A book that looks back from its period."""

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The comparable stretches of history, oldest first."""
        first = self.facts.months((), self.as_of)["month"].min()
        if not isinstance(first, str):
            raise DataError(
                Text(f"{self.as_of} 之前没有任何订单", f"there is no order before {self.as_of}"),
                remedy=Text("检查 company.yaml 的来源和 as_of", "check the sources in company.yaml, and as_of"),
            )
        return windows(self.period, self.calendar, self.planning, first)

    @cached_property
    def years(self) -> tuple[Window, ...]:
        """Windows of twelve whole months, oldest first; empty where there is less data."""
        first = str(self.facts.months((), self.as_of)["month"].min())
        return year_windows(self.period, self.calendar, self.planning, first)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Sales of the whole company by window: the measures of ``facts.sums`` with growth and CAGR."""
        from salesnb.stages import history

        sums = self.in_own_currency(self.facts.sums(("currency",), self.windows, self.as_of))
        rates = history.node_history(sums, "currency", self.windows, {}).set_index("window")
        out = sums.set_index("window").reindex([w.label for w in self.windows])
        kept = ["growth_rate", "cagr_rate", "margin_rate", "share_of_sales_costed"]
        out[kept] = rates[kept]
        return out.reset_index()

    def _total(self, window: str, column: str) -> int:
        found = self.totals.loc[self.totals["window"] == window, column].iloc[0]
        return 0 if found != found else int(found)

    @cached_property
    def unit_shown(self) -> MoneyUnit:
        """The page's money unit, from its largest total."""
        return self.money_unit(int(self.totals["net_minor"].abs().max()))

    def spanned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` with its windows said in words."""
        from salesnb.report.sentences.words import span

        return frame.assign(window=[span(str(label), self.lang) for label in frame["window"]])

    def short(self, label: str) -> str:
        """A window's label for an axis: its last month, or the year where it is one."""
        return label if label.isdigit() else self.say(Text("至", "to ")) + label.partition("–")[2]
