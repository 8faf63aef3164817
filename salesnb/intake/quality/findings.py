"""Findings: everything intake noticed, with file, row, column, value, severity and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from salesnb.model.errors import Text

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("info", "warn", "error", "stop")
SHOWN = 120  # characters of a value that a finding repeats; the tables keep it whole


@dataclass(frozen=True)
class Finding:
    """One kind of trouble at its first place; ``row_count`` says how many rows share it."""

    code: str
    severity: str
    message: Text
    remedy: Text
    table: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    row_count: int = 1


@dataclass
class Findings:
    """Collects findings; ``severity`` lets company.yaml raise or lower a code."""

    severity: dict[str, str] = field(default_factory=dict)
    items: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep ``finding``, its value shortened for reading and its severity as the company wants it."""
        if finding.severity not in SEVERITIES:
            raise ValueError(f"severity {finding.severity!r}")
        chosen = self.severity.get(finding.code, finding.severity)
        self.items.append(replace(finding, severity=chosen, value=shown(finding.value)))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Keep several."""
        for finding in findings:
            self.add(finding)

    def stops(self) -> list[Finding]:
        """Those that stop a run."""
        return [f for f in self.items if f.severity == "stop"]

    def frame(self) -> pd.DataFrame:
        """The ``findings`` table: gravest first, then by table, file and row."""
        import pandas as pd

        from salesnb.model.tables import check, contract

        order = sorted(
            self.items, key=lambda f: (-SEVERITIES.index(f.severity), f.table, f.code, f.file, f.row or 0, f.column)
        )
        rows = [
            {
                "finding_no": f"{number:05d}",
                "code": f.code,
                "severity": f.severity,
                "table": f.table or "-",
                "file": f.file,
                "row": f.row,
                "column": f.column,
                "value": f.value,
                "row_count": f.row_count,
                "message_zh": f.message.zh,
                "message_en": f.message.en,
                "remedy_zh": f.remedy.zh,
                "remedy_en": f.remedy.en,
            }
            for number, f in enumerate(order, 1)
        ]
        wanted = contract("findings")
        return check(pd.DataFrame(rows, columns=[c.name for c in wanted.columns]), wanted)


def shown(value: str) -> str:
    """``value`` as a finding repeats it: control characters visible, long text shortened."""
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[: SHOWN + 1])
    return text if len(value) <= SHOWN else f"{text[:SHOWN]}…"
