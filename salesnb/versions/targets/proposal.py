"""A version's proposal: the table ``target_cells`` and whether it may be approved at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import DataError, Place, Text, VersionError
from salesnb.model.money import minor_digits
from salesnb.versions.folders import PeriodFolder, version_name
from salesnb.versions.manifest import Manifest, read_manifest
from salesnb.versions.tables import read_table, sha256_of, table_facts

if TYPE_CHECKING:
    import pandas as pd

TABLE, AMOUNT = "target_cells", "target_minor"


@dataclass(frozen=True)
class Proposal:
    """What a version proposes: its cells, their keys, and where and from what knowledge they come.

    ``version`` is ``PERIOD/vNNN``; ``grain_minor`` the planning grain of that run in minor units.
    """

    folder: Path
    version: str
    as_of: date
    sha256: str
    keys: tuple[str, ...]
    grain_minor: int
    frame: pd.DataFrame
    table: str = TABLE

    @property
    def path(self) -> Path:
        """The table's file."""
        return self.folder / "tables" / f"{self.table}.parquet"


def read_proposal(period: PeriodFolder, number: int, currency: str, table: str = TABLE) -> Proposal:
    """The proposal of version ``number``: a plan's ``target_cells``, or another ``table`` of the same columns.

    VersionError when the version is not whole, stale or a draft, when a check of it failed, or when its table is
    missing or is not the one that was published.
    """
    folder, name = period.version(number), version_name(number)
    place = period.shown(name)
    manifest = read_manifest(folder)
    _whole(manifest, name, place)
    entry = manifest.tables.get(table)
    path = folder / "tables" / f"{table}.parquet"
    if entry is None or not path.is_file():
        raise VersionError(
            Text(f"{name} 里没有目标方案（表 {table}）", f"{name} holds no proposal (table {table})"),
            where=Place(file=place),
            remedy=Text(
                f"先运行 salesnb run {period.period}，它会做出方案", f"run salesnb run {period.period}, which makes one"
            ),
        )
    if sha256_of(path) != entry.sha256:
        raise VersionError(
            Text(f"{name} 的表 {table} 与清单记下的指纹不符", f"table {table} of {name} does not match its manifest"),
            where=Place(file=f"{place}/tables/{table}.parquet"),
            why=Text("发布之后文件被改动或损坏", "the file was changed or damaged after it was published"),
            remedy=Text("从备份恢复，或重新运行出一个新版本", "restore it from a backup, or run a new version"),
        )
    _decided(manifest, entry.writer, name, place)
    _current(manifest, entry.writer, name, place)
    keys, frame = tuple(table_facts(folder / "tables", table)[1]), read_table(folder / "tables", table)
    _columns(frame, keys, f"{period.period}/{name}/{table}")
    return Proposal(
        folder=folder,
        version=f"{period.period}/{name}",
        as_of=date.fromisoformat(manifest.as_of),
        sha256=entry.sha256,
        keys=keys,
        grain_minor=_grain(folder, currency),
        frame=frame,
        table=table,
    )


def latest_proposal(period: PeriodFolder, currency: str) -> Proposal | None:
    """The newest version's proposal that could be approved; None where there is none."""
    found = _newest(period)
    return None if found is None else read_proposal(period, found[0], currency)


def proposed_sha256(period: PeriodFolder) -> str:
    """sha256 of the table that :func:`latest_proposal` gives; "" where there is none."""
    found = _newest(period)
    return "" if found is None else found[1].tables[TABLE].sha256


def _newest(period: PeriodFolder) -> tuple[int, Manifest] | None:
    for number in reversed(period.complete()):
        manifest = read_manifest(period.version(number))
        if TABLE in manifest.tables and _why_not(manifest) is None and _holds(manifest):
            return number, manifest
    return None


