"""HiGHS as a peer: the same limits as a linear programme, and its own search for irreducible sets."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from salesnb.methods.projection import Problem

LIMIT = 120.0  # seconds


def least_distance(problem: Problem) -> tuple[float, str]:
    """Processor seconds and outcome of a linear programme over the cells: least sum of relative changes of the prior.

    A corner solution: it moves few cells by much, where entropy and least squares move all by a little.
    """
    import highspy

    count, prior = problem.cells, problem.prior
    starts, index, values = _matrix(problem)
    every = np.arange(count)
    rows = len(starts) - 1
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = 3 * count, rows + count  # cells, and how far each is above and below its prior
    lower, upper = problem.ranges()
    model.col_cost_ = np.concatenate([np.zeros(count), 1 / prior, 1 / prior])
    model.col_lower_ = np.concatenate([lower, np.zeros(2 * count)])
    model.col_upper_ = np.concatenate([upper, np.full(2 * count, np.inf)])
    model.row_lower_ = np.concatenate([problem.per_row("low"), prior])
    model.row_upper_ = np.concatenate([problem.per_row("high"), prior])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate([starts, starts[-1] + 3 * (every + 1)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([index, np.stack([every, count + every, 2 * count + every], 1).ravel()])
    model.a_matrix_.value_ = np.concatenate([values, np.tile([1.0, -1.0, 1.0], count)])
    engine = _engine(highspy)
    engine.passModel(model)
    began = time.process_time()
    engine.run()
    return time.process_time() - began, str(engine.modelStatusToString(engine.getModelStatus())).lower()


def own_iis(problem: Problem) -> tuple[float, int]:
    """Processor seconds and rows of HiGHS's own irreducible set (``iis_strategy`` 6), bounds left aside."""
    import highspy

    starts, index, values = _matrix(problem)
    lower, upper = problem.ranges()
    unit = float(np.abs(problem.prior).max())
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = problem.cells, len(starts) - 1
    model.col_cost_ = np.zeros(problem.cells)
    model.col_lower_, model.col_upper_ = lower / unit, upper / unit
    model.row_lower_, model.row_upper_ = problem.per_row("low") / unit, problem.per_row("high") / unit
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = starts.astype(np.int32), index.astype(np.int32)
    model.a_matrix_.value_ = values
    engine = _engine(highspy)
    engine.setOptionValue("iis_strategy", 6)
    engine.passModel(model)
    began = time.process_time()
    _, found = engine.getIis()
    return time.process_time() - began, len(found.row_index_)


def _engine(highspy: Any) -> Any:
    engine = highspy.Highs()
    for option, value in {"output_flag": False, "threads": 1, "parallel": "off", "time_limit": LIMIT}.items():
        engine.setOptionValue(option, value)
    return engine


def _matrix(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, columns and values of the group rows, row by row."""
    assert not problem.ratios
    columns, sizes = [], []
    for family in problem.families:
        order = np.argsort(family.group, kind="stable")
        columns.append(order[family.group[order] >= 0])
        sizes.append(np.bincount(family.group[family.group >= 0], minlength=family.size))
    index = np.concatenate(columns)
    return np.concatenate([[0], np.cumsum(np.concatenate(sizes))]), index.astype(np.int32), np.ones(len(index))
