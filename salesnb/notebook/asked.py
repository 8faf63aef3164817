"""The facts of an open book: what was asked before is not read again.

An import never changes under its folder's name, and rulings make facts of their own, so an answer holds as long as the
book is open. Every caller gets a frame of his own over the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.intake.facts import Facts

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.periods import Window

KEPT_ROWS = 100_000  # a larger answer would hold memory that its caller gives back


@dataclass(frozen=True)
class AskedFacts(Facts):
    """Facts that keep their answers."""

    _answers: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, facts: Facts) -> AskedFacts:
        """``facts``, keeping what they answer."""
        return cls(**{one.name: getattr(facts, one.name) for one in fields(facts)})

    def table(self, name: str, as_of: date | None = None) -> pd.DataFrame:
        """As the facts' own; kept."""
        return self._kept("table", name, as_of)

    def sums(self, by: Sequence[str], windows: Sequence[Window], as_of: date) -> pd.DataFrame:
        """As the facts' own; kept."""
        return self._kept("sums", tuple(by), tuple(windows), as_of)

    def months(self, by: Sequence[str], as_of: date) -> pd.DataFrame:
        """As the facts' own; kept."""
        return self._kept("months", tuple(by), as_of)

    def first_orders(self, as_of: date) -> pd.DataFrame:
        """As the facts' own; kept."""
        return self._kept("first_orders", as_of)

    def activity(self, entity: str, as_of: date) -> pd.DataFrame:
        """As the facts' own; kept."""
        return self._kept("activity", entity, as_of)

    def _kept(self, question: str, *about: Any) -> pd.DataFrame:
        answer = self._answers.get((question, *about))
        if answer is None:
            answer = getattr(Facts, question)(self, *about)
            if len(answer) <= KEPT_ROWS:
                self._answers[(question, *about)] = answer
        return answer.copy(deep=False)
