"""``salesnb approve``: what it says, in both languages, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.__main__ import main
from salesnb.cli.prune import approved_versions
from tests.versions.targets_company import Company, cells, company

PAPER = ["--reference", "decisions/plan.md"]


@pytest.fixture
def firm(home: Path) -> Company:
    """A company with two proposals, which the command line finds."""
    made = company(home)
    made.version(1, cells())
    made.version(2, cells(m08=1))
    return made


def test_a_plan_is_approved_and_said_with_its_chain_head(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "u", "2024", "v001", "--by", "周志远", *PAPER, "--decided", "2024-01-05"]) == 0
    said = capsys.readouterr().out
    assert "已批准 2024-r01：周志远 于 2024-01-05 批准，自 2024-01-01 起执行，共 48 行" in said
    assert len(said.splitlines()[-1].removeprefix("目标链 ")) == 64
    assert main(["approve", "u", "2024", "v001", "--by", "周志远", *PAPER]) == 0
    assert "此前已批准为 2024-r01" in capsys.readouterr().out
    change = ["--decided", "2024-07-01", "--from", "2024-08-01", "--reason", "竞品降价"]
    assert main(["approve", "u", "2024", "v2", "--by", "周志远", *PAPER, *change]) == 0
    assert "2024-r02" in capsys.readouterr().out
    index = (firm.root / "outputs" / "index.html").read_text(encoding="utf-8")
    assert "已批准为 2024-r02（周志远，2024-07-01）" in index, "the list of versions says what is in force"


def test_wrong_use_is_exit_2_and_writes_nothing(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["v001", "--by", "x"], "命令写法不对"),
        (["v009", "--by", "x", *PAPER], "没有版本 v009"),
        (["v001", "--by", "x", "--reference", "no.md"], "依据文件不存在"),
        (["v001", "--by", "x", *PAPER, "--from", "2024/1/1"], "不是日期"),
        (["imported", "--by", "x", *PAPER, "--from", "2024-01-01"], "有自己的起止日"),
        (["imported", "--by", "x", *PAPER], "没有导入的目标"),
    ):
        assert main(["approve", "u", "2024", *arguments]) == 2
        assert words in capsys.readouterr().err
    assert not firm.targets.exists()


def test_a_proposal_that_may_not_be_approved_is_exit_1(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.version(3, cells(), draft=True)
    assert main(["approve", "u", "2024", "v003", "--by", "x", *PAPER]) == 1
    assert "草稿" in capsys.readouterr().err
    assert not firm.targets.exists()


def test_an_edited_revision_stops_the_next_approval(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "u", "2024", "v001", "--by", "x", *PAPER, "--decided", "2024-01-05"]) == 0
    record = firm.targets / "2024-r01.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace('by: "x"', 'by: "y"'), encoding="utf-8")
    assert main(["approve", "u", "2024", "v002", "--by", "x", *PAPER]) == 1
    said = capsys.readouterr().err
    assert "已批准的目标被改动" in said and "params/u/targets/2024-r01.yaml" in said


def test_pruning_keeps_the_versions_that_targets_came_from(
    firm: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["approve", "u", "2024", "v001", "--by", "x", *PAPER, "--decided", "2024-01-05"]) == 0
    assert approved_versions("u", "2024") == {"v001"}
    assert main(["prune", "--keep", "1"]) == 0
    assert firm.period().complete() == [1, 2]
