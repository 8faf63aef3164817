"""The import as a careful analyst writes it in pandas: the same checks, the same tables, in a process of its own.

``python -m tests.bench.import_by_pandas FILE FOLDER`` prints one line of JSON. Like the product it reads every cell as
text, keeps each row's number in the file, writes rejected rows with their reason, findings with first row, value and
count, the tables by contract, names and masters drawn from the lines, a ledger and the hashes of late rows. It takes
more for granted: one well-formed UTF-8 file with the usual delimiter, its header in row 1, and one spelling of days;
where amounts have more than two decimals it gives up. Vectorised throughout: no Python loop over rows.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS = {
    "订单编号": "order_id",
    "行号": "line_no",
    "订单日期": "order_date",
    "区域": "region_id",
    "办事处": "team_id",
    "工号": "person_id",
    "产品编码": "product_id",
    "产品线": "product_line",
    "客户编码": "customer_id",
    "客户名称": "customer_name",
    "渠道": "channel_id",
    "数量": "quantity",
    "金额": "net",
    "成本": "cost",
}
KEYS = ["order_id", "line_no", "person_id"]
FIGURES = ["quantity", "net", "cost"]
WORDS = [c for c in COLUMNS.values() if c not in ("order_date", *FIGURES)]
IDS = ["region_id", "team_id", "person_id", "product_id", "product_line", "customer_id", "channel_id"]
CELL = ["month", "region_id", "team_id", "person_id", "product_line", "product_id", "customer_type", "channel_id"]
DAY = ["order_date", "month", "region_id", "team_id", "person_id", "product_line", "channel_id", "currency"]
ABSENT = ("customer_type", "industry", "dealer_id", "entity_id")  # no column of the export says them
NONE = "_unassigned"
NOTHING = ["null", "none", "nan", "nat", "#n/a", "n/a", "(null)", "<null>", "\\n", "(空)", "（空）", "(blank)"]


class Report:
    """Findings with their first row and value, and the rows set aside."""

    def __init__(self) -> None:
        self.findings: list[dict[str, Any]] = []
        self.aside: list[pd.DataFrame] = []

    def say(self, code: str, severity: str, rows: pd.DataFrame, column: str) -> None:
        """One finding over ``rows``, if there are any."""
        if len(rows):
            first = rows.loc[rows["_row"].idxmin()]
            said = {"code": code, "severity": severity, "row": first["_row"], "column": column, "value": first[column]}
            self.findings.append(said | {"count": len(rows), "message": f"{len(rows)} 行：{code}"})

    def reject(self, code: str, lines: pd.DataFrame, wrong: pd.Series[bool], column: str) -> pd.DataFrame:
        """``lines`` without the wrong ones, which are kept whole for ``set_aside.csv``."""
        if not wrong.any():
            return lines
        rejected = lines[wrong]
        self.say(code, "error", rejected, column)
        content = [json.dumps(row, ensure_ascii=False) for row in rejected[list(COLUMNS.values())].values.tolist()]
        self.aside.append(pd.DataFrame({"row": rejected["_row"], "code": code, "content": content}))
        return lines[~wrong]


def read(path: Path) -> pd.DataFrame:
    """Every cell as text, with the row it stands in."""
    lines = pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns=COLUMNS)
    lines["_row"] = range(2, len(lines) + 2)
    for word in WORDS:
        text = lines[word].str.replace(r"[\x00-\x1f\x7f\u200b\u2060\ufeff]|\s{2,}", " ", regex=True).str.strip()
        lines[word] = text.mask(text.str.lower().isin(NOTHING), "")
    return lines


def gate(lines: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Rows that can be counted, with days and exact amounts in fen; the others are set aside."""
    lines = report.reject("header_repeated", lines, lines["order_id"] == "订单编号", "order_id")
    lines = report.reject("blank_row", lines, lines[WORDS].eq("").all(axis=1), "order_id")
    label = r"合\s*计|小\s*计|总\s*计|累\s*计|汇\s*总|(?i:total)"
    figures = lines["net"].str.contains(r"\d") & lines["order_date"].str.contains(r"\d")
    labelled = lines[WORDS].apply(lambda column: column.str.contains(label)).any(axis=1)
    total = (labelled & (~figures | lines["order_id"].eq(""))) | lines["order_id"].str.contains(label)
    lines = report.reject("subtotal_row", lines, total, "order_id")
    lines["date"] = pd.to_datetime(lines["order_date"], format="%Y-%m-%d", errors="coerce")
    for figure in FIGURES:
        text = lines[figure].str.replace(r"[,¥￥\s]", "", regex=True)
        if text.str.contains(r"\.\d{3}").any():
            raise ValueError(f"{figure}: more than two decimals")
        lines[f"{figure}_is"] = pd.to_numeric(text, errors="coerce")
        bad = lines[f"{figure}_is"].isna() & text.ne("")
        report.say(f"{figure}_unreadable", "error", lines[bad], figure)
    lines = report.reject("order_date", lines, lines["date"].isna(), "order_date")
    lines = report.reject("net", lines, lines["net_is"].isna(), "net")
    for figure in ("net", "cost"):  # doubles of at most two decimals: exact once they are whole fen
        lines[f"{figure}_minor"] = (lines[f"{figure}_is"] * 100).round().astype("Int64")
    lines = report.reject("duplicate_row", lines, lines.duplicated(list(COLUMNS.values())), "order_id")
    return lines.assign(is_return=lines["net_minor"] < 0, month=lines["date"].dt.strftime("%Y-%m"))


