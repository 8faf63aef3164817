"""``salesnb prune``."""

from __future__ import annotations

import argparse

from salesnb.cli.commands import DONE
from salesnb.model.errors import Text
from salesnb.model.places import outputs_dir, params_dir


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("--unit", help=Text("只清理这个单位", "this unit only").get(lang))
    keep = Text(
        "每个期间保留最新的 N 版；不写则不删版本", "keep the newest N versions of a period; none are removed without"
    )
    parser.add_argument("--keep", type=int, metavar="N", help=keep.get(lang))
    dry = Text("只列出将删除什么", "only say what would go")
    parser.add_argument("--dry-run", action="store_true", help=dry.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Remove and say what was removed; versions that approved targets came from stay."""
    from salesnb.intake.leftovers import remove_imports
    from salesnb.runs.indexes import list_again
    from salesnb.versions.folders import periods
    from salesnb.versions.prune import prune

    count = 0
    touched: dict[str, None] = {}
    for folder in periods(outputs_dir(), given.unit):
        touched[folder.unit] = None
        gone = prune(folder, given.keep, approved_versions(folder.unit, folder.period), given.dry_run)
        for path in (*gone.versions, *gone.failures):
            count += 1
            _say(path, given.dry_run, lang)
        count += gone.stages
    for unit in touched:
        for name in remove_imports(outputs_dir() / unit, given.dry_run):
            count += 1
            _say(f"{unit}/_imports/{name}", given.dry_run, lang)
    if not count:
        print(Text("没有可清理的内容", "nothing to remove").get(lang))
    elif not given.dry_run:
        for unit in touched:
            list_again(unit)
    return DONE


def _say(path: str, dry: bool, lang: str) -> None:
    said = Text(f"将删除 {path}", f"would remove {path}") if dry else Text(f"已删除 {path}", f"removed {path}")
    print(said.get(lang))


def approved_versions(unit: str, period: str) -> frozenset[str]:
    """Versions that a target in ``params/UNIT/targets`` was approved from (``source version`` of its record), and those
    that a change request in ``params/UNIT/changes`` cites as its proposal."""
    from salesnb.model.params.strict import load_yaml

    found = set()
    for path in sorted((params_dir() / unit / "targets").glob("*.yaml")):
        data = load_yaml(path).data
        stated = str(data.get("source_version", ""))
        if str(data.get("plan", "")) == period or f"/{period}/" in f"/{stated}":
            found.add(stated.rsplit("/", 1)[-1])
    for path in sorted((params_dir() / unit / "changes").glob("*.yaml")):
        cited, _, version = str(load_yaml(path).data.get("version", "")).partition("/")
        if cited == period:
            found.add(version)
    return frozenset(found - {""})
