"""A year of the sample company by its own commands: reviews, changed targets, a leaver; every report comes again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesnb.versions.manifest import Manifest, read_manifest
from tests.notebook.scripted import DIRECTOR, MONTHS, QUARTERS, ROOT, copied

pytestmark = pytest.mark.long
APPLICANT = "华东区域经理 陈建华"
TURN = re.compile(r"下一步（.*?）：(\S+ \S+)审批")
LEAVER, SUCCESSOR = "XS053", "XS055"
PAPER = "decisions/report.md"
MOVE = "person=XS012>person=XS013:20万"
# the day each part of the year is played on → what is reviewed that day
PARTS = {
    "2024-05-06": ["2024-01", "2024-02", "2024-03", "2024Q1", "2024-04"],
    "2024-07-06": ["2024-05", "2024-06", "2024Q2"],
    "2024-09-06": ["2024-07", "2024-08"],
    "2025-01-06": ["2024-09", "2024Q3", "2024-10", "2024-11", "2024-12", "2024Q4", "2024"],
}
STAMPS = (" 版 · ", 'id="x-quality"', "数据指纹")  # which version, which import: all that may differ on the page
MINUTES = 30  # none of the commands may hang


@dataclass
class Year:
    """The folders of the played year, and what the commands answered."""

    root: Path
    answers: dict[str, str] = field(default_factory=dict)
    alert: str = ""

    @property
    def unit(self) -> Path:
        """The unit's params folder."""
        return self.root / "params" / "sample"

    def does(self, *words: str, home: Path = ROOT, code: int = 0) -> str:
        """Run ``salesnb`` with ``words`` as anybody would; its answer."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("SALESNB_")}
        env |= {"SALESNB_HOME": str(home), "PYTHONPATH": str(ROOT), "SALESNB_PARAMS": str(self.root / "params"),
                "SALESNB_OUTPUTS": str(self.root / "outputs"), "SALESNB_LANG": "zh"}  # fmt: skip
        done = subprocess.run([sys.executable, "-m", "salesnb", *words], env=env, cwd=self.root, capture_output=True,
                              text=True, encoding="utf-8", timeout=60 * MINUTES, check=False)  # fmt: skip
        assert done.returncode == code, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def reviews(self, *words: str) -> str:
        """Run reviews: a workbook that holds the review and nothing else."""
        home = self.root / "home"
        if not home.exists():
            (home / "notebooks").mkdir(parents=True)
            shutil.copy(ROOT / "notebooks" / "50_review.ipynb", home / "notebooks")
        return self.does("run", "--unit", "sample", *words, home=home)

    def is_now(self, day: str) -> None:
        """Set the company's today."""
        file = self.unit / "company.yaml"
        lines = file.read_text(encoding="utf-8").splitlines()
        text = [f"today: {day}" if line.startswith("today:") else line for line in lines]
        file.write_text("\n".join(text) + "\n", encoding="utf-8")

    def change(self, name: str, day: str, start: str, what: list[str], is_agreed: bool = True) -> None:
        """One request from draft to its end on the days from ``day`` on: whoever's turn it is agrees, else says no."""
        first = date.fromisoformat(day)

        def act(step: str, by: str, after: int, *more: str) -> str:
            on = str(date.fromordinal(first.toordinal() + after))
            said = self.does("change", step, "sample", name, "--by", by, "--date", on, *more)
            self.answers[f"{name} {step}"] = said
            return said

        act("new", APPLICANT, 0, "--kind", "target", "--title", name, "--from", start, "--trigger", "人员变动",
            "--analysis", "见报告", "--proposal", "按人移动目标", "--effect", "全年不变",
            "--evidence", PAPER, *what)  # fmt: skip
        said = act("submit", APPLICANT, 0)
        if not is_agreed:
            act("reject", DIRECTOR, 1, "--note", "理由不足")
            return
        while turn := TURN.search(said):
            said = act("approve", turn[1], 1)
        act("publish", APPLICANT, 1)

    def works_on_an_alert(self, period: str, decided: str) -> None:
        """Somebody takes the first alert of a person, and says so in the period's file."""
        alerts = self.table(period, "review_alerts")
        self.alert = str(alerts.loc[alerts["dimension"] == "person_id", "alert"].iloc[0])
        line = (f'{{alert: "{self.alert}", owner: XS010, action: 补拜访, due: 2024-12-31, state: doing, '
                f"decided: {decided}}}")  # fmt: skip
        (self.unit / "periods").mkdir()
        text = f"schema: 1\nperiod: {period}\nalerts:\n  - {line}\n"
        (self.unit / "periods" / f"{period}.yaml").write_text(text, encoding="utf-8")

    def version(self, period: str, number: int = 0) -> Path:
        """The folder of a version, by default the review's first; of the year itself v001 is the plan."""
        return self.root / "outputs" / "sample" / period / f"v{number or 1 + (period == '2024'):03d}"

    def manifest(self, period: str, number: int = 0) -> Manifest:
        """What a version says of itself."""
        return read_manifest(self.version(period, number))

    def table(self, period: str, name: str) -> pd.DataFrame:
        """A published table."""
        return pd.read_parquet(self.version(period) / "tables" / f"{name}.parquet")


