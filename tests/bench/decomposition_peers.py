"""The same problems with other people's libraries, which the bench environment has and the product does not."""

from __future__ import annotations

import importlib
import time
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from typing import Any

import numpy as np

from salesnb.methods.projection import Problem
from tests.bench.decomposition_problems import Made


def versions() -> str:
    """The peers at hand."""
    found = []
    for name in ("ipfn", "cvxpy", "clarabel", "highspy"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def ipfn_numpy(made: Made, tolerance: float) -> tuple[float, int] | None:
    """Processor seconds and sweeps of ipfn on a tensor: branch, person in branch, product, type, quarter, month."""
    module = _module("ipfn.ipfn")
    if module is None:
        return None
    at, plan = made.at, made.plan
    person = _number_in_branch(at["person"], at["branch"])
    index = (at["branch"], person, at["product"], at["type"], at["month"] // 3, at["month"] % 3)
    shape = tuple(int(axis.max()) + 1 for axis in index)
    prior, target = np.zeros(shape), np.zeros(shape)
    prior[index], target[index] = made.problem.prior, plan
    dimensions = [[0, 1], [0, 2], [3], [4, 5], [0, 4]]
    sums = [target.sum(axis=tuple(a for a in range(6) if a not in kept)) for kept in dimensions]
    fitting = module.ipfn(prior, sums, dimensions, convergence_rate=tolerance, max_iteration=60, verbose=2)
    start = time.process_time()
    with np.errstate(all="ignore"), redirect_stdout(StringIO()):
        _, _, rates = fitting.iteration()
    return time.process_time() - start, len(rates)


def ipfn_pandas(made: Made, tolerance: float, sweeps: int) -> float | None:
    """Processor seconds of ipfn on a table of cells, ``sweeps`` over all families (it does not always stop itself)."""
    module, pandas = _module("ipfn.ipfn"), _module("pandas")
    if module is None:
        return None
    columns = {name: made.at[name] for name in ("person", "branch", "product", "type", "month")}
    table = pandas.DataFrame({**columns, "quarter": made.at["month"] // 3, "total": made.problem.prior})
    plan = table.assign(total=made.plan)
    dimensions = [["person"], ["branch", "product"], ["type"], ["month"], ["branch", "quarter"]]
    sums = [plan.groupby(names)["total"].sum() for names in dimensions]
    fitting = module.ipfn(table, sums, dimensions, convergence_rate=tolerance, max_iteration=sweeps - 1)
    start = time.process_time()
    with redirect_stdout(StringIO()):
        fitting.iteration()
    return time.process_time() - start


def clarabel_qp(problem: Problem) -> float | None:
    """Processor seconds of cvxpy with Clarabel for the least squares weighted by the prior, under the same limits."""
    cvxpy, sparse = _module("cvxpy"), _module("scipy.sparse")
    if cvxpy is None or _module("clarabel") is None:
        return None
    count = problem.cells
    x = cvxpy.Variable(count)
    rows = [
        sparse.csr_matrix((np.ones(count), (family.group, np.arange(count))), shape=(family.size, count))
        for family in problem.families
    ]
    matrix, low, high = sparse.vstack(rows).tocsr(), problem.per_row("low"), problem.per_row("high")
    exact = low == high
    limits = [matrix[exact] @ x == low[exact], matrix[~exact] @ x >= low[~exact], matrix[~exact] @ x <= high[~exact]]
    distance = cvxpy.sum_squares(cvxpy.multiply(1 / np.sqrt(problem.prior), x - problem.prior))
    lower, upper = problem.ranges()
    start = time.process_time()
    cvxpy.Problem(cvxpy.Minimize(distance), [*limits, x >= lower, x <= upper]).solve(solver="CLARABEL")
    return time.process_time() - start


def _number_in_branch(person: np.ndarray, branch: np.ndarray) -> np.ndarray:
    branch_of = np.zeros(int(person.max()) + 1, np.int64)
    branch_of[person] = branch
    number = np.zeros(len(branch_of), np.int64)
    for one in np.unique(branch_of):
        members = branch_of == one
        number[members] = np.arange(int(members.sum()))
    return number[person]
