#!/usr/bin/env python3
"""THIRD_PARTY_NOTICES.md from the lock and the metadata of the installed packages.

    python .ci/notices.py            write it
    python .ci/notices.py --check    exit 1 where its packages are not those of the lock

Only what runs is listed: the dependencies of pyproject.toml and whatever they pull in; what tests use is not.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
OURS = "salesnb"

# Read from the package's own licence file, because its metadata says nothing or too little, or because it is
# installed on another system only.
READ_BY_HAND = {
    "aiohappyeyeballs": "PSF-2.0",
    "aiohttp": "Apache-2.0 AND MIT",
    "aiosignal": "Apache-2.0",
    "appnope": "BSD-2-Clause",
    "colorama": "BSD-3-Clause",
    "frozenlist": "Apache-2.0",
    "isoduration": "ISC",
    "multidict": "Apache-2.0",
    "notojp-matplotlib": "0BSD; the font in it: OFL-1.1",
    "propcache": "Apache-2.0",
    "ptyprocess": "ISC",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "pywinpty": "MIT",
    "yarl": "Apache-2.0",
}
HEAD = """# Third-party notices

The licence of salesnb itself is the owner's to choose; none has been chosen yet, so no right is granted beyond what
the owner says. It contains no third-party code. To run, it installs the packages below, each under its own licence,
whose text is in the package. Written by `make lock`; what only tests use is not listed.

| package | licence | for |
|---|---|---|
"""


def plain_name(requirement: str) -> str:
    """The normalised distribution name of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;@]", requirement.strip(), maxsplit=1)[0]).lower()


def parents(lock: str) -> dict[str, list[str]]:
    """Package → what needs it, from the "via" notes of the lock."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lock.splitlines():
        pin = re.match(r"([a-z0-9][a-z0-9.-]*)==", line)
        if pin:
            current = found.setdefault(pin[1], [])
        elif line.startswith("    #"):
            note = line.strip("# ").removeprefix("via").strip()
            if note:
                current.append(plain_name(note))
    return found


def reasons(pyproject: str) -> dict[str, str]:
    """Runtime dependency → the comment beside it."""
    declared = {plain_name(text) for text in tomllib.loads(pyproject)["project"]["dependencies"]}
    notes = re.findall(r'^ {4}"([^"]+)",?\s+# (.+)$', pyproject, flags=re.MULTILINE)
    return {plain_name(name): reason for name, reason in notes if plain_name(name) in declared}


def runtime(lock: str, pyproject: str) -> dict[str, str]:
    """Every package that runs → what it is for."""
    needed_by = parents(lock)
    listed = reasons(pyproject)
    while True:
        more = {name for name, above in needed_by.items() if name not in listed and set(above) & set(listed)}
        if not more:
            return dict(sorted(listed.items()))
        before = set(listed)
        listed |= {name: "needed by " + ", ".join(sorted(set(needed_by[name]) & before)) for name in more}


def licence(name: str) -> str:
    """The licence as the package states it; raises LookupError where it states none."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        raise LookupError(f"{name} is not installed here: read its licence and add it to READ_BY_HAND") from None
    stated = metadata["License-Expression"] or ""
    text = (metadata["License"] or "").strip()
    if not stated and 2 < len(text) <= 60 and "\n" not in text and text != "UNKNOWN":
        stated = text
    if not stated:
        classifiers = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
        stated = ", ".join(c.split(" :: ")[-1] for c in classifiers if c != "License :: OSI Approved")
    if not stated:
        raise LookupError(f"{name} states no licence: read its licence file and add it to READ_BY_HAND")
    return stated


def main(arguments: list[str]) -> int:
    """Write the notices or check them."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = runtime(lock, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if arguments == ["--check"]:
        rows = re.findall(r"^\| (\S+) \| ([^|]+) \| ([^|]+) \|$", NOTICES.read_text(encoding="utf-8"), re.MULTILINE)
        written = {name: reason for name, _, reason in rows if name != "package"}
        wrong = sorted(set(packages.items()) ^ set(written.items()))
        if wrong:
            print(f"THIRD_PARTY_NOTICES.md is not that of the lock; run `make lock`: {wrong}", file=sys.stderr)
        return 1 if wrong else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    lines = [f"| {name} | {licence(name)} | {reason} |\n" for name, reason in packages.items()]
    NOTICES.write_text(HEAD + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
