"""History as published for the sample company and real exports, with a question box of plain SQL beside it.

Nothing of `salesnb.intake.sums` or of the stages is used on the SQL side; windows are written out by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

ROOT = Path(__file__).resolve().parents[2]
DRAWN = ("bars", "bridge", "heat", "season", "shares", "trend")


def years(*labels: int) -> list[tuple[str, str, str]]:
    return [(str(y), f"{y}-01", f"{y}-12") for y in labels]


def stretches(first: str, last: str, *labels: int) -> list[tuple[str, str, str]]:
    """``first`` and ``last`` are months MM; a first month after the last one lies in the year before."""
    spans = [(f"{y - (first > last)}-{first}", f"{y}-{last}") for y in labels]
    return [(f"{a}–{b}", a, b) for a, b in spans]


@dataclass(frozen=True)
class Company:
    """A unit and a period, the windows its history compares and the twelve-month windows of customers and people."""

    unit: str
    period: str
    windows: list[tuple[str, str, str]]
    twelve: list[tuple[str, str, str]]
    folder: str = ""  # of the third-party data


COMPANIES = {
    "sample-plan": Company("sample", "2024", years(2021, 2022, 2023), years(2021, 2022, 2023)),
    "sample-review": Company(
        "sample", "2024-06", stretches("01", "06", 2021, 2022, 2023, 2024), stretches("07", "06", 2022, 2023, 2024)
    ),
    "bikes": Company("bikes", "2014", years(2011, 2012, 2013), years(2011, 2012, 2013), "adventureworks"),
    "shop": Company("shop", "2018", years(2014, 2015, 2016, 2017), years(2014, 2015, 2016, 2017), "superstore_cn"),
}


@dataclass(frozen=True)
class Published:
    """The tables a run of the notebook keeps, and a question box onto the order lines behind them."""

    company: Company
    book: Any

    def ask(self, query: str) -> pd.DataFrame:
        """Run SQL over ``line`` (lines known), ``sold`` (in the windows), ``year`` (in the twelve-month windows)."""
        day = self.book.as_of
        with duckdb.connect() as connection:
            connection.execute(
                f"""CREATE VIEW line AS SELECT * FROM read_parquet('{self.book.facts.folder}/sales_lines.parquet')
                WHERE order_date <= DATE '{day}' AND (known_date IS NULL OR known_date <= DATE '{day}')"""
            )
            for name, spans in (("win", self.company.windows), ("span", self.company.twelve)):
                frame = pd.DataFrame(spans, columns=["label", "first", "last"]).reset_index(names="place")
                connection.register(name, frame)
            for view, spans in (("sold", "win"), ("year", "span")):
                connection.execute(
                    f"CREATE VIEW {view} AS SELECT line.*, label, place FROM line JOIN {spans}"
                    f" ON month BETWEEN {spans}.first AND {spans}.last"
                )
            return connection.execute(query).df()

    def table(self, name: str, *keys: str) -> pd.DataFrame:
        """A published table, indexed by its keys."""
        return self.book.tables[name].set_index(list(keys)).sort_index()


@pytest.fixture(scope="session")
def run(
    sample_folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], Published]:
    """``run(name)``: all cells of the history notebook for one of the companies, without drawing; once a session."""
    from salesnb.report import charts

    done: dict[str, Published] = {}
    folder = tmp_path_factory.mktemp("companies")
    own = {"SALESNB_PARAMS": str(folder / "params"), "SALESNB_OUTPUTS": str(folder / "outputs")}

    def make(name: str) -> Published:
        company = COMPANIES[name]
        if name in done:
            return done[name]
        with pytest.MonkeyPatch.context() as patched:
            patched.delenv("SALESNB_STAGE", raising=False)
            for chart in DRAWN:
                patched.setattr(charts, chart, lambda *_, **__: Markup("<svg></svg>"))
            for key, place in (own if company.folder else sample_folders).items():
                patched.setenv(key, place)
            if company.folder:
                data = request.getfixturevalue("real_data") / company.folder
                _guessed(company.unit, data, folder / "params" / company.unit)
            done[name] = Published(company, _played(company))
        return done[name]

    return make


def _guessed(unit: str, data: Path, folder: Path) -> None:
    from salesnb.intake.init import guess

    folder.mkdir(parents=True)
    (folder / "company.yaml").write_text(guess([data], unit).company_yaml, encoding="utf-8")


def _played(company: Company) -> Any:
    """Run the notebook's cells one after the other; writing and widgets are left out."""
    notebook = json.loads((ROOT / "notebooks" / "10_history.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {"unit": company.unit, "period": company.period, "as_of": "", "lang": ""}
    for cell in notebook["cells"]:
        text, tags = "".join(cell["source"]), set(cell["metadata"].get("tags", ()))
        if cell["cell_type"] == "code" and not tags & {"parameters", "interactive"} and "book.write" not in text:
            exec(text, names)
    return names["book"]


@pytest.fixture(
    params=[
        "sample-plan",
        "sample-review",
        pytest.param("bikes", marks=pytest.mark.real),
        pytest.param("shop", marks=pytest.mark.real),
    ]
)
def published(request: pytest.FixtureRequest, run: Callable[[str], Published]) -> Published:
    return run(request.param)


@pytest.fixture
def plan(run: Callable[[str], Published]) -> Published:
    return run("sample-plan")


@pytest.fixture
def same() -> Callable[..., None]:
    """``same(found, wanted, *columns, within=…)``: the same rows, and in ``columns`` the same figures or none."""
    return _same


def _same(found: pd.DataFrame, wanted: pd.DataFrame, *columns: str, within: float = 1e-9) -> None:
    """Both hold the same rows, and the same figures (missing where missing) in ``columns``."""
    assert list(found.index) == list(wanted.index)
    for column in columns:
        left, right = (frame[column].astype("float64").to_numpy() for frame in (found, wanted))
        wrong = ~(np.isclose(left, right, rtol=1e-9, atol=within) | (np.isnan(left) & np.isnan(right)))
        assert not wrong.any(), f"{column}: {list(zip(found.index[wrong], left[wrong], right[wrong], strict=True))[:5]}"
