"""Whatever a reader sees exists in Chinese and in English, at its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure.parsed import last_name, nodes

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salesnb"
CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
FULL_WIDTH = re.compile(r"[\u3000-\u303f\uff01-\uff5e]")
# A comma, colon or the like in half width right after a Chinese character is a slip of the keyboard.
# What is quoted may be syntax (“键: 值”) or a name in the reader's file (`列1`).
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?](?!\d)")
QUOTED = re.compile(r"“[^”]*”|`[^`]*`")


def wrong_texts(source: str, name: str) -> list[str]:
    """Each `Text(...)` whose Chinese or English is missing, swapped or copied."""
    found = []
    for line, zh, en in texts(source):
        where = f"{name}:{line}"
        if zh == en and not CJK.search(zh):
            continue  # a symbol or an abbreviation that both share, or nothing to say in either
        if "" in (zh.strip(), en.strip()) and (zh + en) != (zh + en).strip():
            continue  # a piece of a sentence that one of the two grammars does without
        if not zh.strip() or not en.strip():
            found.append(f"{where}: a language is empty ({zh!r}, {en!r})")
        else:
            if re.search(r"[^\W\d_]", zh) and not CJK.search(zh):
                found.append(f"{where}: no Chinese in zh={zh!r}")
            if CJK.search(QUOTED.sub("", en)) or FULL_WIDTH.search(en):
                found.append(f"{where}: Chinese or full-width signs in en={en!r}")
            if HALF_WIDTH.search(QUOTED.sub("", zh)):
                found.append(f"{where}: half-width sign after a Chinese character in zh={zh!r}")
    return found


def texts(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, Chinese and English of every `Text(...)` written out; what is computed at run time is left out."""
    for node in nodes(source):
        if not (isinstance(node, ast.Call) and last_name(node.func) == "Text"):
            continue
        given = dict(zip(("zh", "en"), node.args, strict=False))
        given.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg})
        zh, en = (_written(given.get(language)) for language in ("zh", "en"))
        if zh is not None and en is not None:
            yield node.lineno, zh, en


def _written(node: ast.expr | None) -> str | None:
    """The words of a literal or an f-string (its fields as {}), None where there are none to read."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return "".join(map(str, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _written(node.left), _written(node.right)
        return None if left is None and right is None else f"{left or '{}'}{right or '{}'}"
    return None


def one_language(source: str, name: str) -> list[str]:
    """`Text` calls that leave one language out altogether."""
    found = []
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            given = len(node.args) + len(node.keywords)
            unpacked = any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
            if given < 2 and not unpacked:
                found.append(f"{name}:{node.lineno}: one language only")
    return found


def test_every_text_speaks_both_languages() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        found += wrong_texts(source, name) + one_language(source, name)
    assert not found, "\n".join(["", *found])


def test_the_checks_can_fail() -> None:
    assert wrong_texts('Text(zh="", en="sales")', "m")
    assert wrong_texts('Text(zh="sales", en="sales of the year")', "m")
    assert wrong_texts('Text("销售额", "销售额")', "m")
    assert wrong_texts('errors.Text(zh="销售额", en="sales，all")', "m")
    assert wrong_texts('Text(zh=f"销售额,{x} 万元", en=f"sales, {x}")', "m")
    assert one_language('Text(zh="销售额")', "m")
    assert not wrong_texts('Text(zh="KPI", en="KPI")', "m")
    assert not wrong_texts('Text(zh=f"{n} 行，已保留", en=f"{n} rows, kept")', "m")
    assert not wrong_texts('Text(zh="应为“键: 值”", en="expected `键: 值`")', "m")
    assert not wrong_texts('Text(zh="", en=" a year")', "m")
    assert not wrong_texts('Text(zh=f"{a}（{b}）", en=f"{a} ({b})")', "m")
    assert not wrong_texts("Text(zh=a, en=b)", "m")
    assert not one_language("Text(**words)", "m")
