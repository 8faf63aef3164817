"""``salesnb forms UNIT PLAN FILE…``: managers' workbooks on their way back, checked and kept as commitments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import LANGUAGES, Place, Text, UsageError
from salesnb.model.lexicon import lexicon
from salesnb.model.places import outputs_dir, today

if TYPE_CHECKING:
    from salesnb.intake.forms import Returned
    from salesnb.model.forms import Form
    from salesnb.model.params import Params

RECORD = "forms/commitments.json"
_SHOWN = 20


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    parser.add_argument("plan", metavar=Text("计划", "PLAN").get(lang), help=Text("如 2024", "e.g. 2024").get(lang))
    parser.add_argument("files", nargs="+", type=Path, metavar=Text("文件", "FILE").get(lang),
                        help=Text("交回的填报表", "forms that came back").get(lang))  # fmt: skip
    day = Text("哪一天交回；默认今天", "the day they came back; default today")
    parser.add_argument("--on", metavar="DATE", help=day.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Read every file; those that hold are written into periods/PLAN.yaml, of the others every fault is named."""
    from salesnb.cli.approve import day_of
    from salesnb.intake.forms import entries, returned
    from salesnb.model.params import load_unit

    params = load_unit(given.unit)
    plan = params.company.calendar.period(given.plan)
    now = today(params.company.timezone, params.company.today)
    on = day_of(given.on, "--on") or now
    if on > now:
        raise UsageError(Text(f"{on} 还没有到", f"{on} is yet to come"))
    forms, refused = _sent(params, plan.text), 0
    words = {name: lexicon(params, name) for name in LANGUAGES}
    for path in given.files:
        if not path.is_file():
            raise UsageError(Text(f"没有文件 {path.name}", f"there is no file {path.name}"))
        one = returned(path, forms, words)
        if one.is_accepted:
            _keep(params, plan.text, entries(one, on))
            print(_summary(one).get(lang))
        else:
            refused += 1
            _faults(one, lang)
    return FINDINGS if refused else DONE


def _sent(params: Params, plan: str) -> list[Form]:
    """The forms of the newest version: a return that fits none of them is out of date."""
    from salesnb.intake.forms import stored
    from salesnb.versions.folders import PeriodFolder, version_name

    folder = PeriodFolder(outputs_dir(), params.unit, plan)
    latest = folder.latest()
    if latest is None:
        raise UsageError(
            Text(f"{plan} 还没有任何版本", f"there is no version of {plan} yet"),
            remedy=Text(f"先运行 salesnb run {plan}", f"run salesnb run {plan} first"),
        )
    return stored(folder.version(latest) / RECORD, folder.shown(version_name(latest), RECORD))


def _keep(params: Params, plan: str, said: list[dict[str, Any]]) -> None:
    """Append to ``commitments`` of periods/PLAN.yaml; a file that does not exist is begun."""
    from salesnb.model.params.period import PeriodNotes
    from salesnb.model.params.save import Sheet
    from salesnb.versions.publish import replace_text

    path = params.folder / "periods" / f"{plan}.yaml"
    if not path.is_file():
        head = f"# {plan}：填报表交回的承诺数等，只追加 / commitments that came back, only added to\n"
        replace_text(path, f'{head}schema: 1\nperiod: "{plan}"\n')
    sheet = Sheet.read(path)
    text = sheet.text
    for entry in said:
        text = Sheet(sheet.path, sheet.shown, text).with_item("commitments", entry)
    if said:
        sheet.saved(text, PeriodNotes)


def _summary(one: Returned) -> Text:
    """How much of the form was filled in, and the gap of the region's own figure where it is whole."""
    import pandas as pd

    from salesnb.intake.forms import gaps

    form = one.form
    table = gaps([one])
    whole = table[
        (table["level"] == form.top.level) & (table["node_id"] == form.top.id) & (table["period"] == form.plan)
    ]
    row = whole.iloc[0]
    filled, lines = int(row["filled_count"]), int(row["line_count"])
    zh, en = f"{form.top.name}：已填 {filled}/{lines} 格", f"{form.top.name}: {filled} of {lines} cells filled in"
    unit = form.unit_label()
    for column, words in (("gap_minor", Text("下级合计比下达数", "lines against target")),
                          ("own_gap_minor", Text("本单位承诺比下达数", "own figure against target"))):  # fmt: skip
        if pd.notna(row[column]):
            amount = f"{int(row[column]) / form.scale:+,.2f}"
            zh, en = f"{zh}，{words.zh} {amount} {unit.zh}", f"{en}, {words.en} {amount} ({unit.en})"
    return Text(zh, en)


def _faults(one: Returned, lang: str) -> None:
    print(Text(f"{one.file} 没有导入：", f"{one.file} was not taken:").get(lang))
    for finding in one.findings[:_SHOWN]:
        place = Place(finding.file, finding.row, finding.column or None).get(lang)
        value = f" {finding.value!r}" if finding.value else ""
        print(f"  {finding.message.get(lang)}{value}  [{place}]")
        print(f"    → {finding.remedy.get(lang)}")
    if len(one.findings) > _SHOWN:
        more = len(one.findings) - _SHOWN
        print(Text(f"  … 另有 {more} 处", f"  … {more} more").get(lang))
