"""A unit's words in the language of a page: what was written in both is said, what was not stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.model.errors import ParamsError
from salesnb.model.lexicon import Lexicon, lexicon
from salesnb.model.params import Params

WORDS = Lexicon(
    {
        "华东": "East",
        "华南": "South",
        "销售总监": "Sales Director",
        "周志远": "Zhou Zhiyuan",
        "B 产品线占 35 %": "Line B at 35 %",
        "有限公司": "Ltd.",
        "A": "Line A",
        "是": "yes",
    }
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("华东", "East"),
        ("A", "Line A"),
        ("A 35 %", "A 35 %"),  # a Latin word is said only where it stands alone
        ("华东 / 华南", "East / South"),
        ("华东、华南", "East, South"),
        ("up 3 %（华东）", "up 3 % (East)"),
        ("销售总监周志远", "Sales Director Zhou Zhiyuan"),
        ("Goal: B 产品线占 35 %.", "Goal: Line B at 35 %."),
        ("AB 产品线占 35 %", "AB 产品线占 35 %"),
        ("华东大区", "华东大区"),  # part of it is unknown, so none of it is said
        ("某某有限公司 (华东)", "某某有限公司 (East)"),
        ("不是", "不是"),
        ("K1 | 华东 | 12", "K1 | 华东 | 12"),  # a row of a source stays as it was written
        ('["K1","华东"]', '["K1","华东"]'),
        ("Sales up", "Sales up"),
        ("", ""),
    ],
)
def test_words_are_said_whole_or_not_at_all(written: str, shown: str) -> None:
    assert WORDS(written) == shown
    assert WORDS(WORDS(written)) == shown


def test_no_words_change_nothing() -> None:
    assert Lexicon({})("华东、华南") == "华东、华南"


@pytest.fixture
def unit(tmp_path: Path) -> Params:
    """A unit with a goal in both languages, one in one language, names and a list of names."""
    folder = tmp_path / "u"
    (folder / "periods").mkdir(parents=True)
    (folder / "company.yaml").write_text("schema: 1\nunit: u\nname: u\n", encoding="utf-8")
    (folder / "names.yaml").write_text(
        "names:\n  华东: East\n  North: {zh: 北方}\n  青田: {en: Qingtian}\nfiles: [names.csv]\n", encoding="utf-8"
    )
    (folder / "names.csv").write_text(
        "\ufeff名称,English\n青田有限公司,Qingtian Ltd.\n华东,Eastern\n", encoding="utf-8"
    )
    (folder / "periods" / "2024-06.yaml").write_text(
        "schema: 1\nperiod: 2024-06\nremarks:\n"
        "  - {text: {zh: 市场平稳, en: A steady market}, by: 甲, decided: 2024-07-01}\n"
        "  - {text: 只有中文, by: 甲, decided: 2024-07-01}\n",
        encoding="utf-8",
    )
    return Params("u", folder)


def test_words_come_from_every_file_of_the_unit(unit: Params) -> None:
    english = lexicon(unit, "en")
    assert english("市场平稳") == "A steady market"
    assert english("只有中文") == "只有中文"
    assert english("华东：青田有限公司") == "East: Qingtian Ltd."  # what stands in the file itself counts
    assert lexicon(unit, "zh")("North") == "北方"
    assert lexicon(unit, "zh")("华东") == "华东"
    assert unit.docs == {}  # nothing was read on the reader's account


def test_a_faulty_list_is_named_with_its_line(unit: Params) -> None:
    (unit.folder / "names.csv").write_text("名称,English\n青田,Qingtian,x\n", encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        lexicon(unit, "en")
    assert caught.value.where is not None and caught.value.where.get("en") == "u/names.csv:2"


def test_a_faulty_file_lends_no_words(unit: Params) -> None:
    (unit.folder / "goals.yaml").write_text("goals: 3\n", encoding="utf-8")
    assert lexicon(unit, "en")("华东") == "East"


def test_what_stands_before_a_colon_is_a_name_too(unit: Params) -> None:
    text = "{zh: 冠军奖：最高者, en: 'Champion: the highest'}"
    told = f"schema: 1\nperiod: 2024-05\nremarks: [{{text: {text}, by: 甲, decided: 2024-06-01}}]\n"
    (unit.folder / "periods" / "2024-05.yaml").write_text(told, encoding="utf-8")
    assert lexicon(unit, "en")("张三、冠军奖（2024Q1）") == "张三、Champion（2024Q1）"
    assert lexicon(unit, "en")("冠军奖（2024Q1）") == "Champion (2024Q1)"
