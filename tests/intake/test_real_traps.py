"""Every trap of the real exports, verified on them: imported by `init` alone, no hand on company.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesnb.intake import facts
from salesnb.intake.init import InitResult, guess

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def imported(tmp_path_factory: Any, real_data: Path) -> Iterator[Callable[[str], tuple[InitResult, facts.Facts]]]:
    """A function: the named set, guessed and imported once."""
    base = tmp_path_factory.mktemp("real")
    done: dict[str, tuple[InitResult, facts.Facts]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALESNB_PARAMS", str(base / "params"))
        patch.setenv("SALESNB_OUTPUTS", str(base / "outputs"))

        def get(name: str) -> tuple[InitResult, facts.Facts]:
            if name not in done:
                made = guess([real_data / name], name)
                (base / "params" / name).mkdir(parents=True)
                (base / "params" / name / "company.yaml").write_text(made.company_yaml, encoding="utf-8")
                done[name] = (made, facts.load(name))
            return done[name]

        yield get


def asked(made: InitResult, code: str) -> str:
    """The evidence of the question ``code``."""
    return next(q.value for q in made.questions if q.code == code)


def found(got: facts.Facts, code: str) -> pd.Series:
    rows = got.findings[got.findings["code"] == code]
    assert len(rows), sorted(set(got.findings["code"]))
    return rows.iloc[0]


# ---------------------------------------------------------------------- bikes


def test_a_person_sells_in_several_regions_and_stores_change_hands(imported) -> None:
    made, got = imported("adventureworks")
    several = [q.value for q in made.questions if q.code == "init_several_regions"]
    assert "7/17" in several
    assert asked(made, "init_several_people") == "210/635"
    lines = got.table("sales_lines")
    sold = lines[lines["person_id"] != "_unassigned"]
    assert (sold.groupby("person_id")["region_id"].nunique() > 1).sum() == 7


def test_a_master_record_that_contradicts_all_sales_is_named(imported) -> None:
    made, _ = imported("adventureworks")
    assert "291" in {q.value for q in made.questions if q.code == "init_home_region"}


def test_what_has_no_salesperson_goes_to_the_unassigned_node(imported) -> None:
    _, got = imported("adventureworks")
    cells = got.table("sales_cells")
    by_person = cells.groupby("person_id")["net_minor"].sum()
    assert by_person["_unassigned"] / by_person.sum() == pytest.approx(0.267, abs=0.001)
    by_region = cells.groupby("region_id")["net_minor"].sum()
    assert by_person.sum() == by_region.sum() == 10_980_927_420


def test_na_is_a_region_and_the_months_are_those_booked(imported) -> None:
    made, got = imported("adventureworks")
    assert "NA" in set(got.table("people")["region_id"])
    lines = got.table("sales_lines")
    assert (lines["month"] != lines["order_date"].dt.strftime("%Y-%m")).sum() == 65_703
    assert "init_booking_month" in {q.code for q in made.questions}


def test_quotas_run_to_the_next_quota_of_the_person(imported) -> None:
    _, got = imported("adventureworks")
    targets, lines = got.table("targets"), got.table("sales_lines")
    assert len(targets) == 163
    sold = [
        lines.loc[
            (lines["person_id"] == row.person_id) & lines["order_date"].between(row.from_date, row.to_date), "net_minor"
        ].sum()
        for row in targets.itertuples()
    ]
    assert sum(amount > 0 for amount in sold) == 163
    assert pd.Series(sold).corr(targets["target_minor"]) == pytest.approx(0.987, abs=0.002)


def test_amounts_of_seven_currencies_are_in_one(imported) -> None:
    made, got = imported("adventureworks")
    assert "init_currency_one" in {q.code for q in made.questions}
    assert set(got.table("sales_lines")["currency"]) == {"USD"}
    assert got.table("basis_bridge")["step"].unique().tolist() == ["signed_shipped"]


# ---------------------------------------------------------------------- shop


def test_region_belongs_to_the_line_and_ids_carry_two_names(imported) -> None:
    made, got = imported("superstore_cn")
    assert asked(made, "init_several_regions") == "769/790"
    lines = got.table("sales_lines")
    assert (lines.groupby("customer_id")["region_id"].nunique() > 1).sum() == 769
    assert asked(made, "init_two_names") == "22/1955"


def test_losses_stay_in_and_returns_join_by_order(imported) -> None:
    _, got = imported("superstore_cn")
    lines = got.table("sales_lines")
    sales, returned = lines[~lines["is_return"]], lines[lines["is_return"]]
    assert found(got, "loss_making")["row_count"] == (sales["cost_minor"] > sales["net_minor"]).sum() > 1000
    assert len(returned) == 1163 and returned["order_id"].nunique() == 296
    assert returned["net_minor"].sum() == pytest.approx(-196_195_499, abs=1)
    per_order = sales[sales["order_id"].isin(returned["order_id"])].groupby("order_id")["net_minor"].sum()
    back = returned.groupby("order_id")["net_minor"].sum()
    assert (per_order + back).abs().max() <= 10  # each order nets to nothing but for the fen its lines round by


def test_managers_are_people_of_their_regions(imported) -> None:
    _, got = imported("superstore_cn")
    people = got.table("people")
    assert set(people["region_id"]) == set(got.table("sales_cells")["region_id"])
    assert people["role"].nunique() == 1


# ---------------------------------------------------------------------- deals


def test_the_deals_keep_what_a_plain_join_would_lose(imported) -> None:
    made, got = imported("maven_crm")
    deals = got.table("opportunities")
    won = deals[deals["stage"] == "won"]
    assert won["amount_minor"].sum() == 1_000_553_400
    joined = won.merge(got.table("products"), on="product_id", suffixes=("", "_p"))
    assert joined["amount_minor"].sum() == won["amount_minor"].sum()
    assert "→" in asked(made, "init_spelling_mapped")


def test_slips_and_blanks_of_the_deals_are_named(imported) -> None:
    _, got = imported("maven_crm")
    assert "technology" in found(got, "spelling_suspect")["message_en"]
    deals = got.table("opportunities")
    blank = deals[deals["customer_id"] == "_unassigned"]
    assert len(blank) == 1425 and not set(blank["stage"]) & {"won", "lost"}
    closed = deals[deals["stage"].isin(["won", "lost"])]
    assert (closed["stage"] == "won").mean() == pytest.approx(0.6315, abs=5e-5)
    assert deals.loc[~deals["stage"].isin(["won", "lost"]), "amount_minor"].isna().all()
