"""The manifest of a finished run, from its plan, its results and its inputs."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesnb.runs.dag import Notebook, Plan
from salesnb.runs.fingerprint import PACKAGE, Inputs
from salesnb.runs.settings import Settings
from salesnb.versions.manifest import CodeState, Failure, Manifest, NotebookEntry, TableEntry
from salesnb.versions.publish import utc_now


@dataclass
class Results:
    """What a run has so far, by notebook name and table name."""

    started: str = field(default_factory=utc_now)
    entries: dict[str, NotebookEntry] = field(default_factory=dict)
    tables: dict[str, TableEntry] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def ran(self) -> list[str]:
        """Notebooks that were executed and are ok."""
        return [name for name, entry in self.entries.items() if entry.state == "ok"]


def build_manifest(
    settings: Settings, plan: Plan, inputs: Inputs, results: Results, version: str, previous: str | None
) -> Manifest:
    """The manifest of the run; it failed when any notebook did."""
    lead = lead_notebook(plan, results)
    facts = results.entries[lead].facts if lead else {}
    return Manifest(
        unit=settings.unit,
        company=settings.params.company.name.get(settings.lang),
        period=settings.period.text,
        kind=settings.period.kind.value,
        version=version,
        state="failed" if results.failures else "complete",
        draft=settings.request.draft,
        previous=previous,
        as_of=settings.as_of.isoformat(),
        today=settings.today.isoformat(),
        lang=settings.lang,
        started=results.started,
        finished=utc_now(),
        python=inputs.python,
        code=code_state(inputs),
        packages=inputs.packages,
        parameters={notebook.name: settings.parameters() for notebook in plan.notebooks},
        params=inputs.params,
        data=inputs.data,
        page=inputs.page,
        notebooks=results.entries,
        tables=dict(sorted(results.tables.items())),
        checks=checks(plan, results),
        lead=lead,
        headline=str(facts.get("headline", "")),
        figures=[figure for figure in facts.get("figures", []) if isinstance(figure, dict)],
        failures=results.failures,
    )


def lead_notebook(plan: Plan, results: Results) -> str:
    """The last notebook in order that states a headline: each answers a question that rests on those before it.

    One with key figures goes before one without: a review of a period that has not begun only says so.
    """
    every = [n.name for n in plan.notebooks if n.name in results.entries]
    said = [name for name in every if results.entries[name].facts.get("headline")]
    counted = [name for name in said if results.entries[name].facts.get("figures")]
    return (counted or said or every or [""])[-1]


def checks(plan: Plan, results: Results) -> list[dict[str, Any]]:
    """All checks of all notebooks, each with its notebook."""
    found = []
    for notebook in plan.notebooks:
        entry = results.entries.get(notebook.name)
        for check in entry.facts.get("checks", []) if entry else []:
            if isinstance(check, dict):
                found.append({"notebook": notebook.name, **check})
    return found


def stopped(plan: Plan, notebook: Notebook, results: Results) -> None:
    """Mark everything that depends on a failed notebook."""
    for name in plan.after(notebook.name):
        results.entries[name] = NotebookEntry(state="stopped")


def code_state(inputs: Inputs) -> CodeState:
    """Fingerprint and files of the program, with the commit where it runs from a git checkout."""
    commit, modified = _git("rev-parse", "HEAD"), None
    if commit is not None:
        changed = _git(
            "status", "--porcelain", "--untracked-files=no", "--", str(PACKAGE), str(PACKAGE.parent / "notebooks")
        )
        modified = None if changed is None else bool(changed)
    return CodeState(fingerprint=inputs.code_fingerprint(), files=inputs.code, commit=commit, modified=modified)


def _git(*arguments: str) -> str | None:
    """git's answer about the program's folder; None without git, without a repository or when it does not answer."""
    program = shutil.which("git")
    if program is None or not Path(PACKAGE.parent, ".git").exists():
        return None
    try:
        done = subprocess.run(
            [program, "-C", str(PACKAGE.parent), "--no-optional-locks", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
