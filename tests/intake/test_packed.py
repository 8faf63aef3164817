"""A workbook that unpacks to more than a machine holds is refused before it is read, as an export and as a form."""

from __future__ import annotations

import gzip
import time
import zipfile
from pathlib import Path

import pytest

from salesnb.intake.forms.sheet import opened
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.packed import unpacks_to_harm
from tests.intake.exports import HEADER, ROWS, Imported, load, source, text
from tests.intake.form_of_one import form
from tests.intake.test_corpus_workbooks import workbook, xlsx


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 MB of one sheet in 300 kB."""
    path = tmp_path_factory.mktemp("bomb") / "orders.xlsx"
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(300):
            sheet.write(bytes(1_000_000))
    return path


def test_an_export_is_refused_and_said(bomb: Path) -> None:
    started = time.process_time()
    got = xlsx(bomb.read_bytes())
    assert time.process_time() - started < 5
    assert got.error is not None and "一百倍" in got.error.say("zh") and "orders.xlsx" in got.error.say("zh")


def test_a_form_is_refused_and_a_workbook_is_not(bomb: Path, tmp_path: Path) -> None:
    back = opened(bomb, form())
    assert isinstance(back, Finding) and back.code == "form_unreadable"
    sound = tmp_path / "sound.xlsx"
    sound.write_bytes(workbook())
    (tmp_path / "text.xlsx").write_text("a,b")
    assert not unpacks_to_harm(sound) and not unpacks_to_harm(tmp_path / "text.xlsx")


def test_a_packed_text_is_refused_once_it_grows_too_much_and_an_export_is_read() -> None:
    grown = gzip.compress(b"\n".join([",".join(HEADER).encode(), b"1" * 260_000_000]), compresslevel=1)
    got = packed_text(grown)
    assert got.error is not None and "一百倍" in got.error.say("zh") and "orders.csv.gz" in got.error.say("zh")
    assert packed_text(gzip.compress(text(ROWS).encode())).error is None


def packed_text(content: bytes) -> Imported:
    """Import a packed text."""
    return load({"orders.csv.gz": content}, {"orders": source("orders.csv.gz")})
