"""The exported files: same seed same bytes, written as Chinese systems write them, with one error of each kind."""

from __future__ import annotations

import csv
import hashlib
import io
import time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from salesnb.intake.sample import STORIES, field, generate
from salesnb.intake.sample.defects import spoil
from salesnb.model.errors import UsageError

SEED = 20240101
ENCODING = {"订单明细_2022.csv": "gb18030"}
FILES = {
    *(f"订单明细_{year}.csv" for year in range(2021, 2025)),
    *("回款记录.csv", "商机跟进.csv", "拜访记录.csv", "客户档案.csv", "产品目录.csv", "经销商档案.csv"),
    *("经销商进销存.csv", "历史目标_2022_2023.csv", "市场规模.csv", "竞品动态.csv", "市场监测.csv"),
    *("财务总账_月度收入.csv", "市场支出.xlsx", "人员名册.xlsx", "英文名称.csv"),
}
DEFECTS = [story for story in STORIES if story not in ("month_gap", "quote_72h")][4:]


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode(ENCODING.get(path.name, "utf-8-sig"))
    return list(csv.DictReader(io.StringIO(text)))


def test_same_seed_same_bytes_and_stories_leave_other_files_alone(folder: Path, tmp_path: Path) -> None:
    assert set(_digests(folder)) == FILES
    started = time.process_time()
    generate(tmp_path / "again", SEED)
    assert time.process_time() - started < 15, "the sample company is made in a few seconds"
    assert _digests(tmp_path / "again") == _digests(folder)
    generate(tmp_path / "plain", SEED, without=tuple(STORIES))
    told, plain = _digests(folder), _digests(tmp_path / "plain")
    same = {name for name in FILES if told[name] == plain[name]}
    assert same == {
        "人员名册.xlsx",
        "客户档案.csv",
        "产品目录.csv",
        "经销商档案.csv",
        "历史目标_2022_2023.csv",
        "市场规模.csv",
        "英文名称.csv",
    }
    for year in (2021, 2022, 2023):  # these years know data errors only
        left, right = (_rows(where / f"订单明细_{year}.csv") for where in (folder, tmp_path / "plain"))
        differing = {tuple(row.values()) for row in left} ^ {tuple(row.values()) for row in right}
        assert len(differing) <= 9


def test_an_unknown_story_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        generate(tmp_path / "none", SEED, without=("no_such_story",))
    assert not (tmp_path / "none").exists()


