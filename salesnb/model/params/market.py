"""market.yaml: what is known of the market, each entry dated and sourced (R11, R57)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from salesnb.model.params.dated import Dated, ParamsModel
from salesnb.model.params.quantities import Id, Positive, Ratio, Share, Shares, Where, Words, Yuan

Sign = Literal["opportunity", "threat", "neutral"]


class Entry(ParamsModel):
    """Something observed: when it was recorded, by whom, from which source, where it applies."""

    id: Id
    recorded: date
    text: Words
    source: Words
    by: str = ""
    where: Where = Field(default_factory=dict)
    sign: Sign = "neutral"
    weight: Annotated[int, Field(ge=1, le=5)] = 3
    until: date | None = None  # no longer true after this day
    reference: str = ""


class Pest(ParamsModel):
    """Politics, economy, society, technology."""

    political: tuple[Entry, ...] = ()
    economic: tuple[Entry, ...] = ()
    social: tuple[Entry, ...] = ()
    technological: tuple[Entry, ...] = ()


class Forces(ParamsModel):
    """Porter's five forces; ``weight`` is the strength of the force from 1 to 5."""

    rivalry: tuple[Entry, ...] = ()
    new_entrants: tuple[Entry, ...] = ()
    substitutes: tuple[Entry, ...] = ()
    suppliers: tuple[Entry, ...] = ()
    buyers: tuple[Entry, ...] = ()


class Strategy(ParamsModel):
    """A strategy that pairs a strength or weakness with an opportunity or threat, by their ids."""

    id: Id
    kind: Literal["SO", "ST", "WO", "WT"]
    text: Words
    uses: tuple[str, ...]
    owner: str = ""


class Swot(ParamsModel):
    """Strengths, weaknesses, opportunities, threats and the strategies drawn from them."""

    strengths: tuple[Entry, ...] = ()
    weaknesses: tuple[Entry, ...] = ()
    opportunities: tuple[Entry, ...] = ()
    threats: tuple[Entry, ...] = ()
    strategies: tuple[Strategy, ...] = ()


class Move(Entry):
    """What a competitor did. ``price_change`` is a fraction (−0.3: prices fell by 30 %)."""

    competitor: Words
    kind: Literal["price", "product", "channel", "people", "promotion", "other"]
    price_change: Ratio | None = None


class Sensitivity(ParamsModel):
    """Market-sensitivity index (R57): weights of its series and its alarm lines. It proposes, never applies."""

    weights: Dated[Shares]
    alarm_index: Dated[Positive]
    alarm_price_change: Dated[Ratio]
    base_months: Annotated[int, Field(ge=3, le=36)] = 12


class NewMarket(ParamsModel):
    """A region or product without history: potential × reach × ramp (R17)."""

    id: Id
    text: Words
    where: Where
    opens: date
    potential: Dated[Yuan]
    reach: Dated[Share]
    ramp: tuple[Share, ...]  # share of a full month reached in the 1st, 2nd, … month
    decided: date
    reference: str = ""


class Market(ParamsModel):
    """The schema of market.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    growth: Dated[Ratio] | None = None  # of the served market, a year
    forecast_growth: Dated[Ratio] | None = None  # of our own sales a year: what forecasts lean to, default 5 %
    forecast_growth_sd: Dated[Positive] | None = None  # one standard deviation of that belief, default 20 %
    top_players_share: Dated[Share] | None = None
    online_share: Dated[Share] | None = None
    potential_share: dict[str, Dated[Share]] = Field(default_factory=dict)  # of the whole market, by region
    addressable_share: dict[str, Dated[Share]] = Field(default_factory=dict)  # of a line's market we can serve at all
    entries: tuple[Entry, ...] = ()
    competitors: tuple[Move, ...] = ()
    pest: Pest = Pest()
    forces: Forces = Forces()
    swot: Swot = Swot()
    sensitivity: Sensitivity | None = None
    new_markets: tuple[NewMarket, ...] = ()
