"""The data-quality page: the answer first, every finding with its place and remedy, every row set aside as it stood."""

import json

import pandas as pd
import pytest

from salesnb.model.tables import check, contract
from salesnb.report import quality
from salesnb.report.page import PageContext

LEDGER = {
    "table": ["sales_lines", "people"],
    "file": ["data/a.csv", "data/b.xlsx"],
    "read_count": [120, 9],
    "kept_count": [118, 9],
    "set_aside_count": [2, 0],
    "currency": ["CNY", "CNY"],
    "kept_minor": [123_456_789, None],
    "set_aside_minor": [1_000, None],
    "rounding_minor": [0.4, None],
    "sha256": ["aa", "bb"],
}
FINDING = {
    "finding_no": "00001",
    "code": "future_date",
    "severity": "error",
    "table": "sales_lines",
    "file": "data/a.csv",
    "row": 17,
    "column": "日期",
    "value": "<script>alert(1)</script>",
    "row_count": 1,
    "message_zh": "下单日期晚于今天",
    "message_en": "ordered after today",
    "remedy_zh": "改正年份",
    "remedy_en": "correct the year",
}


def frame(name, rows):
    table = contract(name)
    return check(pd.DataFrame(rows, columns=[c.name for c in table.columns]), table)


def page(findings, aside=(), lang="zh", closed=(), bridge=()):
    ledger = frame("import_ledger", LEDGER)
    context = PageContext(lang=lang, company="C", period="2024", version="v001")
    tables = (frame("findings", list(findings)), frame("set_aside", list(aside)), frame("ledger_check", list(closed)))
    return quality.render_page(ledger, *tables, frame("basis_bridge", list(bridge)), context)


def plain(html):
    return " ".join(html.split())  # figures hold no-break spaces


def month(name, net, booked, late=0):
    gap = None if booked is None else net - booked
    return {"month": name, "currency": "CNY", "net_minor": net, "booked_minor": booked, "gap_minor": gap,
            "gap_rate": None if booked is None else gap / booked, "late_minor": late, "is_off": bool(gap)}  # fmt: skip


def test_months_are_held_against_the_ledger_and_late_bookings_stand_apart():
    months = [month(f"2023-{m:02d}", 10_000_00, 10_000_00) for m in range(1, 13)]
    months += [month("2022-03", 9_000_00, 9_500_00, late=300_00)]
    html = plain(page([], closed=months))
    assert all(word in html for word in ("13 个月中", "1 个月</b>与总账不符", "2022 年 3 月", "−500 元", "−5.3"))
    assert "1 个月在关账后有补录" in html and "300 元" in html
    met = plain(page([], closed=months[:12]))
    assert "12 个月与总账全部相符" in met and "关账后有补录" not in met and "关账后录入" not in met
    only_late = page([], closed=[month("2023-01", 100, None, late=50)], lang="en")
    assert "late bookings" in only_late and "Gap" not in only_late


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("读取 129 行", "1 类错误", "改正年份", "data/a.csv，第 17 行，日期")),
     ("en", ("129 rows read", "1 error", "correct the year", "data/a.csv, row 17, 日期"))],
)  # fmt: skip
def test_a_finding_is_said_with_its_place_its_value_and_its_remedy(lang, words):
    html = page([FINDING], lang=lang)
    assert all(word in html for word in words)
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_clean_data_is_said_to_be_clean_and_shows_no_empty_tables():
    html = page([])
    assert "没有发现问题" in html and html.count("<table") == 1


def test_what_lies_between_the_bases_is_said_and_shown():
    def step(month, name, opening, added, cleared):
        return {"month": month, "step": name, "currency": "CNY", "opening_minor": opening, "added_minor": added,
                "cleared_minor": cleared, "closing_minor": opening + added - cleared}  # fmt: skip

    rows = [
        step("2024-01", "signed_shipped", 0, 900_00, 300_00),
        step("2024-02", "signed_shipped", 600_00, 0, 100_00),
        step("2024-01", "shipped_received", 0, 300_00, 0),
        step("2024-02", "shipped_received", 300_00, 100_00, 50_00),
    ]
    html = plain(page([], bridge=rows))
    assert (
        "到 2024 年 2 月：已签约未发货 <b>500 元</b>，已发货未回款 <b>350 元</b>（从 2024 年 1 月的数据算起）" in html
    )
    assert html.index("<th>已签约未发货") < html.index("<th>已发货未回款")
    assert "signed, not shipped" in page([], bridge=rows, lang="en") and "口径桥" not in page([])


def test_a_row_set_aside_is_shown_as_it_stood():
    row = {"table": "sales_lines", "file": "data/a.csv", "row": 121, "code": "subtotal_row", "reason_zh": "合计行",
           "reason_en": "a total", "content": json.dumps(["合计", None, "=1+1"], ensure_ascii=False)}  # fmt: skip
    html = page([FINDING], [row])
    assert "合计 | =1+1" in html
    assert "not a list" in page([FINDING], [row | {"content": "not a list"}])
