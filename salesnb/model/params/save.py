"""Saving a new decision into a parameter file, as its author would: one more dated entry, nothing else touched.

What stands in the file (values, comments, order, line ends) stays byte for byte; an old value is never edited. A file
that somebody changed meanwhile is left alone, and both sides are shown.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.dated import ParamsModel
from salesnb.model.params.strict import KeyPath, load_yaml


def load(text: str) -> Any:
    """The round-trip document of a file's text: comments, order and quotes are kept."""
    return _yaml().load(text)


def dump(document: Any) -> str:
    """A round-trip document as text; ``dump(load(text)) == text`` for every file in the workbook's own style."""
    out = io.StringIO()
    _yaml().dump(document, out)
    return out.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    return yaml


@dataclass(frozen=True)
class Sheet:
    """A parameter file as it was when somebody began to work on it. ``shown`` is its name to the user."""

    path: Path
    shown: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """The file as it is now. ParamsError where it does not exist or is not UTF-8."""
        shown = f"{path.parent.name}/{path.name}"
        return cls(path, shown, _text(path, shown))

    def with_rule(self, entry: Mapping[str, Any], key: str = "rules") -> str:
        """The file's text with one more entry in the list ``key``: after the entries of the same id, else at its end.

        ParamsError where the list does not exist or an entry of this id with the same two dates stands already.
        """
        own = _node(load(self.text), (key,), self.shown)
        same = [at for at, held in enumerate(own) if held.get("id") == entry.get("id")]
        if any(_dates(own[at]) == _dates(entry) for at in same):
            raise _twice(self.shown, (key, same[-1]), str(entry.get("id")))
        return self._after((key, same[-1] if same else len(own) - 1), entry)

    def with_item(self, key: str, entry: Mapping[str, Any]) -> str:
        """The file's text with one more entry at the end of the list ``key``, in the style of the last.

        A list that is empty or does not stand in the file is begun at the file's end.
        """
        document = load(self.text)
        own = document.get(key) if isinstance(document, dict) else None
        if own:
            return self._after((key, len(own) - 1), entry)
        lines = self.text.splitlines(keepends=True)
        kept = [line for line in lines if own is None or not line.startswith(f"{key}:")]
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        return self._joined([*kept, f"{key}:\n", *_entry(entry, "  - ", True)])

    def with_value(self, key: KeyPath, entry: Mapping[str, Any]) -> str:
        """The file's text with one more dated value of the parameter ``key``.

        A plain value becomes the first of the list, holding since ever. ParamsError for a parameter that does not stand
        in the file, and for dates that stand already.
        """
        held = _node(load(self.text), key, self.shown)
        if not isinstance(held, dict) or "values" not in held:
            return self._listed(key, entry)
        values = held["values"]
        if any(_dates(value) == _dates(entry) for value in values):
            raise _twice(self.shown, key, str(key[-1]))
        return self._after((*key, "values", len(values) - 1), entry)

    def saved(self, text: str, schema: type[ParamsModel]) -> Sheet:
        """Write ``text`` in the file's place, at once or not at all; returns the file as it now is.

        ParamsError when ``text`` does not fit ``schema``, and when the file is no longer as it was read: nothing is
        written then, and the error shows what both sides changed.
        """
        from filelock import FileLock

        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            present = _text(self.path, self.shown)
            if present != self.text:
                raise _changed(self, present, text)
            _replace(self, text, schema)
        return Sheet(self.path, self.shown, text)

    def _after(self, place: KeyPath, entry: Mapping[str, Any]) -> str:
        """The text with ``entry`` on the lines after the list item at ``place``, in that item's own style."""
        item = _composed(self.text, place, self.shown)
        lines = self.text.splitlines(keepends=True)
        last = _last_line(item)
        dash = _dash(lines[item.start_mark.line], item.start_mark.column)
        written = _entry(entry, dash, bool(item.flow_style))
        if not lines[last].endswith("\n"):
            lines[last] += "\n"
        return self._joined([*lines[: last + 1], *written, *lines[last + 1 :]])

    def _listed(self, key: KeyPath, entry: Mapping[str, Any]) -> str:
        """The text with the plain value at ``key`` as the first entry of a list of dated values."""
        item = _composed(self.text, key, self.shown)
        lines = self.text.splitlines(keepends=True)
        first, last = item.start_mark.line, _last_line(item)
        head = lines[first][: item.start_mark.column].rstrip()
        column = len(head) - len(head.lstrip())
        plain = first == last and head.endswith(":") and "{" not in head
        if not plain:
            raise ParamsError(
                Text(f"{key[-1]} 的写法不便自动加日期", f"{key[-1]} is not written so that a date could be added"),
                where=Place(file=self.shown, line=first + 1),
                remedy=Text("先手工改为 values 列表", "make it a list of values by hand first"),
            )
        value = lines[first][item.start_mark.column : item.end_mark.column]
        comment = lines[first][item.end_mark.column :].rstrip("\n")
        dash = " " * (column + 4) + "- "
        made = [f"{head}{comment}\n", " " * (column + 2) + "values:\n", f"{dash}{{value: {value}}}\n"]
        return self._joined([*lines[:first], *made, *_entry(entry, dash, True), *lines[first + 1 :]])

    def _joined(self, lines: Sequence[str]) -> str:
        """Lines with the line ends of the file."""
        if "\r\n" not in self.text:
            return "".join(lines)
        return "".join(line.removesuffix("\n").removesuffix("\r") + "\r\n" for line in lines)


