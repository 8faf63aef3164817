"""Feasibility's questions about goals and the market."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.feasibility_ahead import Ahead

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit

NO_GOALS = Text("goals.yaml 还没有这一年的目标。", "goals.yaml holds no goals for this year yet.")
NO_SIZES = Text("导出中没有市场规模，不算份额。", "The exports hold no market sizes, so there is no share.")
NO_ENTRIES = Text("market.yaml 还没有市场观察。", "market.yaml holds no observations yet.")
NO_INDEX = Text("market.yaml 还没有设定敏感度指数。", "market.yaml sets no sensitivity index yet.")
SEVERITIES = {
    "conflict": ("bad", Text("矛盾", "Conflict")),
    "ask": ("warn", Text("问清", "Ask")),
    "note": ("", Text("提示", "Note")),
    "agrees": ("good", Text("一致", "Agrees")),
}
FRAMES = {
    "brief": Text("需求变化与机会风险", "Demand, opportunities and risks"),
    "competitors": Text("竞品动作", "Competitors' moves"),
    "pest": Text("PEST", "PEST"),
    "forces": Text("五力", "Five forces"),
    "swot": Text("SWOT", "SWOT"),
}
PARTS = {
    "opportunity": Text("机会", "Opportunity"),
    "threat": Text("威胁", "Threat"),
    "neutral": Text("中性", "Neutral"),
    "price": Text("价格", "Price"),
    "product": Text("产品", "Product"),
    "channel": Text("渠道", "Channel"),
    "people": Text("人员", "People"),
    "promotion": Text("促销", "Promotion"),
    "other": Text("其他", "Other"),
    "political": Text("政治", "Political"),
    "economic": Text("经济", "Economic"),
    "social": Text("社会", "Social"),
    "technological": Text("技术", "Technological"),
    "rivalry": Text("同业竞争", "Rivalry"),
    "new_entrants": Text("新进入者", "New entrants"),
    "substitutes": Text("替代品", "Substitutes"),
    "suppliers": Text("供应商", "Suppliers"),
    "buyers": Text("买方", "Buyers"),
    "strengths": Text("优势", "Strengths"),
    "weaknesses": Text("劣势", "Weaknesses"),
    "opportunities": Text("机会", "Opportunities"),
    "threats": Text("威胁", "Threats"),
}
MARKET_LABELS = {
    "all": Text("整体", "Whole"),
    "region_id": Text("区域", "Region"),
    "product_line": Text("产品线", "Product line"),
}


class GoalQuestions(Ahead):
    """Mixin of the feasibility book."""

    @cached_property
    def words_of(self) -> dict[str, str]:
        """What people wrote, by the id of their goal, rule, task or milestone."""
        actions = self.params.actions
        held, rules = self.params.goals.goals, self.params.decomposition.rules
        out = {goal.id: goal.text for goal in held} | {rule.id: rule.text for rule in rules}
        out |= {t.id: t.text for t in actions.tasks} | {m.id: m.text for m in actions.milestones}
        return out

    def goals(self) -> Exhibit:
        """Each goal with what it leaves open."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import MISSING
        from salesnb.report.sentences import feasibility_goals as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import goals

        held = self.params.goals
        frame = self.keep("goals_smart", goals.smart(held.goals if self._is_plan(held.plan) else (), self.as_of))
        if frame.empty:
            return Exhibit("goals", reading=self.say(NO_GOALS), is_absent=True)
        comma = "、" if self.lang == "zh" else ", "
        names = self.names["person_id"]
        rows = frame.assign(
            owner=[names.get(o, o) for o in frame["owner"]],
            lacks=[
                comma.join(said.LACKS[n].get(self.lang) for n in t.split("|") if n) or MISSING for t in frame["lacks"]
            ],
            state=["good" if n == 0 else "warn" for n in frame["lack_count"]],
        )
        shown = contract("goals_smart")
        columns = [Show(shown.column(c)) for c in ("text", "owner", "due_date", "process")]
        columns.append(Show(Column("lacks", "text", shown.column("lacks").label), state_from="state"))
        table = render(rows, columns, self.lang, options=Options(caption=self.say(shown.label), fold=30))
        return Exhibit("goals", reading=said.smart(frame, self.lang), table=table)

    def contradictions(self) -> Exhibit:
        """What does not fit between goals, with both figures and everybody's own words."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_goals as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import goals

        frame = self.keep("goals_findings", goals.finding_table(self.findings))
        if not self.statements:
            return Exhibit("contradictions", reading=self.say(NO_GOALS), is_absent=True)
        lines = frozenset(self.names["product_line"])
        rows = frame.assign(
            state=[SEVERITIES[s][0] for s in frame["severity"]],
            nature=[SEVERITIES[s][1].get(self.lang) for s in frame["severity"]],
            sentence=[said.finding(row, self.lang, self.currency, lines) for row in frame.to_dict("records")],
            quoted=[
                "；".join(dict.fromkeys(self.words_of.get(i, i) for i in t.split("|"))) for t in frame["statements"]
            ],
        )
        columns = [
            Show(Column("nature", "text", Text("性质", "Nature")), state_from="state"),
            Show(Column("sentence", "text", Text("发现", "Finding"))),
            Show(Column("quoted", "text", Text("原话", "In their words"))),
        ]
        table = render(rows, columns, self.lang, options=Options(caption=self.say(contract("goals_findings").label)))
        grown = self.goal_base.figures.get("market_growth")
        note: str | tuple[()] = ()
        if grown is not None and frame["kind"].isin(["share_beyond_leaders", "share_asks_growth"]).any():
            note = said.grown(grown, self.params.market.growth is not None, self.lang)
        return Exhibit("contradictions", reading=said.contradictions(frame, self.lang), table=table, notes=note)

    def team_targets(self) -> Exhibit:
        """Company target × contribution coefficient."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_goals as said
        from salesnb.report.tables import Options, Show, render

        held = self.targets.get(("company", "company"))
        frame = self.tables.get("goals_teams")
        if frame is None:
            shown = contract("goals_teams")
            frame = self.keep("goals_teams", self._empty("goals_teams"))
        if held is None or frame.empty:
            return Exhibit("teams", reading=self.say(NO_GOALS), is_absent=True)
        shown = contract("goals_teams")
        names = ("name", "contribution_rate", "last_minor", "target_minor", "growth_rate")
        columns = [Show(shown.column(c), signed=c == "growth_rate") for c in names]
        total = {"name": self.say(Text("合计", "Total")), "contribution_rate": frame["contribution_rate"].sum(),
                 "target_minor": int(frame["target_minor"].sum())}  # fmt: skip
        options = Options(caption=self.say(shown.label), total=total)
        table = render(frame, columns, self.lang, self.unit_shown, options)
        return Exhibit("teams", reading=said.teams(frame, held, self.lang, self.currency), table=table)

    # ------------------------------------------------------------------ the market

    def market(self) -> Exhibit:
        """Size, growth and own share of the plan year's market, by region and product line."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import feasibility_goals as said
        from salesnb.stages import market

        frame = self.market_nodes
        needs = market.share_needs(self.params.goals.goals, frame, self.plan_year.text, self.as_of)
        self.keep("market_needs", needs)
        if frame.empty:
            return Exhibit("market", reading=self.say(NO_SIZES), is_absent=True)
        unit = self.money_unit(int(frame["size_minor"].max()))
        reading = [said.market(frame, self.plan_year.text, self.lang, self.currency)]
        details = []
        if len(needs):
            reading.append(said.needs(needs, self.lang, self.currency))
            title = self.say(Text("份额目标折成金额", "Share goals in money"))
            details.append(Details(title, self._needs_table(needs, unit)))
        return Exhibit("market", reading=reading, table=self._market_table(frame, unit), details=details)

    def _market_table(self, frame: pd.DataFrame, unit: object) -> str:
        from salesnb.report.tables import Options, Show, render

        year = self.plan_year.text
        now = frame[frame["year"] == year].set_index(["dimension", "node_id"])
        known = frame.dropna(subset=["own_share_rate"]).groupby(["dimension", "node_id"]).last()
        rows = now[["name", "size_minor", "growth_rate", "addressable_minor"]].join(
            known[["year", "own_minor", "own_share_rate", "share_shift_rate"]]
        )
        rows = rows.reset_index()
        order = {name: i for i, name in enumerate(MARKET_LABELS)}
        rows = rows.sort_values(["dimension", "size_minor"], ascending=[True, False],
                                key=lambda c: c.map(order) if c.name == "dimension" else c, kind="stable")  # fmt: skip
        rows["what"] = [
            MARKET_LABELS[d].get(self.lang) if d == "all" else f"{MARKET_LABELS[d].get(self.lang)} {n}"
            for d, n in zip(rows["dimension"], rows["name"], strict=True)
        ]
        rows["own_minor"] = rows["own_minor"].astype("Int64")
        shown = contract("market_nodes")
        signed = ("growth_rate",)
        names = ("size_minor", "growth_rate", "own_minor", "own_share_rate", "share_shift_rate", "addressable_minor")
        columns = [Show(Column("what", "text", Text("市场", "Market")))]
        columns += [
            Show(shown.column(c), signed=c in signed, decimals=2 if c == "own_share_rate" else None)
            for c in names
            if rows[c].notna().any()
        ]
        return render(rows, columns, self.lang, unit, Options(caption=self.say(shown.label)))  # type: ignore[arg-type]

    def _needs_table(self, needs: pd.DataFrame, unit: object) -> str:
        from salesnb.report.tables import Options, Show, render

        shown = contract("market_needs")
        readings = {"of_market": Text("占市场", "of the market"), "if_market": Text("若指占市场", "if of the market")}
        rows = needs.assign(
            goal_id=[self.words_of.get(g, g) for g in needs["goal_id"]],
            reading=[readings[r].get(self.lang) for r in needs["reading"]],
        )
        names = ("goal_id", "own_share_rate", "asked_share_rate", "own_minor", "needed_minor", "growth_rate", "reading")
        columns = [
            Show(shown.column(c), signed=c == "growth_rate", decimals=2 if c.endswith("share_rate") else None,
                 label=Text("目标", "Goal") if c == "goal_id" else None)
            for c in names
        ]  # fmt: skip
        return render(rows, columns, self.lang, unit, Options(caption=self.say(shown.label)))  # type: ignore[arg-type]

    def brief(self) -> Exhibit:
        """The market brief: observations by frame, competitors' moves, PEST, five forces, SWOT and its strategies."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.stages import market

        frame = self.keep("market_entries", market.market_entries(self.params.market, self.as_of))
        plans = self.keep("market_strategies", market.strategies(self.params.market))
        if frame.empty:
            return Exhibit("brief", reading=self.say(NO_ENTRIES), is_absent=True)
        given = [name for name in FRAMES if (frame["frame"] == name).any()]
        details = [
            Details(self.say(FRAMES[name]), self._entries_table(frame[frame["frame"] == name], name))
            for name in given[1:]
        ]
        if len(plans):
            details.append(
                Details(self.say(Text("SO / ST / WO / WT 策略", "SO / ST / WO / WT strategies")), self._plans(plans))
            )
        good, bad = (int((frame["sign"] == sign).sum()) for sign in ("opportunity", "threat"))
        reading = Text(
            f"截至 {self.as_of} 共 {len(frame)} 条有来源的观察，其中机会 {good} 条、威胁 {bad} 条；展开可看各框架。",
            f"{len(frame)} sourced observations by {self.as_of}: {good} opportunities, {bad} threats; unfold them.",
        )
        table = self._entries_table(frame[frame["frame"] == given[0]], given[0])
        return Exhibit("brief", reading=self.say(reading), table=table, details=details)

    def _entries_table(self, frame: pd.DataFrame, name: str) -> str:
        from salesnb.report.tables import Options, Show, render

        shown = contract("market_entries")
        states = {"opportunity": "good", "threat": "bad"}
        rows = frame.assign(
            part=[PARTS[p].get(self.lang) for p in frame["part"]], state=[states.get(s, "") for s in frame["sign"]]
        ).sort_values(["weight", "entry_id"], ascending=[False, True], kind="stable")
        extra = ("competitor", "price_change_rate") if name == "competitors" else ()
        cited = ("entry_id",) if name == "swot" else ()  # the strategies below name them
        names = [c for c in ("part", *cited, *extra, "text", "weight", "recorded", "source") if rows[c].notna().any()]
        columns = [
            Show(shown.column(c), signed=c == "price_change_rate", state_from="state" if c == "part" else "")
            for c in names
        ]
        return render(rows, columns, self.lang, options=Options(caption=self.say(FRAMES[name])))

    def _plans(self, plans: pd.DataFrame) -> str:
        from salesnb.report.tables import Options, Show, render

        shown = contract("market_strategies")
        rows = plans.assign(owner=[self.names["person_id"].get(o, o) for o in plans["owner"]])
        columns = [Show(shown.column(c)) for c in ("kind", "text", "uses", "owner", "is_sound")]
        return render(rows, columns, self.lang, options=Options(caption=self.say(shown.label)))

    def restlessness(self) -> Exhibit:
        """The market-sensitivity index of the last twelve months; it proposes, it never changes a target."""
        from salesnb.report.charts import Series, trend
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import Count
        from salesnb.report.sentences import feasibility_goals as said
        from salesnb.stages import market

        cases = self.cases
        created = cases["created_date"].dropna()
        leads = created[created <= str(self.as_of)].dt.strftime("%Y-%m").value_counts().to_dict()
        first = min(map(str, leads), default=self.span.last)
        months = (first, self.span.last)
        inquiries = {str(month): int(n) for month, n in leads.items()}
        watch = market.watched(*(self.facts.table(name, self.as_of) for name in ("market_watch", "competitor_moves")))
        frame = market.sensitivity_index(self.params.market, inquiries, months, self.when, watch)
        self.keep("market_index", frame)
        known = frame.dropna(subset=["sensitivity"]).tail(12)
        if known.empty:
            return Exhibit("restlessness", reading=self.say(NO_INDEX), is_absent=True)
        label = self.say(Text("敏感度", "Sensitivity"))
        figure = trend(
            [m[2:] for m in known["month"]], [Series(label, list(known["sensitivity"]))], Count(self.lang, "", 2)
        )
        return Exhibit("restlessness", figure=figure, reading=said.restless(frame, self.lang))
