"""The panel's part about people and cells: an amount and a lock for everybody, and a lock for any person × line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from salesnb.notebook.decomposition_desk import PlanDesk
    from salesnb.notebook.turns import Turns


class PeopleLocks:
    """Widgets for people and cells. ``box`` is what the panel shows; ``turns`` run the edits one after another."""

    def __init__(self, desk: PlanDesk, turns: Turns, reason: Callable[[], str]) -> None:
        import ipywidgets as widgets

        self.desk, self._turns, self.reason = desk, turns, reason
        self.unit = desk.book.unit_shown
        self.factor = self.unit.factor * 10**self.unit.minor_digits
        self.amounts = {person: self._amount(person) for person in desk.people}
        self.locks = {person: self._check(person) for person in desk.people}
        say, names = desk.book.say, desk.book.names_of
        self.person = self._choice(
            say(Text("人员", "Person")), [(names("person_id").get(p, p), p) for p in desk.people]
        )
        self.line = self._choice(
            say(Text("产品线", "Line")), [(names("product_line").get(one, one), one) for one in desk.lines]
        )
        self.cell = widgets.ToggleButton(description=say(Text("锁定这一格", "Lock this cell")), icon="lock")
        self.cells = widgets.HTML()
        self.box = self._laid_out()
        self._watch()

    def _amount(self, person: str) -> Any:
        import ipywidgets as widgets

        made = widgets.BoundedFloatText(
            value=self._shown(self.desk.amount({"person_id": person})), min=0, max=1e12, step=1,
            description=spoken(self.desk.book.names_of("person_id").get(person, person)), continuous_update=False,
        )  # fmt: skip
        made.style.description_width = "110px"
        made.layout.width = "230px"
        return made

    def _check(self, person: str) -> Any:
        import ipywidgets as widgets

        made = widgets.Checkbox(value=False, description=self.desk.book.say(Text("锁定", "Lock")), indent=False)
        made.layout.width = "72px"
        made.tooltip = person
        return made

    def _choice(self, label: str, options: list[tuple[str, str]]) -> Any:
        import ipywidgets as widgets

        made = widgets.Dropdown(options=[(spoken(name), value) for name, value in options], description=label)
        made.style.description_width = "56px"
        made.layout.width = "230px"
        return made

    def _laid_out(self) -> Any:
        import ipywidgets as widgets

        say, unit = self.desk.book.say, self.unit.label
        flow = widgets.Layout(display="flex", flex_flow="row wrap")
        people = widgets.Box([widgets.HBox([self.amounts[p], self.locks[p]]) for p in self.desk.people], layout=flow)
        cell = widgets.HBox([self.person, self.line, self.cell])
        folded = widgets.Accordion(children=[people, widgets.VBox([cell, self.cells])], selected_index=None)
        folded.set_title(0, say(Text(f"人员：改金额（{unit}）、锁定", f"People: amounts ({unit}) and locks")))
        folded.set_title(1, say(Text("锁定一格：人员 × 产品线", "Lock a cell: person by product line")))
        return folded

    def _watch(self) -> None:
        for person, field in self.amounts.items():
            self._turns.watch(field, partial(self._set, person))
        for person, check in self.locks.items():
            self._turns.watch(check, partial(self._lock, person))
        self._turns.watch(self.cell, self._lock_cell)
        for choice in (self.person, self.line):
            self._turns.watch(choice, lambda _: None)

    def _set(self, person: str, value: float) -> None:
        self.desk.set_amount("person_id", person, value * self.unit.factor)

    def _lock(self, person: str, is_locked: bool) -> None:
        if is_locked:
            self.desk.lock("person_id", person, self.reason())
        else:
            self.desk.unlock(person)

    def _lock_cell(self, is_locked: bool) -> None:
        if is_locked:
            self.desk.lock_cell({"person_id": self.person.value, "product_line": self.line.value}, self.reason())
        else:
            self.desk.unlock(self.person.value, self.line.value)

    def _shown(self, minor: int) -> float:
        return round(minor / self.factor, max(self.unit.decimals, 2))

    def show(self) -> None:
        """Amounts, locks and the cell as the plan now stands."""
        show = self._turns.show
        for person in self.desk.people:
            show(self.amounts[person], self._shown(self.desk.amount({"person_id": person})))
            show(self.locks[person], self.desk.locked(person))
        show(self.cell, self.desk.locked(self.person.value, self.line.value))
        nodes = {"person_id": self.person.value, "product_line": self.line.value}
        book = self.desk.book
        said = f"{self.desk.called(nodes)}：{book.terms.money(self.desk.amount(nodes))}"
        held = [rule.text for rule in self.desk.desk.problem.rules if rule.locked]
        words = (
            book.say(Text("已锁定：", "Locked: ")) + ("；" if book.lang == "zh" else "; ").join(held) if held else ""
        )
        from markupsafe import escape

        self.cells.value = f"<p>{escape(said)}</p><p>{escape(words)}</p>"
