"""Why a figure is what it is: slices, the bridge from due to actual, drivers, product mix, and the chain of whys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.methods import drivers as methods
from salesnb.methods.scan import scan
from salesnb.model.tables import check, contract
from salesnb.stages.review.chance import since

SLICE_DIMENSIONS = ("region_id", "product_line")
MOST_SLICES = 5
DEEPEST = 2
STREAMS = {
    "new": ("lead_count", "new_per_lead", "sales_per_new"),
    "repeat": ("customers", "orders_each", "order_value"),
}
MARGIN_SHADE = 3.0  # robust standard deviations a region's mix effect must lie below the others
MARGIN_LEAST = 0.01


def slices(
    leaves: pd.DataFrame, scope: str, basis: str, months: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_slices``: which crossed cells explain actual against expected; deviations and the rest are the gap.

    ``leaves``: SLICE_DIMENSIONS that the data hold, expected_minor, actual_minor. ``months``: the same with month, to
    say since when. What no slice claims is the row without a name, the last.
    """
    dims = [d for d in SLICE_DIMENSIONS if d in leaves]
    found = scan(
        [leaves[d] for d in dims],
        leaves["expected_minor"].to_numpy(dtype=np.int64),
        leaves["actual_minor"].to_numpy(dtype=np.int64),
        depth=min(DEEPEST, len(dims)),
        most=MOST_SLICES,
    )
    rows = []
    for number, one in enumerate(found.slices, 1):
        where = {dims[d]: label for d, label in one.where}
        rows.append(
            {
                "slice_no": number,
                "scope": scope,
                "name": " × ".join(names.get(f"{d}:{v}", v) for d, v in where.items()),
                **where,
                "basis": basis,
                "expected_minor": int(one.expected),
                "actual_minor": int(one.actual),
                "deviation_minor": int(one.deviation),
                "shift_rate": one.shift,
                "since_month": _since(months, where),
            }
        )
    free = ~np.logical_or.reduce([one.leaves for one in found.slices], axis=0) if rows else slice(None)
    rest = {c: int(leaves[c].to_numpy(dtype=np.int64)[free].sum()) for c in ("expected_minor", "actual_minor")}
    rows.append({"slice_no": len(rows) + 1, "scope": scope, "basis": basis, **rest, "deviation_minor": int(found.rest)})
    return check(
        pd.DataFrame(rows, columns=[c.name for c in contract("review_slices").columns]), contract("review_slices")
    )


def no_slices() -> pd.DataFrame:
    """``review_slices`` without a row."""
    columns = [c.name for c in contract("review_slices").columns]
    return check(pd.DataFrame({name: [] for name in columns}), contract("review_slices"))


def _since(months: pd.DataFrame, where: Mapping[str, str]) -> str | None:
    own = months
    for name, value in where.items():
        own = own[own[name] == value]
    course = own.groupby("month")[["expected_minor", "actual_minor"]].sum().sort_index()
    return (
        since(list(map(str, course.index)), list(course["expected_minor"]), list(course["actual_minor"]))
        if len(course)
        else None
    )


def bridge(effects: Mapping[str, int], due: int | None, last_year: int, actual: int) -> pd.DataFrame:
    """``review_bridge``: due → growth asked → price, volume, mix, new and lost against last year → actual, exactly.

    ``effects`` are those of last year → actual and add up to that change. Without a target it begins with last year.
    """
    rows: list[tuple[str, int]] = (
        [("last_year", last_year)] if due is None else [("due", due), ("asked", last_year - due)]
    )
    rows += [(name, int(value)) for name, value in effects.items()]
    if sum(value for _, value in rows) != actual:
        raise ValueError(f"the effects miss the actual by {actual - sum(value for _, value in rows)}")
    rows.append(("actual", actual))
    frame = pd.DataFrame(rows, columns=["effect", "effect_minor"]).assign(step_no=range(1, len(rows) + 1))
    return check(frame, contract("review_bridge"))


@dataclass(frozen=True)
class Funnelled:
    """What drove sales in a window: leads, new and repeat customers, repeat orders, and the two streams' sales."""

    leads: int | None
    new_customers: int
    new_minor: int
    repeat_customers: int
    repeat_orders: int
    repeat_minor: int


def funnelled(customers: pd.DataFrame, new: set[str], leads: int | None) -> Funnelled:
    """From one window's customers (customer_id, net_minor, order_count) and those whose first order lies in it."""
    fresh = customers["customer_id"].isin(new)
    a, b = customers[fresh], customers[~fresh]
    return Funnelled(
        leads or None,
        int((a["order_count"] > 0).sum()),
        int(a["net_minor"].sum()),
        int((b["order_count"] > 0).sum()),
        int(b["order_count"].sum()),
        int(b["net_minor"].sum()),
    )


