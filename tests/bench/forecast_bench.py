"""Goals of the forecast engine against what it reaches, in one run.

    python -m tests.bench.forecast_bench [--companies 500] [--market 120]

Real panels and companies come from SALESNB_REAL_DATA (default ../shared/data) and are left out with a word where
absent. Peers (statsforecast's AutoETS and MFLES, Prophet) run in an environment of their own, which ``python -m
tests.bench forecast`` makes; they are never a dependency of the product.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast import backtest, fit, joint_totals, outlook, student, window
from salesnb.methods.forecast.scale import DF
from salesnb.methods.reconcile import Tree, reconcile, shrunk_covariance, summing_matrix
from tests.bench.forecast_companies import calibrate
from tests.bench.forecast_market import market_company
from tests.bench.forecast_panels import (
    Company,
    generated_company,
    generated_series,
    large_company,
    last_window,
    real_panel,
    sales_tree,
)

Array = NDArray[np.float64]
Source = Callable[[int, int], tuple[Array, Array]]

YEAR = 12
TENTH = 1.2815515655446004  # normal quantile of 90 %


def sources() -> dict[str, Source]:
    """History and outcome of each panel by months of history and months back; absent ones are named and left out."""
    folder = Path(os.environ.get("SALESNB_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    found: dict[str, Source] = {}
    for name in ("m3", "tourism"):
        if (folder / "panels").is_dir():
            panel = real_panel(folder, name)
            found[name] = lambda months, back, panel=panel: last_window(panel, months, YEAR, back)
        else:
            print(f"panel {name}: left out, no {folder / 'panels'}")
    found["generated"] = lambda months, back: generated_series(77 + months + back, 1000, months)
    return found


def mase(actual: Array, forecast: Array, past: Array) -> float:
    """Mean absolute scaled error: scale is the mean absolute yearly difference of each history."""
    scale = np.abs(past[:, YEAR:] - past[:, :-YEAR]).mean(1)
    use = scale > 0
    return float((np.abs(actual - forecast).mean(1)[use] / scale[use]).mean())


def verdict(name: str, reached: float, low: float, high: float, form: str = "{:.3f}") -> None:
    """One printed line: what was reached against its goal."""
    goal = " … ".join(form.format(x) for x in (low, high) if np.isfinite(x))
    word = "reached" if low <= reached <= high else "MISSED "
    print(f"  {word}  {name:58s} {form.format(reached):>9s}   goal {goal}")


def points_and_totals(found: dict[str, Source]) -> None:
    """MASE against seasonal naive, and coverage of annual totals."""
    goals = {"m3": -0.20, "tourism": -0.08, "generated": -0.20}
    inside80, inside95 = [], []
    for name, take in found.items():
        past, future = take(36, 0)
        fitted = fit(past)
        gain = mase(future, fitted.months, past) / mase(future, fitted.naive, past) - 1
        verdict(f"MASE at 36 months against seasonal naive, {name}", gain, -np.inf, goals[name])
        chance = pit(fitted, future)
        inside80.append(np.abs(chance - 0.5) <= 0.4)
        inside95.append(np.abs(chance - 0.5) <= 0.475)
        verdict(f"80 % interval of the annual total covers, {name}", inside80[-1].mean(), 0.70, 0.90)
        for months in (36, 48, 60):
            shares = [
                (np.abs(pit(fit(take(months, b)[0]), take(months, b)[1]) - 0.5) <= 0.4).mean() for b in (0, 12, 24)
            ]
            print(f"           {name}, {months} months, by origin 0 / 12 / 24 months back: {np.round(shares, 3)}")
    verdict("80 % interval covers, panels pooled", np.concatenate(inside80).mean(), 0.76, 0.84)
    verdict("95 % interval covers, panels pooled", np.concatenate(inside95).mean(), 0.90, 0.99)


def pit(fitted, future: Array) -> Array:  # type: ignore[no-untyped-def]
    """Chance that was given to a total at or below the one that came, for nodes with an interval."""
    view = window(fitted, 0, future.shape[1])
    return student.cdf(view.standard(future.sum(1)[:, None])[view.open, 0], DF)


def early(found: dict[str, Source]) -> None:
    """Coverage of plans made months before their year begins: what the page says of them."""
    for skip in (1, 3, 6, 9):
        shares = []
        for take in found.values():
            past, future = take(48, 0)
            known = past[:, : past.shape[1] - skip]
            view = window(fit(known, steps=skip + YEAR), skip, YEAR)
            chance = student.cdf(view.standard(future.sum(1)[:, None])[view.open, 0], DF)
            shares.append((np.abs(chance - 0.5) <= 0.4).mean())
        line = ", ".join(f"{name} {share:.3f}" for name, share in zip(found, shares, strict=True))
        print(f"           80 % interval made {skip} months before its year covers: {line}")


def landing(found: dict[str, Source]) -> None:
    """Year landing with k months known against last year × growth to date and against the run rate."""
    misses, held = [], []
    for name, take in found.items():
        past, future = take(36, 0)
        positive = (past > 0).all(1) & (future.sum(1) > 0)
        past, future = past[positive], future[positive]
        inside = np.stack([landed(past, future, known)[1] for known in range(1, YEAR)])
        print(f"           {name}, landing coverage by k = 1 … 11: {np.round(inside.mean(1), 3)}")
        held.append(inside)
        misses.append(landed(past, future, 3)[0])
        miss = misses[-1].mean(1)
        ratio = miss[0] / miss[1:]
        print(f"           {name}, k = 3: {ratio[0]:.3f} of last year × growth, {ratio[1]:.3f} of run rate")
    miss = np.concatenate(misses, axis=1).mean(1)
    verdict("landing at k = 3, MAPE against last year × growth, pooled", miss[0] / miss[1], 0, 0.80)
    verdict("landing at k = 3, MAPE against run rate, pooled", miss[0] / miss[2], 0, 0.60)
    share = np.concatenate(held, axis=1).mean(1)
    verdict("landing coverage, lowest over k, pooled", share.min(), 0.75, 0.86)
    verdict("landing coverage, highest over k, pooled", share.max(), 0.75, 0.86)


def landed(past: Array, future: Array, known: int) -> tuple[Array, Array]:
    """Relative misses (3, n) of ours, last year × growth to date and the run rate; whether our 80 % interval held."""
    come, total, last = future[:, :known].sum(1), future.sum(1), past[:, -YEAR:]
    fitted = fit(np.hstack([past, future[:, :known]]), steps=YEAR - known)
    view = outlook(fitted, horizon=YEAR - known, known=come)
    low, high = view.interval(0.80)
    guesses = (view.total, last.sum(1) * come / last[:, :known].sum(1), come * YEAR / known)
    return np.stack([np.abs(guess / total - 1) for guess in guesses]), (total >= low) & (total <= high)


def companies(kind: str, count: int, make: Callable[[int, int], Company]) -> None:
    """Generated companies with known truth: coverage by level, reliability of chances, and the wrong way beside it."""
    found = calibrate(count, make=make)
    print(f"           {count} companies of the {kind}:")
    verdict("company total, 80 % interval covers", found.own, 0.76, 0.84)
    verdict("company total from joint draws of the cells covers", found.joint, 0.78, 1.0)
    print(f"           control, the same cells drawn independently: {found.alone:.3f}")
    for level, share in zip(("company", "regions", "cells"), found.levels, strict=True):
        verdict(f"80 % interval covers, {level}", share, 0.70, 0.90)
    verdict("reliability, largest miss of ten bins", found.largest_miss, 0, 0.05)
    for name, table in (("all", found.chances), *((f"depth {d}", t) for d, t in enumerate(found.by_depth))):
        print(f"           came - said by bin, {name}: {np.round(table.came - table.said, 3)}")


def control(count: int) -> None:
    """The wrong way on companies of 40 to 120 cells: their draws without what they share must miss too often."""
    found = calibrate(count, make=large_company)
    print(f"           {count} companies of 40 to 120 cells:")
    verdict("company total from joint draws of the cells covers", found.joint, 0.78, 1.0)
    verdict("control, cells drawn independently, must fail: covers", found.alone, 0.0, 0.70)


def speed() -> None:
    """Seconds and memory of fits with intervals, of joint draws, and of reconciliation."""
    for count, goal in ((1000, 0.3), (10_000, 4.0)):
        past = generated_series(1, count, 36)[0]
        fit(past[:10])
        start = time.perf_counter()
        outlook(fit(past)).interval(0.80)
        verdict(f"seconds for {count} series with intervals", time.perf_counter() - start, 0, goal)
    tracemalloc.start()
    outlook(fit(past)).interval(0.80)
    verdict("peak MB of 10,000 series", tracemalloc.get_traced_memory()[1] / 1e6, 0, 250, "{:.0f}")
    tracemalloc.stop()
    print(f"           whole process, peak resident {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    parent = np.concatenate([[-1], np.zeros(10, int), 1 + np.arange(90) // 9, 11 + np.arange(900) // 10])
    tree = Tree(parent)
    past = tree.add_up(generated_series(2, 900, 48)[0])
    start = time.perf_counter()
    view = outlook(fit(past, tree), backtest(past, tree))
    middle = time.perf_counter()
    joint_totals(view, 1000)
    print(
        f"           1,001-node company: fit and back-test {middle - start:.2f} s, 1,000 joint draws "
        f"{time.perf_counter() - middle:.2f} s"
    )
    rng = np.random.default_rng(3)
    labels = np.stack([np.arange(250) // 50, np.arange(250) % 10, np.arange(250) % 25], 1)
    summing = summing_matrix(labels, [(), (0,), (1,), (2,), (0, 1), (0, 2)])
    cells = rng.gamma(2.0, 50.0, (250, YEAR))
    base = np.vstack([summing @ cells, cells]) * rng.normal(1, 0.15, (len(summing) + 250, YEAR))
    for name, metric in (("WLS-var", base.mean(1) ** 2), ("MinT-shrink", rng.normal(size=(len(base), 36)))):
        start = time.perf_counter()
        whole = reconcile(summing, base, metric if metric.ndim == 1 else shrunk_covariance(metric))
        verdict(f"seconds, {len(base)} × 250, {name}, non-negative", time.perf_counter() - start, 0, 0.2)
        gap = float(np.abs(whole[: len(summing)] - summing @ whole[len(summing) :]).max() / np.abs(whole).max())
        verdict(f"coherent, {name}", gap, 0, 1e-9, "{:.1e}")


def real_companies() -> None:
    """Real companies, origin by origin: forecast, last year repeated, actual, and whether the interval held it."""
    folder = Path(os.environ.get("SALESNB_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    for name in ("superstore_cn", "adventureworks"):
        if not (folder / name).is_dir():
            print(f"company {name}: left out, no {folder / name}")
            continue
        tree, leaves = sales_tree(folder, name)
        past = tree.add_up(leaves)
        horizon = YEAR if past.shape[1] >= 48 else 6
        tested = backtest(past, tree, horizon=horizon)
        trials = tested.trials
        for row in np.flatnonzero(trials.depth == 0):
            print(
                f"           {name} total, {trials.origin[row]} months known, next {horizon}: forecast "
                f"{trials.forecast[row]:,.0f}, last year {trials.naive[row]:,.0f}, actual {trials.actual[row]:,.0f}, "
                f"t {trials.standard[row]:+.2f}"
            )
        for r in tested.records:
            print(
                f"           {name} depth {r.depth}{' by share' if r.by_share else ''}: n {r.count}, origins {r.first}–"
                f"{r.last}, 80 % held {r.hit_rate:.2f}, median error {r.error:.3f} (last year {r.naive_error:.3f}), "
                f"factor {r.factor:.3f}"
            )


def peers(found: dict[str, Source]) -> None:
    """MASE and annual intervals of libraries on the same windows; their interpreter is named by SALESNB_BENCH_PEERS."""
    windows = {name: take(36, 0) for name, take in found.items()}
    ours = {name: mase(future, fit(past).months, past) for name, (past, future) in windows.items()}
    verdict(f"mean MASE at 36 months over {len(ours)} panels", float(np.mean(list(ours.values()))), -np.inf, 1.00)
    interpreter = os.environ.get("SALESNB_BENCH_PEERS")
    if not interpreter:
        print("           peers: left out, run by python -m tests.bench forecast")
        return
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "windows.npz", Path(folder) / "made.npz"
        np.savez(given, **{name: past for name, (past, _) in windows.items()})
        command = [interpreter, "-m", "tests.bench.forecast_peers", str(given), str(made)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        print(f"           peers: {done.stdout.strip()}")
        said = dict(np.load(made))
    better = 0
    for name, (past, future) in windows.items():
        began = time.process_time()
        fitted = fit(past)
        row = [("ours", fitted.months, None, time.process_time() - began), ("seasonal naive", fitted.naive, None, 0.0)]
        row += [
            (peer, said[f"{name}/{peer}/said"], said[f"{name}/{peer}/spread"], float(said[f"{name}/{peer}/seconds"]))
            for peer in ("AutoETS", "MFLES", "Prophet")
        ]
        for peer, months, spread, seconds in row:
            _peer_line(name, peer, (past, future), (months, spread, seconds))
        better += ours[name] <= mase(future, said[f"{name}/AutoETS/said"], past)
    verdict("panels where MASE is not above AutoETS's", better, 0.8 * len(windows), np.inf, "{:.0f}")


def _peer_line(name: str, peer: str, window: tuple[Array, Array], made: tuple[Array, Array | None, float]) -> None:
    """One printed line of a forecaster on a panel; a subset is also set against ours on the same series."""
    (past, future), (months, spread, seconds) = window, made
    every = max(round(len(past) / len(months)), 1)
    past, future = past[::every], future[::every]
    line = f"           {name:10s} {peer:15s} MASE {mase(future, months, past):.4f}, {seconds:7.2f} s of processor"
    if spread is not None and spread.any():
        miss = np.abs(future.sum(1) - months.sum(1)) / np.sqrt((spread**2).sum(1)).clip(1e-9)
        line += f"; its 80 % months added as independent hold {(miss <= TENTH).mean():.3f} of annual totals"
    if every > 1:
        line += f"; every {every}th series only, ours there {mase(future, fit(past).months, past):.4f}"
    print(line)


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=500)
    parser.add_argument("--market", type=int, default=120, help="companies of the second mechanism")
    given = parser.parse_args()
    found = sources()
    points_and_totals(found)
    early(found)
    landing(found)
    companies("first mechanism", given.companies, generated_company)
    companies("second mechanism, to which nothing was fitted", given.market, market_company)
    control(60)
    real_companies()
    speed()
    peers(found)


if __name__ == "__main__":
    main()
