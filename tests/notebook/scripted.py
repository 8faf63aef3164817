"""The sample company's year 2024 played through: targets approved, months reviewed, changes decided, a leaver."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params import load_unit
from salesnb.model.periods import Window
from salesnb.versions import changes
from salesnb.versions.changes import Act
from salesnb.versions.targets import read_chain
from salesnb.versions.targets.approve import Decision, drafted, stored, with_table
from salesnb.versions.targets.store import add_revision

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2025, 1, 6)
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
QUARTERS = [f"2024Q{quarter}" for quarter in range(1, 5)]
TABLES = ("pace_table", "nodes_table", "alerts_table", "landing_table", "improvements_table", "restated_table")
APPLICANT, DIRECTOR, GENERAL = "华东区域经理 陈建华", "销售总监 周志远", "总经理 郑国栋"
GROWTH = 1.07
KEYS = ("plan", "month", "region_id", "team_id", "person_id", "product_line", "product_id", "customer_type",
        "channel_id")  # fmt: skip


@dataclass
class Year:
    """What was seen on each review's own day: fingerprints of its tables, and the books themselves."""

    root: Path
    seen: dict[str, str] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    alerts: dict[str, pd.DataFrame] = field(default_factory=dict)

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


def move(name: str, day: date, start: date, said: dict[str, Any], is_approved: bool = True) -> None:
    """One request for a change of targets, proposed, submitted and decided on the days after ``day``."""
    params = load_unit("sample")

    def act(by: str, after: int, note: str = "") -> Act:
        return Act(by, day + timedelta(days=after), TODAY, note)

    request = {
        "id": name, "kind": "target", "title": name, "trigger": "人员变动", "from": start, "analysis": "见报告",
        "proposal": "按人移动目标", "effect": "全年不变", "evidence": ["decisions/report.md"], "moves": [said],
    }  # fmt: skip
    changes.propose(params, request, act(APPLICANT, 0))
    changes.submit(load_unit("sample"), name, act(APPLICANT, 1))
    if not is_approved:
        changes.reject(load_unit("sample"), name, act(DIRECTOR, 2, "理由不足"))
        return
    changes.approve(load_unit("sample"), name, act(DIRECTOR, 2))
    changes.approve(load_unit("sample"), name, act(GENERAL, 3))
    changes.publish(load_unit("sample"), name, act(GENERAL, 4))


def remaining(person: str, start: str) -> int:
    """What a person's targets from ``start`` on are worth, in yuan."""
    params = load_unit("sample")
    chain = read_chain(params.folder, "2024")
    assert chain.last is not None
    frame = chain.cells(chain.last)
    own = frame[(frame["person_id"] == person) & (frame["month"] >= start)]
    return int(own["target_minor"].sum()) // 100


def note_alert(year: Year, period: str, alert: str, state: str, decided: date) -> None:
    """What people write about an alert in the period's file."""
    folder = year.unit / "periods"
    folder.mkdir(exist_ok=True)
    line = (f'{{alert: "{alert}", owner: XS010, action: 补拜访, due: {decided + timedelta(days=30)}, '
            f"state: {state}, decided: {decided}}}")  # fmt: skip
    (folder / f"{period}.yaml").write_text(f"schema: 1\nperiod: {period}\nalerts:\n  - {line}\n", encoding="utf-8")


def opened(period: str) -> Any:
    """The review of ``period`` as of its own closing day."""
    from salesnb.notebook import review

    return review.open("sample", period)


def fingerprint(book: Any) -> str:
    """sha256 over the core tables of a review, to the last digit."""
    frames = [getattr(book, name).to_csv(index=False) for name in TABLES]
    return sha256("\n".join(frames).encode()).hexdigest()


def reviewed(year: Year, periods: list[str]) -> Iterator[tuple[str, Any]]:
    """Each period's book, its fingerprint kept."""
    for period in periods:
        book = opened(period)
        year.seen[period] = fingerprint(book)
        year.alerts[period] = book.alerts_table
        year.totals[period] = int(book.targets.frame["target_minor"].sum())
        yield period, book
