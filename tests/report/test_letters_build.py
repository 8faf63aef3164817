"""Letters made from parameters and tables: people and regions, what is everybody's and what nobody has set."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesnb.model.contracts.facts import PEOPLE, UNASSIGNED
from salesnb.model.errors import DataError
from salesnb.model.params.load import Params
from salesnb.model.tables import check
from salesnb.report.letters import Approval, Sources, check_letter, letters, person_letter, region_letter
from salesnb.report.letters.build import NOBODY

FILES = {
    "company": """\
schema: 1
unit: u
name: 小公司
fiscal_year_start: 4
""",
    "people": """\
director: E0
roles:
  业务员: {factor: 1.0, salary_month: 8000}
  区域经理: {factor: 1.0}
""",
    "goals": """\
goals:
  - {id: c, text: 回款率, metric: collection_rate, target: {at_least: 0.9, unit: ratio}, decided: 2024-01-01}
  - {id: n, text: 新客户, metric: new_customers, target: {is: 40, unit: count}, decided: 2024-01-01}
""",
    "incentives": """\
tiers:
  - {id: challenge, text: 挑战档, attainment_from: 1.0, base: {what: salary_year}, rate: 0.1, rate_to: 0.2}
  - {id: stretch, text: 冲刺档, attainment_from: 1.1, base: {what: gross_profit_above_target}, rate: 0.08}
commission: {by_line: {A: 0.01}, stop_overdue_days: 60}
awards:
  - {id: a, text: 个人奖, amount: 5000, level: person, every: year, metric: sales, rule: best, decided: 2024-01-01}
  - {id: b, text: 区域奖, amount: 10000, level: region, every: year, metric: sales, rule: best, decided: 2024-01-01}
""",
    "decomposition": """\
activity: {effective_visits_per_week: 8}
figures:
  - {id: budget, text: 预算口径, growth: 0.1, owner: 财务部, decided: 2024-01-01}
  - {id: assessment, text: 考核口径, growth: 0.2, owner: 总监, decided: 2024-01-01}
letter:
  sign_by: 2024-04-10
  issuer: 小公司销售部
  kpis:
    - {id: s, text: 销售额, metric: sales, weight: 0.7}
    - {id: c, text: 回款率, metric: collection_rate, weight: 0.1}
    - {id: n, text: 新客户, metric: new_customers, weight: 0.1}
    - {id: v, text: 拜访, metric: effective_visits, weight: 0.1}
  adjustment: 可调整。
  objection: 可异议。
""",
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Two people and their manager in one region; something nobody has."""
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(f"schema: 1\n{text.removeprefix('schema: 1')}", encoding="utf-8")
    params = Params("u", tmp_path)
    rows = [
        ("E0", "王总", "2010-01-01", None, None, "总部", "总部", "总监", None),
        ("E1", "张经理", "2010-01-01", None, None, "东区", "一组", "区域经理", "E0"),
        ("E2", "李强", "2010-01-01", "2024-04-30", None, "西区", "二组", "业务员", "E0"),
        ("E2", "李强", "2024-05-01", None, None, "东区", "一组", "业务员", "E1"),
        ("E3", "赵新", "2024-06-01", None, "2024-12-31", "东区", "一组", "业务员", "E1"),
    ]
    names = ["person_id", "name", "from_date", "to_date", "left_date", "region_id", "team_id", "role", "manager_id"]
    people = check(pd.DataFrame(rows, columns=names), PEOPLE)
    months = [f"2024-{m:02d}" for m in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]
    cells = pd.DataFrame(
        [(m, "东区", "一组", p, "A", 1_000_000) for m in months for p in ("E1", "E2", "E3", UNASSIGNED)],
        columns=["month", "region_id", "team_id", "person_id", "product_line", "target_minor"],
    )
    return Sources(
        params=params, plan=params.company.calendar.period("2024"), as_of=date(2024, 6, 1), cells=cells, people=people,
        names={"A": "高端"}, values={("E2", "new_customers"): 5.0},
        figures={"E2": {"budget": 11_000_000, "assessment": 12_000_000}},
        approval=Approval("2024-r01", date(2024, 4, 2), "王总", date(2024, 4, 1), "2024/v001", "cd" * 32),
    )  # fmt: skip


