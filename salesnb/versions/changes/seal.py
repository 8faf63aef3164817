"""What seals a request: the fingerprint of what was submitted, and of every decision with all decisions before it.

As with approved targets this is evidence of tampering, not protection against it: the head of the chain is printed on
pages and messages, and nobody can make another history that ends in the same hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from salesnb.model.errors import Place, Text, VersionError
from salesnb.model.params.change import Change, ChangeRequest
from salesnb.versions.targets.record import same_line_ends, sha256_of_text

HASH_PRINTED = 12


def content_of(request: ChangeRequest) -> str:
    """sha256 over all that a request says, the states aside."""
    return sha256_of_text(_canonical(request.model_dump(mode="json", by_alias=True, exclude={"states"})))


def papers_of(request: ChangeRequest, folder: Path) -> str:
    """sha256 over the bytes of its papers (one that is missing: nothing)."""
    return sha256_of_text(_canonical({name: _digest(folder / name) for name in request.evidence}))


def sealed(name: str, change: Change) -> Change:
    """``change`` with its hash; everything it says, the request's id and the hash before it go in."""
    return change.model_copy(update={"hash": hash_of(name, change)})


def hash_of(name: str, change: Change) -> str:
    """The hash of a sealed state."""
    said = change.model_dump(mode="json", exclude={"hash"})
    return sha256_of_text(_canonical({"id": name, **said}))


def tampered(unit: str, file: str, how: Text) -> VersionError:
    """The error for a chain of decisions that does not hold."""
    return VersionError(
        Text(f"变更记录被改动：{how.zh}", f"the record of changes was altered: {how.en}"),
        where=Place(file=f"params/{unit}/changes/{file}"),
        why=Text(
            "提交之后的申请和审批是改目标的依据，改过的记录不再可信",
            "what was submitted and decided is the ground of changed targets; an altered record cannot be trusted",
        ),
        remedy=Text(
            "从版本库或备份恢复该文件；内容要改，请撤回后另提一份申请",
            "restore the file from version control or a backup; to say something else, recall it and submit anew",
        ),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(same_line_ends(path.read_bytes())).hexdigest() if path.is_file() else ""


def _canonical(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
