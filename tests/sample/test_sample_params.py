"""The sample company's parameters: complete, consistent with its people and tables, every reference kept."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesnb.intake.sample import organisation
from salesnb.model.errors import ParamsError
from salesnb.model.params.load import SCHEMAS, Params
from salesnb.model.params.strict import load_yaml

PLAN_DAY, DECIDED = date(2024, 1, 1), date(2023, 12, 31)


@pytest.fixture
def unit(root: Path) -> Params:
    """The shipped parameters."""
    return Params("sample", root / "params" / "sample")


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _walk(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from _walk(child, key)
    else:
        yield key, value


def _leaves(unit: Params) -> Iterator[tuple[str, str, Any]]:
    for name in unit.files:
        if name.endswith(".yaml"):
            for key, value in _walk(load_yaml(unit.folder / name).data):
                yield name, key, value


def test_every_file_is_there_and_loads(unit: Params) -> None:
    unit.check_all()
    assert {f"{stem}.yaml" for stem in SCHEMAS} <= set(unit.files)
    assert unit.company.unit == "sample" and unit.company.generated is not None
    assert str(unit.company.today) == "2024-07-04"
    assert unit.period("2024-06").improvements


def test_references_are_decisions_that_exist(unit: Params) -> None:
    cited = set()
    for name, key, value in _leaves(unit):
        if key in ("reference", "evidence") and value:
            assert (unit.folder / value).is_file(), f"{name}: {value}"
            cited.add(value)
    kept = {name for name in unit.files if name.startswith("decisions/")}
    assert cited == kept, "every decision is cited, every citation is kept"


def test_decisions_are_dated_and_say_who_decided(unit: Params) -> None:
    for name, path in unit.files.items():
        if name.startswith("decisions/"):
            text = path.read_text(encoding="utf-8")
            assert re.search(rf"^- 日期：{path.stem[:10]}$", text, re.M), name
            assert re.search(r"^- (决定人|主持)：", text, re.M), name
            assert "## " in text


def test_a_value_is_not_decided_before_its_decision(unit: Params) -> None:
    stack: list[tuple[str, Any]] = [(n, load_yaml(unit.folder / n).data) for n in unit.files if n.endswith(".yaml")]
    while stack:
        name, item = stack.pop()
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        stack += [(name, child) for child in children]
        if isinstance(item, dict) and item.get("reference") and item.get("decided"):
            day = date.fromisoformat(str(item["reference"]).removeprefix("decisions/")[:10])
            assert abs((item["decided"] - day).days) < 120, f"{name}: {item}"


def test_people_who_are_named_are_in_the_roster(unit: Params) -> None:
    roster = set(organisation.roster()["工号"])
    named = {value for _, _, value in _leaves(unit) if isinstance(value, str) and re.fullmatch(r"XS\d{3}", value)}
    assert named and named <= roster
    teams = {team for own in organisation.TEAMS.values() for team in own}
    assert {team.id for team in unit.people.teams} == teams
    assert all(team.id in organisation.TEAMS[team.region] for team in unit.people.teams)
    assert set(organisation.roster()["岗位"]) <= set(unit.people.roles)


def test_nodes_in_selections_exist(unit: Params) -> None:
    known = {
        "region": set(organisation.NODES),
        "team": {team for own in organisation.TEAMS.values() for team in own},
        "product_line": {"A", "B", "C"},
        "channel": {"直销", "经销商", "线上"},
        "customer_type": {"KA", "中小客户", "新客户"},
        "person": set(organisation.roster()["工号"]),
        "quarter": {"Q1", "Q2", "Q3", "Q4"},
    }
    for rule in (*unit.decomposition.rules, *unit.decomposition.zeros):
        for dimension, nodes in rule.where.items():
            chosen = nodes if isinstance(nodes, tuple) else nodes.not_
            assert set(chosen) <= known.get(dimension, set(chosen)), rule.id


def test_rules_hold_the_contradictions_of_a_real_plan(unit: Params) -> None:
    rules = {rule.id: rule for rule in unit.decomposition.rules_at(PLAN_DAY, DECIDED)}
    share = {"华东": 0.35, "华南": 0.25, "中西部": 0.20, "北方": 0.20}
    wishes = {"华东": "growth-east", "华南": "growth-south", "中西部": "growth-midwest", "北方": "growth-north"}
    implied = sum(share[region] * (rules[wishes[region]].is_ or 0) for region in share)
    assert implied == pytest.approx(0.143)
    assert implied > (rules["company-growth"].is_ or 0) == pytest.approx(0.12)
    assert (rules["mix-b"].is_ or 0) + (rules["mix-c"].at_least or 0) == pytest.approx(0.65)
    assert sum(rules[f"quarter-{q}"].is_ or 0 for q in (1, 2, 3, 4)) == pytest.approx(1)
    assert "cap-newcomer-shanghai" not in rules, "decided after the plan was made"
    later = {rule.id for rule in unit.decomposition.rules_at(date(2024, 6, 1), date(2024, 6, 1))}
    assert "cap-newcomer-shanghai" in later


def test_goals_sum_and_close(unit: Params) -> None:
    factors = [value.at(PLAN_DAY, DECIDED) for value in unit.goals.contribution.values()]
    assert set(unit.goals.contribution) == set(organisation.NODES)
    assert sum(factors) == pytest.approx(1)
    goals = {goal.id: goal for goal in unit.goals.goals}
    assert goals["new-large"].target.value + goals["new-small"].target.value == goals["new-customers"].target.value
    assert any(not goal.owner or not goal.evidence for goal in goals.values()), "some goal lacks what SMART asks for"


def test_tasks_serve_what_exists_and_wait_for_what_exists(unit: Params) -> None:
    plan = unit.actions
    results = {result.id for objective in plan.objectives for result in objective.key_results}
    aims = (
        results | {o.id for o in plan.objectives} | {s.id for s in plan.strategies} | {g.id for g in unit.goals.goals}
    )
    tasks = {task.id for task in plan.tasks}
    for task in plan.tasks:
        assert set(task.serves) <= aims and set(task.after) <= tasks, task.id
        assert task.owner and task.due and task.deliverable, task.id
        assert task.start is None or task.start <= task.due
    for strategy in plan.strategies:
        assert set(strategy.serves) <= aims, strategy.id
    sums = {o.id: (o.amount or 0, sum(r.amount or 0 for r in o.key_results)) for o in plan.objectives}
    assert sums["o-east"][1] > sums["o-east"][0], "one objective's key results overlap"
    assert all(made == asked for name, (asked, made) in sums.items() if name != "o-east"), "the others come out exactly"


def test_swot_strategies_use_entries_that_exist(unit: Params) -> None:
    swot = unit.market.swot
    entries = {e.id for group in (swot.strengths, swot.weaknesses, swot.opportunities, swot.threats) for e in group}
    assert {s.kind for s in swot.strategies} == {"SO", "ST", "WO", "WT"}
    assert all(set(s.uses) <= entries for s in swot.strategies)


def test_nothing_gives_the_stories_away(unit: Params) -> None:
    told = " ".join(path.read_text(encoding="utf-8") for path in unit.files.values())
    assert not re.search(r"JX30[358]", told)
    assert "quote_72h" not in told and "price_cut" not in told


def test_files_come_back_from_an_editor_unchanged(unit: Params) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    for name, path in unit.files.items():
        if name.endswith(".yaml"):
            text, out = path.read_text(encoding="utf-8"), io.StringIO()
            yaml.dump(yaml.load(text), out)
            assert out.getvalue() == text, name


@pytest.mark.parametrize(
    ("stem", "text", "key"),
    [
        ("decomposition", "rules:\n  - {id: r, text: t, amount: sales, share_of: {}, is: 1}\n", "amount"),
        ("decomposition", "rules:\n  - {id: r, text: t, amount: sales}\n", "is"),
        ("decomposition", 'rules:\n  - {id: r, text: t, growth_over: last_year, is: "12%"}\n', "12%"),
        ("decomposition", "rules:\n  - {id: r, text: t, amount: sales, is: 1, locked: true}\n", "locked"),
        ("actions", "budget: {total: 1, split: {a: 0.4, b: 0.4}}\n", "0.8"),
        ("review", "core:\n  - {metric: sale, text: 销售额, unit: yuan}\n", "sale"),
        (
            "risks",
            "risks:\n  - {id: r, text: t, kind: market, probability: 1.2, impact: 3, response: x, owner: y}\n",
            "1.2",
        ),
        ("people", "roles:\n  业务员: {factor: 1, salery_month: 3}\n", "salery_month"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(tmp_path: Path, stem: str, text: str, key: str) -> None:
    (tmp_path / "company.yaml").write_text("unit: u\nname: u\n", encoding="utf-8")
    (tmp_path / f"{stem}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        Params("u", tmp_path).check_all()
    said = caught.value.say("zh")
    assert f"u/{stem}.yaml:" in said and key in said


def test_amounts_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    rules = "\n".join(
        f"  - {{id: r{i}, text: t, amount: sales, is: {value}}}"
        for i, value in enumerate(("3500万", '"1.2亿"', '"3,500 元"'))
    )
    (tmp_path / "company.yaml").write_text("unit: u\nname: u\n", encoding="utf-8")
    (tmp_path / "decomposition.yaml").write_text(f"rules:\n{rules}\n", encoding="utf-8")
    values = [rule.is_ for rule in Params("u", tmp_path).decomposition.rules]
    assert values == [35_000_000, 120_000_000, 3500]


def test_the_examples_that_stand_commented_in_the_period_s_file_hold(unit: Params, tmp_path: Path) -> None:
    from salesnb.model.params.period import PeriodNotes

    text = (unit.folder / "periods" / "2024-06.yaml").read_text(encoding="utf-8")
    lines, uncommented = [], 0
    for line in text.splitlines():
        is_example = line.startswith(("# - ", "#   "))
        uncommented += is_example
        lines.append("  " + line[2:] if is_example else line.replace("[]   ", "     "))
    file = tmp_path / "2024-06.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    held = PeriodNotes.model_validate(load_yaml(file).data)
    assert uncommented and held.alerts[0].state == "doing" and held.rulings[0].credit is not None
