"""Every question of the feasibility notebook has an answer, in both languages and whatever a company does not have."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from salesnb.methods.projection.threads import one_thread
from salesnb.notebook import feasibility

ROOT = Path(__file__).resolve().parents[2]


def asked(book: Any, skip: str = "what_if") -> dict[str, Any]:
    """The answers to all calls of the notebook, by call."""
    notebook = json.loads((ROOT / "notebooks" / "20_feasibility.ipynb").read_text(encoding="utf-8"))
    calls = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return {call: eval(call, {"book": book}) for call in calls if call.startswith("book.") and skip not in call}


@pytest.fixture(scope="module")
def ahead(sample_folders: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """``ahead(period, lang, as_of)``: the sample's feasibility book, each opened once."""
    opened: dict[tuple[str, ...], Any] = {}

    def make(period: str = "2024", lang: str = "zh", as_of: str = "") -> Any:
        key = (period, lang, as_of)
        if key not in opened:
            opened[key] = feasibility.open("sample", period, as_of, lang)
        return opened[key]

    # two threads of a shared machine wait for each other in the many small solves of the win model
    with pytest.MonkeyPatch.context() as patched, one_thread():
        for name, folder in sample_folders.items():
            patched.setenv(name, folder)
        patched.delenv("SALESNB_STAGE", raising=False)
        yield make


def test_the_year_is_answered_with_its_record(ahead: Callable[..., Any]) -> None:
    book = ahead()
    said = asked(book)
    assert "回测" in said["book.answer()"].text() and "达成概率" in said["book.answer()"].text()
    absent = [call for call, shown in said.items() if getattr(shown, "is_absent", False)]
    assert absent == []
    assert len(book.held) >= 8 and all(check.passed for check in book.held)
    chances = book.tables["feasibility_targets"]
    given = chances[chances["chance_rate"].notna()]
    assert len(given) and (given["test_count"] > 0).all() and given["hit_rate"].notna().all()


def test_levels_are_ordered_and_the_company_s_target_is_its_goal(ahead: Callable[..., Any]) -> None:
    book = ahead()
    company = book.company
    assert company["base_minor"] < company["challenge_minor"] < company["stretch_minor"]
    assert book.targets["company", "company"] == pytest.approx(1.12 * company["last_minor"], rel=1e-9)
    regions = [v for (d, _), v in book.targets.items() if d == "region_id"]
    assert sum(regions) == book.targets["company", "company"]


def test_the_sample_s_planted_contradictions_are_said_once_each(ahead: Callable[..., Any]) -> None:
    frame = ahead().tables.get("goals_findings")
    frame = frame if frame is not None else ahead().contradictions() and ahead().tables["goals_findings"]
    kinds = frame["kind"].value_counts()
    for kind in ("parts_against_whole", "said_twice", "never_binding", "redundant", "cleared_later", "share_of_what"):
        assert kinds.get(kind, 0) == 1, kind


def test_verdicts_follow_the_chances(ahead: Callable[..., Any]) -> None:
    table = ahead().judged
    sure = table[table["chance_rate"] < ahead().rates["base"]]
    assert not (sure["verdict"] == "feasible").any() and (table["verdict"] != "unknown").all()
    assert (table["with_measures_rate"].dropna() >= table.loc[table["with_measures_rate"].notna(), "chance_rate"]).all()


@pytest.mark.parametrize(("period", "as_of"), [("2024Q3", ""), ("2024H1", ""), ("2025", ""), ("2024", "2024-06-30")])
def test_other_periods_and_dates_are_answered(ahead: Callable[..., Any], period: str, as_of: str) -> None:
    book = ahead(period, "en", as_of)
    text = book.answer().text()
    assert period in text and "back-test" in text
    if period == "2024Q3":
        assert book.targets["company", "company"] == pytest.approx(0.35 * book.year_target, abs=1)
    if period == "2025":
        assert book.targets == {} and "no sales goal" in text
    if as_of:
        assert book.span.known == 6 and book.company["known_minor"] > 0


def test_english_is_english(ahead: Callable[..., Any]) -> None:
    book = ahead("2024Q3", "en")
    for call, shown in asked(book).items():
        text = shown if isinstance(shown, str) else shown.text()
        assert not any(mark in text for mark in "，。；：（）"), (call, text)


