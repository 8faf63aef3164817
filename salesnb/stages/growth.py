"""What the company believes of its own growth: what forecasts lean to where history is too noisy to tell."""

from __future__ import annotations

from datetime import date

from salesnb.methods.forecast import DEFAULT_GROWTH, Growth
from salesnb.model.params.market import Market


def believed_growth(market: Market, when: tuple[date, date]) -> Growth:
    """The belief in force on the first day of ``when`` as known on the second; what market.yaml does not say is that of
    public panels (:data:`~salesnb.methods.forecast.DEFAULT_GROWTH`)."""
    rate = market.forecast_growth.find(*when) if market.forecast_growth else None
    sd = market.forecast_growth_sd.find(*when) if market.forecast_growth_sd else None
    return Growth(DEFAULT_GROWTH.rate if rate is None else rate, DEFAULT_GROWTH.sd if sd is None else sd)
