"""What is proposed for a region and not yet decided: new targets of its people, and leads to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import contract
from salesnb.report.own.sections import NAME, said_below, table_of, word_of
from salesnb.report.sentences.changes import BLOCKED, REASONS

if TYPE_CHECKING:
    from salesnb.report.own.page import Own

REST = "rest"  # all months that are left, beside the next quarter


def targets(own: Own) -> Markup:
    """New figures for the next quarter, people by what they have now."""
    frame = own.frame("retarget_nodes")
    rows = frame[(frame["dimension"] == "person_id") & (frame["scope"] != REST)] if frame is not None else None
    if rows is None or not len(rows):
        return Markup("")
    rows = rows.assign(shown=[own.named("person_id", node) for node in rows["node_id"]])
    rows = rows.sort_values("before_minor", ascending=False, kind="stable")
    figures = ("before_minor", "after_minor", "change_minor", "expected_minor", "chance_after_rate")
    said = own.say("仅为建议，批准之前目标不变。", "A proposal: targets stay as they are until it is approved.")
    return table_of(own, "retarget_nodes", rows, NAME, figures) + said_below(said)


def leads(own: Own) -> Markup:
    """Leads in the order in which they would be handed out: from whom, to whom, or what stands in the way."""
    frame = own.frame("lead_assignments")
    if frame is None:
        return Markup("")
    unassigned = Text("未分配", "Unassigned").get(own.lang)
    rows = frame.sort_values("order_no", kind="stable")
    ends = zip(rows["to_name"], rows["to_id"], rows["blocked"].fillna(""), strict=True)
    rows = rows.assign(
        from_id=[unassigned if who == UNASSIGNED else own.named("person_id", who) for who in rows["from_id"]],
        reason=[word_of(REASONS, reason, own).rstrip(":") for reason in rows["reason"]],
        to_name=[name if who != UNASSIGNED else word_of(BLOCKED, why, own) for name, who, why in ends],
    )
    columns = ("industry", "amount_minor", "win_rate", "from_id", "reason", "to_name", "score")
    said = own.say("仅为建议，由区域经理决定。", "A proposal: the regional manager decides.")
    head = contract("lead_assignments").column("opportunity_id")
    return table_of(own, "lead_assignments", rows, head, columns) + said_below(said)
