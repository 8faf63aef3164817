"""The import as a careful analyst writes it in pandas: the same checks, the same tables, in a process of its own.

``python -m tests.bench.import_by_pandas FILE FOLDER`` prints one line of JSON. It takes for granted a well-formed UTF-8
file, amounts of at most two decimals and one spelling of days, none of which the product does.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

KEYS = ["订单编号", "行号", "工号"]
CELL = ["月份", "区域", "办事处", "工号", "产品线", "产品编码", "渠道"]
WORDS = ["订单编号", "行号", "区域", "办事处", "工号", "产品编码", "产品线", "客户编码", "客户名称", "渠道"]


def read(path: Path) -> pd.DataFrame:
    """Every cell as text, then days and figures by column."""
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    for word in WORDS:
        lines[word] = lines[word].str.strip().str.replace(r"\s{2,}|[\x00-\x1f\x7f\u3000\xa0]", " ", regex=True)
    lines["日期"] = pd.to_datetime(lines["订单日期"], format="%Y-%m-%d", errors="coerce")
    for figure in ("金额", "成本", "数量"):
        lines[figure] = pd.to_numeric(lines[figure].str.replace(",", ""), errors="coerce")
    return lines


def gate(lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows that can be counted, and how often each kind of trouble was seen."""
    blank = lines[WORDS].eq("").all(axis=1)
    total = lines[WORDS].apply(lambda column: column.str.contains(r"合计|小计|总计")).any(axis=1)
    found = {"blank": int(blank.sum()), "subtotal": int(total.sum())}
    found |= {"day": int(lines["日期"].isna().sum()), "amount": int(lines["金额"].isna().sum())}
    kept = lines[~blank & ~total & lines["日期"].notna() & lines["金额"].notna()]
    twice = kept.duplicated()
    found["duplicate"] = int(twice.sum())
    kept = kept[~twice].copy()
    found["key_conflict"] = int(kept.duplicated(KEYS, keep=False).sum())
    found |= {"zero": int((kept["金额"] == 0).sum()), "negative": int((kept["金额"] < 0).sum())}
    found["future"] = int((kept["日期"] > pd.Timestamp.now()).sum())
    price = (kept["金额"] / kept["数量"]).abs()
    usual = price.groupby(kept["产品编码"]).transform("median")
    found["price"] = int(((price > 50 * usual) | (price < usual / 50)).sum())
    found["customers_of_an_order"] = int((kept.groupby("订单编号")["客户编码"].nunique() > 1).sum())
    months = kept["日期"].dt.strftime("%Y-%m")
    kept["月份"] = months
    every = pd.period_range(months.min(), months.max(), freq="M").astype(str)
    found["gaps"] = len(set(every) - set(months))
    for word in ("区域", "工号", "产品编码", "客户编码"):
        values = pd.Series(kept[word].unique())
        folded = values.str.normalize("NFKC").str.casefold().str.replace(r"[\s\-]", "", regex=True)
        found[f"spellings_{word}"] = int(folded.duplicated().sum())
    return kept, found


def write(kept: pd.DataFrame, found: dict[str, int], folder: Path) -> int:
    """Lines in the order of their keys, cells, days, names, the hashes by which late rows are known; net in fen."""
    kept["net_minor"] = (kept["金额"] * 100).round().astype("int64")
    kept["cost_minor"] = (kept["成本"] * 100).round().astype("Int64")
    kept["is_return"] = kept["金额"] < 0
    kept = kept.sort_values(KEYS)
    kept.to_parquet(folder / "sales_lines.parquet", index=False, compression="zstd")
    figures = {"net_minor": "sum", "cost_minor": "sum", "数量": "sum", "行号": "count"}
    kept.groupby(CELL, observed=True).agg(figures).reset_index().to_parquet(
        folder / "cells.parquet", compression="zstd"
    )
    daily = kept.groupby(["日期", "月份", "区域", "办事处", "工号", "产品线", "渠道"], observed=True).agg(figures)
    daily.reset_index().to_parquet(folder / "daily.parquet", compression="zstd")
    names = kept.groupby(["客户编码", "客户名称"]).size().reset_index()
    names.to_parquet(folder / "nodes.parquet")
    seen = pd.util.hash_pandas_object(kept[[*WORDS, "日期", "net_minor"]], index=False)
    pd.DataFrame({"h": seen, "seen": pd.Timestamp.now().normalize()}).to_parquet(folder / "known.parquet")
    pd.Series(found).to_csv(folder / "findings.csv", encoding="utf-8-sig")
    return int(kept["net_minor"].sum())


def main() -> None:
    """Import and say what it took."""
    began = time.perf_counter()
    kept, found = gate(read(Path(sys.argv[1])))
    net = write(kept, found, Path(sys.argv[2]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    said = {"wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "kb": used.ru_maxrss}
    print(json.dumps(said | {"net": net, "kept": len(kept)}))


if __name__ == "__main__":
    main()
