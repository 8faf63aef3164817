"""The review's questions about pay: what is earned to date and what became of it, awards, promotions."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.model.periods import Kind, Period
from salesnb.notebook.review_watch import WatchQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.incentives import Award
    from salesnb.stages.incentives import Member, Pay, Scheme

KINDS = {"month": Kind.MONTH, "quarter": Kind.QUARTER, "year": Kind.YEAR}
LEVELS = {"person": "person_id", "team": "team_id", "region": "region_id"}
NO_TERMS = Text(
    "没有到期日，也没有约定账期（incentives.yaml 的 commission.payment_days），不判断逾期停发。",
    "Without due dates or payment terms (commission.payment_days in incentives.yaml) nothing is stopped as overdue.",
)
NEVER_DUE = 36_500


class PayQuestions(WatchQuestions):
    """Mixin of the review book."""

    @property
    def minor(self) -> int:
        """Minor units in one of the company's currency."""
        return int(10 ** minor_digits(self.currency))

    @cached_property
    def staff(self) -> dict[str, dict[str, Any]]:
        """Everyone's latest assignment known on the day, by person."""
        people = self.facts.table("people", self.as_of)
        people = people[people["from_date"].dt.date <= self.main.through]
        newest = people.sort_values(["person_id", "from_date"], kind="stable").drop_duplicates("person_id", keep="last")
        return {str(row["person_id"]): {str(k): v for k, v in row.items()} for row in newest.to_dict("records")}

    # ------------------------------------------------------------------ pay to date

    @property
    def has_scheme(self) -> bool:
        """Whether this year's pay is decided."""
        held = self.params.incentives
        return held.plan in ("", self.year.period.text) and held.commission is not None

    @cached_property
    def scheme(self) -> Scheme:
        """The pay rules on the day reached, as known."""
        from salesnb.stages import incentives

        on = (self.main.through, self.as_of)
        salaries = {}
        for name, role in self.params.people.roles.items():
            found = role.salary_month.find(*on) if role.salary_month else None
            if found is not None:
                salaries[name] = round(found * self.minor)
        return incentives.scheme(self.params.incentives, salaries, *on, minor=self.minor)

    @cached_property
    def terms(self) -> int | None:
        """Days after shipping a payment usually falls due: as decided, else the median of known due dates."""
        import pandas as pd

        made = self.params.incentives.commission
        decided = made.payment_days.find(self.main.through, self.as_of) if made and made.payment_days else None
        if decided is not None:
            return decided
        lines = self.order_lines.drop_duplicates("order_id").set_index("order_id")["base_date"]
        days = (self.due_dates - lines.reindex(self.due_dates.index)).dt.days.dropna()
        return int(pd.Series(days).median()) if len(days) else None

    @cached_property
    def due_dates(self) -> pd.Series:
        """The day payment of an order falls due, as receipts state it, by order."""
        receipts = self.facts.table("receipts", self.as_of)
        stated = receipts[receipts["due_date"].notna() & receipts["order_id"].notna()]
        return stated.groupby("order_id")["due_date"].max()

    @cached_property
    def earned_lines(self) -> pd.DataFrame:
        """This year's lines so far with what each earned, exactly."""
        import pandas as pd

        from salesnb.stages import incentives

        lines = self.order_lines
        mine = lines[(lines["order_date"] >= pd.Timestamp(self.year.period.start)) & (lines["person_id"] != UNASSIGNED)]
        if self.terms is None:
            self.note(NO_TERMS)
        usual = mine["base_date"] + pd.Timedelta(days=NEVER_DUE if self.terms is None else self.terms)
        return incentives.earned(mine.assign(due_date=mine["order_id"].map(self.due_dates).fillna(usual)), self.scheme)

    @cached_property
    def pays(self) -> dict[str, Pay]:
        """Everyone's settlement as if the year ended on the day reached: sales against what is due by then."""
        from salesnb.stages import incentives

        lines = self.earned_lines
        exact = incentives.exact_sums(lines)
        net = lines.groupby("person_id")["net_minor"].sum().to_dict()
        unknown = set(lines.loc[lines["cost_minor"].isna(), "person_id"])
        cost = lines.groupby("person_id")["cost_minor"].sum().to_dict()
        out = {}
        for person, commission in exact.items():
            gross = int(net[person]) - int(cost[person]) if person not in unknown else None
            sold = incentives.Sold(commission, int(net[person]), gross)
            out[person] = incentives.settle(self.scheme, self._member(person), sold)
        return out

    @cached_property
    def people_of_year(self) -> pd.DataFrame:
        """Attainment of every person in the year to date, whatever period is reviewed: a week is no grade."""
        from salesnb.stages import review

        if self.year in (*self.judged, self.scopes[0]):
            return self.nodes_of("person_id", self.year)
        labels = {f"{self.year.period.text}{suffix}" for suffix in ("", "-1y", "-2y")}
        windows = [one for one in self.windows if one.label in labels]
        sums, judgement = (
            self.facts.sums(("person_id",), windows, self.as_of),
            review.Judgement(self.lights, self.basis),
        )
        names = self.names_of("person_id")
        return review.attainment("person_id", self.year, sums, self.targets, self.curve, names, judgement)

    def _member(self, person: str) -> Member:
        from salesnb.stages import incentives

        frame = self.people_of_year
        due = frame.loc[frame["node_id"] == person, "due_minor"]
        target = None if due.empty or due.isna().iloc[0] else int(due.iloc[0])
        row = self.staff.get(person, {})
        months = tuple(m for m in self._year_months() if m <= self.calendar.month_of(self.main.through))
        days = (_day(row.get("hired_date")), _day(row.get("left_date")))
        counted = incentives.months_in_post(*days, months, self.scheme.joiners)
        return incentives.Member(person, str(row.get("role") or ""), target, len(counted), len(months))

    @cached_property
    def ledger_table(self) -> pd.DataFrame:
        """``pay_ledger``: commission by person, month and line; sums to what is earned, exactly."""
        from salesnb.stages import incentives

        made = self.keep("pay_ledger", incentives.commission_ledger(self.earned_lines, self.pays))
        whole = sum(pay.commission_minor for pay in self.pays.values())
        text = Text("提成台账合计 = 已计提成", "sum of the commission ledger = commission earned")
        self.hold("pay_ledger", text, int(made["commission_minor"].sum()), whole)
        return made

    @cached_property
    def states_table(self) -> pd.DataFrame:
        """``pay_states``: what became of this year's commission by the day reached."""
        from salesnb.stages import incentives

        receipts = self.facts.table("receipts", self.as_of)
        receipts = receipts[receipts["order_id"].notna()]
        days = receipts["receipt_date"]
        receipts = receipts.assign(month=days.map({day: self.calendar.month_of(day.date()) for day in days.unique()}))
        left = {p: day for p, row in self.staff.items() if (day := _day(row.get("left_date"))) is not None}
        moves = {m.person: m for m in self.params.people.movements if m.kind == "leaves" and m.decided <= self.as_of}
        left |= {person: move.from_ for person, move in moves.items()}
        successor = {person: move.successor for person, move in moves.items() if move.successor}
        ours = receipts[receipts["order_id"].isin(set(self.earned_lines["order_id"]))]
        leavers = incentives.Leavers(left, successor)
        made = incentives.payouts(self.earned_lines, ours, self.scheme, self.main.through, leavers)
        self.keep("pay_states", made)
        base = sum(pay.base_minor for pay in self.pays.values())
        text = Text("已发、待回款、停发、扣回之和 = 按比例提成", "paid, open, stopped, clawed back = commission")
        self.hold("pay_states", text, int(made["commission_minor"].sum()), base)
        return made

    # ------------------------------------------------------------------ awards and promotions

    def complete(self, every: str) -> list[Period]:
        """This year's complete periods of a kind, by the day reached."""
        found = self.calendar.children(self.year.period, KINDS[every]) if every != "year" else (self.year.period,)
        return [one for one in found if one.end <= self.main.through]

    def attained(self, level: str, period: Period) -> dict[str, float]:
        """Attainment of every node of a level in one complete period."""
        column = LEVELS[level]
        pieces = self.targets.pieces(column, period.start, period.end)
        due = self.curve.due(pieces, period.start, period.end)
        goal = due.groupby(pieces[column]).sum() if len(pieces) else due
        months = self.facts.months((column,), self.as_of)
        sold = months[months["month"].isin(period.months)].groupby(column)["net_minor"].sum()
        return {str(n): float(sold.get(n, 0)) / float(goal[n]) for n in goal.index if goal[n] > 0 and n != UNASSIGNED}

    def _growth(self, level: str, period: Period) -> dict[str, float]:
        column, twin = LEVELS[level], self.calendar.last_year(period)
        months = self.facts.months((column,), self.as_of)
        now, last = (
            months[months["month"].isin(one.months)].groupby(column)["net_minor"].sum() for one in (period, twin)
        )
        return {str(n): float(now.get(n, 0)) / float(last[n]) - 1 for n in last.index if last[n] > 0}

    def _repurchase(self, level: str, period: Period) -> dict[str, float]:
        column = LEVELS[level]
        if column not in self.order_lines:
            return {}
        lines = self.order_lines[self.order_lines["month"].isin(period.months) & ~self.order_lines["is_return"]]
        orders = lines.groupby([column, "customer_id"])["order_id"].nunique()
        again = (orders > 1).groupby(column).mean()
        return {str(n): float(v) for n, v in again.items() if n != UNASSIGNED}

    def _figures_of(self, award: Award) -> pd.DataFrame:
        import pandas as pd

        ways = {"attainment": self.attained, "sales_growth": self._growth, "repurchase_rate": self._repurchase}
        way = ways.get(award.metric)
        rows = [
            (node, period.text, value)
            for period in (self.complete(award.every) if way else [])
            for node, value in way(award.level, period).items()  # type: ignore[misc]
            if award.level != "person" or node in self.staff
        ]
        return pd.DataFrame(rows, columns=["node_id", "period", "value"])

    @cached_property
    def awards_table(self) -> pd.DataFrame:
        """``pay_awards``: prizes of the complete periods; where nothing is complete yet, none."""
        import pandas as pd

        from salesnb.stages import incentives

        held = self.params.incentives
        parts = [
            incentives.winners(award, self._figures_of(award), self.main.through, self.as_of, self.minor)
            for award in (held.awards if held.plan in ("", self.year.period.text) else ())
            if not award.where
        ]
        columns = ["award_id", "period", "node_id", "value", "amount_minor"]
        full = [part for part in parts if len(part)]
        made = pd.concat(full) if full else pd.DataFrame(columns=columns)
        return self.keep("pay_awards", made.astype({"amount_minor": "int64"}))

    @cached_property
    def promoted(self) -> dict[str, list[str]]:
        """What people are due to become, by person."""
        from salesnb.stages import incentives

        out: dict[str, list[str]] = {}
        roles = {person: str(row.get("role") or "") for person, row in self.staff.items()}
        for rule in self.params.incentives.promotions:
            periods = self.complete(rule.every)
            if not rule.known(self.main.through, self.as_of) or not periods:
                continue
            by_period = {one.text: self.attained("person", one) for one in periods}
            attained: dict[str, dict[str, float | None]] = {
                p: {t: found.get(p) for t, found in by_period.items()} for p in roles
            }
            for person in incentives.promotions_due(rule, attained, roles, [one.text for one in periods]):
                out.setdefault(person, []).append(rule.to)
        return out

    def _paid(self) -> dict[str, dict[str, int]]:
        """Commission and what became of it, by person."""
        self.ledger_table  # noqa: B018 - kept, and its sum held against the pay
        states = self.states_table.groupby(["person_id", "state"])["commission_minor"].sum()
        columns = {f"{s.partition('_')[0]}_minor": s for s in ("paid", "open", "stopped", "clawed_back")}
        return {
            person: {"commission_minor": pay.commission_minor}
            | {column: int(states.get((person, state), 0)) for column, state in columns.items()}
            for person, pay in self.pays.items()
        }


def _day(value: Any) -> date | None:
    return None if value is None or value != value else value.date()
