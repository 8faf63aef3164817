"""``salesnb diff UNIT PERIOD [OLD NEW]``: two versions, each of this period or of another (``2024-05/v001``)."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from salesnb.cli.commands import DONE
from salesnb.model.errors import Text, UsageError
from salesnb.model.places import outputs_dir

if TYPE_CHECKING:
    from salesnb.versions.folders import PeriodFolder

    Side = tuple[PeriodFolder, int]

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
    help_text = Text(
        "两个版本，如 v001 v002，也可以是另一期间的 2024-05/v001 或 2024-05（其最新版）；默认最新两版",
        "two versions, as v001 v002, or another period's: 2024-05/v001, 2024-05 (its latest); default: the latest two",
    )
    parser.add_argument("versions", nargs="*", metavar="[PERIOD/]vNNN", help=help_text.get(lang))
    page = Text("写成网页，并在索引页上链接", "write a page, linked from the index")
    parser.add_argument("--page", action="store_true", help=page.get(lang))
    parser.add_argument("--csv", action="store_true", help=Text("以 CSV 输出全部", "everything as CSV").get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Print the differences."""
    from salesnb.model.params import load_unit
    from salesnb.versions.compare import changes_csv, compare_versions

    old, new = _sides(given)
    if given.page:
        return _page(old, new, lang)
    calendar = load_unit(given.unit).company.calendar
    difference = compare_versions(old[0].version(old[1]), new[0].version(new[1]), calendar)
    if given.csv:
        sys.stdout.write(changes_csv(difference).replace("\r\n", "\n"))
        return DONE
    first, last = _words(old, new)
    if difference.same:
        print(Text(f"{first} 与 {last} 完全相同", f"{first} and {last} are the same").get(lang))
        return DONE
    count = difference.cell_count
    print(Text(f"{first} → {last}：{count} 格变动", f"{first} → {last}: {count} cells").get(lang))
    for position, (what, cell) in enumerate(difference.lines()):
        if position == _SHOWN:
            print(Text("… 全部变动请加 --csv", "… all with --csv").get(lang))
            break
        where = " ".join(part for part in (cell.table, cell.key, cell.column) if part)
        print(f"{_WHAT[what].get(lang)} {where}: {cell.old or '—'} → {cell.new or '—'}")
    return DONE


def _sides(given: argparse.Namespace) -> list[Side]:
    """The two versions, each with its period's folder; UsageError when two are not named and not there."""
    from salesnb.versions.folders import PeriodFolder

    folder = PeriodFolder(outputs_dir(), given.unit, given.period)
    if len(given.versions) not in (0, 2):
        raise UsageError(Text("写出两个版本，或都不写", "name two versions, or none"))
    sides = [folder.named(text) for text in given.versions] or [(folder, n) for n in folder.complete()[-2:]]
    if len(sides) < 2:
        raise UsageError(
            Text(
                f"{given.unit} {given.period} 不足两个版本", f"{given.unit} {given.period} has fewer than two versions"
            ),
            remedy=Text(
                "用 salesnb status 查看已有版本；另一期间的写作 2024-05/v001",
                "list versions with salesnb status; another period's is written 2024-05/v001",
            ),
        )
    return sides


def _words(old: Side, new: Side) -> list[str]:
    """``v001`` and ``v002``; with their periods where these differ."""
    from salesnb.versions.folders import version_name

    is_one = old[0].period == new[0].period
    return [version_name(n) if is_one else f"{folder.period} {version_name(n)}" for folder, n in (old, new)]


def _page(old: Side, new: Side, lang: str) -> int:
    from salesnb.runs.comparison import write_comparison

    page, difference = write_comparison(old, new, lang)
    cells, shown = difference.cell_count, new[0].shown("compare", page.name)
    print(Text(f"{cells} 格变动：{shown}", f"{cells} cells: {shown}").get(lang))
    return DONE
