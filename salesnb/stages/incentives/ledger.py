"""Commission order line by order line: what was earned, in which month, and the ledger whose sum is what is paid."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, Text
from salesnb.stages.incentives.exact import SCALE, scaled, spread, whole
from salesnb.stages.incentives.pay import Pay
from salesnb.stages.incentives.scheme import Scheme

_GUARD = 2**62


def earned(lines: pd.DataFrame, rules: Scheme) -> pd.DataFrame:
    """``lines`` with ``earned``: the exact commission of each in 1/SCALE of a minor unit (int64).

    ``lines``: order_date, product_line, person_id, net_minor, is_return (split credit is split rows already). A line of
    a product line without a rule earns nothing; its sales are in :func:`without_rule`. Without clawback returns count
    nothing. DataError when the sums leave int64.
    """
    out = lines.copy(deep=False)
    found = _rates(out, rules)
    rates = pd.Series([found[key] or 0 for key in _pairs(out)], index=out.index, dtype="int64")
    net = out["net_minor"].astype("int64")
    if not rules.clawback:
        net = net.where(~out["is_return"], 0)
    if float((net.astype(float).abs() * rates).sum()) > _GUARD:
        raise DataError(
            Text("提成合计超出可精确表示的范围", "the sum of commissions is beyond exact integers"),
            remedy=Text("分单位或分年计算", "compute by unit or by year"),
        )
    out["earned"] = net * rates
    return out


def exact_sums(lines: pd.DataFrame) -> dict[str, Fraction]:
    """Exact commission by person, from the result of :func:`earned`."""
    sums = lines.groupby("person_id", sort=True)["earned"].sum()
    return {str(person): Fraction(int(total), SCALE) for person, total in sums.items()}


def without_rule(lines: pd.DataFrame, rules: Scheme) -> pd.DataFrame:
    """product_line, net_minor: sales of lines for which no commission is decided (missing is not zero per cent)."""
    found = _rates(lines, rules)
    sums = lines[[found[key] is None for key in _pairs(lines)]].groupby("product_line", sort=True)["net_minor"].sum()
    return sums.reset_index()


def _pairs(lines: pd.DataFrame) -> list[tuple[str, pd.Timestamp]]:
    return list(zip(lines["product_line"], lines["order_date"], strict=True))


def _rates(lines: pd.DataFrame, rules: Scheme) -> dict[tuple[str, pd.Timestamp], int | None]:
    """The rate of every product line and day that occurs, None where no rule covers it."""
    out: dict[tuple[str, pd.Timestamp], int | None] = {}
    for line, day in set(_pairs(lines)):
        rate = rules.rate(line, day.date())
        out[(line, day)] = None if rate is None else scaled(rate, line)
    return out


def commission_ledger(lines: pd.DataFrame, pays: Mapping[str, Pay]) -> pd.DataFrame:
    """person_id, month, product_line, part, net_minor, commission_minor: sums to what each person is paid, exactly.

    ``lines`` is the result of :func:`earned`, ``pays`` the settlement by person. Parts: ``rate`` by month and line;
    ``accelerator``, ``floor``, ``cap`` in the settlement's last month. A person without a settlement is refused.
    """
    groups = lines.groupby(["person_id", "month", "product_line"], as_index=False, sort=True)
    sums = groups[["earned", "net_minor"]].sum()
    rows: list[dict[str, object]] = []
    for person, own in sums.groupby("person_id", sort=True):
        pay = pays[str(person)]
        exact = [Fraction(int(v), SCALE) for v in own["earned"]]
        keys = list(zip(own["month"], own["product_line"], strict=True))
        assert pay.base_minor == whole(sum(exact, Fraction(0))), f"{person} was settled on other lines"
        amounts = spread(exact, keys, pay.base_minor)
        for (month, line), net, amount in zip(keys, own["net_minor"], amounts, strict=True):
            rows.append(_row(str(person), month, line, "rate", int(net), amount))
        last = str(own["month"].max())
        parts = (("accelerator", pay.accelerator_minor), ("floor", pay.floor_minor), ("cap", pay.cap_minor))
        rows += [_row(str(person), last, UNASSIGNED, part, 0, amount) for part, amount in parts if amount]
    columns = ["person_id", "month", "product_line", "part", "net_minor", "commission_minor"]
    return pd.DataFrame(rows, columns=columns).astype({"net_minor": "int64", "commission_minor": "int64"})


def _row(person: str, month: str, line: str, part: str, net: int, amount: int) -> dict[str, object]:
    return {
        "person_id": person,
        "month": month,
        "product_line": line,
        "part": part,
        "net_minor": net,
        "commission_minor": amount,
    }
