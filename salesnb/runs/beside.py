"""A twin of this process that does a part of its work on another processor.

The twin is forked, so it has everything at hand and imports nothing again; questions and answers go through a pipe. It
only ever spares time: what it cannot do, because it ended or its work raised, is done again here, so that results and
errors are those of one process. Where a fork is not safe there is none, and everything is done here.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from salesnb.runs import parents
from salesnb.runs.child import die_with_parent
from salesnb.runs.patience import give_way

_TICKET, _TURNS = 2, 2048  # bytes, and how many of them: the smallest pipe holds them all


class Lost(Exception):
    """The twin has no answer: its work raised, or it has ended."""


def possible(jobs: int) -> bool:
    """Whether this process may have a twin: asked to use more than one processor, able to fork, and alone in itself
    (another thread would be missing in the twin, with whatever lock it holds)."""
    return (jobs or os.cpu_count() or 1) > 1 and parents.available() and threading.active_count() == 1


class Twin:
    """Answers questions one after another with ``work``; ends with this process, however that ends.

    A patient one lets whatever else runs go first: nobody waits for its answers yet."""

    def __init__(self, work: Callable[[Any], Any], is_patient: bool = False) -> None:
        ours, theirs = Pipe()
        me = os.getpid()
        with warnings.catch_warnings():
            # threads of BLAS, Arrow and ZeroMQ: the first two know of forks, the twin never uses the third
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            if is_patient:
                os.setsid()  # else what it does weighs as much as what its owner does
                give_way(os.getpid())
            _be_twin(me, ours, theirs, work)
        theirs.close()
        self._pipe = ours

    def ask(self, question: Any) -> None:
        """One more question. Its answer must be small: the twin goes on only when there is room for it."""
        with suppress(OSError):  # it has ended: the answer will say so
            self._pipe.send(question)

    def answer(self) -> Any:
        """The answer to the earliest question without one. Raises Lost."""
        try:
            is_done, answer = self._pipe.recv()
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise Lost from error
        if not is_done:
            raise Lost
        return answer

    def close(self) -> None:
        """End the twin, whatever it does."""
        self._pipe.close()
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = 0  # the number may be another process' from now on


def _be_twin(parent: int, theirs: Connection, ours: Connection, work: Callable[[Any], Any]) -> None:
    """The twin's whole life; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent()
        theirs.close()
        parents.disown()
        with suppress(EOFError, OSError):  # nobody asks any more
            while os.getppid() == parent:
                ours.send(_answered(work, ours.recv()))
    finally:
        os._exit(0)


def _answered(work: Callable[[Any], Any], question: Any) -> tuple[bool, Any]:
    try:
        return True, work(question)
    except Exception:  # it is done again where its error can be told
        return False, None


def in_two(work: Callable[[Any], Any], items: Sequence[Any], jobs: int) -> list[Any]:
    """``work`` of every item, in their order; on two processors where that can be. What ``work`` raises is raised.

    Whoever is free takes the next item, so the longest belong in front. Answers must be small together.
    """
    if len(items) < 2 or not possible(jobs):
        return [work(item) for item in items]
    tickets = _tickets(len(items))
    twin = Twin(lambda _: dict(_taken(tickets, lambda item: _answered(work, item), items)))
    try:
        twin.ask(None)
        done = dict(_taken(tickets, lambda item: (True, work(item)), items))
        with suppress(Lost):
            done |= twin.answer()
    finally:
        twin.close()
        os.close(tickets)
    answers = (done.get(number, (False, None)) for number in range(len(items)))
    return [answer if is_done else work(item) for item, (is_done, answer) in zip(items, answers, strict=True)]


def _tickets(count: int) -> int:
    """A pipe that holds the numbers of all turns; each is had once, by whichever process reads it first. One that is
    killed takes no more than its own turns along."""
    ours, theirs = os.pipe()
    os.write(theirs, b"".join(turn.to_bytes(_TICKET, "big") for turn in range(min(count, _TURNS))))
    os.close(theirs)
    return ours


def _taken(
    tickets: int, attempt: Callable[[Any], tuple[bool, Any]], items: Sequence[Any]
) -> Iterator[tuple[int, tuple[bool, Any]]]:
    """What ``attempt`` made of each item whose turn this process had, by the item's number."""
    while ticket := os.read(tickets, _TICKET):
        for number in range(int.from_bytes(ticket, "big"), len(items), _TURNS):
            yield number, attempt(items[number])
