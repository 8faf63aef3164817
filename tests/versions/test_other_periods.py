"""Versions of two periods compared: what stands beside what, in every kind of period; their page, its links, prune."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from salesnb.model.errors import UsageError
from salesnb.model.params import load_unit
from salesnb.model.periods import Calendar
from salesnb.runs.comparison import write_comparison
from salesnb.versions.align import alignment
from salesnb.versions.compare import compare_versions
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.prune import prune
from salesnb.versions.tables import write_table

KINDS = {"2023": "year", "2024": "year", "2024-05": "month", "2024-06": "month"}
COMPANY = "schema: 1\nunit: u\nname: {zh: 小公司, en: Tiny Ltd.}\nlanguage: zh\ntoday: 2024-07-04\n"


def publish(
    outputs: Path, period: str, tables: dict[str, tuple[pd.DataFrame, list[str]]], version: str = "v001"
) -> Path:
    """A version as a run leaves it, with nothing but its tables."""
    folder = outputs / "u" / period / version
    (folder / "all").mkdir(parents=True)
    stated = {"schema": 1, "unit": "u", "period": period, "kind": KINDS[period], "version": version, "lang": "zh",
              "state": "complete", "as_of": "2024-07-04", "today": "2024-07-04", "started": "",
              "finished": "2024-07-04T00:00:09Z", "notebooks": {"50_x": {"state": "ok"}}}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(stated), encoding="utf-8")
    (folder / "params.yaml").write_text("{}\n", encoding="utf-8")
    (folder / "all" / "50_x.html").write_text("<p>", encoding="utf-8")
    for name, (frame, keys) in tables.items():
        write_table(folder / "tables", name, frame, keys)
    return folder


def review(scopes: list[str], window: str, last: str, sales: int) -> dict[str, tuple[pd.DataFrame, list[str]]]:
    nodes = pd.DataFrame({"scope": scopes, "node_id": "east", "net_minor": [sales, sales * 2, sales * 3]})
    windows = pd.DataFrame({"window": ["2022-01–2022-12", window], "net_minor": [1, sales]})
    months = pd.DataFrame({"month": ["2024-04", last], "net_minor": [7, sales]})
    return {"nodes_of": (nodes, ["scope", "node_id"]), "windows_of": (windows, ["window"]),
            "months_of": (months, ["month"])}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "value", "moved"),
    [
        ("2024-05", "2024-06", "2024-05", "2024-06"),
        ("2024-05", "2024-06", "2024Q2", "2024Q2"),
        ("2024-05", "2024-07", "2024Q2", "2024Q3"),
        ("2024-05", "2024-07", "2024H1", "2024H2"),
        ("2023-12", "2024-01", "2023", "2024"),
        ("2024-06", "2024-05", "2024-06", "2024-05"),
        ("2023", "2024", "2023Q3", "2024Q3"),
        ("2023", "2024", "2023-02", "2024-02"),
        ("2024Q1", "2024Q3", "2024-02", "2024-08"),
        ("2023-W52", "2024-W01", "2023-W52", "2024-W01"),
        ("2023", "2024", "rest", "rest"),
        ("2023", "2024", "A102", "A102"),
    ],
)
def test_a_judged_period_moves_with_the_version(old: str, new: str, value: str, moved: str) -> None:
    found = alignment(old, new, Calendar())
    assert found is not None and found.shift(value) == moved


def test_a_fiscal_year_moves_by_its_own_halves() -> None:
    found = alignment("2024-05", "2024-07", Calendar(fiscal_year_start=4))
    assert found is not None and (found.shift("2024H1"), found.shift("2024Q1")) == ("2024H1", "2024Q2")


def test_one_period_needs_no_alignment_and_a_month_is_no_year() -> None:
    assert alignment("2024-06", "2024-06", Calendar()) is None
    with pytest.raises(UsageError, match="not the same kind"):
        alignment("2024", "2024-06", Calendar())


def test_two_months_are_compared_key_by_key(tmp_path: Path) -> None:
    may = publish(tmp_path, "2024-05", review(["2024-05", "2024Q2", "2024"], "2023-01–2023-05", "2024-05", 100))
    june = publish(tmp_path, "2024-06", review(["2024-06", "2024Q2", "2024"], "2023-01–2023-06", "2024-06", 150))
    found = {(c.table, c.key, c.change): (c.old, c.new) for kind, c in compare_versions(may, june).lines()}
    assert found[("nodes_of", "scope=2024-06; node_id=east", "changed")] == ("1.00", "1.50")
    assert found[("windows_of", "window=2023-01–2023-06", "changed")] == ("1.00", "1.50")
    assert ("months_of", "month=2024-06", "added") in found, "a month is the same month in both"
    assert not [key for key in found if key[0] == "nodes_of" and key[2] != "changed"]


def test_the_months_of_two_plans_stand_beside_each_other(tmp_path: Path) -> None:
    def cells(year: int) -> dict[str, tuple[pd.DataFrame, list[str]]]:
        months = [f"{year}-{number:02d}" for number in range(1, 13)]
        frame = pd.DataFrame({"plan": str(year), "month": months, "target_minor": [year] * 12})
        return {"cells_of": (frame, ["plan", "month"])}

    difference = compare_versions(publish(tmp_path, "2023", cells(2023)), publish(tmp_path, "2024", cells(2024)))
    lines = [cell for _, cell in difference.lines()]
    assert difference.cell_count == 12 and {cell.change for cell in lines} == {"changed"}
    assert (lines[0].key, lines[0].old, lines[0].new) == ("plan=2024; month=2024-01", "20.23", "20.24")


def test_the_page_names_both_periods_is_linked_and_goes_with_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path))
    (tmp_path / "params" / "u").mkdir(parents=True)
    (tmp_path / "params" / "u" / "company.yaml").write_text(COMPANY, encoding="utf-8")
    assert load_unit("u").unit == "u"
    for version in ("v001", "v002"):
        publish(tmp_path, "2024-05", review(["2024-05", "2024Q2", "2024"], "2023-01", "2024-05", 100), version)
    publish(tmp_path, "2024-06", review(["2024-06", "2024Q2", "2024"], "2023-01", "2024-06", 150))
    june = PeriodFolder(tmp_path, "u", "2024-06")
    assert [number for _, number in (june.named("2024-05"), june.named("2024-05/v1"), june.named("v001"))] == [2, 1, 1]
    with pytest.raises(UsageError, match="no version yet"):
        june.named("2024-04")
    page, _ = write_comparison(june.named("2024-05/v001"), june.named("v001"), "zh")
    assert page == june.path / "compare" / "2024-05.v001-v001.html"
    text = page.read_text(encoding="utf-8")
    assert "旧：2024-05 第 1 版" in text and "2024-05 → 2024-06" in text
    for link in ("../../2024-05/v001/all/50_x.html", "../../2024-06/v001/all/50_x.html"):
        assert f'href="{link}"' in text and (page.parent / link).is_file()
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "2024-05/v001-v001&#34;: &#34;u/2024-06/compare/2024-05.v001-v001.html" in index
    prune(PeriodFolder(tmp_path, "u", "2024-05"), keep=1)
    assert not page.exists() and not page.with_suffix(".csv").exists()
