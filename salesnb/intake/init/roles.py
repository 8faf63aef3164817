"""Which column of a table plays which role: words first, held against the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesnb.intake.init.profile import Profile
from salesnb.intake.init.vocabulary import ROLES
from salesnb.intake.init.words import score

BELIEVED = 0.5


@dataclass(frozen=True)
class Candidate:
    """A header that could play a role, and how sure its words are."""

    header: str
    score: float


@dataclass
class Roles:
    """Chosen header by role, and for each role all candidates, best first."""

    chosen: dict[str, str] = field(default_factory=dict)
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)

    def has(self, *roles: str) -> bool:
        """Whether every one of ``roles`` has a column."""
        return all(role in self.chosen for role in roles)

    def score(self, role: str) -> float:
        """How sure the chosen header of ``role`` is; 0 without one."""
        return self.candidates[role][0].score if role in self.chosen else 0.0


def assign(profiles: Mapping[str, Profile], wanted: Sequence[str] | None = None) -> Roles:
    """Roles of a table's columns: the surest pair of role and header first, each header and each role once.

    ``wanted`` limits the roles to those that a kind of table uses; other roles still claim headers whose words say so
    exactly, so that a due date is never taken for the order date.
    """
    limited = set(wanted) | {"ignored"} if wanted is not None else set(ROLES)
    out = Roles()
    pairs: list[tuple[float, int, str, str]] = []
    for place, (header, facts) in enumerate(profiles.items()):
        for role, (kind, _) in ROLES.items():
            said = score(header, role)
            if said >= BELIEVED and facts.fits(kind) and (role in limited or said >= 0.9):
                pairs.append((said, -place, role, header))
    for role in limited:
        own = sorted(((s, p, h) for s, p, r, h in pairs if r == role), reverse=True)
        if own:
            out.candidates[role] = [Candidate(h, s) for s, _, h in own]
    taken: set[str] = set()
    claimed = {h for h in profiles if _claimed_elsewhere(h, pairs, limited)}
    for _, _, role, header in sorted(pairs, key=lambda p: (-p[0], -p[1], p[2])):
        if role not in limited or role in out.chosen or header in taken or header in claimed:
            continue
        out.chosen[role] = header
        taken.add(header)
        ordered = sorted(out.candidates[role], key=lambda c: c.header != header)
        out.candidates[role] = ordered
    return out


def _claimed_elsewhere(header: str, pairs: Sequence[tuple[float, int, str, str]], limited: set[str]) -> bool:
    """Whether a header's words speak clearly louder for a role that this table does not use."""
    inside = max((s for s, _, r, h in pairs if h == header and r in limited and r != "ignored"), default=0.0)
    outside = max((s for s, _, r, h in pairs if h == header and (r not in limited or r == "ignored")), default=0.0)
    return outside > inside + 0.1
