"""The record of one approved revision: ``PLAN-rNN.yaml``, its text, its seal, and what reading it back may find.

The last line, ``hash:``, is the sha256 of all bytes above it; ``previous`` repeats that of the revision before, and
``sha256`` is that of the table. So a change of any byte in any file of the chain shows, and the last hash stands for
all of them. It is evidence of tampering, not protection against it: whoever may write the folder can write a new chain,
but not one that ends in the hash already printed on letters and pages.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

from salesnb.model.errors import Place, Text, VersionError

SCHEMA = 1
SOURCES = ("proposal", "imported")
_SEAL = re.compile(rb'\A(.*\n)hash: "([0-9a-f]{64})"\n\Z', re.DOTALL)
_HEX = re.compile(r"[0-9a-f]{64}")
_RAW = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# field → how the file calls it, where the two differ
_NAMES = {"from_": "from"}
_DATES = ("from_", "to", "decided", "recorded", "as_of")
_COUNTS = ("revision", "row_count", "total_minor")


def revision_name(plan: str, number: int) -> str:
    """``2024-r01``: the stem of a revision's files and how people call it."""
    return f"{plan}-r{number:02d}"


@dataclass(frozen=True)
class Revision:
    """What one revision says of itself. Money is minor units of ``currency``; empty text where nothing applies.

    ``from_`` … ``to`` is what it changes: before ``from_`` it equals the revision it supersedes. ``decided`` is when it
    was approved, ``recorded`` when it was entered here, ``as_of`` what the proposal knew. ``hash`` seals all of it and,
    through ``previous``, everything before.
    """

    plan: str
    revision: int
    source: Literal["proposal", "imported"]
    from_: date
    to: date
    decided: date
    recorded: date
    as_of: date
    by: str
    reason: str
    reference: str
    reference_sha256: str
    supersedes: str
    source_version: str
    source_sha256: str
    currency: str
    row_count: int
    total_minor: int
    sha256: str
    previous: str
    hash: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """``2024-r01``."""
        return revision_name(self.plan, self.revision)

    def text(self) -> str:
        """The bytes of the record, sealed by the last line."""
        lines = [f"schema: {SCHEMA}"]
        for part in fields(self):
            if part.name != "hash":
                lines.append(f"{_NAMES.get(part.name, part.name)}: {_written(getattr(self, part.name))}")
        body = "".join(f"{line}\n" for line in lines)
        return f'{body}hash: "{sha256_of_text(body)}"\n'


def read_record(path: Path, shown: str) -> Revision:
    """The record in ``path``, its seal checked; VersionError says what was changed, ``shown`` names the file."""
    from salesnb.model.params.strict import load_yaml

    content = same_line_ends(path.read_bytes())
    sealed = _SEAL.match(content)
    if not sealed or hashlib.sha256(sealed.group(1)).hexdigest() != sealed.group(2).decode():
        raise tampered(
            shown, Text("记录的内容与它自己的封签（hash）不符", "the record does not match its own seal (hash)")
        )
    data = load_yaml(path, shown).data
    schema = data.pop("schema", None)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise VersionError(
            Text(f"目标记录的格式 {schema} 比本程序新", f"target record schema {schema} is newer than this program"),
            where=Place(file=shown, key="schema"),
            remedy=Text("升级工作簿后再打开", "update the workbook, then open it"),
        )
    return _revision(data, shown)


def tampered(shown: str, how: Text) -> VersionError:
    """The error for a chain that does not hold: which file, in which way."""
    return VersionError(
        Text(f"已批准的目标被改动：{how.zh}", f"approved targets were changed: {how.en}"),
        where=Place(file=shown),
        why=Text(
            "批准后的目标是考核和提成的依据，改过的文件不再可信",
            "approved targets are what people are judged and paid by; a changed file cannot be trusted",
        ),
        remedy=Text(
            "从版本库或备份恢复该文件；要改目标，请用 salesnb approve 批准新的一版",
            "restore the file from version control or a backup; to change targets, approve a new revision",
        ),
    )


def sha256_of_text(text: str) -> str:
    """sha256 of UTF-8 text as hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def same_line_ends(content: bytes) -> bytes:
    """``content`` as it was written: a checkout on Windows turns every line end, and nothing else, into CR LF."""
    every = content.count(b"\n")
    return content.replace(b"\r\n", b"\n") if every and content.count(b"\r\n") == every else content


def _written(value: Any) -> str:
    """A scalar in YAML: dates and numbers plain, text always quoted, so that ``0123`` and ``no`` stay text."""
    if isinstance(value, (date, int)):
        return str(value)
    return _RAW.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))


def _revision(data: dict[str, Any], shown: str) -> Revision:
    names = {_NAMES.get(part.name, part.name): part.name for part in fields(Revision)}
    odd = sorted(set(names) ^ set(data))
    given = {names[key]: value for key, value in data.items() if key in names}
    kinds: dict[str, type] = {**dict.fromkeys(_DATES, date), **dict.fromkeys(_COUNTS, int)}
    odd += sorted(key for key, value in given.items() if not isinstance(value, kinds.get(key, str)))
    if not odd and (given["source"] not in SOURCES or not _HEX.fullmatch(given["sha256"])):
        odd = ["source" if given["source"] not in SOURCES else "sha256"]
    if odd:
        raise VersionError(
            Text(f"目标记录的 {'、'.join(odd)} 不可用", f"the target record's {', '.join(odd)} cannot be used"),
            where=Place(file=shown, key=odd[0]),
            remedy=Text("从版本库或备份恢复该文件", "restore the file from version control or a backup"),
        )
    return Revision(**given)
