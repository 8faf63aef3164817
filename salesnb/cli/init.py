"""``salesnb init UNIT FILE…``: a first company.yaml, guessed from the exports."""

from __future__ import annotations

import argparse
from pathlib import Path

from salesnb.cli.commands import DONE
from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.places import params_dir, safe_name
from salesnb.versions.publish import replace_text, writing

_MARKS = {"info": "·", "warn": "?", "error": "!", "stop": "!!"}


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    files = Text("导出文件或文件夹（CSV、Excel、Parquet）", "exports or folders of them (CSV, Excel, Parquet)")
    parser.add_argument("paths", nargs="+", type=Path, metavar=Text("文件", "FILE").get(lang), help=files.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Write ``params/UNIT/company.yaml``, which runs as it stands, and print what only the user can know."""
    from salesnb.intake import init

    unit = safe_name(given.unit, Text("单位", "unit"))
    target, shown = params_dir() / unit / "company.yaml", f"params/{unit}/company.yaml"
    if target.exists():
        raise UsageError(
            Text(f"{shown} 已存在，不会覆盖", f"{shown} exists and is not overwritten"),
            where=Place(file=shown),
            remedy=Text("换一个单位名称，或先移走该文件", "choose another unit, or move the file away first"),
        )
    found = init.guess(given.paths, unit)
    with writing(target.parent):
        replace_text(target, found.company_yaml)
    print(Text(f"已写入 {shown}", f"{shown} written").get(lang))
    if found.questions:
        count = len(found.questions)
        print(Text(f"请核对 {count} 处（文件开头也有）：", f"{count} to look at (also on top of it):").get(lang))
    for question in found.questions:
        place = Place(question.file, question.row, question.column or None).get(lang)
        print(f"{_MARKS[question.severity]} {question.message.get(lang)}{f'  [{place}]' if place else ''}")
        print(f"    → {question.remedy.get(lang)}")
    print(Text(f"下一步：salesnb run 期间 --unit {unit}", f"next: salesnb run PERIOD --unit {unit}").get(lang))
    return DONE
