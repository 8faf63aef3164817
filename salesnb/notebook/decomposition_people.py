"""Questions about people: how each number was made, and whether it is fair."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_activity import ActivityQuestions

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.numbers import MoneyUnit

KINDS = ("base", "organisation", "reason", "rule", "rounding")
SIDE_BY_SIDE = 12  # people in one table
LARGE_STEPS = 4  # rules named in the company's bridge; the others are one step


class PeopleQuestions(ActivityQuestions):
    """Derivation and fairness."""

    @cached_property
    def handed(self) -> pd.DataFrame:
        """``target_padding``: over-assignment and hold-back by level."""
        from salesnb.stages.decomposition.published import target_padding

        given = self.params.decomposition.padding
        return self.keep("target_padding", target_padding(self.plan, given, self.period.start, self.as_of))

    @cached_property
    def steps(self) -> pd.DataFrame:
        """``target_derivation``: every person's steps from last year to what he is handed."""
        from salesnb.stages.decomposition.derivation import target_derivation

        people = self.handed[self.handed["level"] == "person"]
        handed = dict(zip(people["node_id"], people["handed_minor"], strict=True))
        return self.keep("target_derivation", target_derivation(self.built, self.plan, handed))

    def derivation(self) -> Exhibit:
        """The company's bridge from last year to the target, and every person's own to unfold."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_people as said

        steps = self.steps
        figure = self._bridge(steps)
        reading = said.derivation(self._totals(steps), self.lang, self.currency)
        details = [self._of_region(region) for region in self._regions()]
        return Exhibit("derivation", figure=figure, reading=reading, details=details)

    def _totals(self, steps: pd.DataFrame) -> dict[tuple[str, str], int]:
        """(step, reason or rule) → amount of the company. Last year is the company's, with those who have left."""
        parts = steps[steps["step"].isin(KINDS)]
        sums = parts.groupby(["step", parts["named"].fillna("")])["amount_minor"].sum()
        out = {(str(key[0]), str(key[1])): int(amount) for key, amount in zip(sums.index, sums, strict=True)}
        base = int(self.built.cube.base["net_minor"].sum())
        out["organisation", ""] = out.get(("organisation", ""), 0) + out.get(("base", ""), 0) - base
        return out | {("base", ""): base}

    def _bridge(self, steps: pd.DataFrame) -> Markup:
        """Last year, people and offices, the rules that do most, the rest, the target."""
        from salesnb.report.charts import bridge
        from salesnb.report.sentences import decomposition_people as said

        totals, texts = self._totals(steps), {rule.id: rule.text for rule in self.problem.rules}
        rules = {name: amount for (kind, name), amount in totals.items() if kind == "rule" and amount}
        largest = sorted(rules, key=lambda name: (-abs(rules[name]), name))[:LARGE_STEPS]
        parts = [(said.step_word("organisation", "", self.lang), totals["organisation", ""])]
        parts += [(texts.get(name, name), rules[name]) for name in sorted(largest, key=lambda name: -rules[name])]
        base = totals["base", ""]
        rest = self.plan.total - base - sum(amount for _, amount in parts)
        parts.append((self.say(Text("其余规则与取整", "Other rules, rounding")), rest))
        kept = [(name, amount) for name, amount in parts if amount]
        names = [said.step_word("base", "", self.lang), *(n for n, _ in kept), said.step_word("target", "", self.lang)]
        amounts = [base, *(amount for _, amount in kept), self.plan.total]
        return bridge(names, amounts, self.unit_shown, wide=True)

    def _regions(self) -> list[str]:
        """Regions with a target, largest first, those nobody answers for last."""
        sums = self.plan.by("region_id").set_index("region_id")["target_minor"]
        own = [str(region) for region in sums.index if sums[region] > 0]
        return sorted(own, key=lambda region: (region == UNASSIGNED, -int(sums[region]), region))

    def _of_region(self, region: str) -> Details:
        """A region's people side by side: a step a row, a person a column."""
        from markupsafe import Markup

        from salesnb.report.exhibit import Details

        own = self.plan.table[(self.plan.table["region_id"] == region) & (self.plan.table["target_minor"] > 0)]
        sums = own.groupby("person_id")["target_minor"].sum()
        people = sorted(map(str, sums.index), key=lambda person: (person == UNASSIGNED, -int(sums[person]), person))
        groups = [people[at : at + SIDE_BY_SIDE] for at in range(0, len(people), SIDE_BY_SIDE)]
        body = Markup("").join(self._steps_of(group) for group in groups)
        name = self.names_of("region_id").get(region, region)
        title = Text(f"{name}：{len(people)} 人", f"{name}: {len(people)} people")
        return Details(self.say(title), body)

    def _steps_of(self, people: list[str]) -> Markup:
        """The steps of some people; targets and what is handed down are the sums so far, all others the step itself."""
        from salesnb.report.sentences import decomposition_people as said
        from salesnb.report.tables import Options, Show, render

        texts = {rule.id: rule.text for rule in self.problem.rules}
        own = self.steps[self.steps["person_id"].isin(people)]
        own = own.assign(named=own["named"].fillna(""))
        is_sum = own["step"].isin(("target", "handed"))
        own = own.assign(shown=own["amount_minor"].where(~is_sum, own["running_minor"]))
        wide = own.pivot(index=["step", "named"], columns="person_id", values="shown").add_prefix("of ")
        places = own.groupby(["step", "named"])["step_no"].max().sort_values(kind="stable").index
        wide = wide.reindex(places).astype("Int64").reset_index()
        steps = zip(wide["step"], wide["named"], strict=True)
        words = [said.step_word(str(step), texts.get(named, named), self.lang) for step, named in steps]
        names = self.names_of("person_id")
        shows = [Show(Column("word", "text", Text("步骤", "Step")))]
        for person in people:
            name = self.say(Text("未分配", "Unassigned")) if person == UNASSIGNED else names.get(person, person)
            shows.append(Show(Column(f"of {person}", "minor", Text(name, name), unit="money", optional=True)))
        unit = self.money_unit(int(own["running_minor"].abs().max()))
        caption = self.say(contract("target_derivation").label)
        return render(wide.assign(word=words), shows, self.lang, unit, Options(caption=caption, level="", fold=40))

    # ------------------------------------------------------------------ fairness

    def fairness(self) -> Exhibit:
        """Targets against capacity by role, who stands out, and each person's figures to unfold."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_people as said
        from salesnb.report.tables import Options, render
        from salesnb.stages.decomposition import fairness as stage

        people = self.keep("target_fairness", stage.target_fairness(self.built, self.plan))
        roles = self.keep("target_fairness_roles", stage.role_spread(people))
        named = self.called(people, "person_id", "person_id")
        table = render(
            roles, contract("target_fairness_roles").columns, self.lang, self._per_head(people),
            Options(caption=self.say(Text("同岗位的目标", "Targets within a role"))),
        )  # fmt: skip
        details = [Details(self.say(Text("逐人查看", "Person by person")), self._fair_table(named))]
        potential = self._potential()
        if potential is not None:
            details.append(potential)
        reading = said.fairness(roles, named, self.lang, self.currency)
        return Exhibit("fairness", reading=reading, table=table, details=details)

    def _per_head(self, people: pd.DataFrame) -> MoneyUnit:
        return self.money_unit(int(people["target_minor"].max()))

    def _fair_table(self, people: pd.DataFrame) -> Markup:
        from salesnb.report.tables import Options, Show, render

        of = contract("target_fairness")
        ranks = {"top": Text("头部", "Top"), "core": Text("中坚", "Core"), "rookie": Text("新人", "Rookie")}
        rows = people[people["person_id"] != UNASSIGNED].assign(
            rank=[
                ranks[rank].get(self.lang) if rank in ranks else ""
                for rank in people.loc[people["person_id"] != UNASSIGNED, "rank"]
            ]
        )
        rows = rows.sort_values(
            ["role", "per_capacity_minor", "person_id"], ascending=[True, False, True], kind="stable"
        )
        away = Column("deviation", "rate", Text("比同岗位中位数", "Against the role's median"), unit="percent")
        shows = [Show(Column("name", "text", Text("人员", "Person")))]
        shows += [Show(of.column(name)) for name in ("role", "rank")]
        shows += [Show(of.column("tenure_months"), decimals=0), Show(of.column("capacity"))]
        shows += [Show(of.column(name)) for name in ("target_minor", "base_minor")]
        shows += [
            Show(of.column("growth_rate"), signed=True),
            Show(of.column("per_capacity_minor")),
            Show(away, signed=True),
        ]
        caption = self.say(Text("逐人的目标与产能", "Targets and capacity by person"))
        return render(rows, shows, self.lang, self.unit_shown, Options(caption=caption, fold=50))

    def _potential(self) -> Details | None:
        from salesnb.report.exhibit import Details
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.decomposition.fairness import target_potential

        given = self.params.market.potential_share
        known = {region: dated.find(self.period.start, self.as_of) for region, dated in given.items()}
        shares = {region: value for region, value in known.items() if value is not None}
        if not shares:
            return None
        frame = self.called(self.keep("target_potential", target_potential(self.plan, shares)), "region_id")
        of = contract("target_potential")
        shows = [Show(Column("name", "text", Text("区域", "Region")))]
        shows += [
            Show(of.column(name)) for name in ("target_minor", "share_of_target", "share_of_potential", "intensity")
        ]
        table = render(
            frame,
            shows,
            self.lang,
            self.unit_shown,
            Options(caption=self.say(Text("目标与潜力", "Targets against potential"))),
        )
        return Details(self.say(Text("目标占比与市场潜力占比", "Share of targets and of potential")), table)

    def backtest(self) -> Exhibit:
        """Last year's targets, had they been set this way from what was known then, against what was sold."""
        from salesnb.model.errors import DataError
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_people as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.decomposition.fairness import backtest

        weights = self.params.decomposition.weights
        shares = weights.find(self.period.start, self.as_of) if weights else None
        year = self.calendar.last_year(self.period)
        try:
            found = backtest(self.setting, year, self.problem.grain, shares or {"history": 1.0})
        except DataError as short:
            why = short.what
            none = Text(f"不能回测：{why.zh}。", f"No back-test: {why.en}.")
            return Exhibit("backtest", reading=self.say(none), is_absent=True)
        self.keep("target_backtest", found.people)
        spread = self.keep("target_backtest_spread", found.spread)
        of = contract("target_backtest_spread")
        ways = {
            "plan": Text("本方法", "This way"),
            "naive": Text("上年 × 公司增长", "Last year × the company's growth"),
        }
        rows = spread.assign(way=[ways[str(method)].get(self.lang) for method in spread["method"]]).iloc[::-1]
        shows = [Show(Column("way", "text", Text("做法", "Way")))]
        shows += [
            Show(of.column(n))
            for n in ("person_count", "mean_rate", "spread_rate", "within_20_rate", "rank_correlation")
        ]
        caption = self.say(Text("回测：达成率的离散度", "Back-test: spread of attainment"))
        table = render(rows, shows, self.lang, options=Options(caption=caption))
        return Exhibit("backtest", reading=said.backtest(spread, year.text, self.lang), table=table)
