"""Notebooks that do not wait for each other run at once; what depends on one waits, and the record keeps its order."""

from __future__ import annotations

import io

from salesnb.runs.progress import Progress
from salesnb.runs.run import run
from salesnb.runs.settings import Request
from tests.runs.tiny_workbook import Workbook


def test_two_notebooks_meet_and_a_third_waits(workbook: Workbook) -> None:
    """Each of the first two waits for the other's mark; their tables are nobody else's doing."""
    here = str(workbook.root)

    def meets(own: str, other: str) -> str:
        return (
            f"import os, time\nopen(os.path.join({here!r}, {own!r}), 'w').close()\nuntil = time.time() + 60\n"
            f"while not os.path.exists(os.path.join({here!r}, {other!r})) and time.time() < until: time.sleep(0.02)\n"
            f"assert os.path.exists(os.path.join({here!r}, {other!r})), 'alone'"
        )

    workbook.notebook("10_a", meets("a", "b"), workbook.table("a", [1]), writes=["a"])
    seen = "import os\nassert os.path.exists(os.path.join(os.environ['SALESNB_STAGE'], 'tables', 'a.parquet'))"
    workbook.notebook("20_c", seen, reads=["a"])
    workbook.notebook("30_b", meets("b", "a"), workbook.table("b", [2]), writes=["b"])
    told = io.StringIO()
    outcome = run(Request("u", "2024", jobs=2), Progress("zh", told))
    assert outcome.version == "v001", outcome.failures
    lines = [line.split()[1:] for line in told.getvalue().splitlines() if line.startswith("[")]
    assert sorted(line[0] for line in lines[:2]) == ["10_a", "30_b"] and lines[0][1] == lines[1][1] == "运行中"
    assert list(workbook.manifest()["notebooks"]) == ["10_a", "20_c", "30_b"], "as the plan has them"


def test_with_one_job_nothing_runs_beside_anything(workbook: Workbook) -> None:
    alone = f"import os\nmark = os.path.join({str(workbook.root)!r}, 'busy')\nassert not os.path.exists(mark), 'busy'\n"
    alone += "open(mark, 'w').close()\nimport time; time.sleep(0.2)\nos.unlink(mark)"
    workbook.notebook("10_a", alone)
    workbook.notebook("20_b", alone)
    outcome = run(Request("u", "2024", jobs=1), Progress())
    assert outcome.version == "v001", outcome.failures
