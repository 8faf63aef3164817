"""Where a running month and year will land."""

from __future__ import annotations

import numpy as np
import pytest

from salesnb.methods.forecast import backtest, fit, joint_totals, month_to_date, outlook, share_spread
from salesnb.methods.reconcile import Tree
from tests.bench.forecast_panels import generated_series


def running(known: int = 3):  # type: ignore[no-untyped-def]
    """Outlook of three nodes' year with ``known`` whole months in."""
    tree = Tree([-1, 0, 0])
    past, future = generated_series(11, 2, 48)
    values = tree.add_up(np.hstack([past, future[:, :known]]))
    tested = backtest(values, tree, horizon=12 - known)
    fitted = fit(values, tree, steps=12 - known)
    return outlook(fitted, tested, horizon=12 - known, known=values[:, 48:].sum(1))


def test_the_later_in_the_year_the_less_is_left_to_doubt() -> None:
    widths = []
    for known in (1, 4, 8, 11):
        low, high = running(known).interval()
        widths.append((high - low)[0])
    assert widths == sorted(widths, reverse=True)


def test_nothing_come_yet_changes_nothing() -> None:
    view = running()
    same = month_to_date(view, 0.0, 0.0)
    np.testing.assert_allclose(same.total, view.total, rtol=1e-12)
    np.testing.assert_allclose(same.window.scale, view.window.scale, rtol=1e-12)
    blank = month_to_date(view, np.full(3, np.nan), 0.5)
    np.testing.assert_allclose(blank.total, view.total, rtol=1e-12)


def test_as_expected_keeps_the_total_and_sharpens_it() -> None:
    view = running()
    half = month_to_date(view, 0.5 * view.months[:, 0], 0.5)
    np.testing.assert_allclose(half.total, view.total, rtol=1e-12)
    before, after = (np.diff(v.quantile([0.1, 0.9]))[:, 0] for v in (view, half))
    assert np.all(after < before)
    np.testing.assert_allclose(half.known, view.known + 0.5 * view.months[:, 0])


def test_more_than_expected_lifts_the_rest_the_more_the_later() -> None:
    view = running()
    totals = [month_to_date(view, 1.3 * share * view.months[:, 0], share).total for share in (0.1, 0.5, 0.9)]
    assert np.all(view.total < totals[0]) and np.all(totals[0] < totals[1]) and np.all(totals[1] < totals[2])
    loose = month_to_date(view, 0.65 * view.months[:, 0], 0.5, daily=5.0).total
    tight = month_to_date(view, 0.65 * view.months[:, 0], 0.5, daily=0.01).total
    assert np.all(loose < tight)


def test_a_finished_month_is_all_known() -> None:
    view = running(11)
    come = 1.2 * view.months[:, 0]
    done = month_to_date(view, come, 1.0)
    np.testing.assert_allclose(done.total, view.known + come)
    np.testing.assert_allclose(done.quantile([0.1, 0.9]), np.repeat(done.total[:, None], 2, 1), rtol=1e-9)
    assert done.attain(done.total * 0.999).tolist() == [1.0] * 3
    assert done.attain(done.total * 1.001).tolist() == [0.0] * 3


def test_the_running_month_adds_up_over_the_tree() -> None:
    view = running()
    tree = view.fit.tree
    come = tree.add_up(np.array([0.9, 0.2]) * view.months[tree.leaves, 0])
    part = month_to_date(view, come, 0.5)
    np.testing.assert_allclose(tree.add_up(part.months[tree.leaves]), part.months, rtol=1e-12)
    np.testing.assert_allclose(tree.add_up(part.total[tree.leaves]), part.total, rtol=1e-12)
    draws = joint_totals(part, 200, 1)
    np.testing.assert_allclose(tree.add_up(draws[tree.leaves]), draws, rtol=1e-9)


def test_month_to_date_is_better_than_waiting() -> None:
    """Daily sales with known truth: with half the month in the forecast misses less, and its interval holds."""
    rng = np.random.default_rng(5)
    past, future = generated_series(21, 400, 48)
    days = rng.dirichlet(np.full(22, 12.0), 400)
    come = future[:, 0] * days[:, :11].sum(1)
    spread = share_spread(rng.dirichlet(np.full(22, 12.0), 200)[:, :11].sum(1))
    view = outlook(fit(past, steps=1), horizon=1)
    part = month_to_date(view, come, 0.5, spread)
    miss = [np.median(np.abs(v.total / future[:, 0] - 1)) for v in (view, part)]
    assert miss[1] < 0.6 * miss[0]
    low, high = part.interval()
    assert 0.7 < np.mean((future[:, 0] >= low) & (future[:, 0] <= high)) < 0.95


def test_what_cannot_be_is_refused() -> None:
    view = running()
    with pytest.raises(ValueError, match="elapsed"):
        month_to_date(view, 0.0, 1.2)
    later = outlook(fit(generated_series(1, 2, 48)[0], steps=3), skip=1, horizon=2)
    with pytest.raises(ValueError, match="begins later"):
        month_to_date(later, 0.0, 0.5)
    with pytest.raises(ValueError, match="past shares"):
        share_spread([0.5] * 3)
    assert share_spread([0.5] * 8) == pytest.approx(0.0, abs=1e-12)
