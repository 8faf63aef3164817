"""The funnel by hand, on cases with a known truth, and on a real pipeline whose differences are mostly chance."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.periods import Calendar
from salesnb.model.tables import check, contract
from salesnb.stages import funnel

OPPORTUNITIES = contract("opportunities")
DATES = [c.name for c in OPPORTUNITIES.columns if c.kind in ("date", "moment")]


def opportunities(rows):
    frame = pd.DataFrame(rows)
    for column in OPPORTUNITIES.columns:
        if column.name not in frame:
            frame[column.name] = None if column.optional else ("CNY" if column.name == "currency" else "_unassigned")
    for name in DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    frame["amount_minor"] = frame["amount_minor"].astype("Int64")
    return check(frame, OPPORTUNITIES)


def case(number, stage, **more):
    return {"opportunity_id": f"o{number}", "stage": stage, "created_date": "2024-01-01"} | more


def test_conversion_of_each_step_by_hand():
    rows = [
        case(1, "won", qualified_date="2024-01-03", quoted_date="2024-01-10", closed_date="2024-01-20"),
        case(2, "lost", qualified_date="2024-01-05", quoted_date="2024-01-10", closed_date="2024-01-15"),
        case(3, "lost", qualified_date="2024-01-05", closed_date="2024-01-25"),
        case(4, "lost", closed_date="2024-01-05"),
        case(5, "lead"),
    ]
    known = funnel.as_known(opportunities(rows), date(2024, 2, 1))
    out = funnel.conversion(known, ()).set_index("step")
    assert list(out.loc["qualified", ["case_count", "passed_count", "open_count"]]) == [4, 3, 1]
    assert out.loc["quoted", "conversion_rate"] == pytest.approx(2 / 3)
    assert out.loc["won", "conversion_rate"] == pytest.approx(1 / 2) and out.loc["won", "median_days"] == 10
    assert out.loc["closed", "conversion_rate"] == pytest.approx(1 / 4)
    assert (out["rate_low"] <= out["conversion_rate"]).all() and (out["conversion_rate"] <= out["rate_high"]).all()


def test_what_happened_later_is_not_known_earlier():
    rows = [
        case(1, "won", qualified_date="2024-01-03", quoted_date="2024-02-10", closed_date="2024-03-20"),
        case(2, "lost", created_date="2024-04-01", closed_date="2024-04-02"),
    ]
    known = funnel.as_known(opportunities(rows), date(2024, 2, 28))
    assert list(known["stage"]) == ["quoted"] and known["closed_date"].isna().all()


def test_a_case_entered_later_was_not_known_earlier():
    rows = [case(1, "lead", created_date="2024-01-02", known_date="2024-01-05"), case(2, "lead")]
    assert list(funnel.as_known(opportunities(rows), date(2024, 1, 4))["opportunity_id"]) == ["o2"]
    assert len(funnel.as_known(opportunities(rows), date(2024, 1, 5))) == 2


def test_a_step_without_dates_is_left_out():
    known = funnel.as_known(
        opportunities([case(1, "won", closed_date="2024-01-20"), case(2, "lead")]), date(2024, 2, 1)
    )
    assert list(funnel.conversion(known, ())["step"]) == ["closed"]


def planted(n=3000, lift=0.3, seed=3):
    """Cases whose source moves the odds of winning, and whose quick closing adds ``lift``."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["fair", "web", "referral"], n)
    quick = rng.random(n) < 0.4
    chance = np.select([source == "referral", source == "fair"], [0.55, 0.35], 0.2) + lift * quick
    won = rng.random(n) < chance
    viewed = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500 * 24, n), "h")
    closed = viewed + pd.to_timedelta(np.where(quick, rng.integers(1, 70, n), rng.integers(80, 900, n)), "h")
    rows = {
        "opportunity_id": [f"o{i}" for i in range(n)],
        "stage": np.where(won, "won", "lost"),
        "created_date": viewed - pd.Timedelta(days=9),
        "qualified_date": viewed - pd.Timedelta(days=7),
        "quoted_date": viewed - pd.Timedelta(days=2),
        "viewed_date": viewed.floor("D"),
        "closed_date": closed.floor("D"),
        "viewed_at": viewed,
        "closed_at": closed,
        "source": source,
        "person_id": [f"p{i}" for i in rng.integers(0, 20, n)],
    }
    return opportunities(rows)


def test_a_planted_effect_is_found_and_its_absence_is_called_noise():
    known = funnel.as_known(planted(), date(2025, 1, 1))
    found = funnel.effects(known, Calendar()).set_index("effect").loc["viewed_72h"]
    assert not found["is_noise"] and found["rate_low"] < 0.3 < found["rate_high"]
    assert found["inside_count"] + found["outside_count"] == len(known)
    plain = funnel.as_known(planted(lift=0.0), date(2025, 1, 1))
    assert funnel.effects(plain, Calendar()).set_index("effect").loc["viewed_72h", "is_noise"]


