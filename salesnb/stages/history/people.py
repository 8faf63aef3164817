"""People: productivity per head, its spread, and how long a newcomer takes to reach it.

``months`` holds person_id, month, net_minor; ``roster`` is the ``people`` table (one row a person and posting). Without
a roster a person is in the job from the first to the last month with sales, and nothing is said about tenure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.methods.cohorts import month_number, tenure_curve
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window
from salesnb.model.tables import check, contract

ROOKIE_MONTHS = 12
TOP_SHARE = 5  # the highest one in five
LONGEST_RAMP = 36
LEAST_PEOPLE = 3  # an average of fewer names a person rather than a group


def person_months(months: pd.DataFrame, roster: pd.DataFrame, last: str) -> pd.DataFrame:
    """One row a person and month in the job up to ``last``: person_id, month, net_minor (0 without sales), tenure.

    tenure: whole months since hiring (0 = the month of hiring), null without a hiring date. Sales outside the time the
    roster gives a person are kept, so that the rows always sum to all sales with a person.
    """
    sold = months[(months["person_id"] != UNASSIGNED) & (months["month"] <= last)]
    spans = _spans(sold, roster, last)
    rows = [
        (person, f"{n // 12:04d}-{n % 12 + 1:02d}")
        for person, first, end in spans.itertuples(index=False)
        for n in range(first, end + 1)
    ]
    grid = pd.DataFrame(rows, columns=["person_id", "month"], dtype="str").drop_duplicates()
    out = grid.merge(sold[["person_id", "month", "net_minor"]], how="outer", on=["person_id", "month"])
    out["net_minor"] = out["net_minor"].fillna(0).astype("int64")
    hired = roster.dropna(subset=["hired_date"]).groupby("person_id")["hired_date"].min()
    began = {person: day.year * 12 + day.month - 1 for person, day in hired.items()}
    start = np.array([began.get(person, np.nan) for person in out["person_id"]], dtype=np.float64)
    tenure = pd.Series(month_number(out["month"].to_numpy(dtype=str)) - start, index=out.index)
    out["tenure"] = tenure.where(tenure >= 0).astype("Int64")
    return out.sort_values(["person_id", "month"], kind="stable").reset_index(drop=True)


def _spans(sold: pd.DataFrame, roster: pd.DataFrame, last: str) -> pd.DataFrame:
    """person_id, first and last month number in the job."""
    end = int(month_number([last])[0])
    if roster.empty:
        number = sold.assign(n=month_number(sold["month"].to_numpy(dtype=str))).groupby("person_id")["n"]
        return pd.DataFrame({"first": number.min(), "end": number.max()}).reset_index()
    people = roster[roster["person_id"].isin(set(sold["person_id"]))]
    # a posting may be older than the data: the months before the first sale of all are not months without sales
    began = int(month_number([months_begin])[0]) if (months_begin := min(sold["month"], default="")) else end
    first = (people["from_date"].dt.year * 12 + people["from_date"].dt.month - 1).clip(lower=began)
    until = (people["to_date"].dt.year * 12 + people["to_date"].dt.month - 1).fillna(end).clip(upper=end)
    out = pd.DataFrame({"person_id": people["person_id"], "first": first.astype(int), "end": until.astype(int)})
    return out[out["first"] <= out["end"]]


def people_years(held: pd.DataFrame, windows: Sequence[Window], names: Mapping[str, str]) -> pd.DataFrame:
    """``history_people`` from :func:`person_months`: sales, months in the job and tenure by person and window.

    Without a window (a history under twelve months) there is no row.
    """
    parts = []
    for window in windows:
        here = held[held["month"].isin(window.months)]
        part = here.groupby("person_id", as_index=False).agg(
            net_minor=("net_minor", "sum"), active_months=("month", "size"), tenure_months=("tenure", "max")
        )
        parts.append(part.assign(window=window.label))
    if not parts:
        return check(pd.DataFrame({c.name: [] for c in contract("history_people").columns}), contract("history_people"))
    out = pd.concat(parts, ignore_index=True)
    out["monthly_minor"] = (out["net_minor"] / out["active_months"]).round().astype("Int64")
    out["name"] = out["person_id"].map(lambda person: names.get(person, person))
    return check(out, contract("history_people"))


def productivity(people: pd.DataFrame, windows: Sequence[Window]) -> pd.DataFrame:
    """``history_productivity`` from ``history_people``: heads, sales per head, spread, top performers and rookies."""
    rows = []
    for window in windows:
        here = people[people["window"] == window.label]
        row: dict[str, object] = {"window": window.label, "net_minor": int(here["net_minor"].sum()), "head_count": 0.0}
        if len(here):
            row |= _spread(here, len(window.months))
        rows.append(row)
    columns = [c.name for c in contract("history_productivity").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("history_productivity"))


def _spread(here: pd.DataFrame, length: int) -> dict[str, object]:
    heads = float(here["active_months"].sum()) / length
    monthly = here["monthly_minor"].to_numpy(dtype=np.float64)
    low, median, high = (round(float(q)) for q in np.quantile(monthly, [0.25, 0.5, 0.75]))
    row: dict[str, object] = {
        "head_count": heads,
        "revenue_per_head_minor": round(float(here["net_minor"].sum()) / heads),
        "low_minor": low,
        "median_minor": median,
        "high_minor": high,
    }
    top = np.sort(monthly)[::-1][: max(len(monthly) // TOP_SHARE, 1)]
    if len(monthly) >= LEAST_PEOPLE * TOP_SHARE:
        row["top_minor"] = round(float(top.mean()))
    rookies = here[here["tenure_months"].notna() & (here["tenure_months"] < ROOKIE_MONTHS)]
    if len(rookies) >= LEAST_PEOPLE:
        rookie = float(rookies["net_minor"].sum()) / float(rookies["active_months"].sum())
        row["rookie_minor"] = round(rookie)
        if "top_minor" in row and rookie > 0:
            row["top_to_rookie_ratio"] = float(top.mean()) / rookie
    return row


def ramp(held: pd.DataFrame) -> pd.DataFrame:
    """``history_ramp`` from :func:`person_months`: mean sales by month of service, and the ramp to the mature level."""
    known = held[held["tenure"].notna()]
    columns = [c.name for c in contract("history_ramp").columns]
    if known.empty:
        return check(pd.DataFrame({name: [] for name in columns}), contract("history_ramp"))
    curve = tenure_curve(known["tenure"].to_numpy(dtype=np.int64), known["net_minor"].to_numpy(dtype=np.float64))
    out = pd.DataFrame(
        {
            "tenure_month": curve.step,
            "person_count": curve.count,
            "monthly_minor": np.round(curve.mean).astype(np.int64),
            "ramp_rate": curve.ramp,
        }
    )
    return check(out[out["tenure_month"] < LONGEST_RAMP], contract("history_ramp"))
