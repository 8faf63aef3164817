"""``salesnb lab``: JupyterLab on the shipped notebooks, with the same folders as a run."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from salesnb.model.errors import Text, UsageError
from salesnb.model.places import home, notebooks_dir, outputs_dir, params_dir


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    browser = Text("只启动服务，不打开浏览器", "start the server only, open no browser")
    parser.add_argument("--no-browser", action="store_true", help=browser.get(lang))
    parser.add_argument("--port", type=int, help=Text("端口", "port").get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Start JupyterLab and wait for it; its exit code is ours."""
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise UsageError(
            Text("没有安装 JupyterLab", "JupyterLab is not installed"), remedy=Text("运行 make setup", "run make setup")
        )
    options = ["--no-browser"] if given.no_browser else []
    options += [f"--port={given.port}"] if given.port else []
    options.append(f"--notebook-dir={notebooks_dir()}")
    return subprocess.run([sys.executable, "-m", "jupyterlab", *options], env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    """The environment of the lab: folders set, this program importable, this interpreter as the Python kernel."""
    env = {name: value for name, value in os.environ.items() if name != "SALESNB_STAGE"}
    program = str(Path(__file__).resolve().parents[2])
    others = [part for part in env.get("PYTHONPATH", "").split(os.pathsep) if part and part != program]
    env.update(
        SALESNB_HOME=str(home()),
        SALESNB_PARAMS=str(params_dir()),
        SALESNB_OUTPUTS=str(outputs_dir()),
        PYTHONPATH=os.pathsep.join([program, *others]),
    )
    return env