def driver_tree(before: Funnelled, after: Funnelled) -> pd.DataFrame:
    """``review_drivers``: leads × conversion × value of new customers, customers × orders × value of the others.

    LMDI-I, Shapley where a stream's sales are negative; effects add up to the change of sales, to the minor unit.
    Without leads the first stream is new customers × their value.
    """
    rows: list[dict[str, object]] = []
    with_leads = before.leads is not None and after.leads is not None
    for stream in STREAMS:
        names = STREAMS[stream] if stream == "repeat" or with_leads else ("new_customers", "sales_per_new")
        x0, x1 = (np.array(_factors(one, stream, with_leads))[:, None] for one in (before, after))
        change = np.array([_sales(after, stream) - _sales(before, stream)], dtype=np.int64)
        signed = bool((x0 < 0).any() or (x1 < 0).any())
        effects = methods.shapley(x0, x1) if signed else methods.lmdi(x0, x1)
        whole = methods.to_minor(effects + (change - effects.sum(0)) / len(names), change)
        for i, name in enumerate(names):
            rows.append(
                {
                    "stream": stream,
                    "factor": name,
                    "before": float(x0[i, 0]),
                    "after": float(x1[i, 0]),
                    "effect_minor": int(whole[i, 0]),
                    "method": "shapley" if signed else "lmdi",
                }
            )
    return check(pd.DataFrame(rows), contract("review_drivers"))


def _sales(one: Funnelled, stream: str) -> int:
    return one.new_minor if stream == "new" else one.repeat_minor


def _factors(one: Funnelled, stream: str, with_leads: bool) -> list[float]:
    """Factors whose product is the stream's sales; sales without a buyer (returns only) count as one buyer's."""
    if stream == "repeat":
        people = max(one.repeat_customers, 1 if one.repeat_minor else 0)
        orders = max(one.repeat_orders, people)
        return [people, orders / people if people else 0.0, one.repeat_minor / orders if orders else 0.0]
    people = max(one.new_customers, 1 if one.new_minor else 0)
    value = one.new_minor / people if people else 0.0
    if not with_leads:
        return [people, value]
    leads = float(one.leads or 1)
    return [leads, people / leads, value]


def margin_mix(cells: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """``review_mix``: each region's margin change split into product mix and own margins, and the line that moved most.

    ``cells``: side (before, after), region_id, product_line, costed_minor (sales of lines whose cost is known) and
    their cost_minor. A region stands out when its mix
    effect is at least a point and lies three robust deviations below the other regions'.
    """
    rows = []
    for region, own in cells.groupby("region_id", sort=True):
        sides = [
            own[own["side"] == s].groupby("product_line")[["costed_minor", "cost_minor"]].sum()
            for s in ("before", "after")
        ]
        lines = sorted(set(sides[0].index) | set(sides[1].index))
        net = [side["costed_minor"].reindex(lines).fillna(0).to_numpy(dtype=float) for side in sides]
        cost = [side["cost_minor"].reindex(lines).fillna(0).to_numpy(dtype=float) for side in sides]
        if min(n.sum() for n in net) <= 0:
            continue
        share = [n / n.sum() for n in net]
        margin = [np.divide(n - c, n, out=np.zeros(len(n)), where=n > 0) for n, c in zip(net, cost, strict=True)]
        whole = [float((n.sum() - c.sum()) / n.sum()) for n, c in zip(net, cost, strict=True)]
        mix = float(((share[1] - share[0]) * (margin[0] + margin[1]) / 2).sum())
        top = int(np.argmax(share[1] - share[0]))
        rows.append(
            {
                "region_id": region,
                "name": names.get(str(region), str(region)),
                "before_margin_rate": whole[0],
                "after_margin_rate": whole[1],
                "mix_rate": mix,
                "own_rate": whole[1] - whole[0] - mix,
                "product_line": lines[top],
                "before_share": float(share[0][top]),
                "after_share": float(share[1][top]),
            }
        )
    return check(_standing_out(pd.DataFrame(rows)), contract("review_mix"))


def _standing_out(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return pd.DataFrame({c.name: [] for c in contract("review_mix").columns}).astype({"stands_out": bool})
    mix = frame["mix_rate"]
    spread = 1.4826 * float((mix - mix.median()).abs().median())
    return frame.assign(stands_out=(mix <= -MARGIN_LEAST) & (mix < mix.median() - MARGIN_SHADE * spread))


def why_tree(
    computed: Mapping[str, Sequence[str]], people: Sequence[tuple[str, Sequence[str], str, object]]
) -> pd.DataFrame:
    """``review_whys``: per finding what the figures answer, then what people answered, then the question still open.

    ``computed``: finding → answers from the figures. ``people``: (finding, answers, by, decided) from the period's
    file; a finding that only people name is kept as theirs.
    """
    rows: list[dict[str, object]] = []
    told = {finding: (answers, by, decided) for finding, answers, by, decided in people}
    for finding in [*computed, *[f for f in told if f not in computed]]:
        steps: list[tuple[str, str, object, str]] = [
            (answer, "", None, "computed") for answer in computed.get(finding, ())
        ]
        answers, by, decided = told.get(finding, ((), "", None))
        steps += [(answer, by, decided, "people") for answer in answers]
        if not answers:
            steps.append(("", "", None, "open"))
        for number, (answer, who, when, source) in enumerate(steps, 1):
            rows.append(
                {
                    "finding": finding,
                    "step_no": number,
                    "answer": answer,
                    "by": who,
                    "decided_date": pd.NaT if when is None else pd.Timestamp(str(when)),
                    "source": source,
                }
            )
    return check(pd.DataFrame(rows, columns=[c.name for c in contract("review_whys").columns]), contract("review_whys"))
