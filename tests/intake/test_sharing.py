"""Two processes that need one import make it together: the same import as by one, whatever becomes of the second."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from salesnb.intake import importing, sharing
from salesnb.intake.tables.parts import Apart, Import
from salesnb.model.errors import DataError
from salesnb.model.params.company import Company
from tests.intake.exports import ROWS, source, text

ROOT = Path(__file__).resolve().parents[2]
KEY = "0" * 32
FILES = {
    "orders.csv": text(ROWS),
    "customers.csv": "客户,名称\n" + "".join(f"客户{i},第{i}家\n" for i in range(6)),
    "people.csv": "姓名,区域\n张伟,华东\n李娜,华南\n李娜,华南\n",
    "receipts.csv": "单号,日期,客户,金额\n"
    + "".join(f"R{i},2024-0{1 + i % 3}-1{i % 9},客户{i % 9},{i}.05\n" for i in range(30))
    + "R7,2024-01-15,客户1,7.05\nR31,没有,客户1,1\nR32,2024-02-01,客户 1,abc\n合计,,,434\n",
    "deals.csv": "编号,阶段,金额,业务员\nD1,won,10.005,张伟\nD2,lost,,王芳\n,won,3,张伟\nD1,won,4,张伟\n",
    "targets.csv": "月份,区域,目标\n2024-01,华东,100\n2024-02,华东,=1+1\n",
    "ledger.csv": "月份,收入\n2024-01,1\n2024-02,2\n",
}
SOURCES = {
    "customers": ("customers", {"customer_id": "客户", "name": "名称"}),
    "people": ("people", {"person_id": "姓名", "region_id": "区域"}),
    "receipts": ("receipts", {"receipt_id": "单号", "receipt_date": "日期", "customer_id": "客户", "received": "金额"}),
    "deals": ("opportunities", {"opportunity_id": "编号", "stage": "阶段", "amount": "金额", "person_id": "业务员"}),
    "targets": ("targets", {"month": "月份", "region_id": "区域", "target": "目标"}),
    "ledger": ("general_ledger", {"month": "月份", "booked": "收入"}),
}
Make = Callable[[Path, Path, Path, Iterable[str]], Apart]


class Unit:
    """A small company and its imports; ``answers`` says of each import whether somebody helped."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.answers, self.patch = folder, list[bool](), patch
        for name, content in FILES.items():
            (folder / name).write_text(content, encoding="utf-8")
        listed = {"orders": source(), **{n: {**source(f"{n}.csv", c), "table": t} for n, (t, c) in SOURCES.items()}}
        self.company = Company.model_validate({"unit": "u", "name": "u", "today": "2024-12-31", "sources": listed})
        self.files = {name: folder / name for name in FILES}
        patch.setattr(importing, "AT_LEAST", 0)
        patch.setattr("os.cpu_count", lambda: 2)

        answer = sharing.Offer.answer

        def noted(offer: sharing.Offer) -> Apart | None:
            got = answer(offer)
            self.answers.append(got is not None)
            return got

        patch.setattr(sharing.Offer, "answer", noted)

    def run(self, name: str) -> dict[str, bytes]:
        """The files of an import of the company."""
        target = self.folder / f".part-{name}"
        target.mkdir()
        importing.run(self.company, Import(self.company, self.folder, target), self.files, KEY)
        return _files(target)

    def make(self, folder: Path, work: Path, set_aside: Path, tables: Iterable[str]) -> Apart:
        return importing.apart(Import(self.company, self.folder, folder), work, self.files, set_aside, tables)

    def helped(self, name: str, make: Make | None = None, key: str = KEY, until: int | None = None) -> dict[str, bytes]:
        """The same import while somebody waits who would help; it goes on when the first tables were taken, or the
        offer declined."""
        make_offer = sharing.Offer.make
        helper = sharing.Helper(self.folder, lambda: key, make or self.make)
        threads: list[threading.Thread] = []

        def offered(offer: sharing.Offer) -> None:
            make_offer(offer)
            threads.append(threading.Thread(target=helper.help))
            threads[0].start()
            _until(lambda: not any(offer._paper(t).exists() for t in offer.tables[:until]) or not threads[0].is_alive())

        with self.patch.context() as patch:
            patch.setattr(sharing.Offer, "make", offered)
            try:
                return self.run(name)
            finally:
                threads[0].join()

    def beside_one_that_sleeps(self, name: str, kill: bool) -> dict[str, bytes]:
        """The same import while a process that took the offer makes nothing; ``kill`` it when it has."""
        script = (
            "import pathlib, sys, time; from salesnb.intake.sharing import Helper\n"
            f"helper = Helper(pathlib.Path(sys.argv[1]), lambda: {KEY!r}, lambda *_: time.sleep(60))\n"
            "while True: helper.help()"
        )
        sleeper = subprocess.Popen([sys.executable, "-c", script, str(self.folder)], cwd=ROOT)
        make = sharing.Offer.make

        def offered(offer: sharing.Offer) -> None:
            make(offer)
            _until((offer._help / "tables").exists)
            if kill:
                sleeper.kill()

        try:
            with self.patch.context() as patch:
                patch.setattr(sharing.Offer, "make", offered)
                return self.run(name)
        finally:
            sleeper.kill()
            sleeper.wait()

    @property
    def left(self) -> list[str]:
        """What lies about besides imports and exports."""
        return [p.name for p in self.folder.iterdir() if p.name not in FILES and not p.name.startswith(".part-x")]


