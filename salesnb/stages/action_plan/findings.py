"""One form for everything found in a plan: what, how grave, about which item, with both figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Severity = Literal["fault", "ask", "note"]
_ORDER = {"fault": 0, "ask": 1, "note": 2}


@dataclass(frozen=True)
class Finding:
    """``item`` is the id it is about, ``about`` what else it names (another id, cells, a person); ``said`` and
    ``other`` are the two figures in ``unit`` (money: minor units, days, count, rate), None where there are none."""

    kind: str
    severity: Severity
    item: str
    about: str = ""
    said: float | None = None
    other: float | None = None
    unit: str = ""


def finding_table(found: Sequence[Finding]) -> pd.DataFrame:
    """The findings as a table, faults first; numbered in that order."""
    ordered = sorted(found, key=lambda f: (_ORDER[f.severity], f.kind, f.item, f.about))
    rows = [
        {
            "finding_no": f"{number:03d}",
            "kind": one.kind,
            "severity": one.severity,
            "item_id": one.item,
            "about": one.about or None,
            "said": one.said,
            "other": one.other,
            "unit": one.unit or "none",
        }
        for number, one in enumerate(ordered, 1)
    ]
    columns = ["finding_no", "kind", "severity", "item_id", "about", "said", "other", "unit"]
    return pd.DataFrame(rows, columns=columns)
