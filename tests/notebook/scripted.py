"""A copy of the sample company in whose eyes the year 2024 is over, and targets for it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params import load_unit
from salesnb.model.periods import Window
from salesnb.versions.targets import read_chain
from salesnb.versions.targets.approve import Decision, drafted, stored, with_table
from salesnb.versions.targets.store import add_revision

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2025, 1, 6)
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
QUARTERS = [f"2024Q{quarter}" for quarter in range(1, 5)]
DIRECTOR = "销售总监 周志远"
GROWTH = 1.07
KEYS = ("plan", "month", "region_id", "team_id", "person_id", "product_line", "product_id", "customer_type",
        "channel_id")  # fmt: skip


@dataclass
class Year:
    """Where the company's files are."""

    root: Path

    @property
    def unit(self) -> Path:
        """The unit's params folder."""
        return self.root / "params" / "sample"


def copied(root: Path) -> Year:
    """A copy of the sample company in whose eyes the year is over, without changes, targets or notes of anybody."""
    kept = shutil.ignore_patterns("data", ".data*", "targets", "changes", "periods")
    shutil.copytree(ROOT / "params" / "sample", root / "params" / "sample", ignore=kept)
    year = Year(root)
    company = year.unit / "company.yaml"
    text = company.read_text(encoding="utf-8")
    assert "today: 2024-07-04" in text
    company.write_text(text.replace("today: 2024-07-04", f"today: {TODAY}"), encoding="utf-8")
    paper = year.unit / "decisions" / "report.md"
    paper.write_text("# 市场分析报告\n\n竞品在华南降价，人员变动。\n", encoding="utf-8")
    return year


def approve_last_year_and_more(year: Year) -> int:
    """Targets r01: what everyone sold a year before, raised by a fixed growth, on the planning grain; their sum."""
    from salesnb.intake import facts

    params, found = load_unit("sample"), facts.load("sample")
    grain = round(params.decomposition.grain * 100)
    before = [Window(f"2023-{m[5:]}", date(2023, int(m[5:]), 1), _end(2023, int(m[5:])), (f"2023-{m[5:]}",))
              for m in MONTHS]  # fmt: skip
    sums = found.sums(("region_id", "team_id", "person_id", "product_line"), before, date(2023, 12, 31))
    sums = sums[(sums["person_id"] != UNASSIGNED) & (sums["product_line"] != UNASSIGNED) & (sums["net_minor"] > 0)]
    units = (sums["net_minor"] * GROWTH / grain).round().astype("int64")
    cells = sums.assign(
        plan="2024", month="2024-" + sums["window"].str[5:], target_minor=units * grain, basis="plan", currency="CNY",
        **dict.fromkeys(("product_id", "customer_type", "channel_id"), UNASSIGNED),
    )  # fmt: skip
    cells = cells.loc[cells["target_minor"] > 0, [*KEYS, "currency", "target_minor", "basis"]].reset_index(drop=True)
    chain = read_chain(params.folder, "2024")
    decision = Decision(DIRECTOR, Path("decisions/report.md"), TODAY, date(2023, 12, 31))
    plan = params.company.calendar.period("2024")
    with TemporaryDirectory() as folder:
        table = stored(cells, KEYS, Path(folder), "target_cells")
        add_revision(chain, with_table(drafted(params, chain, plan, decision), table, cells), table)
    return int(cells["target_minor"].sum())


def _end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
