"""Names that are markup, formulas, paths, control characters or 50,000 characters long: from an export through a run to
every file a version holds, where they are text and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><svg/onload=alert(1)>",
    '=HYPERLINK("http://evil.example","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "../../../../escaped",
    "CON",
    'a/b\\c:d*?"<>|.',
    "{{7*7}}${7*7}#{7*7}",
    "javascript:alert(1)",
    "\x1b[31m红\x07\x08",
    "\u202egnp.exe",
    "'; DROP TABLE sales_lines; --",
)
LONG = "长" * 50_000
HEADER = [
    "订单号",
    "行号",
    "日期",
    "区域",
    "业务员",
    "客户",
    "产品",
    "产品线",
    "客户类型",
    "渠道",
    "数量",
    "金额",
    "成本",
]
NAMES = ("region_id", "person_id", "customer_id", "product_id", "product_line", "customer_type", "channel_id")
COLUMNS = dict(zip(("order_id", "line_no", "order_date", *NAMES, "quantity", "net", "cost"), HEADER, strict=True))
_FILE = re.compile(r'[^<>:"/\\|?*\x00-\x1f]*[^<>:"/\\|?*\x00-\x1f .]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def orders() -> str:
    """Three years of orders whose every name is hostile, one customer with a very long one."""
    rows = []
    for i in range(36 * 15):
        year, month = 2021 + i // 180, 1 + i // 15 % 12
        evil = [EVIL[(i + 3 * k) % len(EVIL)] for k in range(len(NAMES))]
        evil[0], evil[1], evil[4] = EVIL[i % 4], EVIL[i % 8], EVIL[i % 3]
        evil[2] = LONG if i % 15 == 7 else evil[2]
        rows.append(
            [f"A{i:05d}", "1", f"{year}-{month:02d}-{1 + i % 27:02d}", *evil, "2", f"{1000 + i % 97}.50", "600"]
        )
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue()


class Tags(HTMLParser):
    """What a browser would run or fetch: elements, handlers, addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        for name, value in attrs:
            bad = name.startswith("on") or "javascript:" in (value or "").casefold().replace(" ", "")
            if bad and name != "title" and not name.startswith(("aria-", "data-")):
                self.faults.append(f"{tag} {name}={value!r:.60}")
        if tag in ("iframe", "object", "embed", "base", "form", "foreignobject"):
            self.faults.append(tag)


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one unit's outputs after its plan and a review."""
    from salesnb.__main__ import main

    folder = tmp_path_factory.mktemp("evil")
    unit = folder / "params" / "evil"
    unit.mkdir(parents=True)
    (unit / "orders.csv").write_text(orders(), encoding="utf-8")
    listed = "\n".join(f"      {k}: {v}" for k, v in COLUMNS.items())
    (unit / "company.yaml").write_text(
        "unit: evil\nname: '<b>恶</b>'\ntoday: 2024-01-05\naudiences: {regions: true, people: true}\n"
        f"sources:\n  orders:\n    table: sales_lines\n    file: orders.csv\n    columns:\n{listed}\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SALESNB_PARAMS", str(folder / "params"))
        patched.setenv("SALESNB_OUTPUTS", str(folder / "outputs"))
        assert main(["run", "2024", "--unit", "evil"]) == 0
        assert main(["run", "2023-12", "--unit", "evil"]) == 0
    return folder


def files(version: Path, suffix: str) -> list[Path]:
    found = sorted((version / "outputs" / "evil").rglob(f"*{suffix}"))
    return [path for path in found if "_imports" not in path.parts]


@pytest.mark.long
def test_pages_hold_names_as_text(version: Path) -> None:
    pages = files(version, ".html")
    assert len(pages) >= 6
    shown = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        tags = Tags()
        tags.feed(text)
        assert not tags.faults, (page.name, tags.faults[:3])
        assert "<script>alert" not in text and "<b>恶</b>" not in text and "49" not in re.findall(r"{{(\d+)}}", text)
        shown += "&lt;script&gt;alert(1)" in text
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text), page.name
        assert len(text) < 8_000_000, (page.name, len(text))
    assert shown, "the names are there, as text"


@pytest.mark.long
def test_workbooks_and_tables_hold_names_as_text(version: Path) -> None:
    import openpyxl

    books = files(version, ".xlsx")
    assert books
    for path in books:
        book = openpyxl.load_workbook(path)
        for cell in (c for sheet in book for row in sheet.iter_rows() for c in row):
            hostile = cell.data_type == "f" and any(e.strip("=+-@") in str(cell.value) for e in EVIL[3:7])
            assert not hostile, (path.name, cell.coordinate, cell.value)
            assert cell.hyperlink is None or "evil.example" not in str(cell.hyperlink.target)
    tables = files(version, ".csv")
    assert tables
    csv.field_size_limit(10_000_000)
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for value in row:
                    number = re.fullmatch(r"[+-]?[\d.,]+(e[+-]?\d+)?", value, re.I)
                    assert number or not value.startswith(("=", "+", "-", "@", "\t", "\r")), (path.name, value[:60])


@pytest.mark.long
def test_no_file_leaves_its_folder_or_has_a_name_some_system_refuses(version: Path) -> None:
    assert {p.name for p in version.iterdir()} == {"params", "outputs"}
    assert not list(version.parent.rglob("escaped*"))
    names: Any = [part for p in (version / "outputs").rglob("*") for part in p.relative_to(version).parts]
    for name in set(names):
        assert _FILE.fullmatch(name) and not _DEVICES.fullmatch(name) and len(name.encode()) <= 200, name[:80]


@pytest.mark.long
def test_documents_and_calendars_hold_names_as_text(version: Path) -> None:
    import zipfile
    from xml.etree import ElementTree

    for path in files(version, ".docx"):
        with zipfile.ZipFile(path) as parts:
            ElementTree.fromstring(parts.read("word/document.xml"))  # hostile names left it well formed
            assert b"evil.example" not in parts.read("word/_rels/document.xml.rels")
    for path in files(version, ".ics"):
        text = path.read_text(encoding="utf-8")
        assert text.count("BEGIN:VCALENDAR") == 1 and not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