def check(kept: pd.DataFrame, report: Report) -> None:
    """Everything the quality report says of the rows that count."""
    net, cost, sold = kept["net_minor"], kept["cost_minor"], ~kept["is_return"]
    report.say("key_conflict", "error", kept[kept.duplicated(KEYS, keep=False)], "order_id")
    report.say("future_date", "error", kept[kept["date"] > pd.Timestamp.now()], "order_date")
    report.say("ancient_date", "error", kept[kept["date"] < pd.Timestamp("1990-01-01")], "order_date")
    report.say("zero_amount", "info", kept[net == 0], "order_id")
    report.say("negative_as_return", "info", kept[net < 0], "net")
    report.say("customer_missing", "warn", kept[kept["customer_id"].eq("")], "order_id")
    report.say("loss_making", "info", kept[sold & (net > 0) & (cost > net).fillna(False)], "cost")
    report.say("negative_cost", "warn", kept[sold & (cost < 0).fillna(False)], "cost")
    nothing = kept["quantity_is"].isna() | (kept["quantity_is"].eq(0) & (net != 0))
    report.say("quantity_missing", "info", kept[nothing], "order_id")
    price = (kept["net_is"] / kept["quantity_is"].where(kept["quantity_is"] != 0)).abs()
    known = sold & (kept["quantity_is"] > 0) & (net > 0) & kept["product_id"].ne("")
    usual = price[known].groupby(kept["product_id"][known]).agg(["median", "count"])
    usual = kept["product_id"].map(usual.loc[usual["count"] >= 20, "median"])
    slipped = usual.notna() & ((price > 20 * usual) | (price < usual / 20)) & (net != 0)
    report.say("price_slip", "warn", kept[slipped], "net")
    orders = kept[kept["order_id"].ne("")].groupby("order_id")
    for column, code in (("customer_id", "order_two_customers"), ("date", "order_two_dates")):
        several = orders[column].nunique() > 1
        report.say(code, "warn", kept[kept["order_id"].isin(several.index[several])], "order_id")
    _months(kept, report)
    for column in IDS:
        _spellings(kept, column, report)


def _months(kept: pd.DataFrame, report: Report) -> None:
    counts = kept[~kept["is_return"]].groupby("month").size()
    every = pd.period_range(kept["month"].min(), kept["month"].max(), freq="M").astype(str)
    gaps = sorted(set(every) - set(kept["month"].unique()))
    if gaps:
        report.findings.append({"code": "month_gap", "severity": "warn", "value": "、".join(gaps), "count": len(gaps)})
    if len(counts) >= 6 and counts.iloc[-1] < 0.5 * counts.iloc[-13:-1].median():
        said = {"code": "last_month_thin", "severity": "info", "value": counts.index[-1], "count": counts.iloc[-1]}
        report.findings.append(said)


def _spellings(kept: pd.DataFrame, column: str, report: Report) -> None:
    values = pd.Series(kept[column].unique())
    folded = values.str.normalize("NFKC").str.casefold().str.replace(r"[\s\-_.·•]+", "", regex=True)
    twins = values[folded.duplicated(keep=False)]
    report.say("spelling_variants", "warn", kept[kept[column].isin(twins)] if len(twins) else kept.iloc[:0], column)
    mangled = values[values.str.fullmatch(r"\d(\.\d+)?[eE]\+\d{1,3}")]
    report.say("id_scientific", "error", kept[kept[column].isin(mangled)] if len(mangled) else kept.iloc[:0], column)


def lines_of(kept: pd.DataFrame) -> pd.DataFrame:
    """``sales_lines`` by contract, in the order of its keys."""
    out = kept.drop(columns=["order_date", *FIGURES, "net_is", "cost_is"])
    out = out.rename(columns={"date": "order_date", "quantity_is": "quantity"})
    for column in [*KEYS, *IDS]:
        out[column] = out[column].mask(out[column].eq(""), NONE)
    for column, value in (*((c, NONE) for c in ABSENT), ("currency", "CNY")):
        out[column] = pd.Categorical.from_codes([0] * len(out), categories=[value])
    return out.assign(share_of_credit=1.0, is_primary=True, list_minor=pd.NA).sort_values(KEYS)


