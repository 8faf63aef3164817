"""Letters, forms, counts, staff and weeks of the sample's plan, and a plan whose musts contradict each other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salesnb.intake.forms import stored
from salesnb.notebook import decomposition
from salesnb.notebook.decomposition_desk import PlanDesk
from tests.intake.form_of_one import fill

ASKED = "answer cards staff weeks rules derivation letters forms counts activity padding gaps scenarios changes"


@pytest.fixture(scope="module")
def folders(sample_folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Parameters of our own beside the sample's outputs, so that nothing is imported anew; a stage to write into."""
    own = tmp_path_factory.mktemp("papers")
    shutil.copytree(Path(sample_folders["SALESNB_PARAMS"]), own / "params", ignore=shutil.ignore_patterns(".*.lock"))
    (own / "stage").mkdir()
    return {"params": own / "params", "stage": own / "stage", "outputs": Path(sample_folders["SALESNB_OUTPUTS"])}


@pytest.fixture(scope="module")
def environment(folders: dict[str, Path]) -> Iterator[dict[str, Path]]:
    with pytest.MonkeyPatch.context() as patched:
        for name, folder in folders.items():
            patched.setenv(f"SALESNB_{name.upper()}", str(folder))
        yield folders


@pytest.fixture(scope="module")
def book(environment: dict[str, Path]) -> Any:
    """The plan with everything asked that papers are made from."""
    made = decomposition.open("sample", "2024", lang="zh")
    for name in ASKED.split():
        getattr(made, name)()
    return made


def test_everybody_with_a_target_has_a_letter_in_a_folder_of_his_own(book: Any, environment: dict[str, Path]) -> None:
    with_target = set(book.plan.by("person_id").query("target_minor > 0")["person_id"])
    people = {one.node_id for one in book.letters_made if one.level == "person"}
    assert with_target - people == {"hire-east-2", "hire-xian-2"}
    for letter in book.letters_made:
        files = list((environment["stage"] / letter.level / letter.node_id).iterdir())
        assert {path.suffix for path in files} >= {".html", ".docx"}
    assert {f"{one.level}/{one.node_id}" for one in book.letters_made} <= {f.rpartition("/")[0] for f in book.written}
    assert book.summary()["files"] == sorted(book.written)
    hrefs = re.findall(r'href="\.\./([^"]+)"', str(book.letters().html()))
    from urllib.parse import unquote

    assert len(hrefs) == 2 * len(book.letters_made)
    assert all((environment["stage"] / unquote(href)).is_file() for href in hrefs)


def test_a_letter_says_counts_activity_derivation_and_what_is_handed_down(book: Any) -> None:
    letter = next(one for one in book.letters_made if one.node_id == "XS013")
    kpis = {kpi.id: kpi.value for kpi in letter.kpis}
    counted = book.counted[book.counted["person_id"] == "XS013"]["target_count"].sum()
    assert kpis["new-customers"] == counted > 0 and not letter.missing
    assert sum(step.amount_minor for step in letter.steps) == letter.target_minor
    assert all(step.amount_minor % 10_000 == 0 for step in letter.steps[1:-1]), "told to 0.01 万元"
    assert any(need.asked == 8 for need in letter.needs) and "实测转化率" in letter.needs_note.zh
    assert "加码 +2.0 %" in letter.figures[-1].text.zh and letter.figures[-1].target_minor > letter.target_minor
    region = next(one for one in book.letters_made if one.node_id == "华东")
    last = int(book.nodes_of("region_id").set_index("node_id")["base_minor"]["华东"])
    assert abs(region.steps[0].amount_minor - last) <= 5_000 and region.holder.name == "陈建华"
    seat = [member for member in region.members if member.id == "hire-east-2"]
    assert seat and seat[0].name.zh == "待补岗位"


def test_counts_keep_their_rules_and_leave_no_quarter_out(book: Any) -> None:
    frame = book.counted
    quarters = frame.assign(q=frame["month"].map(book.plan.problem.cube.selector.quarter)).groupby("q")["target_count"]
    sums = quarters.sum()
    assert int(sums.sum()) == 120 and int(sums["2024Q2"]) == 48 and (sums >= 12).all()
    assert int(frame.loc[frame["customer_size"] == "large", "target_count"].sum()) == 25
    money = book.plan.by("region_id").set_index("region_id")["target_minor"]
    share = frame.groupby("region_id")["target_count"].sum() / 120 - money / money.sum()
    assert share.abs().max() < 0.02, "counts start where the money is"


