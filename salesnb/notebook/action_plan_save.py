"""A task of actions.yaml changed or added in its own line; comments and order of the file stay.

A file that changed since it was opened is refused, with both states named; what would not load is not written.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from salesnb.model.errors import ParamsError, Place, SalesnbError, Text, UsageError
from salesnb.model.params.actions import Actions

FILE = "actions.yaml"
FIELDS = ("text", "serves", "owner", "start", "due", "deliverable", "state", "done")


def digest(path: Path) -> str:
    """sha256 of the file as it stands."""
    return sha256(path.read_bytes()).hexdigest()


def save_task(path: Path, task_id: str, changes: Mapping[str, Any], opened: str) -> str:
    """Change a task of ``path`` or add it where ``task_id`` is new; returns the file's new digest.

    ``changes``: some of ``FIELDS`` (empty text or list removes one) and, for a new task, what the schema asks for.
    ``opened`` is the digest the caller has seen. UsageError when the file changed meanwhile; ParamsError when the
    result would not load: nothing is written then.
    """
    from filelock import FileLock

    with FileLock(path.with_name(f".{path.name}.lock")):
        return _saved(path, task_id, changes, opened)


def _saved(path: Path, task_id: str, changes: Mapping[str, Any], opened: str) -> str:
    from ruamel.yaml import YAML

    now = digest(path)
    if now != opened:
        raise UsageError(
            Text("文件已被别人改动，没有保存", "the file changed meanwhile: nothing is saved"),
            where=Place(file=path.name),
            why=Text(f"打开时 {opened[:12]}，现在 {now[:12]}", f"opened as {opened[:12]}, now {now[:12]}"),
            remedy=Text("重新打开计划板再改", "open the board again, then repeat the change"),
        )
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(path.read_text(encoding="utf-8"))
    tasks = data.setdefault("tasks", [])
    task = next((t for t in tasks if str(t.get("id")) == task_id), None)
    if task is None:
        task = yaml.map()
        task.fa.set_flow_style()
        task["id"] = task_id
        tasks.append(task)
    for name, value in changes.items():
        if value in ("", None) or value == []:
            task.pop(name, None)
        elif isinstance(value, list):
            task[name] = yaml.seq(value)
            task[name].fa.set_flow_style()
        else:
            task[name] = value
    out = io.StringIO()
    yaml.dump(data, out)
    return _written(path, out.getvalue())


def _written(path: Path, text: str) -> str:
    """Check ``text`` against the schema beside the file, then put it in its place at once."""
    from pydantic import ValidationError

    from salesnb.model.params.strict import load_yaml

    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    try:
        Actions.model_validate(load_yaml(part, path.name).data)
    except ValidationError as error:
        part.unlink()
        first = error.errors()[0]
        raise ParamsError(
            Text(f"没有保存：{first['msg']}", f"not saved: {first['msg']}"),
            where=Place(file=path.name, key=".".join(map(str, first["loc"]))),
            remedy=Text("改正后再保存", "correct it and save again"),
        ) from error
    except SalesnbError:
        part.unlink()
        raise
    part.replace(path)
    return digest(path)


def read_plan(path: Path) -> Actions:
    """The plan as the file holds it now."""
    from salesnb.model.params.strict import load_yaml

    return Actions.model_validate(load_yaml(path, path.name).data)
