"""The review's questions about channels and legal entities: dealers, rebates, diverted sales, rulings, groups."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import ParamsError, Text
from salesnb.model.periods import Kind, Period
from salesnb.notebook.review_closing import ClosingQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.facts import Facts
    from salesnb.intake.ruled import Move
    from salesnb.model.params.incentives import Rebate
    from salesnb.model.params.period import Ruling
    from salesnb.stages.review import Rule

COLUMNS = {"region": "region_id", "team": "team_id", "person": "person_id", "dealer": "dealer_id"}
REBATED = {"quarter": Kind.QUARTER, "half": Kind.HALF, "year": Kind.YEAR}


class ChannelQuestions(ClosingQuestions):
    """Mixin of the review book."""

    as_booked: Facts

    @property
    def last_whole_month(self) -> Period:
        """The last month that is over on the day reached."""
        running = self.calendar.period(self.calendar.month_of(self.main.through))
        return running if self.main.through >= running.end else self.calendar.previous(running)

    # ------------------------------------------------------------------ rulings

    @cached_property
    def rulings(self) -> list[tuple[int, str, Ruling]]:
        """(number, period, ruling) of every ruling decided by the as-of date, in the order of their days."""
        found = [
            (ruling.decided, text, place, ruling)
            for text, held in self.period_files()
            for place, ruling in enumerate(held.rulings)
            if ruling.decided <= self.as_of
        ]
        found.sort(key=lambda one: one[:3])
        return [(number, text, ruling) for number, (_, text, _, ruling) in enumerate(found, 1)]

    def apply_rulings(self) -> None:
        """Take the facts with credit where rulings put it; what was booked stays in ``as_booked``."""
        self.as_booked = self.facts
        moves = [self._move(*one) for one in self.rulings if one[2].credit is not None]
        self.facts = self.facts.ruled(moves)

    def _move(self, number: int, period: str, ruling: Ruling) -> Move:
        from salesnb.intake.ruled import Move

        credit = ruling.credit
        assert credit is not None
        year = self.calendar.containing(Kind.YEAR, self.calendar.period(period).start)
        ends = {f"from_{kind}": self._node(kind, node, period) for kind, node in credit.from_.items()}
        ends |= {f"to_{kind}": self._node(kind, node, period) for kind, node in credit.to.items()}
        return Move(
            number,
            self._id("customer_id", ruling.customer),
            credit.since or year.start,
            credit.until or ruling.decided,
            ruling.decided,
            credit.share,
            credit.order,
            **ends,
        )

    def _node(self, kind: str, node: str, period: str) -> str:
        found = self._id(COLUMNS[kind], node)
        if found not in self.facts.names(COLUMNS[kind]):
            raise ParamsError(
                Text(f"裁定里的 {kind} “{node}”不存在", f"a ruling names {kind} “{node}”, which does not exist"),
                where=self.params.place(f"periods/{period}", "rulings"),
                remedy=Text("写数据中的编号或名称", "write an id or a name that the data hold"),
            )
        return found

    def _id(self, dimension: str, said: str) -> str:
        """The id of a node named by its id or by a name that only one has."""
        names = self.facts.names(dimension)
        same = [node for node, name in names.items() if name == said]
        return said if said in names or len(same) != 1 else same[0]

    @cached_property
    def rulings_table(self) -> pd.DataFrame:
        """``review_rulings``: what the rulings moved within the year."""
        from salesnb.stages import review

        moved = self.facts.moved(self.as_of)
        if moved is None:
            return self.keep("review_rulings", review.no_rulings())
        months = self.year.period.months
        said = {number: (r.decision, r.by, r.decided, r.reference) for number, _, r in self.rulings}
        names = self.facts.names("customer_id")
        for column in COLUMNS.values():
            names = names | self.facts.names(column)
        return self.keep("review_rulings", review.rulings(moved[moved["month"].isin(months)], said, names))

    @cached_property
    def diverted_table(self) -> pd.DataFrame:
        """``review_diverted``: sales outside the dealer or region a customer is registered with, as booked."""
        from salesnb.stages import review

        lines = self.as_booked.orders(self.main.period.start, self.main.through, self.as_of)
        mine = lines[~lines["is_return"]]
        registered = self.facts.table("customers")[["customer_id", "dealer_id", "region_id"]]
        names = self.facts.names("customer_id") | self.facts.names("dealer_id") | self.facts.names("region_id")
        told = [(self._id("customer_id", r.customer), r.decision, r.by, r.decided) for _, _, r in self.rulings]
        sold = mine.groupby(["customer_id", "dealer_id", "region_id"])["net_minor"].sum().reset_index()
        return self.keep("review_diverted", review.diverted(sold, registered, names, told))

    # ------------------------------------------------------------------ dealers

    @cached_property
    def dealers_table(self) -> pd.DataFrame:
        """``review_dealers`` at the end of the last complete month."""
        from salesnb.stages import review

        rule, on = self.params.review.stuffing, (self.main.through, self.as_of)
        months, ratio = (
            float("inf") if one is None else one for one in (rule.stock_months.find(*on), rule.stock_ratio.find(*on))
        )
        line = review.Stuffed(months, ratio, rule.sub_dealers_buy_from == "parent")
        stock, names = self.facts.table("dealer_stock", self.as_of), self.facts.names("dealer_id")
        made = review.dealers(stock, self.last_whole_month.text, names, self._parents, line)
        return self.keep("review_dealers", made)

    @property
    def _parents(self) -> dict[str, str]:
        listed = self.facts.table("dealers")
        return dict(zip(listed["dealer_id"], listed["parent_id"].fillna(""), strict=True))

    @cached_property
    def rebates_table(self) -> pd.DataFrame:
        """``review_rebates`` of this year's periods that have begun, by the last complete month."""
        from salesnb.stages import review

        stock, names = self.facts.table("dealer_stock", self.as_of), self.facts.names("dealer_id")
        held = self.params.incentives
        wanted = [one for one in held.rebates if one.known(self.main.through, self.as_of)]
        rules = [
            rule for one in (wanted if held.plan in ("", self.year.period.text) else []) for rule in self._rules(one)
        ]
        stuffed = self.dealers_table
        pushed = frozenset(stuffed.loc[stuffed["is_stuffed"], "dealer_id"].astype("str"))
        return self.keep("review_rebates", review.rebates(stock, rules, pushed, names))

    def _rules(self, one: Rebate) -> list[Rule]:
        from salesnb.model.money import minor_digits
        from salesnb.stages import review

        kind, last = REBATED[one.every], self.last_whole_month
        year = self.year.period
        periods = (year,) if kind is Kind.YEAR else self.calendar.children(year, kind)
        scale = 10 ** minor_digits(self.currency)
        steps = tuple((round(step.from_ * scale), step.rate) for step in one.steps)
        listed = self.facts.table("dealers")
        rates = dict(zip(listed["dealer_id"], listed["rebate_rate"].astype("float64"), strict=True))
        return [
            review.Rule(
                one.id,
                period.text,
                one.on,
                tuple(month for month in period.months if month <= last.text),
                self._taking_part(one),
                steps,
                rates,
                one.held_while_stuffed,
                period.end <= last.end,
            )
            for period in periods
            if period.months and period.months[0] <= last.text
        ]

    def _taking_part(self, one: Rebate) -> frozenset[str]:
        """Dealers a rebate is for: of the regions named, and those named with all below them."""
        from salesnb.stages import review

        listed = self.facts.table("dealers")
        under = review.below(self._parents)
        kept = listed
        for word, nodes in one.where.items():
            said = nodes if isinstance(nodes, tuple) else nodes.not_
            ids = {self._id(COLUMNS[word], node) for node in said}
            ids |= {dealer for top in ids for dealer in under.get(top, ())} if word == "dealer" else set()
            inside = kept[COLUMNS[word]].isin(ids)
            kept = kept[inside if isinstance(nodes, tuple) else ~inside]
        return frozenset(kept["dealer_id"].astype("str"))

    # ------------------------------------------------------------------ legal entities

    @cached_property
    def entities_table(self) -> pd.DataFrame:
        """``review_entities`` of the main scope; the consolidated column sums to the company."""
        from salesnb.stages import review

        window, before = self.window(self.main), self.window(self.main, "-1y")
        assert window is not None
        windows = [one for one in (window, before) if one]
        outside = self.facts.sums(("entity_id",), windows, self.as_of)
        inside = self.facts.table("internal_sales", self.as_of)
        if window.months:
            inside = inside[inside["month"].isin(window.months)]
        else:
            inside = inside[inside["order_date"].dt.date.between(window.start, window.end)]
        eliminated = {str(k): int(v) for k, v in inside.groupby("entity_id")["net_minor"].sum().items()}
        labels = (window.label, before.label if before else None)
        made = review.entities(outside, eliminated, labels, self.facts.names("entity_id"))
        text = Text("各法人主体合并销售之和 = 公司", "consolidated sales of the legal entities = company")
        self.hold("entities", text, int(made["actual_minor"].sum()), self.sales[self.main.period.text])
        return self.keep("review_entities", made)
