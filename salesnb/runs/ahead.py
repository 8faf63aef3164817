"""What another processor makes while notebooks still run: the parameters' text, and sections of pages of those that
have ended.

What a page says of its version (its number, its neighbours, its comparison) is only known at the end and added then.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.model.lexicon import lexicon
from salesnb.report.spoken import speaking
from salesnb.runs.beside import Lost, Twin, possible
from salesnb.runs.reuse import likely, mark_of
from salesnb.runs.spare import Spare
from salesnb.versions.snapshot import PARAMS, snapshot_text

if TYPE_CHECKING:
    from salesnb.report.sections import Parts
    from salesnb.runs.job import Job

# What the twin imports for the sections it makes, and its owner for what it makes of tables: each after the first
# kernel has come up, which need not wait for that.
_SECTIONS_NEED = ("nbformat", "nbconvert.exporters.html", "salesnb.report.sections")
BOOKS_NEED = ("xlsxwriter", "salesnb.report.page", "salesnb.report.own", "salesnb.report.excel")


class Ahead:
    """The twin that makes sections; without one ``parts`` knows of none, and whoever wants them makes them.

    ``params`` is what the parameter files hold; ``spare`` is what this process makes itself while it waits."""

    def __init__(self, job: Job, stage: Path, params: Mapping[str, Any]) -> None:
        self._settings, self._stage, self._params = job.settings, stage, params
        latest = job.latest.manifest if job.latest is not None and likely(job) else None
        self._held = latest.made if latest is not None else {}
        same = {name: table.sha256 for name, table in latest.tables.items()} if latest is not None else {}
        self.spare = Spare(job.settings, stage, same, job.plan)
        self._asked: list[str] = []
        self._made: dict[str, str] = {}
        self._twin: Twin | None = None
        if possible(job.settings.request.jobs):
            self._twin = Twin(self._make, is_patient=True)

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """Let the parameters' text be made, and what pages need be imported."""
        self.ask(PARAMS)

    def ask(self, name: str) -> None:
        """Notebook ``name`` has ended well and stands in the stage."""
        if self._twin is not None:
            self._twin.ask(name)
            self._asked.append(name)

    def carried(self, name: str, is_latest: bool) -> None:
        """Notebook ``name`` stands in the stage; as the latest version has it, its page serves again as a rule."""
        if not is_latest or f"all/{name}.html" not in self._held:
            self.ask(name)

    def parts(self, name: str) -> Parts | None:
        """What was made of notebook ``name`` in the words spoken now; None where that is to be done here."""
        if self._answer(name) != mark_of(lexicon(self._settings.params, self._settings.lang)):
            return None
        found: Parts = pickle.loads(self._file(name).read_bytes())
        return found

    def write_params(self) -> None:
        """``params.yaml`` stands in the stage after this."""
        if self._answer(PARAMS) is None:
            self._make(PARAMS)

    def _answer(self, name: str) -> str | None:
        """What the twin says it has made; None where it has not."""
        while name in self._asked and self._twin is not None:
            first = self._asked.pop(0)
            try:
                self._made[first] = self._twin.answer()
            except Lost:
                continue
        return self._made.get(name)

    def close(self) -> None:
        """End the twin."""
        if self._twin is not None:
            self._twin.close()
            self._twin = None

    def _file(self, name: str) -> Path:
        """Among the facts, which are not published."""
        return self._stage / "facts" / f"{name}.parts"

    def _make(self, name: str) -> str:
        """In the twin: make a notebook's sections; the mark of the words they are said in."""
        if name == PARAMS:
            text = snapshot_text(dict(self._params))
            (self._stage / PARAMS).write_text(text, encoding="utf-8", newline="\n")
            for module in _SECTIONS_NEED:
                import_module(module)
            return PARAMS
        import nbformat

        from salesnb.report import sections

        node = nbformat.read(self._stage / "notebooks" / f"{name}.ipynb", as_version=4)
        words = lexicon(self._settings.params, self._settings.lang)
        with speaking(words):
            made = sections.parts(node, self._settings.lang, name)
        self._file(name).write_bytes(pickle.dumps(made))
        return mark_of(words)
