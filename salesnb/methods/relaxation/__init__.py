"""Proposals that make contradicting limits hold together: by equal shares, few rows, importance, or a common level."""

from salesnb.methods.relaxation.entry import apply, propose
from salesnb.methods.relaxation.flexible import Change, Flexible, Method, Proposal

__all__ = ["Change", "Flexible", "Method", "Proposal", "apply", "propose"]
