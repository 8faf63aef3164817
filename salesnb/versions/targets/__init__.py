"""Targets in force: approved revisions of a plan in ``params/UNIT/targets``, each chained to the one before it."""

from salesnb.versions.targets.chain import Chain, InForce, covers, in_force, read_chain
from salesnb.versions.targets.record import Revision, revision_name

__all__ = ["Chain", "InForce", "Revision", "covers", "in_force", "read_chain", "revision_name"]
