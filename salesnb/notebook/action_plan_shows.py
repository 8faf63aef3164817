"""The action plan's questions about money, training, promotions, risks and commitments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.model.tables import Column
from salesnb.notebook import action_plan_exhibits as shown
from salesnb.notebook.action_plan_tables import PlanTables

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.exhibit import Exhibit


class ShowQuestions(PlanTables):
    """Mixin of the action plan's book."""

    def budget(self) -> Exhibit:
        """The budget by use and by region."""
        from salesnb.report.charts import Bar, bars
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import rate
        from salesnb.report.sentences import action_money as said

        frame, regions = self.budget_found, self.regions_found
        reading = said.budget(frame, regions, self.lang, self.currency)
        if frame.empty:
            return shown.absent("budget", reading)
        ordered = frame.sort_values(["amount_minor", "category"], ascending=[False, True], kind="stable")
        rows = [
            Bar(str(r["category"]), r["amount_minor"], rate(r["share_of_budget"], 0))
            for r in ordered.to_dict("records")
        ]
        wanted = ("region_id", "is_key", "share_of_budget", "amount_minor")
        total = {"region_id": self.say(Text("合计", "Total")), "amount_minor": int(regions["amount_minor"].sum())}
        table = shown.table(regions.sort_values("amount_minor", ascending=False), "action_budget_regions", wanted,
                            self.unit_shown, Text("按区域", "By region"), total)  # fmt: skip
        notes = self.actions.budget.reserve_release if self.actions.budget else ""
        released = self.say(Text("应急储备：", "Reserve: ")) + notes if notes else ""
        return Exhibit("budget", figure=bars(rows, self.unit_shown), reading=reading, table=table, notes=released)

    def allocation(self) -> Exhibit:
        """Where the next yuan brings most leads."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import action_money as said

        frame = self.allocation_found
        reading = said.allocation(frame, self.lang, self.currency)
        if frame.empty:
            return shown.absent("allocation", reading)
        money = ("last_minor", "equal_minor", "rule_minor", "best_minor")
        uses = frame.groupby("category", as_index=False, sort=True)[list(money)].sum()
        uses = uses.sort_values(["last_minor", "category"], ascending=[False, True], kind="stable")
        total = {"category": self.say(Text("合计", "Total")), **{c: int(uses[c].sum()) for c in money}}
        caption = Text("四种分法并列", "Four splits side by side")
        table = shown.table(uses, "action_allocation", ("category", *money), self.pay_unit, caption, total)
        wanted = ("category", "region_id", "power", *money, "last_leads", "best_leads")
        each = shown.table(frame, "action_allocation", wanted, self.pay_unit, Text("投入分配", "Splits"))
        details = [Details(self.say(Text("逐项逐区域查看", "Each use in each region")), each)]
        figure = shown.splits(frame, self.lang)
        return Exhibit("allocation", figure=figure, reading=reading, table=table, details=details)

    def requests(self) -> Exhibit:
        """The resource request form with its approval states; as Word and Excel beside the page."""
        from salesnb.notebook.action_plan_files import write_request_form

        shows = self._list("requests", self.requests_found, (
            "text", "kind", "quantity", "cost_minor", "needed_date", "asked_by", "reason", "state", "approved_by",
        ), Text("销售资源需求表", "Resource requests"))  # fmt: skip
        if shows.is_absent:
            return shows
        return shows.having(table=Markup("{}{}").format(shows.table, write_request_form(self)))

    def _list(self, name: str, frame: pd.DataFrame, columns: tuple[str, ...], caption: Text) -> Exhibit:
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import action_money as said

        reading = getattr(said, name)(frame, *((self.lang, self.currency) if name == "requests" else (self.lang,)))
        if frame.empty:
            return shown.absent(name, reading)
        rows = shown.said(frame, self.lang, self.who)
        if name == "requests":
            rows["quantity"] = [shown.written(v, "", self.lang, (self.currency, self.minor)) for v in frame["quantity"]]
        for column in ("asked", "last_value"):
            if column in rows:
                rows[column] = [shown.written(v, "", self.lang, (self.currency, self.minor)) for v in frame[column]]
        unit = self.pay_unit if name == "requests" else self.unit_shown
        return Exhibit(name, reading=reading, table=shown.table(rows, f"action_{name}", columns, unit, caption))

    def trainings(self) -> Exhibit:
        """Trainings, mentors and hires with their dates."""
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.numbers import day
        from salesnb.report.tables import Options, render

        held = self.params.people
        rows: list[dict[str, Any]] = [
            {
                "what": t.text,
                "who": f"{self.who(t.owner)} → {t.audience}",
                "due": day(t.due),
                "proof": t.deliverable,
            }
            for t in self.actions.trainings
        ]
        for one in held.mentors:
            newcomer = self.who(one.newcomer)
            text = Text(f"带教 {newcomer}", f"Mentoring {newcomer}")
            rows.append({"what": self.say(text), "who": self.who(one.mentor), "due": day(one.until), "proof": ""})
        for hire in held.positions:
            if hire.decided <= self.as_of and hire.state not in ("withdrawn", "filled"):
                text = Text(f"招聘{hire.role} {hire.count} 名", f"Hire {hire.count} {hire.role}")
                rows.append({"what": self.say(text), "who": hire.team, "due": day(hire.start), "proof": ""})
        if not rows:
            return shown.absent("trainings", self.say(Text("没有培训、带教和招聘安排。", "Nothing is planned.")))
        columns = [
            Column("what", "text", Text("安排", "What")),
            Column("who", "text", Text("谁", "Who")),
            Column("due", "text", Text("期限", "By")),
            Column("proof", "text", Text("交付物", "Proof")),
        ]
        rows.sort(key=lambda row: (row["due"], row["what"]))
        table = render(rows, columns, self.lang, options=Options(caption=self.say(Text("培训", "Training"))))
        spent = self.pay_unit.say(round(sum(t.cost for t in self.actions.trainings) * self.minor))
        zh = f"{len(self.actions.trainings)} 场培训（{spent}）、{len(held.mentors)} 对师徒；招聘按需要到岗的日期列出。"
        en = f"{len(self.actions.trainings)} trainings ({spent}), {len(held.mentors)} mentors; hires by starting day."
        return Exhibit("trainings", reading=self.say(Text(zh, en)), table=table)

    def promotions(self) -> Exhibit:
        """Promotions: cost, break-even lift, effect on gross profit."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import action_money as said

        frame = self.promotions_found
        if frame.empty:
            none = Text("截至此日没有已决定的促销。", "No promotion is decided by this day.")
            return shown.absent("promotions", self.say(none))
        wanted = ("text", "discount_rate", "margin_before_rate", "margin_after_rate", "break_even_rate",
                  "expected_rate", "free_cost_minor", "profit_before_minor", "profit_after_minor")  # fmt: skip
        table = shown.table(frame, "action_promotions", wanted, self.pay_unit, Text("促销测算", "Promotions"))
        other = shown.table(
            self.bundles, "action_promotions", wanted, self.pay_unit, Text("换一种送法", "Other bundles")
        )
        title = Text("换一种送法：同样的商品、同样的预期增量", "Other bundles: the same goods, the same expected lift")
        details = [Details(self.say(title), other)]
        reading = said.promotions(frame, self.lang, self.currency)
        return Exhibit("promotions", reading=reading, table=table, details=details)

    def risks(self) -> Exhibit:
        """The register with its matrix, expected losses and fired triggers."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import action_money as said

        frame = self.risks_found
        reading = said.risks(frame, self.lang, self.currency)
        if frame.empty:
            return shown.absent("risks", reading)
        rows = shown.said(frame.sort_values(["score", "risk_id"], ascending=[False, True]), self.lang, self.who)
        wanted = ("text", "kind", "probability_rate", "impact", "expected_minor", "profit_minor", "state", "owner")
        table = shown.table(rows, "action_risks", wanted, self.unit_shown, Text("风险登记表", "Risks"))
        answers = shown.table(
            rows, "action_risks", ("text", "response", "cost_minor"), self.unit_shown, Text("应对", "Responses")
        )
        watched = shown.triggers(frame, rows, self.lang, (self.currency, self.minor), self.params.risks.risks)
        details = [Details(self.say(Text("触发线与最新读数", "Triggers and their latest readings")), watched),
                   Details(self.say(Text("应对办法与费用", "Responses and their cost")), answers)]  # fmt: skip
        figure = shown.matrix(frame, self.lang)
        return Exhibit("risks", figure=figure, reading=reading, table=table, details=details)

    def promises(self) -> Exhibit:
        """Commitments between departments, counted month by month."""
        return self._list("promises", self.promises_found, (
            "text", "giver", "taker", "asked", "last_value", "month_count", "kept_count", "state",
        ), Text("跨部门承诺", "Commitments"))  # fmt: skip
