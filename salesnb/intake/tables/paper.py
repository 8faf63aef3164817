"""What people open after an import: findings, ledger and rows set aside as CSV, and the import's own facts as JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(target: Path, tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any]) -> None:
    """Write the CSV files and ``meta.json``; UTF-8 with BOM, and no text of the data can become a formula."""
    for name, frame in tables.items():
        plain = frame.astype("object").where(frame.notna(), "")
        _csv(target / f"{name}.csv", list(frame.columns), plain.itertuples(index=False))
    whole = {"schema": 1, "imported_utc": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **meta}
    (target / "meta.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


def _csv(path: Path, header: list[str], rows: object) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(header)
        for row in rows:  # type: ignore[attr-defined]
            out.writerow([_harmless(value) for value in row])


def _harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
