"""What every question about the period ahead shares: its baseline, the goals said for it, the team, the deals."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.model.periods import Kind, Period, Workdays
from salesnb.model.tables import contract
from salesnb.notebook.past import Past

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from salesnb.stages.feasibility import Baseline, Span, Staffing, Team
    from salesnb.stages.goals import Base, Finding, Statement

COMPANY = ("company", "company")
# how parameters name a dimension → the column facts use
DIMENSIONS = {
    "region": "region_id",
    "team": "team_id",
    "person": "person_id",
    "product_line": "product_line",
    "product": "product_id",
    "channel": "channel_id",
    "customer_type": "customer_type",
    "industry": "industry",
}
LABELS = {
    "company": Text("公司", "Company"),
    "region_id": Text("区域", "Region"),
    "team_id": Text("团队", "Team"),
    "person_id": Text("人员", "Person"),
    "product_line": Text("产品线", "Product line"),
    "channel_id": Text("渠道", "Channel"),
}
RATES = ("base", "challenge", "stretch")
USUAL = (0.80, 0.50, 0.20)
NO_PLAN = Text("goals.yaml 没有这一年的销售额目标，只给预测和各档水平。", "goals.yaml has no sales goal for this year.")
VIEWS = ("product_line", "channel_id")
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
Targets = dict[tuple[str, str], float]


class Ahead(Past):
    """A book that looks at its period from before, or from inside it."""

    # ------------------------------------------------------------------ time

    @cached_property
    def span(self) -> Span:
        """Months of the period that are known, skipped and forecast."""
        from salesnb.stages import feasibility

        return feasibility.span(self.period, self.as_of, self.calendar)

    @cached_property
    def plan_year(self) -> Period:
        """The fiscal year the period belongs to."""
        return self.calendar.parent(self.period, Kind.YEAR)

    @cached_property
    def when(self) -> tuple[date, date]:
        """The day parameters apply to, and what was decided by then."""
        return self.period.start, self.as_of

    @cached_property
    def minor(self) -> int:
        """Minor units of one unit of the currency."""
        return int(10 ** minor_digits(self.currency))

    @cached_property
    def _festivals(self) -> list[date]:
        first = int(self.facts.months((), self.as_of)["month"].min()[:4])
        last = int(self.period.months[-1][:4])
        return [Workdays.spring_festival(y) for y in range(first - 1, last + 2)] if self.currency == "CNY" else []

    # ------------------------------------------------------------------ the forecast

    @cached_property
    def base(self) -> Baseline:
        """The forecast of every node with its record."""
        from salesnb.stages import feasibility, growth

        cells = self.facts.months(("region_id", "team_id", "person_id"), self.as_of)
        flat = {name: self.facts.months((name,), self.as_of) for name in feasibility.VIEWS}
        believed = growth.believed_growth(self.params.market, self.when)
        return feasibility.baseline(cells, flat, self.span, feasibility.Belief(self._festivals, believed))

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """Names of all nodes by dimension."""
        named = {dimension: self.facts.names(dimension) for dimension in LABELS if dimension != "company"}
        return named | {"company": {"company": self.params.company.name.get(self.lang)}}

    @cached_property
    def rates(self) -> dict[str, float]:
        """Chances that make base, challenge and stretch, as decided."""
        held = self.params.review.thresholds
        if held is None:
            return dict(zip(RATES, USUAL, strict=True))
        found = (getattr(held, f"feasible_{name}").find(*self.when) for name in RATES)
        return {name: usual if f is None else f for name, usual, f in zip(RATES, USUAL, found, strict=True)}

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """``feasibility_nodes``, kept."""
        from salesnb.stages import feasibility

        base, challenge, stretch = self.rates.values()
        return self.keep("feasibility_nodes", feasibility.node_table(self.base, self.names, (base, challenge, stretch)))

    @cached_property
    def last_year(self) -> Targets:
        """Sales of the same months a year before by (dimension, node); nodes without a whole year before are absent."""
        rows = self.nodes[["dimension", "node_id", "last_minor"]].dropna()
        sums = rows.groupby(["dimension", "node_id"])["last_minor"].sum()
        return {(str(d), str(n)): float(v) for d, n, v in sums.reset_index().itertuples(index=False)}

    # ------------------------------------------------------------------ what was said

    @cached_property
    def statements(self) -> list[Statement]:
        """Goals, rules, tasks and milestones of the plan year in one form."""
        from salesnb.stages import goals

        held, rules, actions = self.params.goals, self.params.decomposition, self.params.actions
        out = goals.from_goals(held.goals, self.as_of, self.minor) if self._is_plan(held.plan) else []
        if self._is_plan(rules.plan):
            out += goals.from_rules(rules.rules, self.as_of, self.minor)
        if self._is_plan(actions.plan):
            out += goals.from_actions(actions.tasks, actions.milestones, self.as_of, self.minor)
        return out

    def _is_plan(self, plan: str) -> bool:
        return plan in ("", self.plan_year.text)

    @cached_property
    def goal_base(self) -> Base:
        """Last fiscal year's figures that goals refer to."""
        from salesnb.notebook import feasibility_base

        return feasibility_base.goal_base(self)

    @cached_property
    def findings(self) -> list[Finding]:
        """Contradictions between the statements."""
        from salesnb.stages import goals

        return goals.contradictions(self.statements, self.goal_base) if self.goal_base.sales_minor > 0 else []

    @cached_property
    def year_target(self) -> float | None:
        """The company's sales target of the plan year in minor units."""
        from salesnb.stages import goals

        found = goals.company_target(self.statements, self.goal_base) if self.goal_base.sales_minor > 0 else None
        if found is None:
            self.note(NO_PLAN)
        return found

    @cached_property
    def share_of_year(self) -> float:
        """Share of the plan year's target that falls into the period: as said for its quarters, else as last year."""
        from salesnb.stages import goals

        if self.period.kind is Kind.YEAR:
            return 1.0
        said = goals.company_quarters(self.statements)
        own = [q.text[-2:] for q in self.calendar.children(self.period, Kind.QUARTER)]
        if all(q in said for q in QUARTERS):
            return sum(said[q].value for q in own)
        months = self.facts.months((), self.as_of).set_index("month")["net_minor"]
        year = months.reindex(list(self.calendar.last_year(self.plan_year).months)).sum()
        part = months.reindex(list(self.calendar.last_year(self.period).months)).sum()
        return float(part / year) if year > 0 else len(self.period.months) / 12

    @cached_property
    def targets(self) -> Targets:
        """Top-down targets of the period in minor units: company, each region by its coefficient, each line or channel
        whose share was said."""
        from salesnb.stages import goals

        if self.year_target is None:
            return {}
        whole = round(self.year_target * self.share_of_year)
        out: Targets = {COMPANY: float(whole)}
        last = {node: round(v) for (d, node), v in self.last_year.items() if d == "region_id"}
        teams = goals.team_targets(whole, self.params.goals.contribution, last, self.when)
        teams["name"] = [self.names["region_id"].get(n, n) for n in teams["node_id"]]
        self.keep("goals_teams", teams)
        out |= {("region_id", str(n)): float(v) for n, v in zip(teams["node_id"], teams["target_minor"], strict=True)}
        for said in self.statements:
            dimension = DIMENSIONS.get(said.dimension, "")
            single = said.metric == "share_of_sales" and said.of == "own_sales" and len(said.nodes) == 1
            if single and not said.period and dimension in VIEWS and said.relation != "at_most":
                out.setdefault((dimension, said.nodes[0]), said.value * whole)
        return out

    # ------------------------------------------------------------------ people and deals

    @cached_property
    def team(self) -> Team:
        """Seats with their capacity over the months to come."""
        from salesnb.stages import feasibility, history
        from salesnb.stages.history import people

        roster = self.facts.table("people", self.as_of)
        months = self.facts.months(("person_id",), self.as_of)
        held = people.person_months(months, roster, self.span.last)
        where = self.facts.months(("region_id", "team_id", "person_id"), self.as_of)
        latest = where.sort_values("month", kind="stable").drop_duplicates("person_id", keep="last")
        held = held.merge(latest[["person_id", "region_id", "team_id"]], on="person_id", how="left")
        found = feasibility.seats(roster, held, self.params.people, self.period.start, self.as_of)
        company = history.gapless(self.facts.months((), self.as_of), self.span.last)
        season = history.company_season(company, self._festivals)
        ahead, days = feasibility.season_ahead(season, self.span, self.calendar)
        return feasibility.build_team(found, held, self.params.people, (season, ahead, days), self.when)

    @cached_property
    def staffing(self) -> Staffing:
        """What hiring rests on."""
        from salesnb.stages import feasibility

        known = self.nodes.dropna(subset=["known_minor"]).groupby(["dimension", "node_id"])["known_minor"].sum()
        already = {(str(d), str(n)): float(v) for d, n, v in known.reset_index().itertuples(index=False) if v}
        return feasibility.Staffing(
            self.team, self.params.people, self.span, self.when, self.names, already, self.minor
        )

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Opportunities as known on the as-of date."""
        from salesnb.stages import funnel

        return funnel.as_known(self.facts.table("opportunities"), self.as_of)

    def read(self, name: str, made: Any) -> pd.DataFrame:
        """Table ``name`` as an earlier notebook of this run wrote it; ``made()`` where none did (interactive)."""
        from salesnb.versions.tables import read_table, table_names

        folder = self.folder / "tables"
        frame: pd.DataFrame = read_table(folder, name) if name in table_names(folder) else made()
        return frame

    @cached_property
    def market_nodes(self) -> pd.DataFrame:
        """``market_nodes``, kept; empty without market sizes."""
        from salesnb.stages import market

        sizes = self.facts.table("market_sizes")
        sizes = sizes[sizes["currency"] == self.currency]
        if sizes.empty:
            return self.keep("market_nodes", self._empty("market_nodes"))
        months = self.facts.months(("region_id", "product_line"), self.as_of)
        own = months.assign(year=months["month"].str[:4])[["year", "region_id", "product_line", "net_minor"]]
        # market sizes are of calendar years; the last whole one that is known
        last = int(self.span.last[:4]) - (self.span.last[5:] != "12")
        when = market.When(self.plan_year.start, self.as_of, str(last))
        frame = market.market_nodes(sizes, own, self.params.market, when)
        named = [self.names.get(d, {}).get(n, n) for d, n in zip(frame["dimension"], frame["node_id"], strict=True)]
        return self.keep("market_nodes", frame.assign(name=named))

    def _empty(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame({c.name: [] for c in contract(name).columns})
