"""Strict YAML, dated values and schemas: every refusal names file, line and key."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.errors import ParamsError
from salesnb.model.params import Dated, Params, load_unit
from salesnb.model.params.strict import load_yaml


def write(folder, text, name="company.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "重复"),
        ("a:\n  b: 0123\n", 2, "以 0 开头"),
        ("a: !!python/object:os.system x\n", 1, "标签"),
        ("a: &x 1\nb: *x\n", 1, "锚点"),
        ("a: 1\nb: [1, 2\n", 3, "YAML"),
        ("a: 2024-02-30\n", 1, "不存在"),
        ("- 1\n", 1, "键"),
    ],
)
def test_what_yaml_would_take_silently_is_refused_with_its_line(tmp_path, text, line, words):
    with pytest.raises(ParamsError) as caught:
        load_yaml(write(tmp_path, text))
    assert caught.value.where.line == line
    assert words in caught.value.say("zh")


def test_scalars_keep_what_a_person_meant(tmp_path):
    doc = load_yaml(write(tmp_path, "a: NO\nb: '0123'\nc: 20%\nd: 1e3\ne: 2024-01-05\nf: null\ng: true\nh: 0.20\n"))
    assert doc.data == {
        "a": "NO", "b": "0123", "c": "20%", "d": 1000.0, "e": date(2024, 1, 5), "f": None, "g": True, "h": 0.2,
    }  # fmt: skip


def test_a_file_that_is_data_and_not_params_is_refused(tmp_path):
    with pytest.raises(ParamsError, match="larger"):
        load_yaml(write(tmp_path, "a: " + "x" * 4_100_000))


@pytest.fixture
def unit(tmp_path, monkeypatch):
    folder = tmp_path / "params" / "acme"
    folder.mkdir(parents=True)
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    return folder


def test_unknown_missing_and_wrong_keys_name_file_and_line(unit):
    cases = {
        "unit: acme\nname: A\nclose_day: 5\n": (3, "close_day"),
        "unit: acme\nlanguage: zh\n": (None, "name"),
        "unit: acme\nname: A\nfiscal_year_start: 13\n": (3, "13"),
        "unit: acme\nname: A\ntimezone: Mars/North\n": (3, "Mars/North"),
        "unit: other\nname: A\n": (1, "other"),
        "schema: 2\nunit: acme\nname: A\n": (1, "2"),
    }
    for text, (line, words) in cases.items():
        write(unit, text)
        with pytest.raises(ParamsError) as caught:
            load_unit("acme")
        if line:
            assert caught.value.where.line == line, text
        assert "acme/company.yaml" in caught.value.where.file
        assert words in caught.value.say("en")


def test_a_file_nobody_reads_is_said(unit):
    write(unit, "unit: acme\nname: A\n")
    write(unit, "a: 1\n", "golas.yaml")
    with pytest.raises(ParamsError, match=r"golas\.yaml"):
        Params("acme", unit).check_all()


def dated(*entries):
    keys = ("from", "value", "decided")
    return Dated[float].model_validate({"values": [dict(zip(keys, e, strict=True)) for e in entries]})


def test_a_report_uses_what_was_decided_by_its_as_of_date():
    alert = dated((date(2024, 1, 1), 0.2, date(2023, 12, 15)), (date(2024, 3, 1), 0.15, date(2024, 6, 1)))
    assert alert.at(date(2024, 3, 31), as_of=date(2024, 4, 5)) == 0.2
    assert alert.at(date(2024, 3, 31), as_of=date(2024, 6, 30)) == 0.15
    assert alert.find(date(2023, 12, 31), as_of=date(2024, 6, 30)) is None
    with pytest.raises(ParamsError):
        alert.at(date(2023, 1, 1), date(2023, 1, 1))


def test_null_ends_a_rule_and_a_plain_value_holds_for_ever():
    ended = dated((date(2024, 1, 1), 0.2, date(2023, 12, 15)), (date(2024, 7, 1), None, date(2024, 6, 1)))
    assert ended.find(date(2024, 8, 1), date(2024, 8, 1)) is None
    assert Dated[float].model_validate(0.2).at(date(1990, 1, 1), date(1990, 1, 1)) == 0.2


def test_two_values_with_the_same_dates_are_ambiguous():
    with pytest.raises(ValueError, match="which one holds"):
        dated((date(2024, 1, 1), 0.2, date(2023, 12, 15)), (date(2024, 1, 1), 0.3, date(2023, 12, 15)))


entries = st.lists(
    st.tuples(
        st.dates(date(2020, 1, 1), date(2020, 3, 1)), st.floats(0, 1), st.dates(date(2020, 1, 1), date(2020, 3, 1))
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda e: (e[0], e[2]),
)


@given(entries, st.randoms())
def test_later_decisions_and_the_order_of_lines_never_change_an_earlier_report(values, random):
    as_of, day = date(2020, 2, 1), date(2020, 2, 15)
    known = [e for e in values if e[2] <= as_of]
    shuffled = random.sample(values, len(values))
    if known:
        assert dated(*shuffled).find(day, as_of) == dated(*known).find(day, as_of)
    else:
        assert dated(*shuffled).find(day, as_of) is None


def test_a_text_may_be_written_in_both_languages() -> None:
    from salesnb.model.params.actions import Actions
    from salesnb.model.params.quantities import english

    task = {"id": "t", "text": {"zh": "续签", "en": "Renew"}, "deliverable": {"zh": "协议", "en": "Contract"}}
    plan = Actions.model_validate({"tasks": [task, {"id": "u", "text": "只有中文"}]})
    assert plan.tasks[0].text == "续签" and plan.tasks[1].text == "只有中文"
    assert english(plan) == {"续签": "Renew", "协议": "Contract"}
    for wrong in ({"zh": "续签"}, {"zh": "续签", "en": ""}, {"zh": "续签", "en": "Renew", "fr": "x"}):
        with pytest.raises(ValueError):
            Actions.model_validate({"tasks": [{"id": "t", "text": wrong}]})
