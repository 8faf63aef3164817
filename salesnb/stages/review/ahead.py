"""What the months ahead will bring to every node, and the chance of a target in them, before and after it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.methods import forecast
from salesnb.model.periods import month_range
from salesnb.stages.review.landing import COMPANY, Course


@dataclass(frozen=True)
class Ahead:
    """The outlook of a span of months for the company (row 0) and the nodes of a course; ``months``: the company's."""

    nodes: tuple[str, ...]
    span: tuple[str, ...]
    view: forecast.Outlook

    def expected(self) -> dict[str, float]:
        """Expected sales of the span by node, minor units."""
        return dict(zip((COMPANY, *self.nodes), map(float, self.view.total), strict=True))

    def months(self) -> dict[str, float]:
        """The company's expected sales by month."""
        return dict(zip(self.span, map(float, self.view.months[0]), strict=True))

    def chances(self, targets: Mapping[str, float]) -> dict[str, float]:
        """Chance of every node to reach its target; missing where it has none, or none can be said."""
        goal = np.array([targets.get(node, np.nan) for node in (COMPANY, *self.nodes)], float)
        return dict(zip((COMPANY, *self.nodes), map(float, self.view.attain(goal)), strict=True))


def ahead(run: Course, span: Sequence[str], shift: Mapping[str, float] | None = None) -> Ahead | None:
    """The outlook of ``span`` (months after the last whole one of ``run``), None without history or with too little.

    ``shift``: expected sales that go with customers from one node to another (minor units, they sum to zero); a node
    without history of its own gets no chance.
    """
    if not run.months or not span or span[0] <= run.months[-1]:
        return None
    skip = len(month_range(run.months[-1], span[0])) - 2
    parent = np.array([-1, *[0] * len(run.nodes)])
    fitted = forecast.fit(run.values, parent, steps=skip + len(span), growth=run.growth)
    tested = forecast.backtest(run.values, parent, skip=skip, horizon=len(span), growth=run.growth)
    moved = np.array([(shift or {}).get(node, 0.0) for node in (COMPANY, *run.nodes)], float)
    view = forecast.outlook(fitted, tested, skip=skip, horizon=len(span), known=moved)
    return Ahead(run.nodes, tuple(span), view)
