"""Who reads a version: everybody's whole set in ``all/``, and one reader a region and a person (R79)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["region", "person"]
UNASSIGNED = "_unassigned"


@dataclass(frozen=True)
class Reader:
    """A region's manager or a person: ``node`` is the id, ``people`` and ``teams`` the ids whose rows are theirs.

    ``owners`` are the spellings under which tables call these people: ids, and names that only one person bears.
    ``sees_pay`` says whether pay is theirs to see.
    """

    level: Level
    node: str
    name: str
    region: str
    people: frozenset[str]
    teams: frozenset[str]
    owners: frozenset[str]
    sees_pay: bool


def readers(
    people: pd.DataFrame,
    as_of: date,
    levels: Sequence[Level],
    with_targets: Iterable[str] = (),
    managers_pay: bool = False,
) -> list[Reader]:
    """The readers of a version, regions first: from the roster ``people`` as it stood on ``as_of``.

    A region's people are all whose latest post by then is in it, leavers included: their sales and deals remain the
    region's. A person reads while employed, or with a target (``with_targets``) before the first day.
    """
    roster = _standing(people, as_of, frozenset(with_targets))
    found: list[Reader] = []
    if "region" in levels:
        for region in sorted(set(roster["region_id"]) - {UNASSIGNED, ""}):
            own = roster[roster["region_id"] == region]
            found.append(_reader("region", region, region, own, roster, managers_pay))
    if "person" in levels:
        for row in roster[roster["reads"]].itertuples():
            own = roster[roster["person_id"] == row.person_id]
            found.append(_reader("person", str(row.person_id), str(row.name), own, roster, True))
    return found


def _standing(people: pd.DataFrame, as_of: date, with_targets: frozenset[str]) -> pd.DataFrame:
    """One row a person: the post held on ``as_of``, else the last one before, else the first one to come."""
    import pandas as pd

    day = pd.Timestamp(as_of)
    rows = people[people["person_id"] != UNASSIGNED].sort_values(["person_id", "from_date"], kind="stable")
    begun = rows[rows["from_date"] <= day].drop_duplicates("person_id", keep="last")
    coming = rows[~rows["person_id"].isin(begun["person_id"])].drop_duplicates("person_id", keep="first")
    ended = (begun["to_date"].notna() & (begun["to_date"] < day)) | (
        begun["left_date"].notna() & (begun["left_date"] < day)
    )
    out = pd.concat([begun.assign(reads=~ended), coming.assign(reads=coming["person_id"].isin(with_targets))])
    out["reads"] = out["reads"].astype(bool)
    return out.sort_values("person_id", kind="stable").reset_index(drop=True)


def _reader(level: Level, node: str, name: str, own: pd.DataFrame, roster: pd.DataFrame, sees_pay: bool) -> Reader:
    borne = Counter(roster["name"])
    names = {str(n) for n in own["name"] if borne[n] == 1}
    ids = {str(person) for person in own["person_id"]}
    teams = {str(team) for team in own["team_id"]} - {UNASSIGNED, ""} if level == "region" else set()
    region = node if level == "region" else str(own["region_id"].iloc[0])
    return Reader(level, node, name, region, frozenset(ids), frozenset(teams), frozenset(ids | names), sees_pay)
