"""Sales of everyone drawn together from their forecast: the distribution pay is simulated over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast import Outlook, joint_totals

Array = NDArray[np.float64]
DRAWS, SEED = 1000, 0


def drawn_totals(outlook: Outlook) -> Array:
    """Draws (nodes, DRAWS) of a forecast's totals, moving as their errors did; nan where there is no scale."""
    return joint_totals(outlook, DRAWS, SEED)


def drawn_sales(
    people: Sequence[tuple[str, int]], rows: Sequence[Sequence[int]], totals: Array, company: Array
) -> Array:
    """Draws (persons, DRAWS): ``people`` are (id, target in minor units), ``rows`` each person's rows of ``totals``.

    A person in several teams is their sum. Who has no forecast of his own reaches what the company reaches: his target
    times the company's drawn sales over the sum of all targets.
    """
    whole = sum(target for _, target in people) or 1
    out = np.empty((len(people), company.shape[0]))
    for i, ((_, target), own) in enumerate(zip(people, rows, strict=True)):
        known = [totals[row] for row in own if not np.isnan(totals[row]).any()]
        out[i] = np.sum(known, axis=0) if known else company * target / whole
    return out
