"""History's questions about people and the funnel."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import contract
from salesnb.notebook.history_customers import SHORT
from salesnb.notebook.past import Past

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.funnel import WinModel

STEP_WORDS = {
    "qualified": Text("线索 → 商机", "Lead → opportunity"),
    "quoted": Text("商机 → 报价", "Opportunity → quote"),
    "won": Text("报价 → 赢单", "Quote → win"),
    "closed": Text("已关闭商机的赢率", "Wins of closed deals"),
}
EFFECT_WORDS = {
    "viewed_72h": Text("客户查看报价后 72 小时内关闭", "Closed within 72 h of the quote being viewed"),
    "quarter_end": Text("在季度最后一个月关闭", "Closed in a quarter's last month"),
}
STAND_WORDS = {
    "above": Text("高于平均", "Above average"),
    "below": Text("低于平均", "Below average"),
    "none": Text("与平均无异", "As the average"),
}
PILLS = {"above": "good", "below": "bad", "none": ""}
ROWS_SHOWN = 40  # the workbook holds all of them
PORTRAIT = ("industry", "company_size", "decision_chain", "customer_type")
BY = ("source", "product_line", "region_id", "person_id")
ATTRIBUTE_WORDS = {
    "source": Text("线索来源", "Source"),
    "product_line": Text("产品线", "Product line"),
    "region_id": Text("区域", "Region"),
    "person_id": Text("人员", "Person"),
    "industry": Text("行业", "Industry"),
    "company_size": Text("企业规模", "Company size"),
    "decision_chain": Text("决策链", "Decision chain"),
    "customer_type": Text("客户类型", "Customer type"),
}
NO_FUNNEL = Text("导出中没有商机，不分析漏斗。", "The exports hold no opportunities, so there is no funnel.")


class TeamQuestions(Past):
    """Mixin of the history book."""

    @cached_property
    def _person_months(self) -> pd.DataFrame:
        from salesnb.stages.history import people

        months = self.facts.months(("person_id",), self.as_of)
        last = self.years[-1].months[-1] if self.years else self.calendar.month_of(self.as_of)
        return people.person_months(months, self.facts.table("people", self.as_of), last)

    def people(self) -> Exhibit:
        """Sales per head, its spread, top performers against rookies; each person to unfold."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import team as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.history import people

        names = self.facts.names("person_id")
        frame = self.keep("history_people", people.people_years(self._person_months, self.years, names))
        spread = self.keep("history_productivity", people.productivity(frame, self.years))
        if frame.empty:
            return Exhibit("people", reading=self.say(SHORT if not self.years else said.NOBODY), is_absent=True)
        shown = contract("history_productivity")
        unit = self.money_unit(int(spread["revenue_per_head_minor"].max()))
        caption = Options(caption=self.say(Text("人均产能", "Productivity")))
        columns = [Show(c) for c in shown.columns if spread[c.name].notna().any() and c.name != "net_minor"]
        table = render(self.spanned(spread), columns, self.lang, unit, caption)
        last = frame[frame["window"] == self.years[-1].label].sort_values(
            ["monthly_minor", "person_id"], ascending=[False, True], kind="stable"
        )
        person = contract("history_people")
        order = ("name", "net_minor", "active_months", "monthly_minor", "tenure_months")
        each = render(last, [Show(person.column(c)) for c in order if last[c].notna().any()], self.lang, unit, caption)
        details = [Details(self.say(Text("每个人（最近一期）", "Each person (latest window)")), each)]
        return Exhibit(
            "people", reading=said.productivity(spread, self.lang, self.currency), table=table, details=details
        )

    def ramp(self) -> Exhibit:
        """How newcomers reach the level of those who have been here two years."""
        from salesnb.report.charts import Series, trend
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import team as said
        from salesnb.stages.history import people

        frame = self.keep("history_ramp", people.ramp(self._person_months))
        if frame.empty:
            return Exhibit("ramp", reading=self.say(said.NO_TENURE), is_absent=True)
        unit = self.money_unit(int(frame["monthly_minor"].max()))
        labels = [str(int(m) + 1) for m in frame["tenure_month"]]
        series = [Series(self.say(Text("月产能", "Sales a month")), list(frame["monthly_minor"]))]
        return Exhibit("ramp", figure=trend(labels, series, unit), reading=said.ramp(frame, self.lang, self.currency))

    # ------------------------------------------------------------------ the funnel

    @cached_property
    def _known(self) -> pd.DataFrame:
        from salesnb.stages import funnel

        return funnel.as_known(self.facts.table("opportunities"), self.as_of)

    @cached_property
    def _conversion(self) -> pd.DataFrame:
        from salesnb.stages import funnel

        given = [name for name in (*BY, *PORTRAIT) if self._known[name].nunique() > 1]
        return self.keep("funnel_conversion", funnel.conversion(self._known, given))

    def funnel(self) -> Exhibit:
        """Conversion of each step with its interval, and by source, product, region and person."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import team as said

        frame = self._conversion
        if self._known.empty:
            return Exhibit("funnel", reading=self.say(NO_FUNNEL), is_absent=True)
        whole = frame[frame["dimension"] == "all"]
        details = [
            Details(self.say(ATTRIBUTE_WORDS[name]), self._rates_table(frame[frame["dimension"] == name], name))
            for name in BY
            if (frame["dimension"] == name).any()
        ]
        reading = [said.funnel(whole, STEP_WORDS, self.lang), said.noise(frame, ATTRIBUTE_WORDS, self.lang)]
        return Exhibit("funnel", reading=reading, table=self._rates_table(whole, ""), details=details)

    def portrait(self) -> Exhibit:
        """Which kinds of customer are won more often than chance explains."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import team as said

        frame = self._conversion
        closed = frame[(frame["step"] == "closed") & frame["dimension"].isin(PORTRAIT)]
        if closed.empty:
            return Exhibit("portrait", reading=self.say(NO_FUNNEL), is_absent=True)
        details = [
            Details(self.say(ATTRIBUTE_WORDS[name]), self._rates_table(closed[closed["dimension"] == name], name))
            for name in PORTRAIT
            if (closed["dimension"] == name).any()
        ]
        return Exhibit("portrait", reading=said.portrait(closed, ATTRIBUTE_WORDS, self.lang), details=details)

    def _rates_table(self, frame: pd.DataFrame, dimension: str) -> str:
        from salesnb.model.tables import Column
        from salesnb.report.tables import Options, Show, render

        shown = contract("funnel_conversion")
        names = self.facts.names(dimension) if dimension else {}
        order = {step: i for i, step in enumerate(STEP_WORDS)}
        frame = frame.sort_values(
            ["node_id", "step"], key=lambda c: c.map(order) if c.name == "step" else c, kind="stable"
        )
        rows = frame.assign(
            step=[STEP_WORDS[s].get(self.lang) for s in frame["step"]],
            node_id=[
                self.say(Text("未分配", "Unassigned")) if n == "_unassigned" else names.get(n, n)
                for n in frame["node_id"]
            ],
            state=[PILLS[s] for s in frame["stands_out"]],
            stands=[STAND_WORDS[s].get(self.lang) for s in frame["stands_out"]],
        )
        head = [Show(Column("node_id", "text", ATTRIBUTE_WORDS[dimension]))] if dimension else []
        figures = ("case_count", "passed_count", "conversion_rate", "rate_low", "rate_high", "median_days")
        columns = [
            *head,
            Show(Column("step", "text", shown.column("step").label)),
            *(Show(shown.column(c), decimals=0 if c == "median_days" else None) for c in figures),
        ]
        if dimension:
            columns += [
                Show(shown.column("shrunk_rate")),
                Show(Column("stands", "text", shown.column("stands_out").label)),
            ]
        label = self.say(ATTRIBUTE_WORDS[dimension]) if dimension else self.say(shown.label)
        return render(rows, columns, self.lang, options=Options(caption=label, limit=ROWS_SHOWN))

    def behaviour(self) -> Exhibit:
        """Windows of behaviour: reacting within 72 h of a viewed quote, closing at the end of a quarter."""
        from salesnb.model.tables import Column
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import team as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import funnel

        frame = self.keep("funnel_effects", funnel.effects(self._known, self.calendar))
        if frame.empty:
            return Exhibit("behaviour", reading=self.say(NO_FUNNEL), is_absent=True)
        shown = contract("funnel_effects")
        rows = frame.assign(effect=[EFFECT_WORDS[e].get(self.lang) for e in frame["effect"]])
        names = (
            "inside_count",
            "inside_rate",
            "outside_count",
            "outside_rate",
            "difference_rate",
            "rate_low",
            "rate_high",
            "clocked_count",
        )
        columns = [Show(Column("effect", "text", shown.column("effect").label))]
        columns += [Show(shown.column(c), points=c in ("rate_low", "rate_high")) for c in names]
        table = render(rows, columns, self.lang, options=Options(caption=self.say(shown.label)))
        return Exhibit("behaviour", reading=said.effects(frame, EFFECT_WORDS, self.lang), table=table)

    @cached_property
    def _win_model(self) -> WinModel:
        from salesnb.stages import funnel

        model = funnel.win_model(self._known, self.as_of)
        self.keep("funnel_open", model.open)
        self.keep("funnel_reliability", model.reliability())
        return model

    def win_probability(self) -> Exhibit:
        """What the open pipeline is worth by win probability, with the track record of such probabilities."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import team as said
        from salesnb.report.tables import Options, Show, render

        model = self._win_model
        if self._known.empty:
            return Exhibit("win-probability", reading=self.say(NO_FUNNEL), is_absent=True)
        record = self.tables["funnel_reliability"]
        shown = contract("funnel_reliability")
        table = ""
        if len(record):
            caption = Options(caption=self.say(shown.label))
            table = render(record, [Show(c) for c in shown.columns], self.lang, options=caption)
        return Exhibit("win-probability", reading=said.win_probability(model, self.lang, self.currency), table=table)
