"""Solutions of a projection to whole grains with every margin exact.

    rounded = round_cells(problem, solution.cells, grain)     # or Rounder().round(...), edit after edit

Method: whole margins first, from the coarsest partition down; then the cells, one family at a time (largest remainder
and cheapest exchanges); mixed-integer programming where that gets stuck, which also proves where nothing exists.
"""

from salesnb.methods.rounding.entry import Rounded, Rounder, round_cells
from salesnb.methods.rounding.refusal import Reason, RoundingRefused

__all__ = ["Reason", "Rounded", "Rounder", "RoundingRefused", "round_cells"]
