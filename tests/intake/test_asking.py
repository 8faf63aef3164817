"""One database answers all questions of a process; nobody sees another's rows, and a fork inherits none of it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from salesnb.intake import bench

_FORKED = """
import os, sys
from salesnb.intake.bench import asking
def ask(n):
    with asking() as connection:
        return connection.execute("SELECT $n", {"n": n}).fetchone()[0]
assert ask(1) == 1
child = os.fork()
if child == 0:
    sys.exit(ask(7))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert ask(2) == 2
"""


def _asked(number: int) -> list[int]:
    with bench.asking() as connection:
        connection.register("rows_given", pd.DataFrame({"n": [number] * 3}))
        return [n for (n,) in connection.execute("SELECT n FROM rows_given").fetchall()]


def test_questions_at_the_same_time_see_their_own_rows():
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(_asked, range(40)))
    assert found == [[number] * 3 for number in range(40)]
    assert len(bench._HELD) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_asks_for_itself_and_ends():
    subprocess.run([sys.executable, "-c", _FORKED], check=True, timeout=50)
