"""What cannot be planned, said so that a planner knows what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.methods.rounding import RoundingRefused
from salesnb.model.errors import ParamsError, Place, Text
from salesnb.stages.decomposition.condensed import Condensed
from salesnb.stages.decomposition.settle import Unsolvable

if TYPE_CHECKING:
    from salesnb.stages.decomposition.conflict import Explanation
    from salesnb.stages.decomposition.plan import Problem


class PlanConflict(ParamsError):
    """Rules that must hold contradict each other. ``explanation``: the contradiction and ways to resolve it."""

    explanation: Explanation


def must_conflict(problem: Problem, condensed: Condensed, unsolvable: Unsolvable) -> ParamsError:
    """The error for a contradiction among musts, or for one too slight to be told."""
    if unsolvable.conflict is None:
        return ParamsError(
            Text(
                "规则之间的差额小到无法判定是否矛盾", "the rules are so close to a contradiction that it cannot be told"
            ),
            where=Place(file="decomposition.yaml"),
            remedy=Text("把最近改过的数值放宽一点", "loosen the figure that was changed last a little"),
        )
    from salesnb.stages.decomposition.conflict import explain_unsolvable

    explanation = explain_unsolvable(problem, condensed, unsolvable)
    names = "、".join(explanation.members["rule_id"]), ", ".join(explanation.members["rule_id"])
    error = PlanConflict(
        Text(f"必须遵守的规则互相矛盾：{names[0]}", f"rules that must hold contradict each other: {names[1]}"),
        where=Place(file="decomposition.yaml", key="rules"),
        why=Text(
            "它们不可能同时成立，去掉其中任何一条就可以", "they cannot hold together; without any one of them they can"
        ),
        remedy=Text(
            "采纳一个解决办法，或把其中一条降为应当、意愿", "take a proposal, or make one of them a should or a wish"
        ),
    )
    error.explanation = explanation
    return error


def no_whole(problem: Problem, refused: RoundingRefused) -> ParamsError:
    """The error for a grain at which amounts cannot be exact, with one at which they can."""
    works = refused.grain_that_works
    remedy = Text("把 grain 改小", "make the grain smaller")
    if works:
        shown = f"{works / problem.scale:g}"
        remedy = Text(f"把 grain 改为 {shown}", f"make the grain {shown}")
    return ParamsError(
        Text(
            f"按 {problem.grain / problem.scale:g} 取整时，各项合计无法同时精确",
            f"in multiples of {problem.grain / problem.scale:g} the totals cannot all be exact",
        ),
        where=Place(file="decomposition.yaml", key="grain"),
        why=Text(
            "有锁定或限定的数额不是取整单位的倍数", "an amount that is locked or limited is no multiple of the grain"
        ),
        remedy=remedy,
    )