def test_staff_and_weeks_add_up_to_the_company(book: Any) -> None:
    staff, weeks = book.tables["target_staff"], book.tables["target_weeks"]
    assert int(staff["target_minor"].sum()) == book.plan.total == int(weeks["target_minor"].sum())
    assert set(staff.loc[staff["is_open"], "person_id"]) == {"hire-east-2", "hire-xian-2"}
    assert {"XS010", "XS060"} <= set(staff.loc[staff["is_manager"], "person_id"])
    assert staff.loc[staff["person_id"] == "XS020", "capacity"].iloc[0] < 0.6, "a newcomer's ramp"
    assert "跨月" in book.weeks().text() and "带队" in book.staff().text()


def test_a_form_that_came_back_shows_as_commitment_of_its_round(
    book: Any, environment: dict[str, Path], tmp_path: Path
) -> None:
    from datetime import date

    from salesnb.intake.forms import entries, returned
    from salesnb.model.params.people import Commitment

    forms = stored(environment["stage"] / "forms" / "commitments.json", "x")
    assert forms == book.forms_made
    form = next(one for one in forms if one.top.id == "华南")
    given = {(row, period): 100 for row in range(-1, len(form.rows)) for period in range(len(form.periods))}
    sent = next((environment["stage"] / "region" / "华南").glob("*.xlsx"))
    one = returned(fill(sent, tmp_path / "back.xlsx", given, form), forms)
    assert one.is_accepted and one.form == form
    again = decomposition.open("sample", "2024", lang="zh")
    said = [Commitment.model_validate(entry) for entry in entries(one, date(2023, 12, 29))]
    people = again.params.people
    again.params.__dict__["people"] = people.model_copy(update={"commitments": (*people.commitments, *said)})
    text = again.gaps().text()
    gaps = again.tables["target_gaps"]
    last = gaps[(gaps["round"] == 2) & (gaps["node_id"] == "华南")].iloc[0]
    assert last["committed_minor"] == 400 * 1_000_000 and last["answered_count"] == last["person_count"] == 7
    assert last["people_minor"] == 7 * 400 * 1_000_000 and "没有上报" in text


def test_an_account_that_a_rule_names_is_planned_by_name_and_what_it_moves_is_said(
    book: Any, environment: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from salesnb.model.errors import Text
    from salesnb.notebook.decomposition_changes import Before

    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path))
    shutil.copytree(environment["params"] / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns(".*.lock"))
    sold = book.facts.months(("customer_id",), book.as_of)
    sums = (
        sold[sold["month"].isin(list(book.calendar.last_year(book.period).months))]
        .groupby("customer_id")["net_minor"]
        .sum()
    )
    account, asked = str(sums.idxmax()), int(sums.max() / 100 * 1.3)
    path = tmp_path / "sample" / "decomposition.yaml"
    where = f"where: {{customer: {account}}}, amount: sales, at_least: {asked}"
    rule = f"  - {{id: account, text: 指名客户增长三成, {where}}}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("rules:\n", f"rules:\n{rule}", 1), encoding="utf-8")
    named = decomposition.open("sample", "2024", lang="zh")
    nodes = named.nodes_of("customer_id").set_index("node_id")
    assert int(nodes["target_minor"].sum()) == named.plan.total == book.plan.total
    assert int(nodes["target_minor"][account]) >= asked * 100 and nodes.loc["_unassigned", "name"] == "其他客户"
    named.publish()
    assert account in set(named.tables["target_cells"]["customer_id"])
    named.__dict__["before"] = Before(Text("此前", "before"), book.tables["target_cells"], tuple(book.problem.rules))
    text = named.changes().text()
    bridge, rules = named.tables["target_bridge"], named.tables["target_rule_changes"]
    assert (bridge.groupby("dimension")["change_minor"].sum() == 0).all() and "公司合计不变" in text
    assert list(rules["rule_id"]) == ["account"] and rules["kind"].iloc[0] == "added" and "新增 1 条" in text


def test_musts_against_each_other_leave_the_plan_undecided(
    environment: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path))
    shutil.copytree(environment["params"] / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns(".*.lock"))
    path = tmp_path / "sample" / "decomposition.yaml"
    text = re.sub(r"(?s)(id: growth-\w+.*?strength: )(wish|should)", r"\1must", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    book = decomposition.open("sample", "2024", lang="zh")
    answer = book.answer().text()
    assert book.undecided is not None and "未决" in answer and "多出 189 万元" in answer
    for name in ASKED.split():
        shown = getattr(book, name)()
        assert shown.text() and shown._repr_html_()
    ways = book.explanation.proposals
    assert len(ways) >= 2 and "办法 2" in str(book.proposals().html())
    assert "未决" in str(book.rules().table) and "等待决定" in book.conflicts().text()
    assert "undecided" in book.summary() and not book.written, "no letters and no forms"
    for number in ways["proposal_no"].head(2):
        desk = PlanDesk(book)
        assert desk.refused is book.undecided
        desk.take(int(number))
        assert desk.refused is None and desk.edits and desk.plan.total > 0
