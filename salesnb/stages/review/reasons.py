"""What deals were lost for: the reason named most, and whether it is named more than a year before."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesnb.methods.intervals import difference

LEAST = 10  # lost deals with a reason; of fewer a share says nothing


@dataclass(frozen=True)
class Reason:
    """The reason most lost deals name: how many deals, its share now and before (missing without as many deals then),
    and whether chance explains the difference."""

    reason: str
    count: int
    share: float
    before: float | None
    is_noise: bool


def lost_for(now: pd.Series, before: pd.Series) -> Reason | None:
    """``now``, ``before``: the reasons of deals lost in a window and in its twin a year before; blanks do not count.

    Where reasons rose more than chance explains, the one that rose most is named; else the most frequent. None under
    ten lost deals with a reason. Ties go by name.
    """
    held, was = (side.dropna().astype("str") for side in (now, before))
    held, was = held[held != ""], was[was != ""]
    if len(held) < LEAST:
        return None
    found = []
    for name, count in sorted(held.value_counts().items(), key=lambda pair: (-pair[1], str(pair[0]))):
        if len(was) < LEAST:
            return Reason(str(name), len(held), int(count) / len(held), None, True)
        earlier = int((was == name).sum())
        gap, low, _ = (float(v) for v in difference(int(count), len(held), earlier, len(was)))
        found.append((gap, Reason(str(name), len(held), int(count) / len(held), earlier / len(was), not low > 0)))
    rising = [pair for pair in found if not pair[1].is_noise]
    return max(rising, key=lambda pair: pair[0])[1] if rising else found[0][1]
