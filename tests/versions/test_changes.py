"""Change requests: every transition and refusal, limits, tampering, two people at once, targets that add up."""

from __future__ import annotations

import shutil
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import SalesnbError, UsageError, VersionError
from salesnb.versions import changes
from salesnb.versions.changes import Act
from salesnb.versions.targets import in_force, read_chain
from salesnb.versions.targets.difference import by_person
from tests.versions.targets_company import Company, cells, company

TODAY = date(2024, 7, 4)
REVIEW = """schema: 1
retarget: {movable: [week, month, quarter], locked: [year], most_change: 0.15}
approvals:
  - {kind: target, steps: [销售总监, 总经理], report: 市场分析报告, limit: 1000, above: [董事长]}
  - {kind: strategy, steps: [销售总监], report: 问题分析报告}
  - {kind: resource, steps: [总经理], report: 资源需求报告, limit: 20万}
approvers:
  - {role: 销售总监, person: 周志远, from: 2023-01-01, decided: 2023-01-01}
  - {role: 总经理, person: 郑国栋, from: 2023-01-01, decided: 2023-01-01}
  - {role: 总经理, person: 代理人, from: 2024-06-10, until: 2024-06-20, decided: 2024-06-01}
  - {role: 董事长, person: 孟宪章, from: 2023-01-01, decided: 2023-01-01}
"""
MOVE = {"take": {"person": "p1"}, "give": {"person": "p2"}, "amount": 800}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with targets in force, rules of approval and a report to attach, made once."""
    return made(tmp_path_factory.mktemp("master"))


@pytest.fixture
def firm(master: Company, tmp_path: Path) -> Company:
    """A copy of the master to work on."""
    shutil.copytree(master.root, tmp_path / "firm")
    return Company(tmp_path / "firm")


def made(root: Path) -> Company:
    firm = company(root)
    firm.version(1, cells())
    firm.approve(1)
    (firm.folder / "review.yaml").write_text(REVIEW, encoding="utf-8")
    with (firm.folder / "decomposition.yaml").open("w", encoding="utf-8") as file:
        file.write("schema: 1\ngrain: 100\n")
    (firm.folder / "decisions" / "report.md").write_text("# 市场分析报告\n", encoding="utf-8")
    return firm


def act(by: str = "运营 李想", day: int = 1, note: str = "") -> Act:
    return Act(by, date(2024, 6, day), TODAY, note)


def draft(firm: Company, name: str = "c1", **said: Any) -> None:
    whole: dict[str, Any] = {
        "id": name, "kind": "target", "title": "华东调整", "from": date(2024, 7, 1), "analysis": "竞品降价",
        "proposal": "移给 p2", "evidence": ["decisions/report.md"], "moves": [MOVE],
    }  # fmt: skip
    changes.propose(firm.params, {k: v for k, v in (whole | said).items() if v is not None}, act())


def approved(firm: Company, name: str = "c1", **said: Any) -> None:
    draft(firm, name, **said)
    changes.submit(firm.params, name, act(day=2))
    changes.approve(firm.params, name, act("销售总监 周志远", 3))
    changes.approve(firm.params, name, act("郑国栋", 4))


def states(firm: Company, name: str = "c1") -> list[str]:
    return [state.state for state in changes.read_changes(firm.params).requests[name].states]


def test_a_target_change_goes_from_draft_to_the_next_revision(firm: Company) -> None:
    approved(firm)
    done = changes.publish(firm.params, "c1", act(day=5))
    assert done.revision == "2024-r02" and states(firm) == ["draft", "submitted", "approved", "approved", "published"]
    request = changes.read_changes(firm.params).requests["c1"]
    assert request.sealed[0].amount_minor == 80_000
    assert [(s.by, s.role) for s in request.sealed[1:3]] == [("销售总监 周志远", "销售总监"), ("郑国栋", "总经理")]
    chain = read_chain(firm.folder, "2024")
    old, new = (chain.cells(r) for r in chain.revisions)
    assert new["target_minor"].sum() == old["target_minor"].sum(), "the year still adds up"
    past = old["month"] < "2024-07"
    merged = old.merge(new, on=[c for c in old if c not in ("target_minor", "basis")], suffixes=("", "_new"))
    assert (merged.loc[past, "target_minor"] == merged.loc[past, "target_minor_new"]).all()
    last = chain.revisions[-1]
    assert last.reason == "c1：华东调整" and last.by == "销售总监 周志远、郑国栋" and last.from_ == date(2024, 7, 1)
    assert in_force(firm.folder, "2024", date(2024, 6, 4)).head == chain.revisions[0].hash, "old targets stay readable"


def test_the_difference_of_two_revisions_is_what_was_moved(firm: Company) -> None:
    approved(firm)
    changes.publish(firm.params, "c1", act(day=5))
    chain = read_chain(firm.folder, "2024")
    found = by_person(chain, chain.revisions[0], chain.revisions[1]).set_index("person_id")
    assert found["change_minor"].to_dict() == {"p1": -80_000, "p2": 80_000}
    assert (found["after_minor"] - found["before_minor"] == found["change_minor"]).all()
    assert found["first_month"].to_dict() == {"p1": "2024-07", "p2": "2024-07"}


@pytest.mark.parametrize(("step", "then"), [("reject", "rejected"), ("recall", "recalled")])
def test_a_rejected_or_recalled_request_ends_and_changes_no_target(firm: Company, step: str, then: str) -> None:
    draft(firm)
    changes.submit(firm.params, "c1", act(day=2))
    by = act("周志远", 3, "依据不足") if step == "reject" else act(day=3)
    assert getattr(changes, step)(firm.params, "c1", by).state == then
    assert len(read_chain(firm.folder, "2024").revisions) == 1
    for again in (changes.submit, changes.approve, changes.recall, changes.publish):
        with pytest.raises(UsageError, match="this step does not follow"):
            again(firm.params, "c1", act("周志远", 4))


REFUSED = [
    ("approve", "周志远", 3, "", "draft", "this step does not follow"),
    ("publish", "李想", 3, "", "draft", "this step does not follow"),
    ("submit", "李想", 3, "", "submitted", "this step does not follow"),
    ("approve", "郑国栋", 3, "", "submitted", "it is the turn of 销售总监"),
    ("approve", "陌生人", 3, "", "submitted", "does not hold that role"),
    ("approve", "李想", 3, "", "submitted", "applied for it and cannot decide"),
    ("reject", "周志远", 3, "", "submitted", "needs its reason"),
    ("reject", "郑国栋", 3, "不同意", "submitted", "it is the turn of 销售总监"),
    ("recall", "周志远", 3, "", "submitted", "only its applicant"),
    ("publish", "李想", 3, "", "submitted", "still lacks approval by 销售总监, 总经理"),
    ("approve", "周志远", 1, "", "submitted", "not before 2024-06-02"),
    ("approve", " ", 3, "", "submitted", "nobody is named"),
    ("approve", "周志远", 4, "", "once", "approved as 销售总监"),
    ("publish", "李想", 4, "", "once", "still lacks approval by 总经理"),
    ("approve", "孟宪章", 5, "", "all", "everybody has approved"),
    ("reject", "郑国栋", 5, "晚了", "all", "everybody has approved"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "by", "day", "note", "where", "words"), REFUSED)
def test_each_refused_step_says_why_and_writes_nothing(
    firm: Company, step: str, by: str, day: int, note: str, where: str, words: str
) -> None:
    draft(firm)
    if where != "draft":
        changes.submit(firm.params, "c1", act(day=2))
    if where in ("once", "all"):
        changes.approve(firm.params, "c1", act("周志远", 3))
    if where == "all":
        changes.approve(firm.params, "c1", act("郑国栋", 4))
    path = firm.folder / "changes" / "c1.yaml"
    before = path.read_bytes()
    with pytest.raises(UsageError, match=words) as error:
        getattr(changes, step)(firm.params, "c1", act(by, day, note))
    assert error.value.remedy is not None
    assert path.read_bytes() == before and len(read_chain(firm.folder, "2024").revisions) == 1


INCOMPLETE = [
    ({"analysis": ""}, "analysis is not written"),
    ({"proposal": " "}, "proposal is not written"),
    ({"evidence": []}, "report .* is not attached"),
    ({"evidence": ["decisions/none.md"]}, "is not in the unit's params folder"),
    ({"evidence": ["../u/../../secret.md"]}, "is not in the unit's params folder"),
    ({"moves": None}, "does not say what moves"),
    ({"from": date(2024, 7, 15)}, "targets are by month"),
    ({"moves": [MOVE | {"amount": 150}]}, "multiple of the grain"),
    ({"moves": [MOVE | {"amount": 900_000_000}]}, "minor units, not"),
    ({"moves": [MOVE | {"take": {"person": "nobody"}}]}, "know no person nobody"),
    ({"moves": [MOVE | {"take": {"planet": "mars"}}]}, "no dimension planet"),
    ({"moves": [MOVE | {"months": ["2024-05"]}]}, "not in the plan's rest"),
    ({"moves": [{"take": {"person": "p1"}, "amount": 100}]}, "year's total, which is locked"),
    ({"kind": "resource", "moves": None}, "without an amount"),
    ({"kind": "resource", "moves": None, "amount": "30万"}, "nobody is named to decide above it"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "words"), INCOMPLETE)
def test_an_incomplete_request_cannot_be_submitted(firm: Company, said: dict[str, Any], words: str) -> None:
    draft(firm, **said)
    with pytest.raises(UsageError, match=words):
        changes.submit(firm.params, "c1", act(day=2))
    assert states(firm) == ["draft"]


def test_a_year_that_is_locked_may_rise_by_request_and_never_falls(firm: Company) -> None:
    approved(firm, moves=[{"give": {"person": "p1"}, "amount": 100}])
    changes.publish(firm.params, "c1", act(day=5))
    first, second = read_chain(firm.folder, "2024").revisions
    assert second.total_minor == first.total_minor + 10_000


def test_moves_keep_people_and_their_months_in_whole_grains(firm: Company) -> None:
    approved(firm, moves=[MOVE | {"amount": 900}])
    changes.publish(firm.params, "c1", act(day=5))
    chain = read_chain(firm.folder, "2024")
    sums = chain.cells(chain.revisions[1]).groupby(["person_id", "month"])["target_minor"].sum()
    assert (sums % 10_000 == 0).all()
    months = [chain.cells(r).groupby("month")["target_minor"].sum() for r in chain.revisions]
    assert months[0].equals(months[1]), "who carries it changes, not when it is due"


def test_above_the_limit_the_next_role_decides_too(firm: Company) -> None:
    draft(firm, moves=[MOVE | {"amount": 1100}])
    changes.submit(firm.params, "c1", act(day=2))
    changes.approve(firm.params, "c1", act("周志远", 3))
    changes.approve(firm.params, "c1", act("郑国栋", 4))
    with pytest.raises(UsageError, match="lacks approval by 董事长"):
        changes.publish(firm.params, "c1", act(day=5))
    changes.approve(firm.params, "c1", act("孟宪章", 5))
    assert changes.publish(firm.params, "c1", act(day=6)).revision == "2024-r02"


def test_just_at_the_limit_two_are_enough(firm: Company) -> None:
    draft(firm, moves=[MOVE | {"amount": 1000}])
    changes.submit(firm.params, "c1", act(day=2))
    request = changes.read_changes(firm.params).requests["c1"]
    assert changes.needed(firm.params, request).roles == ("销售总监", "总经理")


def test_a_deputy_decides_only_while_he_is_one(firm: Company) -> None:
    draft(firm)
    changes.submit(firm.params, "c1", act(day=2))
    changes.approve(firm.params, "c1", act("周志远", 3))
    with pytest.raises(UsageError, match="does not hold that role"):
        changes.approve(firm.params, "c1", act("代理人", 9))
    with pytest.raises(UsageError, match="does not hold that role"):
        changes.approve(firm.params, "c1", act("代理人", 21))
    assert changes.approve(firm.params, "c1", act("代理人", 12)).role == "总经理"


def test_strategy_and_resources_need_their_own_and_make_no_revision(firm: Company) -> None:
    draft(firm, "s", kind="strategy", moves=None)
    changes.submit(firm.params, "s", act(day=2))
    changes.approve(firm.params, "s", act("周志远", 3))
    assert changes.publish(firm.params, "s", act(day=4)).revision == ""
    draft(firm, "r", kind="resource", moves=None, amount="9万")
    assert changes.submit(firm.params, "r", act(day=5)).amount_minor == 9_000_000
    changes.approve(firm.params, "r", act("郑国栋", 6))
    changes.publish(firm.params, "r", act(day=7))
    assert len(read_chain(firm.folder, "2024").revisions) == 1


def test_changed_papers_stop_the_decision_but_nothing_else(firm: Company) -> None:
    draft(firm)
    changes.submit(firm.params, "c1", act(day=2))
    (firm.folder / "decisions" / "report.md").write_text("# 另一份报告\n", encoding="utf-8")
    with pytest.raises(UsageError, match="papers were changed"):
        changes.approve(firm.params, "c1", act("周志远", 3))
    assert changes.recall(firm.params, "c1", act(day=3)).state == "recalled"


def test_a_newcomer_takes_over_the_shape_of_what_was_taken(firm: Company) -> None:
    approved(firm, moves=[MOVE | {"give": {"person": "p9"}}])
    changes.publish(firm.params, "c1", act(day=5))
    chain = read_chain(firm.folder, "2024")
    new = chain.cells(chain.revisions[1])
    own = new[new["person_id"] == "p9"]
    assert own["target_minor"].sum() == 80_000 and set(own["team_id"]) == {"t1"} and own["month"].min() == "2024-07"


def test_a_publication_that_was_interrupted_is_finished_by_the_next(
    firm: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(firm)
    with monkeypatch.context() as patch:
        patch.setattr("salesnb.versions.changes.flow.add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            changes.publish(firm.params, "c1", act(day=5))
    assert states(firm)[-1] == "approved" and len(read_chain(firm.folder, "2024").revisions) == 2
    assert changes.publish(firm.params, "c1", act(day=5)).revision == "2024-r02"
    assert len(read_chain(firm.folder, "2024").revisions) == 2


def test_two_who_decide_at_once_do_not_both_decide(firm: Company) -> None:
    draft(firm)
    changes.submit(firm.params, "c1", act(day=2))
    gate, found = threading.Barrier(2), list[str]()

    def decide(step: str, note: str) -> None:
        gate.wait()
        try:
            found.append(getattr(changes, step)(firm.params, "c1", act("周志远", 3, note)).state)
        except UsageError:
            found.append("refused")

    threads = [threading.Thread(target=decide, args=(step, "x")) for step in ("approve", "reject")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "refused" in found and len(states(firm)) == 3


def test_two_requests_on_the_same_targets_follow_each_other(firm: Company) -> None:
    approved(firm, "a")
    approved(firm, "b")
    changes.publish(firm.params, "a", act(day=5))
    changes.publish(firm.params, "b", act(day=6))
    chain = read_chain(firm.folder, "2024")
    found = by_person(chain, chain.revisions[0], chain.revisions[2]).set_index("person_id")
    assert found["change_minor"].to_dict() == {"p1": -160_000, "p2": 160_000}


def test_as_of_an_earlier_day_a_request_stands_as_it_stood(firm: Company) -> None:
    approved(firm)
    request = changes.read_changes(firm.params).requests["c1"]
    then = changes.known(request, date(2024, 6, 3))
    assert then is not None and then.last.role == "销售总监" and changes.known(request, date(2024, 5, 1)) is None


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Two requests with eight sealed states."""
    firm = made(tmp_path_factory.mktemp("sealed"))
    approved(firm, "a")
    changes.publish(firm.params, "a", act(day=5))
    approved(firm, "b")
    changes.publish(firm.params, "b", act(day=5))
    return firm


