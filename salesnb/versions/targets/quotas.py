"""Quotas that existed before this workbook: imported, they become r01 with ``source: imported`` and their own windows.

A blank dimension of a quota (``_unassigned``) means all of it: a region's quota without a person covers its people.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import TARGETS, UNASSIGNED
from salesnb.model.errors import DataError, Place, Text, UsageError
from salesnb.model.tables import check
from salesnb.versions.targets.approve import Approved, Decision, drafted, fitting, stored, with_table
from salesnb.versions.targets.chain import read_chain
from salesnb.versions.targets.store import add_revision

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.model.periods import Period

DIMENSIONS = ("region_id", "person_id", "product_line")
MONEY = "sales"


def adopt(params: Params, plan_text: str, quotas: pd.DataFrame, decision: Decision) -> Approved:
    """Take the quotas (table ``targets``) whose windows lie within the plan as its first revision.

    UsageError when the plan already has targets or there are no such quotas; DataError for a window that crosses the
    plan's edge, and for quotas that would be counted twice.
    """
    plan = params.company.calendar.period(plan_text)
    frame = _within(check(quotas, TARGETS), plan)
    chain = read_chain(params.folder, plan.text)
    if chain.last:
        if chain.last.source == "imported" and _same(chain.cells(chain.last), frame):
            return Approved(chain.last, is_new=False)
        raise UsageError(
            Text(
                f"{plan.text} 已有批准的目标 {chain.last.name}；导入的目标只能作第一版",
                f"{plan.text} has approved targets ({chain.last.name}); imported quotas can only come first",
            )
        )
    _once(frame)
    checked = fitting(decision, chain, None)
    with tempfile.TemporaryDirectory() as made:
        table = stored(frame, TARGETS.keys, Path(made), TARGETS.name)
        sealed = with_table(drafted(params, chain, plan, checked), table, frame[frame["metric"] == MONEY])
        revision = replace(
            sealed,
            source="imported",
            from_=frame["from_date"].min().date(),
            to=frame["to_date"].max().date(),
            row_count=len(frame),
            source_sha256=sealed.sha256,
        )
        return Approved(add_revision(chain, revision, table))


def repeats_windows(quotas: pd.DataFrame, cells: pd.DataFrame, start: date) -> None:
    """The proposal ``cells`` sums, in every imported sales window before ``start``, to that quota; else DataError."""
    import pandas as pd

    for row in quotas[quotas["metric"] == MONEY].to_dict("records"):
        if row["from_date"].date() >= start:
            continue
        window = f"{row['from_date'].date()}—{row['to_date'].date()}"
        first, last = f"{row['from_date']:%Y-%m}", f"{row['to_date']:%Y-%m}"
        if row["to_date"].date() >= start:
            raise UsageError(
                Text(
                    f"执行日 {start} 在既有目标的区间 {window} 之内", f"{start} lies inside the quota window {window}"
                ),
                remedy=Text("选区间的起始日", "choose the first day of a window"),
            )
        chosen = pd.Series(True, index=cells.index) & cells["month"].between(first, last)
        for name in DIMENSIONS:
            if row[name] != UNASSIGNED:
                chosen &= cells[name] == row[name]
        summed = int(cells.loc[chosen, "target_minor"].sum())
        if summed != row["target_minor"]:
            node = "、".join(str(row[name]) for name in DIMENSIONS if row[name] != UNASSIGNED)
            raise DataError(
                Text(
                    f"{node} {window} 的既有目标为 {row['target_minor']}，方案合计为 {summed}",
                    f"the quota of {node} for {window} is {row['target_minor']}, the proposal sums to {summed}",
                ),
                why=Text("新目标自执行日起算，此前不追溯", "a revision changes nothing before the day it applies from"),
            )


def _within(quotas: pd.DataFrame, plan: Period) -> pd.DataFrame:
    starts, ends = quotas["from_date"].dt.date, quotas["to_date"].dt.date
    touching = quotas[(starts <= plan.end) & (ends >= plan.start)]
    if not len(touching):
        raise UsageError(
            Text(f"{plan.text} 没有导入的目标", f"no quotas are imported for {plan.text}"),
            remedy=Text(
                "在 company.yaml 的 sources 里接入目标表（targets）", "map a source to targets in company.yaml"
            ),
        )
    crossing = touching[(touching["from_date"].dt.date < plan.start) | (touching["to_date"].dt.date > plan.end)]
    if len(crossing):
        row = crossing.iloc[0]
        window = f"{row['from_date'].date()}—{row['to_date'].date()}"
        raise DataError(
            Text(
                f"{len(crossing)} 条目标的起止超出 {plan.text}，例如 {window}",
                f"{len(crossing)} quotas reach beyond {plan.text}, e.g. {window}",
            ),
            where=Place(file=TARGETS.name, column="from_date"),
            why=Text("跨期的目标怎样拆分不由程序猜", "how to split a quota over periods is not for us to guess"),
            remedy=Text("在来源里按期间拆开，或批准更长的期间", "split it in the source, or approve a longer period"),
        )
    return touching.reset_index(drop=True)


def _once(frame: pd.DataFrame) -> None:
    """No two quotas of one metric cover the same sales at the same time (a region's and its person's would)."""
    rows = frame.sort_values(list(TARGETS.keys)).reset_index(drop=True)
    for position in range(len(rows)):
        one, rest = rows.iloc[position], rows.iloc[position + 1 :]
        both = (rest["metric"] == one["metric"]) & (rest["from_date"] <= one["to_date"])
        both &= rest["to_date"] >= one["from_date"]
        for name in DIMENSIONS:
            shared = (rest[name] == one[name]) | (rest[name] == UNASSIGNED)
            both &= shared | (one[name] == UNASSIGNED)
        if both.any():
            other = rest[both].iloc[0]
            said = [
                " ".join((*(str(row[name]) for name in DIMENSIONS), str(row["from_date"].date())))
                for row in (one, other)
            ]
            raise DataError(
                Text(f"两条目标重叠：{said[0]}；{said[1]}", f"two quotas overlap: {said[0]}; {said[1]}"),
                where=Place(file=TARGETS.name),
                why=Text("同一笔销售会被计入两个目标", "the same sales would count towards both"),
                remedy=Text("只保留一个层级、一套区间", "keep one level and one set of windows"),
            )


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    columns = [c.name for c in TARGETS.columns]
    return one[columns].astype(str).equals(other[columns].astype(str))
