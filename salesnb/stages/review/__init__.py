"""Review: where a period stands against its targets, who is behind, why, and where the year will land.

Takes targets in force, sums of sales over windows and dated parameters, and gives the tables of
``model.contracts.review``. Amounts are int64 minor units; a figure nobody can give stays missing, never zero.
"""

from salesnb.stages.review.alerts import (
    LEADS_SHOWN,
    Line,
    Note,
    fired,
    metric_alerts,
    month_back,
    no_alerts,
    node_alerts,
    silent_alerts,
    slice_alerts,
    top_leads,
    with_notes,
)
from salesnb.stages.review.attainment import Judgement, attainment, by_quota, quota_windows, two_years_before
from salesnb.stages.review.chance import leaf_sd, since
from salesnb.stages.review.channel import (
    Rule,
    Stuffed,
    below,
    dealers,
    diverted,
    entities,
    no_rulings,
    rebates,
    rulings,
)
from salesnb.stages.review.closing import Improving, improvements, inside, problems
from salesnb.stages.review.curve import Curve
from salesnb.stages.review.followed import place, since_action, with_figures
from salesnb.stages.review.funnel_change import funnel_change
from salesnb.stages.review.landing import (
    COMPANY,
    Course,
    FloorState,
    Land,
    against_floor,
    course,
    draft_goals,
    full_path,
    land,
    without_company,
)
from salesnb.stages.review.metrics import (
    NOTHING,
    Figure,
    Wanted,
    collection,
    leads,
    metrics,
    repurchase,
    sales_figures,
    visits,
)
from salesnb.stages.review.nested import nested
from salesnb.stages.review.pace import Lights, behind, pace, path, workdays
from salesnb.stages.review.playbook import offered, search
from salesnb.stages.review.reasons import Reason, lost_for
from salesnb.stages.review.restated import Closed, restated
from salesnb.stages.review.scopes import Scope, main_scope, scopes, stretch
from salesnb.stages.review.strategies import Tried, effects
from salesnb.stages.review.targets import Targets, one_currency, quotas
from salesnb.stages.review.watch import BUCKETS, Shares, ageing, month_end
from salesnb.stages.review.why import (
    SLICE_DIMENSIONS,
    Funnelled,
    bridge,
    driver_tree,
    funnelled,
    margin_mix,
    no_slices,
    slices,
    why_tree,
)

__all__ = [
    "BUCKETS",
    "COMPANY",
    "LEADS_SHOWN",
    "NOTHING",
    "SLICE_DIMENSIONS",
    "Closed",
    "Course",
    "Curve",
    "Figure",
    "FloorState",
    "Funnelled",
    "Improving",
    "Judgement",
    "Land",
    "Lights",
    "Line",
    "Note",
    "Reason",
    "Rule",
    "Scope",
    "Shares",
    "Stuffed",
    "Targets",
    "Tried",
    "Wanted",
    "against_floor",
    "ageing",
    "attainment",
    "behind",
    "below",
    "bridge",
    "by_quota",
    "collection",
    "course",
    "dealers",
    "diverted",
    "draft_goals",
    "driver_tree",
    "effects",
    "entities",
    "fired",
    "full_path",
    "funnel_change",
    "funnelled",
    "improvements",
    "inside",
    "land",
    "leads",
    "leaf_sd",
    "lost_for",
    "main_scope",
    "margin_mix",
    "metric_alerts",
    "metrics",
    "month_back",
    "month_end",
    "nested",
    "no_alerts",
    "no_rulings",
    "no_slices",
    "node_alerts",
    "offered",
    "one_currency",
    "pace",
    "path",
    "place",
    "problems",
    "quota_windows",
    "quotas",
    "rebates",
    "repurchase",
    "restated",
    "rulings",
    "sales_figures",
    "scopes",
    "search",
    "silent_alerts",
    "since",
    "since_action",
    "slice_alerts",
    "slices",
    "stretch",
    "top_leads",
    "two_years_before",
    "visits",
    "why_tree",
    "with_figures",
    "with_notes",
    "without_company",
    "workdays",
]
