"""A review that cannot say something says so: a period to come, a day without a decided line, a year that is over."""

from __future__ import annotations

import pytest

from salesnb.notebook import review
from salesnb.notebook.review import TABLES


@pytest.fixture
def sample(sample_folders, monkeypatch, tmp_path):
    """The sample company, written to a folder of the test's own."""
    for name, value in sample_folders.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SALESNB_STAGE", str(tmp_path))


def test_a_period_to_come_is_not_reviewed_but_its_page_stands(sample) -> None:
    book = review.open("sample", "2024", lang="zh")
    assert "还没有开始" in book.answer().text()
    assert book.cards().is_absent and book.nodes("region_id").is_absent
    book.checks()
    assert book.write(*TABLES).endswith("0 行")


def test_a_year_that_is_over_is_held_against_its_imported_quotas(sample) -> None:
    book = review.open("sample", "2023", "2024-01-05", "zh")
    said = book.answer().text()
    assert "比应完成少" in said and "全年预计" not in said
    assert "没有超出偶然波动" not in said, "no line was decided for that day, so nothing was looked for"
    assert book.targets.state == "imported" and len(book.alerts_table) == 0
    assert book.nodes_of("region_id")["due_minor"].sum() == book.main_pace["due_minor"]