def play(root: Path) -> Year:
    """The year played through; every command ended well."""
    played = Year(root)
    copied(played.root)
    played.is_now("2024-01-04")
    played.does("run", "2024", "--unit", "sample", "--as-of", "2023-12-31")
    approval = ("--by", DIRECTOR, "--reference", PAPER, "--decided", "2023-12-31")
    played.answers["approve"] = played.does("approve", "sample", "2024", "latest", *approval)
    for day, periods in PARTS.items():
        played.is_now(day)
        if day.startswith("2024-09"):  # whoever reads August has seen July, and proposes the handover from it
            played.reviews(*periods)
            played.change("2024-09-handover", "2024-09-05", "2024-09-01", ["--version", "2024-08/v001"])
            continue
        played.reviews(*periods)
        if day.startswith("2024-05"):
            played.works_on_an_alert("2024-03", "2024-05-05")
            played.change("2024-05-xs012", "2024-05-05", "2024-06-01", ["--move", MOVE])
        if day.startswith("2024-07"):
            refused = ["--move", "person=XS013>person=XS010:30万"]
            played.change("2024-07-comfort", "2024-07-05", "2024-08-01", refused, is_agreed=False)
    return played


def chain(year: Year) -> list[pd.DataFrame]:
    """The cells of every revision, oldest first."""
    from salesnb.versions.targets import read_chain

    held = read_chain(year.unit, "2024")
    return [held.cells(revision) for revision in held.revisions]


def the_year_was_played(year: Year) -> None:
    listed = year.does("change", "list", "sample")
    states = [line.split("]")[0].replace("  [", " ") for line in listed.splitlines() if "]" in line]
    assert states == ["2024-05-xs012 已发布", "2024-07-comfort 已驳回", "2024-09-handover 已发布"]
    for period in (*MONTHS, *QUARTERS, "2024"):
        manifest = year.manifest(period)
        assert manifest.state == "complete" and not manifest.draft
        assert all(check["passed"] for check in manifest.checks)


def the_years_targets_still_add_up(year: Year) -> None:
    revisions = chain(year)
    totals = [int(frame["target_minor"].sum()) for frame in revisions]
    assert len(revisions) == 3 and len(set(totals)) == 1, "moved between people and months, never lost or made"
    people = [frame.groupby(["person_id", "month"])["target_minor"].sum() for frame in revisions]
    first = people[1].sub(people[0], fill_value=0)
    first = first[first != 0].reset_index()
    assert set(first["person_id"]) == {"XS012", "XS013"} and first["month"].min() == "2024-06"
    for earlier, later, start in ((0, 1, "2024-06"), (1, 2, "2024-09")):
        past = [p[p.index.get_level_values("month") < start] for p in (people[earlier], people[later])]
        assert past[0].equals(past[1]), "the past keeps its targets"
    last = people[2].reset_index()
    left = last[(last["person_id"] == LEAVER) & (last["month"] >= "2024-09")]
    assert left["target_minor"].sum() == 0
    given = people[2].sub(people[1], fill_value=0).groupby("person_id").sum()
    assert given[SUCCESSOR] > 0


