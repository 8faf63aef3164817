"""What a run was asked for, and what that means for this company on this day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from salesnb.model.errors import Text, UsageError
from salesnb.model.params import Params, load_unit
from salesnb.model.periods import Period, default_as_of, is_plan
from salesnb.model.places import home, notebooks_dir, outputs_dir, params_dir, today
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.snapshot import remember_secrets
from salesnb.versions.targets import covers

CELL_SECONDS = 1800


@dataclass(frozen=True)
class Request:
    """One period of one unit, as given on the command line. ``only``: run these notebooks, carry the others; ``jobs``:
    notebooks that run at once, 0 for as many as there are processors; ``plain_kernels``: fork none."""

    unit: str
    period: str
    as_of: str = ""
    lang: str = ""
    force: bool = False
    draft: bool = False
    verify: bool = False
    only: tuple[str, ...] = ()
    cell_seconds: int = CELL_SECONDS
    jobs: int = 0
    plain_kernels: bool = False


@dataclass(frozen=True)
class Settings:
    """A request settled: dates, language and folders. These and the files they lead to decide every result."""

    request: Request
    params: Params
    period: Period
    as_of: date
    today: date
    planning: bool
    lang: str
    home: Path
    params_root: Path
    outputs: Path
    notebooks: Path

    @property
    def unit(self) -> str:
        """The business unit."""
        return self.request.unit

    @property
    def folder(self) -> PeriodFolder:
        """Where this period's versions stand."""
        return PeriodFolder(self.outputs, self.unit, self.period.text)

    def parameters(self) -> dict[str, str]:
        """What is injected into every notebook."""
        return {"unit": self.unit, "period": self.period.text, "as_of": self.as_of.isoformat(), "lang": self.lang}


def settle(request: Request) -> Settings:
    """Load the unit and settle period, as-of date and language.

    Raises UsageError, ParamsError or PeriodError, each naming what to change.
    """
    params = load_unit(request.unit)
    company = params.company
    remember_secrets(params.docs["company"].data)
    period = company.calendar.period(request.period)
    now = today(company.timezone, company.today)
    chosen = _day(request.as_of)
    planning = is_plan(period, chosen, now, covers(params.folder, period, company.calendar))
    if request.lang not in ("", "zh", "en"):
        raise UsageError(Text(f"没有语言 {request.lang}；可用 zh、en", f"no language {request.lang}; use zh or en"))
    return Settings(
        request=request,
        params=params,
        period=period,
        as_of=chosen or default_as_of(period, now, company.close_days, planning),
        today=now,
        planning=planning,
        lang=request.lang or company.language,
        home=home(),
        params_root=params_dir(),
        outputs=outputs_dir(),
        notebooks=notebooks_dir(),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            Text(f"--as-of {text!r} 不是日期", f"--as-of {text!r} is not a date"),
            remedy=Text("写成 2024-06-30", "write 2024-06-30"),
        ) from error
