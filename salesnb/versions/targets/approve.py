"""Approving a proposal: checked, made equal to the past, and added to the chain (CONTRACTS, Targets)."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Place, Text, UsageError
from salesnb.versions.tables import sha256_of
from salesnb.versions.targets.chain import Chain, read_chain
from salesnb.versions.targets.fits import fits_plan
from salesnb.versions.targets.proposal import AMOUNT, TABLE, Proposal, read_proposal
from salesnb.versions.targets.record import Revision, same_line_ends
from salesnb.versions.targets.store import add_revision

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.model.periods import Calendar, Period
    from salesnb.versions.folders import PeriodFolder


@dataclass(frozen=True)
class Decision:
    """Who approved, when, on what paper and why. ``reference`` is a path; ``recorded`` is the company's today."""

    by: str
    reference: Path
    recorded: date
    decided: date
    from_: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Approved:
    """The revision now in force; ``is_new`` is False where the same table had been approved already.

    ``carried`` are months the proposal did not hold and that stand as in the revision before.
    """

    revision: Revision
    is_new: bool = True
    carried: tuple[str, ...] = ()


def approve(params: Params, period: PeriodFolder, number: int, decision: Decision) -> Approved:
    """Approve version ``number`` of ``period`` (the plan) and return what is in force now.

    Raises VersionError or DataError for a proposal that may not be approved, UsageError for a decision that does not
    fit; nothing is written then.
    """
    plan = params.company.calendar.period(period.period)
    return approve_proposal(params, plan, read_proposal(period, number, params.company.currency), decision)


def approve_proposal(params: Params, plan: Period, proposal: Proposal, decision: Decision) -> Approved:
    """Make ``proposal`` the next revision of ``plan``; a published change request comes in here. Errors as above."""
    calendar: Calendar = params.company.calendar
    chain = read_chain(params.folder, plan.text)
    last = chain.last
    if last and last.source_sha256 == proposal.sha256 and decision.from_ in (None, last.from_):
        return Approved(last, is_new=False)
    checked = fitting(decision, chain, proposal.as_of)
    start = _start(checked, chain, plan, calendar)
    before = tuple(month for month in plan.months if calendar.month_start(month) < start) if last else ()
    joined = _joined(proposal, chain, before, start) if last and before else None
    fits_plan(proposal, plan, plan.months if joined is None else plan.months[len(before) :])
    revision = replace(
        drafted(params, chain, plan, checked),
        from_=start,
        as_of=proposal.as_of,
        source_version=proposal.version,
        source_sha256=proposal.sha256,
    )
    with tempfile.TemporaryDirectory() as made:
        frame = proposal.frame if joined is None else joined
        table = proposal.path if joined is None else stored(frame, proposal.keys, Path(made), TABLE)
        written = add_revision(chain, with_table(revision, table, frame), table)
    return Approved(written, carried=before if joined is not None else ())


def fitting(decision: Decision, chain: Chain, known: date | None) -> Decision:
    """``decision`` if it can be: somebody, some paper, a day that is neither to come nor before what it decides on."""
    last = chain.last
    if not decision.by.strip():
        raise UsageError(
            Text("没有写批准人", "nobody is named as approver"), remedy=Text("加 --by 姓名", "add --by NAME")
        )
    if last and not decision.reason.strip():
        raise UsageError(
            Text(f"{last.name} 已在执行，改目标须写原因", f"{last.name} is in force; a change needs its reason"),
            remedy=Text("加 --reason 原因", "add --reason TEXT"),
        )
    earliest = max(day for day in (date.min, known, last.decided if last else None) if day)
    if not earliest <= decision.decided <= decision.recorded:
        since = Text("", "") if earliest == date.min else Text(f"不早于 {earliest}、", f"not before {earliest} and ")
        raise UsageError(
            Text(
                f"批准日 {decision.decided} 不能用：须{since.zh}不晚于今天 {decision.recorded}",
                f"the decision cannot be of {decision.decided}: {since.en}not after today, {decision.recorded}",
            ),
            why=Text(
                "方案只能在它所用的数据之后批准，也不能早于上一版",
                "a proposal is approved after the data it knows, and no revision is older than the one before it",
            ),
            remedy=Text("改 --decided，或用 --as-of 重新运行方案", "change --decided, or run the plan with --as-of"),
        )
    return decision


def reference(unit_folder: Path, given: Path) -> tuple[str, str]:
    """The decision's document as (path below the unit's folder, sha256); UsageError when there is no such file."""
    for path in (unit_folder / given, given):
        if path.is_file():
            resolved, root = path.resolve(), unit_folder.resolve()
            if not resolved.is_relative_to(root):
                raise UsageError(
                    Text(f"依据文件 {given.name} 不在单位的参数文件夹里", f"{given.name} is outside the unit's folder"),
                    why=Text("依据要和目标放在一起保存", "the ground of a decision is kept with the targets"),
                    remedy=Text(
                        f"先复制到 params/{unit_folder.name}/decisions/",
                        f"copy it to params/{unit_folder.name}/decisions/",
                    ),
                )
            content = same_line_ends(resolved.read_bytes())
            return resolved.relative_to(root).as_posix(), hashlib.sha256(content).hexdigest()
    raise UsageError(
        Text(f"依据文件不存在：{given.as_posix()}", f"the reference does not exist: {given.as_posix()}"),
        where=Place(file=f"params/{unit_folder.name}"),
        why=Text("没有依据的目标不能批准", "targets are not approved without a document"),
        remedy=Text("写出会议纪要或决定文件的路径", "give the path of the minutes or the decision"),
    )


