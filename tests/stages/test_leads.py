"""Leads to hand out: the same each time, never beyond capacity, region and skill kept, every assignment explained."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.params.people import People
from salesnb.model.params.review import LeadRules, Skill
from salesnb.stages.leads import EVEN, Terms, assign, sellers, terms

DAY = date(2024, 7, 4)
HERE = pd.DataFrame(
    [("a", "甲", "east", 1.0), ("b", "乙", "east", 1.0), ("c", "丙", "north", 0.5)],
    columns=["person_id", "name", "region_id", "factor"],
)
RULES = Terms(EVEN, capacity=4)


def lead(number: int, person: str = "_unassigned", **said: Any) -> dict[str, Any]:
    base = {
        "opportunity_id": f"L{number:03d}", "stage": "lead", "region_id": "east", "person_id": person,
        "product_line": "A", "industry": "water", "amount_minor": 1_000_000, "age_days": 10, "win_rate": 0.2,
    }  # fmt: skip
    return base | said


def frames(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(opportunities, what is expected of the open ones)."""
    known = pd.DataFrame(rows).astype({"amount_minor": "Int64"})
    waiting = known[~known["stage"].isin(["won", "lost"])]
    worth = (waiting["amount_minor"] * waiting["win_rate"]).round().astype("Int64")
    winning = waiting[["opportunity_id", "age_days", "win_rate"]].assign(expected_minor=worth)
    return known.drop(columns=["age_days", "win_rate"]), winning


def handed(rows: list[dict[str, Any]], rules: Terms = RULES) -> pd.DataFrame:
    return assign(*frames(rows), HERE, rules).set_index("opportunity_id")


def won(number: int, person: str, industry: str = "water", amount: int = 1_000_000) -> dict[str, Any]:
    return lead(900 + number, person, stage="won", industry=industry, amount_minor=amount)


def test_who_has_won_there_and_has_room_gets_it() -> None:
    found = handed([lead(1), won(1, "a"), won(2, "a"), won(3, "b", "food")])
    row = found.loc["L001"]
    assert (row["to_id"], row["to_name"], row["reason"], row["held_count"]) == ("a", "甲", "unassigned", 1)
    assert (row["region_score"], row["industry_score"], row["value_score"], row["free_score"]) == (1, 1, 1, 1)
    assert row["score"] == pytest.approx(1.0)
    full = [lead(n, "a", stage="quoted") for n in range(10, 14)]
    assert handed([lead(1), won(1, "a"), *full]).loc["L001", "to_id"] == "b", "no room with the expert"


def test_what_stands_in_the_way_is_said() -> None:
    everyone_full = [lead(n, p, stage="quoted") for p, s in (("a", 10), ("b", 20)) for n in range(s, s + 4)]
    assert handed([lead(1), *everyone_full]).loc["L001", "blocked"] == "capacity"
    assert handed([lead(1, region_id="south")]).loc["L001", "blocked"] == "region"
    large = Terms(EVEN, 4, large=500_000)
    assert handed([lead(1)], large).loc["L001", "blocked"] == "skill"
    assert handed([lead(1), won(1, "b")], large).loc["L001", "to_id"] == "b"
    lines = Terms(EVEN, 4, skills={p: Skill(person=p, product_lines=("B",)) for p in "ab"})
    row = handed([lead(1)], lines).loc["L001"]
    assert row["blocked"] == "skill" and row["to_id"] == "_unassigned" and pd.isna(row["score"])


def test_named_skills_replace_experience_and_a_lead_may_leave_its_region_if_allowed() -> None:
    skills = {"b": Skill(person="b", industries=("water",))}
    away = {"a": Skill(person="a", industries=("food",))}
    assert (
        handed([lead(1), won(1, "a"), won(2, "b", "food")], Terms(EVEN, 4, skills={**skills, **away})).loc[
            "L001", "to_id"
        ]
        == "b"
    )
    free = Terms(EVEN, 4, stays_in_region=False)
    assert handed([lead(1, region_id="south")], free).loc["L001", "blocked"] == ""
    assert handed([lead(1, region_id="north")], free).loc["L001", "to_id"] == "c"


