"""Other libraries' forecasts of the same windows, made in their own environment: run by ``forecast_bench``.

    PEERS_PYTHON -m tests.bench.forecast_peers WINDOWS.npz RESULT.npz

They need an older pandas than the product, so they never share its environment: histories come in by file, forecasts go
out by file. Nothing of the product is imported here. For each panel and peer: forecasts (n, 12), the standard deviation
of each month that its 80 % interval implies (0 where it gives none), and the seconds taken.
"""

from __future__ import annotations

import logging
import sys
import time
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

YEAR = 12
TENTH = 1.2815515655446004  # normal quantile of 90 %
EVERY = 10  # Prophet takes a tenth of a second a series: it is shown every tenth


def statistical(name: str, past: Array) -> tuple[Array, Array]:
    """AutoETS or MFLES of statsforecast, one series after the other; a series it fails on repeats its last year."""
    from statsforecast import models

    said, spread = np.empty((len(past), YEAR)), np.zeros((len(past), YEAR))
    for row, history in enumerate(past):
        model = getattr(models, name)(season_length=YEAR)
        try:
            found = model.forecast(history, h=YEAR, **({"level": [80]} if name == "AutoETS" else {}))
        except (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError):
            said[row] = history[-YEAR:]
            continue
        said[row] = found["mean"]
        if "hi-80" in found:
            spread[row] = (found["hi-80"] - found["lo-80"]) / 2 / TENTH
    return said, spread


def prophet(past: Array) -> tuple[Array, Array]:
    """Prophet with yearly seasonality."""
    import pandas as pd
    from prophet import Prophet

    logging.disable(logging.WARNING)
    days = pd.date_range("2020-01-01", periods=past.shape[1] + YEAR, freq="MS")
    said, spread = np.empty((len(past), YEAR)), np.zeros((len(past), YEAR))
    for row, history in enumerate(past):
        model = Prophet(yearly_seasonality=True, weekly_seasonality=False, daily_seasonality=False)
        model.fit(pd.DataFrame({"ds": days[: len(history)], "y": history}))
        found = model.predict(pd.DataFrame({"ds": days[len(history) :]}))
        said[row] = found["yhat"]
        spread[row] = (found["yhat_upper"] - found["yhat_lower"]) / 2 / TENTH
    return said, spread


def main(windows: str, result: str) -> None:
    """Forecast every panel of ``windows`` with every peer; print their versions."""
    panels, out = dict(np.load(windows)), {}
    for panel, past in panels.items():
        for name in ("AutoETS", "MFLES", "Prophet"):
            began = time.process_time()
            said, spread = prophet(past[::EVERY]) if name == "Prophet" else statistical(name, past)
            out[f"{panel}/{name}/said"], out[f"{panel}/{name}/spread"] = said, spread
            out[f"{panel}/{name}/seconds"] = np.array(time.process_time() - began)
    np.savez(result, **out)
    print(", ".join(f"{name} {version(name)}" for name in ("statsforecast", "prophet", "pandas")))


if __name__ == "__main__":
    main(*sys.argv[1:])