def test_there_is_a_letter_for_every_person_and_region_with_a_target(sources: Sources) -> None:
    made = [check_letter(one) for one in letters(sources)]
    assert [(one.level, one.node_id) for one in made] == [
        ("region", "东区"), ("person", "E1"), ("person", "E2"), ("person", "E3")]  # fmt: skip


def test_a_persons_letter(sources: Sources) -> None:
    made = person_letter(sources, "E2")
    assert (made.target_minor, made.lines, made.number) == (12_000_000, ("高端",), "2024-r01-E2")
    assert made.issuer.role == "总监 王总"
    assert made.holder.place == "西区 · 二组"  # as of the plan's first day
    assert list(made.quarters) == [1, 2, 3, 4] and made.quarters[1] == ("2024-04", "2024-05", "2024-06")
    values = {kpi.id: (kpi.value, kpi.relation) for kpi in made.kpis}
    assert values == {"s": (12_000_000, "is"), "c": (0.9, "at_least"), "n": (5.0, "is"), "v": (8.0, "at_least")}
    assert [(f.target_minor, f.is_judged) for f in made.figures] == [(11_000_000, False), (12_000_000, True)]
    said = [text.zh for text in made.incentives]
    assert said[0] == "挑战档（按 96,000 元计，为 9,600 元—19,200 元）。"
    assert said[1] == "冲刺档。"  # no base, no figure
    assert "个人奖，5,000 元。" in said and not any("区域奖" in text for text in said)
    assert "按考核口径" in made.basis.zh


def test_a_companys_count_is_nobodys_own_target(sources: Sources) -> None:
    made = person_letter(sources, "E1")
    assert [kpi.id for kpi in made.missing] == ["n"]
    assert made.incentives[0].zh == "挑战档。"  # no salary is known for the role


def test_pay_is_left_out_where_the_reader_may_not_see_it(sources: Sources) -> None:
    made = person_letter(replace(sources, with_pay=False), "E2")
    assert made.incentives[0].zh == "挑战档。"


def test_a_joiner_and_leaver_has_his_own_term(sources: Sources) -> None:
    made = person_letter(sources, "E3")
    assert (made.start, made.end) == (date(2024, 6, 1), date(2024, 12, 31))


def test_a_regions_letter_names_its_head_and_its_people(sources: Sources) -> None:
    made = region_letter(sources, "东区")
    assert (made.holder.name, made.holder.role) == ("张经理", "区域经理")
    assert [(m.name, m.target_minor) for m in made.members] == [
        ("张经理", 12_000_000), ("李强", 12_000_000), ("赵新", 12_000_000), (NOBODY, 12_000_000)]  # fmt: skip
    assert made.target_minor == 48_000_000


@pytest.mark.parametrize(
    ("approval", "last_day"),
    [
        ({}, date(2024, 4, 10)),
        ({"decided": date(2024, 8, 20), "effective": date(2024, 9, 1)}, date(2024, 9, 1)),
        ({"decided": date(2024, 8, 20), "sign_by": date(2024, 8, 31)}, date(2024, 8, 31)),
    ],
)
def test_a_letter_signed_again_has_a_day_to_come(sources: Sources, approval: dict[str, Any], last_day: date) -> None:
    made = person_letter(replace(sources, approval=replace(sources.approval, **approval)), "E2")
    assert made.sign_by == last_day


def test_a_person_the_roster_does_not_know_is_named(sources: Sources) -> None:
    stranger = replace(sources, cells=sources.cells.assign(person_id="E9"))
    with pytest.raises(DataError, match="does not know E9"):
        list(letters(stranger))
