"""One notebook, executed by papermill and judged by ourselves.

papermill 2.7 calls a notebook complete whose kernel was killed, timed out or left by ``sys.exit(0)``. Here a notebook
is ok only when every code cell was executed, the kernel answered "ok" to each, and none asked to exit.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from salesnb.model.errors import RunError, Text
from salesnb.runs.dag import Notebook
from salesnb.runs.failures import OURS
from salesnb.runs.fingerprint import PACKAGE
from salesnb.versions.manifest import Failure
from salesnb.versions.snapshot import masked_address, masked_text

_ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_MARKER, _INJECTED = "papermill-error-cell-tag", "injected-parameters"
_START_SECONDS = 60
_GRAMMARS = ("rfc3987_syntax", "isoduration", "rfc3986_validator")
_GLYPH = re.compile(r"Glyph \d+ .*?missing from[^\n]*")
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO))
_FOLDERS = tuple(f"{folder}{os.sep}" for folder in (sysconfig.get_path("purelib"), sys.prefix, PACKAGE.parent))


@dataclass
class Ledger:
    """What really happened: nbclient reports each cell here as the kernel answers."""

    kernel: Any = None
    notebook: Any = None
    booted: float = 0.0
    spent: float = 0.0
    answered: dict[int, str] = field(default_factory=dict)
    current: int | None = None
    exited: int | None = None

    def started(self, notebook: Any) -> None:
        """The kernel is up; ``notebook`` is the node that receives the outputs."""
        self.notebook = notebook
        self.booted = processor_seconds(self.kernel)

    def executing(self, cell: Any, cell_index: int) -> None:
        """A cell was sent to the kernel."""
        self.current = cell_index

    def executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """The kernel answered; an exit may hide in the payload of an "ok"."""
        content = (execute_reply or {}).get("content", {})
        self.answered[cell_index] = content.get("status", "none")
        self.spent = processor_seconds(self.kernel) - self.booted
        exits = any(part.get("source") == "ask_exit" for part in content.get("payload", []) or [])
        if exits or content.get("ename") in ("SystemExit", "KeyboardInterrupt"):
            self.exited = cell_index


@dataclass(frozen=True)
class Executed:
    """A notebook after its run: the node with outputs, the seconds it took, the processor seconds its cells took, and
    why it failed if it did."""

    node: Any
    seconds: float
    spent: float
    failure: Failure | None = None


def processor_seconds(kernel: Any) -> float:
    """Processor time the process of ``kernel`` has taken so far; 0 once it has ended."""
    import psutil

    try:
        taken = psutil.Process(kernel.provisioner.pid).cpu_times()
    except (psutil.Error, AttributeError):
        return 0.0
    return float(taken.user + taken.system)


def prepare_imports() -> None:
    """Spare every import of nbformat and papermill 0.9 s: jsonschema's optional grammars, of addresses above all, are
    never used."""
    for grammar in _GRAMMARS:
        sys.modules.setdefault(grammar, None)  # type: ignore[arg-type]


def load(notebook: Notebook) -> Any:
    """The notebook as papermill reads it."""
    prepare_imports()
    import logging

    from papermill.iorw import load_notebook_node

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # we say ourselves what happened
    return load_notebook_node(str(notebook.path))


def check_parameters(notebook: Notebook, given: Mapping[str, str]) -> None:
    """RunError when the notebook's parameters cell lacks one of ``given``: papermill would only warn and go on."""
    node = load(notebook)
    from papermill.inspection import inspect_notebook

    node.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    known = set(inspect_notebook(node))
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, 1)
            raise RunError(
                Text(f"笔记本没有参数 {name}", f"the notebook has no parameter {name}"),
                where=notebook.place(),
                why=Text("参数不会生效，结果会是另一个期间或单位的", "the result would be another period's or unit's"),
                remedy=Text(
                    f"把 {close[0]} 改为 {name}" if close else f'在 parameters 单元格中加上 {name}: str = ""',
                    f"rename {close[0]} to {name}" if close else f'add {name}: str = "" to its parameters cell',
                ),
            )


def execute(notebook: Notebook, parameters: Mapping[str, str], kernel: Any, cell_seconds: int) -> Executed:
    """Run ``notebook`` in ``kernel``, the manager of a fresh one, which is ended. Never raises for what the notebook
    does; Ctrl-C passes through."""
    node = load(notebook)
    from papermill.execute import execute_notebook

    from salesnb.runs.engine import registered

    ledger, began = Ledger(kernel), time.perf_counter()
    raised: Exception | None = None
    try:
        execute_notebook(
            node,
            None,
            parameters=dict(parameters),
            engine_name=registered(),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=_START_SECONDS,
            execution_timeout=cell_seconds,
            force_raise_errors=True,
            on_notebook_start=ledger.started,
            on_cell_execute=ledger.executing,
            on_cell_executed=ledger.executed,
            km=kernel,
        )
    except Exception as error:  # whatever stopped papermill, the ledger knows the cell
        raised = error
    result = ledger.notebook if ledger.notebook is not None else node
    tidied = _tidied(result, notebook)
    failure = _failure(notebook, tidied, ledger, raised, cell_seconds)
    return Executed(tidied, time.perf_counter() - began, max(ledger.spent, 0.0), failure)


