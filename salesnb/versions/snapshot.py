"""The parameters a version was made from, in one readable file, without secrets."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from salesnb.model.errors import ParamsError

PARAMS = "params.yaml"  # of a version: what its parameter files held
HIDDEN = "***"
_SECRET_KEY = re.compile(r"passw|pwd|secret|token|api_?key|access_?key|credential|webhook", re.IGNORECASE)
_FROM_ENVIRONMENT = re.compile(r"\$\{\w+\}")
_REFERENCE = re.compile(r"\$\{(\w+)\}")
_FOLDERS = ("PWD", "OLDPWD")  # a shell's, not passwords
_SHORTEST = 6  # shorter words would blank out half a page
_NAMED: set[str] = set()
_USERINFO = re.compile(r"(?<=://)([^/@\s:\"'<>]*):([^@\s\"'<>]*)@")
_FILE = re.compile(r"^(  (\S+):(?=[ \n]))", re.MULTILINE)
_IN_QUERY = re.compile(r"([?&;](?:[^=&;\s]*(?:passw|pwd|secret|token|key)[^=&;\s]*)=)([^&;\s]+)", re.IGNORECASE)


def masked(value: Any, key: str = "") -> Any:
    """``value`` with everything that looks like a secret replaced by ``***``; names of environment variables stay."""
    return _masked(value, key, _secrets())


def _masked(value: Any, key: str, secrets: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {name: _masked(part, str(name), secrets) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, key, secrets) for part in value]
    if not isinstance(value, str):
        return HIDDEN if _SECRET_KEY.search(key) and isinstance(value, (int, float)) else value
    if _SECRET_KEY.search(key) and not _FROM_ENVIRONMENT.fullmatch(value):
        return HIDDEN
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _without(value, secrets))


def masked_text(text: str) -> str:
    """``text`` with passwords in addresses hidden: for messages and pages, where any text may hold an address."""
    return _IN_QUERY.sub(rf"\1{HIDDEN}", masked_address(text))


def masked_address(text: str) -> str:
    """As :func:`masked_text`, but only ``user:password@``: for markup, where ``key=value`` may be markup's own.

    Secrets are read from the environment only, so their very words are known here and hidden wherever they turn up.
    """
    return _without(text, _secrets())


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _USERINFO.sub(rf"\1:{HIDDEN}@", text)


def remember_secrets(value: Any) -> None:
    """Note the environment variables that parameters name as ``${NAME}``: what they hold is never shown."""
    for _, text in leaves(value):
        _NAMED.update(_REFERENCE.findall(text))


def _secrets() -> list[str]:
    """What the environment holds under names that parameters refer to or that say what they are, longest first."""
    held = (v for n, v in os.environ.items() if n in _NAMED or (_SECRET_KEY.search(n) and n not in _FOLDERS))
    found = {form for value in held if len(value) >= _SHORTEST for form in (value, quote(value, safe=""))}
    return sorted(found, key=len, reverse=True)


def snapshot_text(files: dict[str, Any]) -> str:
    """The text of ``params.yaml``: each parameter file's name and its content as plain data."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 4096
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    yaml.dump({"schema": 1, "files": {name: masked(files[name]) for name in sorted(files)}}, out)
    return out.getvalue()


def read_snapshot(folder: Path) -> dict[str, Any]:
    """Parameter files by name as ``params.yaml`` of a version holds them; empty where a version has none."""
    from salesnb.model.params.strict import load_yaml

    path = folder / PARAMS
    if not path.is_file():
        return {}
    files = load_yaml(path).data.get("files", {})
    return files if isinstance(files, dict) else {}


def read_one(folder: Path, name: str) -> Any:
    """The content of one file of :func:`read_snapshot`, empty where it is not there: reading all takes a second."""
    try:
        found = _read(folder, _file_texts(folder), [name])
    except (ParamsError, UnicodeDecodeError):  # not written as ours are; the reader of all says what is wrong
        found = {}
    return (found if name in found else read_snapshot(folder)).get(name) or {}


def changed_files(old: Path, new: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """As two :func:`read_snapshot`, without the files whose text is the same in both: reading one takes a second."""
    was, now = _file_texts(old), _file_texts(new)
    moved = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    try:
        return _read(old, was, moved), _read(new, now, moved)
    except ParamsError:  # not written as ours are: cut where it must not be
        return read_snapshot(old), read_snapshot(new)


def _read(folder: Path, texts: dict[str, str], names: Sequence[str]) -> dict[str, Any]:
    """Content of those of the snapshot's files that are there."""
    from salesnb.model.params.strict import read_yaml

    held = "".join(texts[name] for name in names if name in texts)
    files = read_yaml(f"files:\n{held}", f"{folder.name}/params.yaml").data.get("files", {}) if held else {}
    return files if isinstance(files, dict) else {}


def _file_texts(folder: Path) -> dict[str, str]:
    """The lines of each file in a snapshot, by the file's name."""
    path = folder / PARAMS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, *parts = _FILE.split(text)
    return {name: f"{line}{rest}" for line, name, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True)}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf as (path, text). Items of a list go by their ``id`` where they have one, so that a new item at the
    front does not make all others look changed; dated values go by the day they apply from."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        seen: dict[str, int] = {}
        for index, part in enumerate(value):
            name = _item_name(part, index)
            seen[name] = seen.get(name, 0) + 1
            yield from leaves(part, f"{path}[{name if seen[name] == 1 else f'{name}#{seen[name]}'}]")
    else:
        yield path, "" if value is None else str(value)


def _item_name(part: Any, index: int) -> str:
    if isinstance(part, dict):
        for key in ("id", "name", "from"):
            if isinstance(part.get(key), (str, int)) or (key == "from" and part.get(key) is not None):
                return str(part[key])
    return str(index)