def _why_not(manifest: Manifest) -> Text | None:
    """Why a version may not be approved, as the end of a sentence that begins with its name."""
    ended = sorted(n for n, entry in manifest.notebooks.items() if entry.state in ("failed", "stopped"))
    failed = [str(check.get("code", "?")) for check in manifest.checks if not check.get("passed")]
    if manifest.state != "complete" or ended:
        names = "、".join(ended)
        return Text(f"不完整（{names or manifest.state}）", f"is not complete ({', '.join(ended) or manifest.state})")
    if manifest.draft:
        return Text("是草稿", "is a draft")
    return Text(f"有校验未通过：{'、'.join(failed)}", f"failed checks: {', '.join(failed)}") if failed else None


def _whole(manifest: Manifest, name: str, place: str) -> None:
    why = _why_not(manifest)
    if why is not None:
        raise VersionError(
            Text(f"{name} {why.zh}，不能批准", f"{name} {why.en} and cannot be approved"),
            where=Place(file=f"{place}/manifest.json"),
            remedy=Text("解决问题后重新运行，批准新的版本", "solve it, run again and approve the new version"),
        )


def _holds(manifest: Manifest) -> bool:
    """Whether the proposal decides something and rests on the data and parameters of its own version."""
    entry = manifest.notebooks.get(manifest.tables[TABLE].writer)
    return entry is None or not (entry.stale or "undecided" in entry.facts)


def _decided(manifest: Manifest, writer: str, name: str, place: str) -> None:
    """The plan's musts agree: of a version that says they do not, nothing is approved."""
    entry = manifest.notebooks.get(writer)
    why = entry.facts.get("undecided") if entry is not None else None
    if isinstance(why, dict):
        raise VersionError(
            Text(f"{name} 的目标未决，不能批准", f"{name} decides nothing and cannot be approved"),
            where=Place(file=f"{place}/manifest.json", key=f"notebooks.{writer}"),
            why=Text(str(why.get("zh", "")), str(why.get("en", ""))),
            remedy=Text(
                "选定一个解决办法写进 decomposition.yaml，再运行、批准新的版本",
                "write one of the ways out into decomposition.yaml, run again and approve the new version",
            ),
        )


def _current(manifest: Manifest, writer: str, name: str, place: str) -> None:
    entry = manifest.notebooks.get(writer)
    if entry is not None and entry.stale:
        raise VersionError(
            Text(
                f"{name} 的方案沿用自 {entry.from_}，且已过期",
                f"the proposal in {name} is carried from {entry.from_} and stale",
            ),
            where=Place(file=f"{place}/manifest.json", key=f"notebooks.{writer}"),
            why=Text("它没有用上现在的数据或参数", "it does not rest on the present data or parameters"),
            remedy=Text("重新运行后批准新的版本", "run again and approve the new version"),
        )


def _grain(folder: Path, currency: str) -> int:
    """The planning grain this version was made with, from its own copy of the parameters."""
    from pydantic import TypeAdapter

    from salesnb.model.params.decomposition import Decomposition
    from salesnb.model.params.quantities import Yuan
    from salesnb.versions.snapshot import read_one

    stated: Any = read_one(folder, "decomposition.yaml")
    grain = stated.get("grain") if isinstance(stated, dict) else None
    major = TypeAdapter(Yuan).validate_python(Decomposition().grain if grain is None else grain)
    return max(1, round(major * 10 ** minor_digits(currency)))


def _columns(frame: pd.DataFrame, keys: tuple[str, ...], table: str) -> None:
    wanted = ["plan", "month", AMOUNT]
    absent = [name for name in (*wanted, *keys) if name not in frame.columns]
    whole = AMOUNT in frame.columns and str(frame[AMOUNT].dtype) == "int64"
    if absent or not keys or not whole:
        raise DataError(
            Text(
                f"方案表缺少列 {'、'.join(absent) or '（键或整数金额）'}",
                f"the proposal lacks {', '.join(absent) or 'keys or whole amounts'}",
            ),
            where=Place(file=table, column=absent[0] if absent else AMOUNT),
            why=Text("金额须为整数分，每格只有一行", "amounts are whole minor units, one row a cell"),
        )
