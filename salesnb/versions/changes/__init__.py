"""Change requests (R56): their states, who may decide what, the unit's chain of decisions, and what publishing does."""

from salesnb.versions.changes.flow import Act, approve, propose, publish, recall, reject, submit
from salesnb.versions.changes.rules import Needed, needed
from salesnb.versions.changes.store import Held, known, read_changes

__all__ = [
    "Act",
    "Held",
    "Needed",
    "approve",
    "known",
    "needed",
    "propose",
    "publish",
    "read_changes",
    "recall",
    "reject",
    "submit",
]
