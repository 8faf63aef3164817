"""``salesnb diff UNIT PERIOD [OLD NEW]``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from salesnb.cli.commands import DONE
from salesnb.model.errors import Text, UsageError
from salesnb.model.places import outputs_dir

if TYPE_CHECKING:
    from salesnb.versions.folders import PeriodFolder

_SHOWN = 40
_WHAT = {
    "table": Text("表", "table"),
    "parameter": Text("参数", "parameter"),
    "data": Text("数据", "data"),
    "code": Text("程序", "code"),
    "package": Text("软件包", "package"),
}


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    parser.add_argument("period", metavar=Text("期间", "PERIOD").get(lang))
    help_text = Text("两个版本，如 v001 v002；默认最新两版", "two versions, e.g. v001 v002; default the latest two")
    parser.add_argument("versions", nargs="*", metavar="vNNN", help=help_text.get(lang))
    page = Text("写成网页，并在索引页上链接", "write a page, linked from the index")
    parser.add_argument("--page", action="store_true", help=page.get(lang))
    parser.add_argument("--csv", action="store_true", help=Text("以 CSV 输出全部", "everything as CSV").get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Print the differences."""
    from salesnb.versions.compare import changes_csv, compare_versions
    from salesnb.versions.folders import PeriodFolder, version_name

    folder = PeriodFolder(outputs_dir(), given.unit, given.period)
    if len(given.versions) not in (0, 2):
        raise UsageError(Text("写出两个版本，或都不写", "name two versions, or none"))
    numbers = [folder.existing(text) for text in given.versions] or folder.complete()[-2:]
    if len(numbers) < 2:
        raise UsageError(
            Text(
                f"{given.unit} {given.period} 不足两个版本", f"{given.unit} {given.period} has fewer than two versions"
            ),
            remedy=Text("用 salesnb status 查看已有版本", "list versions with salesnb status"),
        )
    if given.page:
        return _page(folder, numbers[0], numbers[1], lang)
    difference = compare_versions(folder.version(numbers[0]), folder.version(numbers[1]))
    if given.csv:
        sys.stdout.write(changes_csv(difference).replace("\r\n", "\n"))
        return DONE
    old, new = map(version_name, numbers)
    if difference.same:
        print(Text(f"{old} 与 {new} 完全相同", f"{old} and {new} are the same").get(lang))
        return DONE
    print(
        Text(f"{old} → {new}：{difference.cell_count} 格变动", f"{old} → {new}: {difference.cell_count} cells").get(
            lang
        )
    )
    for position, (what, cell) in enumerate(difference.lines()):
        if position == _SHOWN:
            print(Text("… 全部变动请加 --csv", "… all with --csv").get(lang))
            break
        where = " ".join(part for part in (cell.table, cell.key, cell.column) if part)
        print(f"{_WHAT[what].get(lang)} {where}: {cell.old or '—'} → {cell.new or '—'}")
    return DONE


def _page(folder: PeriodFolder, old: int, new: int, lang: str) -> int:
    from salesnb.runs.comparison import write_comparison

    page, difference = write_comparison(folder, old, new, lang)
    cells = difference.cell_count
    print(Text(f"{cells} 格变动：{folder.shown('compare', page.name)}",
               f"{cells} cells: {folder.shown('compare', page.name)}").get(lang))  # fmt: skip
    return DONE
