"""What is planted in the sample company is what its history says, and what is taken out is called noise."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from markupsafe import Markup

from salesnb.notebook.explore import Choice, Explorer

ROOT = Path(__file__).resolve().parents[2]
EXPECTED: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "sample" / "expectations.yaml").read_text(encoding="utf-8"))
STORIES = EXPECTED["stories"]


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from salesnb.report import charts

    for name in ("bars", "bridge", "heat", "season", "shares", "trend"):
        monkeypatch.setattr(charts, name, lambda *_, **__: Markup("<svg></svg>"))


@pytest.fixture(scope="module")
def plan(opened: Callable[..., Any]) -> Any:
    """The years up to 2023, as planning 2024 sees them."""
    return opened("2024")


@pytest.fixture(scope="module")
def review(opened: Callable[..., Any]) -> Any:
    """The first half of 2024."""
    return opened("2024-06")


@pytest.fixture
def untold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """The sample's plan of 2024 without the story named by the test's parameter; of its exports only the deals."""
    from salesnb.notebook import history

    folder = tmp_path / "params" / "sample"
    shutil.copytree(ROOT / "params" / "sample", folder, ignore=shutil.ignore_patterns("data", ".data*", "targets"))
    place = folder / "company.yaml"
    company = yaml.safe_load(place.read_text(encoding="utf-8"))
    company["generated"]["without"] = [request.param]
    company["sources"] = {name: one for name, one in company["sources"].items() if one["table"] == "opportunities"}
    place.write_text(yaml.safe_dump(company, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    return history.open("sample", "2024")


def effect(book: Any) -> tuple[pd.Series, str]:
    """The row of the 72 hours and what the page says about it."""
    said = book.behaviour().text()
    line = next(line for line in said.splitlines() if "72 小时" in line)
    return book.tables["funnel_effects"].set_index("effect").loc["viewed_72h"], line


def test_a_quick_answer_to_a_viewed_quote_wins_more(plan: Any) -> None:
    want = STORIES["quote_72h"]
    row, said = effect(plan)
    assert want["win_rate_within"][0] < row["inside_rate"] < want["win_rate_within"][1]
    assert want["win_rate_later"][0] < row["outside_rate"] < want["win_rate_later"][1]
    assert not row["is_noise"] and row["rate_low"] > 0.1
    assert "偶然" not in said and re.search(r"相差 \+\d", said)


@pytest.mark.parametrize("untold", ["quote_72h"], indirect=True)
def test_without_the_story_the_difference_is_called_noise(untold: Any) -> None:
    row, said = effect(untold)
    assert abs(row["difference_rate"]) <= STORIES["quote_72h"]["without_difference_at_most"]
    assert row["is_noise"] and row["rate_low"] <= 0 <= row["rate_high"]
    assert "偶然" in said


def test_the_months_of_the_spring_festival_are_low(plan: Any) -> None:
    said = plan.season().text()
    curve = plan.tables["history_season"].set_index("calendar_month")["season_index"]
    assert set(curve.nsmallest(2).index) == {"01", "02"} and curve[["01", "02"]].max() < 0.85
    assert re.search(r"最淡的是 2 月（−\d+ %）和 1 月", said)
    months = plan.tables["history_months"].set_index("month")
    for month in ("2021-02", "2022-02", "2023-01"):  # the festival's own month: 12 and 1 February, 22 January
        year = months.loc[[m for m in months.index if m[:4] == month[:4]], "net_minor"]
        assert year.idxmin() == month
    # the festival moved from February to January: the raw months jump, the adjusted ones much less
    raw, adjusted = (months[c].astype("float64") for c in ("net_minor", "adjusted_minor"))
    jumps = [abs(side["2023-02"] / side["2023-01"] - 1) for side in (raw, adjusted)]
    assert jumps[1] < jumps[0] / 2


def test_quarters_weigh_what_was_planted(plan: Any) -> None:
    curve = plan.season() and plan.tables["history_season"]["season_index"].to_numpy()
    for quarter, share in EXPECTED["company"]["quarter_share"].items():
        found = curve[3 * quarter - 3 : 3 * quarter].sum() / 12
        assert found == pytest.approx(share, abs=EXPECTED["company"]["quarter_tolerance"])


def test_the_company_s_size_growth_and_repurchase(plan: Any) -> None:
    want, totals = EXPECTED["company"], plan.totals.set_index("window")
    assert totals.loc["2023", "net_minor"] / 100 == pytest.approx(want["sales_2023"], rel=want["sales_tolerance"])
    assert totals.loc["2023", "growth_rate"] == pytest.approx(want["growth_2023"], abs=want["growth_tolerance"])
    plan.customers()
    low, high = want["repurchase_2023"]
    assert low < plan.tables["history_customers"].set_index("window").loc["2023", "repurchase_rate"] < high


def test_the_person_far_behind_stands_last_among_those_still_here(review: Any) -> None:
    want = STORIES["rep_far_behind"]
    people = review.nodes_of("person_id")
    here = people[(people["window"] == review.last) & (people["net_minor"] > 0)].set_index("node_id")
    low, high = want["half_year_growth"]
    assert low < here.loc[want["where"]["person"], "growth_rate"] < high
    assert here["growth_rate"].idxmin() == want["where"]["person"]


def test_a_region_that_sells_as_before_but_earns_less(review: Any) -> None:
    want = STORIES["region_mix_shift"]
    regions = review.nodes_of("region_id").set_index(["node_id", "window"])
    now, before = (regions.loc[(want["where"]["region"], w.label)] for w in reversed(review.windows[-2:]))
    assert now["growth_rate"] > 0 and now["margin_rate"] < before["margin_rate"] - want["margin_drop_at_least"]
    others = (
        regions.xs(review.last, level="window")["margin_rate"]
        - regions.xs(review.windows[-2].label, level="window")["margin_rate"]
    )
    assert others.idxmin() == want["where"]["region"]


def test_dealers_that_stopped_ordering_stand_at_zero_in_the_panel(review: Any) -> None:
    want = STORIES["lost_dealers"]
    parts = Explorer(review)._parts(Choice("channel_id", "经销商", "dealer_id", "sales", "2024Q2")).set_index("node_id")
    gone = parts.loc[want["where"]["dealers"]]
    assert (gone["2023Q2"] > 0).all() and (gone["2024Q2"] <= 0).all() and (gone["change"] <= -1).all()
    assert set(parts[(parts["2023Q2"] > 0) & (parts["2024Q2"] <= 0)].index) == set(want["where"]["dealers"])
