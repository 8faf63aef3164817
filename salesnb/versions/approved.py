"""Which published proposals are targets in force, for lists: read from the records alone, without their tables.

Whoever judges people by targets reads them through ``versions.targets``, which verifies every byte; here a record that
cannot be read is only named.
"""

from __future__ import annotations

from pathlib import Path

from salesnb.model.errors import SalesnbError
from salesnb.versions.targets.chain import FOLDER
from salesnb.versions.targets.record import Revision, read_record


def newest_approvals(unit_folder: Path) -> tuple[dict[str, Revision], list[str]]:
    """(plan → its newest revision, names of records that are damaged) below ``params/UNIT``."""
    newest: dict[str, Revision] = {}
    damaged: list[str] = []
    for path in sorted((unit_folder / FOLDER).glob("*.yaml")):
        try:
            found = read_record(path, path.name)
        except SalesnbError:
            damaged.append(path.name)
            continue
        if found.plan not in newest or newest[found.plan].revision < found.revision:
            newest[found.plan] = found
    return newest, damaged
