"""Goals: how exactly they are said, what they ask of each team, where they contradict each other (R10)."""

from salesnb.stages.goals.contradictions import contradictions
from salesnb.stages.goals.findings import Finding, company_target, finding_table
from salesnb.stages.goals.identities import implied_weight, share_needed
from salesnb.stages.goals.rhythm import company_quarters
from salesnb.stages.goals.smart import lacks, smart, team_targets
from salesnb.stages.goals.statements import LAST_YEAR, Base, Statement, from_actions, from_goals, from_rules, scope_of

__all__ = [
    "LAST_YEAR",
    "Base",
    "Finding",
    "Statement",
    "company_quarters",
    "company_target",
    "contradictions",
    "finding_table",
    "from_actions",
    "from_goals",
    "from_rules",
    "implied_weight",
    "lacks",
    "scope_of",
    "share_needed",
    "smart",
    "team_targets",
]
