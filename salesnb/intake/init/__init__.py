"""``init``: exports in, a commented company.yaml out that runs at once, and a list of what it is unsure of."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salesnb.intake.bench import Bench
from salesnb.intake.init import collect, compose, crossing, links, mapping, months
from salesnb.intake.init.draft import Draft, Drafted
from salesnb.intake.init.kinds import Guess
from salesnb.intake.init.kinds import guess as guess_table
from salesnb.intake.init.profile import profile
from salesnb.intake.init.sales_doubts import SalesDoubts
from salesnb.intake.quality.findings import SEVERITIES, Finding
from salesnb.intake.read.raw import Raw
from salesnb.model.errors import DataError, Text
from salesnb.model.places import params_dir, safe_name


@dataclass(frozen=True)
class InitResult:
    """The text of company.yaml and the questions it leaves, gravest first; each names file, column and evidence."""

    company_yaml: str
    questions: list[Finding]


def guess(paths: list[Path], unit: str) -> InitResult:
    """What the exports under ``paths`` (files or folders) say about themselves.

    Nothing is written. DataError when no file can be read or none holds anything salesnb knows.
    """
    safe_name(unit, Text("单位", "unit"))
    work = Path(tempfile.mkdtemp(prefix="salesnb-init-"))
    bench = Bench(work)
    try:
        return _guess(bench, paths, unit)
    finally:
        bench.close()
        shutil.rmtree(work, ignore_errors=True)


def _guess(bench: Bench, paths: Sequence[Path], unit: str) -> InitResult:
    doubts = SalesDoubts()
    raws = collect.tables(bench, collect.sources(paths, params_dir() / unit))
    guesses = _guesses(bench, raws, doubts)
    if not guesses:
        names = ", ".join(raw.shown for raw in raws)
        raise DataError(
            Text(f"没有认出任何一张表：{names}", f"no table was recognised: {names}"),
            remedy=Text(
                "订单明细至少要有日期和金额两列，列名用常见说法",
                "order lines need a date and an amount, with usual names",
            ),
        )
    draft = _draft(bench, unit, guesses, doubts)
    questions = sorted(
        [*(f for f in bench.findings.items if f.severity != "info"), *doubts.items],
        key=lambda f: (-SEVERITIES.index(f.severity), f.file, f.code, f.column),
    )
    return InitResult(compose.company_yaml(draft, questions), questions)


def _guesses(bench: Bench, raws: Sequence[Raw], doubts: SalesDoubts) -> list[Guess]:
    """The tables worth importing; twins and strangers become questions."""
    twins = links.twins(bench, raws)
    out = []
    for place, raw in enumerate(raws):
        found = guess_table(raw, profile(bench, raw))
        sideways = months.guess_wide(bench, raw, found) if place not in twins else None
        if place in twins:
            doubts.twin(found, raws[twins[place]].shown)
        elif sideways is not None:
            out.append(sideways)
        elif found.table is None:
            doubts.unused(found)
        else:
            out.append(found)
    return out


def _draft(bench: Bench, unit: str, guesses: Sequence[Guess], doubts: SalesDoubts) -> Draft:
    chinese = sum(bool(re.search(r"[\u3400-\u9fff]", c)) for g in guesses for c in g.raw.columns)
    lang = "zh" if 2 * chinese >= sum(len(g.raw.columns) for g in guesses) else "en"
    why = Text("数据中没有币种列，按语言推断", "no currency column; judged by the language")
    draft = Draft(unit, lang, "CNY" if lang == "zh" else "USD", why)
    for group in _groups(guesses):
        first = group[0]
        assert first.table is not None
        drafted = Drafted(_name(draft, first), first.table, first.raw.file, first)
        drafted.columns = mapping.columns(bench, first, draft, doubts)
        _place(drafted, first)
        months.draft_wide(drafted, doubts)
        draft.sources.append(drafted)
        for other in group[1:]:
            again = Drafted(_name(draft, other), drafted.table, other.raw.file, other, drafted.columns)
            _place(again, other)
            draft.sources.append(again)
    crossing.cross(bench, draft, doubts)
    order = ("sales_lines", "returns")
    draft.sources.sort(key=lambda s: order.index(s.table) if s.table in order else len(order))
    return draft


def _groups(guesses: Sequence[Guess]) -> list[list[Guess]]:
    """Tables of one kind with the same columns: the exports of several years."""
    out: dict[tuple[str | None, tuple[str, ...]], list[Guess]] = {}
    for found in guesses:
        out.setdefault((found.table, found.raw.columns), []).append(found)
    return list(out.values())


def _name(draft: Draft, found: Guess) -> str:
    stem = found.raw.file.rsplit("/", 1)[-1].split(".")[0]
    base = re.sub(r"[^\w\u3400-\u9fff]+", "_", f"{stem}_{found.raw.sheet}" if found.raw.sheet else stem).strip("_")[:60]
    base = base or str(found.table)
    taken = {s.name for s in draft.sources}
    return base if base not in taken else f"{base}_{len(taken) + 1}"


def _place(drafted: Drafted, found: Guess) -> None:
    """Where the table stands in its file, and how sure its kind is."""
    if found.raw.sheet:
        drafted.options["sheet"] = found.raw.sheet
    if found.raw.header_row > 1:
        drafted.options["header_row"] = found.raw.header_row
    drafted.why = Text(
        f"{found.raw.rows} 行，{len(found.raw.columns)} 列", f"{found.raw.rows} rows, {len(found.raw.columns)} columns"
    )
