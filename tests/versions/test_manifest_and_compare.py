"""Manifests travel between program versions; two versions are compared in parameters, code, data and cells."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesnb.model.errors import VersionError
from salesnb.versions import manifest as manifests
from salesnb.versions.compare import changes_csv, compare_versions
from salesnb.versions.index import rows
from salesnb.versions.manifest import Manifest, read_manifest
from salesnb.versions.snapshot import changed_files, leaves, masked, masked_text, read_one, read_snapshot, snapshot_text
from salesnb.versions.tables import write_table

BASE: dict[str, Any] = {
    "schema": 1,
    "unit": "u",
    "period": "2024",
    "kind": "year",
    "version": "v001",
    "state": "complete",
    "as_of": "2023-12-31",
    "today": "2024-07-04",
    "lang": "zh",
    "started": "2024-07-04T00:00:00Z",
    "finished": "2024-07-04T00:00:09Z",
}


def _write(folder: Path, **more: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(BASE | more), encoding="utf-8")
    return folder


def test_a_manifest_reads_as_it_was_written(tmp_path: Path) -> None:
    made = Manifest.model_validate(BASE | {"notebooks": {"10_history": {"state": "carried", "from": "v001"}}})
    (tmp_path / "manifest.json").write_text(made.text(), encoding="utf-8")
    assert read_manifest(tmp_path) == made
    assert json.loads(made.text())["schema"] == 1
    assert json.loads(made.text())["notebooks"]["10_history"]["from"] == "v001"


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VersionError, match="newer"):
        read_manifest(_write(tmp_path, schema=2))


def test_an_older_schema_is_migrated_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def from_one(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"unit": data["company"]}

    def from_two(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"headline": f"{data['unit']}!"}

    monkeypatch.setattr(manifests, "SCHEMA", 3)
    monkeypatch.setattr(manifests, "MIGRATIONS", {1: from_one, 2: from_two})
    old = {key: value for key, value in BASE.items() if key != "unit"} | {"company": "u"}
    (tmp_path / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
    read = read_manifest(tmp_path)
    assert (read.unit, read.headline, read.schema_) == ("u", "u!", 3)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"unit": "u"}', '{"schema": "1"}', '{"schema": 0}', '{"schema": true}']
)
def test_a_damaged_manifest_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(VersionError):
        read_manifest(tmp_path)


def test_a_wrong_value_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(VersionError, match="state"):
        read_manifest(_write(tmp_path, state="half"))


def test_secrets_stay_out_of_the_snapshot() -> None:
    shown = masked(
        {
            "url": "postgres://planner:hunter2@host/db?sslpassword=x9&a=1",
            "other": "postgres://planner:${DB_PASSWORD}@host/db",
            "password": "hunter2",
            "api_key": 12345,
            "token": "${TOKEN}",
            "hooks": [{"webhook": "https://h/abc"}],
            "name": "销售",
        }
    )
    text = json.dumps(shown, ensure_ascii=False)
    assert "hunter2" not in text and "x9" not in text and "12345" not in text and "abc" not in text
    assert shown["token"] == "${TOKEN}"
    assert shown["name"] == "销售"
    assert masked_text("cannot reach mysql://a:b@h") == "cannot reach mysql://a:***@h"


def test_the_snapshot_reads_back(tmp_path: Path) -> None:
    from datetime import date

    files = {"goals.yaml": {"一": [1, 2.5, None, True, "NO", "0123"], "day": date(2024, 1, 1)}, "a.yaml": {}}
    (tmp_path / "params.yaml").write_text(snapshot_text(files), encoding="utf-8")
    assert read_snapshot(tmp_path) == files
    assert {name: read_one(tmp_path, name) for name in files} == files
    assert read_one(tmp_path, "none.yaml") == {}
    assert "一" in snapshot_text(files)


def test_items_with_ids_keep_their_path_when_others_come_before_them() -> None:
    old = dict(leaves({"rules": [{"id": "a", "is": 1}]}))
    new = dict(leaves({"rules": [{"id": "b", "is": 2}, {"id": "a", "is": 1}]}))
    assert old["rules[a].is"] == new["rules[a].is"] == "1"
    assert new["rules[b].is"] == "2"


def test_two_versions_are_compared_in_everything(tmp_path: Path) -> None:
    sides = []
    for name, value, rate in (("v001", 100, 0.2), ("v002", 150, 0.25)):
        folder = _write(
            tmp_path / name,
            version=name,
            code={"files": {"salesnb/a.py": str(value)}},
            data={"data/x.csv": str(value)},
            packages={"pandas": str(value)},
            python="3.11",
        )
        write_table(folder / "tables", "demo", pd.DataFrame({"id": ["=e"], "net_minor": [value]}), ["id"])
        (folder / "params.yaml").write_text(snapshot_text({"review.yaml": {"alert_behind": rate}}), encoding="utf-8")
        sides.append(folder)
    difference = compare_versions(*sides)
    assert difference.cell_count == 1 and not difference.same
    found = list(csv.reader(changes_csv(difference).splitlines()))
    assert found[0] == ["what", "table", "key", "column", "old", "new", "change"]
    assert found[1:] == [
        ["table", "demo", "id='=e", "net_minor", "1.00", "1.50", "changed"],
        ["parameter", "review.yaml", "alert_behind", "", "0.2", "0.25", "changed"],
        ["data", "data/x.csv", "", "", "100", "150", "changed"],
        ["code", "salesnb/a.py", "", "", "100", "150", "changed"],
        ["package", "pandas", "", "", "100", "150", "changed"],
    ]
    assert compare_versions(sides[0], sides[0]).same
    assert changes_csv(None) == "what,table,key,column,old,new,change\r\n"


def test_the_index_lists_everything_and_says_what_is_damaged(tmp_path: Path) -> None:
    _write(tmp_path / "u" / "2024" / "v001")
    later = _write(tmp_path / "u" / "2024" / "v002", version="v002", headline="可行", draft=True, lead="30_x")
    (later / "all").mkdir()
    (later / "all" / "30_x.html").touch()
    (tmp_path / "u" / "2023" / "v001").mkdir(parents=True)
    (tmp_path / "u" / "2023" / "v001" / "manifest.json").write_text("{")
    failure = {"notebook": "10_history", "error": "ValueError"}
    late = {"state": "failed", "finished": "2025-01-01T00:00:00Z", "failures": [failure]}
    _write(tmp_path / "u" / "2024" / "failed" / "20250101T000000Z", **late)
    (tmp_path / "_work").mkdir()
    found = rows(tmp_path)
    assert [(r.period, r.version, r.state, r.latest) for r in found] == [
        ("2023", "v001", "damaged", True),
        ("2024", "20250101T000000Z", "failed", False),
        ("2024", "v002", "draft", True),
        ("2024", "v001", "complete", False),
    ]
    assert found[2].link == "u/2024/v002/all/30_x.html"
    assert found[1].problem == "10_history: ValueError"
    assert rows(tmp_path, "other") == []


def test_only_files_that_changed_are_read_again(tmp_path: Path) -> None:
    """Whatever stands in a file, the comparison is that of whole snapshots."""
    text = "a: 1\n  b.yaml: no\n\n  c:\n" + "很长 " * 2000
    first = {
        "a.yaml": {"x": 1, "list": [{"id": "p", "v": 1}]},
        "b c.yaml": {"y": "2"},
        "n.md": text,
        "z.yaml": {"k": 1},
    }
    every: tuple[dict[str, Any], ...] = (
        first,
        first,
        first | {"b c.yaml": {"y": "3"}},
        first | {"n.md": text + "。"},
        {"a.yaml": {"x": 2}, "new.yaml": {}},
    )
    for number, files in enumerate(every):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "params.yaml").write_text(snapshot_text(files), encoding="utf-8")
    for number in range(5):
        was, now = changed_files(tmp_path / "0", tmp_path / str(number))
        whole = read_snapshot(tmp_path / "0"), read_snapshot(tmp_path / str(number))
        moved = {name for name in {**whole[0], **whole[1]} if whole[0].get(name) != whole[1].get(name)}
        for found, side in ((was, whole[0]), (now, whole[1])):
            assert moved & side.keys() <= found.keys() and all(found[name] == side[name] for name in found)
    assert changed_files(tmp_path / "0", tmp_path / "1") == ({}, {})
    assert changed_files(tmp_path / "0", tmp_path / "none")[1] == {}


@pytest.mark.parametrize(
    "text",
    [
        "files: {a.yaml: {b: 1}, c.yaml: {d: 2}}\n",
        "schema: 1\nfiles:\n    a.yaml:\n        b: 1\n",
        "schema: 1\nfiles:\n  'a.yaml':\n    b: 1\n",
    ],
)
def test_one_file_is_read_out_of_a_snapshot_written_by_another_hand(tmp_path: Path, text: str) -> None:
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    assert read_one(tmp_path, "a.yaml") == {"b": 1}
