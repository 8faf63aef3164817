"""Each of the real exports from `salesnb init` to its pages, with no hand on company.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.real, pytest.mark.long]
SAID = {
    "adventureworks": ("2013-09", "50_review.html", "of sales has no salesperson and stands in no quota"),
    "superstore_cn": ("2017-10", "10_history.html", "退货"),
    "maven_crm": ("2017-10", "10_history.html", "sales are won deals, by the day they closed"),
}


@pytest.mark.parametrize("name", SAID)
def test_a_real_export_runs_from_init_to_its_pages(
    name: str, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesnb.__main__ import main

    period, page, words = SAID[name]
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    assert main(["init", "unit", str(real_data / name)]) == 0
    assert main(["run", period, "--unit", "unit"]) == 0
    made = tmp_path / "outputs" / "unit" / period / "v001" / "all"
    assert words in " ".join((made / page).read_text(encoding="utf-8").split())
    assert "<table" in (made / "data_quality.html").read_text(encoding="utf-8")
