"""The decomposition panel: growth and shares to move, units to lock, rules with their state, conflicts, ways out, save.

ipywidgets is imported where the panel is built; whatever fails while an edit is answered is shown in the panel.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import SalesnbError, Text, UsageError
from salesnb.notebook.decomposition_desk import PlanDesk
from salesnb.notebook.decomposition_locks import PeopleLocks
from salesnb.notebook.turns import Turns, in_batch
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from salesnb.model.params.decomposition import Rule
    from salesnb.notebook.decomposition import DecompositionBook


def explore(book: DecompositionBook) -> Any:
    """The panel of ``book``. In a batch nobody can move anything: the answer says where the panel works."""
    absent = in_batch(book, "explore")
    if absent is not None:
        return absent
    box = PlanPanel(PlanDesk(book)).box
    gc.collect()
    gc.freeze()  # what is there by now stays: looking through it again and again would take as long as a move
    return box


class PlanPanel:
    """The widgets of :func:`explore`; ``box`` is what a notebook shows, the other attributes are for tests."""

    def __init__(self, desk: PlanDesk) -> None:
        import ipywidgets as widgets

        self.desk, self.book = desk, desk.book
        self._turns = Turns(self._tried)
        self.growth = {region: self._slider(region, desk.growth(region), -0.3, 0.6) for region in desk.regions}
        self.locks = {region: self._check(Text("锁定", "Lock"), region) for region in desk.regions}
        self.reason = self._text(Text("锁定原因", "Why locked"))
        self.people = PeopleLocks(desk, self._turns, lambda: str(self.reason.value))
        self.shares = {rule.id: self._slider(rule.text, _first(rule), 0.0, 1.0, 470) for rule in desk.shares}
        self.on = {rule.id: self._check(Text("", ""), rule.id, True) for rule in self.book.problem.rules}
        self.states = {rule.id: widgets.HTML() for rule in self.book.problem.rules}
        self.by = self._text(Text("决定人", "Decided by"))
        self.reference = self._text(Text("依据", "Reference"))
        self.decided = self._text(Text("决定日", "Decided on"), self.book.as_of.isoformat())
        self.save = widgets.Button(description=self._say(Text("保存到参数", "Save")), button_style="primary")
        self.reset = widgets.Button(description=self._say(Text("恢复原样", "Start again")))
        self.ways = widgets.VBox()
        # shared by all ways out: they are made anew on every move, and each of these is a widget of its own
        self._narrow, self._plain = widgets.Layout(width="112px", flex="0 0 auto"), widgets.Layout()
        self._middle = widgets.Layout(align_items="center")
        self.quarrel, self.answer, self.said = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.answer.add_class("snb-answer")
        self.said.add_class("snb-said")
        self.box = self._laid_out()
        self._watch()
        self._turns.take(lambda: None)

    # ------------------------------------------------------------------ building

    def _say(self, text: Text) -> str:
        return self.book.say(text)

    def _slider(self, label: str, value: float, low: float, high: float, width: int = 360) -> Any:
        import ipywidgets as widgets

        known, label = value if value == value else 0.0, spoken(label)
        made = widgets.FloatSlider(
            value=round(known * 100, 2), min=min(low, known) * 100, max=max(high, known) * 100, step=0.1,
            description=label, continuous_update=False, readout_format=".1f",
        )  # fmt: skip
        made.style.description_width = "96px" if width == 360 else "240px"
        made.tooltip = label
        made.layout.width = f"{width}px"
        made.disabled = value != value
        return made

    def _check(self, label: Text, name: str, value: bool = False) -> Any:
        import ipywidgets as widgets

        made = widgets.Checkbox(value=value, description=self._say(label) if label.zh else "", indent=False)
        made.layout.width = "72px" if label.zh else "28px"
        made.tooltip = name
        return made

    def _text(self, label: Text, value: str = "") -> Any:
        import ipywidgets as widgets

        made = widgets.Text(value=value, description=self._say(label), continuous_update=False)
        made.style.description_width = "72px"
        made.layout.width = "300px"
        return made

    def _laid_out(self) -> Any:
        import ipywidgets as widgets

        def title(text: Text) -> Any:
            return widgets.HTML(f"<b>{self._say(text)}</b>")

        flow = widgets.Layout(display="flex", flex_flow="row wrap")
        grown = [widgets.HBox([self.growth[region], self.locks[region]]) for region in self.growth]
        rules = [
            widgets.HBox([self.on[rule.id], self.states[rule.id]], layout=widgets.Layout(align_items="center"))
            for rule in self.book.problem.rules
        ]
        head = title(Text("各规则（勾掉即不用）", "Rules (untick to leave out)"))
        folded = widgets.Accordion(children=[widgets.VBox(rules)], selected_index=None)
        folded.set_title(0, self._say(Text("规则与实时状态", "Rules and their state now")))
        parts = [
            title(Text("各区域增长（%）", "Growth by region (%)")), widgets.Box(grown, layout=flow), self.reason,
            self.people.box,
            title(Text("占比（%）", "Shares (%)")), widgets.Box(list(self.shares.values()), layout=flow),
            self.quarrel, self.ways, self.answer, head, folded,
            title(Text("保存为新的决定", "Save as a new decision")),
            widgets.Box([self.by, self.reference, self.decided], layout=flow),
            widgets.HBox([self.save, self.reset]), self.said,
        ]  # fmt: skip
        box = widgets.VBox(parts, layout=widgets.Layout(max_width="960px"))
        box.add_class("snb-plan")
        return box

    def _watch(self) -> None:
        desk = self.desk
        for region, slider in self.growth.items():
            self._turns.watch(slider, partial(lambda name, value: desk.set_growth(name, value / 100), region))
        for region, check in self.locks.items():
            self._turns.watch(check, partial(self._lock, region))
        for rule_id, slider in self.shares.items():
            self._turns.watch(slider, partial(lambda name, value: desk.set_bound(name, value / 100), rule_id))
        for rule_id, check in self.on.items():
            self._turns.watch(check, partial(desk.set_on, rule_id))
        self.reset.on_click(lambda _: self._turns.take(self._start_again))
        self.save.on_click(lambda _: self._turns.take(self._saved))

    # ------------------------------------------------------------------ answering

    def _tried(self, step: Callable[[], None]) -> None:
        self.said.value = ""
        try:
            step()
            self._shown()
        except SalesnbError as error:
            self.said.value = _alert(error.say(self.book.lang), "")
            self._settings()
        except Exception as error:  # the kernel would print it where no reader of the panel looks
            said = self._say(Text("这一步没有做成：", "This could not be done: "))
            self.said.value = _alert(f"{said}{type(error).__name__}: {error}", traceback.format_exc())

    def _lock(self, region: str, is_locked: bool) -> None:
        if is_locked:
            self.desk.lock("region_id", region, self.reason.value)
        else:
            self.desk.unlock(region)

    def _start_again(self) -> None:
        self.desk.reset()

    def _saved(self) -> None:
        try:
            decided = date.fromisoformat(self.decided.value.strip())
        except ValueError as error:
            raise UsageError(
                Text(f"决定日 {self.decided.value!r} 不是日期", f"{self.decided.value!r} is not a date"),
                remedy=Text("写成 2024-06-30", "write 2024-06-30"),
            ) from error
        written = self.desk.save(self.by.value, decided, self.reference.value)
        names = ", ".join(written)
        zh = f"已写入 {self.desk.sheet.shown}：{names}。旧值保留；下一次运行按新的决定求解。"
        en = f"Written to {self.desk.sheet.shown}: {names}. Old values stay; the next run uses the new decision."
        self.said.value = f'<p role="status"><b>{_escaped(self._say(Text(zh, en)))}</b></p>'

    def _settings(self) -> None:
        """Sliders, locks and ticks as the rules now stand."""
        show = self._turns.show
        rules = {rule.id: rule for rule in self.desk.desk.problem.rules}
        for region, slider in self.growth.items():
            value = self.desk.growth(region)
            if value == value:
                show(slider, min(max(round(value * 100, 2), slider.min), slider.max))
            show(self.locks[region], self.desk.locked(region))
        self.people.show()
        for rule_id, check in self.on.items():
            show(check, rule_id in rules)
        for rule_id, slider in self.shares.items():
            if rule_id in rules:
                show(slider, round(_first(rules[rule_id]) * 100, 2))
            slider.disabled = rule_id not in rules

    def _shown(self) -> None:
        from salesnb.notebook import decomposition_live as live

        self._settings()
        self.answer.value = live.answer(self.desk)  # figures first: what contradicts what takes longer to find out
        said, proposals = live.conflict(self.desk)
        self.quarrel.value = said
        self.ways.children = [self._way(number, words) for number, words in proposals]
        for rule_id, shown in live.states(self.desk).items():
            if rule_id in self.states:
                self.states[rule_id].value = shown

    def _way(self, number: int, words: str) -> Any:
        import ipywidgets as widgets

        named = self._say(Text(f"采纳办法 {number}", f"Take way {number}"))
        button = widgets.Button(description=named, layout=self._narrow)
        read = self.desk.explanation  # what the words on the button mean, whatever is edited meanwhile
        button.on_click(lambda _: self._turns.take(lambda: self.desk.take(number, read)))
        return widgets.HBox([button, widgets.HTML(words, layout=self._plain)], layout=self._middle)


def _first(rule: Rule) -> float:
    return float(next(side for side in rule.bounds if side is not None))


def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


def _alert(said: str, trace: str) -> str:
    more = f"<pre>{_escaped(trace)}</pre>" if trace else ""
    return f'<div role="alert"><pre style="white-space:pre-wrap"><b>{_escaped(said)}</b></pre>{more}</div>'
