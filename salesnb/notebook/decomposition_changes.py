"""Questions about what moved: against approved targets or the version before, week by week, and by people's moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import ParamsError, Text, VersionError
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_papers import PaperQuestions

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.params.decomposition import Rule
    from salesnb.report.exhibit import Exhibit

SHOWN = {
    "region_id": Text("区域", "Region"),
    "person_id": Text("人员", "Person"),
    "product_line": Text("产品线", "Product line"),
    "month": Text("月份", "Month"),
}
KINDS = {"added": Text("新增", "added"), "removed": Text("取消", "removed"), "changed": Text("改动", "changed")}
NOTHING_BEFORE = Text(
    "还没有已批准的目标，也没有更早的版本，没有可比的。", "There are neither approved targets nor an earlier version."
)


@dataclass(frozen=True)
class Before:
    """What a plan is held against: its name in words, its cells, and its rules where they are known."""

    name: Text
    cells: pd.DataFrame
    rules: tuple[Rule, ...] | None


class ChangeQuestions(PaperQuestions):
    """Bridges, weeks and staff."""

    # ------------------------------------------------------------------ against what stood before

    @cached_property
    def before(self) -> Before | None:
        """The approved targets known on the day; without them the proposal of the version before."""
        from salesnb.model.places import outputs_dir
        from salesnb.versions.folders import PeriodFolder, version_name
        from salesnb.versions.tables import read_table, table_names

        folder = PeriodFolder(outputs_dir(), self.unit, self.period.text)
        if self.approved is not None and self.approved_cells is not None:
            r = self.approved
            period, _, version = r.source_version.partition("/")
            source = PeriodFolder(outputs_dir(), self.unit, period).path / version if version else None
            name = Text(f"已批准的 {r.name}", f"the approved {r.name}")
            return Before(name, self.approved_cells, self._rules_of(source))
        for number in reversed(folder.complete()):
            source = folder.version(number)
            if "target_cells" in table_names(source / "tables"):
                cells = read_table(source / "tables", "target_cells")
                named = version_name(number)
                return Before(Text(f"版本 {named}", f"version {named}"), cells, self._rules_of(source))
        return None

    def _rules_of(self, version: Path | None) -> tuple[Rule, ...] | None:
        """The rules a version was made with, as it knew them; None where it is gone or its file would not load now."""
        from datetime import date

        from pydantic import ValidationError

        from salesnb.model.params.decomposition import Decomposition
        from salesnb.versions.manifest import read_manifest
        from salesnb.versions.snapshot import read_one

        if version is None or not version.is_dir():
            return None
        try:
            stated = Decomposition.model_validate(read_one(version, "decomposition.yaml"))
            as_of = date.fromisoformat(read_manifest(version).as_of)
        except (ValidationError, VersionError):
            return None
        rules = self._for_this_kind(stated).rules_at(self.period.end, as_of)
        return tuple(rule for rule in rules if not rule.scenario)

    def changes(self) -> Exhibit:
        """Who carries more or less than before, and which rules came, went or moved, each with what it does alone."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_changes as said
        from salesnb.stages.decomposition.against import bridge_from

        if self.before is None:
            return Exhibit("changes", reading=self.say(NOTHING_BEFORE), is_absent=True)
        frame = self.keep("target_bridge", bridge_from(self.before.cells, self.plan))
        rules = self._rule_changes()
        moved = frame[(frame["change_minor"] != 0) & (frame["dimension"] != "company")]
        details = [
            Details(self.say(SHOWN[name]), self._bridge_table(frame, name))
            for name in SHOWN
            if name != "region_id" and (moved["dimension"] == name).any()
        ]
        name = self.say(self.before.name)
        people = self.called(frame[frame["dimension"] == "person_id"], "person_id")
        reading = [said.bridge(frame, people, name, self.lang, self.currency)]
        if rules is not None:
            reading.append(said.rules_moved(rules, self.lang))
            if len(rules):
                details.append(Details(self.say(Text("为何：规则的变化", "Why: rules")), self._rules_table(rules)))
        table = self._bridge_table(frame, "region_id") if len(moved) else ""
        return Exhibit("changes", reading=reading, table=table, details=details)

    def _rule_changes(self) -> pd.DataFrame | None:
        """``target_rule_changes`` against the rules before; None where those are not known or cannot be planned."""
        from salesnb.stages.decomposition import decompose
        from salesnb.stages.decomposition.scenarios import rule_changes

        if self.before is None or self.before.rules is None or self.undecided is not None:
            return None
        try:
            earlier = decompose(replace(self.problem, rules=self.before.rules))
            return self.keep("target_rule_changes", rule_changes(earlier, self.plan))
        except ParamsError:  # the rules of then contradict each other, or name what nobody knows any more
            return None

    def _bridge_table(self, frame: pd.DataFrame, dimension: str) -> Markup:
        from salesnb.report.tables import Options, Show, render

        of = contract("target_bridge")
        own = self.called(frame[frame["dimension"] == dimension], dimension)
        own = own.assign(rate=own["change_minor"] / own["before_minor"].where(own["before_minor"] != 0))
        order = ["node_id"] if dimension == "month" else ["change_minor", "node_id"]
        own = own.sort_values(order, kind="stable")
        shows = [Show(Column("name", "text", SHOWN[dimension])), Show(of.column("before_minor"))]
        shows += [Show(of.column("after_minor")), Show(of.column("change_minor"), signed=True)]
        shows.append(Show(Column("rate", "rate", Text("变化", "Change")), signed=True))
        sums = {name: int(own[name].sum()) for name in ("before_minor", "after_minor", "change_minor")}
        total: dict[str, Any] = {**sums, "name": self.say(Text("合计", "Total"))}
        word = SHOWN[dimension]
        caption = self.say(Text(f"变化：{word.zh}", f"Changes by {word.en.lower()}"))
        return render(own, shows, self.lang, self.unit_shown, Options(caption=caption, total=total, fold=40))

    def _rules_table(self, rules: pd.DataFrame) -> Markup:
        from salesnb.report.tables import Options, Show, render

        measures = (
            {rule.id: rule.measure for rule in (*(self.before.rules or ()), *self.problem.rules)} if self.before else {}
        )
        rows = []
        for row in rules.to_dict("records"):
            measure = measures.get(str(row["rule_id"]), "amount")
            sides = [self.terms.asked(measure, row[f"{when}_low"], row[f"{when}_high"]) for when in ("before", "after")]
            rows.append(
                {"text": str(row["text"]), "kind": self.say(KINDS[str(row["kind"])]), "asked": " → ".join(sides)}
                | {"total_minor": row["total_minor"], "moved_minor": row["moved_minor"], "by": row["by"] or ""}
            )
        of = contract("target_rule_changes")
        shows = [
            Show(Column("text", "text", Text("规则", "Rule"))),
            Show(Column("kind", "text", Text("变化", "Change"))),
        ]
        shows.append(Show(Column("asked", "text", Text("要求", "Asked"))))
        shows += [Show(of.column("total_minor"), signed=True), Show(of.column("moved_minor")), Show(of.column("by"))]
        caption = self.say(Text("规则的变化", "Changes of rules"))
        return render(rows, shows, self.lang, self.unit_shown, Options(caption=caption))

    # ------------------------------------------------------------------ weeks

    def weeks(self) -> Exhibit:
        """Every ISO week of the plan; one that crosses months is shown with both its parts."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_changes as said
        from salesnb.report.tables import Options, Show, render

        if "target_weeks" not in self.tables:
            self.publish()
        weeks = self.tables["target_weeks"]
        sums = weeks.groupby(["week", "month"])["target_minor"].sum().reset_index()
        days = weeks.drop_duplicates(["week", "month"]).groupby("week")["working_days"].sum()
        rows = []
        for week, own in sums.groupby("week", sort=True):
            parts = [
                f"{month} {self.unit_shown.format(amount)}"
                for month, amount in zip(own["month"], own["target_minor"], strict=True)
            ]
            row = {"week": str(week), "days": float(days[week]), "target": int(own["target_minor"].sum())}
            rows.append(
                row
                | {
                    "parts": "；".join(parts)
                    if len(parts) > 1 and self.lang == "zh"
                    else "; ".join(parts)
                    if len(parts) > 1
                    else ""
                }
            )
        shows = [
            Show(Column("week", "text", Text("周", "Week"))),
            Show(Column("days", "number", Text("工作日", "Working days")), decimals=0),
            Show(Column("target", "minor", Text("目标", "Target"), unit="money")),
            Show(Column("parts", "text", Text("跨月的周：各月的部分", "Weeks across months: their parts"))),
        ]
        total = {"week": self.say(Text("合计", "Total")), "target": int(weeks["target_minor"].sum())}
        options = Options(caption=self.say(Text("各周目标", "Targets by week")), total=total, fold=60)
        table = render(rows, shows, self.lang, self.unit_shown, options)
        crossing = sum(bool(row["parts"]) for row in rows)
        details = [Details(self.say(Text("逐周查看", "Week by week")), table)]
        reading = said.weeks(
            [(str(row["week"]), int(str(row["target"]))) for row in rows], crossing, self.lang, self.currency
        )
        return Exhibit("weeks", reading=reading, details=details)

    # ------------------------------------------------------------------ staff

    def staff(self) -> Exhibit:
        """Managers' own quotas, newcomers with their ramp, leavers, open seats, people who serve several regions."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition_changes as said
        from salesnb.stages.decomposition.staff import target_staff

        frame = self.keep("target_staff", target_staff(self.built, self.plan))
        named = self.called(frame, "person_id", "person_id")
        special = named[
            named["is_open"]
            | named["is_manager"]
            | named["is_new"]
            | named["to_date"].notna()
            | named["probation_date"].notna()
            | (named["region_count"] > 1)
        ]
        details = [Details(self.say(Text("全部人员", "Everybody")), self._staff_table(named))]
        table = self._staff_table(special) if len(special) else ""
        return Exhibit("staff", reading=said.staff(named, self.lang, self.currency), table=table, details=details)

    def _staff_table(self, rows: pd.DataFrame) -> Markup:
        from salesnb.report.tables import Options, Show, render

        of = contract("target_staff")
        people, teams = self.names_of("person_id"), self.names_of("team_id")
        shown = rows.sort_values(
            ["is_open", "is_manager", "target_minor"], ascending=[False, False, False], kind="stable"
        )
        shown = shown.assign(
            team=[teams.get(str(team), str(team)) for team in shown["team_id"]],
            what=[self._what(row, people) for row in shown.to_dict("records")],
        )
        shows = [
            Show(Column("name", "text", SHOWN["person_id"])),
            Show(Column("team", "text", Text("团队", "Team"))),
            Show(of.column("role")),
            Show(Column("what", "text", Text("情形", "Case"))),
            Show(of.column("present"), decimals=2),
            Show(of.column("capacity"), decimals=2),
            Show(of.column("target_minor")),
        ]
        caption = self.say(Text("承担目标的岗位", "Who carries targets"))
        return render(shown, shows, self.lang, self.unit_shown, Options(caption=caption, fold=60))

    def _what(self, row: dict[Any, Any], people: Any) -> str:
        """What is special about a posting, in words."""
        import pandas as pd

        out: list[Text] = []
        start, end = row["from_date"], row["to_date"]
        if row["is_open"]:
            out.append(Text(f"待补岗位，计划 {start:%Y-%m-%d} 到岗", f"open seat, to be filled {start:%Y-%m-%d}"))
        elif row["is_new"] and pd.notna(start):
            out.append(Text(f"{start:%Y-%m-%d} 到岗，按爬坡折算", f"joins {start:%Y-%m-%d}, with a ramp"))
        if pd.notna(row["probation_date"]):
            until = f"{row['probation_date']:%Y-%m-%d}"
            part = Text(f"试用期至 {until}，期内目标按比例计", f"on probation until {until}, with part of a target")
            out.append(part)
        if pd.notna(end):
            name = people.get(str(row["successor_id"]), "") if row["successor_id"] else ""
            out.append(Text(f"{end:%Y-%m-%d} 离岗" + (f"，{name}接手" if name else ""),
                            f"leaves {end:%Y-%m-%d}" + (f", {name} takes over" if name else "")))  # fmt: skip
        if row["is_manager"]:
            out.append(Text("带队，另有本人目标", "leads others, has a target too"))
        if row["region_count"] > 1:
            out.append(Text(f"服务 {row['region_count']} 个区域", f"serves {row['region_count']} regions"))
        return ("；" if self.lang == "zh" else "; ").join(self.say(text) for text in out)