def test_72_hours_are_hours_where_the_export_tells_them_and_calendar_days_where_not():
    clocks = {"viewed_at": "2024-01-05 09:00", "viewed_date": "2024-01-05"}
    rows = [
        case(1, "won", **clocks, closed_at="2024-01-08 08:59", closed_date="2024-01-08"),
        case(2, "lost", **clocks, closed_at="2024-01-08 17:00", closed_date="2024-01-08"),  # 80 hours, three days
        case(3, "won", viewed_date="2024-01-05", closed_date="2024-01-08"),
        case(4, "lost", viewed_date="2024-01-05", closed_date="2024-01-09"),
    ]
    found = funnel.effects(funnel.as_known(opportunities(rows), date(2024, 2, 1)), Calendar()).set_index("effect")
    assert found.loc["viewed_72h", ["inside_count", "outside_count", "clocked_count"]].tolist() == [2, 2, 2]
    wider = funnel.effects(funnel.as_known(opportunities(rows), date(2024, 2, 1)), Calendar(), hours=80)
    assert wider.set_index("effect").loc["viewed_80h", "inside_count"] == 3, "the window is a parameter"
    early = funnel.as_known(opportunities(rows), date(2024, 1, 7))
    assert early["closed_at"].isna().all() and early["viewed_at"].notna().sum() == 2


def test_sources_stand_out_and_people_who_differ_by_chance_do_not():
    known = funnel.as_known(planted(lift=0.0), date(2025, 1, 1))
    out = funnel.conversion(known, ("source", "person_id"))
    closed = out[out["step"] == "closed"]
    sources = closed[closed["dimension"] == "source"].set_index("node_id")
    assert sources.loc["referral", "stands_out"] == "above" and sources.loc["web", "stands_out"] == "below"
    people = closed[closed["dimension"] == "person_id"]
    assert people["is_noise"].all() and (people["stands_out"] == "none").all()


def test_win_probabilities_follow_the_truth_and_show_their_track_record():
    frame = planted(lift=0.0)
    frame.loc[:299, ["stage"]] = "quoted"
    frame.loc[:299, "closed_date"] = pd.NaT
    model = funnel.win_model(funnel.as_known(frame, date(2025, 1, 1)), date(2025, 1, 1))
    assert model.state == "ok" and model.useful and len(model.open) == 300
    said = (
        model.open.merge(frame[["opportunity_id", "source"]], on="opportunity_id").groupby("source")["win_rate"].mean()
    )
    assert said["referral"] == pytest.approx(0.55, abs=0.06) and said["web"] == pytest.approx(0.2, abs=0.06)
    record = model.reliability()
    inside = (record["rate_low"] <= record["predicted_rate"]) & (record["predicted_rate"] <= record["rate_high"])
    assert inside.mean() >= 0.7 and record["case_count"].sum() == model.backtest.judged_on


def test_few_decided_cases_give_no_probability():
    rows = [case(i, "won", closed_date="2024-01-20") for i in range(20)] + [case(99, "lead")]
    model = funnel.win_model(funnel.as_known(opportunities(rows), date(2024, 2, 1)), date(2024, 2, 1))
    assert model.state == "not_enough_history" and model.open["win_rate"].isna().all()
    assert model.reliability().empty


@st.composite
def some_cases(draw):
    rows = []
    for i in range(draw(st.integers(1, 12))):
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=draw(st.integers(0, 60)))
        steps = [day + pd.Timedelta(days=draw(st.integers(0, 40)) * k) for k in (1, 2, 3)]
        rows.append(
            case(i, draw(st.sampled_from(["won", "lost"])), created_date=day, qualified_date=steps[0],
                 quoted_date=steps[1], closed_date=steps[2], source=draw(st.sampled_from(["a", "b"])))
        )  # fmt: skip
    return rows


@settings(max_examples=30)
@given(some_cases(), st.integers(0, 150), st.randoms())
def test_every_case_is_passed_lost_or_open_and_order_does_not_matter(rows, after, random):
    as_of = date(2024, 1, 1) + pd.Timedelta(days=after).to_pytimedelta()
    known = funnel.as_known(opportunities(rows), as_of)
    assert (known[DATES].max(axis=1).dropna() < pd.Timestamp(as_of) + pd.Timedelta(days=1)).all()
    out = funnel.conversion(known, ("source",))
    again = funnel.conversion(funnel.as_known(opportunities(random.sample(rows, len(rows))), as_of), ("source",))
    pd.testing.assert_frame_equal(out, again)
    closed = out[out["step"] == "closed"]
    for dimension in ("all", "source"):
        here = closed[closed["dimension"] == dimension]
        assert here["case_count"].sum() + here["open_count"].sum() == len(known)


@pytest.mark.real
def test_a_real_pipeline_ranks_no_agent_but_finds_the_quarter_end(real_data):
    raw = pd.read_csv(real_data / "maven_crm" / "sales_pipeline.csv")
    frame = pd.DataFrame(
        {
            "opportunity_id": raw["opportunity_id"],
            "stage": raw["deal_stage"].map({"Won": "won", "Lost": "lost"}).fillna("lead"),
            "created_date": raw["engage_date"],
            "closed_date": raw["close_date"],
            "person_id": raw["sales_agent"],
        }
    )
    known = funnel.as_known(opportunities(frame), date(2018, 1, 1))
    out = funnel.conversion(known, ("person_id",))
    people = out[(out["step"] == "closed") & (out["dimension"] == "person_id")]
    assert people["is_noise"].all() and (people["stands_out"] == "none").all()
    assert people["conversion_rate"].std() == pytest.approx(0.0367, abs=0.0005)
    whole = out[(out["step"] == "closed") & (out["dimension"] == "all")].iloc[0]
    assert whole["conversion_rate"] == pytest.approx(0.6315, abs=0.0001)
    end = funnel.effects(known, Calendar()).set_index("effect").loc["quarter_end"]
    assert not end["is_noise"]
    assert 0.78 <= end["inside_rate"] <= 0.83 and 0.49 <= end["outside_rate"] <= 0.57
