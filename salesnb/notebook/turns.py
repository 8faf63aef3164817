"""What every panel needs: a line in its place in a batch, and one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose
from threading import RLock
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.places import stage_dir

if TYPE_CHECKING:
    from salesnb.notebook.book import Book
    from salesnb.report.exhibit import Exhibit


def in_batch(book: Book, name: str) -> Exhibit | None:
    """In a batch, where nobody can choose, the exhibit that says where the panel works; None in JupyterLab."""
    if stage_dir() is None:
        return None
    from salesnb.report.exhibit import Exhibit

    return Exhibit(name, reading=book.say(Text("这个面板在 JupyterLab 中使用。", "This panel works in JupyterLab.")))


class Turns:
    """Steps of a panel, one after another.

    JupyterLab lets each widget's messages run in a thread of their own: another step waits for its turn. What a step
    itself changes in other widgets starts no step, and leaves alone those the planner has moved meanwhile.
    """

    def __init__(self, tried: Callable[[Callable[[], None]], None]) -> None:
        """``tried`` runs a step and shows what went wrong."""
        self._tried = tried
        self._turn = RLock()
        self._is_answering = False
        self._settled: dict[int, Any] = {}

    def watch(self, widget: Any, step: Callable[[Any], None]) -> None:
        """Run ``step`` with the new value whenever the planner moves ``widget``."""
        self._settled[id(widget)] = widget.value

        def moved(change: Any) -> None:
            def settle() -> None:
                self._settled[id(widget)] = change["new"]
                step(change["new"])

            self.take(settle)

        widget.observe(moved, names="value")

    def show(self, widget: Any, value: Any) -> None:
        """Set a watched ``widget`` from within a step, unless it was moved since: its own step is waiting its turn.

        Pushed by hand, a slider holds 10.299999999999999 for 10.3. That is left: a correction that nobody sees would
        arrive after the planner's next push and undo it."""
        if widget.value == self._settled[id(widget)] and not _is_same(widget.value, value):
            widget.value = value
            self._settled[id(widget)] = widget.value  # as the widget holds it: within its limits

    def take(self, step: Callable[[], None]) -> None:
        """Run one step."""
        with self._turn:
            if self._is_answering:
                return
            self._is_answering = True
            try:
                self._tried(step)
            finally:
                self._is_answering = False


def _is_same(held: Any, value: Any) -> bool:
    """Whether two values of a widget are one, but for the last bits of a figure."""
    return bool(held == value or (isinstance(value, float) and isclose(held, value, rel_tol=1e-9, abs_tol=1e-9)))
