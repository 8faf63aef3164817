"""Widgets of the notebooks: choices on top, the answer under them. A batch shows a line in their place.

ipywidgets is imported where a panel is built; whatever fails while a choice is answered is shown in the panel.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import SalesnbError, Text
from salesnb.notebook.turns import Turns, in_batch
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from markupsafe import Markup

    from salesnb.notebook.explore import Explorer
    from salesnb.notebook.history import HistoryBook
    from salesnb.notebook.history_bridge import BridgeQuestions

MANY = 30  # from so many nodes on a search box helps
OFFERED = 200  # entries a list may have and still be scrolled through

Options = Sequence[tuple[str, str]]


def _said(options: Options) -> list[tuple[str, str]]:
    """Choices as the unit calls them in the language of the panel."""
    return [(spoken(name), value) for name, value in options]


def explore(book: HistoryBook) -> Any:
    """The history panel of ``book``: dimension, node, split, measure and period, with chart, table and reading.

    In a batch there is nobody to choose: the answer is an exhibit that says where the panel works.
    """
    told = in_batch(book, "explore")
    if told is not None:
        return told
    from salesnb.notebook.explore import Explorer

    return ExplorePanel(Explorer(book)).box


class Panel:
    """What panels of the history book share: labelled lists, the answer, and steps whose errors are shown in it."""

    def __init__(self, book: HistoryBook | BridgeQuestions) -> None:
        import ipywidgets as widgets

        self.book = book
        self._turns = Turns(self._tried)
        self.answer = widgets.HTML()
        self.answer.add_class("snb-answer")
        self.answer.layout.width = "100%"

    def _laid(self, chosen: Sequence[Any], name: str) -> Any:
        """The lists in a row that wraps, the answer under them."""
        import ipywidgets as widgets

        controls = widgets.Box(list(chosen), layout=widgets.Layout(display="flex", flex_flow="row wrap"))
        box = widgets.VBox([controls, self.answer], layout=widgets.Layout(max_width="960px"))
        box.add_class(name)
        return box

    def _say(self, text: Text) -> str:
        return self.book.say(text)

    def _list(self, label: Text, options: Options) -> Any:
        import ipywidgets as widgets

        return self._label(widgets.Dropdown(options=_said(options)), label)

    def _label(self, widget: Any, label: Text) -> Any:
        widget.description = self._say(label)
        widget.style.description_width = "64px"
        widget.layout.width = "300px"
        return widget

    def _watched(self, steps: dict[Any, Callable[[], None]]) -> None:
        for widget, step in steps.items():
            widget.observe(lambda _, step=step: self._turns.take(step), names="value")

    def _tried(self, step: Callable[[], None]) -> None:
        try:
            step()
        except SalesnbError as error:
            self.answer.value = str(self._failed(error.say(self.book.lang), ""))
        except Exception as error:  # the kernel would print it where no reader of the panel looks
            said = self._say(Text("这个选择算不出来：", "This choice cannot be answered: "))
            self.answer.value = str(self._failed(f"{said}{type(error).__name__}: {error}", traceback.format_exc()))

    def _failed(self, said: str, trace: str) -> Markup:
        from markupsafe import Markup

        shown = Markup('<p role="alert"><b>{}</b></p>').format(said)
        if trace:
            title = self._say(Text("给维护者的细节", "Details for the maintainer"))
            shown += Markup("<details><summary>{}</summary><pre>{}</pre></details>").format(title, trace)
        return shown


class BridgePanel(Panel):
    """Two lists of periods and the price-volume-mix bridge between them; ``box`` is what a notebook shows."""

    book: BridgeQuestions

    def __init__(self, book: BridgeQuestions) -> None:
        super().__init__(book)
        from salesnb.report.sentences.explore import when

        periods = [(when(period, book.lang), period) for period in book.periods_sold()]
        self.first = self._list(Text("从", "From"), periods)
        self.last = self._list(Text("到", "To"), periods)
        if len(periods) > 1:
            self.first.value = periods[1][1]
        self.box = self._laid([self.first, self.last], "snb-compare")
        self._watched({self.first: self._answered, self.last: self._answered})
        self._turns.take(self._answered)

    def _answered(self) -> None:
        self.answer.value = self.book.between(self.first.value, self.last.value)._repr_html_()


class ExplorePanel(Panel):
    """The widgets of :func:`explore`; ``box`` is what a notebook shows, the other attributes are for tests."""

    book: HistoryBook

    def __init__(self, explorer: Explorer) -> None:
        import ipywidgets as widgets

        super().__init__(explorer.book)
        self.explorer = explorer
        self.dimension = self._list(Text("维度", "Dimension"), self._named(explorer.dimensions))
        self.find = widgets.Text(continuous_update=False, placeholder=self._say(Text("名称的一部分", "part of a name")))
        self._label(self.find, Text("查找", "Find"))
        self.node = self._list(Text("节点", "Node"), [])
        self.below = self._list(Text("拆开按", "Split by"), [])
        self.measure = self._list(Text("指标", "Measure"), self._measures())
        self.period = self._list(Text("期间", "Period"), self._periods())
        chosen = [self.dimension, self.find, self.node, self.below, self.measure, self.period]
        self.box = self._laid(chosen, "snb-explore")
        self._watch()
        self._turns.take(self._dimension_chosen)

    # ------------------------------------------------------------------ building

    def _named(self, dimensions: Sequence[str]) -> Options:
        from salesnb.notebook.history import DIMENSIONS

        return [(self._say(DIMENSIONS[name][0]), name) for name in dimensions]

    def _measures(self) -> Options:
        from salesnb.notebook.explore import MEASURES

        return [(self._say(MEASURES[name].label), name) for name in self.explorer.measures]

    def _periods(self) -> Options:
        from salesnb.report.sentences.explore import when

        own = self._say(Text("与上年可比的期间", "comparable windows"))
        latest = when(self.book.last, self.book.lang)
        return [(f"{latest}（{own}）" if self.book.lang == "zh" else f"{latest} ({own})", "")] + [
            (when(period, self.book.lang), period) for period in self.explorer.periods if period
        ]

    def _watch(self) -> None:
        steps: dict[Any, Callable[[], None]] = {
            self.dimension: self._dimension_chosen,
            self.find: self._nodes_found,
            self.node: self._node_chosen,
            self.below: self._answered,
            self.measure: self._answered,
            self.period: self._answered,
        }
        self._watched(steps)

    # ------------------------------------------------------------------ answering

    def _dimension_chosen(self) -> None:
        self.find.value = ""
        many = len(self.explorer.nodes(self.dimension.value)) > MANY
        self.find.layout.display = "" if many else "none"
        self._nodes_found()

    def _nodes_found(self) -> None:
        """Offer the nodes whose name holds what is searched for; one alone is chosen at once."""
        wanted = self.find.value.strip().casefold()
        named = _said(self.explorer.nodes(self.dimension.value))
        found = [(name, node) for name, node in named if wanted in name.casefold()]
        everything = self._say(Text("全部", "All"))
        cut = found[:OFFERED]
        self.node.options = [(everything, ""), *cut]
        self.node.value = cut[0][1] if wanted and len(found) == 1 else ""
        self._node_chosen()

    def _node_chosen(self) -> None:
        below = self.explorer.below(self.dimension.value) if self.node.value else []
        kept = self.below.value
        self.below.options = _said(self._named(below))
        if below:
            self.below.value = kept if kept in below else below[0]
        self.below.disabled = not below
        self._answered()

    def _answered(self) -> None:
        from salesnb.notebook.explore import Choice

        choice = Choice(
            self.dimension.value, self.node.value, self.below.value or "", self.measure.value, self.period.value
        )
        self.answer.value = self.explorer.exhibit(choice)._repr_html_()
