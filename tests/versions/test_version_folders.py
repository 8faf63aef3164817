"""Versions appear whole or not at all, are numbered once, readable by others, and cannot leave their folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from salesnb.model.errors import UsageError, VersionError
from salesnb.versions.folders import PeriodFolder, periods, version_number
from salesnb.versions.manifest import Manifest, NotebookEntry, read_manifest
from salesnb.versions.prune import prune
from salesnb.versions.publish import (
    STAGE_LOCK,
    is_abandoned,
    open_stage,
    remove_stale,
    replace_text,
    staged,
    writing,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="permission bits are a POSIX matter")


def _manifest(version: str, **more: object) -> Manifest:
    given = {"unit": "u", "period": "2024", "kind": "year", "state": "complete", "as_of": "2023-12-31"}
    given |= {
        "today": "2024-07-04",
        "lang": "zh",
        "started": "2024-07-04T00:00:00Z",
        "finished": "2024-07-04T00:00:01Z",
    }
    return Manifest.model_validate(given | {"version": version} | more)


def _publish(folder: PeriodFolder, **more: object) -> str:
    with staged(folder) as stage:
        (stage.path / "tables").mkdir()
        with folder.lock():
            number = max(folder.numbers(), default=0) + 1
            manifest = _manifest(f"v{number:03d}", **more)
            (stage.path / "manifest.json").write_text(manifest.text(), encoding="utf-8")
            return stage.publish(number).name


@pytest.fixture
def folder(tmp_path: Path) -> PeriodFolder:
    return PeriodFolder(tmp_path / "outputs", "u", "2024")


def test_numbers_go_up_and_the_latest_is_the_highest_with_a_manifest(folder: PeriodFolder) -> None:
    assert (folder.latest(), folder.numbers()) == (None, [])
    assert [_publish(folder), _publish(folder)] == ["v001", "v002"]
    (folder.path / "v009").mkdir()
    assert folder.latest() == 2
    assert _publish(folder) == "v010", "a folder somebody made is not reused"
    assert [p.period for p in periods(folder.outputs)] == ["2024"]


def test_a_version_is_never_overwritten(folder: PeriodFolder) -> None:
    _publish(folder)
    with staged(folder) as stage, pytest.raises(VersionError, match="never overwritten"), folder.lock():
        stage.publish(1)
    assert read_manifest(folder.version(1)).version == "v001"


def test_a_stage_that_is_not_published_disappears(folder: PeriodFolder) -> None:
    with pytest.raises(RuntimeError), staged(folder) as stage:
        (stage.path / "half").write_text("x")
        raise RuntimeError
    assert [p.name for p in folder.path.iterdir()] == [".lock"]


def test_a_live_stage_is_left_alone_and_an_abandoned_one_is_removed(folder: PeriodFolder) -> None:
    code = (
        "import sys, time; from pathlib import Path; from salesnb.versions.folders import PeriodFolder;"
        "from salesnb.versions.publish import open_stage;"
        f"s = open_stage(PeriodFolder(Path({str(folder.outputs)!r}), 'u', '2024'));"
        "print('ready', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        assert remove_stale(folder) == 0
        assert len(list(folder.path.glob(".stage-*"))) == 1
    finally:
        child.kill()
        child.wait()
    with open_stage(folder).lock:
        assert len(list(folder.path.glob(".stage-*"))) == 1, "the dead one went when a new one was opened"


def test_a_folder_whose_lock_may_be_about_to_be_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / STAGE_LOCK).touch()
    assert is_abandoned(tmp_path) and not is_abandoned(tmp_path, 60)
    old = time.time() - 61
    os.utime(tmp_path, (old, old))
    assert is_abandoned(tmp_path, 60)


@posix
@pytest.mark.parametrize("has_lock", [True, False])
def test_another_users_folder_that_may_not_be_looked_into_is_left_alone(has_lock: bool) -> None:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made)
        if has_lock:
            (path / STAGE_LOCK).touch()
        os.utime(path, (0, 0))
        path.chmod(0)
        user = os.geteuid()
        os.seteuid(65534 if user == 0 else user)  # nothing is closed to root
        try:
            assert not is_abandoned(path, 60)
        finally:
            os.seteuid(user)
            path.chmod(0o700)


def test_a_stage_without_lock_is_removed_only_when_old(folder: PeriodFolder) -> None:
    orphan = folder.path / ".stage-x"
    orphan.mkdir(parents=True)
    assert remove_stale(folder) == 0
    old = time.time() - 3600
    os.utime(orphan, (old, old))
    assert remove_stale(folder) == 1


@posix
@pytest.mark.parametrize(("umask", "file_mode", "folder_mode"), [(0o022, 0o644, 0o755), (0o002, 0o664, 0o775)])
def test_others_may_read_what_the_umask_allows(
    folder: PeriodFolder, umask: int, file_mode: int, folder_mode: int
) -> None:
    old = os.umask(umask)
    try:
        with staged(folder) as stage:
            private = stage.path / "tables"
            private.mkdir(mode=0o700)
            (private / "a.csv").touch(mode=0o600)
            with folder.lock():
                target = stage.publish(1)
    finally:
        os.umask(old)
    assert (target / "tables" / "a.csv").stat().st_mode & 0o777 == file_mode
    for path in (target, target / "tables"):
        assert path.stat().st_mode & 0o777 == folder_mode
    assert not (target / "stage.lock").exists()


@posix
def test_a_failed_run_stands_beside_the_versions(folder: PeriodFolder) -> None:
    for _ in range(2):
        with staged(folder) as stage:
            (stage.path / "manifest.json").write_text(_manifest("", state="failed").text())
            with folder.lock():
                stage.fail()
    first, second = folder.failures()
    assert first.parent.name == "failed"
    assert first.name[:8].isdigit()
    assert second.name != first.name
    assert folder.latest() is None


@pytest.mark.parametrize(
    "unit", ["..", "a/b", "a\\b", "", "CON", "nul", ".x", "a.", "a b", "x" * 70, "a:b", "a\n", "_x"]
)
def test_a_unit_cannot_leave_its_folder(tmp_path: Path, unit: str) -> None:
    with pytest.raises(UsageError):
        PeriodFolder(tmp_path, unit, "2024")


@pytest.mark.parametrize("unit", ["sample", "华东事业部", "BU-7", "north_2"])
def test_units_may_be_named_in_any_script(tmp_path: Path, unit: str) -> None:
    assert PeriodFolder(tmp_path, unit, "2024-W12").path.parent.name == unit


@pytest.mark.parametrize("period", ["../x", "2024/03", "", "24", "2024-3", "2024Q5", "2024-03-15x", "2024\n"])
def test_a_period_cannot_leave_its_folder(tmp_path: Path, period: str) -> None:
    with pytest.raises(UsageError):
        PeriodFolder(tmp_path, "u", period)


def test_versions_are_named_leniently_and_missing_ones_listed(folder: PeriodFolder) -> None:
    _publish(folder)
    assert [version_number(t) for t in ("v001", "v1", "1", "V01")] == [1, 1, 1, 1]
    assert folder.existing("1") == 1
    with pytest.raises(UsageError, match="v001"):
        folder.existing("v7")
    with pytest.raises(UsageError):
        folder.existing("latest")


@posix
def test_a_folder_that_cannot_be_written_is_said_plainly(folder: PeriodFolder) -> None:
    with pytest.raises(VersionError, match="cannot write") as error, writing(folder.path):
        raise OSError(28, "No space left on device", str(folder.path / "x"))
    assert "No space left" in error.value.say("en")
    assert "没有发布" in error.value.say("zh")


def test_prune_keeps_the_latest_what_is_carried_and_what_is_protected(folder: PeriodFolder) -> None:
    for _ in range(4):
        _publish(folder)
    carried = {"10": NotebookEntry(state="carried", from_="v002").model_dump(by_alias=True)}
    _publish(folder, notebooks=carried)
    assert prune(folder, None).versions == ()
    planned = prune(folder, 1, frozenset({"v003"}), dry=True)
    assert planned.versions == ("u/2024/v001", "u/2024/v004")
    assert folder.numbers() == [1, 2, 3, 4, 5], "a dry run removes nothing"
    compared = folder.path / "compare"
    compared.mkdir()
    for name in ("v001-v003.html", "v001-v003.csv", "v002-v005.html"):
        (compared / name).write_text("x")
    assert prune(folder, 0, frozenset({"v003"})).versions == planned.versions
    assert folder.numbers() == [2, 3, 5]
    assert [path.name for path in compared.iterdir()] == ["v002-v005.html"], "no page leads to what is gone"


def test_prune_keeps_the_newest_failures(folder: PeriodFolder) -> None:
    for day in range(5):
        path = folder.failed / f"2024070{day}T000000Z"
        path.mkdir(parents=True)
        (path / "manifest.json").write_text(_manifest("", state="failed").text())
    assert len(prune(folder, None).failures) == 2
    assert [p.name[:8] for p in folder.failures()] == ["20240702", "20240703", "20240704"]


def test_a_text_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "index.html"
    replace_text(path, "一")
    replace_text(path, "二")
    assert path.read_text(encoding="utf-8") == "二"
    assert [p.name for p in path.parent.iterdir()] == ["index.html"]
