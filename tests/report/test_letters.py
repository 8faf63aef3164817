"""Responsibility letters: what they say, that they add up, and that they are the same in HTML and .docx."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.errors import DataError, Text
from salesnb.report.letters import check_letter, docx_letter, html_letter, replacing, unsigned
from salesnb.report.letters.content import Acknowledgement, Amount, Change, Kpi, Letter, Member
from salesnb.report.letters.paper import paper
from salesnb.report.letters.sheet import Grid, Items
from salesnb.report.letters.wording import capitals, exact_unit
from tests.report.letter_of_one import MONTHS, WAN, letter

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def text_of_docx(content: bytes) -> str:
    import docx

    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells, document.sections[0].footer.paragraphs[0].text])


def words_of(given_letter: Letter, lang: str) -> set[str]:
    """Every piece of text of the letter, as both files must show it."""
    sheet = paper(given_letter, lang)
    found = {sheet.title, sheet.number, sheet.lead, sheet.foot, *sheet.warnings, *(v for f in sheet.facts for v in f)}
    for section in (*sheet.sections, sheet.receipt, *([sheet.annex] if sheet.annex else [])):
        found.add(section.heading)
        for block in section.blocks:
            if isinstance(block, Grid):
                found |= {cell for row in (block.head, *block.rows) for cell in row} | {block.caption}
            else:
                found |= set(block.entries) if isinstance(block, Items) else {block.text}
    return found - {""}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_html_and_docx_say_the_same(lang: str) -> None:
    from markupsafe import Markup

    made = letter()
    page = Markup(re.sub(r"<style>.*?</style>", "", html_letter(made, lang), flags=re.S)).striptags()
    file = text_of_docx(docx_letter(made, lang))
    for words in words_of(made, lang):
        plain = re.sub(r"\s+", " ", words)
        assert plain in re.sub(r"[\s\u00a0]+", " ", page), words
        assert plain in re.sub(r"[\s\u00a0]+", " ", file), words


def test_the_letter_reads_as_a_director_reads_it() -> None:
    sheet = paper(letter(), "zh")
    assert sheet.title == "2024 年度销售目标责任书"
    assert "销售目标为 234 万元（大写：人民币贰佰叁拾肆万元整）" in sheet.lead
    assert [section.heading for section in sheet.sections] == [
        "一、销售目标", "二、业绩口径", "三、考核指标与权重", "四、目标的由来", "五、激励", "六、目标调整",
        "七、异议处理", "八、一票否决", "九、其他约定",
    ]  # fmt: skip
    measures = sheet.sections[2].blocks[0]
    assert isinstance(measures, Grid)
    assert measures.rows == (
        ("销售额达成率", "234 万元", "60 %"), ("回款率", "不低于 95.5 %", "15 %"), ("新客户数", "6 家", "15 %"),
        ("周均有效拜访", "不低于 8.5", "10 %"), ("合计", "", "100 %"),
    )  # fmt: skip
    quarters = sheet.sections[0].blocks[0]
    assert isinstance(quarters, Grid)
    assert quarters.rows[-1] == ("合计", "18", "45", "72", "99", "234", "100.0 %")
    derived = sheet.sections[3].blocks[0]
    assert isinstance(derived, Grid)
    assert derived.rows[-2:] == (("增长", "", "+34", "234"), ("目标", "", "", "234"))
    assert "目标链 abababababababab" in sheet.foot


def test_printed_parts_add_up_in_every_table() -> None:
    odd = letter(
        amounts=tuple(Amount(m, line, 3_333_300 + i) for i, m in enumerate(MONTHS) for line in ("A", "B", "C"))
    )
    odd = replace(odd, kpis=(), steps=(), figures=())
    for lang in ("zh", "en"):
        sheet = paper(odd, lang)
        annex = sheet.annex
        assert annex is not None
        for grid in (sheet.sections[0].blocks[0], annex.blocks[0]):
            assert isinstance(grid, Grid)
            figures = [[_number(cell) for cell in row[1:] if "%" not in cell] for row in grid.rows]
            assert all(abs(sum(row[:-1]) - row[-1]) < 1e-9 for row in figures)
            assert [round(sum(column), 2) for column in zip(*figures[:-1], strict=True)] == figures[-1]


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6), st.sampled_from(["zh", "en"]))
def test_amounts_are_written_without_rounding(amounts: list[int], lang: str) -> None:
    unit = exact_unit(amounts, lang, "CNY")
    for amount in amounts:
        shown = unit.format(amount).replace(",", "").replace("−", "-")
        assert round(float(shown) * unit.factor * 100) == amount


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (0, "零元整"), (5, "伍分"), (105, "壹元零伍分"), (150, "壹元伍角整"), (12_34, "壹拾贰元叁角肆分"),
        (1_001_00, "壹仟零壹元整"), (100_000_00, "壹拾万元整"), (1_000_500_00, "壹佰万零伍佰元整"),
        (4_250_000_00, "肆佰贰拾伍万元整"), (100_000_000_00, "壹亿元整"), (100_010_000_00, "壹亿零壹万元整"),
        (1_020_030_405_67, "壹拾亿贰仟零叁万零肆佰零伍元陆角柒分"),
        (-100, "负壹元整"), (1_0001_0000_0000_00, "壹万零壹亿元整"), (20_0000_0010_00, "贰拾亿零壹拾元整"),
    ],
)  # fmt: skip
def test_amounts_in_capitals(minor: int, said: str) -> None:
    assert capitals(minor) == f"人民币{said}"


@given(st.integers(0, 10**15))
def test_capitals_read_back(minor: int) -> None:
    assert _read(capitals(minor).removeprefix("人民币")) == minor


def _read(said: str) -> int:
    """The number a clerk reads: by 亿 first, then by 万, then digit by digit."""
    whole, _, parts = said.partition("元") if "元" in said else ("", "", said)
    return _counted(whole) * 100 + sum(
        _counted(d) * {"角": 10, "分": 1}[u] for d, u in re.findall("(.)([角分])", parts)
    )


def _counted(said: str) -> int:
    for name, size in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        if name in said:
            high, _, low = said.partition(name)
            return _counted(high) * size + _counted(low)
    return int("".join(str("零壹贰叁肆伍陆柒捌玖".index(c)) for c in said) or "0")


def test_equal_letters_give_equal_bytes() -> None:
    assert docx_letter(letter(), "zh") == docx_letter(letter(), "zh")
    assert html_letter(letter(), "en") == html_letter(letter(), "en")
    assert docx_letter(letter(), "zh") != docx_letter(letter(revision="2024-r02"), "zh")


def test_a_name_never_becomes_markup_and_nothing_is_fetched() -> None:
    page = html_letter(letter(), "zh")
    assert "<b>强" not in page and "&lt;b&gt;强" in page
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(page)
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kpis": (Kpi("sales", "销售额", 0.9, "minor", 234 * WAN),)}, "权重之和为 90 %"),
        ({"kpis": (Kpi("x", "甲", 0.5, "count", 1), Kpi("x", "乙", 0.5, "count", 1))}, "指标重复"),
        ({"kpis": (Kpi("s", "销售额", 1.0, "minor", WAN, is_target=True),)}, "“销售额”合计"),
        ({"steps": letter().steps[:1]}, "“目标的由来”合计"),
        ({"members": (Member("甲", "", WAN),)}, "“分解到人”合计"),
    ],
)
def test_a_letter_that_does_not_add_up_is_refused(change: dict[str, Any], words: str) -> None:
    assert check_letter(letter()) == letter()
    with pytest.raises(DataError) as error:
        check_letter(letter(**change))
    assert words in error.value.say("zh")


def test_what_hinders_signing_is_said_first() -> None:
    draft = letter(revision="", chain_head="", kpis=(Kpi("new", "新客户数", 1.0, "count", None),))
    warnings = paper(draft, "zh").warnings
    assert warnings[0].startswith("草稿：目标尚未批准") and "新客户数" in warnings[1]
    assert paper(draft, "zh").number == "编号 2024-draft-E7"
    assert "未定" in html_letter(draft, "zh") and ">0 家" not in html_letter(draft, "zh")


def test_a_new_letter_says_what_changed_since_the_last() -> None:
    old = letter()
    raised = tuple(replace(a, target_minor=a.target_minor + WAN) if a.month == "2024-08" and a.line == "B" else a
                   for a in old.amounts)  # fmt: skip
    kpis = (replace(old.kpis[0], value=235 * WAN), replace(old.kpis[1], value=0.97), *old.kpis[2:])
    new = replacing(replace(old, amounts=raised, kpis=kpis, revision="2024-r02", vetoes=old.vetoes[:1]), old)
    assert new.replaces == "2024-r01-E7"
    assert [change.text.zh for change in new.changes] == [
        "目标合计", "三季度", "产品线 B", "指标“回款率”", "一票否决"]  # fmt: skip
    assert new.changes[0] == Change(Text("目标合计", "Target, whole term"), 234 * WAN, 235 * WAN)
    sheet = paper(new, "zh")
    assert sheet.sections[0].heading == "一、与上一份责任书相比的变动"
    grid = sheet.sections[0].blocks[0]
    assert isinstance(grid, Grid)
    assert grid.rows[0] == ("目标合计", "234", "235", "+1")
    assert grid.rows[3][1:3] == ("不低于 95.5 %，权重 15 %", "不低于 97 %，权重 15 %")
    assert "请重新签署" in sheet.warnings[0]
    same = paper(replacing(replace(old, revision="2024-r02"), old), "zh")
    assert "均无变动" in str(same.sections[0].blocks[0])
    assert "无须重签" in same.warnings[0] and "请重新签署" not in same.warnings[0]


def test_a_letter_with_every_section_numbers_them_all() -> None:
    from salesnb.report.letters.content import Need

    whole = letter(needs=(Need(Text("订单", "Orders"), 12.0),), needs_note=Text("按实测。", "Measured."))
    again = replacing(whole, letter(revision="2024-r00"))
    headings = [section.heading for section in paper(again, "zh").sections]
    assert headings[0].startswith("一、") and headings[-1].startswith("十一、") and len(headings) == 11


def test_who_has_not_signed_is_listed_the_overdue_first() -> None:
    signed = letter(node_id="E1", acknowledgement=Acknowledgement("signed", date(2024, 1, 10)))
    late, objected = letter(node_id="E3"), letter(node_id="E2", acknowledgement=Acknowledgement("objected"))
    soon = letter(node_id="E0", sign_by=date(2024, 3, 1))
    found = unsigned([soon, signed, late, objected], date(2024, 2, 1))
    assert [(x.node_id, overdue) for x, overdue in found] == [("E2", True), ("E3", True), ("E0", False)]
    assert "已于 2024-01-10 签收" in re.sub("<[^>]+>", "", html_letter(signed, "zh"))


def test_many_product_lines_take_several_annex_tables() -> None:
    amounts = tuple(Amount(m, f"L{i:02d}", WAN) for m in MONTHS for i in range(14))
    annex = paper(letter(amounts=amounts, kpis=(), steps=()), "zh").annex
    assert annex is not None and len(annex.blocks) == 3


def test_libreoffice_opens_the_letter(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed; the .docx is read back with python-docx in the other tests")
    (tmp_path / "a.docx").write_bytes(docx_letter(letter(), "zh"))
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([office, home, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path),
                    str(tmp_path / "a.docx")], check=True, capture_output=True, timeout=180)  # fmt: skip
    said = (tmp_path / "a.txt").read_text(encoding="utf-8-sig")
    assert "2024 年度销售目标责任书" in said and "人民币贰佰叁拾肆万元整" in said


@pytest.mark.browser
def test_the_page_fits_a_phone_and_a_sheet(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.set_content(html_letter(letter(), "zh"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("section h2").count() == 13
    assert refused == []
    page.close()