def _start(decision: Decision, chain: Chain, plan: Period, calendar: Calendar) -> date:
    """From when the revision changes anything: the start of one of the plan's months."""
    starts = [calendar.month_start(month) for month in plan.months]
    if decision.from_ is None:
        if chain.last and decision.decided > plan.start:
            following = next((day for day in starts if day > decision.decided), starts[-1])
            raise UsageError(
                Text("没有写从哪一天起执行", "from which day it applies is not said"),
                why=Text("期间已经开始，此前的目标不追溯", "the period has begun, and the past is not rewritten"),
                remedy=Text(f"加 --from，例如 --from {following}", f"add --from, e.g. --from {following}"),
            )
        return plan.start
    if decision.from_ not in starts or (not chain.last and decision.from_ != plan.start):
        fitting_days = "、".join(map(str, starts if chain.last else starts[:1]))
        raise UsageError(
            Text(
                f"执行日 {decision.from_} 不能用；可用：{fitting_days}",
                f"it cannot apply from {decision.from_}; possible: {fitting_days.replace('、', ', ')}",
            ),
            why=Text(
                "目标按月分解，第一版须覆盖整个计划期", "targets are by month, and the first covers the whole plan"
            ),
        )
    return decision.from_


def _joined(proposal: Proposal, chain: Chain, before: tuple[str, ...], start: date) -> pd.DataFrame | None:
    """The table to store where it is not the proposal itself: None when the proposal repeats the past exactly."""
    import pandas as pd

    last = chain.last
    assert last is not None
    old, new = chain.cells(last), proposal.frame
    if last.source == "imported":
        from salesnb.versions.targets.quotas import repeats_windows

        repeats_windows(old, new, start)
        return None
    past = old[old["month"].isin(before)]
    if not new["month"].isin(before).any() and list(old.columns) == list(new.columns):
        return pd.concat([past, new], ignore_index=True)
    _same_past(past, new[new["month"].isin(before)], proposal, last)
    return None


def _same_past(old: pd.DataFrame, new: pd.DataFrame, proposal: Proposal, last: Revision) -> None:
    keys = [key for key in proposal.keys if key in old.columns]
    both = old.groupby(keys)[AMOUNT].sum().to_frame("old").join(new.groupby(keys)[AMOUNT].sum(), how="outer").fillna(0)
    off = both[both["old"] != both[AMOUNT]]
    if len(off):
        cell = "、".join(str(part) for part in off.index[0])
        was, is_now = int(off["old"].iloc[0]), int(off[AMOUNT].iloc[0])
        raise DataError(
            Text(
                f"执行日之前有 {len(off)} 格与 {last.name} 不同，例如 {cell}：{was} → {is_now}",
                f"{len(off)} cells before it applies differ from {last.name}, e.g. {cell}: {was} → {is_now}",
            ),
            where=Place(file=f"{proposal.version}/{TABLE}", column=AMOUNT),
            why=Text("新目标自执行日起算，此前不追溯", "a revision changes nothing before the day it applies from"),
            remedy=Text(
                "在方案里锁定此前各月后重跑，或改 --from", "lock the months before and run again, or change --from"
            ),
        )


def drafted(params: Params, chain: Chain, plan: Period, decision: Decision) -> Revision:
    """The next revision of ``chain``, still without its table and origin."""
    path, digest = reference(params.folder, decision.reference)
    last = chain.last
    number = last.revision + 1 if last else 1
    return Revision(
        plan=plan.text,
        revision=number,
        source="proposal",
        from_=plan.start,
        to=plan.end,
        decided=decision.decided,
        recorded=decision.recorded,
        as_of=decision.decided,
        by=decision.by.strip(),
        reason=decision.reason.strip(),
        reference=path,
        reference_sha256=digest,
        supersedes=last.name if last else "",
        source_version="",
        source_sha256="",
        currency=params.company.currency,
        row_count=0,
        total_minor=0,
        sha256="",
        previous=chain.head,
    )


def stored(frame: pd.DataFrame, keys: tuple[str, ...], folder: Path, name: str) -> Path:
    """``frame`` written to ``folder`` in the form every table of ours has; returns its file."""
    from salesnb.versions.tables import write_table

    write_table(folder, name, frame, keys)
    return folder / f"{name}.parquet"


def with_table(revision: Revision, table: Path, frame: pd.DataFrame) -> Revision:
    """``revision`` with the fingerprint, rows and sum of its table."""
    total = int(frame[AMOUNT].sum())
    return replace(revision, sha256=sha256_of(table), row_count=len(frame), total_minor=total)
