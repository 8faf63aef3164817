"""A twin only spares time: results, order and errors are those of one process, and it never outlives its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from salesnb.runs import beside, parents
from salesnb.runs.beside import Lost, Twin, in_two, possible

pytestmark = pytest.mark.skipif(not parents.available(), reason="no fork")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runner may keep threads of its own; these forks touch nothing of theirs."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def test_both_work_and_answers_keep_their_order() -> None:
    def work(number: int) -> tuple[int, int]:
        time.sleep(0.05)
        return number, os.getpid()

    found = in_two(work, range(9), 2)
    assert [number for number, _ in found] == list(range(9))
    assert len({process for _, process in found}) == 2
    assert {process for _, process in in_two(work, range(3), 1)} == {os.getpid()}


def test_what_the_twin_cannot_do_is_done_here_and_its_error_is_raised_here() -> None:
    me = os.getpid()

    def only_here(number: int) -> int:
        if os.getpid() != me:
            raise OSError("not there")
        return number

    assert in_two(only_here, range(5), 2) == [0, 1, 2, 3, 4]

    def never(number: int) -> int:
        if number == 4:
            raise ValueError("four")
        return number

    with pytest.raises(ValueError, match="four"):
        in_two(never, range(5), 2)


def test_a_twin_that_ends_costs_nothing_but_time() -> None:
    me = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != me:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return number

    assert in_two(work, range(6), 2) == list(range(6))
    twin = Twin(work)
    twin.ask(1)
    with pytest.raises(Lost):
        twin.answer()
    twin.close()
    twin.close()


def test_no_twin_where_a_fork_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)
    assert possible(0) and possible(2) and not possible(1)
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not possible(2)


def test_a_killed_owner_takes_its_twin_along(tmp_path: Path) -> None:
    note = tmp_path / "twin"
    program = (
        "import os, time\nfrom salesnb.runs.beside import Twin\n"
        f"def work(_):\n    open({str(note)!r}, 'w').write(str(os.getpid()))\n    time.sleep(60)\n"
        "twin = Twin(work)\ntwin.ask(1)\ntime.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).resolve().parents[2])
    assert _soon(lambda: note.is_file() and note.read_text() != "")
    twin = int(note.read_text())
    owner.kill()
    owner.wait()
    assert _soon(lambda: not Path(f"/proc/{twin}").exists() or " Z " in Path(f"/proc/{twin}/stat").read_text())


def _soon(condition: object) -> bool:
    until = time.time() + 20
    while time.time() < until:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False
