"""The review's watchful questions: month ends, receivables by age, portraits."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Kind, Period
from salesnb.notebook.review_channel import ChannelQuestions
from salesnb.notebook.review_nodes import closed_between

if TYPE_CHECKING:
    import pandas as pd

PORTRAYED = ("customer_type", "industry", "company_size", "decision_chain", "source")
YEARS_OPEN = 2  # orders older than that are settled, or no longer this page's question


class WatchQuestions(ChannelQuestions):
    """Mixin of the review book."""

    @cached_property
    def order_lines(self) -> pd.DataFrame:
        """Lines by order of this year and the two before (see ``facts.orders``)."""
        start = self.year.period.start
        first = start.replace(year=start.year - YEARS_OPEN)
        return self.facts.orders(first, self.main.through, self.as_of)

    @property
    def whole_months(self) -> list[Period]:
        """The complete months of the reviewed period; for a week or a day the last complete one."""
        months = self.period.months or (self.calendar.month_of(self.main.through),)
        found = [self.calendar.period(month) for month in months]
        over = [month for month in found if month.end <= self.main.through]
        return over or ([self.calendar.previous(found[0])] if self.period.kind in (Kind.WEEK, Kind.DAY) else [])

    # ------------------------------------------------------------------ month end

    @cached_property
    def month_end_table(self) -> pd.DataFrame:
        """``review_month_end``: people whose month ends are bunched, sent back or split."""
        import pandas as pd

        from salesnb.model.tables import contract
        from salesnb.stages import review

        rule = self.params.review.month_end_share
        line = rule.find(self.main.through, self.as_of) if rule else None
        found = self.params.review.thresholds
        sure = found.alert_probability.find(self.main.through, self.as_of) if found else None
        parts = []
        names = self.facts.names("person_id")
        months = self.whole_months if line is not None and sure is not None else []
        tails = {month.text: self.last_days(month) for month in months}
        sums = {month.text: self._month_sums(month, tails[month.text]) for month in months}
        tests = sum(len(set(rows.loc[rows["window"] == "last", "person_id"])) for rows in sums.values())
        needed = max(sure or 1.0, 1 - 1 / max(tests, 1))  # chance alone then names fewer than one person
        for month in months:
            days = self.calendar.workdays.count(month.start, month.end)
            returned = self.params.review.month_end_returned.find(self.main.through, self.as_of)
            late = self.end_days(month) / max(days, 1)
            shares = review.Shares(line or 0.0, late, 1.0 if returned is None else returned)
            parts.append(review.month_end(month.text, sums[month.text], shares, needed, names))
        columns = [c.name for c in contract("review_month_end").columns]
        full = [part for part in parts if len(part)]
        return self.keep("review_month_end", pd.concat(full) if full else pd.DataFrame(columns=columns))

    def end_days(self, month: Period) -> int:
        """How many working days end ``month``, as decided for its last day; 0 where that rule has ended."""
        return self.params.review.month_end_days.find(month.end, self.as_of) or 0

    def last_days(self, month: Period) -> list[date]:
        """The last working days of a month that are looked at, and the days off among them."""
        days = [month.end - timedelta(days=i) for i in range(month.days)]
        working = [day for day in days if self.calendar.workdays.is_workday(day)]
        wanted = working[: self.end_days(month)]
        return [day for day in days if wanted and day >= wanted[-1]]

    def _month_sums(self, month: Period, last: list[date]) -> pd.DataFrame:
        import pandas as pd

        lines = self.order_lines
        following = self.calendar.period(self.calendar.month_of(month.end + timedelta(days=1)))
        past = [self.calendar.previous(month)]
        while len(past) < 12:
            past.append(self.calendar.previous(past[-1]))
        tails = {pd.Timestamp(day) for one in past for day in self.last_days(one)}
        inside = {
            "whole": lines["month"] == month.text,
            "last": (lines["month"] == month.text) & lines["order_date"].isin([pd.Timestamp(d) for d in last]),
            "after": lines["month"] == following.text,
            "whole-1y": lines["month"].isin([one.text for one in past]),
        }
        inside["last-1y"] = inside["whole-1y"] & lines["order_date"].isin(tails)
        most = self.params.review.month_end_split.find(month.end, self.as_of) or len(lines) + 1  # ended: none is
        return pd.concat([_by_person(lines[rows], name, most) for name, rows in inside.items()], ignore_index=True)

    # ------------------------------------------------------------------ receivables

    @cached_property
    def ageing_table(self) -> pd.DataFrame:
        """``review_ageing``: what customers owe on orders of this year and the two before, by age."""
        from salesnb.stages import review

        lines = self.order_lines if self.facts.has("receipts") else self.order_lines.iloc[:0]
        orders = lines.drop_duplicates("order_id")[["order_id", "customer_id", "person_id", "base_date"]]
        orders = orders.assign(net_minor=orders["order_id"].map(lines.groupby("order_id")["net_minor"].sum()))
        receipts = self.facts.table("receipts", self.as_of)
        names = self.facts.names("customer_id")
        return self.keep("review_ageing", review.ageing(orders, receipts, self.main.through, names))

    # ------------------------------------------------------------------ portraits

    @cached_property
    def portraits_table(self) -> pd.DataFrame:
        """``review_portraits``: win rates by kind of customer among the deals closed in the last twelve months."""
        from salesnb.stages import funnel

        closed = self.closed_deals
        dims = [d for d in PORTRAYED if closed[d].fillna(UNASSIGNED).nunique() > 1]
        made = funnel.conversion(closed, dims)
        rows = made[(made["step"] == "closed") & (made["node_id"] != UNASSIGNED)]
        names = ["dimension", "node_id", "case_count", "conversion_rate", "rate_low", "rate_high", "stands_out"]
        return self.keep("review_portraits", rows[names])

    @cached_property
    def closed_deals(self) -> pd.DataFrame:
        """Deals closed in the twelve months to the day reached."""
        known, end = self.known_leads, self.main.through
        start = end.replace(year=end.year - 1, day=min(end.day, 28))
        return closed_between(known, start, end)

    @property
    def window_hours(self) -> float:
        """Within how many hours of a viewed quote a follow-up counts as quick, on the day reached."""
        from salesnb.stages import funnel

        found = self.params.review.quote_window_hours
        decided = found.find(self.main.through, self.as_of) if found else None
        return float(decided or funnel.REACTION_HOURS)

    @cached_property
    def reaction(self) -> pd.DataFrame:
        """What acting within the window after a customer looked at a quote went along with (``funnel_effects``)."""
        from salesnb.stages import funnel

        return funnel.effects(self.closed_deals, self.calendar, self.window_hours)


def _by_person(lines: pd.DataFrame, window: str, most: int) -> pd.DataFrame:
    """window, person_id, net_minor, returns_minor, order_count, split_count (``most`` orders or more a day)."""
    sold = lines[~lines["is_return"]]
    returned = lines[lines["is_return"]].groupby("person_id")["net_minor"].sum()
    out = lines.groupby("person_id")["net_minor"].sum().to_frame()
    out["returns_minor"] = returned.reindex(out.index).fillna(0).astype("int64")
    out["order_count"] = sold.groupby("person_id")["order_id"].nunique().reindex(out.index).fillna(0).astype("int64")
    days = sold.groupby(["person_id", "customer_id", "order_date"])["order_id"].nunique()
    split = (days >= most).groupby("person_id").sum()
    out["split_count"] = split.reindex(out.index).fillna(0).astype("int64")
    return out.reset_index().assign(window=window)
