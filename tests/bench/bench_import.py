"""Import: order lines as CSV to facts and quality report against pandas, and big Parquet history summed out of core.

``python -m tests.bench.bench_import [CSV_LINES [PARQUET_LINES]]``: 10 and 100 million by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.import_lines import COMPANY, PLANNED, WHOLE, write

RATIO, CSV_MB, PARQUET_MB = 5.0, 4000, 8000
OURS = """
import json, resource, time
from salesnb.intake import facts
began = time.perf_counter()
found = facts.load("big")
used = resource.getrusage(resource.RUSAGE_SELF)
said = {"wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "kb": used.ru_maxrss}
net = int(found.table("sales_cells")["net_minor"].sum())
print(json.dumps(said | {"net": net, "kept": int(found.ledger["kept_count"].sum())}))
"""


def ours(folder: Path, where: str, columns: dict[str, str]) -> dict[str, Any]:
    """Our import in a process of its own."""
    unit = folder / "params" / "big"
    unit.mkdir(parents=True, exist_ok=True)
    (unit / "company.yaml").write_text(COMPANY.format(where=where, **columns), encoding="utf-8")
    env = {"SALESNB_PARAMS": str(folder / "params"), "SALESNB_OUTPUTS": str(folder / "outputs")}
    done = subprocess.run([sys.executable, "-c", OURS], env=os.environ | env, capture_output=True, text=True)
    return answered(done)


def pandas(folder: Path) -> dict[str, Any]:
    """The analyst's import in a process of its own."""
    into = folder / "pandas"
    into.mkdir()
    command = [sys.executable, "-m", "tests.bench.import_by_pandas", str(folder / "orders-00.csv"), str(into)]
    return answered(subprocess.run(command, capture_output=True, text=True))


def answered(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The line of JSON a process printed; what it said instead, where it failed."""
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def row(what: str, lines: int, took: dict[str, Any], goal: str = "") -> None:
    """One row of the results."""
    held = took["kb"] / 1000
    print(f"| {what} | {lines:,} | {took['wall']:.0f} s | {took['cpu']:.0f} s | {held:,.0f} MB | {goal} |", flush=True)


def verdict(met: bool) -> str:
    """met or missed."""
    return "met" if met else "**missed**"


def main() -> None:
    """Print the table."""
    sizes = [int(word.replace("_", "")) for word in sys.argv[1:3]]
    csv_lines, parquet_lines = (sizes + [10_000_000, 100_000_000][len(sizes) :])[:2]
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
    print(f"Load of the machine when it began: {load} on {os.cpu_count()} cores.\n")
    print("| what | order lines | wall | processor | memory at most | goal |\n|---|---|---|---|---|---|")
    if csv_lines:
        with tempfile.TemporaryDirectory(prefix="salesnb-bench-") as name:
            folder = Path(name)
            total = write(folder, csv_lines, "csv")
            theirs = pandas(folder)
            mine = ours(folder, "file: ../../orders-*.csv", WHOLE)
            assert mine["net"] == theirs["net"] == total and mine["kept"] == theirs["kept"] == csv_lines
            ratio, wall = theirs["cpu"] / mine["cpu"], theirs["wall"] / mine["wall"]
            row("pandas, the same checks and tables", csv_lines, theirs)
            said = f"{wall:.2f} × as fast by the clock, {ratio:.2f} × by processor time (goal {RATIO:.0f} ×) "
            said += f"{verdict(wall >= RATIO)}; ≤ {CSV_MB:,} MB {verdict(mine['kb'] / 1000 <= CSV_MB)}"
            row("**CSV to facts and quality report**", csv_lines, mine, said)
    if parquet_lines:
        with tempfile.TemporaryDirectory(prefix="salesnb-bench-") as name:
            folder = Path(name)
            total = write(folder, parquet_lines, "parquet")
            query = f"SELECT * FROM read_parquet('{folder}/orders-*.parquet')"
            where = f'url: "duckdb://"\n    query: "{query}"\n    grain: order'
            mine = ours(folder, where, PLANNED)
            assert mine["net"] == total
            said = f"≤ {PARQUET_MB:,} MB {verdict(mine['kb'] / 1000 <= PARQUET_MB)}"
            row("**Parquet, summed to orders, to facts and quality report**", parquet_lines, mine, said)


if __name__ == "__main__":
    main()
