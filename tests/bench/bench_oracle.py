"""The projection against Clarabel (cvxpy): cells, soft rows and infeasibility on small problems of every kind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    where = Path(__file__).resolve().parents[1] / "methods" / "test_projection_oracle.py"
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--disable-warnings", "-rs", str(where)]))
