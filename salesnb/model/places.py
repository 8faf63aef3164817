"""Where things stand: the repository, its params, outputs and notebooks, and what day it is."""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.roots import home_folder

_NAME = re.compile(r"[^\W_][\w\-]{0,63}", re.UNICODE)
_WINDOWS = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}


def home() -> Path:
    """The product's folder: ``SALESNB_HOME``, else the first folder upward that holds ``notebooks`` and ``params``."""
    found = home_folder()
    if found is not None:
        return Path(found)
    raise UsageError(
        Text("找不到同时含有 notebooks/ 和 params/ 的文件夹", "no folder with notebooks/ and params/ was found"),
        where=Place(file=Path.cwd().name),
        remedy=Text(
            "在工作簿文件夹内运行，或设置 SALESNB_HOME", "run inside the workbook's folder or set SALESNB_HOME"
        ),
    )


def _folder(variable: str, name: str) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen).resolve() if chosen else home() / name


def params_dir() -> Path:
    """Folder of all units' parameters (``SALESNB_PARAMS``)."""
    return _folder("SALESNB_PARAMS", "params")


def outputs_dir() -> Path:
    """Folder of all versions (``SALESNB_OUTPUTS``)."""
    return _folder("SALESNB_OUTPUTS", "outputs")


def notebooks_dir() -> Path:
    """Folder of the shipped notebooks."""
    return home() / "notebooks"


def stage_dir() -> Path | None:
    """Folder a running batch collects its tables in (``SALESNB_STAGE``); None in interactive use."""
    chosen = os.environ.get("SALESNB_STAGE")
    return Path(chosen).resolve() if chosen else None


def safe_name(name: str, what: Text) -> str:
    """``name`` if it may be a folder on every system (letters of any script, digits, ``-``, ``_``); else UsageError."""
    if not _NAME.fullmatch(name) or name.casefold() in _WINDOWS:
        raise UsageError(
            Text(f"{what.zh}名称 {name!r} 不能用作文件夹名", f"{what.en} {name!r} cannot be a folder's name"),
            why=Text(
                "名称会成为 Windows、macOS 和 Linux 上的文件夹", "it becomes a folder on Windows, macOS and Linux"
            ),
            remedy=Text(
                "用字母、汉字、数字、- 或 _，以字母、汉字或数字开头，最长 64 字",
                "use letters, digits, - or _, start with a letter or digit, at most 64",
            ),
        )
    return name


def unit_dir(unit: str) -> Path:
    """The unit's params folder; UsageError names the units that exist."""
    folder = params_dir() / safe_name(unit, Text("单位", "unit"))
    if not (folder / "company.yaml").is_file():
        known = ", ".join(units()) or "-"
        raise UsageError(
            Text(f"没有单位 {unit}；已有：{known}", f"there is no unit {unit}; known: {known}"),
            where=Place(file=f"params/{unit}/company.yaml"),
            remedy=Text(f"运行 salesnb init {unit} 文件…", f"run salesnb init {unit} FILE…"),
        )
    return folder


def units() -> list[str]:
    """Names of all units that have a ``company.yaml``."""
    folder = params_dir()
    return sorted(p.parent.name for p in folder.glob("*/company.yaml")) if folder.is_dir() else []


def today(timezone: str, fixed: date | None = None) -> date:
    """The company's date: ``fixed`` by company.yaml, else now in ``timezone``. Nothing else reads the clock for it."""
    return fixed or datetime.now(ZoneInfo(timezone)).date()
