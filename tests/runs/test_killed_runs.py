"""Whatever ends a run, and whenever: only whole versions are seen, nothing is lost, no kernel lives on."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from salesnb.versions.manifest import read_manifest
from salesnb.versions.tables import sha256_of
from tests.runs.tiny_workbook import Workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
PIDS = "pids.txt"


def _busy(workbook: Workbook, seconds: float) -> None:
    """Two notebooks; the first notes its kernel's process and computes for a while without yielding."""
    log = workbook.root / PIDS
    log.touch()
    first = (
        f"import os, time\nwith open({str(log)!r}, 'a') as out: out.write(f'{{os.getpid()}}\\n')\n"
        f"until = time.time() + {seconds}\nwhile time.time() < until: pass"
    )
    workbook.notebook("10_a", first, workbook.table("a", [1, 2]), writes=["a"])
    workbook.notebook("20_b", workbook.table("b", [3]), reads=["a"], writes=["b"])


def _wait(condition: object, seconds: float = 10) -> bool:
    until = time.time() + seconds
    while time.time() < until:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def _kernels(workbook: Workbook) -> list[int]:
    return [int(line) for line in (workbook.root / PIDS).read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _whole(workbook: Workbook) -> int:
    """Assert that everything visible is whole; the number of versions."""
    names = [name for name in workbook.names() if not name.startswith(".stage-")]
    assert names == [f"v{i + 1:03d}" for i in range(len(names))], names
    for name in names:
        folder = workbook.period(name)
        manifest = read_manifest(folder)
        assert (manifest.version, manifest.state) == (name, "complete")
        for table, entry in manifest.tables.items():
            assert sha256_of(folder / "tables" / f"{table}.parquet") == entry.sha256
        for notebook in manifest.notebooks:
            assert "</html>" in (folder / "all" / f"{notebook}.html").read_text(encoding="utf-8")
            json.loads((folder / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
        for file in ("report.xlsx", "changes.csv", "params.yaml", "run.jsonl"):
            assert (folder / file).is_file()
        assert not (folder / "stage.lock").exists()
    return len(names)


def _kill_at_random(workbook: Workbook, count: int, seed: int) -> None:
    _busy(workbook, 0.3)
    started = time.time()
    assert workbook.salesnb("run", "2024")[0] == 0
    longest = time.time() - started
    chance = random.Random(seed)
    for attempt in range(count):
        process = workbook.start("run", "2024", "--force")
        time.sleep(chance.uniform(0.05, longest))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert _wait(lambda: not any(map(_alive, _kernels(workbook)))), f"kernel outlived its run (kill {attempt})"
        assert _whole(workbook) >= 1
    before = _whole(workbook)
    assert workbook.salesnb("run", "2024", "--force")[0] == 0
    assert _whole(workbook) == before + 1
    assert not [name for name in workbook.names() if name.startswith(".")], "leftovers of killed runs are gone"
    index = (workbook.outputs / "index.html").read_text(encoding="utf-8")
    assert f"v{before + 1:03d}/all/20_b.html" in index


def test_ten_kills_leave_ten_whole_states(workbook: Workbook) -> None:
    _kill_at_random(workbook, 10, seed=1)


@pytest.mark.long
def test_fifty_kills_leave_fifty_whole_states(workbook: Workbook) -> None:
    _kill_at_random(workbook, 50, seed=2)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupt_cleans_up_and_says_so(workbook: Workbook, sent: signal.Signals, code: int) -> None:
    _busy(workbook, 60)
    ours = signal.signal(sent, signal.SIG_DFL)  # a shell's background jobs ignore Ctrl-C, and so would what we start
    process = workbook.start("run", "2024")
    signal.signal(sent, ours)
    assert _wait(lambda: _kernels(workbook), 30)
    process.send_signal(sent)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "已中断：没有留下半成品" in err
    assert "Traceback" not in err
    assert _wait(lambda: not any(map(_alive, _kernels(workbook))))
    assert workbook.names() == []


def test_two_runs_at_once_do_not_mix(workbook: Workbook) -> None:
    _busy(workbook, 0.5)
    both = [workbook.start("run", "2024") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert _whole(workbook) == 1, "equal results are published once"
    assert sum("已发布 v001" in out for out, _ in said) == 1
    assert sum("v001 仍是最新版" in out for out, _ in said) == 1

    both = [workbook.start("run", "2024", "--force", "--lang", lang) for lang in ("zh", "en")]
    for process in both:
        process.communicate(timeout=120)
    assert _whole(workbook) == 3
    assert {read_manifest(workbook.period(v)).lang for v in ("v002", "v003")} == {"zh", "en"}
    assert read_manifest(workbook.period("v003")).previous == "v002"


def test_a_change_of_parameters_on_the_way_is_not_published(workbook: Workbook) -> None:
    company = workbook.root / "params" / "u" / "company.yaml"
    workbook.notebook("10_a", f"open({str(company)!r}, 'a').write('# 改\\n')", workbook.table("a", [1]), writes=["a"])
    code, _, err = workbook.salesnb("run", "2024")
    assert code == 1
    assert "运行期间文件有改动：company.yaml" in err
    assert workbook.names() == []


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(workbook: Workbook) -> None:
    workbook.notebook("10_a", "pass")
    (workbook.outputs / "u").mkdir(parents=True)
    (workbook.outputs / "u" / "2024").write_text("a file where a folder belongs")
    code, _, err = workbook.salesnb("run", "2024")
    assert code == 1
    assert "无法写入" in err and "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_publishes_nothing(workbook: Workbook) -> None:
    """The notebook's own write fails as on a full disk; what is said is the cell and the reason."""
    workbook.notebook("10_a", "with open('/dev/full', 'w') as out: out.write('x')")
    code, out, err = workbook.salesnb("run", "2024")
    assert code == 1
    assert "No space left" in err
    assert "没有发布新版本" in out
    assert workbook.names() == ["failed"]


@pytest.mark.parametrize("limit", [400, 12_000])
def test_a_disk_that_fills_up_while_publishing_publishes_nothing(workbook: Workbook, limit: int) -> None:
    """No file may grow beyond ``limit`` bytes, so that a summary, the workbook or a page cannot be written."""
    import subprocess

    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    assert workbook.salesnb("run", "2024")[0] == 0
    before = {p: p.read_bytes() for p in workbook.period("v001").rglob("*") if p.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(limit), "run", "2024", "--lang", "en"],
        env=workbook.environment(), cwd=workbook.root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "Traceback" not in said and "what to do" in said
    names = [name for name in workbook.names() if not name.startswith(".")]
    assert set(names) <= {"failed", "v001"}
    assert {p: p.read_bytes() for p in workbook.period("v001").rglob("*") if p.is_file()} == before
    code, out, _ = workbook.salesnb("run", "2024", "--lang", "en")
    assert code == 0 and "v002 published" in out, "with room again the next run gives what was missing"
    assert not [name for name in workbook.names() if name.startswith(".stage")]


_LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from salesnb.__main__ import main
import salesnb.runs.execute
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(main(sys.argv[2:]))
"""


def test_an_outputs_folder_nobody_may_write_is_said_in_one_sentence(workbook: Workbook) -> None:
    workbook.notebook("10_a", "pass")
    workbook.outputs.mkdir()
    place = workbook.outputs
    if os.geteuid() == 0:  # root may write everywhere but where the kernel does not let it
        place = Path("/proc/sys")
        if not place.is_dir():
            pytest.skip("root, and no folder that refuses root")
    else:
        place.chmod(0o500)
    process = workbook.start("run", "2024", SALESNB_OUTPUTS=str(place))
    out, err = process.communicate(timeout=60)
    if os.geteuid() != 0:
        place.chmod(0o700)
    assert process.returncode == 1, out + err
    assert "无法写入" in err and "写权限" in err and "Traceback" not in err
