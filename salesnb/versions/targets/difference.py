"""What a revision changes for each person against an earlier one: what re-issued letters say (R56, R85)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, VersionError
from salesnb.versions.targets.proposal import AMOUNT

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.versions.targets.chain import Chain
    from salesnb.versions.targets.record import Revision

PERSON = "person_id"


def by_person(chain: Chain, before: Revision, after: Revision) -> pd.DataFrame:
    """One row a person whose targets differ: person_id, before_minor, after_minor, change_minor (the whole plan, minor
    units), first_month (from which month on anything differs), is_new, is_gone. Sorted by person.

    A person whose total is the same but whose months or products moved is there too, with a change of 0. VersionError
    where one of the two has no people by month.
    """
    import pandas as pd

    frames = []
    for revision in (before, after):
        frame = chain.cells(revision)
        if PERSON not in frame or "month" not in frame:
            raise VersionError(
                Text(f"{revision.name} 没有分到人和月", f"{revision.name} is not by person and month"),
                where=Place(file=f"targets/{revision.name}.parquet"),
            )
        frames.append(frame)
    keys = [c for c in frames[0].columns if c in frames[1] and c not in ("plan", AMOUNT, "basis")]
    sums = [frame.groupby(keys, observed=True)[AMOUNT].sum() for frame in frames]
    cells = pd.concat(sums, axis=1, keys=["before_minor", "after_minor"]).fillna(0).astype("int64").reset_index()
    cells["change_minor"] = cells["after_minor"] - cells["before_minor"]
    moved = cells[cells["change_minor"] != 0].groupby(PERSON, observed=True)["month"].min()
    out = cells.groupby(PERSON, observed=True)[["before_minor", "after_minor", "change_minor"]].sum()
    out = out.loc[out.index.isin(moved.index)].assign(first_month=moved)
    out["is_new"] = (out["before_minor"] == 0) & (out["after_minor"] != 0)
    out["is_gone"] = (out["after_minor"] == 0) & (out["before_minor"] != 0)
    return out.sort_index().reset_index()
