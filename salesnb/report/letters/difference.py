"""What a letter changes against the one it replaces (R85: re-signed on change)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from salesnb.model.errors import Text
from salesnb.report import numbers
from salesnb.report.letters.content import Change, Kpi, Letter
from salesnb.report.letters.wording import kpi_value, quarter_words


def replacing(letter: Letter, previous: Letter | None) -> Letter:
    """``letter`` with the number of ``previous`` and every figure, indicator and clause that differs from it."""
    if previous is None:
        return letter
    return replace(letter, replaces=previous.number, changes=tuple(_changes(previous, letter)))


def _changes(old: Letter, new: Letter) -> Iterator[Change]:
    if old.target_minor != new.target_minor:
        yield Change(Text("目标合计", "Target, whole term"), old.target_minor, new.target_minor)
    for number in sorted({*old.quarters, *new.quarters}):
        pair = old.sum(old.quarters.get(number, ())), new.sum(new.quarters.get(number, ()))
        if pair[0] != pair[1]:
            yield Change(quarter_words(number), *pair)
    for line in sorted({*old.lines, *new.lines}):
        pair = old.sum(line=line), new.sum(line=line)
        if pair[0] != pair[1]:
            yield Change(Text(f"产品线 {line}", f"Product line {line}"), *pair)
    yield from _indicators(old, new)
    for label, before, after in (
        (Text("责任人", "Holder"), old.holder.name, new.holder.name),
        (Text("岗位", "Role"), old.holder.role, new.holder.role),
        (Text("所属", "Unit"), old.holder.place, new.holder.place),
        (Text("责任期限", "Term"), f"{old.start}—{old.end}", f"{new.start}—{new.end}"),
        (Text("目标调整", "Adjustment"), old.adjustment, new.adjustment),
        (Text("异议处理", "Objection"), old.objection, new.objection),
        (Text("一票否决", "Vetoes"), "；".join(old.vetoes), "；".join(new.vetoes)),
        (Text("其他约定", "Other terms"), "；".join(old.clauses), "；".join(new.clauses)),
    ):
        if before != after:
            yield Change(label, Text(before, before), Text(after, after))
    if old.incentives != new.incentives:
        pairs = [Text("；".join(t.zh for t in x.incentives), "; ".join(t.en for t in x.incentives)) for x in (old, new)]
        yield Change(Text("激励办法", "Incentives"), *pairs)


def _indicators(old: Letter, new: Letter) -> Iterator[Change]:
    before, after = ({kpi.id: kpi for kpi in letter.kpis} for letter in (old, new))
    for name in (*after, *(name for name in before if name not in after)):
        was, is_now = before.get(name), after.get(name)
        known = is_now or was
        if known is None or (was and is_now and was.is_target and was.weight == is_now.weight):
            continue  # its amount stands in the first lines
        if was != is_now:
            label = Text(f"指标“{known.text}”", f"Indicator: {known.text}")
            yield Change(label, _said(was, old), _said(is_now, new))


def _said(kpi: Kpi | None, letter: Letter) -> Text:
    if kpi is None:
        return Text(numbers.MISSING, numbers.MISSING)
    weight = numbers.rate(kpi.weight, 0)
    zh, en = (kpi_value(kpi, letter, lang) for lang in ("zh", "en"))
    return Text(f"{zh}，权重 {weight}", f"{en}, weight {weight}")