@given(st.sampled_from(["a", "b"]), st.data())
@settings(max_examples=40)
def test_any_sealed_word_that_is_changed_is_detected(sealed: Company, name: str, data: st.DataObject) -> None:
    path = sealed.folder / "changes" / f"{name}.yaml"
    content = path.read_bytes()
    text = content.decode()
    first = text.index("id:")
    draft_line = text.index("- state: draft"), text.index("state: submitted")
    letters = [i for i in range(first, len(text)) if text[i].isalnum() and not draft_line[0] <= i < draft_line[1]]
    at = data.draw(st.sampled_from(letters))
    put = data.draw(st.sampled_from([c for c in "7月x" if c != text[at]]))
    try:
        path.write_text(text[:at] + put + text[at + 1 :], encoding="utf-8")
        with pytest.raises(SalesnbError):
            changes.read_changes(sealed.params)
    finally:
        path.write_bytes(content)


def test_a_lost_file_a_lost_state_and_a_copied_file_are_detected(sealed: Company) -> None:
    folder = sealed.folder / "changes"
    one, two = folder / "a.yaml", folder / "b.yaml"
    first = one.read_text(encoding="utf-8")
    one.unlink()
    with pytest.raises(VersionError, match="entry 1 is missing"):
        changes.read_changes(sealed.params)
    lines = first.splitlines(keepends=True)
    cut = next(i for i, line in enumerate(lines) if "published" in line)
    one.write_text("".join(lines[:cut]), encoding="utf-8")
    with pytest.raises(VersionError, match="is missing"):
        changes.read_changes(sealed.params)
    one.write_text(first, encoding="utf-8")
    (folder / "c.yaml").write_text(two.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(VersionError, match="it says b"):
        changes.read_changes(sealed.params)
    (folder / "c.yaml").unlink()
    assert changes.read_changes(sealed.params).count == 8


def test_a_draft_may_be_edited_freely_and_keeps_its_comments(firm: Company) -> None:
    draft(firm)
    path = firm.folder / "changes" / "c1.yaml"
    text = "# 自己的注释\n" + path.read_text(encoding="utf-8").replace("竞品降价", "竞品降价三成")
    path.write_text(text, encoding="utf-8")
    changes.submit(firm.params, "c1", act(day=2))
    assert path.read_text(encoding="utf-8").startswith(text.rstrip("\n"))


def test_an_id_is_used_once(firm: Company) -> None:
    draft(firm)
    with pytest.raises(UsageError, match="is taken"):
        draft(firm)
    with pytest.raises(UsageError, match="no change request c9; there are: c1"):
        changes.submit(firm.params, "c9", act(day=2))


@given(st.data())
@settings(max_examples=25)
def test_any_move_keeps_months_and_takes_from_nobody_more_than_he_has(data: st.DataObject) -> None:
    from salesnb.model.errors import Place
    from salesnb.model.params.change import Move
    from salesnb.versions.changes.moves import apply_moves

    rows = [(p, line, f"2024-{m:02d}", data.draw(st.integers(0, 9)) * 10_000)
            for p in ("a", "b", "c") for line in "AB" for m in range(7, 11)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["person_id", "product_line", "month", "target_minor"])
    have = int(frame.loc[frame["person_id"] == "a", "target_minor"].sum())
    if not have or not frame.loc[frame["person_id"] == "b", "target_minor"].sum():
        return
    units = data.draw(st.integers(1, have // 10_000))
    move = Move.model_validate({"take": {"person": "a"}, "give": {"person": "b"}, "amount": units * 100})
    months = tuple(f"2024-{m:02d}" for m in range(7, 11))
    after = apply_moves(frame, [move], months, (10_000, 100), Place())
    sums = [f.groupby("person_id")["target_minor"].sum() for f in (frame, after)]
    assert (sums[1] - sums[0]).to_dict() == {"a": -units * 10_000, "b": units * 10_000, "c": 0}
    assert (after["target_minor"] >= 0).all() and after["target_minor"].sum() == frame["target_minor"].sum()
    b_has = set(frame.loc[(frame["person_id"] == "b") & (frame["target_minor"] > 0), "month"])
    if b_has == set(months):
        by = [f.groupby("month")["target_minor"].sum() for f in (frame, after)]
        assert by[0].equals(by[1])
