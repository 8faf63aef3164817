"""What a target change makes of the targets in force: its new cells, how much they move, and the next revision."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.money import minor_digits
from salesnb.model.params import Params
from salesnb.model.params.change import ChangeRequest
from salesnb.model.periods import Kind, Period
from salesnb.model.tables import contract
from salesnb.versions.targets.chain import Chain, missing_targets, read_chain
from salesnb.versions.targets.proposal import AMOUNT, TABLE, Proposal, read_proposal

if TYPE_CHECKING:
    from salesnb.versions.changes.flow import Act
    from salesnb.versions.targets.record import Revision

RETARGET = "retarget_cells"
SIGNED = ("region_id", "team_id", "person_id", "product_line", "month")  # what a letter says, so what a change moves


def moved(params: Params, request: ChangeRequest, outputs: Path | None) -> int:
    """How much the request moves, minor units: the larger of all that is gained and all that is lost, by person,
    product line and month. UsageError, DataError or VersionError where it cannot be applied."""
    chain, plan = _chain(params, request)
    assert chain.last is not None
    now = chain.cells(chain.last)
    with tempfile.TemporaryDirectory() as made:
        wanted = _proposal(params, request, (chain, plan), outputs, Path(made)).frame
    months = [m for m in plan.months if params.company.calendar.month_start(m) >= request.from_]
    keys = [name for name in SIGNED if name in now and name in wanted]
    sums = [frame[frame["month"].isin(months)].groupby(keys)[AMOUNT].sum() for frame in (now, wanted)]
    change = sums[1].sub(sums[0], fill_value=0)
    return int(max(change[change > 0].sum(), -change[change < 0].sum()))


def revise(params: Params, request: ChangeRequest, act: Act, outputs: Path | None) -> str:
    """Approve the request's cells as the plan's next revision; its name. One that was already made is found again."""
    from salesnb.versions.targets.approve import Decision, approve_proposal

    chain, plan = _chain(params, request)
    again = _made(chain, request)
    if again is not None:
        return again.name
    decision = Decision(
        by="、".join(state.by for state in request.sealed if state.state == "approved"),
        reference=Path(request.evidence[0]),
        recorded=act.today,
        decided=act.day,
        from_=request.from_,
        reason=_reason(request),
    )
    with tempfile.TemporaryDirectory() as made:
        proposal = _proposal(params, request, (chain, plan), outputs, Path(made))
        return approve_proposal(params, plan, proposal, decision).revision.name


def _reason(request: ChangeRequest) -> str:
    return f"{request.id}：{request.title}"


def _made(chain: Chain, request: ChangeRequest) -> Revision | None:
    """The revision an interrupted publication left."""
    return next((r for r in chain.revisions if r.reason == _reason(request)), None)


def _chain(params: Params, request: ChangeRequest) -> tuple[Chain, Period]:
    calendar = params.company.calendar
    plan = calendar.period(request.plan) if request.plan else calendar.containing(Kind.YEAR, request.from_)
    chain = read_chain(params.folder, plan.text)
    if chain.last is None:
        raise missing_targets(plan.text, request.last.date)
    starts = [calendar.month_start(month) for month in plan.months]
    if request.from_ not in starts:
        ahead = "、".join(str(day) for day in starts if day > request.last.date) or "-"
        raise UsageError(
            Text(
                f"生效日 {request.from_} 不能用：目标按月，须是月初；可用 {ahead}",
                f"it cannot apply from {request.from_}: targets are by month; possible: {ahead.replace('、', ', ')}",
            ),
            where=_place(params, request, "from"),
        )
    return chain, plan


def _proposal(
    params: Params, request: ChangeRequest, held: tuple[Chain, Period], outputs: Path | None, made: Path
) -> Proposal:
    """The cells the request asks for, as a proposal that can be approved."""
    if request.version:
        return _cited(params, request, held, outputs)
    from salesnb.versions.changes.moves import apply_moves
    from salesnb.versions.tables import sha256_of, write_table

    chain, plan = held
    last = chain.last
    assert last is not None
    frame = chain.cells(last)
    if "month" not in frame:
        raise UsageError(
            Text(f"{last.name} 是导入的目标，没有分月，不能按格增减", f"{last.name} is imported and not by month"),
            remedy=Text("先批准一版分解方案", "approve a decomposed plan first"),
        )
    keys = [key for key in contract(TABLE).keys if key in frame]
    scale = 10 ** minor_digits(params.company.currency)
    grain = max(1, round(params.decomposition.grain * scale))
    calendar = params.company.calendar
    months = tuple(m for m in plan.months if calendar.month_start(m) >= request.from_)
    fresh = apply_moves(frame, request.moves, months, (grain, scale), _place(params, request, "moves"))
    _same_year(params, request, int(frame[AMOUNT].sum()), int(fresh[AMOUNT].sum()))
    write_table(made / "tables", TABLE, fresh, keys)
    path = made / "tables" / f"{TABLE}.parquet"
    known = max(last.as_of, date.min)
    return Proposal(made, f"change:{request.id}", known, sha256_of(path), tuple(keys), grain, fresh)


def _cited(params: Params, request: ChangeRequest, held: tuple[Chain, Period], outputs: Path | None) -> Proposal:
    """The proposal a review made, or a version of the plan."""
    from salesnb.model.places import outputs_dir
    from salesnb.versions.folders import PeriodFolder

    chain, plan = held
    period, _, version = request.version.partition("/")
    folder = PeriodFolder(outputs or outputs_dir(), params.unit, period)
    table = TABLE if period == plan.text else RETARGET
    proposal = read_proposal(folder, folder.existing(version), params.company.currency, table)
    if table == TABLE:
        return proposal
    last = chain.last
    assert last is not None
    made_on = sorted(set(proposal.frame["revision"].astype(str)))
    if made_on != [last.name]:
        raise UsageError(
            Text(
                f"方案 {request.version} 是在 {'、'.join(made_on)} 上做的，现行目标是 {last.name}",
                f"proposal {request.version} was made on {', '.join(made_on)}; in force is {last.name}",
            ),
            where=_place(params, request, "version"),
            remedy=Text("重新运行复盘，引用新的版本", "run the review again and cite the new version"),
        )
    columns = list(chain.cells(last).columns)
    frame = proposal.frame[columns]
    return replace(proposal, frame=frame, keys=tuple(key for key in proposal.keys if key in columns))


def _same_year(params: Params, request: ChangeRequest, before: int, after: int) -> None:
    """The floor of a locked year does not fall by a request; what raises it may be asked for."""
    rule = params.review.retarget
    if after < before and rule is not None and "year" in rule.locked:
        raise UsageError(
            Text(
                "申请降低了全年合计，而年度底线已锁定（review.yaml 的 retarget.locked）",
                "the request lowers the year's total, which is locked (retarget.locked in review.yaml)",
            ),
            where=_place(params, request, "moves"),
            remedy=Text("写明加到哪里（give），或先解除锁定", "say where it goes (give), or unlock the year first"),
        )


def _place(params: Params, request: ChangeRequest, key: str) -> Place:
    return Place(file=f"{params.unit}/changes/{request.id}.yaml", key=key)
