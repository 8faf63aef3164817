"""What a run needs before it knows what it is asked for: the warm parent of its kernels, which imports meanwhile.

Libraries only: our own program is imported once its fingerprint is taken, so that no kernel runs older code than that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from salesnb.model.roots import folder_of
from salesnb.runs import parents

# What our stages import inside functions, when they read, draw and write; ``.*`` stands for all modules of a package.
# Importing these starts no thread and reads no file of the user's: a process that has done so may be forked.
LIBRARIES = (
    "pandas", "pyarrow.parquet", "pyarrow.dataset", "numpy.random", "numpy.polynomial", "duckdb", "ruamel.yaml",
    "matplotlib.figure", "matplotlib.font_manager", "matplotlib.backends.backend_svg",
    "holidays.countries.china", "chinese_calendar", "filelock", "threadpoolctl",
)  # fmt: skip
CHARTS = (".work", "matplotlib")  # below outputs: the font cache, because building it takes seconds
# What would make the same notebook behave differently for another user.
_DROPPED = ("PYTHONSTARTUP", "MATPLOTLIBRC", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "PYTHONINSPECT", "PYTHONBREAKPOINT")
_PROGRAM = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_NO_KERNEL = ("--explain", "--plain-kernels", "-h", "--help")


def begin(arguments: Sequence[str]) -> None:
    """For a ``run`` command: keep BLAS to one thread, because nothing is solved in this process, and start the parent,
    where there is a folder for its output: else the run makes one itself."""
    if arguments[:1] != ["run"]:
        return
    for name, threads in parents.ONE_THREAD.items():
        os.environ.setdefault(name, threads)
    outputs = folder_of("SALESNB_OUTPUTS", "outputs")
    if set(arguments) & set(_NO_KERNEL) or outputs is None or not parents.available():
        return
    if os.path.isdir(outputs):
        with suppress(OSError):  # it is started later, and what is wrong is said then
            os.makedirs(os.path.join(outputs, *CHARTS), exist_ok=True)
            parents.begin(library_environment(os.environ, outputs), LIBRARIES)


def library_environment(given: Mapping[str, str], outputs: str) -> dict[str, str]:
    """The environment that kernels have in common, made of ``given``: all that libraries read while imported."""
    env = parents.ONE_THREAD | {name: value for name, value in given.items() if name not in _DROPPED}
    others = [part for part in env.get("PYTHONPATH", "").split(os.pathsep) if part and part != _PROGRAM]
    env.update(
        PYTHONPATH=os.pathsep.join([_PROGRAM, *others]),
        PYTHONHASHSEED="0",
        PYTHONUTF8="1",
        MPLCONFIGDIR=os.path.join(outputs, *CHARTS),
        MPLBACKEND="module://matplotlib_inline.backend_inline",
    )
    return env
