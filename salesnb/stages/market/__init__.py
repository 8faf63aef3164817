"""The market: how large, whose, what was observed, how restless (R11, R57)."""

from salesnb.stages.market.index import Watch, sensitivity_index, watched
from salesnb.stages.market.sizes import (
    WHOLE,
    When,
    market_entries,
    market_nodes,
    served_growth,
    share_needs,
    strategies,
)

__all__ = [
    "WHOLE",
    "Watch",
    "When",
    "market_entries",
    "market_nodes",
    "sensitivity_index",
    "served_growth",
    "share_needs",
    "strategies",
    "watched",
]
