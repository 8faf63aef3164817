"""The list of versions stays fast with many of them, and is never wrong about one that changed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from salesnb.versions import index
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.targets.record import revision_name


def _publish(outputs: Path, unit: str, period: str, number: int, **more: Any) -> Path:
    folder = outputs / unit / period / f"v{number:03d}"
    folder.mkdir(parents=True)
    given: dict[str, Any] = {"unit": unit, "company": "东区", "period": period, "kind": "year", "version": folder.name,
             "state": "complete", "as_of": "2023-12-31", "today": "2024-07-04", "lang": "zh",
             "started": "2024-07-04T00:00:00Z", "finished": f"2024-07-04T00:00:{number % 60:02d}Z",
             "headline": f"第 {number} 次"}  # fmt: skip
    given["figures"] = [{"label": "销售额", "value": "1 亿", "state": "good"}]
    (folder / "manifest.json").write_text(Manifest.model_validate(given | more).text(), encoding="utf-8")
    return folder


def test_a_manifest_is_read_once_and_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2, 3):
        _publish(tmp_path, "u", "2024", number, tables={"target_cells": TableEntry(rows=1, sha256="a" * 64)})
    first = index.rows(tmp_path)
    assert [(row.version, row.latest) for row in first] == [("v003", True), ("v002", False), ("v001", False)]
    assert first[0].proposal == "a" * 64 and first[0].company == "东区" and first[0].figures[0]["value"] == "1 亿"

    read: list[str] = []
    real = index.read_manifest
    monkeypatch.setattr(index, "read_manifest", lambda folder: (read.append(folder.name), real(folder))[1])
    assert index.rows(tmp_path) == first and read == []
    _publish(tmp_path, "u", "2024", 4)
    listed = index.rows(tmp_path)
    assert read == ["v004"] and [row.latest for row in listed] == [True, False, False, False]
    (tmp_path / "u" / "2024" / "v002" / "manifest.json").write_text("{")
    assert [row.state for row in index.rows(tmp_path)] == ["complete", "complete", "damaged", "complete"]


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"shape": 0, "rows": {}}', '{"shape": 1, "rows": {"u/2024/v001": [1]}}']
)
def test_a_damaged_list_is_made_again(tmp_path: Path, kept: str) -> None:
    _publish(tmp_path, "u", "2024", 1)
    expected = index.rows(tmp_path)
    (tmp_path / "u" / ".work" / "index.json").write_text(kept)
    assert index.rows(tmp_path) == expected
    assert json.loads((tmp_path / "u" / ".work" / "index.json").read_text())["rows"].keys() == {"u/2024/v001"}


def test_two_hundred_versions_are_listed_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    """Manifests as large as the sample's; what took most of the time was reading each of them on every run."""
    for number in range(1, 201):
        parts = {
            "packages": {f"package-{i}": "1.0.0" for i in range(600)},
            "data": {f"f{i}": "a" * 64 for i in range(300)},
        }
        _publish(tmp_path, f"u{number % 4}", f"20{number % 20 + 10}", number, **parts)
    started = time.process_time()
    cold = index.rows(tmp_path)
    first = time.process_time() - started
    started = time.process_time()
    assert index.rows(tmp_path) == cold
    again = time.process_time() - started
    assert len(cold) == 200 and again < max(first / 4, 0.1), (first, again)


def test_the_page_says_what_is_approved_and_which_pairs_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesnb.runs.indexes import Shelf, write_indexes
    from tests.versions.targets_company import cells, company

    made = company(tmp_path)
    for number in (1, 2, 3):
        made.version(number, cells(m08=number))
    shelf = Shelf(tmp_path / "outputs", tmp_path / "params", "u", "zh", "Asia/Shanghai", "小公司")
    compared = tmp_path / "outputs" / "u" / "2024" / "compare"
    compared.mkdir()
    (compared / "v001-v003.html").write_text("x")
    write_indexes(shelf)
    page, own = ((tmp_path / "outputs" / name / "index.html").read_text(encoding="utf-8") for name in ("", "u"))
    assert "方案待批准" in page and 'data-versions="v003 v002 v001"' in page
    assert "u/2024/compare/v001-v003.html" in page and "&#34;2024/compare/v001-v003.html" in own
    damaged = made.targets
    damaged.mkdir()
    (damaged / f"{revision_name('2024', 1)}.yaml").write_text("schema: 1\n")
    write_indexes(shelf)
    assert "目标记录被改动或损坏：2024-r01.yaml" in (tmp_path / "outputs" / "index.html").read_text(encoding="utf-8")
    assert os.listdir(tmp_path / "outputs" / "u" / ".work") == ["index.json"]


def test_the_index_of_all_units_shows_the_newest_and_leads_to_the_rest(tmp_path: Path) -> None:
    from salesnb.runs.indexes import Shelf, write_indexes

    for unit in range(60):
        for year in range(2010, 2020):
            _publish(tmp_path, f"u{unit}", str(year), 1)
    write_indexes(Shelf(tmp_path, tmp_path / "params", "u7", "zh", "Asia/Shanghai", "七区"))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count('<tr class="entry">') == 240 and '<a href="u7/index.html">全部 10 条</a>' in page
    assert (tmp_path / "u7" / "index.html").read_text(encoding="utf-8").count('<tr class="entry">') == 10
    assert "60 个单位，600 个期间，600 个版本。" in page.replace("\u00a0", " ")
