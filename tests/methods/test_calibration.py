"""Probabilities are judged on what came later; what tells nothing changes nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.calibration import backtest, fit_isotonic, isotonic, reliability
from salesnb.methods.logistic import MOST_PENALTY, Encoder, fit_logistic


def test_reliability_worked_example() -> None:
    found = reliability([0.2] * 10 + [0.8] * 10, [1, 1] + [0] * 8 + [1] * 8 + [0, 0], least=5)
    assert found.count.tolist() == [10, 10]
    np.testing.assert_allclose([found.predicted, found.hits], [[0.2, 0.8], [0.2, 0.8]])
    assert found.brier == pytest.approx(0.16) and found.base_brier == pytest.approx(0.25)
    assert found.skill == pytest.approx(0.36) and found.gap == pytest.approx(0.0)


def test_true_probabilities_are_reliable_and_overconfident_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    p = rng.beta(2, 3, 4000)
    y = rng.random(4000) < p
    good = reliability(p, y)
    assert ((good.low <= good.predicted) & (good.predicted <= good.high)).mean() >= 0.8 and good.gap < 0.03
    bold = reliability(np.clip(1.6 * (p - 0.4) + 0.4, 0, 1), y)
    assert bold.brier > good.brier and bold.gap > 3 * good.gap


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]), st.integers(0, 1)), min_size=1, max_size=80))
def test_bins_hold_every_case_and_never_part_equal_probabilities(rows: list[tuple[float, int]]) -> None:
    p, y = (np.array(column) for column in zip(*rows, strict=True))
    found = reliability(p, y, bins=4, least=10)
    assert found.count.sum() == len(p) and (found.count >= min(10, len(p))).all()
    assert np.sum(found.count * found.predicted) == pytest.approx(p.sum())
    assert np.sum(found.count * found.hits) == pytest.approx(y.sum())
    assert (np.diff(found.predicted) > 0).all()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(1, 5)), min_size=1, max_size=30))
def test_isotonic_is_monotone_keeps_the_mean_and_is_its_own_fit(rows: list[tuple[float, int]]) -> None:
    y, w = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    fit = isotonic(y, w)
    assert (np.diff(fit) >= -1e-9).all()
    assert float(w @ fit) == pytest.approx(float(w @ y), abs=1e-7)
    np.testing.assert_allclose(isotonic(fit, w), fit, atol=1e-9)
    assert float(w @ (y - fit) ** 2) <= float(w @ (y - np.sort(y)) ** 2) + 1e-7  # no other monotone sequence is nearer


def test_isotonic_calibration_mends_an_overconfident_score() -> None:
    rng = np.random.default_rng(2)
    p = rng.beta(2, 3, 6000)
    score = np.clip(2.0 * (p - 0.4) + 0.4, 0, 1)
    y = rng.random(6000) < p
    mapped = fit_isotonic(score[:3000], y[:3000]).predict(score[3000:])
    assert ((mapped > 0) & (mapped < 1)).all()
    assert reliability(mapped, y[3000:]).brier < reliability(score[3000:], y[3000:]).brier
    assert (np.diff(fit_isotonic(score, y).probability) >= -1e-9).all()


def test_unpenalised_logistic_solves_its_equations() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(2.0, 3.0, (500, 3))
    y = (rng.random(500) < 1 / (1 + np.exp(-(0.5 + x @ [0.4, -0.3, 0.0])))).astype(float)
    model = fit_logistic(x, y, penalty=0.0)
    rest = y - model.predict(x)
    np.testing.assert_allclose(np.column_stack([np.ones(500), x]).T @ rest, 0.0, atol=1e-6)


def test_labels_that_tell_nothing_are_dropped_and_those_that_do_are_kept() -> None:
    rng = np.random.default_rng(4)
    seller, source = rng.integers(0, 20, 3000).astype(str), rng.integers(0, 4, 3000)
    y = rng.random(3000) < np.array([0.2, 0.4, 0.5, 0.7])[source]
    columns = [seller, source.astype(str)]
    encoder = Encoder.of(columns)
    model = fit_logistic(encoder.features(columns), y, encoder.groups)
    assert model.effective[0] < 5 < 20 and model.effective[1] > 2.5
    said = model.predict(encoder.features([["new"] * 4, ["0", "1", "2", "3"]]))
    np.testing.assert_allclose(said, [0.2, 0.4, 0.5, 0.7], atol=0.05)


@pytest.mark.parametrize("seed", range(6))
def test_every_penalty_is_settled(seed: int) -> None:
    """The evidence procedure's own equation holds: penalty = effective features ÷ squared coefficients."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, (4, 3000))
    weights = rng.normal(0.0, [[1.0], [0.5], [0.3], [0.1]], (4, 4))
    score = -1.5 + np.take_along_axis(weights, labels, axis=1).sum(0)
    columns = list(labels.astype(str))
    encoder = Encoder.of(columns)
    model = fit_logistic(encoder.features(columns), rng.random(3000) < 1 / (1 + np.exp(-score)), encoder.groups)
    kept = model.penalty < MOST_PENALTY
    square = np.bincount(encoder.groups, model.coefficient**2)[kept]
    np.testing.assert_allclose(model.penalty[kept] * square, model.effective[kept], rtol=3e-3)
    assert kept[0]


