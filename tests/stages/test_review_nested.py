"""Which alert already says another: a team that lags as one, a rep who lags alone, a cell that makes its region."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.tables import check, contract
from salesnb.stages import review

LINE = review.Line(behind=0.20, certainty=0.90)
Row = tuple[str, str, int, int, int]  # dimension, node, expected, actual, standard deviation of chance


def alerted(rows: list[Row]) -> pd.DataFrame:
    """``review_alerts`` of the rows that pass the line."""
    hit = [row for row in rows if row[3] <= 0.8 * row[2]]
    columns = contract("review_alerts").columns
    made = [
        {"alert": f"2024:{d}:{n}", "scope": "2024", "kind": "slice" if "+" in d else "node", "dimension": d,
         "node_id": n, "name": n, "basis": "target", "actual_minor": a, "expected_minor": e, "gap_minor": a - e,
         "behind_rate": 1 - a / e, "certainty_rate": 0.99, "progress": "new"}
        for d, n, e, a, _ in hit
    ]  # fmt: skip
    return check(pd.DataFrame(made, columns=[c.name for c in columns]), contract("review_alerts"))


def part_of(rows: list[Row], wider: dict[tuple[str, str], list[tuple[str, str]]]) -> dict[str, str | None]:
    names = ["dimension", "node_id", "expected_minor", "actual_minor", "chance_minor"]
    out = review.nested(alerted(rows), pd.DataFrame(rows, columns=names).assign(scope="2024"), wider, LINE)
    return {
        node: None if pd.isna(part) else str(part).split(":")[-1]
        for node, part in zip(out["node_id"], out["part_of"], strict=True)
    }


IN_TEAM = {("person_id", p): [("team_id", "t")] for p in "abcd"}


def test_reps_who_lag_as_their_team_does_are_part_of_it() -> None:
    rows = [("team_id", "t", 4000, 2800, 90), *[("person_id", p, 1000, 700, 60) for p in "abcd"]]
    assert part_of(rows, IN_TEAM) == {"t": None, "a": "t", "b": "t", "c": "t", "d": "t"}


def test_a_rep_far_behind_his_team_stands_for_himself() -> None:
    rows: list[Row] = [("team_id", "t", 4000, 2700, 90), ("person_id", "a", 1000, 300, 60)]
    rows += [("person_id", p, 1000, 800, 60) for p in "bcd"]
    assert part_of(rows, IN_TEAM) == {"t": None, "a": None, "b": "t", "c": "t", "d": "t"}


def test_a_team_that_one_rep_makes_is_part_of_the_rep() -> None:
    rows: list[Row] = [("team_id", "t", 4000, 3150, 90), ("person_id", "a", 1000, 150, 60)]
    rows += [("person_id", p, 1000, 1000, 60) for p in "bcd"]
    assert part_of(rows, IN_TEAM) == {"t": "a", "a": None}


def test_a_region_that_one_line_makes_carries_its_people_there() -> None:
    wider = {
        ("region_id+product_line", "S+B"): [("region_id", "S"), ("product_line", "B")],
        ("person_id", "a"): [("region_id", "S")],
    }
    rows: list[Row] = [("region_id", "S", 4000, 3100, 90), ("region_id+product_line", "S+B", 1500, 650, 70)]
    rows += [("person_id", "a", 1000, 750, 60)]
    assert part_of(rows, wider) == {"S": "S+B", "S+B": None, "a": "S+B"}


def test_a_dealer_that_stopped_ordering_is_said_once() -> None:
    rows: list[Row] = [("dealer_id", "d", 1000, 100, 60)]
    both = alerted(rows)
    stopped = both.assign(alert="2024:silent:dealer_id:d", kind="silent")
    names = ["dimension", "node_id", "expected_minor", "actual_minor", "chance_minor"]
    cells = pd.DataFrame(rows, columns=names).assign(scope="2024")
    out = review.nested(pd.concat([both, stopped], ignore_index=True), cells, {}, LINE)
    assert dict(zip(out["kind"], out["part_of"].fillna(""), strict=True)) == {
        "node": "2024:silent:dealer_id:d",
        "silent": "",
    }


figures = st.tuples(st.integers(1, 4000), st.integers(0, 5000), st.integers(1, 400))


@settings(max_examples=40, deadline=None)
@given(figures, st.lists(figures, min_size=4, max_size=4))
def test_every_alert_stays_and_something_always_stands(team: tuple[int, ...], people: list[tuple[int, ...]]) -> None:
    rows: list[Row] = [("team_id", "t", *team), *[("person_id", p, *f) for p, f in zip("abcd", people, strict=True)]]
    found = part_of(rows, IN_TEAM)
    assert set(found) == {row[1] for row in rows if row[3] <= 0.8 * row[2]}
    assert not found or any(part is None for part in found.values())
    assert all(found[part] is None for part in found.values() if part is not None), "a part names what stands"
