"""``salesnb letters``: what an approval issues, what comes back, and who signs again after a change."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from salesnb.__main__ import main
from salesnb.model.contracts.facts import PEOPLE
from salesnb.model.tables import check
from salesnb.versions.tables import write_table
from tests.versions.targets_company import Company, cells, company

PAPER = ["--reference", "decisions/plan.md"]
LETTER = """\
schema: 1
letter:
  sign_by: 2024-01-12
  issuer: 小公司销售部
  kpis:
    - {id: s, text: 销售额, metric: sales, weight: 1.0}
  adjustment: 可调整。
  objection: 可异议。
"""


def roster() -> pd.DataFrame:
    """Two people and whom they report to."""
    rows = [
        ("p0", "王总", "总部", "总监", None),
        ("p1", "李一", "t1", "区域经理", "p0"),
        ("p2", "赵二", "t1", "业务员", "p1"),
    ]
    frame = pd.DataFrame(rows, columns=["person_id", "name", "team_id", "role", "manager_id"])
    frame = frame.assign(region_id=["总部", "east", "east"], from_date="2020-01-01", to_date=None, left_date=None)
    return check(frame, PEOPLE)


def names() -> pd.DataFrame:
    return pd.DataFrame({"dimension": ["region_id", "team_id"], "node_id": ["east", "t1"], "name": ["东区", "一组"]})


def derivation(frame: pd.DataFrame) -> pd.DataFrame:
    """Last year and one step to each person's target."""
    rows = []
    for person, total in frame.groupby("person_id")["target_minor"].sum().items():
        half = int(total) // 2
        rows.append((str(person), 1, "base", None, half, half))
        rows.append((str(person), 2, "rounding", None, int(total) - half, int(total)))
        rows.append((str(person), 3, "target", None, 0, int(total)))
    return pd.DataFrame(rows, columns=["person_id", "step_no", "step", "named", "amount_minor", "running_minor"])


@pytest.fixture
def firm(home: Path) -> Company:
    """A company with letters in its parameters and two proposals; the second gives p1 more in August."""
    made = company(home)
    (made.folder / "decomposition.yaml").write_text(LETTER, encoding="utf-8")
    for number, frame in ((1, cells()), (2, cells(m08=100))):
        tables = made.version(number, frame) / "tables"
        write_table(tables, "people", roster(), ["person_id", "from_date"])
        write_table(tables, "nodes", names(), ["dimension", "node_id"])
        write_table(tables, "target_derivation", derivation(cells()), ["person_id", "step_no"])
    return made


def approve(*more: str, version: str = "v001") -> int:
    return main(["approve", "u", "2024", version, "--by", "周志远", *PAPER, "--decided", "2024-01-05", *more])


def test_an_approval_issues_a_letter_for_everybody(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert approve() == 0
    said = capsys.readouterr().out
    head = next(line for line in said.splitlines() if line.startswith("目标链")).split()[-1]
    assert "责任书 3 份，3 份未签：outputs/u/2024/letters/2024-r01/index.html" in said
    folder = firm.period().path / "letters" / "2024-r01"
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert len(files) == 7 and "index.html" in files
    page = next(folder.glob("person/p1*/2024-r01-p1.html")).read_text(encoding="utf-8")
    assert "李一" in page and head[:16] in page and "2024-r01-p1" in page and "草稿" not in page
    assert "上年同期" in page and "东区" in page
    listed = (firm.root / "outputs" / "index.html").read_text(encoding="utf-8")
    assert '<a href="u/2024/letters/2024-r01/index.html">责任书 2024-r01</a>' in listed, "the index leads to them"
    own = (firm.root / "outputs" / "u" / "index.html").read_text(encoding="utf-8")
    assert '<a href="2024/letters/2024-r01/index.html">' in own
    register = (folder / "index.html").read_text(encoding="utf-8")
    assert register.count("逾期未签") >= 3 and 'href="person/p1' in register


def test_what_comes_back_is_recorded_and_never_erased(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert approve() == 0
    assert main(["letters", "u", "2024", "--signed", "p1", "east", "--on", "2024-01-08", "--by", "助理"]) == 0
    assert "责任书 3 份，1 份未签" in capsys.readouterr().out
    assert main(["letters", "u", "2024", "--objected", "p2", "--note", "辖区已变"]) == 0
    record = (firm.folder / "signatures" / "2024-r01.yaml").read_text(encoding="utf-8")
    assert "{node: p1, state: signed, on: 2024-01-08, by: 助理}" in record and "note: 辖区已变" in record
    register = (firm.period().path / "letters" / "2024-r01" / "index.html").read_text(encoding="utf-8")
    assert "有异议" in register and "辖区已变" in register and "2024-01-08" in register
    for wrong, words in (
        (["--signed", "p9"], "没有 p9 的责任书"),
        (["--objected", "p1"], "异议须写理由"),
        (["--signed", "p2", "--on", "2025-01-01"], "还没有到"),
    ):
        assert main(["letters", "u", "2024", *wrong]) == 2
        assert words in capsys.readouterr().err
    assert (firm.folder / "signatures" / "2024-r01.yaml").read_text(encoding="utf-8") == record


def _words(page: Path) -> str:
    return re.sub("<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_only_who_is_changed_signs_again(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert approve() == 0
    assert main(["letters", "u", "2024", "--signed", "p1", "p2", "east", "--on", "2024-01-08"]) == 0
    change = ["--decided", "2024-07-01", "--from", "2024-08-01", "--reason", "竞品降价"]
    assert main(["approve", "u", "2024", "v002", "--by", "周志远", *PAPER, *change]) == 0
    assert "责任书 3 份，2 份有变动须重签，2 份未签" in capsys.readouterr().out
    folder = firm.period().path / "letters" / "2024-r02"
    changed, same = (_words(next(folder.glob(f"person/{p}*/*.html"))) for p in ("p1", "p2"))
    assert "取代 2024-r01-p1" in changed and "三季度" in changed and "目标变更：竞品降价" in changed
    assert "数字与条款均无变动" in same and "已于 2024-01-08 签收" in same
    first = _words(next((folder.parent / "2024-r01").glob("person/p1*/*.html")))
    assert "已于 2024-01-08 签收" in first, "the letters of the first revision stay"


def test_without_approved_targets_there_are_no_letters(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["letters", "u", "2024"]) == 2
    assert "没有批准的目标" in capsys.readouterr().err


def test_an_approval_stands_even_where_no_letter_can_be_made(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    for table in (firm.period().version(1) / "tables").glob("people.*"):
        table.unlink()
    assert approve() == 0
    said = capsys.readouterr().out
    assert "已批准 2024-r01" in said and "责任书没有出" in said and (firm.targets / "2024-r01.yaml").is_file()