def test_leavers_and_the_overloaded_hand_out_their_least_promising_fresh_leads() -> None:
    over = [lead(n, "a", win_rate=0.1 * n) for n in range(1, 7)]
    found = handed([*over, lead(50, "gone"), lead(51, "gone", stage="quoted")])
    assert found["reason"].to_dict() == {"L001": "over", "L002": "over", "L050": "left", "L051": "left"}
    assert set(found["to_id"]) == {"b"} and found["held_count"].max() == 4
    quoted = [lead(n, "a", stage="quoted") for n in range(1, 7)]
    assert handed(quoted).empty, "what is already quoted stays with whom the customer knows"


def test_stale_leads_are_neither_counted_nor_handed_out() -> None:
    rules = Terms(EVEN, 4, stale_days=180)
    assert handed([lead(1, age_days=400)], rules).empty
    stale = [lead(n, "a", age_days=400) for n in range(10, 16)]
    assert handed([lead(1), won(1, "a"), *stale], rules).loc["L001", "to_id"] == "a"


def test_a_lead_of_unknown_value_is_judged_by_the_rest() -> None:
    found = handed([lead(1, amount_minor=pd.NA, win_rate=np.nan), won(1, "a")]).loc["L001"]
    assert pd.isna(found["value_score"]) and found["score"] == pytest.approx(1.0)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_any_desk_is_kept_within_capacity_and_in_any_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        lead(
            n, str(rng.choice(["a", "b", "c", "gone", "_unassigned"])), region_id=str(rng.choice(["east", "north"])),
            stage=str(rng.choice(["lead", "quoted", "won", "lost"])), industry=str(rng.choice(["water", "food"])),
            amount_minor=int(rng.integers(1, 9)) * 100_000, win_rate=float(rng.uniform()),
        )
        for n in range(int(rng.integers(1, 25)))
    ]  # fmt: skip
    if all(row["stage"] in ("won", "lost") for row in rows):
        rows.append(lead(99))
    found = handed(rows)
    given_out = found[found["blocked"] == ""]
    assert (given_out["held_count"] <= given_out["capacity"]).all()
    homes = HERE.set_index("person_id")["region_id"]
    assert (given_out["to_id"].map(homes) == given_out["region_id"]).all()
    assert (
        given_out["score"].between(0, 1).all() and (found.loc[found["blocked"] != "", "to_id"] == "_unassigned").all()
    )
    again = handed([rows[i] for i in rng.permutation(len(rows))])
    pd.testing.assert_frame_equal(found, again)


def test_who_is_there_carries_a_quota_and_is_past_his_first_months() -> None:
    people = People.model_validate({
        "roles": {"rep": {"factor": 1.0, "ramp": [0.3, 0.6, 1.0]}, "boss": {"factor": 1.0, "carries_quota": False}},
        "movements": [{"id": "m", "person": "z", "kind": "leaves", "from": date(2024, 7, 1)}],
    })  # fmt: skip

    def row(name: str, role: str = "rep", hired: str = "2020-01-01", to: str | None = None) -> dict[str, Any]:
        return {"person_id": name, "name": name, "region_id": "east", "role": role, "from_date": hired,
                "hired_date": hired, "to_date": to, "left_date": None}  # fmt: skip

    rows = [row("x"), row("new", hired="2024-06-15"), row("chief", "boss"), row("old", to="2024-05-01"), row("z")]
    roster = pd.DataFrame(rows).astype(
        dict.fromkeys(("from_date", "hired_date", "to_date", "left_date"), "datetime64[ms]")
    )
    found = sellers(roster, people, DAY)
    assert dict(zip(found["person_id"], found["factor"], strict=True)) == {"new": 0.6, "x": 1.0}


def test_rules_are_dated() -> None:
    rules = LeadRules.model_validate({
        "capacity": {"values": [{"from": date(2024, 1, 1), "value": 15, "decided": date(2024, 1, 1)}]}, "large": "80万",
    })  # fmt: skip
    found = terms(rules, {"region": 1.0}, (DAY, DAY), 100)
    assert found is not None and (found.capacity, found.large, found.weights["value"]) == (15, 80_000_000, 0.0)
    assert terms(rules, None, (date(2023, 1, 1), DAY), 100) is None
