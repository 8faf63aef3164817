"""A year of the sample company: every report can be made again later, and the targets add up whatever was decided."""

from __future__ import annotations

from datetime import date

import pytest

from tests.notebook import scripted
from tests.notebook.scripted import MONTHS, QUARTERS, Year

pytestmark = pytest.mark.long
LEAVER, SUCCESSOR = "XS053", "XS055"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory):
    """The year played through, each month on its own closing day; the environment stays for reading it again."""
    root = tmp_path_factory.mktemp("year")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALESNB_PARAMS", str(root / "params"))
        patch.setenv("SALESNB_OUTPUTS", str(root / "outputs"))
        patch.delenv("SALESNB_STAGE", raising=False)
        made = scripted.copied(root)
        made.totals["r01"] = scripted.approve_last_year_and_more(made)
        for period, book in scripted.reviewed(made, MONTHS):
            play(made, period, book)
            if period in ("2024-03", "2024-06", "2024-09", "2024-12"):
                dict(scripted.reviewed(made, [QUARTERS[MONTHS.index(period) // 3]]))
        dict(scripted.reviewed(made, ["2024"]))
        yield made


def play(year: Year, period: str, book) -> None:
    """What people do after having read the month's review."""
    after = book.as_of
    if period == "2024-03":
        alerts = book.alerts_table
        own = alerts[(alerts["dimension"] == "person_id") & (alerts["node_id"] == "XS012")]
        if len(own):
            scripted.note_alert(year, period, own["alert"].iloc[0], "doing", after)
    if period == "2024-04":
        said = {"take": {"person": "XS012"}, "give": {"person": "XS013"}, "amount": "20万"}
        scripted.move("2024-05-xs012", after, date(2024, 6, 1), said)
    if period == "2024-06":
        said = {"take": {"person": "XS013"}, "give": {"person": "XS010"}, "amount": "30万"}
        scripted.move("2024-07-comfort", after, date(2024, 8, 1), said, is_approved=False)
    if period == "2024-07":
        amount = scripted.remaining(LEAVER, "2024-09")
        said = {"take": {"person": LEAVER}, "give": {"person": SUCCESSOR}, "amount": amount}
        scripted.move("2024-08-leaver", after, date(2024, 9, 1), said)


def test_the_year_was_played(year: Year) -> None:
    from salesnb.model.params import load_unit
    from salesnb.versions import changes
    from salesnb.versions.targets import read_chain

    params = load_unit("sample")
    states = {name: request.last.state for name, request in changes.read_changes(params).requests.items()}
    assert states == {"2024-05-xs012": "published", "2024-07-comfort": "rejected", "2024-08-leaver": "published"}
    assert [r.name for r in read_chain(params.folder, "2024").revisions] == ["2024-r01", "2024-r02", "2024-r03"]
    assert set(year.seen) == {*MONTHS, *QUARTERS, "2024"}


def test_the_years_targets_still_add_up(year: Year) -> None:
    from salesnb.model.params import load_unit
    from salesnb.versions.targets import read_chain

    assert set(year.totals.values()) == {year.totals["r01"]}, "every review was judged by the same annual sum"
    chain = read_chain(load_unit("sample").folder, "2024")
    before, _, last = (chain.cells(revision) for revision in chain.revisions)
    sums = [f.groupby(["person_id", "month"])["target_minor"].sum() for f in (before, last)]
    moved = sums[1].sub(sums[0], fill_value=0)
    moved = moved[moved != 0].reset_index()
    assert set(moved["person_id"]) == {"XS012", "XS013", LEAVER, SUCCESSOR}
    assert moved["month"].min() >= "2024-06" and moved["target_minor"].sum() == 0
    assert int(last.loc[(last["person_id"] == LEAVER) & (last["month"] >= "2024-09"), "target_minor"].sum()) == 0


@pytest.mark.parametrize("period", ["2024-02", "2024-05", "2024-08", "2024Q1", "2024Q3"])
def test_every_report_comes_out_again_at_the_end_of_the_year(year: Year, period: str) -> None:
    assert scripted.fingerprint(scripted.opened(period)) == year.seen[period]


def test_an_alert_that_was_worked_on_keeps_its_owner(year: Year) -> None:
    def of(period: str):
        frame = year.alerts[period]
        return frame[(frame["dimension"] == "person_id") & (frame["node_id"] == "XS012")]

    assert of("2024-03")["progress"].tolist() == ["new"], "as it was on the day of the review"
    later = of("2024-05")
    assert later["progress"].tolist() == ["doing"] and later["owner"].iloc[0] == "XS010"


def test_who_left_is_not_alerted_any_more(year: Year) -> None:
    for period in ("2024-10", "2024-11", "2024-12"):
        frame = year.alerts[period]
        assert LEAVER not in set(frame.loc[frame["dimension"] == "person_id", "node_id"])


def test_the_annual_summary_drafts_the_next_years_goals(year: Year) -> None:
    book = scripted.opened("2024")
    goals = book.goals_table.set_index("tier")["target_minor"]
    assert goals["base"] < goals["challenge"] < goals["stretch"]
    assert goals["challenge"] == pytest.approx(book.sales["2024"], rel=0.25)
    assert len(book.restated_table) >= 11 and set(book.strategies_table["verdict"]) <= {
        "better", "worse", "unclear", "unknown",
    }  # fmt: skip
