"""Reading a plan's chain: every file of every revision is checked each time, then the one in force is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from salesnb.model.errors import Place, Text, VersionError
from salesnb.model.places import safe_name
from salesnb.versions.tables import sha256_of
from salesnb.versions.targets.record import Revision, read_record, revision_name, same_line_ends, tampered

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.periods import Calendar, Period

FOLDER = "targets"
_FILE = re.compile(r"(?P<plan>.+)-r(?P<number>\d{2,})\.(?P<kind>yaml|parquet)")
State = Literal["approved", "imported", "none", "later"]


@dataclass(frozen=True)
class Chain:
    """All revisions of a plan, oldest first; they were verified when this was read."""

    folder: Path
    plan: str
    revisions: tuple[Revision, ...]

    @property
    def head(self) -> str:
        """The last hash, which stands for the whole chain; empty where nothing is approved."""
        return self.revisions[-1].hash if self.revisions else ""

    @property
    def last(self) -> Revision | None:
        """The newest revision."""
        return self.revisions[-1] if self.revisions else None

    def known(self, as_of: date) -> Revision | None:
        """The highest revision that was decided by ``as_of``."""
        return max((r for r in self.revisions if r.decided <= as_of), key=lambda r: r.revision, default=None)

    def holds(self, printed: str) -> Revision | None:
        """The revision whose hash a letter or page shows, whole or its first characters (8 or more).

        None: that paper does not belong to this chain, so one of the two was made otherwise.
        """
        start = printed.strip().lower()
        found = [r for r in self.revisions if len(start) >= 8 and r.hash.startswith(start)]
        return found[0] if len(found) == 1 else None

    def cells(self, revision: Revision) -> pd.DataFrame:
        """The table of ``revision``: one row a cell (proposal) or a window (imported), money in ``target_minor``."""
        import pandas as pd

        return pd.read_parquet(self.folder / f"{revision.name}.parquet")

    def reference_state(self, revision: Revision) -> Literal["same", "changed", "missing"]:
        """Whether the document the decision cites is still what it was; a note beside the targets, not an error."""
        import hashlib

        path = self.folder.parent / revision.reference
        if not path.is_file():
            return "missing"
        now = hashlib.sha256(same_line_ends(path.read_bytes())).hexdigest()
        return "same" if now == revision.reference_sha256 else "changed"


@dataclass(frozen=True)
class InForce:
    """What people are judged by as known on ``as_of``.

    ``state``: approved, imported, none (nothing was ever approved) or later (only after ``as_of``); in the last two
    there is no revision, no table and no head, and nothing takes their place.
    """

    plan: str
    as_of: date
    state: State
    revision: Revision | None = None
    frame: pd.DataFrame | None = None

    @property
    def head(self) -> str:
        """The hash to print beside figures judged by these targets."""
        return self.revision.hash if self.revision else ""

    def say(self) -> Text:
        """The state in words."""
        if self.revision is None:
            if self.state == "later":
                return Text(
                    f"截至 {self.as_of}，{self.plan} 的目标尚未批准（之后才批准）",
                    f"as of {self.as_of} the targets of {self.plan} were not yet approved",
                )
            return Text(f"{self.plan} 没有已批准的目标", f"{self.plan} has no approved targets")
        r = self.revision
        origin = Text("（导入的既有目标）", " (imported quotas)") if self.state == "imported" else Text("", "")
        return Text(
            f"目标 {r.name}{origin.zh}，{r.by} 于 {r.decided} 批准，自 {r.from_} 起执行",
            f"targets {r.name}{origin.en}, approved by {r.by} on {r.decided}, from {r.from_}",
        )


def in_force(unit_folder: Path, plan: str, as_of: date) -> InForce:
    """The targets of ``plan`` in force as known on ``as_of``: the highest revision decided by then.

    ``unit_folder`` is the unit's params folder. The whole chain is verified first; VersionError names the file that was
    changed, lost or added. None approved is a state, not an error.
    """
    chain = read_chain(unit_folder, plan)
    revision = chain.known(as_of)
    if revision is None:
        return InForce(plan, as_of, "later" if chain.revisions else "none")
    state: State = "imported" if revision.source == "imported" else "approved"
    return InForce(plan, as_of, state, revision, chain.cells(revision))


def read_chain(unit_folder: Path, plan: str) -> Chain:
    """All revisions of ``plan``, verified: seals, links, tables, order of decisions, no gap and no stray file."""
    folder = unit_folder / FOLDER
    numbers = _numbers(folder, safe_name(plan, Text("计划", "plan")))
    revisions: list[Revision] = []
    for number in range(1, max(numbers["yaml"], default=0) + 1):
        revisions.append(_read(folder, plan, number, revisions[-1] if revisions else None))
    _no_strays(folder, plan, numbers["parquet"], len(revisions))
    return Chain(folder, plan, tuple(revisions))


def plans(unit_folder: Path) -> list[str]:
    """Plans that have at least one revision, sorted."""
    found = (_FILE.fullmatch(path.name) for path in (unit_folder / FOLDER).glob("*.yaml"))
    return sorted({match["plan"] for match in found if match})


def covers(unit_folder: Path, period: Period, calendar: Calendar) -> bool:
    """Whether a plan with approved targets holds the whole of ``period``."""
    for plan in plans(unit_folder):
        held = calendar.period(plan)
        if held.start <= period.start and period.end <= held.end:
            return True
    return False


def _numbers(folder: Path, plan: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"yaml": set(), "parquet": set()}
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _FILE.fullmatch(path.name)
        if match and match["plan"] == plan:
            if path.name != f"{revision_name(plan, int(match['number']))}.{match['kind']}":
                raise tampered(shown(folder, path.name), Text("文件名不是本程序写的", "the file's name is not ours"))
            found[match["kind"]].add(int(match["number"]))
    return found


def _read(folder: Path, plan: str, number: int, before: Revision | None) -> Revision:
    name = revision_name(plan, number)
    record, table = folder / f"{name}.yaml", folder / f"{name}.parquet"
    for path in (record, table):
        if not path.is_file():
            raise tampered(shown(folder, path.name), Text("文件缺失", "the file is missing"))
    found = read_record(record, shown(folder, record.name))
    if sha256_of(table) != found.sha256:
        raise tampered(
            shown(folder, table.name),
            Text(
                f"目标表与 {record.name} 记下的指纹不符", f"the table does not match the fingerprint in {record.name}"
            ),
        )
    _linked(found, before, plan, number, shown(folder, record.name))
    return found


def _linked(found: Revision, before: Revision | None, plan: str, number: int, place: str) -> None:
    """The record belongs here and follows the one before it."""
    if (found.plan, found.revision) != (plan, number):
        raise tampered(place, Text(f"记录写的是 {found.name}", f"the record says it is {found.name}"))
    if found.previous != (before.hash if before else ""):
        raise tampered(
            place,
            Text(
                f"它接续的不是现有的 {before.name if before else '第一版'}",
                f"it does not continue {before.name if before else 'as the first revision'}",
            ),
        )
    if found.supersedes != (before.name if before else "") or (before and found.decided < before.decided):
        raise tampered(place, Text("与前一版的次序不符", "its order does not fit the revision before"))


def _no_strays(folder: Path, plan: str, tables: set[int], last: int) -> None:
    """A table without a record: an approval interrupted between its two renames leaves one, anything else is odd."""
    for number in sorted(tables):
        name = revision_name(plan, number)
        unfinished = number == last + 1 and any(
            (folder / path).is_file() for path in (f".{name}.yaml.part", f"{name}.yaml")
        )
        if number > last and not unfinished:
            raise tampered(
                shown(folder, f"{name}.parquet"), Text(f"没有对应的 {name}.yaml", f"there is no {name}.yaml for it")
            )


def shown(folder: Path, name: str) -> str:
    """A file of the chain as the user knows it."""
    return f"params/{folder.parent.name}/{FOLDER}/{name}"


def missing_targets(plan: str, as_of: date) -> VersionError:
    """For callers that cannot go on without approved targets: what to do."""
    return VersionError(
        Text(f"截至 {as_of}，{plan} 没有已批准的目标", f"as of {as_of} no targets of {plan} are approved"),
        where=Place(file=f"{FOLDER}/{revision_name(plan, 1)}.yaml"),
        remedy=Text(
            f"先用 salesnb approve 单位 {plan} 版本 批准一版", f"approve a version: salesnb approve UNIT {plan} vNNN"
        ),
    )
