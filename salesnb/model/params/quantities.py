"""Values that several parameter files share: shares, money as people write it, decisions, selections of nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WrapValidator, model_validator

from salesnb.model.params.dated import EVER, ParamsModel

_SCALES = {
    "": 1,
    "元": 1,
    "千": 1_000,
    "千元": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
_WRITTEN = re.compile(r"(-?[\d,]+(?:\.\d+)?)\s*(元|千元?|万元?|亿元?)?")


def _yuan(value: Any) -> Any:
    """3500万 → 35000000. A percent sign is refused: per cent of what is for the writer to say."""
    if not isinstance(value, str):
        return value
    match = _WRITTEN.fullmatch(value.strip())
    if not match:
        raise ValueError(
            f"{value!r} is not an amount: write 3500万 or 35000000 / {value!r} 不是金额，写 3500万 或 35000000"
        )
    return float(match.group(1).replace(",", "")) * _SCALES[match.group(2) or ""]


def _plain_ratio(value: Any) -> Any:
    if isinstance(value, str) and value.strip().endswith(("%", "％")):
        raise ValueError(
            f"{value!r}: write a ratio (0.12), or name points as such / {value!r}：写成小数（0.12），百分点请用 points"
        )
    return value


def _sums_to_one(value: dict[str, float]) -> dict[str, float]:
    total = sum(value.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"the shares sum to {total:g}, not 1 / 各项之和为 {total:g}，应为 1")
    return value


Number = Annotated[float, BeforeValidator(_yuan), Field(allow_inf_nan=False)]
Yuan = Annotated[float, BeforeValidator(_yuan), Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(_plain_ratio), Field(ge=0, le=1)]
Ratio = Annotated[float, BeforeValidator(_plain_ratio), Field(ge=-1, le=10, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Shares = Annotated[dict[str, Share], AfterValidator(_sums_to_one)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s/\\]+$")]


class Bilingual(str):
    """A name or text that was written in both languages: Chinese as itself, English beside it."""

    en: str

    def __new__(cls, zh: str, en: str) -> Bilingual:
        made = super().__new__(cls, zh)
        made.en = en
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.en


def _words(value: Any, plain: Callable[[Any], str]) -> str:
    """One text, or ``{zh: …, en: …}``."""
    if not isinstance(value, dict):
        return plain(value)
    if set(value) != {"zh", "en"}:
        raise ValueError("write {zh: …, en: …} / 两种语言写成 {zh: …, en: …}")
    return Bilingual(plain(value["zh"]), plain(value["en"]))


Words = Annotated[str, Field(min_length=1, max_length=2000), WrapValidator(_words)]

Note = Annotated[str, Field(max_length=2000), WrapValidator(_words)]  # words that may be missing


def english(held: Any) -> dict[str, str]:
    """Chinese → English of every text in ``held`` (models, lists, dicts of them) that was written in both."""
    if isinstance(held, Bilingual):
        return {str(held): held.en}
    parts: Iterable[Any] = ()
    if isinstance(held, BaseModel):
        parts = (getattr(held, name) for name in type(held).model_fields)
    elif isinstance(held, dict):
        parts = held.values()
    elif isinstance(held, list | tuple):
        parts = held
    return {zh: en for part in parts for zh, en in english(part).items()}


def distinct(ids: Iterable[str]) -> None:
    """Refuse the first id that stands twice: which one holds would be a guess."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ValueError(f"id {name} stands twice / 编号 {name} 出现两次")
        seen.add(name)


class Decided(ParamsModel):
    """Base of everything a person decided or recorded: from when it applies, when it was known, by whom and why."""

    from_: date = Field(alias="from", default=EVER)
    decided: date = EVER
    by: str = ""
    reference: str = ""

    def known(self, day: date, as_of: date) -> bool:
        """Whether it applies on ``day`` and was decided by ``as_of``."""
        return self.from_ <= day and self.decided <= as_of


class Not(ParamsModel):
    """Everything but these nodes."""

    not_: tuple[str, ...] = Field(alias="not")

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        return _listed(data, "not")


Selection = dict[str, tuple[str, ...] | Not]


def _listed(data: Any, key: str) -> Any:
    if isinstance(data, dict) and isinstance(data.get(key), str):
        return {**data, key: (data[key],)}
    return data


def _selection(value: Any) -> Any:
    """A single node is a list of one; AND across keys, OR within a list (CONTRACTS, Rules)."""
    if not isinstance(value, dict):
        return value
    return {key: (nodes,) if isinstance(nodes, str) else nodes for key, nodes in value.items()}


# dimension → nodes; an empty selection means everything
Where = Annotated[Selection, BeforeValidator(_selection)]
