"""Attainment on a real company's quotas: every person-quarter in its own window, whatever the calendar says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesnb.intake import facts
from salesnb.model.periods import Calendar
from salesnb.stages import review
from salesnb.stages.review import Curve

pytestmark = pytest.mark.real

BIKES = """
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
      customer_id: customer_id
      net: amount
      cost: cost
"""


def test_every_person_quarter_is_held_against_its_own_window(real_data: Path, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    folder = tmp_path / "params" / "bikes"
    folder.mkdir(parents=True)
    orders = real_data / "adventureworks" / "order_lines.csv.gz"
    (folder / "company.yaml").write_text(BIKES.format(orders=orders), encoding="utf-8")
    found = facts.load("bikes")
    given = pd.read_csv(real_data / "adventureworks" / "quota_history.csv", dtype={"salesperson_id": str})
    starts = sorted(date.fromisoformat(day) for day in given["quota_date"].unique())
    ends = {
        day.isoformat(): end - timedelta(days=1)
        for day, end in zip(starts, [*starts[1:], date(2013, 12, 31)], strict=True)
    }
    quotas = pd.DataFrame(
        {
            "from_date": pd.to_datetime(given["quota_date"]).astype("datetime64[ms]"),
            "to_date": pd.to_datetime(given["quota_date"].map(ends)).astype("datetime64[ms]"),
            "region_id": "_unassigned",
            "person_id": given["salesperson_id"],
            "product_line": "_unassigned",
            "metric": "sales",
            "currency": "USD",
            "target_minor": (given["quota"] * 100).round().astype("int64"),
        }
    )
    through = date(2014, 6, 30)
    windows = review.quota_windows(quotas, starts[0], through)
    sums = found.sums(("region_id", "person_id", "product_line"), windows, through)
    out = review.by_quota(quotas, sums, through, Curve(Calendar()))
    assert len(out) == 163 and (out["actual_minor"] > 0).sum() == 163 and out["is_complete"].all()
    assert out["attainment_rate"].mean() == pytest.approx(0.855, abs=0.0005)
    assert out["attainment_rate"].std() == pytest.approx(0.144, abs=0.0005)
    assert (out["actual_minor"] - out["target_minor"] == out["gap_minor"]).all()
