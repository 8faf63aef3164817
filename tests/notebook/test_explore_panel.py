"""The history panel: every choice has an answer, its figures are the lines' sums, and its failures are seen."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from salesnb.model.errors import DataError, Text
from salesnb.notebook import panels
from salesnb.notebook.explore import MEASURES, Choice, Explorer
from salesnb.report.exhibit import Exhibit

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="session")
def book(opened: Callable[..., Any]) -> Any:
    """The plan of 2024 in Chinese."""
    return opened()


@pytest.fixture(scope="session")
def explorer(book: Any) -> Explorer:
    return Explorer(book)


@pytest.fixture
def panel(explorer: Explorer) -> panels.ExplorePanel:
    return panels.ExplorePanel(explorer)


def sold(book: Any, where: str, first: str, last: str) -> dict[str, int]:
    """Sales and buyers of lines in months, straight from the order lines."""
    query = f"""SELECT sum(net_minor)::BIGINT, count(DISTINCT customer_id) FILTER (NOT is_return)
        FROM read_parquet('{book.facts.folder}/sales_lines.parquet')
        WHERE {where} AND month BETWEEN '{first}' AND '{last}'
          AND order_date <= DATE '{book.as_of}' AND coalesce(known_date, order_date) <= DATE '{book.as_of}'"""
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchall()
    return {"net": found[0][0], "buyers": found[0][1]}


def test_figures_are_the_sums_of_the_lines(book: Any, explorer: Explorer) -> None:
    quarter = Choice("region_id", "华东", "team_id", "sales", "2023Q4")
    parts, whole = explorer._parts(quarter), explorer._whole(quarter)
    assert whole["2023Q4"] == sold(book, "region_id = '华东'", "2023-10", "2023-12")["net"]
    for label, first, last in (("2023Q4", "2023-10", "2023-12"), ("2022Q4", "2022-10", "2022-12")):
        assert parts[label].sum() == whole[label] == sold(book, "region_id = '华东'", first, last)["net"]
        for team, net in zip(parts["node_id"], parts[label], strict=True):
            assert net == sold(book, f"region_id = '华东' AND team_id = '{team}'", first, last)["net"]
    buyers = Choice("region_id", "华东", "team_id", "customers")
    assert explorer._whole(buyers)["2023"] == sold(book, "region_id = '华东'", "2023-01", "2023-12")["buyers"]
    share = Choice("region_id", "华东", "product_line", "share")
    assert explorer._parts(share)["2023"].sum() == pytest.approx(1.0)
    east, company = (sold(book, where, "2023-01", "2023-12")["net"] for where in ("region_id = '华东'", "true"))
    assert explorer._whole(share)["2023"] == pytest.approx(east / company)


def test_growth_and_changes_compare_with_the_year_before(book: Any, explorer: Explorer) -> None:
    where = "region_id = '华南'"
    now, before = (sold(book, where, f"{y}-11", f"{y}-11")["net"] for y in (2023, 2022))
    whole = explorer._whole(Choice("region_id", "华南", "team_id", "growth", "2023-11"))
    assert whole["2023-11"] == pytest.approx(now / before - 1)
    sales = explorer._whole(Choice("region_id", "华南", "team_id", "sales", "2023-11"))
    assert sales["change"] == pytest.approx(now / before - 1)
    assert list(sales.index[2:]) == ["2021-11", "2022-11", "2023-11", "change"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_choice_has_an_answer(opened: Callable[..., Any], lang: str) -> None:
    book = opened("2024-06", lang)
    explorer = Explorer(book)
    assert explorer.dimensions[0] == "region_id" and len(explorer.dimensions) == 10
    assert explorer.periods[:3] == ["", "2024Q2", "2024Q1"] and "2024-06" in explorer.periods
    for place, dimension in enumerate(explorer.dimensions):
        name, node = explorer.nodes(dimension)[0]
        below, measure = explorer.below(dimension), explorer.measures[(place + (lang == "en")) % len(explorer.measures)]
        split = Choice(dimension, node, below[place % len(below)], measure, explorer.periods[2 * place])
        shown = explorer.exhibit(split)
        assert name in shown.title and shown.reading, split
        is_itself = measure == "customers" and split.parts == "customer_id"
        assert ("<table" in str(shown.table)) == (not explorer._parts(split).empty and not is_itself), split
        shown = explorer.exhibit(Choice(dimension, measure=measure))
        assert ("<table" in str(shown.table)) == ((dimension, measure) != ("customer_id", "customers"))
        assert not (lang == "en" and CJK.search(shown.title))
    assert book.tables == {}, "looking must not change what the notebook writes"


def test_choosing_a_node_offers_the_level_below(panel: panels.ExplorePanel) -> None:
    assert panel.dimension.label == "区域" and panel.below.disabled and not panel.node.value
    first = panel.answer.value
    assert "<svg" in first and "<table" in first and "全公司 · 销售额 · 2023 年" in first
    panel.node.value = "华东"
    assert not panel.below.disabled and panel.below.label == "团队"
    assert "上海办事处" in panel.answer.value and panel.answer.value != first
    panel.below.value = "product_line"
    panel.node.value = "华南"
    assert panel.below.value == "product_line", "the split stays when another node is chosen"
    panel.measure.value = "margin"
    assert "毛利率" in panel.answer.value
    panel.period.value = "2023Q2"
    assert "2023 年第 2 季度" in panel.answer.value
    panel.dimension.value = "product_line"
    assert panel.node.value == "" and panel.below.disabled and "按产品线看" in panel.answer.value


def test_customers_are_found_by_part_of_their_name(panel: panels.ExplorePanel) -> None:
    assert panel.find.layout.display == "none"
    panel.dimension.value = "customer_id"
    assert panel.find.layout.display != "none" and len(panel.node.options) == panels.OFFERED + 1
    name, node = panel.explorer.nodes("customer_id")[900]
    assert node not in [value for _, value in panel.node.options]
    panel.find.value = f" {name[:-2]}"
    assert node in [value for _, value in panel.node.options]
    panel.find.value = name
    if panel.node.value:  # names may be shared
        assert panel.node.value == node and name in panel.answer.value
    panel.find.value = "没有这样的客户"
    assert panel.node.options == (("全部", ""),) and "全公司" in panel.answer.value


def test_a_failure_is_shown_in_the_panel_and_passes(
    panel: panels.ExplorePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = panel.explorer.exhibit

    def fails(choice: Choice) -> Exhibit:
        if choice.measure == "growth":
            raise DataError(Text("数据 <坏> 了", "the data are broken"), remedy=Text("重新导入", "import again"))
        if choice.measure == "share":
            raise ZeroDivisionError("share of <nothing>")
        return works(choice)

    monkeypatch.setattr(panel.explorer, "exhibit", fails)
    panel.measure.value = "growth"
    assert "数据 &lt;坏&gt; 了" in panel.answer.value and "重新导入" in panel.answer.value
    panel.measure.value = "share"
    assert "ZeroDivisionError: share of &lt;nothing&gt;" in panel.answer.value and "<pre>" in panel.answer.value
    panel.measure.value = "sales"
    assert 'role="alert"' not in panel.answer.value and "<svg" in panel.answer.value


def test_a_batch_gets_a_line_instead_of_widgets(book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("SALESNB_STAGE", str(tmp_path))
    shown = book.explore()
    assert isinstance(shown, Exhibit) and "JupyterLab" in shown.text()


def test_a_small_company_is_offered_only_what_it_has(tiny: Callable[..., Any]) -> None:
    rows = [("1", "2022-03-01", "甲", 10), ("2", "2023-03-01", "甲", 20), ("3", "2023-04-01", "乙", -5)]
    book = tiny(rows, "2024", lang="en")
    explorer = Explorer(book)
    assert explorer.measures == [name for name in MEASURES if name != "margin"]
    assert "product_id" in explorer.dimensions and "person_id" not in explorer.dimensions
    panel = panels.ExplorePanel(explorer)
    assert [panel.measure.description, panel.node.description] == ["Measure", "Node"]
    for period in ("", "2023Q1", "2023-02"):
        for measure in explorer.measures:
            panel.period.value, panel.measure.value = period, measure
            assert 'role="alert' not in panel.answer.value, (period, measure)
    panel.dimension.value, panel.measure.value, panel.period.value = "product_id", "sales", ""
    panel.node.value = "乙"
    assert 'role="alert' not in panel.answer.value and "CNY\u00a0−5" in panel.answer.value


def test_days_and_weeks_have_months_and_quarters_to_choose(opened: Callable[..., Any]) -> None:
    explorer = Explorer(opened("2024-06-20"))
    assert explorer.periods[1] == "2024Q1" and "2024-05" in explorer.periods and "2024-06" not in explorer.periods
    assert [w.label for w in explorer.windows("2024-05")] == ["2021-05", "2022-05", "2023-05", "2024-05"]
    assert explorer.windows("")[-1].end == date(2024, 6, 20)
    assert "<table" in str(explorer.exhibit(Choice("region_id")).table)


def test_choices_made_at_once_all_count(panel: panels.ExplorePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab runs the messages of each widget in a thread of its own."""
    asked: list[Choice] = []

    def slow(choice: Choice) -> Exhibit:
        time.sleep(0.05)
        asked.append(choice)
        return Exhibit("explore", title=f"{choice.node} {choice.measure} {choice.period}")

    monkeypatch.setattr(panel.explorer, "exhibit", slow)
    chosen = [(panel.node, "华东"), (panel.measure, "growth"), (panel.period, "2023Q2")]
    threads = [threading.Thread(target=setattr, args=(widget, "value", value)) for widget, value in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(asked) == 3 and (asked[-1].node, asked[-1].measure, asked[-1].period) == ("华东", "growth", "2023Q2")
    assert "华东 growth 2023Q2" in panel.answer.value


def test_any_two_periods_have_a_bridge_that_closes(book: Any) -> None:
    panel = panels.BridgePanel(book)
    assert [value for _, value in panel.first.options] == book.periods_sold()
    assert "snb" in panel.answer.value and 'role="alert"' not in panel.answer.value
    panel.last.value, panel.first.value = "2023Q2", "2022Q4"
    assert "2022 年第 4 季度 → 2023 年第 2 季度" in panel.answer.value
    panel.first.value = "2023Q2"
    assert 'role="alert"' in panel.answer.value and "选两个不同的期间" in panel.answer.value
    panel.first.value = "2022-05"
    assert 'role="alert"' not in panel.answer.value and "2022 年 5 月" in panel.answer.value


def test_earlier_bridges_unfold_and_add_up(book: Any) -> None:
    from salesnb.stages import history

    sums = book.facts.sums(("customer_id", "product_line", "product_id"), book.windows, book.as_of)
    sold = sums.groupby("window")["net_minor"].sum()
    for first, last in zip(book.windows, book.windows[1:], strict=False):
        frame = history.bridge(sums, (first, last), history.bridge_level(sums, (first, last)))
        assert frame["change_minor"].sum() == sold[last.label] - sold[first.label]
    shown = book.bridge()._repr_html_()
    assert "以往各期之间" in shown and "2021 年 → 2022 年" in shown
