"""What reaching the targets is worth (R45, R89): commission, tiers, awards, promotions, and what they would cost."""

from salesnb.stages.incentives.awards import most_costly, promotions_due, winners
from salesnb.stages.incentives.draws import DRAWS, drawn_sales, drawn_totals
from salesnb.stages.incentives.exact import SCALE, exact
from salesnb.stages.incentives.ledger import commission_ledger, earned, exact_sums, without_rule
from salesnb.stages.incentives.pay import Member, Mix, Pay, Sold, attainment, curve, months_in_post, settle
from salesnb.stages.incentives.payout import Leavers, payouts
from salesnb.stages.incentives.scheme import Scheme, Step, scheme
from salesnb.stages.incentives.simulate import Cost, cliffs, cost_table, curve_table, simulate

__all__ = [
    "DRAWS",
    "SCALE",
    "Cost",
    "Leavers",
    "Member",
    "Mix",
    "Pay",
    "Scheme",
    "Sold",
    "Step",
    "attainment",
    "cliffs",
    "commission_ledger",
    "cost_table",
    "curve",
    "curve_table",
    "drawn_sales",
    "drawn_totals",
    "earned",
    "exact",
    "exact_sums",
    "months_in_post",
    "most_costly",
    "payouts",
    "promotions_due",
    "scheme",
    "settle",
    "simulate",
    "winners",
    "without_rule",
]
