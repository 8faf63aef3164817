"""The time of day beside the day: read where an export tells it, empty where it does not."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.intake.clean import dates
from salesnb.report import numbers
from tests.intake.exports import load

COLUMNS = {"opportunity_id": "号", "stage": "阶段", "viewed_date": "查看", "closed_date": "关闭"}


def deals(viewed: list[str], closed: list[str], **columns: str) -> dict[str, Any]:
    body = "".join(f"S{i},won,{v},{c}\n" for i, (v, c) in enumerate(zip(viewed, closed, strict=True)))
    source = {"table": "opportunities", "file": "d.csv", "columns": {**COLUMNS, **columns}}
    return {"files": {"d.csv": "号,阶段,查看,关闭\n" + body}, "sources": {"d": source}}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-01-05 15:02", datetime(2024, 1, 5, 15, 2)),
        ("2024/1/5 9:07:33", datetime(2024, 1, 5, 9, 7, 33)),
        ("2024年1月5日 下午3:02", datetime(2024, 1, 5, 15, 2)),
        ("2024年1月5日 上午12时05分", datetime(2024, 1, 5, 0, 5)),
        ("20240105150259", datetime(2024, 1, 5, 15, 2, 59)),
        ("45296.75", datetime(2024, 1, 5, 18)),
        ("2024-01-05T20:30:00Z", datetime(2024, 1, 6, 4, 30)),
        ("２０２４-01-05 15：02", datetime(2024, 1, 5, 15, 2)),
        ("5/1/2024 3:02 PM", datetime(2024, 1, 5, 15, 2)),
        ("2024-01-05", None),
        ("45296", None),
        ("2024-01-05 25:00", None),
        ("20240105", None),
        ("报价后", None),
    ],
)
def test_moments_as_exports_spell_them(text: str, wanted: datetime | None) -> None:
    assert dates.moment(text, "dmy") == wanted


@given(st.datetimes(datetime(1990, 1, 1), datetime(2079, 1, 1)).map(lambda m: m.replace(microsecond=0)))
def test_any_moment_comes_back_from_any_spelling(moment: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S"):
        spelled = moment.strftime(form)
        assert dates.moment(spelled) == moment and dates.parse(spelled) == moment.date()
    assert dates.moment(moment.strftime("%d|%m|%Y|%H|%M|%S"), form="%d|%m|%Y|%H|%M|%S") == moment
    assert dates.moment(moment.strftime("%d|%m|%Y"), form="%d|%m|%Y") is None


def test_days_and_moments_come_from_one_column() -> None:
    given = deals(["2024-01-05 09:00", "2024-01-06", ""], ["2024/1/8 08:59", "2024年1月9日 15时30分", ""])
    found = load(**given).tables["opportunities"]
    assert found["viewed_date"].tolist()[:2] == [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-06")]
    assert found["viewed_at"].tolist()[0] == pd.Timestamp("2024-01-05 09:00") and pd.isna(found["viewed_at"][1])
    assert found["closed_at"].tolist()[:2] == [pd.Timestamp("2024-01-08 08:59"), pd.Timestamp("2024-01-09 15:30")]
    assert str(found["closed_at"].dtype) == str(found["closed_date"].dtype) == "datetime64[ms]"


def test_midnights_of_a_program_that_stores_days_as_moments_are_no_time_of_day() -> None:
    midnight = load(**deals(["2024-01-05 00:00:00"] * 2, ["2024-01-08 00:00:00", "2024-01-09 00:00:00"]))
    assert midnight.tables["opportunities"][["viewed_at", "closed_at"]].isna().all(axis=None)
    real = load(**deals(["2024-01-05 00:00:00", "2024-01-05 10:00:00"], ["2024-01-08"] * 2))
    assert real.tables["opportunities"]["viewed_at"].notna().all(), "beside other hours, midnight is one of them"


def test_a_moment_of_its_own_column_gives_the_day_and_wins_over_it() -> None:
    given = deals(["2024-01-05 09:00"], ["2024-01-08 10:00"])
    del given["sources"]["d"]["columns"]["viewed_date"]
    given["sources"]["d"]["columns"]["viewed_at"] = "查看"
    found = load(**given).tables["opportunities"]
    assert found["viewed_date"][0] == pd.Timestamp("2024-01-05") and found["viewed_at"][0].hour == 9


def test_a_workbooks_cells_keep_their_hours() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["号", "阶段", "查看", "关闭"])
    book.active.append(["S1", "won", datetime(2024, 1, 5, 9, 30), datetime(2024, 1, 8)])
    out = io.BytesIO()
    book.save(out)
    source = {"table": "opportunities", "file": "d.xlsx", "columns": COLUMNS}
    found = load({"d.xlsx": out.getvalue()}, {"d": source}).tables["opportunities"]
    assert found["viewed_at"][0] == pd.Timestamp("2024-01-05 09:30") and pd.isna(found["closed_at"][0])
    assert numbers.moment(found["viewed_at"][0]) == "2024-01-05 09:30"


def test_an_unreadable_moment_is_reported_once() -> None:
    got = load(**deals(["2024-01-05 09:00", "昨天"], ["2024-01-08", "2024-01-08"]))
    found = [f for f in got.findings if f.code == "date_unreadable"]
    assert [(f.file, f.row, f.column, f.value) for f in found] == [("d.csv", 3, "查看", "昨天")]
    assert "moment_unreadable" not in got.codes
