"""Logistic regression whose shrinkage comes from the data, so that features which tell nothing change nothing.

Ridge by iteratively reweighted least squares; one penalty per group of features by the evidence procedure (MacKay
1992): the labels of one attribute share a variance, and an attribute whose labels differ by chance falls back to the
base rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.projection.threads import one_thread

Floats = NDArray[np.float64]

MOST_PENALTY = 1e8
NO_INFORMATION = 0.02  # effective features below which a group is put at the base rate
ROUNDS = 60


@dataclass(frozen=True)
class Logistic:
    """Fitted model: log odds = intercept + features · coefficient.

    coefficient: (features,) on the scale of the features as given. penalty: (groups,) ridge on features of unit spread
    (0/1 indicators as they are). effective: (groups,) features' worth of information kept, 0 = the group tells nothing.
    """

    intercept: float
    coefficient: Floats
    penalty: Floats
    effective: Floats

    def predict(self, features: ArrayLike) -> Floats:
        """(n,) probabilities of ``features`` (n, features)."""
        x = np.atleast_2d(np.asarray(features, dtype=np.float64))
        return _sigmoid(self.intercept + x @ self.coefficient)


def fit_logistic(
    features: ArrayLike, outcome: ArrayLike, groups: ArrayLike | None = None, penalty: float | None = None
) -> Logistic:
    """Shrunk logistic regression; columns without variation get the coefficient 0.

    features: (cases, features) finite. outcome: (cases,) 0 or 1. groups: (features,) number 0… of the group whose
    penalty a feature shares (default: one group). penalty: fixed for all groups instead of estimated. Raises ValueError
    otherwise.
    """
    x = np.asarray(features, dtype=np.float64)
    if x.ndim != 2 or not np.isfinite(x).all():
        raise ValueError("features are a table of finite numbers")
    y = outcomes(outcome, len(x))
    group = np.zeros(x.shape[1], dtype=np.intp) if groups is None else np.asarray(groups, dtype=np.intp)
    if len(group) != x.shape[1]:
        raise ValueError(f"{len(group)} groups for {x.shape[1]} features")
    count = int(group.max()) + 1 if len(group) else 0
    rate = float(np.clip(y.mean(), 0.5 / len(y), 1.0 - 0.5 / len(y)))
    center, spread = x.mean(0), x.std(0)
    used = spread > 1e-12 * np.maximum(np.abs(center), 1.0)
    # rare labels must not be penalised less than common ones, so indicators keep their scale
    scale = np.where(np.isin(x, (0.0, 1.0)).all(0), 1.0, spread)
    coefficient = np.zeros(x.shape[1])
    ridge = np.full(count, 1.0 if penalty is None else penalty)
    start = _State(math.log(rate / (1.0 - rate)), np.zeros(int(used.sum())), ridge, np.zeros(count))
    if used.any() and 0.0 < y.mean() < 1.0:
        z = (x[:, used] - center[used]) / scale[used]
        with one_thread():
            start = _evidence(z, y, group[used], start, penalty is None)
    coefficient[used] = start.beta / scale[used]
    return Logistic(start.intercept - float(coefficient @ center), coefficient, start.ridge, start.effective)


@dataclass(frozen=True)
class Encoder:
    """Labels of several attributes as 0/1 features; one not kept at fitting is all zeros, about the average case."""

    labels: tuple[tuple[str, ...], ...]

    @staticmethod
    def of(columns: Sequence[ArrayLike], least: int = 1) -> Encoder:
        """Learn the labels of each column that occur at least ``least`` times, sorted."""
        kept = []
        for column in columns:
            names, count = np.unique(np.asarray(column, dtype=np.str_), return_counts=True)
            kept.append(tuple(str(name) for name in names[count >= least]))
        return Encoder(tuple(kept))

    @property
    def groups(self) -> NDArray[np.intp]:
        """(features,) number of the attribute each feature belongs to, as ``fit_logistic`` takes it."""
        return np.repeat(np.arange(len(self.labels)), [len(labels) for labels in self.labels])

    def features(self, columns: Sequence[ArrayLike]) -> Floats:
        """(rows, features) indicators; columns in the order given to :meth:`of`."""
        if len(columns) != len(self.labels):
            raise ValueError(f"{len(columns)} columns, fitted on {len(self.labels)}")
        blocks = []
        for column, labels in zip(columns, self.labels, strict=True):
            text = np.asarray(column, dtype=np.str_)
            blocks.append((text[:, None] == np.array(labels, dtype=np.str_)[None, :]).astype(np.float64))
        return np.concatenate(blocks, axis=1)


def outcomes(outcome: ArrayLike, n: int) -> Floats:
    """(n,) outcomes as 0.0 and 1.0; raises ValueError for anything else, another length, or none."""
    y = np.asarray(outcome, dtype=np.float64)
    if len(y) != n or not n or not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("outcomes are 0 or 1, one for each case")
    return y


@dataclass(frozen=True)
class _State:
    intercept: float
    beta: Floats
    ridge: Floats
    effective: Floats


def _evidence(z: Floats, y: Floats, group: NDArray[np.intp], state: _State, estimate: bool) -> _State:
    """Alternate the penalised fit and penalty = effective features ÷ squared coefficients until they agree."""
    count = len(state.ridge)
    size = np.bincount(group, minlength=count).astype(np.float64)
    design = np.column_stack([np.ones(len(z)), z])
    # plain steps are slow for some groups, double ones swing about the answer for others: who turned goes plainly
    turn, reach = np.zeros(count), np.full(count, 2.0)
    for _ in range(ROUNDS):
        intercept, beta, hessian = _newton(design, y, state, group)
        variance = np.diag(np.linalg.pinv(hessian, hermitian=True))[1:]
        effective = np.clip(size - state.ridge * np.bincount(group, variance, count), 0.0, size)
        if not estimate:
            return _State(intercept, beta, state.ridge, effective)
        square = np.bincount(group, beta**2, count)
        plain = np.where(effective > NO_INFORMATION, effective / np.maximum(square, 1e-12), MOST_PENALTY)
        step = np.log(plain / state.ridge)
        reach = np.where(step * turn < 0.0, 1.0, reach)
        new, turn = np.minimum(state.ridge * np.exp(reach * step), MOST_PENALTY), step
        settled = bool((np.abs(new - state.ridge) <= 1e-3 * state.ridge).all())
        state = _State(intercept, beta, state.ridge if settled else new, effective)
        if settled:
            break
    return state


def _newton(design: Floats, y: Floats, state: _State, group: NDArray[np.intp]) -> tuple[float, Floats, Floats]:
    theta = np.concatenate([[state.intercept], state.beta])
    shrink = np.concatenate([[0.0], state.ridge[group]])
    score = design @ theta
    loss = _loss(score, y, theta, shrink)
    hessian = np.eye(len(theta))
    for _ in range(100):
        p = _sigmoid(score)
        weight = np.maximum(p * (1.0 - p), 1e-10)
        hessian = (design.T * weight) @ design + np.diag(shrink)
        step = np.linalg.lstsq(hessian, design.T @ (y - p) - shrink * theta, rcond=None)[0]
        start, size = theta, 2.0
        while True:
            size *= 0.5
            theta = start + size * step
            score = design @ theta
            new = _loss(score, y, theta, shrink)
            if size <= 1e-8 or not new > loss + 1e-12 * abs(loss):
                break
        if abs(loss - new) <= 1e-12 * (1.0 + abs(new)):
            break
        loss = new
    return float(theta[0]), theta[1:], hessian


def _loss(score: Floats, y: Floats, theta: Floats, shrink: Floats) -> float:
    return float(np.sum(np.logaddexp(0.0, score) - y * score) + 0.5 * np.sum(shrink * theta**2))


def _sigmoid(score: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -score))
