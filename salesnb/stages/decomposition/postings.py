"""Who works where in the months of the plan: the roster as known, decided movements, open positions, and the ramp.

A joiner or leaver counts by the working days of the month he is there; a newcomer by what his role reaches in that
month of service, and while on probation by the share of it that his role names. What was not known on the day is left
out: a resignation in August does not exist in a plan made in December.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.people import Movement, Role
from salesnb.stages.decomposition.cube import ORG, Floats
from salesnb.stages.decomposition.setting import Setting, day

EXPERIENCED = Role.model_validate({"factor": 1.0})


@dataclass(frozen=True, eq=False)
class Posting:
    """One person (or open seat) in one team. ``present``: (months,) share of the month there; ``capacity``: the same
    times the role's factor and the ramp, in experienced reps. ``counted``: (months,) share of a target that counts,
    below 1 while on probation, which lasts to the day before ``confirmed``."""

    person: str
    region: str
    team: str
    role: str
    start: date | None
    end: date | None
    hired: date | None
    present: Floats
    capacity: Floats
    is_open: bool = False
    successor: str = ""
    confirmed: date | None = None
    counted: Floats = field(default_factory=lambda: np.ones(1))

    @property
    def is_new(self) -> bool:
        """Whether he starts only in the plan's months: nothing he sold before says what he can."""
        return bool(self.present[0] < 1) and self.start is not None


def postings(setting: Setting) -> list[Posting]:
    """All postings that reach into the plan, sorted by region, team, person."""
    known = [_measured(setting, held) for held in _moved(setting, _rostered(setting) or _sellers(setting))]
    taken = {held.person for held in known}
    known += [_measured(setting, held) for held in _seats(setting) if held.person not in taken]
    reaching = [held for held in known if held.present.any() and _carries(setting, held.role)]
    return sorted(reaching, key=lambda held: (held.region, held.team, held.person))


def _carries(setting: Setting, role: str) -> bool:
    return setting.people.roles.get(role, EXPERIENCED).carries_quota


def _rostered(setting: Setting) -> list[Posting]:
    """Postings of the roster that had begun by the as-of day; an end that lay ahead was not known then."""
    out = []
    for row in setting.roster.to_dict("records"):
        start, end = day(row["from_date"]), day(row["to_date"])
        if start is not None and start > setting.as_of:
            continue
        end = end if end is not None and end <= setting.as_of else None
        if end is not None and end < setting.period.start:
            continue
        names = (str(row["person_id"]), str(row["region_id"]), str(row["team_id"]), str(row["role"] or ""))
        out.append(_blank(setting, names, (start, end, day(row["hired_date"]))))
    return out


def _sellers(setting: Setting) -> list[Posting]:
    """Without a roster: everybody who sold in the last twelve months, where he sold."""
    own = setting.history[setting.history["month"].isin(setting.profile_months)]
    seats = own[own["person_id"] != UNASSIGNED].groupby(list(ORG), sort=True).size().index
    return [_blank(setting, (str(p), str(r), str(t), ""), (None, None, None)) for r, t, p in seats]


def _blank(
    setting: Setting, names: tuple[str, str, str, str], days: tuple[date | None, date | None, date | None]
) -> Posting:
    nothing = np.zeros(len(setting.months))
    return Posting(*names, *days, nothing, nothing)


def _moved(setting: Setting, rostered: list[Posting]) -> list[Posting]:
    """Movements that were decided by the as-of day, in the order of their first day."""
    out = list(rostered)
    decided = [move for move in setting.people.movements if move.decided <= setting.as_of]
    for move in sorted(decided, key=lambda move: move.from_):
        out = list(_after(setting, out, move))
    return out


