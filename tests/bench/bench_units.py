"""Many units: generated companies × five notebooks by `salesnb batch`, here and on a Dask cluster that loses a worker.

``python -m tests.bench.bench_units [UNITS]``: 200 by default. Every unit is the sample company of another seed, so each
generates, imports and runs data of its own. Busy: processor time of the batch by clock and cores; of the machine: what
anybody used. Memory: the batch with all below it, pages that forked kernels share counted once; looked at seldom,
because to look costs the machine that is measured half a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from salesnb.runs.batch import GOOD
from salesnb.runs.workers import memory_held

ROOT = Path(__file__).resolve().parents[2]
SEED = 20240101
PERIOD, GOAL_BUSY, GOAL_FLAT = "2024", 0.85, 1.15
LOOK_SECONDS, LOOKS_PER_MEMORY = 1.0, 15


@dataclass
class Taken:
    """What a batch took, and how each run ended."""

    wall: float = 0.0
    processor: float = 0.0
    machine: float = 0.0  # seconds of all cores that anybody used
    held: list[int] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)


def companies(folder: Path, count: int) -> list[str]:
    """``count`` units in ``folder/params``."""
    names = [f"u{number:03d}" for number in range(count)]
    left_out = shutil.ignore_patterns("data", ".data*", "targets")
    for number, name in enumerate(names):
        shutil.copytree(ROOT / "params" / "sample", folder / "params" / name, ignore=left_out)
        path = folder / "params" / name / "company.yaml"
        text = re.sub(r"(?m)^unit: .*$", f"unit: {name}", path.read_text(encoding="utf-8"))
        path.write_text(text.replace(f"seed: {SEED}", f"seed: {SEED + number}"), encoding="utf-8")
    return names


def environment(folder: Path, outputs: str) -> dict[str, str]:
    """Where the batch finds its units and leaves its reports."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    made = {"SALESNB_PARAMS": str(folder / "params"), "SALESNB_OUTPUTS": str(folder / outputs)}
    return kept | made | {"SALESNB_HOME": str(ROOT), "PYTHONPATH": str(ROOT)}


def batch(folder: Path, outputs: str, names: list[str], more: list[str], others: list[int], kill: int = 0) -> Taken:
    """One command, watched. ``others``: what is watched in place of the command; ``kill`` ends that one half-way."""
    command = [sys.executable, "-m", "salesnb", "batch", "--units", *names, "--periods", PERIOD, *more]
    taken, began, used = Taken(), time.perf_counter(), _machine()
    process = subprocess.Popen(command, env=environment(folder, outputs), cwd=ROOT, stderr=subprocess.DEVNULL)
    trees, looks = others or [process.pid], 0
    last = sum(_spent(pid) for pid in trees)
    while process.poll() is None:
        if looks % LOOKS_PER_MEMORY == 0:
            taken.held.append(sum(memory_held(pid) for pid in trees))
        looks += 1
        now = sum(_spent(pid) for pid in trees)
        taken.processor += max(0.0, now - last)  # less than before: a process was killed, what it took is counted
        last = now
        done = len(list((folder / outputs).glob(f"u*/{PERIOD}/v001/manifest.json")))
        if kill and done * 2 >= len(names):
            psutil.Process(kill).kill()
            kill = 0
        time.sleep(LOOK_SECONDS)
    taken.wall, taken.machine = time.perf_counter() - began, _machine() - used
    newest = max((folder / outputs / "_batches").glob("*/results.json"))
    taken.states = {row["unit"]: row["state"] for row in json.loads(newest.read_text(encoding="utf-8"))}
    return taken


def _spent(pid: int) -> float:
    """Processor seconds of a tree of processes, with those that have ended and were waited for."""
    total = 0.0
    try:
        top = psutil.Process(pid)
        tree = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def _machine() -> float:
    spent = psutil.cpu_times()
    return spent.user + spent.system + spent.nice


def reports(folder: Path, outputs: str, names: list[str]) -> dict[str, str]:
    """sha256 of every table and page of every unit's first version, pages but for the minute they were made in."""
    found = {}
    for name in names:
        version = folder / outputs / name / PERIOD / "v001"
        for path in sorted([*version.rglob("*.parquet"), *version.rglob("*.html")]):
            content = path.read_bytes()
            if path.suffix == ".html":
                content = re.sub(rb"\d{4}-\d\d-\d\d \d\d:\d\d", b"", content)
            found[f"{name}/{path.relative_to(version).as_posix()}"] = hashlib.sha256(content).hexdigest()
    return found


def row(what: str, names: list[str], taken: Taken) -> None:
    """One row of the results."""
    cores, good = os.cpu_count() or 1, sum(state in GOOD for state in taken.states.values())
    busy, machine = taken.processor / taken.wall / cores, taken.machine / taken.wall / cores
    third = max(1, len(taken.held) // 3)
    flat = statistics.median(taken.held[-third:]) / statistics.median(taken.held[third : 2 * third] or taken.held)
    words = "met" if busy >= GOAL_BUSY and good == len(names) and flat <= GOAL_FLAT else "**missed**"
    print(
        f"| {what} | {good} of {len(names)} | {taken.wall:.0f} s | {len(names) / taken.wall * 3600:.0f} | {busy:.0%} |"
        f" {machine:.0%} | {max(taken.held) / 1e6:,.0f} MB, last third {flat:.2f} × the middle | {words} |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    cores = os.cpu_count() or 1
    print(f"{count} units × 5 notebooks of {PERIOD}; load of the machine when it began {os.getloadavg()[0]:.1f}.\n")
    print("| where | up to date | wall | units an hour | busy, ours | busy, machine | memory at most | ≥ 85 %, flat |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="salesnb-bench-") as made:
        folder = Path(made)
        names = companies(folder, count)
        row(f"`--jobs {cores}`", names, batch(folder, "here", names, ["--jobs", str(cores)], []))
        row("Dask, two workers, one killed half-way", names, clustered(folder, names))
        here, there = reports(folder, "here", names), reports(folder, "cluster", names)
        for what in (".parquet", ".html"):
            wanted = {name: digest for name, digest in here.items() if name.endswith(what)}
            equal = sum(digest == there.get(name) for name, digest in wanted.items())
            print(f"\n{what} files of the cluster equal to those made here: {equal} of {len(wanted)}.")


def clustered(folder: Path, names: list[str]) -> Taken:
    """The batch on a cluster of two worker processes here, of which the first is killed half-way."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        first = cluster.workers[0].pid
        return batch(folder, "cluster", names, ["--scheduler", cluster.scheduler_address], [os.getpid()], kill=first)


if __name__ == "__main__":
    main()
