"""History: what was sold, how it grew, who carried the growth, and how the year breathes.

Takes sums over comparable windows (columns of ``intake.sums``) and gives the tables of ``model.contracts.history``.
Amounts are int64 minor units; rates are fractions, null where a base is missing or not positive.
"""

from salesnb.methods.seasonality import Season
from salesnb.stages.history.bridge import bridge, bridge_level
from salesnb.stages.history.customers import cohorts, customer_years, first_bought, tier_moves, tiers
from salesnb.stages.history.life_cycle import life_cycle
from salesnb.stages.history.months import company_season, gapless, month_history, season_history
from salesnb.stages.history.nodes import contribution, node_history

__all__ = [
    "Season",
    "bridge",
    "bridge_level",
    "cohorts",
    "company_season",
    "contribution",
    "customer_years",
    "first_bought",
    "gapless",
    "life_cycle",
    "month_history",
    "node_history",
    "season_history",
    "tier_moves",
    "tiers",
]