def _tidied(node: Any, notebook: Notebook) -> Any:
    """Without papermill's error banners (they would shift every cell), paths of this machine, and passwords.

    The cell that papermill puts in gets the same id every time, so that equal runs leave equal notebooks.
    """
    node.cells = [cell for cell in node.cells if _MARKER not in cell.metadata.get("tags", [])]
    for cell in node.cells:
        if _INJECTED in cell.metadata.get("tags", []):
            cell["id"] = _INJECTED
        for output in cell.get("outputs", []):
            _mask_output(output)
    notes = node.metadata.get("papermill", {})
    notes.update(input_path=notebook.shown, output_path="")
    notes.pop("environment_variables", None)
    return node


def _mask_output(output: Any) -> None:
    """Hide passwords of addresses in what a cell printed, raised or displayed."""
    for key in ("text", "evalue"):
        if isinstance(output.get(key), str):
            output[key] = masked_text(output[key])
    if "traceback" in output:
        output["traceback"] = [masked_text(line) for line in output["traceback"]]
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and (kind.startswith("text/") or kind == "image/svg+xml"):
            output["data"][kind] = masked_address(content)


def _failure(
    notebook: Notebook, node: Any, ledger: Ledger, raised: Exception | None, cell_seconds: int
) -> Failure | None:
    code = [i for i, cell in enumerate(node.cells) if cell.cell_type == "code" and cell.source.strip()]
    index = _failed_cell(node, ledger, code)
    if raised is None and index is None:
        return None
    if ledger.notebook is None:
        return Failure(notebook=notebook.name, kind="start", error=type(raised).__name__, message=_clean(str(raised)))
    index = index if index is not None else code[-1]
    cell = node.cells[index]
    kind, error, message, trace = _story(cell, index, ledger, raised, cell_seconds)
    return Failure(
        notebook=notebook.name,
        cell=sum(_INJECTED not in node.cells[i].metadata.get("tags", []) for i in code if i <= index),
        question=question(node, index),
        kind=kind,
        error=error,
        message=message,
        traceback=trace,
    )


def _failed_cell(node: Any, ledger: Ledger, code: list[int]) -> int | None:
    """The first code cell that was not answered with "ok", exited, or shows an error."""
    for index in code:
        shows_error = any(out.get("output_type") == "error" for out in node.cells[index].get("outputs", []))
        if ledger.answered.get(index) != "ok" or ledger.exited == index or shows_error or _box(node.cells[index]):
            return index
    return None


def _box(cell: Any) -> str:
    """What matplotlib says, once and only on stderr, when a font lacks a character and the chart shows a box."""
    said = "".join(out.text for out in cell.get("outputs", []) if out.output_type == "stream" and out.name == "stderr")
    found = _GLYPH.search(said)
    return found.group() if found else ""


_Kind = Literal["error", "exit", "dead", "memory", "disk", "glyph", "timeout", "start", "parameters", "render"]


def _story(
    cell: Any, index: int, ledger: Ledger, raised: Exception | None, cell_seconds: int
) -> tuple[_Kind, str, str, list[str]]:
    """Kind, error name, message and traceback of a failed cell."""
    outputs = [out for out in cell.get("outputs", []) if out.get("output_type") == "error"]
    if ledger.exited == index:
        return "exit", "SystemExit", "", []
    if outputs:
        out = outputs[0]
        lines = [_clean(line) for line in out.get("traceback", [])]
        said = lines[0] if out.get("ename") in OURS and lines else _clean(str(out.get("evalue", "")))
        return _of_machine(str(out.get("ename", "")), said), str(out.get("ename", "")), said, lines
    if _box(cell) and ledger.answered.get(index) == "ok":
        return "glyph", "UserWarning", _box(cell), []
    name = type(raised).__name__ if raised else ""
    if name == "CellTimeoutError":
        return "timeout", name, str(cell_seconds), []
    if raised is None or name in ("DeadKernelError", "RuntimeError", "CancelledError"):
        return "dead", "DeadKernelError", "", []
    return "error", name, _clean(str(raised)), []


def _of_machine(name: str, said: str) -> _Kind:
    """Whether an error is the machine's (memory, disk, a font without a character) rather than the notebook's."""
    if name in ("MemoryError", "_ArrayMemoryError") or "std::bad_alloc" in said:
        return "memory"
    if name == "GlyphError":
        return "glyph"
    number = _ERRNO.match(said)
    return "disk" if number and int(number.group(1)) in _DISK else "error"


def question(node: Any, index: int) -> dict[str, str]:
    """What the cell answers: the last heading (else first line) of prose before it, in each language."""
    asked: dict[str, str] = {}
    for cell in reversed(node.cells[:index]):
        tags = cell.metadata.get("tags", [])
        lang = "zh" if "zh" in tags else "en" if "en" in tags else ""
        if cell.cell_type == "markdown" and cell.source.strip():
            line = cell.source.strip().split("\n")[0].lstrip("#").strip()
            for each in (lang,) if lang else ("zh", "en"):
                asked.setdefault(each, line)
        if len(asked) == 2:
            break
    return asked


def _clean(text: str) -> str:
    """Without colours of a terminal, folders of this machine and passwords of addresses."""
    for folder in _FOLDERS:
        text = text.replace(folder, "")
    return masked_text(_ANSI.sub("", text))
