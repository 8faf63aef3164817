"""The chain of approved targets: any change of any byte shows, and an approval is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.errors import SalesnbError, VersionError
from salesnb.versions.targets import Revision, in_force, read_chain
from salesnb.versions.targets import store as stores
from salesnb.versions.targets.record import read_record
from tests.versions.targets_company import Company, cells, company


def three(root: Path) -> Company:
    """A company with three revisions."""
    made = company(root)
    made.version(1, cells())
    made.version(2, cells(m05=1))
    made.version(3, cells(m05=1, m08=2))
    made.approve(1)
    made.approve(2, decided=date(2024, 3, 1), from_=date(2024, 4, 1), reason="竞品降价")
    made.approve(3, decided=date(2024, 6, 1), from_=date(2024, 7, 1), reason="新品推迟")
    return made


@pytest.fixture(scope="module")
def master() -> Iterator[Company]:
    """Three revisions, made once and never changed."""
    with tempfile.TemporaryDirectory() as root:
        yield three(Path(root))


@given(st.data())
def test_any_edit_of_any_byte_of_any_file_is_detected(master: Company, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(master.files())))
    content = master.files()[name]
    at = data.draw(st.integers(0, len(content) - 1))
    kind = data.draw(st.sampled_from(["change", "insert", "delete", "cut"]))
    byte = bytes([data.draw(st.integers(0, 255).filter(lambda b: kind != "change" or b != content[at]))])
    edited = {
        "change": content[:at] + byte + content[at + 1 :],
        "insert": content[:at] + byte + content[at:],
        "delete": content[:at] + content[at + 1 :],
        "cut": content[:at],
    }[kind]
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "u"
        shutil.copytree(master.targets, copy / "targets")
        (copy / "targets" / name).write_bytes(edited)
        with pytest.raises(SalesnbError) as error:
            in_force(copy, "2024", date(2024, 12, 31))
        assert f"targets/{name}" in error.value.say("zh")


@given(st.data())
def test_a_forged_record_needs_every_later_one_forged_too(master: Company, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, 2))
    path = master.targets / f"2024-r{number:02d}.yaml"
    record = read_record(path, path.name)
    forged = {"by": data.draw(st.text(min_size=1, max_size=30).filter(lambda t: t != record.by))}
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "u"
        shutil.copytree(master.targets, copy / "targets")
        text = Revision(**{**vars(record), **forged}).text()  # sealed again, as somebody who knows the format would
        (copy / "targets" / path.name).write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(VersionError, match="does not continue"):
            read_chain(copy, "2024")


@given(words=st.text(max_size=60))
def test_a_record_reads_back_whatever_was_typed(master: Company, words: str) -> None:
    path = master.targets / "2024-r01.yaml"
    record = Revision(**{**vars(read_record(path, path.name)), "reason": words})
    with tempfile.TemporaryDirectory() as place:
        again = Path(place) / "x.yaml"
        again.write_text(record.text(), encoding="utf-8", newline="\n")
        assert read_record(again, "x.yaml") == record


def test_a_checkout_with_windows_line_ends_still_holds(master: Company, tmp_path: Path) -> None:
    shutil.copytree(master.targets, tmp_path / "u" / "targets")
    for path in (tmp_path / "u" / "targets").glob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_chain(tmp_path / "u", "2024").head == read_chain(master.folder, "2024").head


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["2024-r01.yaml"], "2024-r01.yaml"),
        (["2024-r02.parquet"], "2024-r02.parquet"),
        (["2024-r02.yaml", "2024-r02.parquet"], "2024-r02.yaml"),
        (["2024-r03.yaml"], "2024-r03.parquet"),
    ],
)
def test_a_lost_file_is_named(master: Company, tmp_path: Path, gone: list[str], named: str) -> None:
    shutil.copytree(master.targets, tmp_path / "u" / "targets")
    for name in gone:
        (tmp_path / "u" / "targets" / name).unlink()
    with pytest.raises(VersionError) as error:
        read_chain(tmp_path / "u", "2024")
    assert error.value.where is not None and error.value.where.file == f"params/u/targets/{named}"


def test_a_revision_copied_from_another_plan_or_place_is_named(master: Company, tmp_path: Path) -> None:
    folder = tmp_path / "u" / "targets"
    shutil.copytree(master.targets, folder)
    for kind in ("yaml", "parquet"):
        shutil.copyfile(folder / f"2024-r02.{kind}", folder / f"2024-r04.{kind}")
    with pytest.raises(VersionError, match="says it is 2024-r02"):
        read_chain(tmp_path / "u", "2024")
    for kind in ("yaml", "parquet"):
        (folder / f"2024-r04.{kind}").rename(folder / f"2024-r004.{kind}")
    with pytest.raises(VersionError, match="name is not ours"):
        read_chain(tmp_path / "u", "2024")


class Killed(BaseException):
    """The process dies here: no clean-up runs."""


@pytest.mark.parametrize("step", range(4))
def test_an_approval_killed_at_any_step_is_not_there_and_the_next_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    firm = company(tmp_path)
    firm.version(1, cells())
    firm.version(2, cells(m08=1))
    firm.approve()
    before = firm.files()
    calls = iter(range(100))
    real = {"replace": os.replace, "copyfile": shutil.copyfile, "unlink": Path.unlink}

    def dying(name: str) -> Any:
        def act(*given: Any, **more: Any) -> Any:
            if next(calls) >= step:
                monkeypatch.setattr(Path, "unlink", lambda *a, **k: None)  # dead: nothing is tidied
                raise Killed
            return real[name](*given, **more)

        return act

    monkeypatch.setattr(stores.os, "replace", dying("replace"))
    monkeypatch.setattr(stores.shutil, "copyfile", dying("copyfile"))
    said = {"decided": date(2024, 7, 1), "from_": date(2024, 8, 1), "reason": "改"}
    if step < 3:
        with pytest.raises(Killed):
            firm.approve(2, **said)
        monkeypatch.undo()
        left = {name: content for name, content in firm.files().items() if not name.startswith(".")}
        assert {name: left[name] for name in before} == before
        assert read_chain(firm.folder, "2024").revisions[-1].name == "2024-r01"
    else:
        monkeypatch.undo()
    made = firm.approve(2, **said).revision
    assert made.name == "2024-r02"
    assert sorted(firm.files()) == [f"2024-r0{n}.{kind}" for n in (1, 2) for kind in ("parquet", "yaml")]


def test_an_approval_that_fails_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = company(tmp_path)
    firm.version(1, cells())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stores.os, "replace", full)
    with pytest.raises(VersionError, match="No space left"):
        firm.approve()
    assert firm.files() == {}


def test_two_approvals_at_once_do_not_follow_the_same_revision(tmp_path: Path) -> None:
    firm = company(tmp_path)
    firm.version(1, cells())
    stale = read_chain(firm.folder, "2024")
    first = firm.approve().revision
    before = firm.files()
    with pytest.raises(VersionError, match="somebody else has just approved 2024-r01"):
        stores.add_revision(stale, first, firm.period().version(1) / "tables" / "target_cells.parquet")
    assert firm.files() == before
