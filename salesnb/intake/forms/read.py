"""Reading one returned workbook: ours, current, untouched where it is locked, and every filled cell a usable figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.intake.forms.sheet import Opened, opened
from salesnb.intake.quality.findings import Finding
from salesnb.model.contracts.commitments import COMMITMENTS
from salesnb.model.errors import Text
from salesnb.model.forms import CHOICES, TEXT_LIMIT, Cell, Form, layout
from salesnb.model.lexicon import NOTHING, Lexicon
from salesnb.model.tables import check

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20  # changed cells named; a file with more is refused all the same
MISTAKEN = 1000  # a figure so many times the target was written in another unit
NO_WORDS: Mapping[str, Lexicon] = {}
WHOLE = "_all"  # the product line of what is not split
_LABELS = {"unit": Text("单位", "unit"), "plan": Text("计划", "plan"), "manager_id": Text("填报人", "manager")}
_SEND = Text("请用最新的填报表重填", "fill in the latest form")
_RESTORE = Text(
    "请在原填报表里只填浅黄色的格子，重新交回", "fill in only the yellow cells of the form that was sent, and return it"
)
_UNCOMPUTED = (Text("公式没有结果", "the formula has no result"), Text("改填数字", "write the number itself"))
_TOO_LONG = (
    Text(f"超过 {TEXT_LIMIT} 字", f"longer than {TEXT_LIMIT} characters"),
    Text("写短一些", "make it shorter"),
)


@dataclass(frozen=True)
class Returned:
    """A form that came back. ``frame`` is the table ``commitments`` with every cell, blank ones null; None when any
    finding refuses the file: a file is taken whole or not at all."""

    form: Form
    file: str
    findings: tuple[Finding, ...]
    frame: pd.DataFrame | None

    @property
    def is_accepted(self) -> bool:
        """Nothing refuses it."""
        return self.frame is not None


def read_form(path: Path, form: Form, words: Mapping[str, Lexicon] = NO_WORDS) -> Returned:
    """Read ``path`` as the return of ``form``, which is made anew from the current version, not from the file.

    ``words`` by language say how names read on the form that was sent. Everything that is wrong is a finding
    with sheet, row, column, value and remedy; nothing is guessed or repaired.
    """
    book = opened(path, form)
    if isinstance(book, Finding):
        return Returned(form, path.name, (book,), None)
    cells = layout(form)
    findings = list(_stale(book)) or list(_tampered(book, cells, words.get(book.lang, NOTHING)))
    filled: dict[tuple[int, int], Any] = {}
    if not findings:
        findings = list(_fill(book, cells, filled))
    frame = None if findings else _frame(form, cells, filled)
    return Returned(form, path.name, tuple(findings), frame)


def _stale(book: Opened) -> Iterator[Finding]:
    """The file is of another unit, plan, person, round or version."""
    form, stated = book.form, book.stated
    for name, label in _LABELS.items():
        if stated.get(name) != getattr(form, name):
            yield Finding(
                "form_foreign", "error",
                Text(f"这是另一份表：{label.zh}是 {stated.get(name)}，应为 {getattr(form, name)}",
                     f"another form: its {label.en} is {stated.get(name)}, not {getattr(form, name)}"),
                Text("核对交回的文件", "check which file was returned"), file=book.file, value=str(stated.get(name)),
            )  # fmt: skip
            return
    if (stated.get("round"), stated.get("version")) != (form.round, form.version):
        yield Finding(
            "form_stale", "error",
            Text(f"表已过期：它是第 {stated.get('round')} 轮、版本 {stated.get('version')}，"
                 f"现在是第 {form.round} 轮、版本 {form.version}",
                 f"out of date: round {stated.get('round')}, version {stated.get('version')}; "
                 f"now round {form.round}, version {form.version}"),
            _SEND, file=book.file, value=str(stated.get("version")),
        )  # fmt: skip
    elif stated.get("fingerprint") != form.fingerprint:
        yield Finding(
            "form_tampered", "error",
            Text("隐藏的指纹与发出的表不符", "the hidden fingerprint is not that of the form that was sent"),
            _RESTORE, file=book.file, value=str(stated.get("fingerprint"))[:12],
        )  # fmt: skip


def _tampered(book: Opened, cells: dict[tuple[int, int], Cell], words: Lexicon) -> Iterator[Finding]:
    """Locked cells that are not what was sent; rows or columns moved show the same way."""
    count = 0
    for at, cell in cells.items():
        if cell.kind in ("input", "choice", "note"):
            continue
        found = book.formulas.cell(*at).value
        if not _same(cell, found, book, words):
            count += 1
            if count > SHOWN:
                return
            wanted = cell.label.get(book.lang) if cell.kind == "text" and not cell.value else _shown(cell, book.form)
            yield book.finding(
                "form_tampered", at, found,
                Text(f"锁定的格子被改动，应为“{wanted}”", f"a locked cell was changed; it should be {wanted!r}"),
                _RESTORE,
            )  # fmt: skip


def _same(cell: Cell, found: Any, book: Opened, words: Lexicon) -> bool:
    if cell.kind == "number":
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            return False
        return round(found * book.form.scale) == cell.value
    if cell.kind == "formula":
        return _formula(found) == _formula(cell.value)
    wanted = str(cell.value) or cell.label.get(book.lang)
    return ("" if found is None else str(found)) in (wanted, words(wanted))


def _formula(value: Any) -> str:
    """A formula as every spreadsheet program writes it back: no blanks, no dollar signs, one case."""
    return str(value).replace(" ", "").replace("$", "").upper()


def _shown(cell: Cell, form: Form) -> str:
    return f"{int(cell.value) / form.scale:g}" if cell.kind == "number" else str(cell.value)


def _fill(book: Opened, cells: dict[tuple[int, int], Cell], filled: dict[tuple[int, int], Any]) -> Iterator[Finding]:
    """Take what was filled in into ``filled`` (keyed by line and period, -1 choice, -2 note), or say what is wrong."""
    targets = {(row, column + 1): cell.value for (row, column), cell in cells.items() if cell.kind == "number"}
    for at, cell in cells.items():
        if cell.kind not in ("input", "choice", "note"):
            continue
        value, behind = book.values.cell(*at).value, book.formulas.cell(*at).value
        if value is None and isinstance(behind, str) and behind.startswith("="):
            wrong: tuple[Text, Text] | None = _UNCOMPUTED
        elif value is None or (isinstance(value, str) and not value.strip()):
            continue
        elif cell.kind == "input":
            wrong = _amount(value, int(targets[at]), book.form, (cell.row, cell.period), filled)
        else:
            wrong = _words(value, cell.kind, cell.row, filled)
        if wrong is not None:
            yield book.finding("form_value", at, value if value is not None else behind, *wrong)


def _amount(
    value: Any, target: int, form: Form, key: tuple[int, int], filled: dict[tuple[int, int], Any]
) -> tuple[Text, Text] | None:
    unit = form.unit_label()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return (
            Text("不是数字", "not a number"),
            Text(f"填以{unit.zh}为单位的数字；没有想好的留空，零填 0",
                 f"write a number in {unit.en}; leave blank what is undecided, 0 for zero"),
        )  # fmt: skip
    if value < 0 or value != value or value in (float("inf"),):
        return Text("承诺数不能为负", "a commitment cannot be negative"), Text("改为不小于 0 的数", "write at least 0")
    exact = Decimal(repr(value)) * form.scale
    minor = exact.quantize(Decimal(1), ROUND_HALF_EVEN)
    if abs(exact - minor) > Decimal("0.0001"):
        return (
            Text("比最小货币单位还细", "finer than the smallest unit of money"),
            Text("减少小数位", "use fewer decimals"),
        )
    if form.factor > 1 and target > 0 and minor >= MISTAKEN * target:
        return (
            Text(f"是下达数的 {minor // target:,} 倍，像是没有用{unit.zh}", f"{minor // target:,} times the target"),
            Text(f"金额单位是{unit.zh}，请核对", f"amounts are in {unit.en}; check it"),
        )
    filled[key] = int(minor)
    return None


def _words(value: Any, kind: str, row: int, filled: dict[tuple[int, int], Any]) -> tuple[Text, Text] | None:
    said = str(value).strip()
    if kind == "choice":
        chosen = next((name for name, words in CHOICES.items() if said in (words.zh, words.en)), None)
        if chosen is None:
            listed = "、".join(words.zh for words in CHOICES.values())
            in_english = ", ".join(words.en for words in CHOICES.values())
            return Text("不在可选项里", "not one of the choices"), Text(f"选 {listed}", f"choose {in_english}")
        filled[row, -1] = chosen
        return None
    if len(said) > TEXT_LIMIT:
        return _TOO_LONG
    filled[row, -2] = said
    return None


def _frame(form: Form, cells: dict[tuple[int, int], Cell], filled: dict[tuple[int, int], Any]) -> pd.DataFrame:
    import pandas as pd

    sums = [sum(row.targets[i] for row in form.rows) for i in range(len(form.periods))]
    lines = [(-1, form.top, WHOLE, sums)]
    lines += [(i, row.node, row.product_line or WHOLE, list(row.targets)) for i, row in enumerate(form.rows)]
    rows = [
        {
            "plan": form.plan, "round": form.round, "node_id": node.id, "level": node.level, "product_line": line,
            "period": period, "currency": form.currency, "target_minor": targets[position],
            "committed_minor": filled.get((index, position)), "confidence": filled.get((index, -1)),
            "condition": filled.get((index, -2)), "manager_id": form.manager_id, "version": form.version,
        }
        for index, node, line, targets in lines
        for position, period in enumerate(form.periods)
    ]  # fmt: skip
    made = pd.DataFrame(rows)
    return check(made.assign(committed_minor=made["committed_minor"].astype("Int64")), COMMITMENTS)
