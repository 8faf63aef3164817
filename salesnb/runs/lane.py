"""One notebook that is executed, in a thread of its own: its kernel booted, its turn awaited, its results gathered."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

from salesnb.model.errors import RunError, SalesnbError
from salesnb.runs.child import absent
from salesnb.runs.dag import Notebook
from salesnb.runs.gather import gather_facts, gather_tables, params_read
from salesnb.runs.managers import Start, abandon, process_of
from salesnb.runs.patience import give_way
from salesnb.versions.manifest import Failure, TableEntry
from salesnb.versions.snapshot import masked_text

if TYPE_CHECKING:
    from salesnb.runs.kernels import Kernels

# The first kernel is asked for before papermill is there: it comes up meanwhile.
_KERNELS_NEED = ("jupyter_client.manager", "jupyter_client.provisioning", "salesnb.runs.ready", "salesnb.runs.warm")
_LANES_NEED = ("nbformat", "papermill.execute", "papermill.inspection", "psutil", "salesnb.runs.engine")


def import_for_kernels() -> None:
    """What a lane needs to boot its kernel."""
    import_now(_KERNELS_NEED)


def import_for_lanes() -> None:
    """What a lane needs to run its notebook."""
    with absent("pyarrow.fs"):  # papermill looks for Hadoop there, and would import all of pyarrow for it
        import_now(_LANES_NEED)


def import_now(names: Sequence[str]) -> None:
    """Import for later."""
    for name in names:
        import_module(name)


@dataclass(frozen=True)
class Done:
    """How a notebook ended: why it failed, or what it left and which parameter files it read (None: any)."""

    seconds: float
    failure: Failure | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, TableEntry] = field(default_factory=dict)
    params: list[str] | None = None
    spent: float = 0.0


class Lane:
    """``work`` belongs to the lane's thread; ``go``, ``dismiss`` and ``end`` to whoever decides.

    ``others`` names the tables that notebooks running at the same time write: they may come and change meanwhile.
    """

    def __init__(self, notebook: Notebook, parameters: Mapping[str, str], start: Start, stage: Path) -> None:
        self.notebook, self.parameters, self.begin, self.stage = notebook, parameters, start, stage
        self.others: set[str] = set()
        self.future: Future[Done] = Future()
        self._turn: Future[Mapping[str, str] | None] = Future()
        self.gives_way = False
        self._kernel: Any = None
        self._is_over = False

    def go(self, before: Mapping[str, str], others: set[str], gives_way: bool) -> Future[Done]:
        """It is the notebook's turn; ``before`` are the tables there are, with their sha256. One that ``gives_way``
        leaves processors to whatever else runs."""
        self.others |= others
        self.gives_way = gives_way
        self._turn.set_result(before)
        return self.future

    def dismiss(self) -> None:
        """The notebook will not run: its kernel ends."""
        if not self._turn.done():
            self._turn.set_result(None)

    def end(self) -> None:
        """What the notebook does is no longer wanted: its kernel is killed, and ``future`` is done soon."""
        self._is_over = True
        process = process_of(self._kernel)
        if process is not None:
            process.kill()

    def work(self, kernels: Kernels, cell_seconds: int, imported: Event) -> Done:
        """Boot, wait, run; papermill is not touched before it is ``imported``. Raises OSError where the stage cannot be
        written."""
        if sys.platform == "win32":  # as papermill does: ZeroMQ needs this kind of event loop
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        try:
            try:
                kernel = kernels.boot(self.begin)
            except Exception as error:  # whatever a machine has against another process
                return Done(0.0, _as_failure(self.notebook, "start", error, self.parameters["lang"]))
            imported.wait()
            refused = self._refused()
            before, self._kernel = self._turn.result() if refused is None else None, kernel
            if before is None or self._is_over:
                abandon(kernel)
                return Done(0.0, refused)
            process = process_of(kernel)
            if self.gives_way and process is not None:
                give_way(process.pid)
            return self._run(kernel, before, cell_seconds)
        finally:
            _close_loop()

    def _refused(self) -> Failure | None:
        """What is wrong with the notebook's parameters cell."""
        from salesnb.runs.execute import check_parameters

        try:
            check_parameters(self.notebook, self.parameters)
        except RunError as error:
            return _as_failure(self.notebook, "parameters", error, self.parameters["lang"])
        return None

    def _run(self, kernel: Any, before: Mapping[str, str], cell_seconds: int) -> Done:
        import nbformat

        from salesnb.runs.execute import execute

        name = self.notebook.name
        done = execute(self.notebook, self.parameters, kernel, cell_seconds)
        nbformat.write(done.node, self.stage / "notebooks" / f"{name}.ipynb")
        if done.failure is not None:
            return Done(done.seconds, done.failure)
        try:
            tables = gather_tables(self.notebook, self.stage, before, self.others)
            read = params_read(self.begin.workdir, self.parameters["unit"])
            return Done(done.seconds, None, gather_facts(self.notebook, self.stage), tables, read, done.spent)
        except SalesnbError as error:
            return Done(done.seconds, _as_failure(self.notebook, "error", error, self.parameters["lang"]))


def _close_loop() -> None:
    """Close the event loop that Jupyter made for this thread, if it came to that."""
    try:
        loop = asyncio.get_event_loop()
    except RuntimeError:
        return
    loop.close()


def _as_failure(
    notebook: Notebook, kind: Literal["parameters", "start", "error"], error: Exception, lang: str
) -> Failure:
    message = error.say(lang) if isinstance(error, SalesnbError) else masked_text(str(error))
    return Failure(notebook=notebook.name, kind=kind, error=type(error).__name__, message=message)
