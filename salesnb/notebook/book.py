"""A stage's open book: what a notebook asks, shows, checks and writes. Everything else happens behind this door."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, ParamsError, Text, UsageError
from salesnb.model.lexicon import lexicon
from salesnb.model.params import Params, load_unit
from salesnb.model.periods import Calendar, Period, default_as_of, is_plan
from salesnb.model.places import outputs_dir, safe_name, stage_dir, today
from salesnb.model.tables import check, contract, without_rows
from salesnb.versions.targets import covers

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.facts import Facts
    from salesnb.report.cards import Answer, Card, Cards
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit


FROM_DEALS = Text(
    "没有订单明细：销售额取自赢单商机，按关闭日期计。",
    "There are no order lines: sales are won deals, by the day they closed.",
)


@dataclass(frozen=True)
class Check:
    """One statement that must hold: ``left`` and ``right`` are the two figures it compares."""

    code: str
    text: Text
    left: int
    right: int

    @property
    def passed(self) -> bool:
        """Whether both sides agree exactly."""
        return self.left == self.right


@dataclass
class Book:
    """One notebook's view of a unit and a period, as known on ``as_of`` and said in ``lang``."""

    stage: str
    unit: str
    period: Period
    as_of: date
    lang: str
    planning: bool
    params: Params
    facts: Facts
    title: Text
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    held: list[Check] = field(default_factory=list)
    figures: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answer_lines: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        """The company's calendar."""
        calendar: Calendar = self.params.company.calendar
        return calendar

    @property
    def currency(self) -> str:
        """The currency all of this book's money is in."""
        return self.params.company.currency

    def say(self, text: Text) -> str:
        """``text`` in the book's language."""
        return text.get(self.lang)

    def money_unit(self, largest_minor: int) -> MoneyUnit:
        """The one money unit of the page, chosen by its largest amount."""
        from salesnb.report.numbers import MoneyUnit

        return MoneyUnit.choose(largest_minor, self.lang, self.currency)

    def in_own_currency(self, sums: pd.DataFrame) -> pd.DataFrame:
        """``sums`` with a column ``currency``; DataError where it holds another than the company's."""
        foreign = sorted(set(sums["currency"]) - {self.currency})
        if foreign:
            raise DataError(
                Text(
                    f"订单里有 {foreign}，公司货币是 {self.currency}", f"orders are in {foreign}, not {self.currency}"
                ),
                why=Text("不同币种不能直接相加", "amounts of different currencies cannot be added"),
                remedy=Text(
                    "在 company.yaml 给出汇率，或分单位导入", "give dated rates, or import them as units of their own"
                ),
            )
        return sums

    def keep(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Check ``frame`` against its contract and keep it for ``write``; the checked frame is returned.

        Where another notebook of the run waits for this table, it gets it now."""
        from salesnb.versions.tables import hand_on

        self.tables[name] = check(frame, contract(name))
        hand_on(self.folder, name, self.tables[name])
        return self.tables[name]

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` with the house node said in words: a table keeps its id, a reader sees 未分配."""
        unassigned = self.say(Text("未分配", "Unassigned"))
        return frame.assign(name=frame["name"].where(frame["node_id"] != UNASSIGNED, unassigned))

    def hold(self, code: str, text: Text, left: int, right: int) -> None:
        """Record a check: ``left`` must equal ``right`` (both whole numbers)."""
        self.held.append(Check(code, text, int(left), int(right)))

    def note(self, text: Text) -> None:
        """Record something the reader of every page of this stage must know."""
        said = self.say(text)
        if said not in self.notes:
            self.notes.append(said)

    def answered(self, answer: Answer) -> Answer:
        """Keep the conclusion for the index of versions, and return it to be shown."""
        self.answer_lines = answer.text().split("\n")
        return answer

    @property
    def headline(self) -> str:
        """The conclusion in one line, once it was asked for."""
        return self.answer_lines[0] if self.answer_lines else ""

    def carded(self, cards: Sequence[Card]) -> Cards:
        """Keep the core figures for the index of versions, and return the row of cards."""
        from salesnb.report.cards import Cards

        self.figures = [{"label": c.label, "value": c.value, "state": c.state, "word": c.word} for c in cards]
        return Cards(cards, self.lang)

    def checks(self) -> Exhibit:
        """The checks of this book; a check that does not hold stops the notebook with both figures."""
        from salesnb.notebook.ledger import checks_exhibit

        broken = [c for c in self.held if not c.passed]
        if broken:
            first = broken[0]
            raise DataError(
                Text(
                    f"校验未通过（{len(broken)} 项）：{first.text.zh}，{first.left} ≠ {first.right}",
                    f"{len(broken)} checks fail: {first.text.en}, {first.left} ≠ {first.right}",
                ),
                why=Text("合计与明细不符的报告不能发布", "a report whose parts do not add up is not published"),
            )
        return checks_exhibit(self.held, self.lang)

    def write(self, *names: str) -> str:
        """Write the tables ``names`` and this stage's summary where the run collects them; returns what was written.

        ``names`` must hold every table kept, so that the notebook's last line says what it gives to others. A table
        that these data cannot give is written without rows: whoever reads it finds its columns.
        """
        unnamed = sorted(set(self.tables) - set(names))
        if unnamed:
            raise UsageError(
                Text(f"write 没有写出本页产生的 {unnamed}", f"write leaves out {unnamed}, which this notebook made"),
                remedy=Text("在此处和笔记本元数据中补上", "name them here and in the notebook's metadata"),
            )
        for name in set(names) - set(self.tables):
            self.tables[name] = without_rows(contract(name))
        from salesnb.versions.tables import write_table

        folder = self.folder
        for name in names:
            write_table(folder / "tables", name, self.tables[name])
        (folder / "facts").mkdir(parents=True, exist_ok=True)
        summary = json.dumps(self.summary(), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "facts" / f"{self.stage}.json").write_text(summary + "\n", encoding="utf-8")
        rows = sum(len(self.tables[name]) for name in names)
        return self.say(Text(f"已写出 {len(names)} 张表，{rows:,} 行", f"{len(names)} tables, {rows:,} rows written"))

    @property
    def folder(self) -> Path:
        """Where this book writes: the run's stage, else the period's draft folder, which no batch ever reads."""
        staged = stage_dir()
        if staged:
            return staged
        return outputs_dir() / safe_name(self.unit, Text("单位", "unit")) / self.period.text / "draft"

    def file(self, name: str) -> Path:
        """Where a file that belongs to the version goes, ``name`` such as ``calendar/plan.ics``; its folder exists.

        What is named here is carried with the notebook's tables when the notebook need not run again. UsageError for
        a name that leads out of the version.
        """
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name:
            raise UsageError(Text(f"文件 {name!r} 不在版本之内", f"file {name!r} is not inside the version"))
        if name not in self.files:
            self.files.append(name)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    # A book of a notebook that only plans (``when: plan``) also plans what is over, unless a day says otherwise.
    plans_only: ClassVar[bool] = False

    def summary(self) -> dict[str, Any]:
        """What the page's frame, the manifest and the index need to know of this stage."""
        return {
            "stage": self.stage,
            "title": self.say(self.title),
            "headline": self.headline,
            "who": self.basis_line,
            "figures": self.figures,
            "checks": [
                {"code": c.code, "text": self.say(c.text), "passed": c.passed, "detail": f"{c.left} = {c.right}"}
                for c in self.held
            ],
            "notes": [note for note in self.notes if note not in self.answer_lines],  # said once on a page
            "as_of": self.as_of.isoformat(),
            "planning": self.planning,
            "fingerprint": self.fingerprint,
            **({"files": sorted(self.files)} if self.files else {}),
            **({"chain_head": self.chain_head} if self.chain_head else {}),
        }

    @property
    def chain_head(self) -> str:
        """The hash that stands for the targets these figures are judged by; empty where none are."""
        return ""

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over the data and the parameter files this book has read."""
        parts = [self.facts.fingerprint, *(f"{k}={v}" for k, v in self.params.fingerprints().items())]
        return sha256("\n".join(parts).encode()).hexdigest()

    @property
    def basis_line(self) -> str:
        """业绩口径 in words: what counts as a sale, and the day the data was known."""
        basis = self.params.company.basis
        dates = {
            "order_date": Text("按下单日期", "by order date"),
            "ship_date": Text("按发货日期", "by ship date"),
            "invoice_date": Text("按开票日期", "by invoice date"),
        }
        tax = Text("不含税", "tax excluded") if basis.tax == "excluded" else Text("含税", "tax included")
        netted = Text("已减退货", "net of returns") if basis.returns == "netted" else Text("未减退货", "returns apart")
        known = Text(f"数据截至 {self.as_of}", f"data as of {self.as_of}")
        return self.say(Text(" · ", " · ")).join(self.say(t) for t in (known, dates[basis.date], tax, netted))


def open_book(
    make: Callable[..., Book], stage: str, title: Text, unit: str, period: str | int, as_of: str = "", lang: str = ""
) -> Any:
    """Open a stage's book: load params and facts, settle period, as-of date and language. ``make`` is the book's class.

    Raises PeriodError, ParamsError, DataError or UsageError, each saying what to change.
    """
    from salesnb.intake import facts
    from salesnb.notebook.asked import AskedFacts
    from salesnb.report.spoken import speak

    params = load_unit(unit)
    company = params.company
    wanted = company.calendar.period(period)
    chosen = _date(as_of)
    now = today(company.timezone, company.today)
    to_review = not getattr(make, "plans_only", False) and covers(params.folder, wanted, company.calendar)
    planning = is_plan(wanted, chosen, now, to_review)
    day = chosen or default_as_of(wanted, now, company.close_days, planning)
    held = AskedFacts.of(facts.load(unit))
    book = make(
        stage=stage,
        unit=unit,
        period=wanted,
        as_of=day,
        lang=lang or company.language,
        planning=planning,
        params=params,
        facts=held,
        title=title,
    )
    speak(lexicon(params, book.lang))  # after the import, which writes the sample's list of names
    if held.meta.get("sales_from") == "opportunities":
        book.note(FROM_DEALS)
    return book


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ParamsError(
            Text(f"as_of {text!r} 不是日期", f"as_of {text!r} is not a date"),
            remedy=Text("写成 2024-06-30；留空为默认", "write 2024-06-30, or leave it empty"),
        ) from error
