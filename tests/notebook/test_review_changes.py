"""From a missed quarter to new targets: the review proposes, a request cites its version, approval makes a revision."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesnb.model.params import load_unit
from salesnb.model.tables import contract
from salesnb.notebook import review
from salesnb.versions import changes
from salesnb.versions.changes import Act
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.snapshot import snapshot_text
from salesnb.versions.tables import write_table
from salesnb.versions.targets import read_chain
from tests.notebook import scripted

pytestmark = pytest.mark.long  # a year of the sample company; what each stage does is held in tests/stages
CELLS = "retarget_cells"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory):
    """The sample company with targets approved, in a copy of its own."""
    root = tmp_path_factory.mktemp("changing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALESNB_PARAMS", str(root / "params"))
        patch.setenv("SALESNB_OUTPUTS", str(root / "outputs"))
        patch.delenv("SALESNB_STAGE", raising=False)
        made = scripted.copied(root)
        scripted.approve_last_year_and_more(made)
        yield made


@pytest.fixture(scope="module")
def june(year):
    """June's review, the quarter judged by a floor it misses."""
    file = year.unit / "review.yaml"
    text = file.read_text(encoding="utf-8")
    floor = "  quarter_floor:\n    unit: ratio\n    values:\n"
    assert floor in text
    missed = floor + "      - {from: 2024-02-01, value: 0.999, decided: 2024-01-02, by: 销售总监 周志远}\n"
    file.write_text(text.replace(floor, missed), encoding="utf-8")
    book = review.open("sample", "2024-06")
    book.retarget()
    return book


def published(year: scripted.Year, frame: Any) -> None:
    """A version of June's review that holds the proposal and nothing else."""
    folder = PeriodFolder(year.root / "outputs", "sample", "2024-06").version(1)
    keys = list(contract(CELLS).keys)
    digest = write_table(folder / "tables", CELLS, frame, keys)
    entry = TableEntry(rows=len(frame), sha256=digest, keys=keys, writer="50_review")
    manifest = Manifest.model_validate({
        "unit": "sample", "period": "2024-06", "kind": "month", "version": "v001", "state": "complete",
        "as_of": "2024-07-05", "today": "2024-07-05", "lang": "zh", "started": "", "finished": "",
        "tables": {CELLS: entry}, "notebooks": {"50_review": {"state": "ok"}},
    })  # fmt: skip
    (folder / "manifest.json").write_text(manifest.text(), encoding="utf-8")
    (folder / "params.yaml").write_text(snapshot_text({"decomposition.yaml": {"grain": 10000}}), encoding="utf-8")


def test_a_missed_quarter_gets_a_proposal_that_holds_the_year(june) -> None:
    assert june.is_retarget
    nodes, moves = june.retarget_tables
    company = nodes[(nodes["scope"] == "rest") & (nodes["dimension"] == "company")].iloc[0]
    assert company["before_minor"] == company["after_minor"]
    people = nodes[(nodes["scope"] == "rest") & (nodes["dimension"] == "person_id")]
    grain = june.params.decomposition.grain * 100
    most = june.params.review.retarget.most_change.find(date(2024, 6, 30), june.as_of)
    assert ((people["change_minor"].abs() / people["before_minor"]) <= most + grain / people["before_minor"]).all()
    assert people["chance_after_rate"].notna().any() and moves["amount_minor"].sum() > 0
    held = {check.code: check for check in june.held}
    assert held["retarget_floor"].passed and held["retarget_handed"].passed


def test_the_page_says_what_moves_and_that_targets_stay(june) -> None:
    from salesnb.report.prose import said as plain

    said = " ".join(plain(line) for line in june.retarget().reading)
    assert "建议 2024 年 7–9 月目标" in said and "人之间移动" in said and "批准之前目标不变" in said


