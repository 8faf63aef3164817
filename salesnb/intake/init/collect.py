"""The files behind the given paths, read as raw tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read import files
from salesnb.intake.read.raw import Hints, Raw, Source
from salesnb.model.errors import DataError, Place, Text

DEPTH = 3


def sources(paths: Sequence[Path], folder: Path) -> list[Source]:
    """Every readable file of ``paths`` (folders are searched), named relative to ``folder`` if it holds them.

    UsageError-like DataError when nothing can be read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and len(p.relative_to(path).parts) <= DEPTH)
            found += [p for p in inside if p.suffix.lower() in files.KINDS and not p.name.startswith((".", "~$"))]
        elif path.is_file():
            found.append(path)
        else:
            raise DataError(
                Text("文件或文件夹不存在", "there is no such file or folder"),
                where=Place(file=str(path)),
                remedy=Text("检查路径", "check the path"),
            )
    unique = list(dict.fromkeys(p.resolve() for p in found))
    if not unique:
        raise DataError(
            Text("没有找到可读取的数据文件", "no data file was found that can be read"),
            where=Place(file=", ".join(str(p) for p in paths)),
            remedy=Text(f"支持 {', '.join(files.KINDS)}", f"supported: {', '.join(files.KINDS)}"),
        )
    return [Source(p, _named(p, folder)) for p in unique]


def _named(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def tables(bench: Bench, found: Sequence[Source]) -> list[Raw]:
    """All tables of all files; a file that cannot be read becomes a finding, the others still count."""
    out: list[Raw] = []
    errors: list[DataError] = []
    for source in found:
        try:
            out += [raw for raw in files.read(bench, source, Hints()) if raw.rows]
        except DataError as error:
            errors.append(error)
            bench.findings.add(
                Finding(
                    "init_unreadable",
                    "warn",
                    Text(f"文件没有读成：{error.what.zh}", f"the file was not read: {error.what.en}"),
                    error.remedy or Text("检查文件", "look at the file"),
                    file=source.shown,
                )
            )
    if not out and errors:
        raise errors[0]
    return out
