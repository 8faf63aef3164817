"""Cells closest to a prior (relative entropy) under limits on sums of cells.

    solution = project(Problem(prior, [Family.exact("rows", row_of_cell, row_sums), ...]))

For one edit after another, hold a :class:`Projection`: ``limit`` a row, ``bound`` cells, ``solve`` again from there.
Method: Newton on the dual (a logarithmic factor per row) with cross tables as the Hessian; see :mod:`.newton`.
"""

from salesnb.methods.projection.handle import TOLERANCE, Projection, Solution, Status, project
from salesnb.methods.projection.packing import Selection, pack
from salesnb.methods.projection.problem import Family, Problem, ProblemError, Ratio, RowName

__all__ = [
    "TOLERANCE",
    "Family",
    "Problem",
    "ProblemError",
    "Projection",
    "Ratio",
    "RowName",
    "Selection",
    "Solution",
    "Status",
    "pack",
    "project",
]
