"""Feasibility: what the period will bring, what it can bring, and the verdict on every target (R12–R18).

Chances come with their back-tests; a node without enough history has a state instead of a number. Amounts are int64
minor units; rates are fractions.
"""

from salesnb.stages.feasibility.baseline import (
    COMPANY,
    VIEWS,
    Baseline,
    Belief,
    Span,
    baseline,
    span,
)
from salesnb.stages.feasibility.ceilings import (
    Deals,
    Need,
    budget_table,
    ceiling_table,
    market_ceilings,
    pipeline_table,
)
from salesnb.stages.feasibility.field import Level, commitments, feedback_table, launch_table, target_table
from salesnb.stages.feasibility.hiring import (
    Staffing,
    capacity_table,
    decided_hires,
    head_value,
    hiring_plan,
    leaving_cost,
    realistic,
)
from salesnb.stages.feasibility.outcome import month_table, node_table, record_table, reliability_table
from salesnb.stages.feasibility.people import Team, build_team, roles_of, season_ahead, seats
from salesnb.stages.feasibility.scenarios import CHANGES, Levers, scenario_table
from salesnb.stages.feasibility.verdict import Evidence, judge, verdict_table

__all__ = [
    "CHANGES",
    "COMPANY",
    "VIEWS",
    "Baseline",
    "Belief",
    "Deals",
    "Evidence",
    "Level",
    "Levers",
    "Need",
    "Span",
    "Staffing",
    "Team",
    "baseline",
    "budget_table",
    "build_team",
    "capacity_table",
    "ceiling_table",
    "commitments",
    "decided_hires",
    "feedback_table",
    "head_value",
    "hiring_plan",
    "judge",
    "launch_table",
    "leaving_cost",
    "market_ceilings",
    "month_table",
    "node_table",
    "pipeline_table",
    "realistic",
    "record_table",
    "reliability_table",
    "roles_of",
    "scenario_table",
    "season_ahead",
    "seats",
    "span",
    "target_table",
    "verdict_table",
]
