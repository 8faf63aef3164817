#!/usr/bin/env python3
"""A Chromium for the browser tests: find the one that is there, or install one.

    python .ci/browser.py            print the path, exit 1 with the reason where there is none
    python .ci/browser.py install    the same, after trying to install it

Looked for in this order: SALESNB_CHROMIUM, the usual names on PATH, our own copy under .cache/chromium. Installing
uses apt: as root the ordinary way, otherwise the packages are downloaded into .cache, unpacked there and started
through a wrapper, so that no root is needed. Where that cannot work the browser tests are skipped and say why;
`install` therefore exits 0 and only prints the reason.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
HOME = CACHE / "chromium"
WRAPPER = HOME / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FONT_PACKAGE = "fonts-noto-cjk"


class Missing(Exception):
    """No browser, with the reason as its text."""


def find() -> Path:
    """The executable to use; raises Missing where there is none or where SALESNB_CHROMIUM names nothing."""
    chosen = os.environ.get("SALESNB_CHROMIUM")
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise Missing(f"SALESNB_CHROMIUM is {chosen!r}, which is not an executable file")
        return Path(path)
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return Path(path)
    if os.access(WRAPPER, os.X_OK):
        return WRAPPER
    raise Missing(
        "no Chromium: set SALESNB_CHROMIUM, put one on PATH, or run `python .ci/browser.py install` (Debian's apt)"
    )


def install() -> Path:
    """Find a Chromium or install one with apt; raises Missing with what went wrong."""
    try:
        return find()
    except Missing:
        if os.environ.get("SALESNB_CHROMIUM"):
            raise
    if shutil.which("apt-get") is None:
        raise Missing("no Chromium on PATH and no apt-get to install one with; set SALESNB_CHROMIUM")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        _apt(["update"])
        _apt(["install", "-y", "--no-install-recommends", "chromium", FONT_PACKAGE])
    else:
        _install_without_root()
    return find()


def _apt(arguments: list[str]) -> None:
    """One apt-get call without questions; raises Missing with apt's last lines."""
    command = ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        tail = "\n  ".join(done.stdout.strip().splitlines()[-4:])
        raise Missing(f"`apt-get {arguments[0]}` failed, so no Chromium was installed:\n  {tail}")


def _install_without_root() -> None:
    """Download Chromium with what it needs into .cache and unpack it there; nothing outside .cache is written."""
    apt = CACHE / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    private = [
        *("-o", f"Dir::State::lists={apt / 'lists'}"),
        *("-o", f"Dir::Cache={apt}"),
        *("-o", f"Dir::Cache::archives={apt / 'archives'}"),
        *("-o", "Debug::NoLocking=1"),
        *("-o", "APT::Sandbox::User="),
        *("-o", "Acquire::Languages=none"),
    ]
    _apt([*private, "update"])
    _apt([*private, "install", "-y", "--download-only", "--no-install-recommends", "chromium"])
    packages = sorted((apt / "archives").glob("*.deb"))
    if not packages:
        raise Missing("apt downloaded no package for chromium, so there is nothing to unpack")
    unpacked = HOME / "root"
    shutil.rmtree(HOME, ignore_errors=True)
    unpacked.mkdir(parents=True)
    for package in packages:
        subprocess.run(["dpkg", "-x", str(package), str(unpacked)], check=True, stdin=subprocess.DEVNULL)
    _write_wrapper(unpacked)
    shutil.rmtree(apt)


def _write_wrapper(unpacked: Path) -> None:
    """The starter that lets the unpacked Chromium find its libraries and a font with Chinese glyphs."""
    executable = unpacked / "usr/lib/chromium/chromium"
    if not executable.exists():
        raise Missing("this system's chromium package holds no browser (on Ubuntu it only points to a snap)")
    folders = sorted({library.parent for library in unpacked.rglob("*.so*")} - {executable.parent})
    (HOME / "fonts.conf").write_text(_font_settings(unpacked), encoding="utf-8")
    WRAPPER.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{":".join(map(str, folders))}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
        f'export FONTCONFIG_FILE="{HOME / "fonts.conf"}"\n'
        f'exec "{executable}" "$@"\n',
        encoding="utf-8",
    )
    WRAPPER.chmod(WRAPPER.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _font_settings(unpacked: Path) -> str:
    """A fontconfig file over the system's fonts, the unpacked ones and the font of notojp-matplotlib."""
    settings = [path for path in (Path("/etc/fonts/fonts.conf"), unpacked / "etc/fonts/fonts.conf") if path.exists()]
    includes = "".join(f"  <include ignore_missing='yes'>{path}</include>\n" for path in settings[:1])
    folders = [unpacked / "usr/share/fonts", *_font_folders()]
    entries = "".join(f"  <dir>{folder}</dir>\n" for folder in folders)
    return (
        "<?xml version='1.0'?>\n<!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'>\n<fontconfig>\n"
        f"{includes}{entries}  <cachedir>{HOME / 'fontcache'}</cachedir>\n</fontconfig>\n"
    )


def _font_folders() -> list[Path]:
    """Where the installed font dependency keeps its file; empty before it is installed."""
    found = importlib.util.find_spec("notojp_matplotlib")
    places = list(found.submodule_search_locations or []) if found else []
    return [Path(place) / "fonts" for place in places]


def main(arguments: list[str]) -> int:
    """Print the path of the browser or the reason why there is none."""
    if arguments not in ([], ["install"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(install() if arguments else find())
    except Missing as reason:
        print(f"browser tests will be skipped: {reason}", file=sys.stderr)
        return 0 if arguments else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
