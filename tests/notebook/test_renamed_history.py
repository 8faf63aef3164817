"""The order of rows and the spelling of ids change no figure of history; short and odd histories have a page too."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from markupsafe import Markup

from salesnb.model.errors import Text

COLUMNS = {"region_id": "区域", "customer_id": "客户", "person_id": "人员", "quantity": "数量", "cost": "成本"}
NAMED = ("node_id", "name", "product_line")  # columns that hold names


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts cost more than all figures together, and these tests look at tables."""
    from salesnb.report import charts

    for name in ("bars", "bridge", "heat", "season", "shares", "trend"):
        monkeypatch.setattr(charts, name, lambda *_, **__: Markup("<svg></svg>"))


def lines(seed: int) -> list[tuple[Any, ...]]:
    """Three years of orders: returns, customers who come and go, products that begin and end."""
    draw = random.Random(seed)
    rows = []
    for number in range(400):
        year, month = 2021 + number % 3, draw.randint(1, 12)
        customer, product = draw.randint(1, 40) + 5 * (year - 2021), draw.randint(1, 8) + (year - 2021)
        count, price = draw.randint(1, 9), 100 + 7 * product + draw.randint(-5, 5)
        sign = -1 if number % 29 == 0 else 1
        rows.append((f"D{number:04d}", f"{year}-{month:02d}-{draw.randint(1, 28):02d}", f"P{product}",
                     sign * count * price, f"R{customer % 4}", f"C{customer:02d}", f"E{customer % 7}", sign * count,
                     sign * count * 60))  # fmt: skip
    return rows


def renamed(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same lines with every id spelled so that ids sort the other way round."""

    def other(name: str) -> str:
        return "".join(chr(ord("9") - ord(c) + ord("0")) if c.isdigit() else f"新{c}" for c in name)

    named = (0, 2, 4, 5, 6)
    return [tuple(other(value) if i in named else value for i, value in enumerate(row)) for row in rows]


def tables(book: Any) -> dict[str, pd.DataFrame]:
    """What the book publishes about nodes, months, customers, people and the bridge."""
    for dimension in ("region_id", "product_id", "customer_id", "person_id"):
        book.nodes(dimension)
    book.months(), book.season(), book.contribution("region_id")
    book.customers(), book.cohorts(), book.people(), book.bridge(), book.sensitivity(), book.checks()
    return dict(book.tables)


def figures(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without names, in an order of their figures."""
    bare = frame.drop(columns=[c for c in (*NAMED, "person_id") if c in frame]).reset_index(drop=True)
    return bare.sort_values(list(bare.columns), kind="stable").reset_index(drop=True)


def test_permuted_rows_give_the_same_tables(tiny: Callable[..., Any]) -> None:
    rows = lines(1)
    plain = tables(tiny(rows, "2024", unit="plain", **COLUMNS))
    shuffled = tables(tiny(random.Random(5).sample(rows, len(rows)), "2024", unit="shuffled", **COLUMNS))
    assert plain.keys() == shuffled.keys()
    for name, frame in plain.items():
        pd.testing.assert_frame_equal(frame, shuffled[name], obj=name)


def test_renamed_ids_give_the_same_figures(tiny: Callable[..., Any]) -> None:
    rows = lines(2)
    plain = tables(tiny(rows, "2024", unit="plain", **COLUMNS))
    other = tables(tiny(renamed(rows), "2024", unit="renamed", **COLUMNS))
    for name, frame in plain.items():
        pd.testing.assert_frame_equal(figures(frame), figures(other[name]), obj=name, rtol=1e-9)


@pytest.mark.parametrize("months", [1, 5, 13, 25])
@pytest.mark.parametrize("period", ["2024", "2024-02", "2024-01-15"])
def test_a_short_history_has_a_page(tiny: Callable[..., Any], months: int, period: str) -> None:
    starts = pd.period_range(end="2024-02", periods=months + 2, freq="M")[: months + (period != "2024") * 2]
    rows = [(f"D{i}", f"{month}-03", "P1", 100 + i, "R1", "C1", "E1", 1, 50) for i, month in enumerate(starts)]
    book = tiny(rows, period, **COLUMNS)
    assert str(book.answer().html()) and str(book.cards().html())
    assert tables(book)["history_nodes"]["net_minor"].ge(0).all()
    for exhibit in (
        book.ramp(),
        book.funnel(),
        book.portrait(),
        book.behaviour(),
        book.win_probability(),
        book.tiers(),
    ):
        assert exhibit.text()


def test_part_of_a_month_is_not_held_against_a_whole_one(tiny: Callable[..., Any]) -> None:
    book = tiny(lines(1), "2023-11-20", **COLUMNS)
    book.months()
    assert book.tables["history_months"]["month"].max() == "2023-10"
    month = tiny(lines(1), "2023-11", unit="whole", **COLUMNS)
    month.months()
    assert month.tables["history_months"]["month"].max() == "2023-11"


def test_a_note_that_the_answer_says_is_not_said_above_it_again(tiny: Callable[..., Any]) -> None:
    book = tiny(lines(1), "2024", **COLUMNS)
    book.note(Text("甲", "A"))
    answer = book.answer()
    book.note(Text("乙", "B"))
    assert "甲" in answer.text().split("\n") and book.notes == ["甲", "乙"]
    assert book.summary()["notes"] == ["乙"] and book.summary()["headline"] == answer.text().split("\n")[0]
