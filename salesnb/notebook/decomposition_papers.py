"""Papers of a plan: responsibility letters of people and regions, forms for managers, in their readers' folders."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from salesnb.model.audience import own_file
from salesnb.model.errors import DataError, Text
from salesnb.model.places import outputs_dir
from salesnb.model.tables import Column
from salesnb.notebook.decomposition_counts import CountQuestions

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.model.forms import Form
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.letters import Letter, Sources
    from salesnb.report.prose import Sentence
    from salesnb.versions.targets import Chain, Revision

BASE = "../"  # from a page in all/ to the readers' folders
NODES = {"region": "region_id", "person": "person_id"}
UNDECIDED = Text(
    "必须项互相矛盾，目标未决，不出文件。", "Musts contradict each other; nothing is decided, so no papers."
)
LEVEL_WORDS = {"region": Text("区域", "Region"), "person": Text("人员", "Person")}


class PaperQuestions(CountQuestions):
    """Letters, their signatures, and forms."""

    # ------------------------------------------------------------------ approved targets

    @cached_property
    def chain(self) -> Chain:
        """The plan's approved targets, verified."""
        from salesnb.versions.targets import read_chain

        return read_chain(self.params.folder, self.period.text)

    @cached_property
    def approved(self) -> Revision | None:
        """The revision known on the day; quotas that were imported have no letters of ours."""
        found = self.chain.known(self.as_of)
        return found if found is not None and found.source == "proposal" else None

    @cached_property
    def approved_cells(self) -> pd.DataFrame | None:
        """Its cells; None without one."""
        return None if self.approved is None else self.chain.cells(self.approved)

    @cached_property
    def is_as_approved(self) -> bool:
        """Whether this plan's targets are, cell by cell, the approved ones."""
        if self.approved_cells is None:
            return False
        keys = ["region_id", "team_id", "person_id", "product_id", "month"]
        old, new = (frame.groupby(keys)["target_minor"].sum() for frame in (self.approved_cells, self.plan.table))
        return bool(old[old != 0].sort_index().equals(new[new != 0].sort_index()))

    # ------------------------------------------------------------------ letters

    @cached_property
    def sources(self) -> Sources:
        """Everything the letters are made from: this plan's tables, approved or not yet."""
        from salesnb.report.letters import Approval, Issue, receipts

        approval = Approval()
        if self.is_as_approved and self.approved is not None:
            r = self.approved
            approval = Approval(r.name, r.decided, r.by, r.from_, r.source_version, r.hash)
        signed = self.params.signatures(approval.revision).by(self.as_of) if approval.revision else {}
        return self._composed(self.tables["target_cells"], Issue(self.as_of, approval, receipts(signed)))

    def _composed(self, cells: pd.DataFrame, issue: Any) -> Sources:
        from salesnb.report.letters import TABLES, composed

        tables = {name: self.tables[name] for name in TABLES if name in self.tables}
        roster = self.facts.table("people", self.as_of)
        return composed(self.params, self.period, cells, tables, (roster, self.all_names), issue)

    @cached_property
    def all_names(self) -> dict[str, str]:
        """Names of every node the papers speak of."""
        out: dict[str, str] = {}
        for dimension in ("product_line", "team_id", "region_id", "person_id"):
            out |= self.names_of(dimension)
        return out

    @cached_property
    def letters_made(self) -> list[Letter]:
        """Every letter, checked; a draft against approved targets says what it would change."""
        from salesnb.report.letters import Approval, Issue, check_letter, letters, replacing

        made = [check_letter(letter) for letter in letters(self.sources)]
        if self.approved is None or self.approved_cells is None or self.is_as_approved:
            return made
        r = self.approved
        issue = Issue(self.as_of, Approval(r.name, r.decided, r.by, r.from_, r.source_version, r.hash))
        before = {letter.node_id: letter for letter in letters(self._composed(self.approved_cells, issue))}
        return [replacing(letter, before.get(letter.node_id)) for letter in made]

    def letters(self) -> Exhibit:
        """Writes every letter as a page and as Word, and lists them with their state."""
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.letters import vacant
        from salesnb.report.sentences import decomposition_papers as said

        self._ready()
        if self.undecided is not None:
            return Exhibit("letters", reading=self.say(UNDECIDED), is_absent=True)
        if self.params.decomposition.letter is None:
            none = Text("decomposition.yaml 没有 letter，不出责任书。", "decomposition.yaml has no letter.")
            return Exhibit("letters", reading=self.say(none), is_absent=True)
        try:
            made_any = bool(self.letters_made)
        except DataError as error:  # a roster that does not know who carries a target: the page says so and goes on
            why = Text(f"责任书没有出：{error.what.zh}", f"no letters were made: {error.what.en}")
            self.note(why)
            return Exhibit("letters", reading=self.say(why), is_absent=True)
        if not made_any:
            nobody = Text("没有人承担目标，不出责任书。", "Nobody carries a target, so there are no letters.")
            return Exhibit("letters", reading=self.say(nobody), is_absent=True)
        from salesnb.report.letters import register

        for file, content in register.written(self.letters_made, self.lang).items():
            self._place(file).write_bytes(content)
        regions, people = ([one for one in self.letters_made if one.level == level] for level in ("region", "person"))
        approval = self.sources.approval
        names = self.names_of("person_id")
        seats = [names.get(seat, seat) for seat in vacant(self.sources)]
        unset = sum(bool(letter.missing) for letter in self.letters_made)
        made, state = (len(people), len(regions)), (approval.revision, self.letters_made[0].sign_by)
        reading: list[Sentence] = [said.letters(made, state, seats, unset, self.lang)]
        if approval.revision:
            reading.append(register.state_line(self.letters_made, self.as_of, self.lang))
        how = (self.lang, self.unit_shown, BASE)
        title = self.say(Text(f"个人责任书：{len(people)} 份", f"Personal letters: {len(people)}"))
        details = [Details(title, register.letter_table(people, "person", self.as_of, how))]
        issued = self._issued()
        if issued:
            details.append(
                Details(self.say(Text("已出具的责任书与签收登记", "Letters issued and what came back")), issued)
            )
        table = register.letter_table(regions, "region", self.as_of, how)
        return Exhibit("letters", reading=reading, table=table, details=details)

    def _ready(self) -> None:
        """Have every table that a letter is made from, whatever the page has asked so far."""
        if "target_cells" not in self.tables:
            self.publish()

    def _place(self, file: PurePosixPath) -> Path:
        """Where a file of the version is written, noted so that a later version carries it along."""
        path = self.folder.joinpath(*file.parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.written.add(file.as_posix())
        return path

    def _issued(self) -> Markup | None:
        """A link to the register that stands beside the versions; None before an approval has issued letters."""
        from markupsafe import Markup

        from salesnb.report.letters.register import anchor

        place = PurePosixPath("letters", self.approved.name, "index.html") if self.approved is not None else None
        kept = outputs_dir() / self.unit / self.period.text
        if place is None or not kept.joinpath(*place.parts).is_file():
            return None
        return Markup("<p>{}</p>").format(anchor(place, place.parts[1], "../../"))

    @cached_property
    def written(self) -> set[str]:
        """Files written beside the tables, relative to the version."""
        return set()

    # ------------------------------------------------------------------ forms

    @cached_property
    def forms_made(self) -> list[Form]:
        """The managers' forms of this plan."""
        from salesnb.intake.forms import Handed, forms_of

        self._ready()
        roster = self.facts.table("people", self.as_of)
        handed = Handed(self.period, self.tables["target_cells"], roster, self.all_names, self.as_of)
        return forms_of(self.params, handed)

    def forms(self) -> Exhibit:
        """Writes a workbook to fill in for every region, and lists them."""
        from salesnb.intake.forms import dump
        from salesnb.report.excel_forms import write_form
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.letters.register import anchor
        from salesnb.report.sentences import decomposition_papers as said
        from salesnb.report.tables import Options, Show, render

        if self.undecided is not None:
            return Exhibit("forms", reading=self.say(UNDECIDED), is_absent=True)
        if not self.forms_made:
            none = Text("没有区域承担目标，不出填报表。", "No region carries a target, so there are no forms.")
            return Exhibit("forms", reading=self.say(none), is_absent=True)
        rows = []
        for form in self.forms_made:
            name = f"{form.plan}-commitments-{form.round}-{form.top.id}.xlsx"
            file = own_file("region", form.top.id, name)
            write_form(self._place(file), form, self.lang)
            rows.append({"name": form.top.name, "manager": form.manager, "lines": len(form.rows),
                         "target": sum(sum(row.targets) for row in form.rows),
                         "open": anchor(file, self.say(Text("填报表（Excel）", "Form (Excel)")), BASE)})  # fmt: skip
        self._place(PurePosixPath("forms", "commitments.json")).write_text(dump(self.forms_made), encoding="utf-8")
        rows.sort(key=lambda row: -int(str(row["target"])))
        first = self.forms_made[0]
        shows = [
            Show(Column("name", "text", LEVEL_WORDS["region"])),
            Show(Column("manager", "text", Text("填报人", "Filled in by"))),
            Show(Column("lines", "count", Text("人数", "People"))),
            Show(Column("target", "minor", Text("下达数", "Handed down"), unit="money")),
            Show(Column("open", "text", Text("填报表", "Form"))),
        ]
        caption = self.say(Text("填报表", "Forms"))
        table = render(rows, shows, self.lang, self.unit_shown, Options(caption=caption))
        reading = said.forms(len(rows), (first.round, first.due, first.version), self.lang)
        return Exhibit("forms", reading=reading, table=table)
