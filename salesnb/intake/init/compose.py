"""The draft as YAML text with its evidence in comments. Text of the data never breaks out of a scalar or a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from salesnb.intake.init.draft import Column, Draft, Drafted
from salesnb.intake.quality.findings import Finding
from salesnb.model.errors import Text

_PLAIN = re.compile(r"[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff/.\-()（）]*( [\w\u3400-\u9fff/.\-()（）]+)*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n", "nan", "inf"}
_COMMENT = 100

_TOP = Text(
    "由 salesnb init 生成，可直接运行；请核对带 ? 的条目。",
    "Made by salesnb init; it runs as it is. Please look at the entries marked ?.",
)
_FISCAL = Text("财年起始月份", "first month of the fiscal year")
_CLOSE = Text("月结后几天内补录的单据仍算当月", "days after a period in which late entries still count")
_DATE = Text(
    "业绩口径：order_date 下单 / ship_date 发货 / invoice_date 开票",
    "which date makes a sale: order_date / ship_date / invoice_date",
)
_TAX = Text("金额不含税 excluded / 含税 included", "amounts without tax: excluded, with tax: included")
_RETURNS = Text("退货冲减 netted / 单列 apart", "returns: netted / apart")


def scalar(value: Any) -> str:
    """``value`` as a YAML scalar: bare where it can only be text, else quoted as JSON (which YAML reads the same)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS and ": " not in text and not text.endswith((":", ".")):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\u0080-\u009f\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m.group()):04x}", quoted)


def comment(text: str) -> str:
    """``text`` on one line, shortened, without characters that could end a comment."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= _COMMENT else line[: _COMMENT - 1] + "…"


def company_yaml(draft: Draft, questions: Sequence[Finding]) -> str:
    """The whole file. It loads as it stands; what is unsure is listed on top with its evidence."""
    lang = draft.language
    lines = [f"# {_TOP.get(lang)}"]
    for question in questions:
        if question.severity != "info" or question.code == "init_tax_basis":
            lines.append(f"# ? {comment(question.message.get(lang))}")
            lines.append(f"#   → {comment(question.remedy.get(lang))}")
    lines += [
        "schema: 1",
        f"unit: {scalar(draft.unit)}",
        f"name: {scalar(draft.unit)}",
        f"language: {lang}",
        "timezone: Asia/Shanghai",
        f"currency: {draft.currency}  # {comment(draft.currency_why.get(lang))}",
        f"fiscal_year_start: 1  # {_FISCAL.get(lang)}",
        f"close_days: 5  # {_CLOSE.get(lang)}",
        "basis:",
        f"  date: order_date  # {_DATE.get(lang)}",
        f"  tax: {draft.tax}  # {_TAX.get(lang)}",
        f"  returns: netted  # {_RETURNS.get(lang)}",
        "sources:",
    ]
    for source in draft.sources:
        lines += _source(source, lang)
    return "\n".join(lines) + "\n"


def _source(source: Drafted, lang: str) -> list[str]:
    lines = [f"  {scalar(source.name)}:"]
    if source.why is not None:
        lines.append(f"    # {comment(source.why.get(lang))}")
    lines += [f"    table: {source.table}", f"    file: {scalar(source.file)}"]
    for name, value in source.options.items():
        lines.append(f"    {name}: {_flow(value) if isinstance(value, dict) else scalar(value)}")
    lines.append("    columns:")
    for name, column in source.columns.items():
        lines.append(f"      {name}: {_column(column)}{_why(column, lang)}")
    return lines


def _column(column: Column) -> str:
    return scalar(column.value) if isinstance(column.value, str) else _flow(column.value)


def _flow(value: Mapping[str, Any]) -> str:
    parts = []
    for key, item in value.items():
        if isinstance(item, Mapping):
            shown = _flow(item)
        elif isinstance(item, (list, tuple)):
            shown = "[" + ", ".join(_quoted(v) for v in item) + "]"
        else:
            shown = _quoted(item)
        parts.append(f"{_quoted(key)}: {shown}")
    return "{" + ", ".join(parts) + "}"


def _quoted(value: Any) -> str:
    """A scalar inside braces, where commas and brackets have a meaning."""
    text = scalar(value)
    return (
        json.dumps(str(value), ensure_ascii=False)
        if isinstance(value, str) and re.search(r"[,\[\]{}]", text) and not text.startswith('"')
        else text
    )


def _why(column: Column, lang: str) -> str:
    return f"  # {comment(column.why.get(lang))}" if column.why is not None else ""
