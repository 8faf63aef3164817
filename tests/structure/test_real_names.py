"""The product knows no data set: nothing of the third-party sample data, and nothing of the worked cases, is in it."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salesnb"
DATA_SETS = ("adventureworks", "adventure works", "superstore", "示例-超市", "示例超市", "maven_crm", "maven analytics")
TOTALS = ("16117548", "1611754824", "109809274", "10980927420", "10005534")


def sources() -> dict[str, str]:
    """Every text file of the package, in lower case."""
    kinds = {".py", ".css", ".js", ".j2", ".html", ".svg", ".yaml", ".md"}
    paths = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and path.suffix in kinds]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").lower() for path in paths}


def mentions(words: list[str], texts: dict[str, str]) -> list[str]:
    """Files that contain a word, numbers also with their separators."""
    found = []
    for name, text in texts.items():
        digits = re.sub(r"(?<=\d)[,_.](?=\d)", "", text)
        found += [f"{name}: {word}" for word in words if word.lower() in text or word in digits]
    return found


def distinctive(headers: list[str]) -> list[str]:
    """Headers only an export of that system has: run-together capitals, or words joined by a blank or a slash."""
    return [name for name in headers if re.search(r"[a-z][A-Z]|\w[ /]\w", name) and len(name) > 4]


def files(folder: Path) -> Iterator[Path]:
    """The tables of the sample data that are UTF-8; a dictionary of terms names nobody."""
    yield from (path for path in sorted(folder.rglob("*.csv*")) if not re.search(r"_gbk|dictionary", path.name))


def rows(path: Path, count: int) -> list[list[str]]:
    """The first rows of a table, packed or not."""
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig", newline="") as lines
    ):
        return [row for row, _ in zip(csv.reader(lines), range(count), strict=False)]


def test_no_data_set_and_no_total_is_named() -> None:
    assert mentions([*DATA_SETS, *TOTALS], sources()) == []


@pytest.mark.real
def test_no_header_of_a_real_export_is_named(real_data: Path) -> None:
    headers = sorted({name for path in files(real_data) for name in distinctive(rows(path, 1)[0])})
    assert len(headers) > 10
    assert mentions(headers, sources()) == []


@pytest.mark.real
def test_no_person_product_or_customer_of_a_real_export_is_named(real_data: Path) -> None:
    values = {value for path in files(real_data) for row in rows(path, 500)[1:] for value in row}
    names = sorted(value for value in values if re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+( [A-Z]\w+)*", value))
    # Places and everyday terms are nobody's property.
    ordinary = {"North America", "New York", "Value Added Reseller", "Sales Representative", "No Discount"}
    assert len(names) > 50
    assert mentions([name for name in names if name not in ordinary and len(name) > 8], sources()) == []


def test_the_checks_can_fail() -> None:
    texts = {"m.py": "total = 16_117_548  # superstore\nname = '产品 id'"}
    assert len(mentions([*DATA_SETS, *TOTALS], texts)) == 2
    assert mentions(distinctive(["产品 ID", "数量"]), texts) == ["m.py: 产品 ID"]
    assert distinctive(["ProductAlternateKey", "省/自治区", "quantity", "region"]) == [
        "ProductAlternateKey",
        "省/自治区",
    ]
