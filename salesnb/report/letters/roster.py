"""Who holds letters: people as the roster knows them on the day from which the targets apply."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import DataError, Place, Text

if TYPE_CHECKING:
    import pandas as pd

_READ = ["person_id", "name", "role", "region_id", "team_id", "from_date", "to_date", "left_date"]


@dataclass(frozen=True)
class Holder:
    """Whoever signs: a row of people as it stands when the letter applies."""

    id: str
    name: str
    role: str
    region: str
    team: str
    start: date
    end: date


@dataclass(frozen=True)
class Roster:
    """The table ``people``, asked about ``day``; it is read once for all letters."""

    people: pd.DataFrame
    day: date

    @cached_property
    def rows(self) -> dict[str, list[dict[Hashable, Any]]]:
        """Person → own rows by the day they apply from."""
        out: dict[str, list[dict[Hashable, Any]]] = {}
        for row in self.people[_READ].sort_values("from_date", kind="stable").to_dict("records"):
            out.setdefault(str(row["person_id"]), []).append(row)
        return out

    def holder(self, person_id: str) -> Holder:
        """The person by the row in force on the day, else the first that follows; DataError for one not known."""
        import pandas as pd

        rows, day = self.rows.get(person_id), pd.Timestamp(self.day)
        if not rows:
            raise DataError(
                Text(f"人员表里没有 {person_id}，无法出责任书", f"the roster does not know {person_id}"),
                where=Place(file="people", key=person_id),
                remedy=Text(
                    "在人员名册里补上，或改目标的人员", "add the person to the roster, or change the target's person"
                ),
            )
        current = [row for row in rows if row["from_date"] <= day and not row["to_date"] < day]
        later = [row for row in rows if row["from_date"] > day]
        chosen = current[-1] if current else (later or rows)[0]
        left = [row["left_date"] for row in rows if not pd.isna(row["left_date"])]
        return Holder(
            id=person_id,
            name=str(chosen["name"]),
            role="" if pd.isna(chosen["role"]) else str(chosen["role"]),
            region=str(chosen["region_id"]),
            team=str(chosen["team_id"]),
            start=rows[0]["from_date"].date(),
            end=left[-1].date() if left else date.max,
        )

    def head(self, region_id: str) -> Holder | None:
        """Whom a region's people report to: the one of them whose own superior is elsewhere. None where several are."""
        import pandas as pd

        rows, day = self.people, pd.Timestamp(self.day)
        here = rows[
            (rows["from_date"] <= day)
            & (rows["to_date"].isna() | (rows["to_date"] >= day))
            & (rows["region_id"] == region_id)
        ]
        tops = here[here["manager_id"].isna() | ~here["manager_id"].isin(here["person_id"])]
        return self.holder(str(tops["person_id"].iloc[0])) if len(tops) == 1 else None
