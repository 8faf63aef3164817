"""Top-down against bottom-up: the gap per node, level and period, with what has not been said left unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesnb.intake.forms.read import Returned
from salesnb.model.contracts.commitments import COMMITMENT_GAPS
from salesnb.model.errors import DataError, Place, Text
from salesnb.model.tables import check

if TYPE_CHECKING:
    import pandas as pd

COMPANY = "_company"
LEVELS = ("person", "team", "region")


def gaps(returned: Sequence[Returned]) -> pd.DataFrame:
    """``commitment_gaps`` of one plan and round: every node of every form, the company, each period and the whole plan.

    A form that was refused or has not come back still counts what it should have said (``line_count``). A gap exists
    only where every line below was filled in: a sum over blanks would look like a small promise. DataError when two
    forms claim the same line or are of different plans or rounds.
    """
    import pandas as pd

    lines = pd.DataFrame([row for one in returned for row in _lines(one)])
    if not len(lines):
        raise DataError(Text("没有填报表", "there are no forms"))
    if len(lines[["plan", "round", "currency"]].drop_duplicates()) > 1:
        raise DataError(
            Text("填报表属于不同的计划、轮次或币种", "the forms are of different plans, rounds or currencies"),
            remedy=Text("分开汇总", "sum them up apart"),
        )
    _once(lines)
    own = _own(returned)
    parts = []
    for level in (*LEVELS, "company"):
        named = lines.assign(level=level, node_id=lines[level] if level != "company" else COMPANY)
        named = named[named["node_id"] != ""]
        whole = named.assign(period=named["plan"])
        parts.append(_summed(pd.concat([named, whole]) if (named["period"] != named["plan"]).all() else named))
    table = pd.concat(parts, ignore_index=True).merge(own, on=["level", "node_id", "period"], how="left")
    table["own_minor"] = table["own_minor"].astype("Int64")
    table["own_gap_minor"] = table["own_minor"] - table["target_minor"]
    return check(table, COMMITMENT_GAPS)


def _lines(one: Returned) -> list[dict[str, object]]:
    """Every line and period of a form, with the nodes it belongs to and what was said (None: nothing)."""
    import pandas as pd

    form, said = one.form, {}
    if one.frame is not None:
        keyed = one.frame.set_index(["node_id", "product_line", "period"])["committed_minor"]
        said = {key: int(value) for key, value in keyed.items() if pd.notna(value)}
    out: list[dict[str, object]] = []
    for row in form.rows:
        nodes = dict.fromkeys(LEVELS, "") | {node.level: node.id for node in (form.top, row.group, row.node)}
        line = row.product_line or "_all"
        for period, target in zip(form.periods, row.targets, strict=True):
            committed = said.get((row.node.id, line, period))
            out.append({"plan": form.plan, "round": form.round, "currency": form.currency, "line": line,
                        "lowest": row.node.id, "period": period, "target_minor": target,
                        "committed": committed, **nodes})  # fmt: skip
    return out


def _once(lines: pd.DataFrame) -> None:
    # who serves two regions stands in both forms, each with that region's part
    twice = lines[lines.duplicated(["region", "lowest", "line", "period"])]
    if len(twice):
        row = twice.iloc[0]
        raise DataError(
            Text(
                f"{row['lowest']} {row['period']} 出现在两份填报表里",
                f"{row['lowest']} {row['period']} is in two forms",
            ),
            where=Place(key=str(row["lowest"])),
            why=Text("同一承诺会被加两次", "the same commitment would be added twice"),
            remedy=Text("每人只留一份", "keep one form a person"),
        )


def _summed(named: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    named = named.assign(committed=named["committed"].astype("Int64"))
    grouped = named.groupby(["plan", "round", "level", "node_id", "period", "currency"])
    out = grouped.agg(
        target_minor=("target_minor", "sum"),
        bottom_up_minor=("committed", lambda values: values.sum(min_count=1)),
        filled_count=("committed", "count"),
        line_count=("committed", "size"),
    ).reset_index()
    out["bottom_up_minor"] = out["bottom_up_minor"].astype("Int64")
    is_complete = out["filled_count"] == out["line_count"]
    out["gap_minor"] = (out["bottom_up_minor"] - out["target_minor"]).where(is_complete, pd.NA)
    out["state"] = "partial"
    out.loc[is_complete, "state"] = "complete"
    out.loc[out["filled_count"] == 0, "state"] = "none"
    return out


def _own(returned: Sequence[Returned]) -> pd.DataFrame:
    """What each manager said for his own node, by period and, where every period is said, for the whole plan."""
    import pandas as pd

    rows = []
    for one in returned:
        if one.frame is None:
            continue
        top = one.form.top
        mine = one.frame[(one.frame["node_id"] == top.id) & (one.frame["level"] == top.level)]
        mine = mine[mine["product_line"] == "_all"]
        amounts = {str(p): v for p, v in zip(mine["period"], mine["committed_minor"], strict=True) if pd.notna(v)}
        if len(amounts) == len(one.form.periods):
            amounts[one.form.plan] = sum(amounts.values())
        rows += [(top.level, top.id, period, int(amount)) for period, amount in amounts.items()]
    return pd.DataFrame(rows, columns=["level", "node_id", "period", "own_minor"]).drop_duplicates(
        ["level", "node_id", "period"]
    )
