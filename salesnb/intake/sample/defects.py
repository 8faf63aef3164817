"""One data error of each kind, put into the finished export: what CRM exports do to people who trust them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from salesnb.intake.sample.streams import stream

UNKNOWN_PERSON, UNKNOWN_PRODUCT = "XS999", "B299"


def spoil(exported: pd.DataFrame, year: int, seed: int, planted: frozenset[str]) -> pd.DataFrame:
    """The order lines of ``year`` with that year's errors; each error picks its row from a stream of its own."""
    out = exported
    for story, (when, effect) in _ERRORS.items():
        if when == year and story in planted:
            out = effect(out, _row(exported, seed, story))
    return out


def _row(exported: pd.DataFrame, seed: int, story: str) -> str:
    """A plain line of the first half of the year by its order and number; no story but this one touches it."""
    early = exported["订单日期"].str.slice(5, 7).between("01", "06")
    plain = exported[early & (exported["是否退货"] == "否") & (exported["数量"].str.len() >= 2)]
    return str(plain.index[int(stream(seed, f"error {story}").random() * len(plain))])


def _change(column: str, how: Callable[[str], str]) -> Callable[[pd.DataFrame, str], pd.DataFrame]:
    def effect(frame: pd.DataFrame, row: str) -> pd.DataFrame:
        out = frame.copy()
        out.loc[int(row), column] = how(str(out.loc[int(row), column]))
        return out

    return effect


def _blank_customer(frame: pd.DataFrame, row: str) -> pd.DataFrame:
    out = frame.copy()
    out.loc[int(row), ["客户编码", "客户名称"]] = ""
    return out


def _append(changes: dict[str, str], first: bool = False) -> Callable[[pd.DataFrame, str], pd.DataFrame]:
    """A line more: a copy of the chosen one with ``changes``, at the end or right behind it."""

    def effect(frame: pd.DataFrame, row: str) -> pd.DataFrame:
        extra = frame.loc[[int(row)]].assign(**changes)
        place = int(np.flatnonzero(frame.index == int(row))[0]) + 1 if first else len(frame)
        return pd.concat([frame.iloc[:place], extra, frame.iloc[place:]])

    return effect


def _negative(frame: pd.DataFrame, row: str) -> pd.DataFrame:
    extra = frame.loc[[int(row)]].copy()
    extra["订单编号"] = "DD" + extra["订单编号"].str.slice(2, 10) + "902"
    for column in ("数量", "目录金额(元)", "金额(元)", "成本(元)"):
        extra[column] = "-" + extra[column]
    return pd.concat([frame, extra])


def _total(frame: pd.DataFrame, row: str) -> pd.DataFrame:
    """The export's own total row: exact to the fen, every other cell blank."""
    cells: dict[str, str] = dict.fromkeys(frame.columns, "")
    cells["订单编号"] = "合计"
    for column in ("目录金额(元)", "金额(元)", "成本(元)"):
        fen = frame[column].str.replace(".", "", regex=False).astype("int64").sum()
        cells[column] = f"{fen // 100}.{fen % 100:02d}"
    cells["数量"] = str(frame["数量"].astype("int64").sum())
    return pd.concat([frame, pd.DataFrame([cells])], ignore_index=True)


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ZERO = {"订单编号": "DD20210415901", "数量": "0", "目录金额(元)": "0.00", "金额(元)": "0.00", "成本(元)": "0.00"}
_FUTURE = {
    "订单编号": "DD20240520901",
    "订单日期": "2042-05-18",
    "录入日期": "2024-05-20",
    "发货日期": "",
    "开票日期": "",
}

# story → year of the export it stands in, and what it does to it; the total row comes last in its file
_ERRORS: dict[str, tuple[int, Callable[[pd.DataFrame, str], pd.DataFrame]]] = {
    "duplicate_line": (2023, _append({}, first=True)),
    "unknown_person": (2022, _change("业务员工号", lambda _: UNKNOWN_PERSON)),
    "unknown_product": (2023, _change("产品编码", lambda _: UNKNOWN_PRODUCT)),
    "missing_customer": (2023, _blank_customer),
    "future_date": (2024, _append(_FUTURE)),
    "zero_amount": (2021, _append({**_ZERO, "订单日期": "2021-04-15", "录入日期": "2021-04-15"})),
    "negative_unflagged": (2022, _negative),
    "full_width_digits": (2024, _change("数量", lambda text: text.translate(_FULL_WIDTH))),
    "odd_date": (2023, _change("订单日期", lambda text: f"{text[:4]}年{int(text[5:7])}月{int(text[8:])}日")),
    "thousands_separator": (2022, _change("金额(元)", lambda text: f"{int(text[:-3]):,}{text[-3:]}")),
    "subtotal_row": (2021, _total),
}
