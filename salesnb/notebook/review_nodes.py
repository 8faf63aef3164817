"""The review's questions about who: attainment by every dimension, alerts, and the leads that can make good."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.notebook.review_landing import LandingQuestions
from salesnb.notebook.review_metrics import MetricQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_exhibits import Shown
    from salesnb.stages.review import Line, Note, Scope

DIMENSIONS = {
    "region_id": Text("区域", "Region"),
    "team_id": Text("团队", "Team"),
    "person_id": Text("人员", "Person"),
    "product_line": Text("产品线", "Product line"),
    "product_id": Text("产品", "Product"),
    "customer_type": Text("客户类型", "Customer type"),
    "channel_id": Text("渠道", "Channel"),
    "industry": Text("行业", "Industry"),
    "dealer_id": Text("经销商", "Dealer"),
}
ALERTED = ("region_id", "team_id", "person_id", "product_line", "dealer_id")
NO_LINE = Text(
    "当日没有已决定的报警线（review.yaml 的 thresholds），不报警。",
    "No alert line was decided for that day (thresholds in review.yaml), so no alert is raised.",
)


def closed_between(known: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Deals closed from ``start`` to the end of the day ``end``: the closing has a time of day."""
    import pandas as pd

    after = pd.Timestamp(end) + pd.Timedelta(days=1)
    return known[(known["closed_date"] >= pd.Timestamp(start)) & (known["closed_date"] < after)]


