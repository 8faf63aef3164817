"""A company with published proposals and nothing else, for the tests of approved targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from salesnb.model.params.load import Params
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.snapshot import snapshot_text
from salesnb.versions.tables import write_table
from salesnb.versions.targets.approve import Approved, Decision, approve

KEYS = ("plan", "month", "region_id", "team_id", "person_id", "product_line", "product_id", "customer_type",
        "channel_id")  # fmt: skip
MONTHS = tuple(f"2024-{m:02d}" for m in range(1, 13))
GRAIN = 10_000  # 100 yuan in fen


def cells(months: Sequence[str] = MONTHS, scale: int = 1, plan: str = "2024", **changed: int) -> pd.DataFrame:
    """Two people × two lines × months; ``changed`` adds units of grain to a month, e.g. ``m03=5``."""
    rows = []
    for month in months:
        for number, (person, line) in enumerate((p, q) for p in ("p1", "p2") for q in ("A", "B")):
            extra = changed.get(f"m{month[5:]}", 0) if number == 0 else 0
            units = (number + 1) * int(month[5:]) * scale + extra
            rows.append((plan, month, "east", "t1", person, line, f"{line}1", "KA", "direct", units * GRAIN, "plan"))
    return pd.DataFrame(rows, columns=[*KEYS, "target_minor", "basis"])


@dataclass(frozen=True)
class Company:
    """``root`` holds ``params/u`` and ``outputs``."""

    root: Path

    @property
    def folder(self) -> Path:
        """The unit's params folder."""
        return self.root / "params" / "u"

    @property
    def targets(self) -> Path:
        """Where approved targets stand."""
        return self.folder / "targets"

    @property
    def params(self) -> Params:
        """Freshly read."""
        return Params("u", self.folder)

    def period(self, text: str = "2024") -> PeriodFolder:
        """The versions of a period."""
        return PeriodFolder(self.root / "outputs", "u", text)

    def version(self, number: int, frame: pd.DataFrame, more: Mapping[str, pd.DataFrame] | None = None,
                **stated: Any) -> Path:  # fmt: skip
        """Publish ``frame`` as the proposal of a version; ``stated`` replaces parts of its manifest."""
        folder = self.period().version(number)
        digest = write_table(folder / "tables", "target_cells", frame, list(KEYS))
        for name, table in (more or {}).items():
            write_table(folder / "tables", name, table, [c for c in table.columns if not c.endswith("_minor")])
        entry = TableEntry(rows=len(frame), sha256=digest, keys=list(KEYS), writer="30_decomposition")
        base: dict[str, Any] = {
            "unit": "u", "period": "2024", "kind": "year", "version": folder.name, "state": "complete",
            "as_of": "2023-12-31", "today": "2024-07-04", "lang": "zh", "started": "", "finished": "",
            "tables": {"target_cells": entry}, "notebooks": {"30_decomposition": {"state": "ok"}},
        }  # fmt: skip
        (folder / "manifest.json").write_text(Manifest.model_validate(base | stated).text(), encoding="utf-8")
        (folder / "params.yaml").write_text(snapshot_text({"decomposition.yaml": {"grain": 100}}), encoding="utf-8")
        return folder

    def approve(self, number: int = 1, **said: Any) -> Approved:
        """Approve a version; ``said`` replaces parts of the decision."""
        return approve(self.params, self.period(), number, decision(**said))

    def files(self) -> dict[str, bytes]:
        """Every file of the chain, the lock aside."""
        found = self.targets.iterdir() if self.targets.is_dir() else ()
        return {path.name: path.read_bytes() for path in sorted(found) if path.name != ".lock"}


def decision(**said: Any) -> Decision:
    """A decision as the director makes one, with parts replaced."""
    return Decision(
        by=said.get("by", "周志远"),
        reference=Path(said.get("reference", "decisions/plan.md")),
        recorded=date(2024, 7, 4),
        decided=said.get("decided", date(2024, 1, 5)),
        from_=said.get("from_"),
        reason=said.get("reason", ""),
    )


def company(root: Path) -> Company:
    """A company without versions, with one paper to cite."""
    made = Company(root)
    (made.folder / "decisions").mkdir(parents=True)
    (made.folder / "decisions" / "plan.md").write_text("# 2024 年目标\n", encoding="utf-8")
    (made.folder / "company.yaml").write_text(
        "schema: 1\nunit: u\nname: {zh: 小公司, en: Tiny Ltd.}\nlanguage: zh\ntoday: 2024-07-04\n", encoding="utf-8"
    )
    return made
