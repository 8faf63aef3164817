"""One BLAS thread for a solve: the matrices are small, and waiting for a second core costs more than it brings."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any


@cache
def _controller() -> Any:
    """threadpoolctl's controller of the loaded libraries, or None where it is not installed."""
    try:
        return importlib.import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None


def one_thread() -> AbstractContextManager[Any]:
    """Limit BLAS to one thread inside the block, where that is possible."""
    controller = _controller()
    return nullcontext() if controller is None else controller.limit(limits=1, user_api="blas")
