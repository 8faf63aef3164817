"""A real company's quotas of 2013, set from what was known at the end of 2012, against the quotas it set itself.

Attainment of every person-quarter: its actual sales over what it was asked. The company's own quotas follow the outcome
so closely (rank correlation 0.98) that they cannot have been set before it; ours see nothing after 2012-12-31. Rows
"known total" give the year's total as it came, so that only its distribution over people and quarters is judged.
Real data come from SALESNB_REAL_DATA (default ../shared/data); absent, this says so and measures nothing.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from salesnb.intake.facts import Facts
from salesnb.methods.forecast import fit
from salesnb.model.params.decomposition import Decomposition, Rule
from salesnb.model.periods import Calendar, Window
from salesnb.stages.decomposition import Problem, Setting, build, decompose
from salesnb.stages.decomposition.cube import DIMS

AS_OF = date(2012, 12, 31)
THROUGH = date(2014, 6, 30)
GRAIN = 100_000  # 1,000 dollars
COMPANY = """
unit: bikes
name: bikes
currency: USD
sources:
  orders:
    table: sales_lines
    file: "{orders}"
    columns:
      order_id: order_id
      line_no: line
      order_date: order_date
      month: sales_month
      region_id: region
      person_id: salesperson_id
      product_id: product_id
      product_line: category
      customer_id: customer_id
      net: amount
"""


@dataclass(frozen=True)
class World:
    """``sold``: by month, lines with a salesperson. ``actual``: (people, quarters) in the windows of the quotas.
    ``people``: the roster on the day. ``asked``: own quotas."""

    sold: pd.DataFrame
    actual: pd.DataFrame
    people: pd.DataFrame
    products: pd.DataFrame
    asked: pd.DataFrame


def world(folder: Path) -> World:
    """Read the exports through the product's own intake."""
    from salesnb.intake import facts

    with tempfile.TemporaryDirectory() as made:
        os.environ["SALESNB_PARAMS"], os.environ["SALESNB_OUTPUTS"] = f"{made}/params", f"{made}/outputs"
        unit = Path(made, "params", "bikes")
        unit.mkdir(parents=True)
        (unit / "company.yaml").write_text(COMPANY.format(orders=folder / "order_lines.csv.gz"), encoding="utf-8")
        known = facts.load("bikes")
        sold, products = known.months(DIMS, THROUGH), known.table("products")
        asked = pd.read_csv(folder / "quota_history.csv", dtype={"salesperson_id": str}, parse_dates=["quota_date"])
        asked = asked[["salesperson_id", "quarter", "quota_date", "quota"]].rename(
            columns={"salesperson_id": "person_id"}
        )
        actual = in_windows(known, asked)
    sold = sold[sold["person_id"] != "_unassigned"]
    return World(sold, actual, roster(asked, sold), products, asked)


def in_windows(known: Facts, asked: pd.DataFrame) -> pd.DataFrame:
    """Sales of quarters as the company counts them: from one day of quotas to the next, not by calendar."""
    starts = asked.drop_duplicates("quarter").set_index("quarter")
    days = starts["quota_date"].sort_index()
    ends = [*(day - pd.Timedelta(days=1) for day in days.iloc[1:]), pd.Timestamp(2013, 12, 31)]
    windows = [Window(str(name), day.date(), end.date()) for (name, day), end in zip(days.items(), ends, strict=True)]
    sums = known.sums(("person_id",), windows, THROUGH)
    return sums.pivot_table(index="person_id", columns="window", values="net_minor", aggfunc="sum") / 100


