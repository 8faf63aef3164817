"""Folders of regions and people: every file and every member of every archive searched for what is not the reader's."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from salesnb.model.errors import RunError
from salesnb.report import numbers
from salesnb.runs.progress import Progress
from salesnb.runs.run import run
from salesnb.runs.settings import Request
from salesnb.versions.narrow import RULES
from salesnb.versions.readers import Reader, readers
from tests.runs.tiny_workbook import Workbook
from tests.versions import narrow_company as company

ASKED = "audiences: {regions: true, people: true}\n"
LEVELS = ("region", "person")


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every file below ``folder``; archives (.xlsx, .docx) by their members, pages as they are read."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        yield f"{path}:name", path.relative_to(folder).as_posix()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{path}!{member}", archive.read(member).decode("utf-8", "replace")
        else:
            yield str(path), path.read_bytes().decode("utf-8", "replace").replace("\u00a0", " ")


def spellings(minor: int) -> set[str]:
    """An amount as pages, workbooks and CSV write it, where that names it beyond doubt."""
    major = minor / 100
    whole = {str(minor), str(minor // 100), f"{major:.2f}", numbers.figure(major, 2), numbers.figure(major, 0)}
    return {text for text in whole if len(text) > 5}


def _publish(workbook: Workbook, more: str = ASKED, lang: str = "zh") -> Path:
    workbook.unit(lang=lang, more=more)
    cells = [workbook.frame("people", company.people()), workbook.frame("nodes", company.nodes())]
    cells += [workbook.frame(name, company.table(name)) for name in RULES]
    workbook.notebook("10_all", *cells, writes=["people", "nodes", *RULES])
    outcome = run(Request("u", "2024-06"), Progress())
    assert outcome.state == "published", outcome.failures
    return outcome.folder


def _forbidden(reader: Reader) -> dict[str, str]:
    """token → whose it is."""
    found = {}
    for other in set(company.PEOPLE) - reader.people:
        for name in RULES:
            found[company.token(other, name)] = f"{other} {name}"
            found |= dict.fromkeys(spellings(company.amount(other, name)), f"{other} {name}")
        found[company.token(other, "customer")] = f"customer of {other}"
        found[f">{other}<"] = other
    if not reader.sees_pay:
        for name in (name for name, rule in RULES.items() if rule.is_pay):
            for own in reader.people:
                found |= dict.fromkeys(spellings(company.amount(own, name)), f"pay {own}")
    return found


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_nothing_of_others_is_in_any_file_of_a_reader(workbook: Workbook, lang: str) -> None:
    folder = _publish(workbook, lang=lang)
    from datetime import date

    listed = readers(company.people(), date(2024, 7, 4), LEVELS, ["P5"])
    folders = {(path.parent.name, path.name) for level in LEVELS for path in (folder / level).iterdir()}
    assert folders == {(reader.level, _folder(reader)) for reader in listed}
    for reader in listed:
        place = folder / reader.level / _folder(reader)
        assert sorted(path.name for path in place.iterdir()) == ["report.html", "report.xlsx"]
        whole = dict(contents(place))
        for token, owner in _forbidden(reader).items():
            assert not [name for name, text in whole.items() if token in text], (reader.node, owner, token)
        said = "\n".join(whole.values())
        assert company.token(next(iter(sorted(reader.people))), "customer") in said, "one's own is there"
        assert str(workbook.root) not in said and "../" not in said, "no way out of the folder"
    page = (folder / "all" / "readers.html").read_text(encoding="utf-8")
    assert page.count("report.html") == len(listed)
    assert "readers.html" in (folder / "all" / "10_all.html").read_text(encoding="utf-8")


def _folder(reader: Reader) -> str:
    from salesnb.model.audience import folder_name

    return folder_name(reader.node)


def test_a_units_own_table_reaches_those_it_is_shared_with(workbook: Workbook) -> None:
    """R78 with R79: rows go to whom they belong, to the levels its notebook names; what it does not share stays."""
    owners = list(company.PEOPLE)
    own = pd.DataFrame({"person_id": owners, "region_id": [company.PEOPLE[p][1] for p in owners],
                        "note": [f"自有{p}" for p in owners], "kept": [f"不分{p}" for p in owners]})  # fmt: skip
    cells = workbook.frame("own_notes", own.drop(columns="kept"), ["person_id"]), workbook.frame("own_rest", own)
    workbook.notebook("15_own", *cells, unit="u", writes=["own_notes", "own_rest"], shares={"own_notes": ["person"]})
    folder = _publish(workbook)
    for place in (folder / "person").iterdir():
        whole = "\n".join(text for _, text in contents(place))
        page = (place / "report.html").read_text(encoding="utf-8")
        assert f"自有{place.name}" in page and "标题 15_own" in page
        assert not [p for p in owners if p != place.name and f"自有{p}" in whole] and "不分" not in whole
    assert "自有" not in "\n".join(text for place in (folder / "region").iterdir() for _, text in contents(place))


@pytest.mark.parametrize(
    ("shares", "said"),
    [({"other": ["person"]}, "not in writes"), ({"a": ["team"]}, "region, person"), (["a"], "own notebooks")],
)
def test_a_share_that_cannot_be_is_refused(workbook: Workbook, shares: object, said: str) -> None:
    workbook.notebook("15_own", "pass", unit="u", writes=["a"], shares=shares)
    with pytest.raises(RunError, match=said):
        run(Request("u", "2024-06"), Progress())


def test_no_folder_is_made_unasked(workbook: Workbook) -> None:
    folder = _publish(workbook, more="")
    assert not [level for level in LEVELS if (folder / level).exists()]
    assert "readers.html" not in (folder / "all" / "10_all.html").read_text(encoding="utf-8")


def test_an_id_cannot_leave_its_folder(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {"../../../../P1": company.PEOPLE["P1"], "CON": company.PEOPLE["P2"], "p3": company.PEOPLE["P3"],
           "P3": company.PEOPLE["P4"], "a/b\\c:*?<x>": company.PEOPLE["P5"]}  # fmt: skip
    monkeypatch.setattr(company, "PEOPLE", {p: (*who[:4], None) for p, who in odd.items()})
    before = set(workbook.root.parent.rglob("report.html"))
    folder = _publish(workbook)
    found = {path.parent for path in workbook.root.parent.rglob("report.html")} - {path.parent for path in before}
    assert {path.parent.parent for path in found} == {folder}
    assert len({path.name.casefold() for path in (folder / "person").iterdir()}) == 5
    page = (folder / "all" / "readers.html").read_text(encoding="utf-8")
    assert "<x>" not in page


@pytest.mark.long
def test_the_samples_folders_hold_nobody_elses_pay_or_deals(planned: Path) -> None:
    """The whole plan of the sample: pay of others and open deals of others stand in no file of a person's folder."""
    folder = planned / "outputs" / "sample" / "2024" / "v001"
    deals = pd.read_parquet(folder / "tables" / "funnel_open.parquet")
    pay = pd.read_parquet(folder / "tables" / "pay_people.parquet")
    people = json.loads(pd.read_parquet(folder / "tables" / "people.parquet").to_json(orient="records"))
    region = {row["person_id"]: row["region_id"] for row in people}
    for level in LEVELS:
        for place in sorted((folder / level).iterdir()):
            whole = dict(contents(place))
            own = {p for p, r in region.items() if place.name == (p if level == "person" else r)}
            other = deals[~deals["person_id"].isin(own) & (deals["region_id"] != place.name)]
            tokens = {f">{deal}<" for deal in other["opportunity_id"]}
            unseen = pay if level == "region" else pay[~pay["person_id"].isin(own)]
            mine = set().union(*(spellings(int(v)) for v in pay[pay["person_id"].isin(own)]["expected_minor"]))
            tokens |= {t for v in unseen["expected_minor"] if v > 100_000 for t in spellings(int(v))} - mine
            for token in tokens:
                assert not [name for name, text in whole.items() if token in text], (place.name, token)
