"""Which published version holds the proposal a review page makes: that version is what a change request cites (R56)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text, UsageError
from salesnb.model.places import outputs_dir

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_retarget import RetargetQuestions

CELLS = "retarget_cells"


def proposal_version(book: RetargetQuestions) -> str:
    """``PERIOD/vNNN`` of the newest version that holds the page's own proposal, which is what a request cites.

    UsageError where the page proposes nothing, or no version holds the same proposal: what is decided on has to be what
    everybody can read.
    """
    from salesnb.versions.folders import PeriodFolder, version_name
    from salesnb.versions.manifest import read_manifest

    if book.proposed is None:
        raise UsageError(Text("本页没有提出新目标", "this page proposes no new targets"))
    book.retarget_tables  # noqa: B018 - keeps the cells
    folder = PeriodFolder(outputs_dir(), book.unit, book.period.text)
    wanted = _digest(book.tables[CELLS])
    for number in reversed(folder.complete()):
        held = read_manifest(folder.version(number)).tables.get(CELLS)
        if held is not None and held.sha256 == wanted:
            return f"{book.period.text}/{version_name(number)}"
    raise UsageError(
        Text("没有哪个版本含有本页这一方案", "no version holds this page's proposal"),
        why=Text("申请引用已发布的版本，人人可查", "a request cites a published version that everybody can read"),
        remedy=Text(
            f"先运行 salesnb run {book.period.text} --unit {book.unit}",
            f"run salesnb run {book.period.text} --unit {book.unit} first",
        ),
    )


def _digest(frame: pd.DataFrame) -> str:
    """sha256 of a table as a version would hold it."""
    import tempfile
    from pathlib import Path

    from salesnb.model.tables import contract
    from salesnb.versions.tables import write_table

    with tempfile.TemporaryDirectory() as folder:
        return write_table(Path(folder), CELLS, frame, contract(CELLS).keys)
