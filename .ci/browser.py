#!/usr/bin/env python3
"""A Chromium for the browser tests: find the one that is there, or install one.

    python .ci/browser.py            print the path, exit 1 with the reason where there is none
    python .ci/browser.py install    the same, after trying to install it

Looked for in this order: SALESNB_CHROMIUM, the usual names on PATH, our own copy under .cache/chromium. Installing
uses apt: as root the ordinary way, otherwise the packages are downloaded into .cache, unpacked there and started
through small wrappers, so that no root is needed. Where that cannot work the browser tests are skipped and say why;
`install` therefore exits 0 and only prints the reason.

Standard library only, so that it needs nothing installed; run it with the environment's Python, whose font it uses.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
HOME = CACHE / "chromium"
UNPACKED = HOME / "root"
FONT_SETTINGS = HOME / "fonts.conf"
CHROMIUM = HOME / "chromium"  # wrappers around what was unpacked
NODE = HOME / "node"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


class Missing(Exception):
    """No browser or no driver for it, with the reason as its text."""


def find() -> Path:
    """The browser to use; raises Missing where there is none or where SALESNB_CHROMIUM names nothing."""
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
    if os.access(CHROMIUM, os.X_OK):
        return CHROMIUM
    raise Missing(
        "no Chromium: set SALESNB_CHROMIUM, put one on PATH, or run `python .ci/browser.py install` (Debian's apt)"
    )


def driver() -> Path | None:
    """The Node that runs Playwright's driver, None without Playwright; raises Missing where it cannot start."""
    found = importlib.util.find_spec("playwright")
    if found is None or found.origin is None:
        return None
    bundled = Path(found.origin).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")
    reason = "it does not exist"
    for path in (bundled, NODE):
        if path.exists():
            tried = subprocess.run([path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if tried.returncode == 0:
                return path
            reason = tried.stderr.strip()
    raise Missing(f"the driver of Playwright does not start: {reason}")


def install() -> Path:
    """Find Chromium and driver, or install with apt what they lack; raises Missing with what went wrong."""
    packages = []
    try:
        find()
    except Missing:
        if os.environ.get("SALESNB_CHROMIUM"):
            raise
        packages.append("chromium")
    try:
        driver()
    except Missing:
        packages.append("libatomic1")  # the one library that Node needs and a small system lacks
    if packages:
        if shutil.which("apt-get") is None:
            raise Missing("no Chromium that can be driven, and no apt-get to install one; set SALESNB_CHROMIUM")
        if os.geteuid() == 0:
            _apt(["update"])
            _apt(["install", "-y", "--no-install-recommends", *packages, "fonts-noto-cjk"])
        else:
            _unpack(packages)
    path = find()
    if path == CHROMIUM:  # each time: the font dependency may have been installed after it
        FONT_SETTINGS.write_text(_font_settings(), encoding="utf-8")
    driver()
    return path


def _apt(arguments: list[str]) -> None:
    """One apt-get call without questions; raises Missing with apt's last lines."""
    done = subprocess.run(
        ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        tail = "\n  ".join(done.stdout.strip().splitlines()[-4:])
        raise Missing(f"`apt-get {' '.join(arguments[-3:])}` failed:\n  {tail}")


def _unpack(packages: list[str]) -> None:
    """Download packages with what they need into .cache and unpack them there; nothing outside .cache is written."""
    apt = CACHE / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State::lists": apt / "lists",
        "Dir::Cache": apt,
        "Dir::Cache::archives": apt / "archives",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
    }
    private = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    _apt([*private, "update"])
    _apt([*private, "install", "-y", "--download-only", "--no-install-recommends", *packages])
    UNPACKED.mkdir(parents=True, exist_ok=True)
    for package in sorted((apt / "archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, UNPACKED], check=True, stdin=subprocess.DEVNULL)
    shutil.rmtree(apt)
    executable = UNPACKED / "usr/lib/chromium/chromium"
    if executable.exists():
        _write_wrapper(CHROMIUM, executable, f"export FONTCONFIG_FILE={shlex.quote(str(FONT_SETTINGS))}\n")
    elif "chromium" in packages:
        raise Missing("this system's chromium package holds no browser (Ubuntu's only points to a snap)")
    found = importlib.util.find_spec("playwright")
    if found is not None and found.origin is not None:
        _write_wrapper(NODE, Path(found.origin).parent / "driver" / "node")


def _write_wrapper(wrapper: Path, executable: Path, more: str = "") -> None:
    """A starter that lets an executable find the unpacked libraries, with ``more`` lines of shell before it."""
    libraries = [*UNPACKED.rglob("*.so"), *UNPACKED.rglob("*.so.[0-9]*")]
    folders = sorted({str(library.parent) for library in libraries})
    wrapper.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(folders))}\n"
        f"{more}"
        f'exec {shlex.quote(str(executable))} "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)


def _font_settings() -> str:
    """A fontconfig file over the system's fonts, the unpacked ones and the font of notojp-matplotlib."""
    settings = [path for path in (Path("/etc/fonts/fonts.conf"), UNPACKED / "etc/fonts/fonts.conf") if path.exists()]
    includes = "".join(f"  <include ignore_missing='yes'>{path}</include>\n" for path in settings[:1])
    found = importlib.util.find_spec("notojp_matplotlib")
    fonts = [Path(place) / "fonts" for place in found.submodule_search_locations or []] if found else []
    folders = "".join(f"  <dir>{folder}</dir>\n" for folder in [UNPACKED / "usr/share/fonts", *fonts])
    return (
        "<?xml version='1.0'?>\n<!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'>\n<fontconfig>\n"
        f"{includes}{folders}  <cachedir>{HOME / 'fontcache'}</cachedir>\n</fontconfig>\n"
    )


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
