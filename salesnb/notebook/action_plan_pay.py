"""What the plan's incentives would cost and pay: everyone's target and mix, drawn sales, curves, jumps of pay."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.notebook.action_plan_series import SeriesQuestions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from salesnb.stages.incentives import Cost, Member, Mix, Scheme

PERIODS = {"year": 1, "quarter": 4, "month": 12}
NO_SCHEME = Text("incentives.yaml 没有这一年的激励办法。", "incentives.yaml has no scheme for this year.")


class PayQuestions(SeriesQuestions):
    """Mixin of the action plan's book."""

    @cached_property
    def scheme(self) -> Scheme:
        """The pay rules at the plan year's end as known on the as-of date."""
        from salesnb.stages import incentives

        return incentives.scheme(
            self.params.incentives, self.salaries, self.plan_year.end, self.as_of, minor=self.minor
        )

    @cached_property
    def salaries(self) -> dict[str, int]:
        """Salaries a month by role, in minor units, of the roles that have one."""
        out = {}
        for name, role in self.params.people.roles.items():
            found = role.salary_month.find(self.plan_year.end, self.as_of) if role.salary_month else None
            if found is not None:
                out[name] = round(found * self.minor)
        return out

    @cached_property
    def paid_people(self) -> list[tuple[Member, Mix]]:
        """Everyone who is in post in the plan year and has a target, with how his sales are made up."""
        from salesnb.stages import incentives

        months, rules = self.plan_year.months, self.scheme
        carrying = {n for n, role in self.params.people.roles.items() if role.carries_quota}
        out = []
        for row in self.roster.sort_values("person_id").to_dict("records"):
            person, role = str(row["person_id"]), str(row["role"])
            hired, left = self.world.people.get(person, (None, None))
            counted = incentives.months_in_post(hired, left, months, rules.joiners)
            target = self._target(person, counted)
            if counted and target and (role in carrying or not carrying):
                member = incentives.Member(person, role, target, len(counted), len(months))
                out.append((member, self._mix(person)))
        return out

    def _target(self, person: str, months: tuple[str, ...]) -> int:
        by_month = self._targets.get(person, {})
        if "month" in self.cells.frame:
            return sum(by_month.get(month, 0) for month in months)
        return by_month.get("", 0) * len(months) // len(self.plan_year.months)

    @cached_property
    def _targets(self) -> dict[str, dict[str, int]]:
        """Each person's target by month; under no month where the cells have none."""
        frame = self.cells.frame if "month" in self.cells.frame else self.cells.frame.assign(month="")
        sums = frame.groupby(["person_id", "month"])["target_minor"].sum().reset_index()
        out: dict[str, dict[str, int]] = {}
        for person, month, amount in sums.itertuples(index=False):
            out.setdefault(str(person), {})[str(month)] = int(amount)
        return out

    @cached_property
    def _line_targets(self) -> dict[str, pd.Series]:
        """Each person's target by product line, where it is not less than nothing."""
        sums = self.cells.frame.groupby(["person_id", "product_line"])["target_minor"].sum().clip(lower=0)
        return {str(person): own.droplevel(0) for person, own in sums.groupby(level=0)}

    @cached_property
    def _sold(self) -> dict[str, tuple[float, float, float]]:
        """Each person's sales of last year, their cost, and the sales whose cost is known; under "" everyone's."""
        columns = ["net_minor", "cost_minor", "costed_minor"]
        frame = self.last_cells.frame
        net, cost, costed = (float(value) for value in frame[columns].sum())
        out = {"": (net, cost, costed)}
        for person, *sums in frame.groupby("person_id")[columns].sum().itertuples():
            net, cost, costed = (float(value) for value in sums)
            out[str(person)] = (net, cost, costed)
        return out

    def _mix(self, person: str) -> Mix:
        """The commission rate of his target's product lines and the gross margin of his sales last year."""
        from salesnb.stages import incentives

        lines = self._line_targets[person]
        rates = [float(self.scheme.rate(str(line), self.plan_year.end) or 0) for line in lines.index]
        rate = float((lines * rates).sum() / lines.sum()) if lines.sum() > 0 else 0.0
        own = self._sold.get(person, self._sold[""])
        _, cost, costed = own if own[0] > 0 else self._sold[""]
        return incentives.Mix(rate, 1 - cost / costed if costed > 0 else None)

    @cached_property
    def drawn(self) -> NDArray[np.float64]:
        """Drawn sales (persons, draws): each person's own forecast, moving together; who has none moves as the company.

        The order is that of ``paid_people``.
        """
        from salesnb.stages import incentives

        view = next(v for v in self.base.views if (v.keys["dimension"] == "person_id").any())
        keys = list(zip(view.keys["dimension"], view.keys["node_id"], strict=True))
        people = [(m.person_id, m.target_minor or 0) for m, _ in self.paid_people]
        rows = [[i for i, key in enumerate(keys) if key == ("person_id", person)] for person, _ in people]
        company = incentives.drawn_totals(self.base.views[0].outlook)[0]
        return incentives.drawn_sales(people, rows, incentives.drawn_totals(view.outlook), company)

    @cached_property
    def award_costs(self) -> tuple[NDArray[np.float64], int]:
        """Drawn cost of all awards (draws,), and the most they can cost."""
        import numpy as np

        from salesnb.stages import incentives

        total, most = np.zeros(incentives.DRAWS), 0
        for award in self.params.incentives.awards:
            amount = award.amount.find(self.plan_year.end, self.as_of)
            if not award.known(self.plan_year.end, self.as_of) or amount is None:
                continue
            nodes = self._award_nodes(award.level)
            limit = incentives.most_costly(award, len(nodes), PERIODS, amount, self.minor)
            most += limit
            if award.rule == "each_at_least" and award.metric == "sales_growth" and award.every == "year":
                won = sum((growth >= (award.at_least or 0)).astype(float) for growth in nodes.values())
                total += won * amount * self.minor
            else:
                total += limit
        return total, most

    def _award_nodes(self, level: str) -> dict[str, NDArray[np.float64]]:
        """Drawn growth over last year of every region, team or person that sold last year."""
        column = {"region": "region_id", "team": "team_id", "person": "person_id"}[level]
        where = dict(zip(self.roster["person_id"], self.roster[column], strict=True))
        last = self.last_cells.frame.groupby(column)["net_minor"].sum()
        sums: dict[str, NDArray[np.float64]] = {}
        for (member, _), draws in zip(self.paid_people, self.drawn, strict=True):
            node = str(where[member.person_id])
            sums[node] = sums[node] + draws if node in sums else draws
        return {n: v / float(last[n]) - 1 for n, v in sums.items() if n in last.index and last[n] > 0}

    @cached_property
    def cost(self) -> Cost:
        """Drawn pay of everyone with the awards."""
        from salesnb.stages import incentives

        return incentives.simulate(self.scheme, self.paid_people, self.drawn, {"awards": self.award_costs[0]})

    @cached_property
    def cost_found(self) -> pd.DataFrame:
        """``pay_cost``, kept."""
        import numpy as np

        from salesnb.stages import incentives

        at = dict.fromkeys(("commission", "salary_bonus", "profit_share"), 0)
        for member, mix in self.paid_people:
            exact = incentives.curve(self.scheme, member, np.array([float(member.target_minor or 0)]), mix)
            for name, values in exact.items():
                at[name] += round(float(values[0]))
        at["awards"] = self.award_costs[1]
        return self.keep("pay_cost", incentives.cost_table(self.cost, at))

    @cached_property
    def pay_people(self) -> pd.DataFrame:
        """``pay_people``, kept."""
        import numpy as np
        import pandas as pd

        from salesnb.stages import incentives

        where = dict(zip(self.roster["person_id"], self.roster["region_id"], strict=True))
        rows: list[dict[str, Any]] = []
        for i, (member, mix) in enumerate(self.paid_people):
            target, paid = float(member.target_minor or 0), self.cost.people[i]
            ends = incentives.curve(self.scheme, member, target * np.array([1.0, 1.2]), mix)
            at = np.sum(list(ends.values()), axis=0)
            salary = self.scheme.salaries.get(member.role)
            low, high = np.quantile(paid, [0.1, 0.9])
            missing = [] if salary is not None else ["salary"]
            rows.append(
                {
                    "person_id": member.person_id,
                    "name": self.who(member.person_id),
                    "role": member.role,
                    "region_id": str(where[member.person_id]),
                    "target_minor": member.target_minor,
                    "months": member.months,
                    "salary_minor": None if salary is None else salary * member.months,
                    "expected_attainment": float(self.drawn[i].mean()) / target,
                    "at_target_minor": round(float(at[0])),
                    "at_stretch_minor": round(float(at[1])),
                    "expected_minor": round(float(paid.mean())),
                    "low_minor": round(float(low)),
                    "high_minor": round(float(high)),
                    "missing": "、".join([*missing, *([] if mix.margin is not None else ["cost"])]) or None,
                }
            )
        columns = ["person_id", "name", "role", "region_id", "target_minor", "months", "salary_minor",
                   "expected_attainment", "at_target_minor", "at_stretch_minor", "expected_minor", "low_minor",
                   "high_minor", "missing"]  # fmt: skip
        return self.keep("pay_people", pd.DataFrame(rows, columns=columns))

    @cached_property
    def curves_found(self) -> pd.DataFrame:
        """``pay_curves``, kept."""
        from salesnb.stages import incentives

        return self.keep("pay_curves", incentives.curve_table(self.scheme, self.paid_people))

    @cached_property
    def cliffs_found(self) -> pd.DataFrame:
        """``pay_cliffs``, kept."""
        import pandas as pd

        from salesnb.stages import incentives

        rows = [
            (member.person_id, self.who(member.person_id), member.role, *found)
            for member, mix in self.paid_people
            for found in incentives.cliffs(self.scheme, member, mix, least_minor=self.minor)
        ]
        columns = ["person_id", "name", "role", "attainment_rate", "jump_minor", "reward_minor"]
        return self.keep("pay_cliffs", pd.DataFrame(rows, columns=columns))

    @cached_property
    def pay_budget(self) -> int | None:
        """The budget for incentives in minor units."""
        held = self.params.incentives.budget
        found = held.find(self.plan_year.start, self.as_of) if held else None
        return None if found is None else round(found * self.minor)

    @cached_property
    def has_scheme(self) -> bool:
        """Whether anything is decided about this year's pay."""
        held = self.params.incentives
        return self._is_plan(held.plan) and bool(held.tiers or held.commission or held.awards)
