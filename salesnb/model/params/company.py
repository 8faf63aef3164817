"""company.yaml: who the unit is, how it counts, and where its exports stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from salesnb.model.params.dated import Dated, ParamsModel

SourceTable = Literal[
    "sales_lines",
    "returns",
    "receipts",
    "opportunities",
    "visits",
    "spend",
    "customers",
    "people",
    "products",
    "dealers",
    "targets",
    "market_sizes",
    "invoices",
    "shipments",
    "credits",
    "dealer_stock",
    "general_ledger",
    "market_watch",
    "competitor_moves",
]


class Name(ParamsModel):
    """A name in both languages; one text alone serves both."""

    zh: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        return {"zh": data, "en": data} if isinstance(data, str) else data

    def get(self, lang: str) -> str:
        """The name in ``lang``."""
        return self.zh if lang == "zh" else self.en


class ColumnMap(ParamsModel):
    """Where a column comes from: its header in the export, and how to read it."""

    column: str | None = None  # header in the export
    also: tuple[str, ...] = ()  # what other exports of the same source call it
    columns: tuple[str, ...] = ()  # several headers joined by "/" (a key made of parts)
    value: str | None = None  # a constant for every row
    unit: Literal["元", "千元", "万元", "百万元", "亿元", "1", "K", "M", "minor", "percent"] | None = None
    format: str | None = None  # date format as strptime, e.g. "%d/%m/%Y"
    less: str | None = None  # subtract this column (cost = sales less profit)
    values: dict[str, str] = Field(default_factory=dict)  # spelling in the export → ours

    @model_validator(mode="before")
    @classmethod
    def _header(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        if sum((self.column is not None, bool(self.columns), self.value is not None)) != 1:
            raise ValueError("give exactly one of column, columns, value / column、columns、value 三者须且只能写一个")
        return self


class Control(ParamsModel):
    """A ledger figure the import must meet, in currency units: for one year, month, or all."""

    period: str = ""
    column: str = "net"
    total: str
    tolerance: str = "0"

    @field_validator("total", "tolerance", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, (int, float)) else value


class Wide(ParamsModel):
    """Columns that are months (1月, 2月 … or 2024-01 …) become rows: one with the month, one with the figure."""

    into: str = "month"  # our column that the headers become
    value: str  # our column that the cells become
    unit: Literal["元", "千元", "万元", "百万元", "亿元", "1", "K", "M"] | None = None  # of the cells
    year: int | None = None  # the year of headers that name none
    headers: tuple[str, ...] = ()  # default: every header that reads as a month


class Entity(ParamsModel):
    """法人主体: its name, and the customer ids under which other entities of the group buy from one another (R91)."""

    name: Name
    customers: tuple[str, ...] = ()


class Source(ParamsModel):
    """One kind of export: what table it becomes, which files, how they are written, which columns mean what."""

    table: SourceTable
    file: str | None = None  # path or pattern (*), relative to the unit's params folder
    url: str | None = None  # an Ibis address; secrets come from the environment as ${NAME}
    query: str | None = None
    grain: Literal["line", "order"] = "line"  # order: the database sums its lines to orders before it hands them out
    sheet: str | int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None  # 1-based row of the column names; guessed when absent
    decimal: Literal[".", ","] = "."  # the decimal mark of its numbers
    missing: tuple[str, ...] = ()  # spellings that mean "no value" in this export
    columns: dict[str, ColumnMap]
    wide: Wide | None = None
    tax: Literal["excluded", "included"] | None = None  # what its amounts are; default: as basis says
    credit: Literal["repeated", "split"] | None = None  # rows of several people hold the whole amount, or their part
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # keep rows whose export column holds one of these
    control: tuple[Control, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.file is None) == (self.url is None):
            raise ValueError("give either file or url / file 与 url 须且只能写一个")
        if self.grain == "order" and (self.url is None or self.table != "sales_lines" or self.wide is not None):
            raise ValueError("grain: order is for sales_lines read by url / grain: order 只用于 url 读取的 sales_lines")
        net = self.columns.get("net")
        if self.grain == "order" and ("order_id" not in self.columns or net is None or net.column is None):
            raise ValueError("grain: order needs order_id and net / grain: order 须映射 order_id 和 net")
        return self


class Basis(ParamsModel):
    """业绩口径: which date makes a sale, tax in or out, returns netted or shown apart (R81)."""

    date: Literal["order_date", "ship_date", "invoice_date"] = "order_date"
    tax: Literal["excluded", "included"] = "excluded"
    returns: Literal["netted", "apart"] = "netted"


class Generated(ParamsModel):
    """The exports are made by a generator (the sample company): no file of the user's is needed."""

    by: Literal["sample"]
    seed: int
    folder: str = "data"
    without: tuple[str, ...] = ()


class Import(ParamsModel):
    """How strict the quality gate is: shares above which a run stops, how far a month's orders may be from the ledger,
    and codes raised or lowered in severity."""

    stop_share_set_aside: Dated[float] = Dated[float].model_validate(0.05)
    ledger_tolerance: Dated[float] = Dated[float].model_validate(0.001)  # of the month's figure in the ledger
    severity: dict[str, Literal["info", "warn", "error", "stop"]] = Field(default_factory=dict)


class Audiences(ParamsModel):
    """Who gets a folder of their own beside ``all/``, with nothing in it but theirs (R79)."""

    regions: bool = False
    people: bool = False
    managers_see_pay: bool = False  # whether a region's folder holds what its people earn

    @property
    def levels(self) -> tuple[Literal["region", "person"], ...]:
        """The levels asked for."""
        regions: tuple[Literal["region", "person"], ...] = ("region",) if self.regions else ()
        return (*regions, "person") if self.people else regions


class Company(ParamsModel):
    """The schema of company.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    unit: str
    name: Name
    language: Literal["zh", "en"] = "zh"
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    month_closes_on: int | None = Field(default=None, ge=1, le=30)
    close_days: int = Field(default=5, ge=0, le=90)
    late_bookings: Literal["own_month", "open_month"] = "own_month"  # where lines entered after closing count
    today: date | None = None
    font: str | None = None
    basis: Basis = Basis()
    generated: Generated | None = None
    quality: Import = Import()
    rates: dict[str, Dated[Decimal]] = Field(default_factory=dict)  # units of `currency` for one of the foreign one
    tax_rate: Dated[Decimal] | None = None  # 0.13 = 13 %, used where a source maps no tax column
    entities: dict[str, Entity] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)
    tiers: dict[str, Dated[int]] = Field(default_factory=dict)
    audiences: Audiences = Audiences()

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"time zone {value} is unknown / 没有时区 {value}") from error
        return value

    @property
    def calendar(self) -> Any:
        """The company's :class:`~salesnb.model.periods.Calendar`."""
        from salesnb.model.periods import Calendar

        return Calendar(self.fiscal_year_start, self.month_closes_on)
