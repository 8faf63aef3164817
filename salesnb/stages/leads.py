"""Who should look after which open lead: by region, industry, size and free capacity, each assignment explained (R62).

A proposal by rules, the same for the same inputs: leads in order of what they are expected to bring, each to the person
of the highest score who may and can take it. Nothing is moved before somebody does it in the CRM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.people import People
from salesnb.model.params.review import LeadRules, Skill
from salesnb.model.tables import check, contract

PARTS = ("region", "industry", "value", "free_capacity")
EVEN = {"region": 0.25, "industry": 0.25, "value": 0.25, "free_capacity": 0.25}
PROVEN = 0.80  # quantile of a person's won deals that says what size he has handled
TABLE = "lead_assignments"


@dataclass(frozen=True)
class Terms:
    """The rules as of a day. ``weights`` of ``PARTS``; ``capacity``: open leads of an experienced person; ``large`` in
    minor units."""

    weights: Mapping[str, float]
    capacity: float
    stays_in_region: bool = True
    large: int | None = None
    stale_days: float | None = None
    skills: Mapping[str, Skill] = field(default_factory=dict)


def terms(rules: LeadRules, weights: Mapping[str, float] | None, when: tuple[date, date], scale: int) -> Terms | None:
    """The rules in force on a day as known then (``when``); None where no capacity is decided."""
    capacity = rules.capacity.find(*when)
    if capacity is None:
        return None
    large = rules.large.find(*when) if rules.large else None
    stale = rules.stale_days.find(*when) if rules.stale_days else None
    skills = {one.person: one for one in sorted(rules.skills, key=lambda s: (s.from_, s.decided)) if one.known(*when)}
    return Terms(
        {**dict.fromkeys(PARTS, 0.0), **(weights or EVEN)},
        capacity,
        rules.stays_in_region,
        None if large is None else round(large * scale),
        stale,
        skills,
    )


def sellers(roster: pd.DataFrame, people: People, as_of: date) -> pd.DataFrame:
    """Who is there on ``as_of`` and carries a quota: person_id, name, region_id, factor (of an experienced person).

    Somebody in his first months counts by his role's ramp, so that he is given fewer leads.
    """
    ends = roster["to_date"].fillna(roster["left_date"])
    moment = pd.Timestamp(as_of)
    here = roster[(roster["from_date"].isna() | (roster["from_date"] <= moment)) & (ends.isna() | (ends >= moment))]
    gone = {m.person for m in people.movements if m.kind in ("leaves", "on_leave") and m.known(as_of, as_of)}
    rows = []
    for row in here.to_dict("records"):
        role = people.roles.get(str(row["role"]))
        if row["person_id"] in gone or row["person_id"] == UNASSIGNED or (role and not role.carries_quota):
            continue
        factor = 1.0
        if role is not None:
            hired = row["hired_date"]
            served = 999 if pd.isna(hired) else (as_of.year - hired.year) * 12 + as_of.month - hired.month
            factor = (role.factor.find(as_of, as_of) or 1.0) * role.ramp[min(max(served, 0), len(role.ramp) - 1)]
        rows.append((str(row["person_id"]), str(row["name"]), str(row["region_id"]), float(factor)))
    out = pd.DataFrame(rows, columns=["person_id", "name", "region_id", "factor"])
    return out.drop_duplicates("person_id", keep="last").sort_values("person_id", ignore_index=True)


def assign(known: pd.DataFrame, winning: pd.DataFrame, here: pd.DataFrame, rules: Terms) -> pd.DataFrame:
    """``lead_assignments``: every open lead nobody looks after, with whom it should go to and why.

    ``known``: opportunities as known then (``funnel.as_known``); ``winning``: opportunity_id, age_days, win_rate,
    expected_minor of the open ones; ``here``: see :func:`sellers`. Leads are handed out that have no owner, whose owner
    has left, or that are more than their owner can hold (his least promising fresh leads go first).
    """
    waiting = _open(known, winning, rules)
    desk = _Desk.of(known, waiting, here, rules)
    rows = []
    for number, lead in enumerate(_to_hand_out(waiting, desk), 1):
        rows.append(desk.given(lead, number))
    columns = [c.name for c in contract(TABLE).columns]
    return check(_typed(pd.DataFrame(rows, columns=columns)), contract(TABLE))


def _open(known: pd.DataFrame, winning: pd.DataFrame, rules: Terms) -> pd.DataFrame:
    waiting = known[~known["stage"].isin(["won", "lost"])]
    kept = ["opportunity_id", "age_days", "win_rate", "expected_minor"]
    out = waiting.merge(winning[kept], on="opportunity_id", how="left", validate="one_to_one")
    if rules.stale_days is not None:
        out = out[~(out["age_days"] > rules.stale_days)]
    out = out.assign(worth=out["expected_minor"].astype("Float64").to_numpy(dtype=float, na_value=-1.0))
    ages = out["age_days"].astype("Float64").to_numpy(dtype=float, na_value=np.inf)
    return out.assign(age=ages).sort_values(
        ["worth", "age", "opportunity_id"], ascending=[False, True, True], kind="stable", ignore_index=True
    )


@dataclass
class _Desk:
    """What is held by whom while leads are handed out."""

    rules: Terms
    people: pd.DataFrame
    capacity: dict[str, float]
    held: dict[str, int]
    experience: dict[tuple[str, str], float]
    proven: dict[str, float]

    @classmethod
    def of(cls, known: pd.DataFrame, waiting: pd.DataFrame, here: pd.DataFrame, rules: Terms) -> _Desk:
        won = known[(known["stage"] == "won") & known["person_id"].isin(here["person_id"])]
        counts = won.dropna(subset=["industry"]).groupby(["person_id", "industry"]).size()
        most = counts.groupby("industry").max()
        experience = {
            (str(person), str(industry)): float(count) / float(most[industry])
            for person, industry, count in counts.reset_index().itertuples(index=False)
        }
        sizes = won.dropna(subset=["amount_minor"]).astype({"amount_minor": float}).groupby("person_id")["amount_minor"]
        capacity = {p: rules.capacity * f for p, f in zip(here["person_id"], here["factor"], strict=True)}
        held = {str(p): int(n) for p, n in waiting["person_id"].value_counts().items()}
        return cls(
            rules, here, capacity, held, experience, {str(p): float(v) for p, v in sizes.quantile(PROVEN).items()}
        )

    def given(self, lead: pd.Series, number: int) -> dict[str, object]:
        """The row of one lead; whoever gets it holds one more from then on."""
        row = {name: lead[name] for name in ("opportunity_id", "region_id", "industry", "product_line", "amount_minor")}
        row |= {
            "win_rate": lead["win_rate"],
            "from_id": lead["person_id"],
            "reason": lead["reason"],
            "order_no": number,
        }
        fit, blocked = self._fit(lead)
        if blocked:
            return row | {"to_id": UNASSIGNED, "blocked": blocked}
        loads = {person: self.held.get(person, 0) / self.capacity[person] for person in fit}
        scored = {person: self._scored(person, lead, loads[person]) for person in fit}
        who = min(fit, key=lambda person: (-scored[person]["score"], loads[person], person))
        self.held[who] = self.held.get(who, 0) + 1
        name = self.people.loc[self.people["person_id"] == who, "name"].iloc[0]
        return row | scored[who] | {"to_id": who, "to_name": name, "held_count": self.held[who],
                             "capacity": self.capacity[who], "blocked": ""}  # fmt: skip

    def _fit(self, lead: pd.Series) -> tuple[list[str], str]:
        """Who may and can take it, else what stands in the way."""
        found = self.people
        if self.rules.stays_in_region and lead["region_id"] != UNASSIGNED:
            found = found[found["region_id"] == lead["region_id"]]
        inside = [str(p) for p in found["person_id"]]
        able = [p for p in inside if self._may(p, lead)]
        free = [p for p in able if self.held.get(p, 0) + 1 <= self.capacity[p]]
        blocked = "region" if not inside else "skill" if not able else "capacity" if not free else ""
        return free, blocked

    def _may(self, person: str, lead: pd.Series) -> bool:
        skill, amount = self.rules.skills.get(person), lead["amount_minor"]
        if skill and skill.product_lines and lead["product_line"] not in skill.product_lines:
            return False
        if self.rules.large is None or pd.isna(amount) or amount < self.rules.large:
            return True
        return self.proven.get(person, 0.0) >= self.rules.large

    def _scored(self, person: str, lead: pd.Series, load: float) -> dict[str, float]:
        """Every part between 0 and 1; the size does not count where the lead's value is not known."""
        amount, skill = lead["amount_minor"], self.rules.skills.get(person)
        home = self.people.loc[self.people["person_id"] == person, "region_id"].iloc[0]
        industry = self.experience.get((person, str(lead["industry"])), 0.0)
        if skill and skill.industries:
            industry = 1.0 if lead["industry"] in skill.industries else 0.0
        parts = {
            "region": float(home == lead["region_id"]),
            "industry": industry,
            "value": np.nan if pd.isna(amount) or amount <= 0 else min(self.proven.get(person, 0.0) / amount, 1.0),
            "free_capacity": max(1.0 - load, 0.0),
        }
        known = {name: value for name, value in parts.items() if not np.isnan(value)}
        weight = sum(self.rules.weights[name] for name in known)
        score = sum(self.rules.weights[name] * value for name, value in known.items()) / weight if weight else 0.0
        return {
            "score": round(score, 6), "region_score": parts["region"], "industry_score": parts["industry"],
            "value_score": parts["value"], "free_score": parts["free_capacity"],
        }  # fmt: skip


def _to_hand_out(waiting: pd.DataFrame, desk: _Desk) -> Sequence[pd.Series]:
    """Leads without anybody, then what is more than somebody can hold, in order of worth; owners hold the rest."""
    owner = waiting["person_id"].astype(str)
    reason = pd.Series("", index=waiting.index, dtype="str")
    reason[~owner.isin(desk.capacity)] = "left"
    reason[owner == UNASSIGNED] = "unassigned"
    for person, room in desk.capacity.items():
        own = waiting[(owner == person)]
        fresh = own[own["stage"] == "lead"]
        excess = min(max(len(own) - int(room), 0), len(fresh))
        if excess:
            reason[fresh.index[len(fresh) - excess :]] = "over"
    out = waiting.assign(reason=reason)[reason != ""]
    for person in out["person_id"].astype(str):
        desk.held[person] = desk.held.get(person, 0) - 1
    return [row for _, row in out.iterrows()]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ("score", "region_score", "industry_score", "value_score", "free_score", "capacity", "win_rate")
    return frame.astype(dict.fromkeys(numbers, "float64") | {"amount_minor": "Int64", "held_count": "Int64"})
