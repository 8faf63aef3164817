"""Secrets reach no file and no screen; text from data and parameters stays text; names cannot leave their folders."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from salesnb.model.errors import UsageError
from salesnb.model.places import safe_name
from salesnb.versions.folders import PeriodFolder
from tests.runs.test_audiences import contents
from tests.runs.tiny_workbook import Workbook

SECRET, TOKEN = "tr0ub4dor&3/秘", "0123456789abcdefXYZ"
DATABASE = "sources: {订单: {table: sales_lines, url: 'postgres://bob:${OUR_DB}@db/x', query: t, columns: {net: a}}}\n"


def test_a_secret_is_in_no_file_and_on_no_screen(workbook: Workbook) -> None:
    """A careless notebook prints, shows, raises and summarises what the environment holds, once to its end."""
    workbook.unit(more=DATABASE)
    careless = (
        "import json, os\nfrom IPython.display import HTML, display\n"
        "secret, token = os.environ['OUR_DB'], os.environ['CRM_API_KEY']\n"
        "print(secret, token, f'postgres://bob:{secret}@db/x')\n"
        "display(HTML(f'<p title=\"{token}\">{token}</p>'))\n"
        "path = os.path.join(os.environ['SALESNB_STAGE'], 'facts', '10_a.json')\n"
        "json.dump({'headline': f'读取 {token}', 'notes': [secret]}, open(path, 'w'))\n"
        "display({'text/plain': secret}, raw=True)"
    )
    for last in ("pass", "raise ValueError('no answer from ' + secret + ' with ' + token)"):
        workbook.notebook("10_a", careless, last)
        process = workbook.start("run", "2024", OUR_DB=SECRET, CRM_API_KEY=TOKEN)
        out, err = process.communicate(timeout=120)
        assert process.returncode == (0 if last == "pass" else 1), out + err
        assert SECRET not in out + err and TOKEN not in out + err
    assert workbook.names() == ["failed", "v001"]
    for name, text in contents(workbook.outputs):
        assert SECRET not in text and TOKEN not in text and "tr0ub4dor" not in text, name
    assert "***" in workbook.period("v001", "all", "10_a.html").read_text(encoding="utf-8")


def test_markup_and_formulas_from_data_stay_text(workbook: Workbook) -> None:
    evil = ["<script>alert(1)</script>", '=HYPERLINK("http://x")', "@SUM(1)", "a\u202eb", "]]>", "+1|cmd"]
    rows = pd.DataFrame({"row_id": [f"r{i}" for i in range(len(evil))], "words": evil})
    workbook.unit(more="# <script>alert(2)</script>\n")
    workbook.notebook("10_a", workbook.frame("own_rows", rows, ["row_id"]), "print('<script>alert(3)</script>')",
                      writes=["own_rows"])  # fmt: skip
    assert workbook.salesnb("run", "2024")[0] == 0
    folder = workbook.period("v001")
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
    csv = (folder / "tables" / "own_rows.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in csv and "'@SUM" in csv and "'+1|cmd" in csv
    for name, text in contents(folder):
        if "report.xlsx!" in name:
            assert "<f>" not in text and 'TargetMode="External"' not in text, name


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "a/b", "a\\b", "C:", "con", "NUL", "com1", "", ".", "-x", "a b", "a.b", "x" * 65, "a\n", "ａ/"],
)
def test_a_unit_cannot_be_a_path(tmp_path: Path, name: str) -> None:
    from salesnb.model.errors import Text

    with pytest.raises(UsageError):
        safe_name(name, Text("单位", "unit"))
    with pytest.raises(UsageError):
        PeriodFolder(tmp_path, name, "2024")


@pytest.mark.parametrize("period", ["..", "2024/..", "2024-06/../../x", "2024 ", "2024-6", "v001", "", "２０２４"])
def test_a_period_cannot_be_a_path(tmp_path: Path, period: str) -> None:
    with pytest.raises(UsageError):
        PeriodFolder(tmp_path, "u", period)


def test_no_command_leaves_the_outputs_folder(workbook: Workbook) -> None:
    workbook.notebook("10_a", "pass")
    (workbook.root / "victim").mkdir()
    for arguments in (
        ["run", "2024", "--unit", "../victim"],
        ["run", "../../victim", "--unit", "u"],
        ["diff", "../victim", "2024", "--page"],
        ["diff", "u", "../../victim", "--page"],
        ["approve", "../victim", "2024", "v001", "--by", "x", "--reference", "x"],
        ["prune", "--unit", "../victim", "--keep", "1"],
        ["status", "--unit", "../victim"],
    ):
        code, _, err = workbook.salesnb(*arguments)
        assert code == 2 and "Traceback" not in err, (arguments, err)
    assert list((workbook.root / "victim").iterdir()) == []
