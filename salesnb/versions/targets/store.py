"""Writing one revision: two files that appear together or not at all, and nothing is ever overwritten.

The record is written beside its final name first (``.PLAN-rNN.yaml.part``), then the table gets its name, then the
record. Killed in between, the hidden record shows that a lone table is unfinished business, not tampering; the next
approval clears both away.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from salesnb.model.errors import Place, Text, VersionError
from salesnb.versions.folders import LOCK_SECONDS
from salesnb.versions.publish import flush_file, writing
from salesnb.versions.targets.chain import Chain, read_chain, shown
from salesnb.versions.targets.record import Revision


def add_revision(chain: Chain, revision: Revision, table: Path) -> Revision:
    """Add ``revision`` with the table in ``table`` to ``chain`` and return it as it then stands on the disk.

    ``chain`` was read without a lock. VersionError when somebody else approved meanwhile; nothing is written then.
    """
    from filelock import FileLock

    with writing(chain.folder):
        chain.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(chain.folder / ".lock", timeout=LOCK_SECONDS):
            _clear(chain.folder, chain.plan)
            now = read_chain(chain.folder.parent, chain.plan)
            if now.head != chain.head:
                raise VersionError(
                    Text(
                        f"{chain.plan} 刚刚有别人批准了 {now.last.name if now.last else '-'}",
                        f"somebody else has just approved {now.last.name if now.last else '-'}",
                    ),
                    where=Place(file=shown(chain.folder, "")),
                    remedy=Text("看过新的一版后再批准", "look at the new revision, then approve again"),
                )
            _write(chain.folder, revision, table)
            written = read_chain(chain.folder.parent, chain.plan).last
    assert written is not None
    return written


def _write(folder: Path, revision: Revision, table: Path) -> None:
    final_record, final_table = (folder / f"{revision.name}.{kind}" for kind in ("yaml", "parquet"))
    record, copy = _part(final_record), _part(final_table)
    try:
        shutil.copyfile(table, copy)
        flush_file(copy)
        record.write_text(revision.text(), encoding="utf-8", newline="\n")
        flush_file(record)
        os.replace(copy, final_table)
        os.replace(record, final_record)
    except BaseException:  # an interrupt too must leave the chain as it was
        if not final_record.exists():
            for path in (final_table, copy, record):
                path.unlink(missing_ok=True)
        raise


def _clear(folder: Path, plan: str) -> None:
    for record in folder.glob(f".{plan}-r*.yaml.part"):
        name = record.name.removeprefix(".").removesuffix(".yaml.part")
        if not (folder / f"{name}.yaml").exists():
            (folder / f"{name}.parquet").unlink(missing_ok=True)
        record.unlink()
    for table in folder.glob(f".{plan}-r*.parquet.part"):
        table.unlink()


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
