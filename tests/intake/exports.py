"""Small exports to break: a table of order lines, written in any shape, imported by a map, with its findings."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from salesnb.intake import stored
from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding, Findings
from salesnb.intake.tables.build import Import, build
from salesnb.model.errors import DataError
from salesnb.model.params.company import Company

HEADER = ["订单号", "行号", "日期", "区域", "业务员", "客户", "产品", "数量", "金额"]
COLUMNS = {
    "order_id": "订单号",
    "line_no": "行号",
    "order_date": "日期",
    "region_id": "区域",
    "person_id": "业务员",
    "customer_id": "客户",
    "product_id": "产品",
    "quantity": "数量",
    "net": "金额",
}
WHO = [("华东", "张伟"), ("华南", "李娜"), ("NA", "王芳")] * 20
ROWS = [
    [
        f"A{i:03d}",
        "1",
        f"2024-{1 + i // 20:02d}-{1 + i % 20:02d}",
        region,
        person,
        f"客户{i % 7}",
        f"P{i % 5}",
        str(1 + i % 4),
        f"{100 + i}.{i:02d}",
    ]
    for i, (region, person) in enumerate(WHO)
]
TOTAL = sum(int(row[8].replace(".", "")) for row in ROWS)  # fen


@dataclass
class Imported:
    """What an import gave: tables by name, findings, rows set aside; ``error`` when it was refused."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    set_aside: pd.DataFrame | None = None
    error: DataError | None = None

    @property
    def codes(self) -> set[str]:
        return {f.code for f in self.findings}

    def find(self, code: str) -> Finding:
        found = [f for f in self.findings if f.code == code]
        assert found, f"{code} is not among {sorted(self.codes)}, error: {self.error}"
        return found[0]

    @property
    def total(self) -> int:
        return int(self.tables["sales_lines"]["net_minor"].sum())


def rows(*changes: tuple[int, str, str]) -> list[list[str]]:
    """The base rows with cells changed: (row from 0, header, value)."""
    out = [list(row) for row in ROWS]
    for place, header, value in changes:
        out[place][HEADER.index(header)] = value
    return out


def text(body: Sequence[Sequence[str]], header: Sequence[str] = HEADER, delimiter: str = ",", end: str = "\n") -> str:
    """Rows as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(body)
    return out.getvalue()


def source(file: str = "orders.csv", columns: Mapping[str, Any] = COLUMNS, **more: Any) -> dict[str, Any]:
    """One source of order lines for a company.yaml."""
    return {"table": "sales_lines", "file": file, "columns": dict(columns), **more}


def load(files: Mapping[str, bytes | str], sources: Mapping[str, Any] | None = None, **company: Any) -> Imported:
    """Import ``files`` by ``sources`` (default: ``orders.csv`` by the base map)."""
    wanted = {"unit": "u", "name": "u", "today": "2024-12-31", "sources": sources or {"orders": source()}, **company}
    folder = Path(tempfile.mkdtemp(prefix="salesnb-test-"))
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return _import(folder, Company.model_validate(wanted))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _import(folder: Path, company: Company) -> Imported:
    work, target = folder / "_work", folder / "_out"
    work.mkdir()
    target.mkdir()
    bench = Bench(work, Findings(dict(company.quality.severity)))
    out = Imported(findings=bench.findings.items)
    try:
        build(bench, Import(company, folder, target))
    except DataError as error:
        out.error = error
        return out
    finally:
        bench.close()
    out.tables = {p.stem: stored.table(target, p.stem, None) for p in target.glob("*.parquet")}
    out.set_aside = pd.read_csv(target / "set_aside.csv", encoding="utf-8-sig", keep_default_na=False)
    return out
