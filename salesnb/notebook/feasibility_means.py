"""Feasibility's questions about means: people and hires, ceilings, deals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.feasibility_ahead import COMPANY, LABELS
from salesnb.notebook.feasibility_goals import GoalQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit

NO_DEALS = Text("导出中没有商机，不算覆盖率。", "The exports hold no opportunities, so there is no cover.")
NO_TARGET = Text("没有目标，不作比较。", "There is no target to compare with.")
CEILINGS = {
    "market": Text("市场容量", "Market"),
    "capacity": Text("现有人手", "People"),
    "pipeline": Text("商机", "Deals"),
}
NO_SEATS = Text(
    "没有一笔销售记在人员名下，看不出一个人能承载多少。", "No sale names a person, so what one carries cannot be told."
)


class MeansQuestions(GoalQuestions):
    """Mixin of the feasibility book."""

    @cached_property
    def record_found(self) -> pd.DataFrame:
        """``feasibility_record``, kept."""
        from salesnb.stages import feasibility

        return self.keep("feasibility_record", feasibility.record_table(self.base))

    @cached_property
    def by_share(self) -> frozenset[tuple[str, str]]:
        """(dimension, node) of all that is forecast by its share of what is above it: tested apart from the others."""
        return frozenset(
            (str(d), str(n))
            for view in self.base.views
            for d, n, share in zip(
                view.keys["dimension"], view.keys["node_id"], view.outlook.fit.own.by_share, strict=True
            )
            if share
        )

    def record_of(self, dimension: str, node: str = "") -> dict[str, Any] | None:
        """The back-test behind the chances of a dimension's nodes, or of one ``node`` of it."""
        rows = self.record_found
        found = rows[(rows["dimension"] == dimension) & (rows["by_share"] == ((dimension, node) in self.by_share))]
        held = found.to_dict("records")
        return {str(k): v for k, v in held[0].items()} if held else None

    @property
    def behind(self) -> str:
        """The record behind the company's chances, as a note, and how a plan made this early fares elsewhere."""
        from salesnb.report.sentences.feasibility_record import early_words, record_words

        words = record_words(self.record_of("company"), self.lang)
        said = self.say(Text(f"概率的依据：{words}。", f"Behind the chances: {words}."))
        early = early_words(self.span.skip, self.lang)
        return f"{said}{'' if self.lang == 'zh' or not early else ' '}{early}"

    @cached_property
    def capacities(self) -> pd.DataFrame:
        """``feasibility_capacity``, kept."""
        from salesnb.stages import feasibility

        return self.keep("feasibility_capacity", feasibility.capacity_table(self.staffing, self.targets))

    @cached_property
    def hire_plan(self) -> pd.DataFrame:
        """``feasibility_hires``, kept."""
        from salesnb.stages import feasibility

        return self.keep("feasibility_hires", feasibility.hiring_plan(self.staffing, self.targets))

    def capacity(self) -> Exhibit:
        """What today's people carry, the gap, and how many must start by when; teams to unfold."""
        import pandas as pd

        from salesnb.report.charts import Bar, bars
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import feasibility_means as said

        frame = self.capacities
        if not len(self.team.seats):
            return Exhibit("capacity", reading=self.say(NO_SEATS), is_absent=True)
        held = self.team.assumptions
        shown = frame[frame["dimension"] == "region_id"].sort_values("capacity_minor", ascending=False, kind="stable")
        asked = {node: self._growth(d, node, t) for (d, node), t in self.targets.items() if d == "region_id"}
        rows = [
            Bar(str(r["name"]), int(r["capacity_minor"]), self._short_by(r), "bad" if self._short(r) else "",
                None if r["target_minor"] != r["target_minor"] or r["target_minor"] is None else int(r["target_minor"]))
            for r in shown.astype(object).where(shown.notna(), None).to_dict("records")
        ]  # fmt: skip
        figure = bars(rows, self.unit_shown) if rows else ""
        growth = [
            asked.get(n) if d == "region_id" else None
            for d, n in zip(frame["dimension"], frame["node_id"], strict=True)
        ]
        reading = said.capacity(
            frame.assign(asked_rate=pd.Series(growth, index=frame.index, dtype="float64")), self.lang, self.currency
        )
        teams = Details(self.say(LABELS["team_id"]), self._capacity_table(frame[frame["dimension"] == "team_id"]))
        facts = {"trend": held.trend, "attrition": held.attrition, "backfill": held.backfill, "days": held.days}
        table = self._capacity_table(frame[frame["dimension"] != "team_id"])
        notes = said.assumptions(facts, self.lang)
        return Exhibit("capacity", figure=figure, reading=reading, table=table, notes=notes, details=[teams])

    def _growth(self, dimension: str, node: str, target: float) -> float | None:
        last = self.last_year.get((dimension, node))
        return target / last - 1 if last else None

    def _short(self, row: Mapping[Any, Any]) -> bool:
        return bool(row["hire_count"])

    def _short_by(self, row: Mapping[Any, Any]) -> str:
        return self.say(Text(f"缺 {row['hire_count']} 人", f"{row['hire_count']} short")) if self._short(row) else ""

    def _capacity_table(self, frame: pd.DataFrame) -> str:
        from salesnb.report.tables import Options, Show, render

        shown = contract("feasibility_capacity")
        order = {"company": 0, "region_id": 1, "team_id": 2}
        # the company's heads are those of its regions' plan: regions do not lend people to each other
        hires = [c for c in ("hire_count", "hire_month", "latest_month") if c in frame]
        frame = frame.assign(**{c: frame[c].where(frame["dimension"] != "company") for c in hires})
        frame = frame.sort_values(["dimension", "capacity_minor"], ascending=[True, False], kind="stable",
                                  key=lambda c: c.map(order) if c.name == "dimension" else c)  # fmt: skip
        names = ("name", "seat_count", "capacity_minor", "low_minor", "high_minor", "target_minor", "gap_minor",
                 "hire_count", "hire_month", "latest_month")  # fmt: skip
        columns = [Show(shown.column(c)) for c in names if frame[c].notna().any()]
        return render(frame, columns, self.lang, self.unit_shown, Options(caption=self.say(shown.label)))

    def hires(self) -> Exhibit:
        """The cheapest hires that close each region's gap, and those that are decided already."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_means as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages import feasibility

        frame, shown = self.hire_plan, contract("feasibility_hires")
        reading = said.hires(frame, self.lang, self.currency)
        if frame.empty:
            return Exhibit("hires", reading=reading)
        decided = feasibility.decided_hires(self.params.people, self.period.end, self.as_of)
        regions = self.staffing.names.get("region_id", {})
        readings = [reading, said.hires_decided(frame, decided, regions, self.lang)]
        unit = self.money_unit(int(frame["value_minor"].max()))
        names = [c for c in ("name", "role", "start_month", "hire_count", "value_minor", "cost_minor")
                 if frame[c].notna().any()]  # fmt: skip
        options = Options(caption=self.say(shown.label))
        table = render(frame, [Show(shown.column(c)) for c in names], self.lang, unit, options)
        return Exhibit("hires", reading=readings, table=table)

    # ------------------------------------------------------------------ ceilings

    @cached_property
    def market_limits(self) -> dict[tuple[str, str], float]:
        """Market ceilings of the period by (dimension, node)."""
        from salesnb.stages import feasibility

        leaders = self.params.market.top_players_share
        most = leaders.find(*self.when) if leaders else None
        return feasibility.market_ceilings(self.market_nodes, self.plan_year.text, most, self.share_of_year)

    @cached_property
    def deals(self) -> pd.DataFrame:
        """``feasibility_pipeline``, kept."""
        from salesnb.stages import feasibility, funnel

        waiting = self.read("funnel_open", lambda: funnel.win_model(self.cases, self.as_of).open)
        months = sorted(self.facts.months((), self.as_of)["month"])
        recent = [m for m in months if m <= self.span.last][-12:]
        by_region = self.facts.months(("region_id",), self.as_of)
        sums = by_region[by_region["month"].isin(recent)].groupby("region_id")["net_minor"].sum()
        sales = {("region_id", str(n)): float(v) for n, v in sums.items()} | {COMPANY: float(sums.sum())}
        found = feasibility.Deals(waiting, self.cases, sales)
        start = max(
            self.period.start,
            self.calendar.month_start(self.span.months[min(self.span.known, len(self.span.months) - 1)]),
        )
        table = feasibility.pipeline_table(found, self.targets, (start, self.period.end), self.names)
        return self.keep("feasibility_pipeline", table)

    @cached_property
    def ceilings_found(self) -> pd.DataFrame:
        """``feasibility_ceilings``, kept."""
        from salesnb.stages import feasibility

        held = {(d, n, "market"): v for (d, n), v in self.market_limits.items()}
        for row in self.capacities.to_dict("records"):
            held[str(row["dimension"]), str(row["node_id"]), "capacity"] = float(row["capacity_minor"])
        for row in self.deals.dropna(subset=["cover_rate"]).to_dict("records"):
            key = (str(row["dimension"]), str(row["node_id"]))
            # deals carry only what runs through them: the rest of the target needs no win
            held[*key, "pipeline"] = self.targets[key] + float(row["needed_minor"]) * (float(row["cover_rate"]) - 1)
        table = feasibility.ceiling_table(held, self.targets, self.names)
        return self.keep("feasibility_ceilings", table)

    def ceilings(self) -> Exhibit:
        """Market, people and deals side by side: what each carries of the target."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_means as said
        from salesnb.report.tables import Options, Show, render

        frame = self.ceilings_found
        if frame.empty:
            return Exhibit("ceilings", reading=self.say(NO_TARGET), is_absent=True)
        wide = frame.pivot(index=["dimension", "node_id"], columns="ceiling", values="cover_rate")
        names = frame.drop_duplicates(["dimension", "node_id"]).set_index(["dimension", "node_id"])[
            ["name", "target_minor"]
        ]
        rows = names.join(wide).reset_index()
        kinds = [k for k in CEILINGS if k in rows]
        line = self.say(Text("产品线 ", "Line "))
        rows["name"] = [f"{line}{n}" if d == "product_line" else n
                        for d, n in zip(rows["dimension"], rows["name"], strict=True)]  # fmt: skip
        rows["binding"] = [self._tightest(row, kinds) for row in rows.to_dict("records")]
        rows["order"] = rows["dimension"].map({"company": 0, "region_id": 1}).fillna(2)
        rows = rows.sort_values(["order", "target_minor"], ascending=[True, False], kind="stable")
        shown = contract("feasibility_ceilings")
        columns = [Show(shown.column("name")), Show(shown.column("target_minor"))]
        columns += [Show(Column(k, "rate", CEILINGS[k], unit="percent"), decimals=0) for k in kinds]
        columns.append(Show(Column("binding", "text", Text("最紧", "Tightest"))))
        options = Options(caption=self.say(Text("各道上限 ÷ 目标", "Ceilings over target")))
        table = render(rows, columns, self.lang, self.unit_shown, options)
        tight = said.tightest(frame, {kind: CEILINGS[kind] for kind in kinds}, self.lang)
        reading = [tight, said.market_cover(frame, self.lang)] if tight else said.market_cover(frame, self.lang)
        return Exhibit("ceilings", reading=reading, table=table)

    def _tightest(self, row: Mapping[Any, Any], kinds: list[str]) -> str:
        known = {k: float(row[k]) for k in kinds if row[k] == row[k]}
        return CEILINGS[min(known, key=lambda k: (known[k], k))].get(self.lang) if known else ""

    def pipeline(self) -> Exhibit:
        """Open deals, deals still to be created, and the wins the target needs."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility_means as said
        from salesnb.report.tables import Options, Show, render

        frame = self.deals
        if frame.empty:
            return Exhibit("pipeline", reading=self.say(NO_TARGET if len(self.cases) else NO_DEALS), is_absent=True)
        shown = contract("feasibility_pipeline")
        skip = ("dimension", "node_id")
        names = [c.name for c in shown.columns if c.name not in skip and frame[c.name].notna().any()]
        frame = frame.assign(order=frame["dimension"].map({"company": 0}).fillna(1)).sort_values(
            ["order", "open_minor"], ascending=[True, False], kind="stable"
        )
        columns = [Show(shown.column(c), decimals=0 if c.endswith("_rate") else None) for c in names]
        unit = self.money_unit(int(frame["open_minor"].max()))
        table = render(frame, columns, self.lang, unit, Options(caption=self.say(shown.label)))
        return Exhibit("pipeline", reading=said.pipeline(frame, self.lang, self.currency), table=table)
