"""Everything that can be known to be wrong without running a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from salesnb.model.errors import ParamsError, RunError, SalesnbError
from salesnb.model.params import Params, load_unit
from salesnb.model.periods import Kind
from salesnb.model.places import notebooks_dir
from salesnb.runs.dag import discover, sequence
from salesnb.runs.fingerprint import source_files

NAMES = ("unit", "period", "as_of", "lang")


def findings(unit: str) -> Iterator[SalesnbError]:
    """What is wrong with a unit's parameters, its sources' files and the notebooks: the first thing of each kind."""
    try:
        params = load_unit(unit)
    except SalesnbError as error:
        yield error
        return
    yield from _caught(params.check_all)
    yield from _caught(lambda: _decided(params))
    for name in params.company.sources:
        yield from _caught(lambda name=name: source_files(params, name))  # type: ignore[misc]
    yield from _notebooks(params)


def _decided(params: Params) -> None:
    """Approved targets and change requests are what they were when they were decided."""
    from salesnb.versions.changes import read_changes
    from salesnb.versions.targets.chain import plans, read_chain

    for plan in plans(params.folder):
        read_chain(params.folder, plan)
    with suppress(ParamsError):  # a file that cannot be read has been told already
        read_changes(params)


def _notebooks(params: Params) -> Iterator[SalesnbError]:
    from salesnb.model.tables import contracts
    from salesnb.runs.execute import check_parameters

    try:
        notebooks, _ = discover(notebooks_dir(), params.folder / "notebooks")
        for kind in Kind:
            sequence(notebooks, kind, contracts())
    except RunError as error:
        yield error
        return
    for notebook in notebooks:
        yield from _caught(lambda n=notebook: check_parameters(n, dict.fromkeys(NAMES, "")))  # type: ignore[misc]


def _caught(attempt: Callable[[], object]) -> Iterator[SalesnbError]:
    try:
        attempt()
    except SalesnbError as error:
        yield error
