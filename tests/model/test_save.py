"""A saved decision is one more dated entry: nothing else in the file moves, and nobody's change is lost."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesnb.model.errors import ParamsError
from salesnb.model.params.decomposition import Decomposition
from salesnb.model.params.save import Sheet, dump, load
from salesnb.model.params.strict import load_yaml

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "params").rglob("*.yaml"))
AS_OF = date(2023, 12, 31)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_file_survives_the_round_trip(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert dump(load(text)) == text


@pytest.fixture
def sheet(root: Path, tmp_path: Path) -> Sheet:
    """The sample's rules, to be written to."""
    shutil.copy(root / "params" / "sample" / "decomposition.yaml", tmp_path / "decomposition.yaml")
    return Sheet.read(tmp_path / "decomposition.yaml")


def entry(**changes: Any) -> dict[str, Any]:
    first = {"id": "growth-south", "text": "华南增长 15 %", "where": {"region": "华南"}, "growth_over": "last_year"}
    made: dict[str, Any] = first | {"is": 0.15, "strength": "wish", "from": date(2024, 1, 1), "decided": AS_OF}
    return made | {"by": "销售总监", "reference": "decisions/x.md"} | changes


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every old one still stands, in its order."""
    left = iter(before.splitlines())
    waiting, new = next(left, None), []
    for line in after.splitlines():
        if line == waiting:
            waiting = next(left, None)
        else:
            new.append(line)
    assert waiting is None, f"lost: {waiting}"
    return new


def test_a_rule_is_added_after_its_older_self_and_then_holds(sheet: Sheet) -> None:
    text = sheet.with_rule(entry())
    new = added(sheet.text, text)
    assert new[0] == "  - id: growth-south" and len(new) == 10
    assert "    where: {region: 华南}" in new and "    is: 0.15" in new
    assert text.index("华南增长 18 %") < text.index("华南增长 15 %") < text.index("id: growth-midwest")
    after = sheet.saved(text, Decomposition)
    assert after.path.read_text(encoding="utf-8") == text == dump(load(text))
    held = Decomposition.model_validate(load_yaml(after.path).data)
    known = {rule.id: rule.is_ for rule in held.rules_at(date(2024, 12, 31), AS_OF)}
    earlier = {rule.id: rule.is_ for rule in held.rules_at(date(2024, 12, 31), date(2023, 12, 30))}
    assert known["growth-south"] == 0.15 and earlier["growth-south"] == 0.18


def test_a_new_rule_is_added_before_the_next_section(sheet: Sheet) -> None:
    text = sheet.with_rule(entry(id="lock-1", locked=True, reason="与客户约定"))
    assert text.index("id: new-customers-q2") < text.index("id: lock-1") < text.index("\nzeros:")
    assert "\n\nzeros:" in text and added(sheet.text, text)[0] == "  - id: lock-1"
    sheet.saved(text, Decomposition)


def test_ending_a_rule_is_written_out(sheet: Sheet) -> None:
    text = sheet.with_rule(entry(**{"is": None}))
    assert "    is: null" in added(sheet.text, text)
    held = Decomposition.model_validate(load_yaml(sheet.saved(text, Decomposition).path).data)
    assert "growth-south" not in {rule.id for rule in held.rules_at(date(2024, 12, 31), AS_OF)}


def test_the_same_dates_twice_are_refused(sheet: Sheet) -> None:
    with pytest.raises(ParamsError, match="very dates") as caught:
        sheet.with_rule(entry(decided=date(2023, 12, 12)))
    assert caught.value.where is not None and "growth-south" in caught.value.say("zh")


def test_a_change_made_meanwhile_is_not_lost_and_both_sides_are_shown(sheet: Sheet) -> None:
    theirs = sheet.text.replace("grain: 10000 ", "grain: 50000 ")
    sheet.path.write_text(theirs, encoding="utf-8")
    with pytest.raises(ParamsError, match="meanwhile") as caught:
        sheet.saved(sheet.with_rule(entry()), Decomposition)
    said = caught.value.say("zh")
    assert "+grain: 50000" in said and "华南增长 15 %" in said
    assert sheet.path.read_text(encoding="utf-8") == theirs


def test_what_no_run_could_read_is_never_written(sheet: Sheet) -> None:
    for wrong in ({"is": "15 %"}, {"strength": "maybe"}, {"amount": "sales"}):
        with pytest.raises(ParamsError, match=r"decomposition\.yaml:"):
            sheet.saved(sheet.with_rule(entry(**wrong)), Decomposition)
    assert sheet.path.read_text(encoding="utf-8") == sheet.text
    assert {path.name for path in sheet.path.parent.iterdir()} <= {"decomposition.yaml", ".decomposition.yaml.lock"}


def test_text_that_yaml_would_misread_is_quoted(sheet: Sheet) -> None:
    for words in ("是: 否", "# 注", "0123", "NO", "- 一", "“引号”\"双\"'单'", "a\nb"):
        text = sheet.with_rule(entry(text=words, reason=words))
        held = Decomposition.model_validate(load_yaml(sheet.saved(text, Decomposition).path).data)
        assert [rule.text for rule in held.rules if rule.decided == AS_OF] == [words]
        sheet.path.write_text(sheet.text, encoding="utf-8")


VALUE = {"from": date(2024, 1, 1), "value": 4, "decided": AS_OF, "by": "甲"}


@pytest.mark.parametrize("ends", ["", "\n"])
def test_a_plain_value_becomes_the_first_of_its_list(tmp_path: Path, ends: str) -> None:
    path, key = tmp_path / "decomposition.yaml", ("activity", "quotes_per_week")
    path.write_text(f"activity:\n  quotes_per_week: 2.5   # 每人每周{ends}", encoding="utf-8")
    sheet = Sheet.read(path)
    text = sheet.with_value(key, VALUE)
    assert text.splitlines()[1:4] == ["  quotes_per_week:   # 每人每周", "    values:", "      - {value: 2.5}"]
    again = sheet.saved(text, Decomposition)
    assert dump(load(again.text)) == again.text
    later = again.with_value(key, VALUE | {"decided": date(2024, 2, 1), "value": 3})
    assert added(again.text, later) == ["      - {from: 2024-01-01, value: 3, decided: 2024-02-01, by: 甲}"]
    held = Decomposition.model_validate(load_yaml(again.saved(later, Decomposition).path).data).activity.quotes_per_week
    assert held is not None
    assert [held.at(date(2024, 6, 1), day) for day in (date(2023, 1, 1), AS_OF, date(2024, 3, 1))] == [2.5, 4, 3]


def test_a_dated_value_keeps_the_style_around_it(sheet: Sheet) -> None:
    text = sheet.with_value(("activity", "quotes_per_week"), VALUE | {"value": 3})
    (line,) = added(sheet.text, text)
    assert line == "      - {from: 2024-01-01, value: 3, decided: 2023-12-31, by: 甲}"
    weights = sheet.with_value(("weights",), VALUE | {"value": {"history": 0.5, "potential": 0.5}})
    assert "      value: {history: 0.5, potential: 0.5}" in added(sheet.text, weights)
    sheet.saved(weights, Decomposition)


def test_a_parameter_that_does_not_stand_there_is_named(sheet: Sheet) -> None:
    with pytest.raises(ParamsError, match="leads_per_month"):
        sheet.with_value(("activity", "leads_per_month"), VALUE)


def test_line_ends_of_windows_stay(sheet: Sheet) -> None:
    sheet.path.write_bytes(sheet.text.replace("\n", "\r\n").encode())
    windows = Sheet.read(sheet.path)
    text = windows.with_rule(entry())
    assert text.count("\n") == text.count("\r\n") == sheet.text.count("\n") + 10
    assert windows.saved(text, Decomposition).path.read_bytes().decode() == text
