"""``salesnb check``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import Place, SalesnbError, Text, UsageError
from salesnb.model.params import load_unit
from salesnb.model.places import units
from salesnb.versions.snapshot import masked_text

_SHOWN = 20


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    help_text = Text("单位；不写则检查全部", "units; all without")
    parser.add_argument("units", nargs="*", metavar=Text("单位", "UNIT").get(lang), help=help_text.get(lang))
    parser.add_argument("--unit", action="append", default=[], help=argparse.SUPPRESS)
    no_data = Text("不读取数据文件", "do not read the data files")
    parser.add_argument("--no-data", action="store_true", help=no_data.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Print every finding; 1 when something has to be mended before a run."""
    wanted = [*given.units, *given.unit] or units()
    if not wanted:
        raise UsageError(
            Text("还没有任何单位", "there is no unit yet"),
            remedy=Text("运行 salesnb init 单位 导出文件…", "run salesnb init UNIT FILE…"),
        )
    count = 0
    for unit in wanted:
        for error in _errors(unit, lang, with_data=not given.no_data):
            count += 1
            print(f"{unit}: {masked_text(error.say(lang))}")
    names = ", ".join(wanted)
    done = Text(f"{names}：没有需要处理的问题", f"{names}: nothing to mend")
    print((Text(f"共 {count} 处问题", f"{count} findings") if count else done).get(lang))
    return FINDINGS if count else DONE


def _errors(unit: str, lang: str, with_data: bool) -> Iterator[SalesnbError]:
    """What stops a run. The data is read only where nothing else is wrong; what the quality gate merely notes is
    printed."""
    from salesnb.runs.check import findings

    found = list(findings(unit))
    yield from found
    if found or not with_data or not load_unit(unit).company.sources:
        return
    from salesnb.intake import facts

    try:
        noted = facts.load(unit).findings
    except SalesnbError as error:
        yield error
        return
    noted = noted[noted["severity"] != "info"]
    for row in noted.head(_SHOWN).to_dict("records"):
        line = None if row["row"] is None or row["row"] != row["row"] else int(row["row"])
        place = Place(str(row["file"] or ""), line, str(row["column"] or "") or None).get(lang)
        print(f"{unit} [{row['severity']}] {row[f'message_{lang}']}{f'  [{place}]' if place else ''}")
        print(f"    → {row[f'remedy_{lang}']}")
    if len(noted) > _SHOWN:
        more = len(noted) - _SHOWN
        print(Text(f"… 另有 {more} 条，见数据质量页", f"… {more} more, on the data quality page").get(lang))
