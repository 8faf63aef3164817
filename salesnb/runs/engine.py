"""The papermill engine ``salesnb``: nbclient's, with what a batch need not wait for left out.

Registered as entry point ``papermill.engine``, so ``papermill --engine salesnb IN OUT`` uses it too: the kernel comes
warm where it can, nothing is saved between cells, the kernel is ended at once and found ready as soon as it is.
"""

from __future__ import annotations

from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from salesnb.runs.managers import manager_class

NAME = "salesnb"


class WarmEngine(NBClientEngine):
    """Runs a notebook in a warm kernel, or in the kernel ``km`` that was booted beforehand."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        km: Any = None,
        **kwargs: Any,
    ) -> Any:
        """See papermill's ``NBClientEngine``; the notebook is written once, by papermill, at its end."""
        nb_man.autosave_cell_every, nb_man.output_path = 0, None
        given = remove_args(["input_path", "timeout", "startup_timeout", "shutdown_kernel"], **kwargs)
        if km is None:
            given.setdefault("kernel_manager_class", manager_class())
        settings = merge_kwargs(
            given,
            timeout=execution_timeout or kwargs.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            shutdown_kernel="immediate",
            log=logger,
        )
        return PapermillNotebookClient(nb_man, km=km, **settings).execute(cleanup_kc=True)


def registered() -> str:
    """The engine's name, known to papermill also where this package runs from a folder and was never installed."""
    if NAME not in papermill_engines._engines:
        papermill_engines.register(NAME, WarmEngine)
    return NAME