def _entry(entry: Mapping[str, Any], dash: str, flow: bool) -> list[str]:
    """The lines of one list item behind ``dash``; inner lists and mappings stay on their line."""
    from ruamel.yaml.comments import CommentedMap

    made = CommentedMap({key: _flow(value) for key, value in entry.items()})
    if flow:
        made.fa.set_flow_style()
    yaml, out = _yaml(), io.StringIO()
    yaml.representer.add_representer(type(None), lambda rep, _: rep.represent_scalar("tag:yaml.org,2002:null", "null"))
    yaml.dump(made, out)
    written = out.getvalue().splitlines(keepends=True)
    return [(dash if at == 0 else " " * len(dash)) + line for at, line in enumerate(written)]


def _flow(value: Any) -> Any:
    """Mappings and lists on one line, as people write selections; other values as they are."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, Mapping):
        made: Any = CommentedMap({key: _flow(inner) for key, inner in value.items()})
    elif isinstance(value, Sequence) and not isinstance(value, str):
        made = CommentedSeq([_flow(inner) for inner in value])
    else:
        return value
    made.fa.set_flow_style()
    return made


def _node(document: Any, key: KeyPath, shown: str) -> Any:
    for part in key:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError) as error:
            raise ParamsError(
                Text(f"文件里没有 {part}", f"{part} does not stand in the file"),
                where=Place(file=shown, key=".".join(map(str, key))),
                remedy=Text("先在文件里写上它", "write it into the file first"),
            ) from error
    return document


def _composed(text: str, key: KeyPath, shown: str) -> Any:
    """The node at ``key`` with its marks."""
    node = _yaml().compose(text)
    for part in key:
        if isinstance(part, int):
            node = node.value[part]
        else:
            node = next(value for name, value in node.value if name.value == part)
    return node


def _last_line(node: Any) -> int:
    """The last line a node stands on; a block's end mark is where the next thing begins."""
    if isinstance(node.value, str) or node.flow_style:
        end = node.end_mark
        return int(end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line)
    inner = node.value[-1]
    return _last_line(inner[1] if isinstance(inner, tuple) else inner)


def _dash(line: str, column: int) -> str:
    """What stands before an item: its indent and dash."""
    return line[:column] if line[:column].strip() == "-" else " " * max(column - 2, 0) + "- "


def _dates(entry: Mapping[str, Any]) -> tuple[str, str]:
    return str(entry.get("from", "")), str(entry.get("decided", ""))


def _twice(shown: str, key: KeyPath, name: str) -> ParamsError:
    return ParamsError(
        Text(f"{name} 在同一生效日、同一决定日已有一个值", f"{name} has a value of these very dates already"),
        where=Place(file=shown, key=".".join(map(str, key))),
        why=Text("旧值不修改，两个同日的值分不出先后", "old values are not edited, and two of one day have no order"),
        remedy=Text("换一个决定日", "choose another day of decision"),
    )


def _changed(sheet: Sheet, present: str, wanted: str) -> ParamsError:
    theirs, own = _difference(sheet.text, present), _difference(sheet.text, wanted)
    return ParamsError(
        Text("文件在此期间被别人改过，没有写入", "the file was changed meanwhile; nothing was written"),
        where=Place(file=sheet.shown),
        why=Text(f"文件里的改动：\n{theirs}\n您要保存的：\n{own}", f"changed in the file:\n{theirs}\nyours:\n{own}"),
        remedy=Text("重新打开，看过新的内容后再保存", "open it again, read what is new, and save once more"),
    )


def _difference(before: str, after: str) -> str:
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def _replace(sheet: Sheet, text: str, schema: type[ParamsModel]) -> None:
    """Check the new text as a run would read it, then let it take the file's place."""
    from salesnb.model.params.load import validated

    handle, name = tempfile.mkstemp(prefix=f".{sheet.path.name}.", dir=sheet.path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        validated(schema, load_yaml(part, sheet.shown))
        part.chmod(sheet.path.stat().st_mode & 0o777)
        os.replace(part, sheet.path)
    finally:
        part.unlink(missing_ok=True)


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ParamsError(Text("参数文件不存在", "the file does not exist"), where=Place(file=shown)) from error
    except UnicodeDecodeError as error:
        raise ParamsError(Text("参数文件不是 UTF-8 编码", "the file is not UTF-8"), where=Place(file=shown)) from error
