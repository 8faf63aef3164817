"""Notebooks that begin on tables whose writer still runs: most of what it does comes after the table others wait for.

A book hands such a table on as soon as it keeps it. Whoever begins on it ends no sooner than its writer: its results
count once the writer has ended well and its table is the one that was handed on. Else they are dropped, as if it had
never begun, and it is stopped or runs again. So what is published does not depend on who was faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path, PurePosixPath

from salesnb.model.errors import SalesnbError
from salesnb.model.params import Params
from salesnb.runs.carry import files_of
from salesnb.runs.dag import Notebook, Plan
from salesnb.runs.lane import Done
from salesnb.versions.manifest import NotebookEntry, TableEntry
from salesnb.versions.tables import handed_on, take_back


def awaited(plan: Plan) -> list[str]:
    """Tables that one of our notebooks reads and another writes: only of these is known how they are written."""
    ours = [notebook for notebook in plan.notebooks if not notebook.own]
    read = {table for notebook in ours for table in notebook.reads}
    return sorted(read & {table for notebook in ours for table in notebook.writes})


def without(plan: Plan, params: Params) -> dict[str, frozenset[str]]:
    """Tables that each notebook will not look at, because the parameter that makes it read them is not set."""
    found = {}
    for notebook in plan.notebooks:
        found[notebook.name] = frozenset(t for t, name in notebook.only_with.items() if not _is_set(params, name))
    return found


def _is_set(params: Params, name: str) -> bool:
    """Whether a parameter has a value; one that cannot be read counts as set, its notebook says what is wrong."""
    try:
        return reduce(getattr, name.split("."), params) is not None
    except (SalesnbError, AttributeError):
        return True


@dataclass
class Early:
    """Who began on which tables (their sha256), who of them has ended meanwhile, and who is to wait all the same.

    ``unread`` are tables that a notebook will not look at (``without``): for these it does not wait.
    """

    plan: Plan
    stage: Path
    unread: Mapping[str, frozenset[str]] = field(default_factory=dict)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: dict[str, Done] = field(default_factory=dict)
    waits: set[str] = field(default_factory=set)

    def offered(self, notebook: Notebook, writers: list[Notebook]) -> dict[str, str] | None:
        """sha256 of the tables that ``notebook`` reads from ``writers``, who still run; None while one is missing.

        A table that it will not look at has none ("").
        """
        if notebook.name in self.waits or notebook.own or any(writer.own for writer in writers):
            return None
        read = [table for writer in writers for table in writer.writes if table in notebook.reads]
        unread = self.unread.get(notebook.name, frozenset())
        held = {table: "" if table in unread else handed_on(self.stage, table) for table in read}
        return held if all(held[table] for table in held.keys() - unread) else None

    def mistaken(self, tables: Mapping[str, TableEntry]) -> list[str]:
        """Who began on another table than the one of that name among ``tables``."""
        return [
            name
            for name, held in self.begun.items()
            if any(digest and table in tables and tables[table].sha256 != digest for table, digest in held.items())
        ]

    def resting_on(self, name: str) -> list[str]:
        """Who began on a table of notebook ``name``."""
        writes = next(set(n.writes) for n in self.plan.notebooks if n.name == name)
        return [other for other, held in self.begun.items() if writes & held.keys()]

    def revoke(self, notebook: Notebook) -> None:
        """Take back what a notebook handed on and, failing, never wrote."""
        for table in notebook.writes:
            if handed_on(self.stage, table) and not (self.stage / "tables" / f"{table}.csv").is_file():
                take_back(self.stage, table)

    def forget(self, notebook: Notebook, done: Done | None) -> None:
        """Remove what a notebook left that is dropped."""
        self.begun.pop(notebook.name, None)
        self.ended.pop(notebook.name, None)
        self.waits.add(notebook.name)
        for table in notebook.writes:
            take_back(self.stage, table)
        paths = [PurePosixPath("notebooks", f"{notebook.name}.ipynb"), PurePosixPath("facts", f"{notebook.stage}.json")]
        entry = NotebookEntry(state="ok", facts=done.facts) if done else None
        for path in [*paths, *files_of(entry)]:
            self.stage.joinpath(path).unlink(missing_ok=True)