@pytest.mark.parametrize("labels", [["a"] * 6, list("abcdef")])
def test_separation_and_constant_columns_stay_finite(labels: list[str]) -> None:
    encoder = Encoder.of([labels])
    model = fit_logistic(encoder.features([labels]), [0, 0, 0, 1, 1, 1])
    said = model.predict(encoder.features([labels]))
    assert np.isfinite(said).all() and (said > 0).all() and (said < 1).all()
    assert fit_logistic(encoder.features([labels]), np.ones(6)).predict(np.zeros((1, len(encoder.groups))))[0] > 0.9


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_logistic_does_not_depend_on_the_order_of_cases(seed: int, random: object) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(80, 2))
    y = np.where(x[:, 0] + rng.normal(size=80) > 0, 1.0, 0.0)
    order = list(range(80))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, two = fit_logistic(x, y).predict(x), fit_logistic(x[order], y[order]).predict(x)
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_backtest_finds_what_helps_and_does_not_praise_noise() -> None:
    rng = np.random.default_rng(5)
    time = np.arange(2000)
    source = rng.integers(0, 3, 2000).astype(str)
    y = rng.random(2000) < np.array([0.2, 0.4, 0.7])[source.astype(int)]
    encoder = Encoder.of([source])
    good = backtest(encoder.features([source]), y, time, 1400, encoder.groups)
    assert good.useful and good.fitted_on == 1400 and good.judged_on == 600 and good.table.skill > 0.1
    praised = 0
    for _ in range(20):
        noise = rng.integers(0, 10, 2000).astype(str)
        coded = Encoder.of([noise])
        praised += backtest(coded.features([noise]), y, time, 1400).useful
    assert praised <= 3
    with pytest.raises(ValueError):
        backtest(encoder.features([source]), y, time, 5000)


@pytest.mark.real
def test_a_real_pipeline_gives_no_win_probability_better_than_its_base_rate(real_data: Path) -> None:
    deals = pd.read_csv(real_data / "maven_crm" / "sales_pipeline.csv")
    closed = deals[deals["deal_stage"].isin(["Won", "Lost"])].sort_values(["close_date", "opportunity_id"])
    columns = [closed["sales_agent"].to_numpy(), closed["product"].to_numpy(), closed["account"].to_numpy()]
    encoder = Encoder.of(columns)
    won = (closed["deal_stage"] == "Won").to_numpy()
    found = backtest(
        encoder.features(columns), won, closed["close_date"].to_numpy(dtype=str), "2017-09-01", encoder.groups
    )
    assert not found.useful and abs(found.gain) < 0.002 and math.isfinite(found.table.brier)
