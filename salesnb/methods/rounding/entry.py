"""The one entry to rounding: cells to multiples of a grain, every row exact, or a refusal that says what would work."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from salesnb.methods.projection.problem import Flags, Floats, Ints, Problem, ProblemError, tally
from salesnb.methods.rounding.margins import whole_margins
from salesnb.methods.rounding.refusal import Reason, RoundingRefused
from salesnb.methods.rounding.stages import assign
from salesnb.methods.rounding.structure import Known
from salesnb.methods.rounding.task import Task, in_grains
from salesnb.methods.rounding.whole import Undecided, closest_whole

_FINER = (2, 4, 5, 8, 10, 20, 50, 100, 1000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True, eq=False)
class Rounded:
    """Cells on the grain.

    ``cells``: (cells,) int64, multiples of ``grain`` but for locked cells. ``sums``: (group rows,) int64.
    ``miss``: (rows,) how far a row lies outside its limits: zero for every hard group row that is not loose, below a
    grain for loose ones. ``mean_change``, ``largest_change``: how far the cells that could move went, in grains.
    """

    grain: int
    cells: Ints
    sums: Ints
    miss: Floats
    mean_change: float
    largest_change: float


class Rounder:
    """Rounds one problem after another and remembers what those over the same partitions have in common.

    Partitions are known again by their ``group`` arrays (and ``keys``): keep them, and never change them in place.
    """

    def __init__(self) -> None:
        self._known = Known()

    def round(self, problem: Problem, cells: ArrayLike, grain: int, *, loose: ArrayLike | None = None) -> Rounded:
        """See :func:`round_cells`; the same numbers, whatever was rounded before."""
        if grain < 1 or grain != int(grain):
            raise ProblemError(f"grain: a positive whole number of smallest units, not {grain}")
        solved = np.asarray(cells, float)
        flags = np.zeros(problem.row_count, bool) if loose is None else np.asarray(loose, bool)
        try:
            return _rounded(problem, solved, int(grain), flags, self._known)
        except RoundingRefused as refused:
            if refused.reason not in (Reason.TOO_LARGE, Reason.UNDECIDED):
                refused.grain_that_works = _grain_that_works(problem, solved, int(grain), flags, self._known)
            raise


def round_cells(problem: Problem, cells: ArrayLike, grain: int, *, loose: ArrayLike | None = None) -> Rounded:
    """Round a solution of ``problem`` (whole smallest units: fen, cents) to multiples of ``grain``.

    Exact: every limit of a hard group row and every bound, in int64. ``loose``: (rows,) flags of group rows that may
    miss their limits by less than one grain (a rate of something is hardly ever a multiple). Ratios at a limit are kept
    by leaning their groups to the safe side where other limits allow it; exact ratios miss by grains (see ``miss``).

    :raises RoundingRefused: with the reason, the rows or cells, and the grain that works.
    """
    return Rounder().round(problem, cells, grain, loose=loose)


def _grain_that_works(problem: Problem, cells: Floats, grain: int, loose: Flags, known: Known) -> int | None:
    finer = {grain // by for by in _FINER if grain % by == 0 and grain // by >= 1}
    finer |= {_common_grain(problem, grain), 1} - {grain}
    for candidate in sorted(finer, reverse=True):
        try:
            _rounded(problem, cells, candidate, loose, known)
        except RoundingRefused:
            continue
        return candidate
    return None


def _common_grain(problem: Problem, grain: int) -> int:
    """The greatest number of which the grain, all exact targets and all locks are multiples."""
    lower, upper = problem.ranges()
    low, high = problem.per_row("low")[: problem.group_rows], problem.per_row("high")[: problem.group_rows]
    fixed = np.concatenate([lower[lower == upper], low[low == high]])
    fixed = fixed[fixed == np.rint(fixed)]
    return math.gcd(grain, *(int(amount) for amount in np.unique(np.abs(fixed))))


def _rounded(problem: Problem, cells: Floats, grain: int, loose: Flags, known: Known) -> Rounded:
    task = in_grains(problem, cells, grain, loose, known)
    leaned = _leaned(problem, task)
    whole = _within_stages(leaned) if leaned is not None else None
    if whole is None:
        whole = _by_stages(task)
    if whole is None:
        whole = _by_search(task)
    return _result(problem, cells, task, whole)


def _within_stages(leaned: Task) -> Floats | None:
    """The safe sides of ratios, taken only where the other limits leave room for them."""
    try:
        return _by_stages(leaned)
    except RoundingRefused:
        return None


def _leaned(problem: Problem, task: Task) -> Task | None:
    """The task with the groups of one-sided ratios held on their safe side; None where there are none."""
    if all(ratio.low == ratio.high for ratio in problem.ratios):
        return None
    rows = {int(row): (f, at) for f, names in enumerate(task.names) for at, row in enumerate(names) if row >= 0}
    limits = [(low.copy(), high.copy()) for low, high in task.limits]
    leaned = False
    for ratio in problem.ratios:
        if ratio.low == ratio.high:
            continue
        for name, group, coefficient in ratio.terms:
            if problem.row(name, group) not in rows:
                continue
            f, at = rows[problem.row(name, group)]
            near = float(task.items.near[task.groups[f] == at].sum())
            up = (coefficient > 0) == np.isfinite(ratio.low)
            safe = math.ceil(near - 1e-6) if up else math.floor(near + 1e-6)
            low, high = limits[f]
            if low[at] <= safe <= high[at]:
                (low if up else high)[at] = safe
                leaned = True
    return replace(task, limits=limits) if leaned else None


def _by_stages(task: Task) -> Floats | None:
    if not task.groups:
        return np.clip(np.rint(task.items.near), task.items.low, task.items.high)
    margins = whole_margins(task)
    if margins is None:
        return None
    whole = assign(task.items, margins, task.structure.paths)
    return whole if whole is not None and _holds(task, whole) else None


def _holds(task: Task, whole: Floats) -> bool:
    if ((whole < task.items.low) | (whole > task.items.high)).any():
        return False
    for group, (low, high) in zip(task.groups, task.limits, strict=True):
        sums = tally(group, whole, len(low))
        if ((sums < low) | (sums > high)).any():
            return False
    return True


def _by_search(task: Task) -> Floats:
    limits = [(group, low, high) for group, (low, high) in zip(task.groups, task.limits, strict=True)]
    try:
        whole = closest_whole(task.items, limits)
    except Undecided as stopped:
        raise RoundingRefused(Reason.UNDECIDED) from stopped
    if whole is None:
        raise RoundingRefused(Reason.NONE_EXISTS)
    if not _holds(task, whole):
        raise RoundingRefused(Reason.UNDECIDED)
    return whole


def _result(problem: Problem, cells: Floats, task: Task, whole: Floats) -> Rounded:
    lower, _ = problem.ranges()
    final = np.where(np.isfinite(lower), lower, 0.0).astype(np.int64)  # locked cells; all others follow
    final[task.moving] = whole.astype(np.int64) * task.grain
    change = np.abs(final[task.moving] - cells[task.moving]) / task.grain
    values = problem.sums(final)  # exact: sums of whole numbers below 2**53, in any order
    miss = np.maximum(np.maximum(problem.per_row("low") - values, values - problem.per_row("high")), 0.0)
    return Rounded(
        task.grain,
        final,
        values[: problem.group_rows].astype(np.int64),
        miss,
        float(change.mean()) if len(change) else 0.0,
        float(change.max(initial=0.0)),
    )