def _files(folder: Path) -> dict[str, bytes]:
    """The files of an import, the minute it was made left out."""
    found = {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
    meta = json.loads(found["meta.json"])
    del meta["imported_utc"]
    return {**found, "meta.json": json.dumps(meta).encode()}


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unit:
    return Unit(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The import that nobody could have helped with."""
    with pytest.MonkeyPatch.context() as patch:
        unit = Unit(tmp_path_factory.mktemp("alone"), patch)
        patch.setattr(importing, "worth_sharing", lambda *_: False)
        found = unit.run("x")
        assert not unit.answers
    return found


def test_an_import_made_by_two_is_the_import_made_by_one(unit: Unit, alone: dict[str, bytes]) -> None:
    assert unit.run("x1") == alone  # nobody took the offer
    assert unit.helped("x2") == alone
    assert unit.helped("x3", key="1" * 32) == alone  # other sources, another map or other code: it is not taken
    assert unit.helped("x4", until=1) == alone  # each makes some
    assert unit.answers == [True, True]
    assert {"receipts.parquet", "opportunities.parquet", "targets.parquet", "basis_bridge.parquet"} <= set(alone)
    told = alone["findings.csv"].decode(), alone["set_aside.csv"].decode()
    assert all(name in said for name in ("receipts.csv", "deals.csv") for said in told)
    assert not unit.left


def test_help_that_fails_is_done_without(unit: Unit, alone: dict[str, bytes]) -> None:
    def fails(folder: Path, *_: object) -> Apart:
        (folder / "receipts.parquet").write_text("half of it", encoding="utf-8")
        raise OSError("no room left")

    assert unit.helped("x", fails) == alone
    assert unit.answers == [False]
    assert not unit.left


def test_what_is_wrong_is_told_as_to_one(unit: Unit) -> None:
    (unit.folder / "receipts.csv").write_text("单号,日期\nR1,2024-01-01\n", encoding="utf-8")
    with pytest.raises(DataError) as by_one:
        unit.run("x1")
    with pytest.raises(DataError) as by_two:
        unit.helped("x2")
    assert str(by_two.value) == str(by_one.value)
    assert "receipts.csv" in str(by_one.value)
    assert not unit.left


def test_a_helper_that_is_killed_is_done_without(unit: Unit, alone: dict[str, bytes]) -> None:
    assert unit.beside_one_that_sleeps("x", kill=True) == alone
    assert unit.answers == [False]
    assert not unit.left


@pytest.mark.long
def test_a_helper_that_hangs_is_done_without(unit: Unit, alone: dict[str, bytes]) -> None:
    unit.patch.setattr(sharing, "PATIENCE", 0.1)
    assert unit.beside_one_that_sleeps("x", kill=False) == alone
    assert unit.answers == [False]
    assert not unit.left


@pytest.mark.long
def test_two_processes_load_the_sample_as_one(tmp_path: Path) -> None:
    params = tmp_path / "params" / "sample"
    shutil.copytree(ROOT / "params" / "sample", params, ignore=shutil.ignore_patterns(".data*", "data", "targets"))
    script = (
        "import os, sys, time; from salesnb.intake import facts, sharing\n"
        "answer = sharing.Offer.answer\n"
        "def told(offer):\n    got = answer(offer); print('made by', 1 if got is None else 2); return got\n"
        "sharing.Offer.answer = told\n"
        "os.cpu_count = lambda: 2; facts.load('sample')"
    )

    def load(outputs: str) -> subprocess.Popen[str]:
        env = {**os.environ, "SALESNB_PARAMS": str(params.parent), "SALESNB_OUTPUTS": str(tmp_path / outputs)}
        return subprocess.Popen([sys.executable, "-c", script], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    one = load("one")
    assert (one.communicate()[0], one.returncode) == ("", 0)
    both = [load("two") for _ in range(2)]
    assert "".join(process.communicate()[0] for process in both) == "made by 2\n"
    kept = [next(p for p in (tmp_path / n / "sample" / "_imports").iterdir() if p.is_dir()) for n in ("one", "two")]
    assert _files(kept[0]) == _files(kept[1])
    assert not list(kept[1].parent.glob(".part-*"))