def mode_of(lines: pd.DataFrame, key: str, attribute: str) -> pd.Series[str]:
    """What most lines of each key say, the smaller word where two are equally frequent."""
    counted = lines.groupby([key, attribute]).size().reset_index(name="n")
    return counted.sort_values(["n", attribute], ascending=[False, True]).drop_duplicates(key).set_index(key)[attribute]


def masters(lines: pd.DataFrame, folder: Path) -> None:
    """Products, customers and people as their lines say, and the names and parents of every node."""
    products = pd.DataFrame({"product_line": mode_of(lines, "product_id", "product_line")})
    last = lines.sort_values(["order_date", "order_id", "line_no"]).drop_duplicates("customer_id", keep="last")
    customers = last.set_index("customer_id")[["region_id", "person_id"]]
    customers["name"] = mode_of(lines, "customer_id", "customer_name")
    people = pd.DataFrame({c: mode_of(lines, "person_id", c) for c in ("region_id", "team_id")})
    people["from_date"] = lines.groupby("person_id")["order_date"].min()
    for name, table in (("products", products), ("customers", customers), ("people", people)):
        table.sort_index().reset_index().to_parquet(folder / f"{name}.parquet", compression="zstd")
    nodes = []
    for column in [*IDS, *ABSENT]:
        found = pd.DataFrame({"node_id": lines[column].unique()}).assign(dimension=column)
        found["name"] = found["node_id"].map(customers["name"]) if column == "customer_id" else found["node_id"]
        nodes.append(found)
    for column, parent in (("product_id", "product_line"), ("team_id", "region_id")):
        agreed = lines.groupby(column)[parent].agg(["nunique", "first"])
        nodes.append(agreed.loc[agreed["nunique"] == 1, "first"].reset_index().set_axis(["node_id", "parent"], axis=1))
    pd.concat(nodes).to_parquet(folder / "nodes.parquet", compression="zstd")


def write(lines: pd.DataFrame, report: Report, read_count: int, folder: Path) -> None:
    """The tables, the hashes by which late rows are known, findings, rows set aside and the ledger."""
    lines.drop(columns=["_row", "customer_name"]).to_parquet(
        folder / "sales_lines.parquet", index=False, compression="zstd"
    )
    lines["returns_minor"] = lines["net_minor"].where(lines["is_return"], 0)
    lines["costed_minor"] = lines["net_minor"].where(lines["cost_minor"].notna(), 0)
    figures = dict.fromkeys(("net_minor", "cost_minor", "quantity", "returns_minor", "costed_minor"), "sum")
    for name, keys in (("cells", [*CELL, "industry", "dealer_id", "currency"]), ("daily", DAY)):
        summed = lines.groupby(keys, observed=True).agg(figures | {"line_no": "count"}).reset_index()
        summed.to_parquet(folder / f"sales_{name}.parquet", index=False, compression="zstd")
    masters(lines, folder)
    content = [*KEYS[:2], "order_date", "product_id", "customer_id", "net_minor", "quantity", "is_return"]
    seen = pd.DataFrame({"h": pd.util.hash_pandas_object(lines[content], index=False)})
    seen = seen.assign(seen=pd.Timestamp.now().normalize(), order_date=lines["order_date"], net=lines["net_minor"])
    seen.to_parquet(folder / "known.parquet", index=False, compression="zstd")
    aside = pd.concat(report.aside) if report.aside else pd.DataFrame(columns=["row", "code", "content"])
    aside.to_csv(folder / "set_aside.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame(report.findings).to_csv(folder / "findings.csv", index=False, encoding="utf-8-sig")
    counts = {"read": read_count, "kept": len(lines), "set_aside": len(aside), "net": int(lines["net_minor"].sum())}
    pd.DataFrame([counts]).to_csv(folder / "import_ledger.csv", index=False, encoding="utf-8-sig")


def main() -> None:
    """Import and say what it took."""
    began = time.perf_counter()
    path, folder, report = Path(sys.argv[1]), Path(sys.argv[2]), Report()
    with path.open("rb") as file:
        print_of = hashlib.file_digest(file, "sha256").hexdigest()
    lines = read(path)
    read_count = len(lines)
    kept = gate(lines, report)
    del lines
    check(kept, report)
    kept = lines_of(kept)
    write(kept, report, read_count, folder)
    (folder / "meta.json").write_text(json.dumps({"sha256": print_of}), encoding="utf-8")
    used = resource.getrusage(resource.RUSAGE_SELF)
    said = {"wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "kb": used.ru_maxrss}
    print(json.dumps(said | {"net": int(kept["net_minor"].sum()), "kept": len(kept)}))


if __name__ == "__main__":
    main()
