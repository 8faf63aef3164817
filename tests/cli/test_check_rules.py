"""``salesnb check UNIT PERIOD`` says which rules contradict each other, and how to resolve it, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.__main__ import main
from tests.runs.tiny_workbook import Workbook

REGIONS = {"North": 300, "South": 500}
RULES = """schema: 1
plan: "2024"
grain: 1000
rules:
  - {id: company, text: 公司增长 5 %, growth_over: last_year, is: 0.05, strength: must}
  - {id: north, text: North 增长 10 %, where: {region: North}, growth_over: last_year, is: 0.10, strength: STRENGTH}
  - {id: south, text: South 增长 8 %, where: {region: South}, growth_over: last_year, is: 0.08, strength: STRENGTH}
  - {id: roof, text: North 不超过一半, where: {region: North}, share_of: {}, at_most: 0.5}
"""
VISITS = """  - {id: visits, text: 全年拜访 100 次, count: visits, is: 100, strength: must}
  - {id: visits-n, text: North 拜访 60 次, where: {region: North}, count: visits, at_least: 60, strength: STRENGTH}
  - {id: visits-s, text: South 拜访 70 次, where: {region: South}, count: visits, at_least: 70, strength: STRENGTH}
"""


@pytest.fixture
def unit(workbook: Workbook) -> Path:
    folder = workbook.root / "params" / "u"
    lines = [
        f"{region}{month},2023-{month:02d}-10,C1,{region},P1,A,{amount}"
        for region, amount in REGIONS.items()
        for month in range(1, 13)
    ]
    body = "\n".join(["id,day,who,region,person,line,amount", *lines])
    (folder / "a.csv").write_text(body + "\n", encoding="utf-8")
    columns = "{order_id: id, order_date: day, customer_id: who, region_id: region, person_id: person, "
    columns += "product_line: line, net: amount}"
    with open(folder / "company.yaml", "a", encoding="utf-8") as out:
        out.write(f"sources:\n  a: {{table: sales_lines, file: a.csv, columns: {columns}}}\n")
    return folder


def test_musts_against_each_other_are_to_be_mended(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (unit / "decomposition.yaml").write_text((RULES + VISITS).replace("STRENGTH", "must"), encoding="utf-8")
    assert main(["check", "u", "2024"]) == 1
    said = capsys.readouterr().out
    assert "必须遵守的规则互相矛盾" in said and "公司增长 5 %" in said and "2 处需要处理" in said
    assert "两个区域的硬性要求合计 130，共需 130；而“全年拜访 100 次”（必须），只有 100，多出 30。" in said
    assert "只动最少的条数" in said and "同比例让步" in said
    assert "roof" in said and "不起作用" in said


def test_wishes_that_give_way_are_watched_and_the_plans_period_is_known(
    unit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (unit / "decomposition.yaml").write_text((RULES + VISITS).replace("STRENGTH", "wish"), encoding="utf-8")
    assert main(["check", "u"]) == 0
    said = capsys.readouterr().out
    assert "u 2024 [关注] 规则不能同时成立" in said and "没有需要处理的问题，另有 3 处需关注" in said
    assert "u 2024 [关注] 拜访：规则不能同时成立" in said
    assert "South 拜访 70 次：≥ 70 → ≥ 54（-16）" in said.replace("−", "-")
    assert "两个区域的增长愿望合计 8.7 %" in said and "多出 360 元" in said and "只动最少的条数" in said
    assert main(["check", "u", "--no-data"]) == 0
    assert "规则" not in capsys.readouterr().out


def test_a_rule_about_nobody_is_named(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = RULES.replace("STRENGTH", "wish").replace("where: {region: South}", "where: {region: East}")
    (unit / "decomposition.yaml").write_text(rules, encoding="utf-8")
    assert main(["check", "u", "2024"]) == 1
    said = capsys.readouterr().out
    assert "south" in said and "East" in said and "North, South" in said


@pytest.mark.long
def test_a_way_out_is_taken_by_one_flag(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (unit / "decomposition.yaml").write_text(RULES.replace("STRENGTH", "must"), encoding="utf-8")
    assert main(["check", "u", "2024", "--take", "99", "--by", "总监"]) == 1
    assert "没有办法 99" in capsys.readouterr().out
    assert main(["check", "u", "2024", "--take", "1"]) == 2
    assert main(["check", "u", "2024", "--take", "1", "--by", "总监"]) == 0
    assert "已写入 u/decomposition.yaml" in capsys.readouterr().out
    text = (unit / "decomposition.yaml").read_text(encoding="utf-8")
    assert set(RULES.replace("STRENGTH", "must").splitlines()) <= set(text.splitlines()) and "by: 总监" in text
    assert main(["check", "u", "2024"]) == 0
    assert "没有需要处理的问题" in capsys.readouterr().out
