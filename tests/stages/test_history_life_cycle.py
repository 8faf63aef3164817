"""Life cycle by the catalogue's word, else by growth; stages always sum to all products' sales."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.periods import Calendar, windows
from salesnb.stages import history

CALENDAR = Calendar()
YEARS = windows(CALENDAR.period("2024"), CALENDAR, True, "2022-01")
LABELS = [w.label for w in YEARS]


def nodes(sold, orders=1000):
    rows = [(p, w, v) for p, values in sold.items() for w, v in zip(LABELS, values, strict=True) if v]
    sums = pd.DataFrame(rows, columns=["product_id", "window", "net_minor"])
    sums = sums.assign(
        cost_minor=sums["net_minor"] // 2, costed_minor=sums["net_minor"], order_count=orders, customer_count=1
    )
    return history.node_history(sums, "product_id", YEARS, {})


def test_stages_of_a_worked_example():
    frame = nodes({"old": (1000, 1000), "up": (100, 200), "down": (200, 100), "first": (0, 60)})
    out = history.life_cycle(frame, {}, YEARS).set_index("stage")
    assert out["net_minor"].to_dict() == {"_mature": 1000, "_growing": 200, "_declining": 100, "_new": 60}
    assert out.loc["_growing", "growth_rate"] == pytest.approx(1.0) and pd.isna(out.loc["_new", "growth_rate"])
    assert out.loc["_mature", "margin_rate"] == pytest.approx(0.5)


def test_the_catalogue_decides_where_it_speaks():
    frame = nodes({"a": (100, 300), "b": (100, 100)})
    out = history.life_cycle(frame, {"a": "成熟"}, YEARS).set_index("stage")
    assert out.loc["成熟", "product_count"] == 1 and out.loc["成熟", "net_minor"] == 300
    alone = out.index.drop("成熟")[0]
    one = history.life_cycle(frame, {"a": "成熟"}, YEARS, {alone: "成熟"})
    assert list(one["stage"]) == ["成熟"] and list(one["product_count"]) == [2]


def test_chance_in_few_orders_is_no_growth_and_a_product_that_comes_back_grows():
    few = history.life_cycle(nodes({"old": (1000, 1000), "up": (100, 200), "down": (200, 100)}, orders=2), {}, YEARS)
    assert few["stage"].tolist() == ["_mature"]
    sold = nodes({"old": (1000, 1000), "back": (0, 500)})
    earlier = sold[(sold["node_id"] == "old") & (sold["window"] == LABELS[-1])]
    three = windows(CALENDAR.period("2024"), CALENDAR, True, "2021-01")
    first = earlier.assign(node_id="back", window=three[0].label)
    out = history.life_cycle(pd.concat([sold, first]), {}, three).set_index("stage")
    assert out.loc["_growing", "net_minor"] == 500


values = st.tuples(st.integers(0, 10**9), st.integers(-(10**6), 10**9))


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), values, min_size=1))
def test_stages_sum_to_the_sales_of_all_products(sold):
    frame = nodes(sold)
    if frame.empty:
        return
    out = history.life_cycle(frame, {}, YEARS)
    assert out["net_minor"].sum() == sum(now for _, now in sold.values())
    assert out["product_count"].sum() == sum(now != 0 for _, now in sold.values())
