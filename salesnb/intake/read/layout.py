"""Where a table begins in a sheet: title rows above, headers of one or two rows, names that repeat or are missing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

HEAD_ROWS = 60  # a table that starts further down needs `header_row` in company.yaml

_NUMBER = re.compile(r"[-+(]?[¥￥$€£]?\s*[\d０-９][\d０-９,，.．\s]*([eE][-+]?\d+)?[%％]?\)?(万元?|亿元?|元)?-?")
_DATE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}(\s*[-/.月]\s*\d{1,2}日?)?(\s*月)?([ T]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Header:
    """The rows ``first``..``last`` (physical, 1-based) name the columns; ``found`` is False when names were made up."""

    first: int
    last: int
    names: tuple[str, ...]
    found: bool = True
    repeated: tuple[str, ...] = ()
    sure: bool = True


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A column name as it is compared: half-width, one space for any, no case, no invisible characters."""
    text = unicodedata.normalize("NFKC", name)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    return re.sub(r"\s+", " ", text).strip().casefold()


def kind(cell: str) -> str:
    """ "blank", "number", "date" or "text", as far as the look of one cell tells."""
    text = cell.strip()
    if not text:
        return "blank"
    if _DATE.fullmatch(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"


def find_header(head: Sequence[Row], expected: Collection[str] = (), forced: int | None = None) -> Header:
    """The header among the first rows: the forced row, the row that holds most expected names, else by its look."""
    if not head:
        return Header(0, 0, (), found=False)
    if forced is not None:
        index = next((i for i, (number, _) in enumerate(head) if number == forced), None)
        if index is not None:
            return _header(head, index, index)
    by_names = _by_names(head, {plain(name) for name in expected})
    if by_names is not None:
        return by_names
    width = _width(head)
    for i in range(min(len(head), HEAD_ROWS)):
        if _looks_like_header(head, i, width):
            start = i - 1 if i and _sits_above(head[i - 1][1], head[i][1]) else i
            end = i + 1 if start == i and _continues(head, i) else i
            return _header(head, start, end)
    return Header(head[0][0] - 1, head[0][0] - 1, tuple(f"列{n}" for n in range(1, width + 1)), found=False)


def _by_names(head: Sequence[Row], wanted: set[str]) -> Header | None:
    if not wanted:
        return None
    best, best_count, span = -1, 0, 1
    for i in range(min(len(head), HEAD_ROWS)):
        for rows in (1, 2):
            if i + rows > len(head):
                continue
            names = {plain(n) for n in _names(head, i, i + rows - 1)[0]}
            found = len(names & wanted)
            if found > best_count:
                best, best_count, span = i, found, rows
        if best_count == len(wanted):
            break  # no row further down can hold more of them
    if best_count >= max(1, len(wanted) / 3):
        return _header(head, best, best + span - 1)
    return None


def _width(head: Sequence[Row]) -> int:
    """The table's width: the most frequent number of filled cells up to the last one."""
    widths = Counter(_last(cells) for _, cells in head if _last(cells))
    return max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0] if widths else 0


def _last(cells: Sequence[str]) -> int:
    return max((i + 1 for i, c in enumerate(cells) if c.strip()), default=0)


def _looks_like_header(head: Sequence[Row], i: int, width: int) -> bool:
    cells = [c for c in head[i][1] if c.strip()]
    if not cells or (width > 1 and len(cells) < max(2, 0.6 * width)):
        return False
    names = Counter(plain(c) for c in cells)
    kinds = [kind(c) for c in cells]
    months = sum(k == "date" for k in kinds) if kinds[0] == "text" else 0
    texts = sum(k == "text" for k in kinds) + months
    if texts < 0.8 * len(cells) or len(names) < 0.6 * len(cells):
        return False
    below = [row for _, row in head[i + 1 : i + 30] if _last(row)]
    if not below:
        return True
    return median(_last(row) for row in below) >= 0.5 * len(cells) and _differs(head[i][1], below)


def _differs(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """A header is not itself a row: some column below it holds numbers or dates, or its words occur nowhere below."""
    for column, name in enumerate(names):
        kinds = Counter(kind(row[column]) for row in below if column < len(row))
        kinds.pop("blank", None)
        if kinds and kinds.most_common(1)[0][0] in ("number", "date") and kind(name) == "text":
            return True
    words = {plain(n) for n in names if n.strip()}
    return not any(plain(c) in words for row in below for c in row if c.strip())


def _sits_above(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether ``upper`` is the merged first row of a two-row header: gaps in it, at least two groups, only text."""
    filled = [i for i, c in enumerate(upper) if c.strip()]
    gaps = [i for i in range(len(lower)) if i not in filled and i < len(lower) and lower[i].strip()]
    over = [i for i in filled if i < len(lower) and lower[i].strip()]
    return len(filled) >= 2 and bool(gaps) and bool(over) and all(kind(upper[i]) != "number" for i in filled)


def _continues(head: Sequence[Row], i: int) -> bool:
    """Whether the next row is the second row of the header: it fills only columns under a group, with text."""
    if i + 2 >= len(head):
        return False
    upper, lower = head[i][1], head[i + 1][1]
    filled = [c for c in lower if c.strip()]
    blank_above = any(c.strip() and (j >= len(upper) or not upper[j].strip()) for j, c in enumerate(lower))
    return bool(filled) and blank_above and all(kind(c) != "number" for c in filled)


def _header(head: Sequence[Row], first: int, last: int) -> Header:
    names, repeated = _names(head, first, last)
    return Header(head[first][0], head[last][0], names, repeated=repeated)


def _names(head: Sequence[Row], first: int, last: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of all columns; two header rows are joined by a space, a merged group runs on to the right."""
    rows = [head[i][1] for i in range(first, last + 1)]
    width = max(_last(row) for row in rows)
    names = []
    group = ""
    for column in range(width):
        cells = [row[column].strip() if column < len(row) else "" for row in rows]
        if len(cells) == 2:
            group = cells[0] or group
            cells[0] = group if cells[1] else cells[0]
        names.append(" ".join(dict.fromkeys(_clean(c) for c in cells if c)))
    return _distinct(names)


@lru_cache(maxsize=4096)
def _clean(name: str) -> str:
    text = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", text).strip()


def _distinct(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    out: list[str] = []
    repeated = []
    for place, name in enumerate(names, 1):
        base = name or f"列{place}"
        if base in out:
            repeated.append(base)
            again = 2
            while f"{base} ({again})" in out:
                again += 1
            base = f"{base} ({again})"
        out.append(base)
    return tuple(out), tuple(dict.fromkeys(repeated))