def roster(asked: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Who carries a quota on the day, since the first day he carried one, in the region where he sells most."""
    first = asked[asked["quota_date"] <= pd.Timestamp(AS_OF)].groupby("person_id")["quota_date"].min()
    before = sold[sold["month"] <= AS_OF.isoformat()[:7]]
    sums = before.groupby(["person_id", "region_id", "team_id"])["net_minor"].sum().reset_index()
    home = sums.sort_values("net_minor").drop_duplicates("person_id", keep="last").set_index("person_id")
    rows = []
    for person, day in first.items():
        own = sums[sums["person_id"] == person] if person in home.index else None
        places = own[["region_id", "team_id"]].to_records(index=False) if own is not None else [("_unassigned",) * 2]
        for region, team in places:
            rows.append({"person_id": person, "region_id": region, "team_id": team, "role": "", "from_date": day})
    frame = pd.DataFrame(rows)
    frame["to_date"], frame["hired_date"] = pd.NaT, frame["from_date"]
    return frame


def quotas(given: World, total: float | None, weights: dict[str, float]) -> pd.DataFrame:
    """(people, quarters) amounts of 2013 by the product; ``total``: of the year, None = as forecast on the day."""
    calendar = Calendar()
    known = given.sold[given.sold["month"] <= AS_OF.isoformat()[:7]]
    asked = total if total is not None else forecast(known)
    setting = Setting(
        calendar.period("2013"), AS_OF, known, given.people, given.products, Decomposition(), weights=weights
    )
    rule = {"id": "company", "text": "company", "amount": "sales", "is": asked, "strength": "must"}
    plan = decompose(Problem(build(setting).cube, [Rule.model_validate(rule)], GRAIN))
    return by_quarter(plan.table.rename(columns={"target_minor": "net_minor"}))


def forecast(known: pd.DataFrame) -> float:
    """The year after the known months, company total."""
    months = known.groupby("month")["net_minor"].sum().sort_index().to_numpy(float) / 100
    return float(fit(months[None, :]).months[0].sum())


def by_quarter(months: pd.DataFrame) -> pd.DataFrame:
    """(people, quarters) sums of 2013, currency units."""
    own = months[months["month"].str.startswith("2013")]
    quarter = "2013Q" + ((own["month"].str[5:].astype(int) + 2) // 3).astype(str)
    sums = own.assign(quarter=quarter).groupby(["person_id", "quarter"])["net_minor"].sum().unstack(fill_value=0)
    return sums.astype(float) / 100


def last_year(given: World, total: float) -> pd.DataFrame:
    """The same quarter of last year, scaled to the total: what many companies do."""
    moved = given.sold[given.sold["month"].str.startswith("2012")]
    sums = by_quarter(moved.assign(month="2013" + moved["month"].str[4:]))
    return sums * (total / sums.to_numpy().sum())


def judged(name: str, asked: pd.DataFrame, actual: pd.DataFrame, rows: pd.MultiIndex) -> str:
    """One line of the table."""
    target, sold = asked.stack().reindex(rows), actual.stack().reindex(rows).fillna(0.0)
    counted = target > 0
    rate = (sold / target)[counted]
    ranks = target[counted].rank().corr(sold[counted].rank())
    level = rate / rate.mean()
    return (
        f"| {name} | {counted.sum()} of {len(rows)} | {rate.mean():.3f} | {rate.std():.3f} | {rate.median():.3f} "
        f"| {level.std():.3f} | {ranks:.3f} | {(rate.sub(1).abs() <= 0.2).mean():.1%} "
        f"| {(level.sub(1).abs() <= 0.2).mean():.1%} |"
    )


def main() -> None:
    """Print one table."""
    root = Path(os.environ.get("SALESNB_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    folder = root / "adventureworks"
    if not folder.is_dir():
        print(f"left out: no real quotas at {root.name}/adventureworks")
        return
    given = world(folder)
    actual = given.actual.drop(index="_unassigned", errors="ignore")
    every = given.asked.set_index(["person_id", "quarter"])["quota"]
    own = every[every.index.get_level_values("quarter").str.startswith("2013")]
    whole = float(actual[[f"2013Q{number}" for number in range(1, 5)]].to_numpy().sum())
    said = forecast(given.sold[given.sold["month"] <= AS_OF.isoformat()[:7]])
    print(f"Sales with a salesperson in 2013: {whole / 1e6:.1f} M; forecast at the end of 2012: {said / 1e6:.1f} M.\n")
    columns = ("quotas", "person-quarters", "mean", "sd", "median", "sd ÷ mean", "rank correlation")
    print(f"| {' | '.join((*columns, 'within ±20 %', '… of the mean'))} |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(judged("the company's own, 2011 to 2013", every.unstack(), actual, every.index))
    print(judged("the company's own, 2013", own.unstack(), actual, own.index))
    for name, total in (("end of 2012", None), ("known total", whole)):
        print(judged(f"product, history, {name}", quotas(given, total, {"history": 1.0}), actual, own.index))
        mixed = {"history": 0.7, "even": 0.3}
        print(judged(f"product, 70 % history 30 % even, {name}", quotas(given, total, mixed), actual, own.index))
        print(judged(f"last year's quarters scaled, {name}", last_year(given, total or said), actual, own.index))


if __name__ == "__main__":
    main()
