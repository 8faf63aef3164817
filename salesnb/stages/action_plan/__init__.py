"""From targets to who does what until when, with which money, against which risks (R40–R46)."""

from salesnb.stages.action_plan.agenda import Entry, agenda, agenda_table
from salesnb.stages.action_plan.findings import Finding, finding_table
from salesnb.stages.action_plan.money import (
    Measured,
    allocation,
    budget_split,
    measured,
    region_split,
    requests,
)
from salesnb.stages.action_plan.network import Days, slack, workload
from salesnb.stages.action_plan.objectives import Company, Overlap, contributions, doubts, key_results, overlaps
from salesnb.stages.action_plan.outlook import fired, met, milestone_table, promise_table, risk_state, risk_table
from salesnb.stages.action_plan.promotion import Outcome, Sample, discount, outcome, promotion_doubts
from salesnb.stages.action_plan.selection import COLUMNS, Cells, meet, said
from salesnb.stages.action_plan.tasks import World, cycles, faults, state_on, task_table

__all__ = [
    "COLUMNS",
    "Cells",
    "Company",
    "Days",
    "Entry",
    "Finding",
    "Measured",
    "Outcome",
    "Overlap",
    "Sample",
    "World",
    "agenda",
    "agenda_table",
    "allocation",
    "budget_split",
    "contributions",
    "cycles",
    "discount",
    "doubts",
    "faults",
    "finding_table",
    "fired",
    "key_results",
    "measured",
    "meet",
    "met",
    "milestone_table",
    "outcome",
    "overlaps",
    "promise_table",
    "promotion_doubts",
    "region_split",
    "requests",
    "risk_state",
    "risk_table",
    "said",
    "slack",
    "state_on",
    "task_table",
    "workload",
]
