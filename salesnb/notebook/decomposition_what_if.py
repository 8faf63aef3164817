"""Questions about other plans: scenarios, what is handed down, gaps to the field's own figures, sensitivity."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_people import PeopleQuestions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.params.decomposition import Figure, Rule, Scenario
    from salesnb.model.params.people import Commitment
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.decomposition import Plan

UNPLANNED = Text(
    "必须项互相矛盾，情景要等选定办法之后再比。", "Musts contradict each other: scenarios wait for a way out."
)
LEVELS = {
    "company": Text("公司", "Company"),
    "region": Text("区域", "Region"),
    "team": Text("团队", "Team"),
    "person": Text("人员", "Person"),
}


class WhatIfQuestions(PeopleQuestions):
    """Scenarios, padding, gaps, sensitivity."""

    def padding(self) -> Exhibit:
        """Over-assignment or hold-back, level by level, never hidden."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_what_if as said
        from salesnb.stages.decomposition.published import over_assigned

        frame = self.handed
        sums = frame.groupby("level")[["target_minor", "padding_minor", "handed_minor"]].sum()
        sums = sums.reindex([level for level in LEVELS if level in sums.index])
        sums["padding_rate"] = sums["padding_minor"] / sums["target_minor"].where(sums["target_minor"] != 0)
        sums["name"] = [self.say(LEVELS[str(level)]) for level in sums.index]
        table = self._handed_table(sums.reset_index(), Text("层级", "Level"))
        given = [level for level in LEVELS if level != "company" and level in sums.index]
        details = [
            Details(self.say(LEVELS[level]), self._handed_table(self._level(level), LEVELS[level])) for level in given
        ]
        reading = said.padding(over_assigned(frame), sums, self.lang, self.currency)
        return Exhibit("padding", reading=reading, table=table, details=details)

    def _level(self, level: str) -> pd.DataFrame:
        own = self.called(self.handed[self.handed["level"] == level], f"{level}_id")
        return own.sort_values(["handed_minor", "node_id"], ascending=[False, True], kind="stable")

    def _handed_table(self, rows: pd.DataFrame, label: Text) -> Markup:
        from salesnb.report.tables import Options, Show, render

        of = contract("target_padding")
        columns = ("target_minor", "padding_rate", "padding_minor", "handed_minor")
        figures = [Show(of.column(name), signed=name.startswith("padding")) for name in columns]
        caption = self.say(Text(f"下达数：{label.zh}", f"Handed down: {label.en.lower()}"))
        shows = [Show(Column("name", "text", label)), *figures]
        return render(rows, shows, self.lang, self.unit_shown, Options(caption=caption, fold=50))

    # ------------------------------------------------------------------ alternatives

    def scenarios(self) -> Exhibit:
        """Scenarios and budget / assessment / stretch figures side by side."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_what_if as said
        from salesnb.stages.decomposition import rules_of
        from salesnb.stages.decomposition.scenarios import scenario_table

        given = self.params.decomposition
        known: dict[str, list[Scenario | Figure]] = {
            "scenario": [s for s in given.scenarios if s.decided <= self.as_of],
            "figure": [f for f in given.figures if f.decided <= self.as_of],
        }
        growths = {one.id: (kind, float(one.growth)) for kind, found in known.items() for one in found}
        if not growths:
            none = Text(
                "没有设定情景或预算、考核、力争口径。",
                "No scenario and no budget, assessment or stretch figure is set.",
            )
            return Exhibit("scenarios", reading=self.say(none), is_absent=True)
        own = {rule.scenario for rule in given.rules} - {""}
        rules = {name: rules_of(self.setting, name) for name in own if name in growths}
        others = self._planned(growths, rules)
        growths = {name: held for name, held in growths.items() if name in others}
        kinds = {name: kind for name, (kind, _) in growths.items()}
        frame = self.keep("target_scenarios", scenario_table(self.plan, others, kinds))
        texts = {one.id: one.text for found in known.values() for one in found}
        if not others:
            return Exhibit("scenarios", reading=self.say(UNPLANNED), is_absent=True)
        reading = said.scenarios(frame, texts, (given.judged_by, self.lang, self.currency))
        return Exhibit("scenarios", reading=reading, table=self._side_by_side(frame, texts, list(growths)))

    def _planned(self, growths: dict[str, tuple[str, float]], rules: Mapping[str, Sequence[Rule]]) -> dict[str, Plan]:
        """Each alternative's plan; one under which musts contradict each other is named and left out."""
        from salesnb.stages.decomposition import PlanConflict
        from salesnb.stages.decomposition.scenarios import alternatives

        out: dict[str, Plan] = {}
        left_out: dict[str, PlanConflict] = {}
        for name, held in growths.items():
            try:
                out |= alternatives(self.plan.problem, {name: held}, rules)
            except PlanConflict as conflict:
                left_out[name] = conflict
        if left_out and self.undecided is None:
            names, why = list(left_out), next(iter(left_out.values())).what
            zh = f"情景或口径 {'、'.join(names)} 下必须项互相矛盾，没有列出：{why.zh}。"
            self.note(Text(zh, f"Left out, as musts contradict each other: {', '.join(names)} ({why.en})."))
        return out

    def _side_by_side(self, frame: pd.DataFrame, texts: dict[str, str], order: Sequence[str]) -> Markup:
        """Company and regions down, alternatives across."""
        from salesnb.report.sentences.words import before_colon
        from salesnb.report.tables import Options, Show, render

        regions = self.called(frame[frame["dimension"] == "region_id"], "region_id")
        company = frame[frame["dimension"] == "company"]
        columns = ["plan", *order]
        wide = regions.pivot_table("amount_minor", ["node_id", "name"], "scenario", "sum").reset_index()
        wide = wide.sort_values(["plan", "node_id"], ascending=[False, True], kind="stable")
        named = {name: before_colon(text) for name, text in texts.items()}
        named = {"plan": self.say(Text("本方案", "This plan"))} | named
        shows = [Show(Column("name", "text", Text("区域", "Region")))]
        shows += [Show(Column(name, "minor", Text(named[name], named[name]), unit="money")) for name in columns]
        total: dict[str, Any] = dict(zip(company["scenario"], company["amount_minor"], strict=True))
        total["name"] = self.say(Text("公司", "Company"))
        caption = self.say(Text("情景与口径对照", "Scenarios and figures side by side"))
        return render(wide, shows, self.lang, self.unit_shown, Options(caption=caption, total=total))

    def gaps(self) -> Exhibit:
        """What the field committed to beside what is handed down; who has not answered stays blank."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_what_if as said
        from salesnb.stages.decomposition.rounds import target_gaps

        frame = self.keep("target_gaps", target_gaps(self.setting, self.plan, self.commitments))
        if frame.empty:
            none = Text(
                "一线还没有上报承诺数；没有报不等于零。",
                "The field has not committed to anything yet; no answer is not zero.",
            )
            return Exhibit("gaps", reading=self.say(none), is_absent=True)
        last = frame[frame["round"] == frame["round"].max()]
        table = self._gap_table(last, "region")
        details = [Details(self.say(LEVELS[level]), self._gap_table(last, level)) for level in ("team", "person")]
        if self.params.decomposition.rounds:
            details.append(
                Details(self.say(Text("两上两下的步骤与期限", "Rounds and their days")), self._steps_table())
            )
        if frame["round"].nunique() > 1:
            details.append(Details(self.say(Text("历轮承诺", "Round by round")), self._rounds_table(frame)))
        regions = self.called(last[last["level"] == "region"], "region_id")
        return Exhibit("gaps", reading=said.gaps(regions, self.lang, self.currency), table=table, details=details)

    @cached_property
    def commitments(self) -> list[Commitment]:
        """What the field has said: in people.yaml, and in the forms that came back (periods/PLAN.yaml)."""
        from salesnb.intake.forms import merged
        from salesnb.model.periods import Kind

        is_long = self.period.kind in (Kind.YEAR, Kind.HALF)
        parts = self.calendar.children(self.period, Kind.QUARTER) if is_long else ()
        spans = [part.text for part in parts] if is_long else list(self.period.months)
        given = (*self.params.people.commitments, *self.params.period(self.period.text).commitments)
        return merged([one for one in given if one.decided <= self.as_of], self.period.text, spans)

    def _gap_table(self, frame: pd.DataFrame, level: str) -> Markup:
        from salesnb.report.tables import Options, Show, render

        of = contract("target_gaps")
        own = self.called(frame[frame["level"] == level], f"{level}_id")
        own = own[own["top_down_minor"] > 0].sort_values(
            ["top_down_minor", "node_id"], ascending=[False, True], kind="stable"
        )
        shows = [Show(Column("name", "text", LEVELS[level]))]
        shows += [Show(of.column(name)) for name in ("top_down_minor", "committed_minor")]
        shows += [Show(of.column("gap_minor"), signed=True), Show(of.column("gap_rate"), signed=True)]
        below = ("people_minor", "answered_count", "person_count", "condition")
        shows += [Show(of.column(name)) for name in (below if level != "person" else ("condition",))]
        caption = self.say(Text(f"{LEVELS[level].zh}：下达与承诺", f"{LEVELS[level].en}: handed down and committed"))
        return render(own, shows, self.lang, self.unit_shown, Options(caption=caption, fold=50))

    def _steps_table(self) -> Markup:
        """两上两下: each step's direction and day, and whether it has passed; answers beside upward ones."""
        from salesnb.report.tables import Options, Show, render

        rows, up = [], 0
        ways = {"down": Text("公司 → 一线", "company → field"), "up": Text("一线 → 公司", "field → company")}
        for step in sorted(self.params.decomposition.rounds, key=lambda one: one.number):
            if step.decided > self.as_of:
                continue
            up += step.direction == "up"
            answers = {one.node for one in self.commitments if one.round == up and one.amount is not None}
            word = Text("已到期", "past") if step.due <= self.as_of else Text("未到期", "to come")
            rows.append(
                {"number": step.number, "way": self.say(ways[step.direction]), "text": step.text}
                | {"due": step.due.isoformat(), "state": self.say(word)}
                | {"answers": len(answers) if step.direction == "up" else None}
            )
        shows = [
            Show(Column("number", "count", Text("步骤", "Step"))),
            Show(Column("way", "text", Text("方向", "Direction"))),
            Show(Column("text", "text", Text("内容", "What"))),
            Show(Column("due", "text", Text("期限", "Due"))),
            Show(Column("state", "text", Text("状态", "State"))),
            Show(Column("answers", "count", Text("已报单位和人", "Answers"))),
        ]
        caption = self.say(Text("两上两下的步骤与期限", "Rounds and their days"))
        return render(rows, shows, self.lang, options=Options(caption=caption))

    def _rounds_table(self, frame: pd.DataFrame) -> Markup:
        """Every round's commitment of each region beside what is handed down now."""
        from salesnb.report.tables import Options, Show, render

        own = self.called(frame[frame["level"] == "region"], "region_id")
        rounds = sorted(int(number) for number in own["round"].unique())
        wide = own.pivot_table("committed_minor", "node_id", "round", "first", dropna=False)
        first = own.drop_duplicates("node_id").set_index("node_id")[["name", "top_down_minor"]]
        rows = first.join(wide.rename(columns={number: f"round_{number}" for number in rounds})).reset_index()
        rows = rows.sort_values(["top_down_minor", "node_id"], ascending=[False, True], kind="stable")
        shows = [Show(Column("name", "text", LEVELS["region"]))]
        for number in rounds:
            shows.append(Show(Column(f"round_{number}", "minor", Text(f"第 {number} 轮承诺", f"Round {number}"))))
        shows.append(Show(contract("target_gaps").column("top_down_minor")))
        caption = self.say(Text("历轮承诺", "Round by round"))
        return render(rows, shows, self.lang, self.unit_shown, Options(caption=caption))

    # ------------------------------------------------------------------ sensitivity

    def sensitivity(self) -> Exhibit:
        """The same plan from history alone, and without anybody's wishes."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition_what_if as said
        from salesnb.report.tables import Options, Show, render
        from salesnb.stages.decomposition import decompose, reweighted

        history = reweighted(self.built, {"history": 1.0})
        problem = self.plan.problem
        firm = tuple(rule for rule in problem.rules if rule.strength != "wish")
        cases = {
            "history": (Text("起始只看历史", "From history alone"), replace(problem, cube=history.cube)),
            "firm": (Text("不考虑任何意愿", "Without any wish"), replace(problem, rules=firm)),
        }
        plans = {name: decompose(problem) for name, (_, problem) in cases.items()}
        frame = self._compared(plans)
        shows = [
            Show(Column("name", "text", Text("区域", "Region"))),
            Show(Column("plan", "minor", Text("本方案", "This plan"), unit="money")),
        ]
        for name, (label, _) in cases.items():
            shows.append(Show(Column(name, "minor", label, unit="money")))
            shows.append(Show(Column(f"{name}_rate", "rate", Text("变化", "Change")), signed=True))
        caption = self.say(Text("敏感性", "Sensitivity"))
        total = {name: int(frame[name].sum()) for name in ("plan", *cases)} | {
            "name": self.say(Text("公司", "Company"))
        }
        table = render(frame, shows, self.lang, self.unit_shown, Options(caption=caption, total=total))
        labels = {name: self.say(label) for name, (label, _) in cases.items()}
        people = self._compared(plans, "person_id")
        return Exhibit("sensitivity", reading=said.sensitivity(frame, people, labels, self.lang), table=table)

    def _compared(self, plans: dict[str, Plan], column: str = "region_id") -> pd.DataFrame:
        """Nodes with their target in this plan and in each other, and the relative change."""
        frame = self.plan.by(column).rename(columns={column: "node_id", "target_minor": "plan"})
        for name, other in plans.items():
            sums = other.by(column).set_index(column)["target_minor"]
            frame[name] = frame["node_id"].map(sums).fillna(0).astype("int64")
            frame[f"{name}_rate"] = frame[name] / frame["plan"].where(frame["plan"] > 0) - 1
        named = self.called(frame, column)
        return named.sort_values(["plan", "node_id"], ascending=[False, True], kind="stable", ignore_index=True)
