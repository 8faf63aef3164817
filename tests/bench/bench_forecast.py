"""Forecasts, their intervals and their speed on real and generated panels, against the goals of the method."""

from __future__ import annotations

from tests.bench.forecast_bench import main

if __name__ == "__main__":
    main()
