"""Targets in force: approved revisions of a plan in ``params/UNIT/targets``, each chained to the one before it."""

from salesnb.versions.targets.chain import Chain, InForce, in_force, read_chain
from salesnb.versions.targets.record import Revision, revision_name

__all__ = ["Chain", "InForce", "Revision", "in_force", "read_chain", "revision_name"]
