"""Estimate the constants of ``salesnb/methods/forecast/scale.py`` again, and show what they are worth elsewhere.

    python -m tests.bench.forecast_constants            # needs scipy and the real panels (SALESNB_REAL_DATA)

Two public panels and one generated panel, equal weights whatever their size; histories of 36, 48 and 60 months at three
origins; windows of 1 to 12 months, also after one and three skipped months. Maximum likelihood of a Student t for
log(actual / forecast). Printed beside it: the simpler form of the prototype, and each form fitted without one source
and judged on it, because the constants must serve companies they have not seen. Nothing is chosen per panel.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast import scale as current
from salesnb.methods.forecast import student
from salesnb.methods.forecast.fit import fit
from salesnb.methods.forecast.history import State
from tests.bench.forecast_panels import generated_series, last_window, real_panel

Array = NDArray[np.float64]

SOURCES = ("m3", "tourism", "generated")
MONTHS = (36, 48, 60)
BACK = (0, 12, 24)
WINDOWS = ((0, 12), (3, 12), (1, 12), (0, 10), (0, 9), (0, 6), (0, 3), (0, 1))


@dataclass(frozen=True)
class Form:
    """A formula of the scale: its parameters' start, and the scale of rows (disagreement, noise carried, lead)."""

    name: str
    start: tuple[float, ...]

    def scale(self, p: Array, rows: Array) -> Array:
        spread, noise, lead = rows[:, 0], rows[:, 1], rows[:, 2]
        if self.name == "prototype":
            return np.sqrt((p[0] * spread) ** 2 + (p[1] * noise) ** 2 + p[2] ** 2)
        power = np.maximum(p[2] - p[3] * lead, 0.1)
        return np.sqrt((p[0] * spread) ** 2 + (p[1] * noise**power * p[4] ** (p[2] - power)) ** 2 + current.FLOOR**2)


FORMS = (Form("prototype", (0.715, 0.81, 0.012)), Form("with lead", (0.69, 0.69, 0.94, 0.037, 0.08)))


def outcome(source: str, months: int, back: int) -> tuple[Array, Array]:
    """History and the 15 months that followed, of all series of a source that are long enough."""
    if source == "generated":
        return generated_series(1000 + months + back, 1000, months, 15)
    folder = Path(os.environ.get("SALESNB_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    return last_window(real_panel(folder, source), months, 15, back)


def rows_of(source: str) -> list[Array]:
    """One block for each window: disagreement, noise carried (before the power), lead, log(actual / forecast)."""
    blocks: dict[tuple[int, int], list[Array]] = {w: [] for w in WINDOWS}
    for months in MONTHS:
        for back in BACK:
            past, future = outcome(source, months, back)
            fitted = fit(past, steps=15)
            for skip, horizon in WINDOWS:
                part = slice(skip, skip + horizon)
                came, said = future[:, part].sum(1), fitted.months[:, part].sum(1)
                spread = current.disagreement(fitted.history, fitted.own, part)
                noise = current.noise_carried(fitted.history, fitted.own, skip, horizon)
                use = (fitted.history.state == str(State.FITTED)) & (came > 0) & (said > 0)
                lead = np.full(len(came), skip + (horizon + 1) / 2)
                miss = np.log(np.where(use, came, 1.0) / np.where(use, said, 1.0))
                blocks[skip, horizon].append(np.stack([spread, noise, lead, miss], 1)[use])
    return [np.concatenate(parts) for parts in blocks.values()]


def misfit(form: Form, p: Array, blocks: list[Array]) -> float:
    """Mean negative log-likelihood, each block counting the same; the last parameter is the degrees of freedom."""
    total = 0.0
    for rows in blocks:
        s = form.scale(p[:-1], rows)
        total -= float((student.log_pdf(rows[:, 3] / s, float(p[-1])) - np.log(s)).mean())
    return total / len(blocks)


def estimate(form: Form, blocks: list[Array]) -> Array:
    """Parameters and degrees of freedom by Nelder-Mead on their logarithms, started twice."""
    from scipy.optimize import minimize

    x = np.log([*form.start, 5.0])
    for _ in range(2):
        x = minimize(
            lambda v: misfit(form, np.exp(v), blocks),
            x,
            method="Nelder-Mead",
            options={"maxiter": 3000, "xatol": 1e-3, "fatol": 1e-6},
        ).x
    return np.exp(x)


def covered(form: Form, p: Array, rows: Array) -> float:
    """Share of outcomes inside the central 80 % interval."""
    chance = student.cdf(rows[:, 3] / form.scale(p[:-1], rows), float(p[-1]))
    return float((np.abs(chance - 0.5) <= 0.4).mean())


def main() -> None:
    """Print estimates, their worth on a source left out, and coverage by source and window."""
    data = {source: rows_of(source) for source in SOURCES}
    print(f"windows (skip, horizon): {WINDOWS}; rows: { {s: sum(map(len, b)) for s, b in data.items()} }")
    for form in FORMS:
        everything = [rows for blocks in data.values() for rows in blocks]
        p = estimate(form, everything)
        print(f"\n{form.name}: {np.round(p, 4)} misfit {misfit(form, p, everything):.4f}")
        for source in SOURCES:
            print(f"  coverage {source:10s}", [round(covered(form, p, rows), 3) for rows in data[source]])
        for left in SOURCES:
            q = estimate(form, [rows for s, blocks in data.items() if s != left for rows in blocks])
            shares = [round(covered(form, q, rows), 3) for rows in data[left]]
            print(f"  without {left:10s} misfit there {misfit(form, q, data[left]):.4f} coverage", shares)


if __name__ == "__main__":
    main()
