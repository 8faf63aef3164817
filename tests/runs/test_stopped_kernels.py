"""A run that is stopped leaves no kernel behind, in whatever moment of a kernel's start it is stopped."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salesnb.model.errors import RunError
from salesnb.runs import kernels as module
from salesnb.runs.kernels import Kernels
from salesnb.runs.managers import Start


class Process:
    """Counts how often it is killed."""

    def __init__(self) -> None:
        self.kills = 0

    def kill(self) -> None:
        self.kills += 1


class Manager:
    """A kernel that ``meanwhile`` happens to while it starts, before its process is known."""

    def __init__(self, meanwhile: Any) -> None:
        self.process, self.meanwhile = Process(), meanwhile
        self.provisioner = SimpleNamespace(process=None)

    async def start_kernel(self, **_: Any) -> None:
        self.meanwhile()
        self.provisioner.process = self.process


@pytest.fixture
def kernels(tmp_path: Path) -> Kernels:
    return Kernels(SimpleNamespace(), tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return Start({}, tmp_path, tmp_path)


def test_a_kernel_that_comes_up_after_the_stop_is_killed(
    kernels: Kernels, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Manager(kernels.stop)
    monkeypatch.setattr(module, "manager_class", lambda _: lambda **_: made)
    with pytest.raises(RunError, match="stopped"):
        kernels.boot(start)
    assert made.process.kills == 1


def test_a_kernel_that_is_up_is_killed_by_the_stop(
    kernels: Kernels, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Manager(lambda: None)
    monkeypatch.setattr(module, "manager_class", lambda _: lambda **_: made)
    assert kernels.boot(start) is made and made.process.kills == 0
    kernels.stop()
    assert made.process.kills == 1
