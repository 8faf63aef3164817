"""A linear or mixed-integer programme through HiGHS, small enough in its interface to be read at a glance.

highspy is imported when the first programme is made: it costs a quarter of a second that most runs never need.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from salesnb.methods.projection.problem import Flags, Floats, Ints

_MOST_NODES = 20_000  # of a search for whole numbers: a limit that stops every machine at the same place
_SMALL = 50_000  # coefficients: up to there looking for what can be simplified takes longer than the simplex method
_SECONDS = 60.0  # the last resort; a search that ends here is undecided


class Outcome(StrEnum):
    """What a run found out."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNDECIDED = "undecided"  # a limit of time, or numbers too close to call


@dataclass(frozen=True, eq=False)
class Matrix:
    """Rows of coefficients: row i has ``columns[starts[i]:starts[i+1]]`` with ``values`` alike."""

    starts: Ints
    columns: Ints
    values: Floats

    @classmethod
    def of(cls, rows: Ints, columns: Ints, values: Floats, count: int) -> Matrix:
        """From (row, column, value) triples in any order; each pair at most once."""
        order = np.lexsort((columns, rows))
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
        return cls(starts, columns[order], np.asarray(values, float)[order])

    def triples(self) -> tuple[Ints, Ints, Floats]:
        """(row, column, value) of every entry, to be extended."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts)), self.columns, self.values


@dataclass(frozen=True, eq=False)
class Result:
    """``values`` of the columns and ``prices`` of the rows; meaningful when optimal."""

    outcome: Outcome
    objective: float
    values: Floats
    prices: Floats


class Program:
    """min cost · x with row_low ≤ matrix · x ≤ row_high and low ≤ x ≤ high; runs again from where it was.

    ``whole``: flags of the columns that are whole numbers; then at most ``slack`` dearer than the cheapest.
    """

    def __init__(
        self,
        cost: Floats,
        bounds: tuple[Floats, Floats],
        matrix: Matrix,
        limits: tuple[Floats, Floats],
        *,
        whole: Flags | None = None,
        slack: float = 0.0,
    ) -> None:
        import highspy

        self._highspy, self._engine = highspy, highspy.Highs()
        options: dict[str, bool | int | float | str] = {"output_flag": False, "threads": 1, "parallel": "off"}
        options |= {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
        if whole is not None:
            options |= {"mip_rel_gap": 0.0, "mip_abs_gap": slack, "mip_feasibility_tolerance": 1e-9}
            options |= {"mip_max_nodes": _MOST_NODES, "time_limit": _SECONDS}
        elif len(matrix.values) <= _SMALL:
            options["presolve"] = "off"
        for option, value in options.items():
            self._engine.setOptionValue(option, value)
        self.columns, self.rows = len(cost), len(limits[0])
        self._pass(cost, (*bounds, *limits), matrix, np.zeros(len(cost)) if whole is None else whole)

    def _pass(self, cost: Floats, sides: tuple[Floats, ...], matrix: Matrix, whole: Floats | Flags) -> None:
        """Hand the programme over as arrays: number by number it would take longer than solving it."""
        forms = int(self._highspy.MatrixFormat.kRowwise), int(self._highspy.ObjSense.kMinimize)
        arrays: list[Any] = [np.asarray(side, float) for side in (cost, *sides)]
        arrays += [matrix.starts.astype(np.int32), matrix.columns.astype(np.int32), matrix.values]
        arrays.append(whole.astype(np.int32))
        self._engine.passModel(self.columns, self.rows, len(matrix.values), *forms, 0.0, *arrays)

    def limit_row(self, row: int, low: float, high: float) -> None:
        """Move the limits of a row."""
        self._engine.changeRowBounds(int(row), float(low), float(high))

    def limit_rows(self, low: Floats, high: Floats) -> None:
        """Move the limits of the first rows."""
        for row, sides in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            self.limit_row(row, *sides)

    def bound_column(self, column: int, low: float, high: float) -> None:
        """Move the bounds of a column."""
        self._engine.changeColBounds(int(column), float(low), float(high))

    def price_columns(self, cost: Floats) -> None:
        """Replace all costs."""
        self._engine.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), np.asarray(cost, float))

    def minimise(self, yes: bool = True) -> None:
        """Minimise (the default) or maximise."""
        sense = self._highspy.ObjSense
        self._engine.changeObjectiveSense(sense.kMinimize if yes else sense.kMaximize)

    def run(self) -> Result:
        """Solve from the last basis."""
        self._engine.run()
        status, known = self._engine.getModelStatus(), self._highspy.HighsModelStatus
        if status == known.kUnboundedOrInfeasible:
            status = self._without_presolve()
        outcome = {
            known.kOptimal: Outcome.OPTIMAL,
            known.kInfeasible: Outcome.INFEASIBLE,
            known.kUnbounded: Outcome.UNBOUNDED,
            known.kModelEmpty: Outcome.OPTIMAL,
        }.get(status, Outcome.UNDECIDED)
        solution = self._engine.getSolution()
        return Result(
            outcome,
            float(self._engine.getInfo().objective_function_value),
            np.asarray(solution.col_value, float),
            np.asarray(solution.row_dual, float),
        )

    def _without_presolve(self) -> Any:
        _, before = self._engine.getOptionValue("presolve")
        self._engine.setOptionValue("presolve", "off")
        self._engine.run()
        self._engine.setOptionValue("presolve", before)
        return self._engine.getModelStatus()
