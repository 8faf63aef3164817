"""The command line: what it says, in which language, with which exit code, and how little it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from salesnb.__main__ import main
from tests.runs.tiny_workbook import Workbook


def test_a_period_is_run_listed_compared_and_pruned(workbook: Workbook, capsys: pytest.CaptureFixture[str]) -> None:
    workbook.notebook("10_a", workbook.table("a", [100]), writes=["a"])
    assert main(["run", "2024"]) == 0
    assert "已发布 v001" in capsys.readouterr().out
    assert main(["run", "2024"]) == 0
    assert "没有变化，v001 仍是最新版。outputs/u/2024/v001/all/10_a.html" in capsys.readouterr().out

    assert main(["diff", "u", "2024"]) == 2
    assert "不足两个版本" in capsys.readouterr().err
    workbook.notebook("10_a", workbook.table("a", [150]), writes=["a"])
    assert main(["run", "2024", "--explain"]) == 0
    assert "10_a：需要运行（笔记本本身有改动）" in capsys.readouterr().out
    assert main(["status"]) == 0
    assert "需要重跑：10_a" in capsys.readouterr().out

    workbook.notebook("10_a", "1/0", workbook.table("a", [150]), writes=["a"])
    assert main(["run", "2024"]) == 1
    said = capsys.readouterr()
    assert "没有发布新版本" in said.out and "failure.html" in said.out
    assert "第 2 个代码单元格出错（问题1）：ZeroDivisionError" in said.err
    assert main(["status"]) == 0
    listed = capsys.readouterr().out
    assert "失败" in listed and "ZeroDivisionError" in listed

    workbook.notebook("10_a", workbook.table("a", [150]), writes=["a"])
    assert main(["run", "2024"]) == 0
    capsys.readouterr()
    assert main(["diff", "u", "2024"]) == 0
    assert "表 a row_id=r0 net_minor: 1.00 → 1.50" in capsys.readouterr().out
    assert main(["diff", "u", "2024", "v002", "v001", "--csv"]) == 0
    assert "table,a,row_id=r0,net_minor,1.50,1.00,changed" in capsys.readouterr().out
    assert main(["diff", "u", "2024", "v1", "v9"]) == 2
    assert "v001, v002" in capsys.readouterr().err

    assert main(["prune", "--keep", "1", "--dry-run"]) == 0
    assert "将删除 u/2024/v001" in capsys.readouterr().out
    assert main(["prune", "--keep", "1"]) == 0
    assert workbook.names() == ["failed", "v002"]


def test_nothing_changed_loads_neither_jupyter_nor_pandas(workbook: Workbook) -> None:
    workbook.notebook("10_a", "pass")
    assert workbook.salesnb("run", "2024")[0] == 0
    code = (
        "import sys\nfrom salesnb.__main__ import main\ncode = main(['run', '2024'])\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'papermill', 'nbformat', 'nbclient', 'nbconvert', 'jupyter_client',\n"
        "         'IPython', 'matplotlib', 'duckdb', 'xlsxwriter'} & set(sys.modules)\n"
        "print(code, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=workbook.environment(), capture_output=True, text=True, encoding="utf-8"
    )
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "命令写法不对"),
        (["frob"], "命令写法不对"),
        (["run"], "命令写法不对"),
        (["run", "2024-3"], "看不懂期间"),
        (["run", "2024", "--unit", "x"], "没有单位 x；已有：u"),
        (["run", "2024", "--unit", "../x"], "不能用作文件夹名"),
        (["run", "2024", "--as-of", "x"], "不是日期"),
        (["diff", "u", "2024/.."], "期间"),
        (["diff", "u", "2024", "v1"], "两个版本"),
        (["run", "2024", "--unit=u", "--lang", "fr"], "命令写法不对"),
    ],
)
def test_wrong_use_is_exit_2_and_said_in_the_companys_language(
    workbook: Workbook, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_another_companys_language_is_spoken(workbook: Workbook, capsys: pytest.CaptureFixture[str]) -> None:
    workbook.unit("w", lang="en")
    assert main(["run", "2024"]) == 2
    assert "有多个单位，请用 --unit 指定：u, w" in capsys.readouterr().err
    assert main(["run", "2024", "--unit", "w"]) == 1
    assert "has no notebook" in capsys.readouterr().err
    assert main(["diff", "w", "2024"]) == 2
    assert "fewer than two versions" in capsys.readouterr().err
    assert main(["run", "2024", "--unit", "w", "--lang", "zh"]) == 1
    assert "没有笔记本" in capsys.readouterr().err


def test_help_is_in_the_companys_language(workbook: Workbook, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in ((["--help"], "运行一个或多个期间的笔记本"), (["run", "--help"], "按哪一天已知的数据")):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 0
        assert said in capsys.readouterr().out


def test_no_unit_yet_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params").mkdir()
    monkeypatch.setenv("SALESNB_HOME", str(tmp_path))
    monkeypatch.setenv("SALESNB_LANG", "en")
    for arguments in (["run", "2024"], ["check"]):
        assert main(arguments) == 2
        assert "salesnb init" in capsys.readouterr().err
    assert main(["status"]) == 0
    assert main(["prune"]) == 0


def test_check_finds_what_is_wrong_without_running(workbook: Workbook, capsys: pytest.CaptureFixture[str]) -> None:
    workbook.notebook("10_a", "raise SystemExit")
    assert main(["check"]) == 0
    assert "没有需要处理的问题" in capsys.readouterr().out
    unit = workbook.root / "params" / "u"
    (unit / "review.yaml").write_text("alert_behnd: 0.2\n", encoding="utf-8")
    with open(unit / "company.yaml", "a", encoding="utf-8") as out:
        out.write("sources:\n  a: {table: sales_lines, file: data/no*.csv, columns: {}}\n")
    workbook.notebook("20_b", "pass", parameters='unit: str = ""\nperod: str = ""\nas_of: str = ""\nlang: str = ""')
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "u/review.yaml:1" in said and "alert_behnd" in said
    assert "company.yaml:7" in said and "data/no*.csv" in said
    assert "perod" in said and "3 处需要处理" in said
    workbook.notebook("30_c", "pass", reads=["nobody"])
    assert main(["check", "u"]) == 1
    assert "没有笔记本写出它" in capsys.readouterr().out
    assert not workbook.outputs.exists()


def test_a_password_in_an_address_is_never_said(
    workbook: Workbook, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADDRESS", "postgres://planner:hunter2@host/db")
    workbook.notebook("10_a", "import os\nraise ValueError('cannot reach ' + os.environ['ADDRESS'])")
    assert main(["run", "2024"]) == 1
    said = capsys.readouterr()
    assert "ValueError" in said.err
    assert "hunter2" not in said.out + said.err
    for path in workbook.period("failed").rglob("*"):
        if path.is_file() and path.suffix in (".html", ".json", ".jsonl", ".yaml", ".csv", ".ipynb"):
            assert "hunter2" not in path.read_text(encoding="utf-8-sig"), path


def test_the_lab_gets_the_folders_of_a_run(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesnb.cli import lab

    monkeypatch.setenv("SALESNB_STAGE", "/somewhere")
    seen = {}

    def start(command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
        seen.update(command=command, **more)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(lab.subprocess, "run", start)
    assert main(["lab", "--no-browser", "--port", "8899"]) == 0
    assert seen["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--notebook-dir={workbook.root / 'notebooks'}" in seen["command"]
    env = seen["env"]
    assert isinstance(env, dict)
    assert env["SALESNB_PARAMS"] == str(workbook.root / "params")
    assert "SALESNB_STAGE" not in env


def test_check_exits_1_on_an_error_in_the_data_and_only_names_what_is_to_be_watched(
    workbook: Workbook, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = workbook.root / "params" / "u"
    (unit / "a.csv").write_text("id,day,who,amount\n1,2024-01-05,P,10\n2,2024-02-05,,20\n", encoding="utf-8")
    columns = "{order_id: id, order_date: day, customer_id: who, net: amount}"
    with open(unit / "company.yaml", "a", encoding="utf-8") as out:
        out.write(f"sources:\n  a: {{table: sales_lines, file: a.csv, columns: {columns}}}\n")
    assert main(["check"]) == 0
    assert "没有需要处理的问题，另有" in capsys.readouterr().out
    (unit / "a.csv").write_text("id,day,who,amount\n1,2024-01-05,P,10\n2,2042-02-05,P,20\n", encoding="utf-8")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "[错误]" in said and "a.csv:3" in said and "1 处需要处理" in said