def each_review_was_judged_by_the_targets_of_its_day(year: Year) -> None:
    own, whole = {}, set()
    for period in ("2024-04", "2024-06", "2024-12"):
        frame = year.table(period, "review_attainment")
        of_year = frame[frame["scope"] == "2024"]
        own[period] = int(of_year.loc[of_year["node_id"] == "XS012", "target_minor"].iloc[0])
        whole.add(int(of_year.loc[of_year["dimension"] == "region_id", "target_minor"].sum()))
    assert own["2024-04"] - own["2024-06"] == 20_0000_00, "moved by the request in between"
    assert len(whole) == 1, "and the company's year is what it was"


def march_comes_again_byte_for_byte_at_the_end_of_the_year(year: Year) -> None:
    year.reviews("2024-03", "--force")
    before, after = (year.manifest("2024-03", number) for number in (1, 2))
    assert (before.as_of, before.headline) == (after.as_of, after.headline) and before.today < after.today
    assert {name: entry.sha256 for name, entry in before.tables.items()} == {
        name: entry.sha256 for name, entry in after.tables.items()
    }
    folders = [year.version("2024-03", number) for number in (1, 2)]
    files = [sorted(path.name for path in (folder / "tables").iterdir()) for folder in folders]
    assert files[0] == files[1] and len(files[0]) > 60
    for name in files[0]:
        one, two = ((folder / "tables" / name).read_bytes() for folder in folders)
        assert one == two, name
    pages = [(folder / "all" / "50_review.html").read_text(encoding="utf-8").splitlines() for folder in folders]
    other = [line for line, again in zip(*pages, strict=True) if line != again]
    assert all(any(stamp in line for stamp in STAMPS) for line in other), [line[:200] for line in other]


def a_revision_gives_new_letters_that_say_what_changed(year: Year) -> None:
    said = year.answers["2024-05-xs012 publish"]
    redone = re.search(r"责任书 (\d+) 份，(\d+) 份有变动须重签", said)
    assert redone and 2 <= int(redone[2]) <= 6 < int(redone[1]), "the two people, and those they are part of"
    folder = year.root / "outputs" / "sample" / "2024" / "letters"
    for person, change in (("XS012", "−20 万元"), ("XS013", "+20 万元")):
        page = (folder / "2024-r02" / "person" / person / f"2024-r02-{person}.html").read_text(encoding="utf-8")
        page = page.replace("\N{NO-BREAK SPACE}", " ")
        assert change in page and f"2024-r01-{person}" in page
        assert (folder / "2024-r01" / "person" / person / f"2024-r01-{person}.html").is_file(), "the old one stays"


def an_alert_that_was_worked_on_keeps_its_owner_until_it_is_closed(year: Year) -> None:
    for period, progress, owner in (("2024-03", "new", None), ("2024-06", "doing", "XS010")):
        frame = year.table(period, "review_alerts").set_index("alert")
        assert frame.at[year.alert, "progress"] == progress, "as it was on the day of the review"
        assert owner is None or frame.at[year.alert, "owner"] == owner


def who_left_is_not_alerted_any_more(year: Year) -> None:
    for period in ("2024-10", "2024-11", "2024-12"):
        frame = year.table(period, "review_alerts")
        assert LEAVER not in set(frame.loc[frame["dimension"] == "person_id", "node_id"])


def the_annual_summary_drafts_the_next_years_goals(year: Year) -> None:
    goals = year.table("2024", "review_draft_goals").set_index("tier")["target_minor"]
    assert goals["base"] < goals["challenge"] < goals["stretch"]
    assert len(year.table("2024", "review_restated")) >= 11
    verdicts = set(year.table("2024", "review_strategies")["verdict"])
    assert verdicts <= {"better", "worse", "unclear", "unknown"}


def test_a_year_of_the_sample_company_by_its_own_commands(tmp_path: Path) -> None:
    """One test: the year takes minutes, and tests of one file may be parted among processes."""
    year = play(tmp_path)
    for held in (
        the_year_was_played,
        the_years_targets_still_add_up,
        each_review_was_judged_by_the_targets_of_its_day,
        march_comes_again_byte_for_byte_at_the_end_of_the_year,
        a_revision_gives_new_letters_that_say_what_changed,
        an_alert_that_was_worked_on_keeps_its_owner_until_it_is_closed,
        who_left_is_not_alerted_any_more,
        the_annual_summary_drafts_the_next_years_goals,
    ):
        held(year)
