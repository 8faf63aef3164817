"""``salesnb change``: what it says at each step, in both languages, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.__main__ import main
from tests.versions.targets_company import Company
from tests.versions.test_changes import made

NEW = ["--kind", "target", "--title", "华东调整", "--from", "2024-08-01", "--analysis", "竞品降价",
       "--proposal", "移给 p2", "--evidence", "decisions/report.md",
       "--move", "person=p1,product_line=A>person=p2:0.08万"]  # fmt: skip


@pytest.fixture
def firm(home: Path) -> Company:
    """A company with targets in force, which the command line finds."""
    return made(home)


def step(name: str, by: str, *more: str) -> int:
    return main(["change", name, "u", "c1", "--by", by, *more])


def test_a_request_is_told_at_every_step(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert step("new", "运营 李想", "--date", "2024-06-01", *NEW) == 0
    assert "已建草稿 params/u/changes/c1.yaml" in capsys.readouterr().out
    assert step("submit", "李想", "--date", "2024-06-02") == 0
    assert "下一步（1/2）：销售总监 周志远审批" in capsys.readouterr().out
    assert step("approve", "郑国栋", "--date", "2024-06-03") == 2
    said = capsys.readouterr().err
    assert "现在轮到销售总监审批" in said and "由销售总监 周志远审批" in said and "review.yaml" in said
    assert step("approve", "周志远", "--date", "2024-06-03", "--note", "同意") == 0
    assert step("approve", "总经理 郑国栋") == 0
    assert "已全部批准，可以发布" in capsys.readouterr().out
    with (firm.folder / "review.yaml").open("a", encoding="utf-8") as file:
        file.write('recipients:\n  - {id: group, text: 销售大群, address: "${OUR_GROUP}"}\n')
    assert step("publish", "李想") == 0
    said = capsys.readouterr().out
    assert "已发布 李想 → 2024-r02" in said and "通知团队：salesnb notify u --change c1" in said
    assert main(["change", "list", "u"]) == 0
    listed = capsys.readouterr().out
    assert "c1  [已发布]  华东调整" in listed and "（以总经理身份）" in listed
    assert main(["change", "list", "u", "--as-of", "2024-06-02"]) == 0
    assert "c1  [已提交]" in capsys.readouterr().out


def test_wrong_use_is_exit_2(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["list", "u", "c9"], "没有变更申请 c9"),
        (["submit", "u", "c9", "--by", "x"], "没有变更申请 c9"),
        (["new", "u", "c1", "--by", "x", *NEW[:-1], "p1>p2"], "看不懂"),
        (["new", "u", "c1", "--by", "x", *NEW, "--from", "8/1"], "不是日期"),
        (["new", "u", "c1", "--by", "x", *NEW, "--date", "2024-08-01"], "不晚于今天"),
        (["new", "u", "../c1", "--by", "x", *NEW], "不能用作文件夹名"),
        (["approve", "u", "c1"], "命令写法不对"),
    ):
        assert main(["change", *arguments]) == 2, arguments
        assert words in capsys.readouterr().err
    assert not list((firm.folder / "changes").glob("*.yaml"))


def test_an_edited_request_is_exit_1(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    step("new", "李想", *NEW)
    step("submit", "李想")
    path = firm.folder / "changes" / "c1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("0.08万", "0.09万"), encoding="utf-8")
    assert step("approve", "周志远") == 1
    said = capsys.readouterr().err
    assert "变更记录被改动：申请内容与提交时不同" in said and "params/u/changes/c1.yaml" in said
    assert main(["check", "u", "--no-data"]) == 1
    assert "变更记录被改动" in capsys.readouterr().out


def test_pruning_keeps_the_versions_that_requests_cite(firm: Company) -> None:
    from salesnb.cli.prune import approved_versions

    assert step("new", "李想", *NEW[:-2], "--version", "2024-06/v003") == 0
    assert approved_versions("u", "2024-06") == {"v003"} and approved_versions("u", "2024") == {"v001"}
