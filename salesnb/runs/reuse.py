"""What the version before holds ready for this one: pages and readers' folders made from the very same things.

A page or a folder is taken over when everything it is made from is the same: the program, the packages, the words, the
company's own file, and the notebook or the tables. Then only what names the version is written anew (R71).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from salesnb.model.lexicon import lexicon
from salesnb.runs.directory import BOOK, PAGE
from salesnb.runs.fingerprint import digest_of
from salesnb.runs.settings import Settings
from salesnb.runs.spare import Spare
from salesnb.versions.manifest import Manifest
from salesnb.versions.tables import sha256_of

if TYPE_CHECKING:
    from salesnb.model.lexicon import Lexicon
    from salesnb.report.page import PageContext
    from salesnb.runs.job import Job

COMPANY = "company.yaml"
_MADE = ("all/*.html", *(f"{level}/*/{file}" for level in ("person", "region") for file in (PAGE, BOOK)))


@dataclass(frozen=True)
class Reuse:
    """The version ``before`` in ``folder``, whose pages and folders are what this run would make of the same things."""

    settings: Settings
    before: Manifest
    folder: Path
    now: Manifest
    stage: Path

    def holds(self, tables: Collection[str]) -> bool:
        """Whether ``tables`` are the same in both versions, those that neither has included."""
        return not self.changed(tables)

    def changed(self, tables: Collection[str]) -> list[str]:
        """Those of ``tables`` that are not the same in both versions."""
        before, now = self.before.tables, self.now.tables
        digests = ((name, before.get(name), now.get(name)) for name in sorted(tables))
        return [name for name, old, new in digests if (old and old.sha256) != (new and new.sha256)]

    def has_notebook(self, name: str) -> bool:
        """Whether the notebook ``name`` left the very same file in both versions."""
        paths = [side / "notebooks" / f"{name}.ipynb" for side in (self.folder, self.stage)]
        return name in self.before.notebooks and paths[0].is_file() and paths[0].read_bytes() == paths[1].read_bytes()

    def page(self, file: PurePosixPath, before: PageContext, now: PageContext) -> str | None:
        """The page ``file`` of the version before, written in the context ``before``, as it is in ``now``; None where
        it cannot be taken over."""
        from salesnb.report.renew import page_renewed

        written = self._written(file)
        return page_renewed(written.decode("utf-8"), before, now) if written is not None else None

    def book(self, file: PurePosixPath) -> bytes | None:
        """The workbook ``file`` of the version before with this one's name on its cover; None where it cannot be."""
        from salesnb.report.renew import book_renewed

        written = self._written(file)
        return book_renewed(written, self.before.version, self.now.version) if written is not None else None

    def _written(self, file: PurePosixPath) -> bytes | None:
        """A file of the version before as it was published; None where somebody has changed it since."""
        path = self.folder.joinpath(file)
        content = path.read_bytes() if path.is_file() else b""
        return content if sha256(content).hexdigest() == self.before.made.get(str(file)) else None

    @cached_property
    def spare(self) -> Spare:
        """Tables of the version before and readers' own parts of them."""
        return Spare(self.settings, self.folder)


def reuse_of(
    settings: Settings, before: Manifest | None, folder: Path | None, now: Manifest, stage: Path
) -> Reuse | None:
    """What of the version ``before`` in ``folder`` serves ``now``; None where its pages would be made otherwise."""
    if before is None or folder is None or not is_alike(before, now):
        return None
    return Reuse(settings, before, folder, now, stage)


def is_alike(before: Manifest, now: Manifest) -> bool:
    """Whether two versions of the same notebooks, tables and files would have the same pages but for their names."""
    return bool(now.words) and _made_by(before) == _made_by(now)


def likely(job: Job) -> bool:
    """Whether the latest version's pages will serve this run, as far as can be known before it ends."""
    if job.latest is None:
        return False
    made, settings, inputs = job.latest.manifest, job.settings, job.inputs
    known = [made.page, made.code.fingerprint, made.python, made.packages, made.params.get(COMPANY), made.lang,
             made.draft, made.as_of]  # fmt: skip
    wanted = [inputs.page, inputs.code_fingerprint(), inputs.python, inputs.packages, inputs.params.get(COMPANY),
              settings.lang, settings.request.draft, settings.as_of.isoformat()]  # fmt: skip
    return known == wanted and made.words == mark_of(lexicon(settings.params, settings.lang))


def _made_by(manifest: Manifest) -> list[object]:
    return [
        manifest.state, manifest.unit, manifest.period, manifest.lang, manifest.draft, manifest.as_of, manifest.words,
        sorted(manifest.notebooks), manifest.params.get(COMPANY), manifest.page, manifest.code.fingerprint,
        manifest.python, manifest.packages,
    ]  # fmt: skip


def mark_of(words: Lexicon) -> str:
    """What tells apart the words of two moments: an import may have written its list of names in between."""
    return digest_of([words.lang, words.words])


def made_in(stage: Path) -> dict[str, str]:
    """sha256 of the pages and the readers' workbooks in ``stage``, by their place in it."""
    found = (path for pattern in _MADE for path in stage.glob(pattern))
    return {path.relative_to(stage).as_posix(): sha256_of(path) for path in sorted(found)}