def test_a_request_that_cites_the_review_becomes_the_next_revision(june, year) -> None:
    published(year, june.tables[CELLS])
    params = load_unit("sample")
    before = read_chain(params.folder, "2024")
    said = {
        "id": "q3", "kind": "target", "title": "三季度再分解", "from": date(2024, 7, 1), "analysis": "二季度未达下限",
        "proposal": "按复盘方案", "evidence": ["decisions/report.md"], "version": "2024-06/v001",
    }  # fmt: skip

    def act(by: str, day: int) -> Act:
        return Act(by, date(2024, 7, day), scripted.TODAY)

    changes.propose(params, said, act("销售运营 何敏", 5))
    outputs = year.root / "outputs"
    amount = changes.submit(params, "q3", act("何敏", 5), outputs).amount_minor
    assert amount and amount > 0
    wanted = changes.needed(params, changes.read_changes(params).requests["q3"])
    assert wanted.is_above == (amount > 200_0000_00)
    for role in wanted.roles:
        who = {"销售总监": "周志远", "总经理": "郑国栋", "董事长": "孟宪章"}[role]
        changes.approve(params, "q3", act(who, 6))
    assert changes.publish(params, "q3", act("何敏", 7), outputs).revision == "2024-r02"
    chain = read_chain(params.folder, "2024")
    old, new = (chain.cells(r) for r in chain.revisions)
    assert new["target_minor"].sum() == old["target_minor"].sum()
    past = [f[f["month"] < "2024-07"].groupby("person_id")["target_minor"].sum() for f in (old, new)]
    assert past[0].equals(past[1])
    ahead = new[new["month"] >= "2024-07"].groupby("person_id")["target_minor"].sum()
    asked = june.tables[CELLS].groupby("person_id")["target_minor"].sum()
    assert ahead.to_dict() == asked.to_dict()
    assert chain.revisions[0] == before.revisions[0], "the old revision stays as it was"


def test_an_outdated_proposal_is_refused_and_june_stays_june(june, year) -> None:
    """Runs after the revision was made: what cites the review's old basis cannot be applied any more."""
    params = load_unit("sample")
    if len(read_chain(params.folder, "2024").revisions) < 2:
        pytest.skip("needs the revision of the test before")
    said = {
        "id": "late", "kind": "target", "title": "再来一次", "from": date(2024, 8, 1), "analysis": "x", "proposal": "x",
        "evidence": ["decisions/report.md"], "version": "2024-06/v001",
    }  # fmt: skip
    changes.propose(params, said, Act("何敏", date(2024, 7, 8), scripted.TODAY))
    from salesnb.model.errors import UsageError

    with pytest.raises(UsageError, match="was made on 2024-r01; in force is 2024-r02"):
        changes.submit(params, "late", Act("何敏", date(2024, 7, 8), scripted.TODAY), year.root / "outputs")
    again = review.open("sample", "2024-06")
    assert again.chain_head == june.chain_head, "June knows the targets of its own day"
    assert again.changes_table["request_id"].tolist() == ["q3", "q3"], "drafted and submitted by then, not decided"
    assert again.changes_table["next_role"].tolist() == ["", "销售总监"]
    assert review.open("sample", "2024-07").chain_head != june.chain_head


def test_a_leaver_hands_over_to_his_successor(year) -> None:
    book = review.open("sample", "2024-08", "2024-09-05")
    told = book.proposed.told
    assert told[["from_id", "to_id", "reason"]].values.tolist() == [["XS053", "XS055", "leaves"]]
    after = book.proposed.after
    assert "XS053" not in set(after["person_id"]) and after["month"].min() == "2024-09"


def test_the_foot_prints_the_chain_and_targets_belong_to_the_runs_key(june, year, tmp_path: Path) -> None:
    from salesnb.runs.dag import discover
    from salesnb.runs.fingerprint import HashMemo, collect, notebook_parts
    from salesnb.runs.settings import Request, settle

    assert len(june.chain_head) == 64 and june.summary()["chain_head"] == june.chain_head
    found = next(n for n in discover(scripted.ROOT / "notebooks", year.unit / "notebooks")[0] if n.name == "50_review")

    def key() -> dict[str, str]:
        settings = settle(Request("sample", "2024-06"))
        inputs = collect(settings, HashMemo(tmp_path / "memo.json"))
        assert "targets/2024-r01.yaml" in inputs.params
        return notebook_parts(found, settings, inputs, {})

    before = key()
    added = year.unit / "targets" / "2023-r01.yaml"
    added.write_text("schema: 1\n", encoding="utf-8")
    after = key()
    added.unlink()
    assert before["params"] != after["params"]


def test_calibration_and_leads_are_proposed_on_the_page(june) -> None:
    assert june.calibration().reading and june.lead_shares().reading
    shares = june.shares_table
    given = shares[shares["blocked"].fillna("") == ""]
    assert (given["held_count"] <= given["capacity"]).all()
    roster = june.facts.table("people", june.as_of)
    posts = set(zip(roster["person_id"], roster["region_id"], strict=True))
    assert set(zip(given["to_id"], given["region_id"], strict=True)) <= posts
