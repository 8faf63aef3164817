"""Runs every bench with its peers and writes RESULTS.md: what ``make bench`` does.

    python -m tests.bench [NAME ...] [--here]

A bench is a module ``tests/bench/bench_NAME.py`` that prints its figures; its first line says what it measures. They
run one by one in an environment of their own (.cache/bench: the product's locked packages and those of peers.txt),
because peers must never be among the product's packages. Peers that cannot live with the product's packages at all have
an environment with nothing else (peers_NAME.txt); its interpreter reaches the bench as SALESNB_BENCH_PEERS. With names
only those run, and their sections are renewed; the others stay as they were. ``--here``: in this environment, without
the peers it lacks, printed and not written.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = ROOT / ".cache" / "bench"
RESULTS = HERE / "RESULTS.md"
SHOWN = ("numpy", "pandas", "highspy", "scipy", "duckdb", "papermill")
HEAD = """# What was measured

Written by `make bench`; ratios within one run are the facts, seconds belong to the machine of that run. A section is a
run of `tests/bench/bench_NAME.py`; `python -m tests.bench NAME` renews one.
"""


def python(environment: Path = ENVIRONMENT) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(environment: Path, peers: Path, lock: Path | None = None) -> Path:
    """Make an environment of the locked packages and the peers, unless it is there and made of the same; its python."""
    wanted = [path for path in (lock, peers) if path]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()
    stamp = environment / "made-of"
    if stamp.is_file() and stamp.read_text() == digest:
        return python(environment)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)
    pip = [str(python(environment)), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    if lock:
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
    subprocess.run([*pip, "-r", str(peers)], check=True)
    stamp.write_text(digest)
    return python(environment)


def apart(name: str) -> dict[str, str]:
    """The variable that names the interpreter of a bench's own peers, where it has such."""
    peers = HERE / f"peers_{name}.txt"
    if not peers.is_file():
        return {}
    return {"SALESNB_BENCH_PEERS": str(prepare(ENVIRONMENT.with_name(f"bench-{name}"), peers))}


def benches() -> dict[str, str]:
    """Name → what it measures, of every bench there is."""
    found = {}
    for path in sorted(HERE.glob("bench_*.py")):
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem
        found[path.stem.removeprefix("bench_")] = words.splitlines()[0]
    return found


def run(name: str, interpreter: Path, peers: dict[str, str]) -> tuple[str, bool]:
    """A bench's section, and whether it ended well. ``peers``: what :func:`apart` said."""
    command = [str(interpreter), "-m", f"tests.bench.bench_{name}"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"} | peers
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    minutes = (time.monotonic() - began) / 60
    said = done.stdout.strip().replace(str(ROOT), ".") or "(nothing printed)"
    body = said if "|---" in said else f"```text\n{said}\n```"
    if done.returncode:
        trouble = done.stderr.strip()[-2000:].replace(str(ROOT), ".")
        body += f"\n\nFAILED with exit code {done.returncode}:\n\n```text\n{trouble}\n```"
    head = f"## {name}\n\n{benches()[name]}\n\n`python -m tests.bench.bench_{name}` · {minutes:.1f} min · {machine()}"
    return f"{head}\n\n{body}\n", done.returncode == 0


def machine() -> str:
    """When and on what, without a name of a machine."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB"
    kind = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{memory}, Python {platform.python_version()}"
    )
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return f"{datetime.now(UTC):%Y-%m-%d} · {kind} · {packages}"


def sections() -> dict[str, str]:
    """The sections of the results as they stand."""
    if not RESULTS.is_file():
        return {}
    parts = re.split(r"(?m)^## (\w+)$", RESULTS.read_text(encoding="utf-8"))[1:]
    return {name: f"## {name}{body.rstrip()}\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}


def main() -> int:
    """Run and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*benches(), []], metavar="NAME")
    parser.add_argument("--here", action="store_true", help="in this environment, printed only")
    given = parser.parse_args()
    interpreter = Path(sys.executable)
    if not given.here:
        interpreter = prepare(ENVIRONMENT, HERE / "peers.txt", ROOT / "requirements.lock")
    failed = []
    for name in given.names or benches():
        section, well = run(name, interpreter, {} if given.here else apart(name))
        print(section, flush=True)
        failed += [] if well else [name]
        if not given.here:
            held = sections() | {name: section}  # read again: another bench may have written meanwhile
            ordered = [held[one] for one in benches() if one in held]
            RESULTS.write_text("\n".join([HEAD, *ordered]), encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
