"""The what-if panel: sliders for growth, market, price, win rate and people; forecast and chance follow.

ipywidgets is imported where the panel is built. The panel calls the same function as the static scenario table.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from salesnb.notebook.turns import Turns, in_batch

if TYPE_CHECKING:
    from salesnb.notebook.feasibility import FeasibilityBook

# lever → (lowest, highest, step)
SLIDERS = {
    "growth": (-0.10, 0.10, 0.01),
    "market": (-0.20, 0.20, 0.01),
    "price": (-0.10, 0.10, 0.01),
    "win_rate": (-0.30, 0.30, 0.05),
    "head_count": (-5, 10, 1),
}


def what_if(book: FeasibilityBook) -> Any:
    """The panel of ``book``; in a batch, where nobody can choose, an exhibit that says where it works."""
    return in_batch(book, "what-if") or WhatIf(book).box


class WhatIf:
    """The widgets of :func:`what_if`; ``box`` is what a notebook shows, the other attributes are for tests."""

    def __init__(self, book: FeasibilityBook) -> None:
        import ipywidgets as widgets

        self.book = book
        self._turns = Turns(lambda step: step())
        self.sliders = {name: self._slider(name) for name in SLIDERS if self._is_known(name)}
        self.answer = widgets.HTML()
        self.answer.add_class("snb-answer")
        controls = widgets.Box(list(self.sliders.values()), layout=widgets.Layout(display="flex", flex_flow="row wrap"))
        self.box = widgets.VBox([controls, self.answer], layout=widgets.Layout(max_width="960px"))
        for slider in self.sliders.values():
            slider.observe(lambda _: self._turns.take(self._answered), names="value")
        self._answered()

    def _is_known(self, lever: str) -> bool:
        return not math.isnan(self.book.levers.shift({lever: SLIDERS[lever][1]}))

    def _slider(self, lever: str) -> Any:
        import ipywidgets as widgets

        from salesnb.report.sentences.feasibility import LEVERS

        low, high, step = SLIDERS[lever]
        kind = widgets.IntSlider if lever == "head_count" else widgets.FloatSlider
        shown = {} if lever == "head_count" else {"readout_format": "+.0%"}
        made = kind(value=0, min=low, max=high, step=step, continuous_update=False, **shown)
        made.description = LEVERS[lever].get(self.book.lang)
        made.style.description_width = "150px"
        made.layout.width = "420px"
        return made

    def _answered(self) -> None:
        from salesnb.report.sentences import feasibility as said

        changes = {name: float(slider.value) for name, slider in self.sliders.items() if slider.value}
        middle, chance = self.book.levers.outcome(changes)
        sentence = said.what_if(middle, chance, self.book.base.middle(), self.book.lang, self.book.currency)
        self.answer.value = f"{sentence.html()}<p>{escape(self.book.behind)}</p>"