def test_files_are_written_as_exports_are(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        data = path.read_bytes()
        gb = path.name in ENCODING
        assert data.startswith(b"\xef\xbb\xbf") is not gb
        assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n")
        if gb:
            with pytest.raises(UnicodeDecodeError):
                data.decode("utf-8")
    spend = openpyxl.load_workbook(folder / "市场支出.xlsx", read_only=True)["市场支出"]
    head = list(spend.iter_rows(min_row=1, max_row=4, values_only=True))
    assert head[2][0] == "单位：万元" and head[3][:2] == ("月份", "区域")
    people = openpyxl.load_workbook(folder / "人员名册.xlsx", read_only=True)["人员名册"]
    rows = list(people.iter_rows(min_row=3, values_only=True))
    assert rows[0][0] == "工号" and rows[1][5].year == 2015


def test_no_export_names_a_story(folder: Path) -> None:
    headers = {name for path in folder.glob("*.csv") for name in _rows(path)[0]}
    assert not {name for name in headers if name in STORIES or "故事" in name or "标签" in name}
    text = " ".join(path.read_bytes().decode(ENCODING.get(path.name, "utf-8-sig")) for path in folder.glob("*.csv"))
    assert not any(story in text for story in STORIES)


def test_tables_refer_to_each_other(folder: Path) -> None:
    customers = {row["客户编码"] for row in _rows(folder / "客户档案.csv")}
    products = {row["产品编码"] for row in _rows(folder / "产品目录.csv")}
    dealers = {row["经销商编码"]: row["上级经销商编码"] for row in _rows(folder / "经销商档案.csv")}
    assert all(not parent or parent in dealers for parent in dealers.values())
    people = {row[0].value for row in openpyxl.load_workbook(folder / "人员名册.xlsx")["人员名册"].iter_rows(min_row=4)}
    strangers: dict[str, set[str]] = {"customer": set(), "product": set(), "person": set(), "dealer": set()}
    for year in range(2021, 2025):
        for row in _rows(folder / f"订单明细_{year}.csv"):
            if row["订单编号"] == "合计":
                continue
            strangers["customer"] |= {row["客户编码"]} - customers
            strangers["product"] |= {row["产品编码"]} - products
            strangers["person"] |= {row["业务员工号"]} - people
            strangers["dealer"] |= {row["经销商编码"]} - set(dealers) - {""}
    assert strangers == {"customer": {""}, "product": {"B299"}, "person": {"XS999"}, "dealer": set()}
    assert {row["工号"] for row in _rows(folder / "拜访记录.csv")} <= people
    assert {row["客户编码"] for row in _rows(folder / "商机跟进.csv")} <= customers | {""}
    assert {row["客户编码"] for row in _rows(folder / "回款记录.csv")} <= customers


def test_clean_sales_meet_the_ledger(folder: Path, exported: pd.DataFrame) -> None:
    cents = exported["金额(元)"].str.replace(".", "", regex=False).astype("int64")
    sums = cents.groupby(exported["订单日期"].str[:7]).sum()
    ledger = {
        row["月份"]: int(row["主营业务收入(元)"].replace(".", "")) for row in _rows(folder / "财务总账_月度收入.csv")
    }
    assert sums.to_dict() == ledger


@pytest.mark.parametrize("story", DEFECTS)
def test_each_error_stands_where_it_is_expected(exported: pd.DataFrame, expected: dict[str, Any], story: str) -> None:
    want = expected["errors"][story]
    year = int(want["file"][5:9])
    clean = exported[exported["订单日期"].str[:4] == str(year)]
    spoiled = spoil(clean, year, SEED, frozenset({story}))
    other = spoil(clean, 2025 if year != 2025 else 2026, SEED, frozenset(STORIES))
    pd.testing.assert_frame_equal(other, clean)
    before = {tuple(row) for row in clean.to_numpy().tolist()}
    fresh = [row for row in spoiled.to_dict("records") if tuple(row.values()) not in before]
    if story == "duplicate_line":
        assert not fresh and len(spoiled) == len(clean) + 1
        twice = spoiled.duplicated(keep=False).to_numpy().nonzero()[0]
        assert len(twice) == 2 and twice[1] == twice[0] + 1
        return
    assert len(fresh) == want["rows"] == 1
    assert fresh[0][want["column"]] == want.get("value", fresh[0][want["column"]])
    match story:
        case "subtotal_row":
            cents = clean["金额(元)"].str.replace(".", "", regex=False).astype("int64").sum()
            assert int(fresh[0]["金额(元)"].replace(".", "")) == cents and spoiled.index[-1] == len(spoiled) - 1
        case "negative_unflagged":
            assert fresh[0]["金额(元)"].startswith("-") and fresh[0]["原订单编号"] == ""
        case "full_width_digits":
            assert any("０" <= c <= "９" for c in fresh[0]["数量"]) and fresh[0]["数量"].isdecimal()
        case "odd_date":
            assert "年" in fresh[0]["订单日期"]
        case "thousands_separator":
            assert "," in fresh[0]["金额(元)"]
        case "future_date":
            assert fresh[0]["录入日期"] == "2024-05-20"


def test_one_month_of_spend_is_missing(shipped: Any, expected: dict[str, Any]) -> None:
    whole = field.spend(shipped.world)
    shown = field.shown_spend(whole, frozenset(STORIES))
    gap = set(whole["month"]) - set(shown["month"])
    assert len(gap) == 1
    month = gap.pop()
    assert f"{2021 + month // 12}-{month % 12 + 1:02d}" == expected["errors"]["month_gap"]["value"]
    assert len(field.shown_spend(whole, frozenset())) == len(whole)
