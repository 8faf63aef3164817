"""Why limits cannot hold together, in the smallest set of them."""

from salesnb.methods.conflicts.conflict import Alike, Conflict, Member
from salesnb.methods.conflicts.implied import ImpliedRange, Shares, implied_ranges, redundant_rows, share_range
from salesnb.methods.conflicts.search import (
    ConflictUndecided,
    Contradiction,
    Trials,
    Watch,
    feasible,
    find_conflict,
    find_contradiction,
)
from salesnb.methods.conflicts.softness import LeastViolation, least_violation

__all__ = [
    "Alike",
    "Conflict",
    "ConflictUndecided",
    "Contradiction",
    "ImpliedRange",
    "LeastViolation",
    "Member",
    "Shares",
    "Trials",
    "Watch",
    "feasible",
    "find_conflict",
    "find_contradiction",
    "implied_ranges",
    "least_violation",
    "redundant_rows",
    "share_range",
]
