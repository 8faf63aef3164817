"""Strict YAML: duplicate and unknown keys, foreign types and oversized files are refused with file and line."""

from __future__ import annotations

import math
import pickle
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesnb.model.errors import ParamsError, Place, Text

LIMIT_BYTES = 4_000_000
LIMIT_PARTS = 200_000  # items, keys and lines together: more than that takes minutes to read
LIMIT_DEPTH = 40
_KINDS = {"str", "int", "float", "bool", "null", "timestamp"}
_SHAPES = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
KeyPath = tuple[str | int, ...]
# A run, a check or a batch reads the same few files again and again, at a quarter of a second each: their texts, and
# what stands in them, pickled so that every reader has data of its own.
_PARSED: dict[str, bytes] = {}
_MOST_PARSED = 64


@dataclass(frozen=True)
class Doc:
    """A parameter file: plain ``data`` and the 1-based ``lines`` of every key and list item."""

    file: str
    data: dict[str, Any]
    lines: dict[KeyPath, int] = field(repr=False, default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """File, line and key of ``path``, or of its nearest parent that stands in the file."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Place(file=self.file, line=self.lines.get(known), key=".".join(str(p) for p in path) or None)


def load_yaml(path: Path, name: str | None = None) -> Doc:
    """Read one file. ``name`` is how the user knows it (default: folder/file). Raises ParamsError with file:line."""
    shown = name or f"{path.parent.name}/{path.name}"
    return read_yaml(_text(path, shown), shown)


def read_yaml(text: str, shown: str) -> Doc:
    """As :func:`load_yaml`, of a text at hand that is known to the user as ``shown``."""
    if text in _PARSED:
        return Doc(shown, *pickle.loads(_PARSED[text]))
    doc = _parsed(text, shown)
    while len(_PARSED) >= _MOST_PARSED:
        _PARSED.pop(next(iter(_PARSED)), None)
    _PARSED[text] = pickle.dumps((doc.data, doc.lines))
    return doc


def parsed() -> bytes:
    """Every text this process has parsed and what stands in it, for :func:`remember` of a process of ours."""
    return pickle.dumps(_PARSED)


def remember(held: bytes) -> None:
    """Know what another process of ours has :func:`parsed`; never of bytes that come from anywhere else."""
    _PARSED.update(pickle.loads(held))


def _parsed(text: str, shown: str) -> Doc:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = _compose(text)
    except RecursionError as error:
        raise _too_deep(shown) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ParamsError(
            Text(f"YAML 写法有误：{error.problem}", f"not valid YAML: {error.problem}"),
            where=Place(file=shown, line=line, column=mark.column + 1 if mark else None),
            remedy=Text("检查缩进、冒号后的空格和引号", "check indentation, the space after colons, and quotes"),
        ) from error
    except YAMLError as error:
        raise ParamsError(
            Text(f"YAML 无法读取：{error}", f"YAML cannot be read: {error}"), where=Place(file=shown)
        ) from error
    if node is None:
        return Doc(shown, {})
    lines: dict[KeyPath, int] = {}
    data = _Reader(shown, lines).value(node, ())
    if not isinstance(data, dict):
        raise ParamsError(
            Text("文件最外层应为“键: 值”", "the file must be a mapping of keys at the top"),
            where=Place(file=shown, line=1),
        )
    return Doc(shown, data, lines)


def _text(path: Path, shown: str) -> str:
    if not path.is_file():
        raise ParamsError(Text("参数文件不存在", "the parameter file does not exist"), where=Place(file=shown))
    if path.stat().st_size > LIMIT_BYTES:
        raise ParamsError(
            Text(f"参数文件超过 {LIMIT_BYTES:,} 字节", f"the parameter file is larger than {LIMIT_BYTES:,} bytes"),
            where=Place(file=shown),
            why=Text("参数由人书写；这么大的多半是数据", "people write params; a file this large is probably data"),
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParamsError(
            Text("参数文件不是 UTF-8 编码", "the parameter file is not UTF-8"),
            where=Place(file=shown),
            remedy=Text("另存为 UTF-8", "save it as UTF-8"),
        ) from error
    if sum(text.count(mark) for mark in "\n,[{") > LIMIT_PARTS:
        raise ParamsError(
            Text(f"参数文件多于 {LIMIT_PARTS:,} 项", f"the parameter file has more than {LIMIT_PARTS:,} parts"),
            where=Place(file=shown),
            why=Text("参数由人书写；这么多的多半是数据", "people write params; so many are probably data"),
        )
    return text


def _too_deep(shown: str, line: int | None = None) -> ParamsError:
    return ParamsError(
        Text(f"参数文件的嵌套超过 {LIMIT_DEPTH} 层", f"the parameter file is nested deeper than {LIMIT_DEPTH} levels"),
        where=Place(file=shown, line=line),
        remedy=Text("检查未闭合的 [ 或 {", "look for a [ or { that was not closed"),
    )


def _compose(text: str) -> Any:
    """The file's nodes."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)  # NO stays text, 0123 is not octal
    return yaml.compose(text)


class _Reader:
    """Turns composed nodes into plain data; scalars are typed here, so that no tag of the file can build an object."""

    def __init__(self, file: str, lines: dict[KeyPath, int]) -> None:
        self.file, self.lines = file, lines

    def value(self, node: Any, path: KeyPath) -> Any:
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        if node.anchor:
            raise self._refuse(
                node, path, Text(f"不支持锚点 &{node.anchor}", f"anchors (&{node.anchor}) are not supported")
            )
        self.lines.setdefault(path, node.start_mark.line + 1)
        if len(path) > LIMIT_DEPTH:
            raise _too_deep(self.file, node.start_mark.line + 1)
        if not isinstance(node, ScalarNode) and str(node.tag or "") not in ("", "!", *_SHAPES):
            raise self._refuse(node, path, Text(f"不支持标签 {node.tag}", f"tag {node.tag} is not supported"))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: KeyPath) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node.value, str):
                raise self._refuse(key_node, path, Text("键应为一个词", "a key must be a word"))
            key = str(key_node.value)
            here = (*path, key)
            if key in out:
                raise self._refuse(
                    key_node,
                    here,
                    Text(
                        f"键 {key} 重复，先见于第 {self.lines[here]} 行",
                        f"key {key} stands twice, first in line {self.lines[here]}",
                    ),
                )
            self.lines[here] = key_node.start_mark.line + 1
            out[key] = self.value(value_node, here)
        return out

    def _scalar(self, node: Any, path: KeyPath) -> Any:
        from datetime import date

        text, tag = node.value, str(node.tag or "")
        kind = tag.rsplit(":", 1)[-1]
        if tag and (not tag.startswith("tag:yaml.org,2002:") or kind not in _KINDS):
            raise self._refuse(node, path, Text(f"不支持标签 {tag}", f"tag {tag} is not supported"))
        if node.style in ("'", '"', "|", ">"):
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError as error:
                raise self._refuse(node, path, Text(f"日期 {text} 不存在", f"date {text} does not exist")) from error
        if kind == "int":
            return self._integer(node, path)
        if kind == "float":
            return self._number(node, path)
        return text

    def _integer(self, node: Any, path: KeyPath) -> int:
        text = node.value.replace("_", "")
        if re.fullmatch(r"[-+]?0\d+", text):
            raise self._refuse(
                node,
                path,
                Text(
                    f"{text} 以 0 开头：数字还是编号？编号请加引号",
                    f"{text} starts with 0: a number or an id? quote ids",
                ),
            )
        if len(text) > 40:
            raise self._refuse(node, path, Text("数字过长", "the number is too long"))
        return int(text, 0)

    def _number(self, node: Any, path: KeyPath) -> float:
        try:
            number = float(node.value.replace("_", ""))
        except ValueError:
            number = math.inf
        if not math.isfinite(number):
            raise self._refuse(node, path, Text(f"{node.value} 不是有限的数", f"{node.value} is not a finite number"))
        return number

    def _refuse(self, node: Any, path: KeyPath, what: Text) -> ParamsError:
        mark = node.start_mark
        key = ".".join(str(p) for p in path) or None
        return ParamsError(what, where=Place(file=self.file, line=mark.line + 1, column=mark.column + 1, key=key))
