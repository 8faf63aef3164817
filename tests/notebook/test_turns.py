"""Steps of a panel: what a planner moves while a step before is being answered counts, and is never set back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event, Thread

import ipywidgets as widgets
import pytest

from salesnb.notebook.turns import Turns

PATIENCE = 30.0  # s


class Panel:
    """Two sliders; every step shows both as the plan has them, the way the panels do."""

    def __init__(self) -> None:
        self.plan = {"a": 1.0, "b": 2.0}
        self.sliders = {name: widgets.FloatSlider(value=value, max=100.0) for name, value in self.plan.items()}
        self.turns = Turns(self._tried)
        self.steps: list[str] = []
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()
        for name, slider in self.sliders.items():
            self.turns.watch(slider, partial(self._moved, name))

    def _moved(self, name: str, value: float) -> None:
        self.steps.append(name)
        self.plan[name] = value
        self.begun.set()
        assert self.go_on.wait(PATIENCE)

    def _tried(self, step: Callable[[], None]) -> None:
        step()
        for name, slider in self.sliders.items():
            self.turns.show(slider, self.plan[name])


@pytest.fixture
def panel() -> Panel:
    return Panel()


def test_a_slider_moved_while_another_is_answered_keeps_its_place(panel: Panel) -> None:
    panel.go_on.clear()
    first = Thread(target=setattr, args=(panel.sliders["a"], "value", 5.0))
    first.start()
    assert panel.begun.wait(PATIENCE)
    seen: list[float] = []
    panel.sliders["b"].observe(lambda change: seen.append(change["new"]), names="value")
    second = Thread(target=setattr, args=(panel.sliders["b"], "value", 7.0))
    second.start()
    while panel.sliders["b"].value != 7.0:
        assert second.is_alive()
    panel.go_on.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert panel.plan == {"a": 5.0, "b": 7.0} == {name: slider.value for name, slider in panel.sliders.items()}
    assert seen == [7.0], "it never jumped back in the planner's hand"


def test_what_a_step_changes_elsewhere_is_shown_and_starts_no_step(panel: Panel) -> None:
    def both() -> None:
        panel.plan.update(a=8.0, b=500.0)

    panel.turns.take(both)
    assert panel.sliders["a"].value == 8.0 and panel.sliders["b"].value == 100.0  # as far as its scale goes
    assert panel.steps == []
    panel.turns.take(lambda: panel.plan.update(b=3.0))
    assert panel.sliders["b"].value == 3.0


def test_a_push_is_not_corrected_by_what_nobody_sees(panel: Panel) -> None:
    seen: list[float] = []
    panel.turns.watch(panel.sliders["a"], lambda value: panel.plan.update(a=round(value, 2)))
    panel.sliders["a"].observe(lambda change: seen.append(change["new"]), names="value")
    pushed = 10.2 + 0.1
    panel.sliders["a"].value = pushed
    assert pushed != 10.3 == panel.plan["a"] and seen == [pushed]
    panel.turns.take(lambda: panel.plan.update(a=10.4))
    assert panel.sliders["a"].value == 10.4 and seen == [pushed, 10.4]


def test_a_move_the_plan_refuses_goes_back(panel: Panel) -> None:
    def refused(value: float) -> None:
        panel.steps.append("refused")

    other = widgets.FloatSlider(value=1.0)
    panel.sliders["c"], panel.plan["c"] = other, 1.0
    panel.turns.watch(other, refused)
    other.value = 9.0
    assert panel.steps == ["refused"] and other.value == 1.0
