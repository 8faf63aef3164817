"""Independent random streams by name.

Every table and every story draws from a stream of its own, so that adding, removing or reordering one leaves all the
others' numbers where they were.
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator that depends on ``seed`` and ``name`` only, never on what was drawn before or elsewhere."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