class NodeQuestions(LandingQuestions, MetricQuestions):
    """Mixin of the review book."""

    @cached_property
    def nodes_table(self) -> pd.DataFrame:
        """``review_attainment`` of every dimension in the main scope, the quarter and the period itself."""
        import pandas as pd

        from salesnb.stages import review

        judgement = review.Judgement(self.lights, self.basis)
        scopes = list(dict.fromkeys((*self.judged, self.scopes[0])))
        labels = {f"{scope.period.text}{suffix}" for scope in scopes for suffix in ("", "-1y", "-2y")}
        windows = [one for one in self.windows if one.label in labels]
        parts = []
        for dimension in DIMENSIONS:
            sums, names = self.facts.sums((dimension,), windows, self.as_of), self.names_of(dimension)
            for scope in scopes:
                made = review.attainment(dimension, scope, sums, self.targets, self.curve, names, judgement)
                self._hold(made, dimension, scope)
                parts.append(made)
        return self.keep("review_attainment", pd.concat(parts))

    def _hold(self, made: pd.DataFrame, dimension: str, scope: Scope) -> None:
        label, text = DIMENSIONS[dimension], scope.period.text
        said = Text(f"{label.zh}合计 = 公司（{text}）", f"sum by {label.en.lower()} = company ({text})")
        self.hold(f"actual_{dimension}_{text}", said, int(made["actual_minor"].sum()), self.sales[text])
        row = self.pace_table[self.pace_table["scope"] == text].iloc[0]
        if self.targets.state == "approved" and made["due_minor"].notna().any():
            due = Text(f"{label.zh}应完成合计 = 公司（{text}）", f"due by {label.en.lower()} = company ({text})")
            self.hold(f"due_{dimension}_{text}", due, int(made["due_minor"].sum()), int(row["due_minor"]))

    def names_of(self, dimension: str) -> dict[str, str]:
        """Names of a dimension's nodes; an open position that carries a target is called what it is."""
        names = self.facts.names(dimension)
        if dimension != "person_id":
            return names
        open_ones = {
            one.id: self.say(Text(f"待招（{one.team}{one.role}）", f"open position ({one.team}, {one.role})"))
            for one in self.params.people.positions
        }
        return open_ones | names

    def titled(self, rows: pd.DataFrame) -> list[str]:
        """Names of alerts as a reader knows them: a product line says that it is one."""
        line = self.say(Text("产品线 ", "Line "))
        pairs = zip(rows["dimension"], rows["name"], strict=True)
        return [f"{line}{name}" if dimension == "product_line" else str(name) for dimension, name in pairs]

    def nodes_of(self, dimension: str, scope: Scope | None = None) -> pd.DataFrame:
        """``review_attainment`` of one dimension, in the main scope unless said otherwise."""
        frame = self.nodes_table
        text = (scope or self.main).period.text
        return frame[(frame["dimension"] == dimension) & (frame["scope"] == text)]

    # ------------------------------------------------------------------ alerts

    @cached_property
    def line(self) -> Line | None:
        """When an alert is raised on the reviewed day; None where the parameters set no line."""
        from salesnb.stages.review import Line

        found = self.params.review.thresholds
        on = (self.main.through, self.as_of)
        behind = found.alert_behind.find(*on) if found else None
        certainty = found.alert_probability.find(*on) if found else None
        if behind is None or certainty is None:
            self.note(NO_LINE)
            return None
        return Line(behind, certainty)

    @cached_property
    def alerts_table(self) -> pd.DataFrame:
        """``review_alerts``: nodes, crossed cells and metrics past their line, with people's notes."""
        import pandas as pd

        from salesnb.stages import review

        parts = []
        if self.line is not None:
            frame = self.nodes_table
            seen: set[tuple[str, str]] = set()
            for scope in self.judged:
                rows = frame[(frame["scope"] == scope.period.text) & frame["dimension"].isin(ALERTED)]
                rows = rows[~((rows["dimension"] == "person_id") & rows["node_id"].isin(self.left | self.vacant))]
                rows = rows[~self._is_its_region(rows)]
                hit = review.fired(rows, self.line)
                fresh = [key not in seen for key in zip(hit["dimension"], hit["node_id"], strict=True)]
                rows = rows.loc[hit.index[fresh]]
                seen |= set(zip(rows["dimension"], rows["node_id"], strict=True))
                told = self._people_of(rows)
                parts.append(review.node_alerts(rows, self.line, self._courses(scope, rows), self.chances, told))
            cells, courses = self.pairs
            if len(cells):
                parts.append(self._with_people(review.slice_alerts(cells, self.line, courses)))
            parts.append(self._with_people(self._silent()))
            words = {one.metric: self.metric_name(one.metric) for one in self.wanted}
            parts.append(review.metric_alerts(self.metric_table, self.wanted, words, self.line))
        made = pd.concat([part for part in parts if len(part)] or [review.no_alerts()], ignore_index=True)
        from salesnb.notebook.review_followed import followed, standing

        return self.keep("review_alerts", followed(self, standing(self, made), self._notes()))

    @cached_property
    def pairs(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Crossed cells and their months; the questions about why give them."""
        import pandas as pd

        return pd.DataFrame(), pd.DataFrame()

    @cached_property
    def left(self) -> set[str]:
        """People the roster says are no longer here: what they no longer sell is the region's shortfall, not theirs."""
        roster = self.facts.table("people", self.as_of)
        ends = roster["to_date"].fillna(roster["left_date"])
        here = set(roster.loc[ends.isna() | (ends >= str(self.main.through)), "person_id"])
        return set(roster["person_id"]) - here

    @property
    def vacant(self) -> set[str]:
        """Open positions: what nobody sells is the manager's shortfall, not a person's."""
        return {one.id for one in self.params.people.positions} - set(self.facts.names("person_id"))

    @staticmethod
    def _is_its_region(rows: pd.DataFrame) -> pd.Series:
        """Teams that are a whole region: the region has been said."""
        regions = rows[rows["dimension"] == "region_id"].set_index("node_id")["actual_minor"]
        return (rows["dimension"] == "team_id") & (rows["node_id"].map(regions) == rows["actual_minor"])

    def _silent(self) -> pd.DataFrame:
        """Dealers that stopped ordering in the channel they mostly ordered in."""
        from salesnb.stages import review

        assert self.line is not None
        names = self.facts.names("dealer_id")
        return review.silent_alerts(
            self.dealer_months, "dealer_id", self.main.period.text, self.last_month_over, names, self.line
        )

    @cached_property
    def dealer_months(self) -> pd.DataFrame:
        """Dealers' months in the channel they mostly order in."""
        months = self.facts.months(("dealer_id", "channel_id"), self.as_of)
        orders = months.groupby(["dealer_id", "channel_id"])["order_count"].sum().reset_index()
        main = orders.sort_values("order_count", kind="stable").groupby("dealer_id")["channel_id"].last()
        return months[months["channel_id"] == months["dealer_id"].map(main)]

    @property
    def last_month_over(self) -> str:
        """The last month that is over by the day reached."""
        running = self.calendar.period(self.calendar.month_of(self.main.through))
        return running.text if self.main.through >= running.end else self.calendar.previous(running).text

    def _courses(self, scope: Scope, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Expected and actual by month of the nodes in ``rows``, from the start of the year, by dimension."""
        out = {}
        for name in sorted(set(rows["dimension"])):
            out[name] = self.monthly((name,), scope, name)
            out[name]["node_id"] = out[name][name]
        return out

    def monthly(self, by: tuple[str, ...], scope: Scope, dimension: str = "") -> pd.DataFrame:
        """*by, month, expected_minor, actual_minor of the year's months so far: due, or last year's without targets."""
        import pandas as pd

        months = [m for m in self._year_months() if m <= self.calendar.month_of(scope.through)]
        known = self.months_reached(by)
        actual = known[known["month"].isin(months)]
        expected = self._due_by_month(by, dimension, months)
        if expected is None:
            twins = {f"{int(m[:4]) - 1}{m[4:]}": m for m in months}
            expected = known[known["month"].isin(twins)]
            expected = expected.assign(month=expected["month"].map(twins), expected_minor=expected["net_minor"])
        keys = [*by, "month"]
        left = expected.groupby(keys, as_index=False)["expected_minor"].sum()
        right = actual.assign(actual_minor=actual["net_minor"]).groupby(keys, as_index=False)["actual_minor"].sum()
        out = pd.merge(left, right, how="outer", on=keys)
        return out.fillna({"expected_minor": 0, "actual_minor": 0}).sort_values(keys, kind="stable")

    def _year_months(self) -> tuple[str, ...]:
        from salesnb.model.periods import Kind

        return self.calendar.containing(Kind.YEAR, self.main.through).months

    def _due_by_month(self, by: tuple[str, ...], dimension: str, months: list[str]) -> pd.DataFrame | None:
        import pandas as pd

        year = self.calendar.period(str(self.calendar.year_of(months[0])))
        pieces = self.targets.pieces(dimension, year.start, year.end) if dimension else None
        if not dimension:
            pieces = self.targets.leaves(by, year.start, year.end)
        if pieces is None or pieces.empty:
            return None
        parts = []
        for month in months:
            span = self.calendar.period(month)
            due = self.curve.due(pieces, span.start, min(span.end, self.main.through))
            parts.append(pieces[list(by)].assign(month=month, expected_minor=due))
        return pd.concat(parts, ignore_index=True)

    def _people_of(self, rows: pd.DataFrame) -> dict[tuple[str, str], str]:
        """Whom an alert concerns: the person himself, or the two who fell most within the node."""
        names, gone = self.facts.names("person_id"), self.say(Text("（已离职）", " (left)"))
        windows = [one for one in (self.window(self.main), self.window(self.main, "-1y")) if one]
        out: dict[tuple[str, str], str] = {}
        for dimension, own in rows.groupby("dimension"):
            name = str(dimension)
            if name == "person_id":
                out |= {(name, node): names.get(node, node) for node in own["node_id"]}
                continue
            crossed = name.split("+")
            sums = self.facts.sums((*crossed, "person_id"), windows, self.as_of)
            sums = sums[sums["person_id"] != UNASSIGNED]
            signed = sums["net_minor"].where(sums["window"] == self.main.period.text, -sums["net_minor"])
            change = signed.groupby([sums[crossed].agg("+".join, axis=1), sums["person_id"]]).sum()
            for node in own["node_id"]:
                fell = change[node].sort_values(kind="stable").head(2) if node in change.index else change.iloc[:0]
                short = [str(p) for p, moved in fell.items() if moved < 0]
                who = [names.get(p, p) + (gone if p in self.left else "") for p in short]
                out[(name, node)] = "、".join(who) if self.lang == "zh" else ", ".join(who)
        return out

    def _with_people(self, made: pd.DataFrame) -> pd.DataFrame:
        """Alerts of crossed cells and of dealers with the people whose sales there fell most."""
        told = self._people_of(made) if len(made) else {}
        keys = zip(made["dimension"], made["node_id"], strict=True)
        from salesnb.notebook.review_comeback import with_comebacks

        return with_comebacks(self, made.assign(people=[told.get((str(d), str(n)), "") for d, n in keys]))

    def _notes(self) -> list[Note]:
        """What people wrote about alerts in this and earlier periods, as known on the day, oldest first."""
        from salesnb.stages.review import Note

        found = []
        for name in self.params.files:
            if not (name.startswith("periods/") and name.endswith(".yaml")):
                continue
            text = name.removeprefix("periods/").removesuffix(".yaml")
            if self.calendar.period(text).start > self.main.through:
                continue
            for one in self.params.period(text).alerts:
                if one.decided <= self.as_of:
                    said = (one.alert, one.owner, one.action, one.due, one.state, one.result)
                    found.append((one.decided, text, Note(text, *said)))
        return [note for _, _, note in sorted(found, key=lambda f: (f[0], f[1], f[2].alert))]

    @cached_property
    def leads_table(self) -> pd.DataFrame:
        """``review_leads``: the open deals of highest win probability × value behind every alert."""
        from salesnb.stages import review

        return self.keep("review_leads", review.top_leads(self.alerts_table, self.open_leads))

    @cached_property
    def plays_table(self) -> pd.DataFrame:
        """``review_plays``: what the playbook offers for every alert, found by its leads and by why deals were lost."""
        from salesnb.stages import review

        alerts, leads, known = self.alerts_table, self.leads_table, self.known_leads
        industry = dict(zip(known["opportunity_id"], known["industry"], strict=True))
        lost = closed_between(known, self.main.period.start, self.as_of)
        lost = lost[lost["stage"] == "lost"]
        reasons = {}
        for row in alerts[alerts["kind"].isin(["node", "slice"])].to_dict("records"):
            own = lost
            for name, node in zip(row["dimension"].split("+"), row["node_id"].split("+"), strict=False):
                own = own[own[name] == node] if name in own else own.iloc[:0]
            reasons[row["alert"]] = " ".join(own["lost_reason"].dropna().value_counts().index[:2])
        found = leads.assign(industry=leads["opportunity_id"].map(industry))
        held = [play for play in self.params.review.playbook if play.decided <= self.as_of]
        return self.keep("review_plays", review.offered(alerts, found, held, reasons))

    @cached_property
    def shown_in(self) -> Shown:
        """Language, unit and names for exhibits."""
        from salesnb.notebook.review_exhibits import Shown
        from salesnb.notebook.review_landing_exhibits import year_note

        names = self.names_of("person_id") | self.facts.names("customer_id")
        return Shown(self.lang, self.unit_shown, names, self.line is not None, year_note(self))
