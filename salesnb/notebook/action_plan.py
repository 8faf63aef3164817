"""The action plan notebook's door: ``open`` a book, then one call for each question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.places import stage_dir
from salesnb.model.tables import Column, contract
from salesnb.notebook import action_plan_exhibits as shown
from salesnb.notebook.action_plan_pay_shows import PayShows
from salesnb.notebook.book import open_book

if TYPE_CHECKING:
    from salesnb.report.cards import Answer, Cards
    from salesnb.report.exhibit import Exhibit

MOST = 40  # rows of a calendar that are shown; the files hold all


def open(unit: str, period: str | int, as_of: str = "", lang: str = "") -> ActionPlanBook:
    """Open the action plan of the year ``period`` lies in as known on ``as_of`` (empty: the default), in ``lang``."""
    title = Text("行动计划", "Action plan")
    book: ActionPlanBook = open_book(ActionPlanBook, "action_plan", title, unit, period, as_of, lang)
    return book


@dataclass
class ActionPlanBook(PayShows):
    """What the notebook asks about goals, tasks and dates. Tables are computed when first asked for."""

    @cached_property
    def item_names(self) -> dict[str, str]:
        """Ids of everything in the plan as a reader knows it: the first words of its text."""
        from salesnb.report.sentences.words import short

        plan = self.actions
        texts: dict[str, str] = {}
        for items in (plan.objectives, plan.tasks, plan.strategies, plan.promotions, plan.milestones, plan.promises):
            texts |= {item.id: item.text for item in items}
        texts |= {k.id: k.text for o in plan.objectives for k in o.key_results}
        texts |= {g.id: g.text for g in self.params.goals.goals}
        return {name: short(text) for name, text in texts.items()} | self.people_names

    def answer(self) -> Answer:
        """The conclusion: do key results make the objectives, how do tasks stand, what is wrong."""
        from salesnb.report.cards import Answer
        from salesnb.report.sentences import action_plan as said
        from salesnb.report.sentences import incentives as paid

        _ = self.cells  # its notes belong under the answer
        sentence = said.answer(self.objectives_found, self.tasks_found, self.findings_found, self.lang)
        more = [paid.cost(self.cost_found, self.cost.total, self.pay_budget, self.lang, self.currency)]
        notes = [] if stage_dir() else self.notes  # a page prints them above the answer
        return self.answered(Answer(sentence, [*(more if self.has_scheme else []), *notes], self.lang))

    def cards(self) -> Cards:
        """Objectives, tasks, faults, pay and risks."""
        frames = {
            "objectives": self.objectives_found,
            "tasks": self.tasks_found,
            "findings": self.findings_found,
            "risks": self.risks_found,
        }
        rows = self.cost_found
        expected = int(rows.loc[rows["part"] == "total", "expected_minor"].iloc[0])
        return self.carded(shown.cards(frames, (expected, self.pay_budget, self.pay_unit), self.lang, self.unit_shown))

    def objectives(self) -> Exhibit:
        """Each objective against the sum of its key results."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import action_plan as said

        frame = self.objectives_found
        if frame.empty:
            return shown.absent("objectives", self.say(Text("没有目标。", "There are no objectives.")))
        reading = said.objectives(frame, self.lang, self.currency)
        columns = ("text", "owner", "key_result_count", "target_minor", "contributed_minor", "gap_minor", "state")
        rows = shown.said(frame, self.lang, self.who, said.COVER)
        table = shown.table(rows, "action_objectives", columns, self.unit_shown, Text("目标", "Objectives"))
        results = shown.said(self.results_found, self.lang, self.who)
        wanted = ("text", "owner", "due_date", "counts", "amount_minor", "share_of_objective")
        inner = shown.table(results, "action_key_results", wanted, self.unit_shown, Text("关键结果", "Key results"))
        details = [Details(self.say(Text("逐条关键结果", "Each key result")), inner)]
        return Exhibit("objectives", reading=reading, table=table, details=details)

    def faults(self) -> Exhibit:
        """What has to be mended or asked, in words."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_findings
        from salesnb.report.tables import Options, Show, render

        frame = self.findings_found
        if frame.empty:
            return Exhibit("faults", reading=self.say(Text("没有发现问题。", "Nothing is wrong.")))
        rows = [
            {
                "severity": shown.SEVERITY[str(row["severity"])].get(self.lang),
                "colour": shown.SEVERITY_COLOURS[str(row["severity"])],
                "said": action_findings.finding(row, self.item_names, self.lang, self.currency),
            }
            for row in shown.records(frame)
        ]
        severity = contract("action_findings").column("severity")
        shows = [
            Show(Column("severity", "text", severity.label)),
            Show(Column("said", "text", Text("发现", "Finding")), state_from="colour"),
        ]
        table = render(rows, shows, self.lang, options=Options(caption=self.say(Text("发现", "Findings"))))
        counts = [int((frame["severity"] == name).sum()) for name in ("fault", "ask", "note")]
        zh = f"须改正 {counts[0]} 处，须问清 {counts[1]} 处，提示 {counts[2]} 处；两边的数字都列出，不替人做主。"
        en = f"{counts[0]} to fix, {counts[1]} to clarify, {counts[2]} notes; both figures stand, nothing is decided."
        return Exhibit("faults", reading=self.say(Text(zh, en)), table=table)

    def strategies(self) -> Exhibit:
        """Strategies with the targets they concern and the tasks that carry them."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_money as said

        frame = self.strategies_found
        if frame.empty:
            return shown.absent("strategies", said.strategies(frame, self.lang, self.currency))
        rows = shown.said(frame, self.lang, self.who)
        columns = ("text", "kind", "scope", "target_minor", "task_count", "owner", "cost_minor")
        table = shown.table(rows, "action_strategies", columns, self.unit_shown, Text("策略", "Strategies"))
        return Exhibit("strategies", reading=said.strategies(frame, self.lang, self.currency), table=table)

    def gantt(self) -> Exhibit:
        """All tasks and milestones over the year."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_plan as said

        frames = (self.tasks_found, self.milestones_found)
        figure = shown.gantt_chart(frames, self.who, self.as_of, self.lang)
        if figure is None:
            return shown.absent("gantt", self.say(Text("没有排期的任务。", "No task has dates.")))
        return Exhibit("gantt", figure=figure, reading=said.tasks(frames[0], self.lang))

    def board(self) -> Any:
        """Widgets to add, assign, move and finish tasks; they stay out of the page."""
        from salesnb.notebook import action_plan_board

        return action_plan_board.board(self)

    def tasks(self) -> Exhibit:
        """Every task with owner, dates, deliverable, state and slack."""
        from salesnb.report.exhibit import Exhibit

        frame = self.tasks_found
        if frame.empty:
            return shown.absent("tasks", self.say(Text("没有任务。", "There are no tasks.")))
        rows = shown.said(frame.sort_values(["due_date", "task_id"], kind="stable"), self.lang, self.who)
        columns = ("text", "owner", "start_date", "due_date", "state", "slack_days", "deliverable")
        table = shown.table(rows, "action_tasks", columns, self.unit_shown, Text("任务", "Tasks"))
        spent = self.unit_shown.say(int(frame["cost_minor"].dropna().sum()))
        zh, en = f"共 {len(frame)} 项任务，已列明费用 {spent}。", f"{len(frame)} tasks with stated costs of {spent}."
        return Exhibit("tasks", reading=self.say(Text(zh, en)), table=table)

    def workload(self) -> Exhibit:
        """How many tasks each owner runs at once, month by month."""
        from salesnb.report.charts import heat
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import Count, month_names
        from salesnb.report.sentences import action_plan as said

        frame = self.workload_found
        reading = said.workload(frame, self.who, self.lang)
        if frame.empty:
            return shown.absent("workload", reading)
        wide = frame.pivot(index="owner", columns="month", values="load")
        wide = wide.reindex(columns=list(self.plan_year.months))
        names = [month_names(self.lang)[int(m[5:]) - 1] for m in self.plan_year.months]
        values = [list(row) for row in wide.to_numpy()]
        figure = heat([self.who(o) for o in wide.index], names, values, Count(self.lang, decimals=1))
        return Exhibit("workload", figure=figure, reading=reading)

    def milestones(self) -> Exhibit:
        """Each milestone with what was asked and reached."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_plan as said

        frame = self.milestones_found
        if frame.empty:
            return shown.absent("milestones", self.say(Text("没有里程碑。", "There are no milestones.")))
        rows = shown.said(frame.sort_values(["due_date", "milestone_id"]), self.lang, self.who)
        rows = rows.assign(**{c: self.figures_of(frame.loc[rows.index], c) for c in ("asked", "actual")})
        columns = ("text", "due_date", "owner", "asked", "actual", "state")
        table = shown.table(rows, "action_milestones", columns, self.unit_shown, Text("里程碑", "Milestones"))
        return Exhibit("milestones", reading=said.milestones(frame, self.lang), table=table)

    def figures_of(self, frame: Any, column: str) -> list[str]:
        """A column of plain figures, each written in its row's unit."""
        return [
            shown.written(value, unit, self.lang, (self.currency, self.minor))
            for value, unit in zip(frame[column], frame["unit"], strict=True)
        ]

    def calendar_of_the_year(self) -> Exhibit:
        """The next entries; all of them go into calendar files."""
        from salesnb.notebook import action_plan_files
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_plan as said

        frame = self.calendar_found
        if frame.empty:
            return shown.absent("calendar", self.say(Text("日历是空的。", "The calendar is empty.")))
        written = action_plan_files.write_calendars(self)
        ahead = frame[frame["date"].dt.date > self.as_of]
        routine = {m.id for m in self.actions.meetings if m.every in ("workday", "week")}  # the files hold them
        ahead = ahead[[name.rpartition("-")[0] not in routine for name in ahead["event_id"]]]
        ahead = ahead.assign(minutes=ahead["minutes"].where(ahead["minutes"] > 0).astype("Int64"))
        rows = shown.said(ahead.sort_values(["date", "at", "event_id"]).head(MOST), self.lang, self.who)
        columns = ("text", "kind", "date", "at", "minutes", "people")
        table = shown.table(rows, "action_calendar", columns, self.unit_shown, Text("接下来", "Next"))
        table += action_plan_files.calendar_links(self, written)
        return Exhibit("calendar", reading=said.agenda(frame, self.lang), table=table)

    def checks(self) -> Any:
        """All checks: the parts of every table against their whole."""
        self.publish()
        budget, regions = self.tables["action_budget"], self.tables["action_budget_regions"]
        text = Text("预算各用途 = 各区域", "budget by use = by region")
        self.hold("budget", text, int(budget["amount_minor"].sum()), int(regions["amount_minor"].sum()))
        split = self.tables["action_allocation"]
        for name in ("equal", "rule", "best"):
            words = contract("action_allocation").column(f"{name}_minor").label
            text = Text(f"投入分配不变总额（{words.zh}）", f"every split is of the same money ({words.en})")
            self.hold(f"split_{name}", text, int(split[f"{name}_minor"].sum()), int(split["last_minor"].sum()))
        cost = self.tables["pay_cost"]
        whole = cost["part"] == "total"
        text = Text("激励各项期望之和 = 合计", "expected parts of pay = total")
        self.hold(
            "pay", text, int(cost.loc[~whole, "expected_minor"].sum()), int(cost.loc[whole, "expected_minor"].sum())
        )
        results = self.tables["action_key_results"]
        text = Text("关键结果合计 = 目标表所列", "key results = as in the objectives")
        left = int(results["amount_minor"].dropna().sum())
        self.hold("results", text, left, int(self.objectives_found["contributed_minor"].sum()))
        self.hold("targets", Text("收入按目标 1:1（人员目标之和）", "pay follows targets one to one"), *self.one_to_one)
        return super().checks()