def _after(setting: Setting, held: list[Posting], move: Movement) -> Iterator[Posting]:
    regions = {team.id: team.region for team in setting.people.teams}
    before = move.from_ - timedelta(days=1)
    own = [one for one in held if one.person == move.person and one.end is None]
    for one in held:
        if one not in own or move.kind == "joins":
            yield one
        elif move.kind == "probation_ends":
            yield replace(one, confirmed=move.from_)
        elif move.kind in ("leaves", "on_leave", "moves"):
            yield replace(one, end=before, successor=move.successor)
    if move.kind == "moves" and own:
        team = move.to_team or own[0].team
        yield replace(own[0], team=team, region=regions.get(team, own[0].region), start=move.from_, end=None)
    last = next((one for one in reversed(held) if one.person == move.person), None)
    if move.kind == "returns" and last is not None:
        yield replace(last, start=move.from_, end=None, successor="")
    if move.kind == "joins" and not own and move.to_team:
        names = (move.person, regions.get(move.to_team, ""), move.to_team, "")
        yield _blank(setting, names, (move.from_, None, move.from_))


def _seats(setting: Setting) -> Iterator[Posting]:
    """Positions somebody is to be found for. A seat that is filled carries its person's id."""
    regions = {team.id: team.region for team in setting.people.teams}
    for seat in setting.people.positions:
        if seat.decided > setting.as_of or seat.state == "withdrawn" or seat.start > setting.period.end:
            continue
        for number in range(seat.count):
            name = seat.filled_by or (seat.id if seat.count == 1 else f"{seat.id}-{number + 1}")
            names = (name, regions.get(seat.team, ""), seat.team, seat.role)
            yield replace(_blank(setting, names, (seat.start, None, seat.start)), is_open=not seat.filled_by)


def _measured(setting: Setting, held: Posting) -> Posting:
    """Presence and capacity by month."""
    opens = next((team.opens for team in setting.people.teams if team.id == held.team), None)
    start = max((moment for moment in (held.start, opens) if moment is not None), default=None)
    present = setting.present(start, held.end)
    role = setting.people.roles.get(held.role, EXPERIENCED)
    factor = role.factor.find(setting.period.start, setting.as_of) or 1.0
    ramp = np.array([_ramp(role, held.hired, month) for month in setting.months])
    confirmed = _confirmed(role, held)
    on, share = np.zeros(len(present)), 1.0
    if confirmed is not None and role.probation is not None:
        last = min(moment for moment in (confirmed - timedelta(days=1), held.end) if moment is not None)
        np.divide(setting.present(start, last), present, out=on, where=present > 0)
        share = role.probation.share
    reached = on * np.minimum(ramp, share) + (1 - on) * ramp
    held = replace(held, start=start, present=present, capacity=present * factor * reached)
    return replace(held, confirmed=confirmed if on.any() else None, counted=1 - on * (1 - share))


def _confirmed(role: Role, held: Posting) -> date | None:
    """The first day after probation: as decided for him, else by the months of his role after he was hired.

    ParamsError where it was decided for him but his role has no probation: nobody said what share counts until then.
    """
    if role.probation is None:
        if held.confirmed is not None:
            raise ParamsError(
                Text(
                    f"{held.person} 的转正日已定，但岗位“{held.role}”没有试用期比例",
                    f"{held.person} has an end of probation, but role {held.role!r} has no probation share",
                ),
                where=Place(file="people.yaml", key=f"roles.{held.role}.probation"),
                remedy=Text("写上 probation: {months: 3, share: 0.5}", "add probation: {months: 3, share: 0.5}"),
            )
        return None
    if held.confirmed is not None or held.hired is None:
        return held.confirmed
    months = held.hired.year * 12 + held.hired.month - 1 + role.probation.months
    year, month = divmod(months, 12)
    return date(year, month + 1, min(held.hired.day, monthrange(year, month + 1)[1]))


def _ramp(role: Role, hired: date | None, month: str) -> float:
    """Share of an experienced rep's output in a month of the plan."""
    if hired is None:
        return 1.0
    served = (int(month[:4]) - hired.year) * 12 + int(month[5:]) - hired.month
    return float(role.ramp[min(max(served, 0), len(role.ramp) - 1)])
