"""Forecasts of many monthly histories with honest distributions: coherent over a tree, tested on themselves.

    fitted = fit(values, parent, steps=14)                  # (N, T) with nan for missing months, parent index, -1 root
    tested = backtest(values, parent, skip=2, horizon=12)   # the company's own record
    view = outlook(fitted, tested, skip=2, horizon=12)      # total of a window: middle, interval, chance of a target
    view.attain(target), view.interval(0.80), view.records[node], joint_totals(view)

What each state of a history gets (``fit(...).history.state``):

========  ==========================================  =======================================  =====================
state     when                                        forecast                                 interval and chance
========  ==========================================  =======================================  =====================
fitted    24 months or more                           own members; small noisy leaves halfway  yes
                                                      to their parent's share
constant  all months equal                            the constant (before any growth belief)  yes, the least scale
signed    negative months or years that matter        own, additive season, may be negative    yes, on the plain axis
sparse    over 10 % zero months                       parent's × share of 24 months; own       yes
                                                      where there is no parent
short     under 24 seen months, or the last 12        parent's × share of the months seen;     none: not enough
          missing                                     else last year again, or the mean        history
ended     12 zero months at the end (6 where it       zero                                     none
          never had one before)
zero      nothing but zeros for a year or more        zero                                     none
empty     no month seen                               nan                                      none
========  ==========================================  =======================================  =====================

A chance is given only where the node's group was back-tested on the company's own history (25 months or more).
"""

from salesnb.methods.forecast.backtest import Backtest, Record, backtest
from salesnb.methods.forecast.fit import Fit, fit
from salesnb.methods.forecast.growth import DEFAULT_GROWTH, Growth
from salesnb.methods.forecast.history import History, State, read_history
from salesnb.methods.forecast.joint import joint_totals
from salesnb.methods.forecast.landing import month_to_date, share_spread
from salesnb.methods.forecast.outlook import Outlook, outlook
from salesnb.methods.forecast.reliability import Reliability, reliability
from salesnb.methods.forecast.window import Window, window

__all__ = [
    "DEFAULT_GROWTH",
    "Backtest",
    "Fit",
    "Growth",
    "History",
    "Outlook",
    "Record",
    "Reliability",
    "State",
    "Window",
    "backtest",
    "fit",
    "joint_totals",
    "month_to_date",
    "outlook",
    "read_history",
    "reliability",
    "share_spread",
    "window",
]
