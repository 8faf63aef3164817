"""Student t against reference values and, where it is installed, SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from salesnb.methods.forecast import student


def test_known_values() -> None:
    assert student.cdf(0.0, 5.7) == pytest.approx(0.5)
    np.testing.assert_allclose(student.cdf([-1.0, 1.0], 1.0), [0.25, 0.75], rtol=1e-13)  # Cauchy
    np.testing.assert_allclose(student.cdf(2.0**0.5, 2.0), 0.5 + 2**0.5 / (2 * 4**0.5), rtol=1e-13)
    np.testing.assert_allclose(
        student.ppf([0.9, 0.975, 0.995], 4.0), [1.5332062741, 2.7764451052, 4.6040948713], rtol=1e-9
    )


def test_quantile_undoes_the_distribution() -> None:
    q = np.concatenate([[1e-9], np.linspace(0.001, 0.999, 333), [1 - 1e-9]])
    for df in (0.8, 2.5, 5.7, 40.0):
        np.testing.assert_allclose(student.cdf(student.ppf(q, df), df), q, rtol=1e-7)


def test_ends_and_missing() -> None:
    assert student.ppf([0.0, 1.0, 0.5], 3.0).tolist() == [-np.inf, np.inf, 0.0]
    assert np.isnan(student.ppf([np.nan, -0.1, 1.1], 3.0)).all()
    assert student.cdf([-np.inf, np.inf], 3.0).tolist() == [0.0, 1.0]
    assert np.isnan(student.cdf(np.nan, 3.0))


def test_density_is_the_slope() -> None:
    x = np.linspace(-4, 4, 41)
    slope = (student.cdf(x + 1e-5, 5.7) - student.cdf(x - 1e-5, 5.7)) / 2e-5
    np.testing.assert_allclose(student.pdf(x, 5.7), slope, rtol=1e-6)
    np.testing.assert_allclose(np.exp(student.log_pdf(x, 5.7)), student.pdf(x, 5.7), rtol=1e-12)


@pytest.mark.parametrize("df", [0.8, 1.0, 2.5, 5.7, 30.0, 200.0])
def test_scipy_agrees(df: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    x = np.concatenate([[-1e6, -1e3], np.linspace(-30, 30, 501), [1e4]])
    np.testing.assert_allclose(student.cdf(x, df), stats.t.cdf(x, df), atol=1e-12)
    q = np.linspace(0.001, 0.499, 200)
    np.testing.assert_allclose(student.ppf(q, df), stats.t.ppf(q, df), rtol=1e-9)
