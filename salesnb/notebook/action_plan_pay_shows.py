"""The action plan's questions about pay: cost, curves, jumps, prizes, and what the cost hangs on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook import action_plan_exhibits as shown
from salesnb.notebook.action_plan_pay import NO_SCHEME
from salesnb.notebook.action_plan_shows import ShowQuestions

if TYPE_CHECKING:
    from salesnb.report.exhibit import Exhibit

ROLES_SHOWN = 4
ALL_AT = (0.9, 1.0, 1.1, 1.2)
EVERY = {"month": Text("每月", "Month"), "quarter": Text("每季", "Quarter"), "year": Text("每年", "Year")}


class PayShows(ShowQuestions):
    """Mixin of the action plan's book."""

    def pay_cost(self) -> Exhibit:
        """What the incentives cost over all drawn outcomes, against the budget."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import incentives as said

        if not self.has_scheme:
            return shown.absent("pay-cost", self.say(NO_SCHEME))
        frame = self.cost_found
        reading = said.cost(frame, self.cost.total, self.pay_budget, self.lang, self.currency)
        rows = frame.assign(part=[said.PARTS[p].get(self.lang) for p in frame["part"]])
        wanted = ("part", "at_target_minor", "expected_minor", "low_minor", "high_minor")
        order = {said.PARTS[p].get(self.lang): i for i, p in enumerate(said.PARTS)}
        rows = rows.sort_values("part", key=lambda v: v.map(order))
        table = shown.table(rows, "pay_cost", wanted, self.pay_unit, Text("激励成本", "Cost of pay"))
        return Exhibit("pay-cost", reading=reading, table=table)

    def pay_curves(self) -> Exhibit:
        """The pay curve of a typical person of each role, and everyone's figures to unfold."""
        from salesnb.report.charts import Series, trend
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.numbers import rate
        from salesnb.report.sentences import incentives as said

        people = self.pay_people
        reading = said.curves(people, self.lang, self.currency)
        if people.empty or not self.has_scheme:
            return shown.absent("pay-curves", reading if self.has_scheme else self.say(NO_SCHEME))
        grid = sorted(self.curves_found["attainment_rate"].unique())
        series = []
        tones = ("now", "target", "before", "past")
        for tone, role in zip(tones, people["role"].value_counts().index[:ROLES_SHOWN], strict=False):
            own = people[people["role"] == role].sort_values(["target_minor", "person_id"], kind="stable")
            typical = own["person_id"].iloc[len(own) // 2]
            curve = self.curves_found[self.curves_found["person_id"] == typical].set_index("attainment_rate")[
                "pay_minor"
            ]
            series.append(Series(str(role), [curve.get(g) for g in grid], tone))
        figure = trend([rate(g, 0) for g in grid], series, self.pay_unit, wide=True)
        wanted = ("name", "role", "region_id", "target_minor", "expected_attainment", "at_target_minor",
                  "at_stretch_minor", "expected_minor", "low_minor", "high_minor")  # fmt: skip
        table = shown.table(people, "pay_people", wanted, self.pay_unit, Text("每人", "Everyone"))
        details = [Details(self.say(Text("每个人的目标与浮动收入", "Everyone's target and pay")), table)]
        return Exhibit("pay-curves", figure=figure, reading=reading, details=details)

    def pay_cliffs(self) -> Exhibit:
        """Where pay jumps and what shifting orders would earn."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import incentives as said

        frame = self.cliffs_found
        reading = said.cliffs(frame, self.lang, self.currency)
        if frame.empty:
            return Exhibit("pay-cliffs", reading=reading)
        wanted = ("name", "role", "attainment_rate", "jump_minor", "reward_minor")
        unit = self.money_unit(int(frame["jump_minor"].max()))
        table = shown.table(frame, "pay_cliffs", wanted, unit, Text("台阶", "Jumps"))
        return Exhibit("pay-cliffs", reading=reading, details=[Details(self.say(Text("逐人查看", "Everyone")), table)])

    def awards(self) -> Exhibit:
        """Prizes and promotion rules as they are in force."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.tables import Options, Show, render

        rows: list[dict[str, Any]] = []
        for one in self.params.incentives.awards:
            amount = one.amount.find(self.plan_year.end, self.as_of)
            if amount is not None and one.known(self.plan_year.end, self.as_of):
                rows.append(
                    {
                        "text": one.text,
                        "times": EVERY[one.every].get(self.lang),
                        "amount_minor": round(amount * self.minor),
                    }
                )
        for rule in self.params.incentives.promotions:
            if rule.known(self.plan_year.end, self.as_of):
                rows.append({"text": rule.text, "times": EVERY[rule.every].get(self.lang), "amount_minor": None})
        if not rows:
            return shown.absent("awards", self.say(Text("没有奖项和晋升规则。", "There are no awards.")))
        amount_of = contract("pay_awards").column("amount_minor")
        money = Column("amount_minor", "minor", amount_of.label, unit="money", optional=True)
        shows = [
            Show(Column("text", "text", Text("规则", "Rule"))),
            Show(Column("times", "text", Text("周期", "Every"))),
            Show(money),
        ]
        unit = self.money_unit(max((r["amount_minor"] or 0) for r in rows))
        table = render(rows, shows, self.lang, unit, Options(caption=self.say(Text("奖项与晋升", "Awards"))))
        most = self.pay_unit.say(self.award_costs[1])
        return Exhibit(
            "awards",
            reading=self.say(Text(f"全年奖项最多 {most}。", f"Awards cost {most} a year at most.")),
            table=table,
        )

    def sensitivity(self) -> Exhibit:
        """The cost of pay if everyone attains the same, and the expected loss if every risk came or none."""
        import numpy as np

        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import rate
        from salesnb.report.sentences import incentives as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import incentives

        rows, costs = [], []
        for level in ALL_AT:
            paid = 0.0
            for member, mix in self.paid_people:
                sales = np.array([level * (member.target_minor or 0)])
                paid += sum(float(v[0]) for v in incentives.curve(self.scheme, member, sales, mix).values())
            costs.append(round(paid) + self.award_costs[1])
            share = rate(level, 0)
            rows.append(
                {"case": self.say(Text(f"人人达成 {share}", f"Everyone at {share}")), "amount_minor": costs[-1]}
            )
        threats = self.risks_found[self.risks_found["sign"] == "-"]
        losses = {
            Text("风险期望影响（按登记概率）", "Expected loss, as registered"): int(threats["expected_minor"].sum()),
            Text("风险全部发生", "Every risk comes about"): int(threats["loss_minor"].sum()),
        }
        rows += [{"case": self.say(text), "amount_minor": amount} for text, amount in losses.items()]
        shows = [
            Show(Column("case", "text", Text("情形", "Case"))),
            Show(Column("amount_minor", "minor", Text("金额", "Amount"), unit="money")),
        ]
        table = render(
            rows, shows, self.lang, self.unit_shown, Options(caption=self.say(Text("敏感性", "Sensitivity")))
        )
        return Exhibit(
            "sensitivity", reading=said.sensitivity(costs[0], costs[-1], self.lang, self.currency), table=table
        )

    @cached_property
    def one_to_one(self) -> tuple[int, int]:
        """Sum of the targets people are paid by, and of the same people's targets in the table of targets."""
        paid = {m.person_id: m.target_minor or 0 for m, _ in self.paid_people}
        months = {m.person_id: m for m, _ in self.paid_people}
        held = sum(self._target(person, self._counted(person)) for person in months)
        return sum(paid.values()), held

    def _counted(self, person: str) -> tuple[str, ...]:
        from salesnb.stages import incentives

        span = self.world.people.get(person, (None, None))
        return incentives.months_in_post(*span, self.plan_year.months, self.scheme.joiners)
