"""Who has to decide on a request: the roles its kind and amount ask for, and who holds them on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from salesnb.model.errors import Text, UsageError
from salesnb.model.money import minor_digits
from salesnb.model.params import Params
from salesnb.model.params.change import ChangeRequest
from salesnb.model.params.review import Approval

REVIEW = "review"


@dataclass(frozen=True)
class Needed:
    """Roles in the order they decide, how many of them have, and whether the amount made it more than the usual."""

    roles: tuple[str, ...]
    given: int
    is_above: bool

    @property
    def next_role(self) -> str:
        """Whose turn it is; empty when all have decided."""
        return self.roles[self.given] if self.given < len(self.roles) else ""

    @property
    def is_complete(self) -> bool:
        """Whether everybody has agreed."""
        return self.given >= len(self.roles)


def needed(params: Params, request: ChangeRequest) -> Needed:
    """The approvals of a submitted request, by the rules and limits in force on the day it was submitted.

    UsageError where the parameters do not say who approves such a request or such an amount.
    """
    submitted = request.sealed[0]
    rule = rule_of(params, request.kind)
    limit = rule.limit.find(submitted.date, submitted.date) if rule.limit else None
    scale = 10 ** minor_digits(params.company.currency)
    over = limit is not None and (submitted.amount_minor or 0) > round(limit * scale)
    if over and not rule.above:
        raise UsageError(
            Text(
                f"金额超过 {limit:,.0f} 元，而没有规定超过后由谁审批",
                f"the amount is above {limit:,.0f}, and nobody is named to decide above it",
            ),
            where=params.place(REVIEW, "approvals"),
            remedy=Text("在该类变更下写 above: [角色]", "write above: [ROLE] for this kind of change"),
        )
    roles = (*rule.steps, *(rule.above if over else ()))
    return Needed(roles, sum(state.state == "approved" for state in request.sealed), over)


def rule_of(params: Params, kind: str) -> Approval:
    """The approval rule of a kind of request."""
    found = next((one for one in params.review.approvals if one.kind == kind), None)
    if found is None or not found.steps:
        raise UsageError(
            Text(f"没有规定 {kind} 类变更由谁审批", f"nobody is named to approve changes of kind {kind}"),
            where=params.place(REVIEW, "approvals"),
            remedy=Text("在 review.yaml 的 approvals 里写明 steps", "write its steps under approvals in review.yaml"),
        )
    return found


def role_of(params: Params, by: str, roles: tuple[str, ...], day: date) -> tuple[str, ...]:
    """Which of ``roles`` the person ``by`` holds on ``day``; 「总经理 王五」 and 「王五」 are the same person."""
    name = person(by)
    held = [
        one.role
        for one in params.review.approvers
        if one.known(day, day) and (one.until is None or day <= one.until) and person(one.person) == name
    ]
    return tuple(role for role in roles if role in held)


def holders(params: Params, role: str, day: date) -> list[str]:
    """Who may decide as ``role`` on ``day``."""
    return [
        one.person
        for one in params.review.approvers
        if one.role == role and one.known(day, day) and (one.until is None or day <= one.until)
    ]


def person(by: str) -> str:
    """A person's name without the role written before it."""
    parts = by.split()
    return parts[-1] if len(parts) > 1 and not by.isascii() else " ".join(parts)
