"""Whether a proposal fits its plan and adds up: months, ledger, grain, and every subtotal published beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import DataError, Place, Text
from salesnb.versions.tables import read_table, table_facts, table_names
from salesnb.versions.targets.proposal import AMOUNT, TABLE, Proposal

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.periods import Period

LEDGER = "target_ledger"
PUBLISHED = "target_"  # other stages may hold wishes and estimates of the same nodes: those are no parts of the plan
_BY_NODE = ["dimension", "node_id"]


def fits_plan(proposal: Proposal, plan: Period, months: tuple[str, ...]) -> None:
    """The proposal is for ``plan``, has every one of ``months``, sums exactly and stands on its grain; else DataError.

    Every other ``target_…`` table of the version with ``target_minor`` and keys among the cells' keys, or
    (dimension, node_id), is a published subtotal: each of its rows must be the sum of its cells.
    """
    frame, table = proposal.frame, f"{proposal.version}/{proposal.table}"
    other = sorted(set(frame["plan"].astype(str)) - {plan.text})
    if other or not len(frame):
        named = "、".join(other) or "（空表）"
        raise DataError(
            Text(
                f"方案不属于计划 {plan.text}：{named}",
                f"not a proposal for plan {plan.text}: {', '.join(other) or '-'}",
            ),
            where=Place(file=table, column="plan"),
        )
    found = set(frame["month"])
    absent, foreign = sorted(set(months) - found), sorted(found - set(plan.months))
    if absent or foreign:
        raise DataError(
            Text(
                f"方案的月份不符：缺少 {'、'.join(absent) or '无'}，多出 {'、'.join(foreign) or '无'}",
                f"the proposal's months do not fit: missing {', '.join(absent) or 'none'}, "
                f"foreign {', '.join(foreign) or 'none'}",
            ),
            where=Place(file=table, column="month"),
            why=Text("没有目标的月份不等于目标为零", "a month without a target is not a target of zero"),
        )
    _coherent(proposal)
    _on_grain(proposal, table)
    _subtotals(proposal)


def _coherent(proposal: Proposal) -> None:
    """The coherence ledger published with the cells has no fault, and is of these cells."""
    if LEDGER not in table_names(proposal.folder / "tables"):
        return
    ledger = read_table(proposal.folder / "tables", LEDGER)
    total = int(proposal.frame[AMOUNT].sum())
    sums = ledger[ledger["check_id"].str.startswith("sum")]
    off = ledger[(ledger["fault_count"] != 0) | (ledger["expected_minor"] != ledger["found_minor"])]
    foreign = sums[sums["found_minor"] != total]
    if len(off) or len(foreign):
        names = list((off if len(off) else foreign)["check_id"])
        raise DataError(
            Text(f"一致性台账未通过：{'、'.join(names)}", f"the coherence ledger fails: {', '.join(names)}"),
            where=Place(file=f"{proposal.version}/{LEDGER}"),
            why=Text("遗漏、重复或对不上的目标不能批准", "targets that are missing, double or off are not approved"),
            remedy=Text("解决后重新运行", "solve it and run again"),
        )


def _on_grain(proposal: Proposal, table: str) -> None:
    """The plan's total is a multiple of the grain, and, where no ledger vouches for the published tables, every
    person's is: the cells below may be finer than the grain."""
    frame, grain = proposal.frame, proposal.grain_minor
    sums = {proposal.version: int(frame[AMOUNT].sum())}
    if LEDGER not in table_names(proposal.folder / "tables") and "person_id" in frame.columns:
        by_person = frame.groupby("person_id", observed=True)[AMOUNT].sum()
        sums |= {str(person): int(amount) for person, amount in by_person.items()}
    off = {node: amount for node, amount in sums.items() if amount % grain}
    if off:
        node, amount = next(iter(off.items()))
        raise DataError(
            Text(
                f"{len(off)} 个合计不是取整单位 {grain}（最小货币单位）的整数倍，例如 {node}：{amount}",
                f"{len(off)} sums are not multiples of the grain {grain} (minor units), e.g. {node}: {amount}",
            ),
            where=Place(file=table, column=AMOUNT),
            remedy=Text(
                "在 decomposition.yaml 里核对 grain 后重新运行", "check grain in decomposition.yaml, then run again"
            ),
        )


def _subtotals(proposal: Proposal) -> None:
    tables = proposal.folder / "tables"
    for name in table_names(tables):
        keys = table_facts(tables, name)[1]
        if (
            name == TABLE
            or not name.startswith(PUBLISHED)
            or not keys
            or not (set(keys) <= set(proposal.keys) or keys == _BY_NODE)
        ):
            continue
        published = read_table(tables, name)
        if AMOUNT not in published.columns:
            continue
        if keys != _BY_NODE:
            _same_sums(proposal, name, keys, published)
            continue
        for dimension, rows in published.groupby("dimension", observed=True):
            column = next((c for c in (str(dimension), f"{dimension}_id") if c in proposal.keys), "")
            if column:
                _same_sums(proposal, name, [column], rows.rename(columns={"node_id": column}))


def _same_sums(proposal: Proposal, name: str, keys: list[str], published: pd.DataFrame) -> None:
    summed = proposal.frame.groupby(keys, observed=True)[AMOUNT].sum()
    both = published.groupby(keys, observed=True)[AMOUNT].sum().to_frame("published").join(summed, how="outer")
    both = both.fillna(0)
    off = both[both["published"] != both[AMOUNT]]
    if len(off):
        key = off.index[0]
        node = "、".join(map(str, key)) if isinstance(key, tuple) else str(key)
        parts, whole = int(off[AMOUNT].iloc[0]), int(off["published"].iloc[0])
        raise DataError(
            Text(
                f"表 {name} 的 {node} 写作 {whole}，其下各格之和为 {parts}",
                f"table {name} says {whole} for {node}, its cells sum to {parts}",
            ),
            where=Place(file=f"{proposal.version}/{name}", column=AMOUNT),
            why=Text("合计与明细不符的目标不能批准", "targets whose parts do not sum to the whole are not approved"),
            remedy=Text("重新运行出一个新版本", "run again"),
        )
