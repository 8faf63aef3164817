"""The feasibility notebook's door: ``open`` a book, then one call for each question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.book import open_book
from salesnb.notebook.feasibility_ahead import COMPANY, LABELS
from salesnb.notebook.feasibility_money import MoneyQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.cards import Answer, Cards
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.feasibility import Level, Levers

LEVEL_WORDS = {
    "base": Text("保底", "Base"),
    "challenge": Text("挑战", "Challenge"),
    "stretch": Text("冲刺", "Stretch"),
    "goal": Text("公司下达", "Top-down"),
    "wish": Text("区域意愿", "Wish"),
    "commitment": Text("自报", "Committed"),
}
MOST_SHOWN = 40


def open(unit: str, period: str | int, as_of: str = "", lang: str = "") -> FeasibilityBook:
    """Open the feasibility of ``period`` for ``unit`` as known on ``as_of`` (empty: the default), said in ``lang``."""
    title = Text("可行性分析", "Feasibility")
    book: FeasibilityBook = open_book(FeasibilityBook, "feasibility", title, unit, period, as_of, lang)
    return book


@dataclass
class FeasibilityBook(MoneyQuestions):
    """What the notebook asks. Tables are computed when first asked for."""

    plans_only = True

    @cached_property
    def company(self) -> dict[str, Any]:
        """The company's row of ``feasibility_nodes`` with the period's name and the chances of its levels."""
        row = self.nodes[self.nodes["dimension"] == "company"].astype(object)
        held = {str(k): v for k, v in row.where(row.notna(), None).iloc[0].to_dict().items()}
        return held | {f"{name}_rate": rate for name, rate in self.rates.items()} | {"period": self.period.text}

    @cached_property
    def measures(self) -> dict[tuple[str, str], float]:
        """What hires and launches add by node: hires to their region, a launch to the region of its team, and both to
        the company. Hires beyond half of a region's people are no measure: nobody can take that many in."""
        from salesnb.stages import feasibility

        out: dict[tuple[str, str], float] = {}
        regions = {team.id: team.region for team in self.params.people.teams}
        for row in feasibility.realistic(self.hire_plan, self.team).to_dict("records"):
            self._add(out, str(row["node_id"]), float(row["value_minor"]))
        for row in self.launched.to_dict("records"):
            where = next(m.where for m in self.params.market.new_markets if m.id == row["launch_id"])
            teams = where.get("team") or where.get("region") or ()
            node = next((regions.get(t, t) for t in teams), "") if isinstance(teams, tuple) else ""
            self._add(out, node, float(row["expected_minor"]))
        return out

    def _add(self, out: dict[tuple[str, str], float], region: str, value: float) -> None:
        for key in (COMPANY,) if not region else (COMPANY, ("region_id", region)):
            out[key] = out.get(key, 0.0) + value

    @cached_property
    def judged(self) -> pd.DataFrame:
        """``feasibility_verdicts``, kept."""
        from salesnb.stages import feasibility

        short = {
            (str(r["dimension"]), str(r["node_id"])): float(r["needed_minor"]) * (1 - float(r["cover_rate"]))
            for r in self.deals.dropna(subset=["cover_rate"]).to_dict("records")
        }
        total = self.budget_found[self.budget_found["item"] == "total"]["gap_minor"].dropna()
        seen = feasibility.Evidence(
            targets=self.targets,
            measures=self.measures,
            market=self.market_limits,
            capacity=self.capacities,
            wins_short=short,
            budget_short=float(total.iloc[0]) if len(total) else 0.0,
            rates=(self.rates["base"], self.rates["stretch"]),
        )
        return self.keep("feasibility_verdicts", feasibility.verdict_table(self.base, seen, self.names))

    @cached_property
    def company_verdict(self) -> dict[str, Any] | None:
        """The company's verdict; None without a target."""
        row = self.judged[self.judged["dimension"] == "company"].astype(object)
        found = {} if row.empty else row.where(row.notna(), None).iloc[0].to_dict()
        return {str(k): v for k, v in found.items()} or None

    # ------------------------------------------------------------------ what the notebook calls

    def answer(self) -> Answer:
        """The conclusion: is the target reachable, with which chance, what binds, what it takes."""
        from salesnb.report.cards import Answer
        from salesnb.report.sentences import feasibility as said
        from salesnb.report.sentences.feasibility_record import early_words, record_words
        from salesnb.stages import feasibility

        hires, verdict = int(self.hire_plan["hire_count"].sum()), self.company_verdict
        possible = int(feasibility.realistic(self.hire_plan, self.team)["hire_count"].sum())
        if verdict is not None and hires:
            verdict = verdict | {"hire_month": self.hire_plan["start_month"].min(), "possible": possible}
        sentence = said.answer(verdict, self.company, hires, self.lang, self.currency)
        more = [record_words(self.record_of("company"), self.lang) + ("。" if self.lang == "zh" else ".")]
        more += [words for words in (early_words(self.span.skip, self.lang),) if words]
        if verdict is not None:
            more.insert(0, said.levels(self.company, verdict, self.lang, self.currency))  # type: ignore[arg-type]
        return self.answered(Answer(sentence, [*more, *self.notes], self.lang))

    def cards(self) -> Cards:
        """Target and chance, baseline, capacity, hires and pipeline cover."""
        from salesnb.notebook import feasibility_exhibits

        return self.carded(feasibility_exhibits.cards(self))

    def levels(self) -> Exhibit:
        """Base, challenge and stretch with their chances, beside every figure somebody named for the company."""
        from salesnb.report.charts import Bar, bars
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility as said

        frame = self.levels_found[self.levels_found["dimension"] == "company"].sort_values(
            ["target_minor", "kind"], kind="stable"
        )
        reading = said.levels(self.company, self.company_verdict, self.lang, self.currency)
        if frame.empty:
            return Exhibit("levels", reading=reading, is_absent=True)
        rows = [
            Bar(self.level_words(r["kind"]), int(r["target_minor"]), said.chance_words(r["chance_rate"], self.lang),
                self._mark(r["chance_rate"]))
            for r in frame.to_dict("records")
        ]  # fmt: skip
        return Exhibit("levels", figure=bars(rows, self.unit_shown), reading=reading, notes=self.behind)

    def _mark(self, chance: float) -> str:
        if chance != chance:
            return ""
        return "good" if chance >= self.rates["base"] else "warn" if chance >= self.rates["stretch"] else "bad"

    def level_words(self, kind: str) -> str:
        """A level in words: ours, or what its author wrote in the parameters."""
        if kind in LEVEL_WORDS:
            return self.say(LEVEL_WORDS[kind])
        held = self.params.decomposition
        named = {f"figure:{f.id}": f.text for f in held.figures} | {f"scenario:{s.id}": s.text for s in held.scenarios}
        return named.get(kind, kind)

    @cached_property
    def levels_found(self) -> pd.DataFrame:
        """``feasibility_targets``, kept: goals, wishes, commitments, budget figures, scenarios, with their chances."""
        from salesnb.stages import feasibility

        table = feasibility.target_table(self.base, self._named_levels(), self.names, self.rates)
        return self.keep("feasibility_targets", table)

    def _named_levels(self) -> list[Level]:
        from salesnb.stages.feasibility import Level

        out = [Level(d, n, "goal", t) for (d, n), t in self.targets.items()]
        for said in self.statements:
            last = self.last_year.get(("region_id", said.nodes[0])) if len(said.nodes) == 1 else None
            if said.source == "rule" and said.dimension == "region" and said.reading == "growth" and last:
                out.append(Level("region_id", said.nodes[0], "wish", last * (1 + said.value)))
        for row in self.field.dropna(subset=["committed_minor"]).to_dict("records"):
            if row["level"] == "region":
                out.append(Level("region_id", str(row["node_id"]), "commitment", float(row["committed_minor"])))
        held = self.params.decomposition
        if self.goal_base.sales_minor > 0 and self._is_plan(held.plan):
            base = self.goal_base.sales_minor * self.share_of_year
            for head, entries in (("figure", held.figures), ("scenario", held.scenarios)):
                for entry in entries:
                    growth = getattr(entry, "growth", None)
                    if growth is not None and entry.decided <= self.as_of:
                        out.append(Level(*COMPANY, f"{head}:{entry.id}", base * (1 + growth)))
        return out

    def months(self) -> Exhibit:
        """The period month by month: what is in, what is forecast, the year before."""
        from salesnb.report.charts import Series, trend
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import month_names
        from salesnb.report.sentences import feasibility as said
        from salesnb.report.sentences.feasibility_record import record_words
        from salesnb.stages import feasibility

        frame = self.keep("feasibility_months", feasibility.month_table(self.base))
        names = month_names(self.lang)
        labels = [names[int(m[5:]) - 1] for m in frame["month"]]
        series = [Series(self.say(Text("基线", "Baseline")), list(frame["net_minor"]))]
        if frame["last_minor"].notna().all():
            series.insert(0, Series(self.say(Text("上年", "Year before")), list(frame["last_minor"]), "before"))
        record = record_words(self.record_of("company"), self.lang)
        reading = said.months(frame, record, self.lang, self.currency)
        return Exhibit("months", figure=trend(labels, series, self.unit_shown), reading=reading, notes=self._believed())

    def _believed(self) -> str:
        """The growth belief, and what it does to the forecast against a belief of none."""
        from salesnb.report.sentences.feasibility_record import belief_words

        held = self.base.growth
        if held is None or not self.span.horizon:
            return ""
        ahead = float(self.base.views[0].outlook.window.ahead[0])
        whole = self.base.middle()
        shift = ahead * (1 - self.levers.growth_ratio(-held.rate)) / whole if whole > 0 else 0.0
        return belief_words({"rate": held.rate, "sd": held.sd, "shift": shift}, self.lang)

    def verdicts(self) -> Exhibit:
        """The verdict on every target, with what binds and what it takes."""
        from salesnb.notebook import feasibility_exhibits

        return feasibility_exhibits.verdicts(self)

    def chances(self, dimension: str) -> Exhibit:
        """Forecast, levels, target and chance of every node, with the record behind; more dimensions to unfold."""
        from salesnb.notebook import feasibility_exhibits

        return feasibility_exhibits.chances(self, dimension)

    def record(self) -> Exhibit:
        """How the company's own history bears the forecast and its chances out."""
        from salesnb.notebook import feasibility_exhibits

        return feasibility_exhibits.record(self)

    @cached_property
    def levers(self) -> Levers:
        """The company's forecast and what moves it."""
        from salesnb.notebook import feasibility_exhibits

        return feasibility_exhibits.levers(self)

    @cached_property
    def scenarios_found(self) -> pd.DataFrame:
        """``feasibility_scenarios``, kept."""
        from salesnb.stages import feasibility

        return self.keep("feasibility_scenarios", feasibility.scenario_table(self.levers))

    def scenarios(self) -> Exhibit:
        """One change at a time: forecast and chance."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility as said
        from salesnb.report.tables import Options, Show, render

        frame, shown = self.scenarios_found, contract("feasibility_scenarios")
        rows = frame.assign(
            name=[said.LEVERS[n].get(self.lang) for n in frame["lever"]],
            step=[said.change_words(n, c, self.lang) for n, c in zip(frame["lever"], frame["change"], strict=True)],
        )
        columns = [
            Show(Column("name", "text", Text("假设", "What if"))),
            Show(Column("step", "text", shown.column("change").label)),
            Show(shown.column("middle_minor")),
            Show(shown.column("shift_minor"), signed=True),
        ]
        if frame["chance_rate"].notna().any():
            columns += [Show(shown.column("chance_rate"), decimals=0), Show(shown.column("shift_rate"), decimals=0)]
        table = render(rows, columns, self.lang, self.unit_shown, Options(caption=self.say(shown.label), fold=30))
        reading = said.scenarios(frame, self.lang, self.currency)
        return Exhibit("scenarios", reading=reading, table=table, notes=self.behind)

    def what_if(self) -> Any:
        """Sliders for growth, market, price, win rate and people; they stay out of the page."""
        from salesnb.notebook import feasibility_panel

        return feasibility_panel.what_if(self)

    def sensitivity(self) -> Exhibit:
        """The two inputs most doubted: how far the conclusion moves with each."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import feasibility as said

        reading = said.doubts(self.scenarios_found, self.lang, self.currency)
        return Exhibit("sensitivity", reading=reading, notes=self.behind)

    def checks(self) -> Any:
        """All levels of the forecast sum to the company; team targets to the company's where coefficients do."""
        for dimension in ("region_id", "team_id", "person_id", "product_line", "channel_id"):
            rows = self.nodes[self.nodes["dimension"] == dimension]
            label = LABELS[dimension]
            text = Text(f"{label.zh}预测合计 = 公司预测", f"forecasts by {label.en.lower()} = the company's")
            self.hold(f"middle_{dimension}", text, int(rows["middle_minor"].sum()), int(self.company["middle_minor"]))
        months = self.tables["feasibility_months"]
        drift = abs(int(months["net_minor"].sum()) - int(self.company["middle_minor"]))
        text = Text("各月预测合计与公司预测相差不超过每月 1 分", "months sum to the company within one minor unit each")
        self.hold("months", text, max(drift - len(months), 0), 0)
        seats = self.capacities.groupby("dimension")["seat_count"].sum()
        if "region_id" in seats:
            text = Text("各区域人数合计 = 公司人数", "people by region = people of the company")
            self.hold("seats", text, int(seats["region_id"]), int(seats["company"]))
        teams = self.tables.get("goals_teams")
        if teams is not None and len(teams) and abs(float(teams["contribution_rate"].sum()) - 1) < 1e-9:
            text = Text("团队目标合计 = 公司目标", "team targets = the company's target")
            self.hold("teams", text, int(teams["target_minor"].sum()), round(self.targets[COMPANY]))
        return super().checks()