def test_the_panel_says_what_the_table_says(ahead: Callable[..., Any]) -> None:
    from salesnb.notebook.feasibility_panel import WhatIf

    book = ahead()
    panel = WhatIf(book)
    panel.sliders["price"].value = 0.03
    row = book.scenarios_found.query("lever == 'price' and change > 0").iloc[0]
    middle, chance = book.levers.outcome({"price": 0.03})
    assert round(middle) == row["middle_minor"] and chance == pytest.approx(row["chance_rate"])
    before = panel.answer.value
    panel.sliders["head_count"].value = 3
    assert panel.answer.value != before


def test_a_table_of_the_same_run_is_read_not_made_again(ahead: Callable[..., Any], tmp_path: Path) -> None:
    from salesnb.versions.tables import write_table

    frame = pd.DataFrame({"opportunity_id": ["x"]})
    book = ahead()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SALESNB_STAGE", str(tmp_path))
        assert book.read("funnel_open", lambda: "made") == "made"
        write_table(tmp_path / "tables", "funnel_open", frame)
        assert list(book.read("funnel_open", lambda: "made")["opportunity_id"]) == ["x"]


def rows(months: int, first: int = 0) -> list[tuple[Any, ...]]:
    """One order a month, ending December 2023."""
    out = []
    for i in range(first, months):
        year, month = divmod(2023 * 12 + 11 - i, 12)
        out.append((f"o{i}", f"{year}-{month + 1:02d}-10", "P", 1000 + 37 * (i % 5)))
    return out


@pytest.mark.parametrize("months", [5, 23])
def test_a_company_with_orders_only_and_too_little_history(tiny: Callable[..., Any], months: int) -> None:
    tiny(rows(months), "2024")
    book = feasibility.open("tiny", "2024", lang="zh")
    said = asked(book)
    assert "历史不足" in said["book.answer()"].text()
    assert book.tables["feasibility_targets"]["chance_rate"].isna().all()
    assert math.isnan(book.base.chance("company", "company", 1.0))
    assert all(check.passed for check in book.held)


def test_a_company_with_orders_only_and_three_years(tiny: Callable[..., Any]) -> None:
    tiny(rows(36), "2024")
    book = feasibility.open("tiny", "2024", lang="en")
    said = asked(book)
    assert "within reach" in said["book.answer()"].text() and book.judged.empty
    assert {call for call, shown in said.items() if getattr(shown, "is_absent", False)} >= {
        "book.verdicts()", "book.pipeline()", "book.goals()", "book.market()", "book.feedback()",
    }  # fmt: skip


def test_what_came_back_in_forms_stands_beside_the_target(tiny: Callable[..., Any], tmp_path: Path) -> None:
    regions = [(*row, "东" if i % 2 else "西") for i, row in enumerate(rows(72))]
    tiny(regions, "2024", region_id="区域")
    folder = tmp_path / "params" / "tiny"
    said = [
        {"node": "东", "level": "region", "period": f"2024Q{q}", "amount": 1500 + q, "round": 1, "by": "经理",
         "decided": "2023-12-20", "reference": "form v001 东"}
        for q in (1, 2, 3, 4)
    ]  # fmt: skip
    (folder / "periods").mkdir()
    (folder / "periods" / "2024.yaml").write_text(
        yaml.safe_dump({"period": "2024", "commitments": said}, allow_unicode=True), encoding="utf-8"
    )
    (folder / "goals.yaml").write_text(
        'plan: "2024"\ngoals:\n  - {id: g, text: 增长, metric: sales, target: {is: 0.1, as: growth, unit: ratio},'
        " base: 上年, owner: x, due: 2024-12-31, decided: 2023-12-01, by: x}\n"
        "contribution: {东: 0.5, 西: 0.5}\n",
        encoding="utf-8",
    )
    book = feasibility.open("tiny", "2024", lang="zh")
    field = book.field.set_index("node_id")
    assert field.loc["东", "committed_minor"] == 6010 * 100, "four quarters say the year"
    assert field["committed_minor"].isna()["西"], "who said nothing said no zero"
    assert "东" in str(book.feedback().table)
