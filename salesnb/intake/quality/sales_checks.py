"""What can be wrong with order lines beyond single cells: duplicates, keys said twice, signs of returns."""

from __future__ import annotations

from salesnb.intake.bench import Bench, ident
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.furniture import keep_aside
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company

_TWICE = {
    "duplicate_row": Text("与另一行完全相同（含行号）", "the same as another row, line number included"),
    "duplicate_file": Text("同一行已在另一份导出中", "the same row is in another export already"),
}


def without_duplicates(bench: Bench, rows: Stack, kept: str) -> str:
    """Rows said twice leave: with a line number whenever they are equal; without one only when another *file* holds
    them too (two equal lines in one file may be two sales: that is a finding, the user decides)."""
    content = ", ".join(ident(c) for c in rows.columns)
    numbered = "line_no" in rows.columns and "order_id" in rows.columns
    marked = f"(SELECT _file, _row, hash({content}) AS h FROM {kept})"
    again, many = bench.name("again"), bench.name("many")
    bench.run(f"CREATE TABLE {again} AS SELECT h FROM {marked} GROUP BY h HAVING count(*) > 1")
    if not bench.one(f"SELECT count(*) FROM {again}"):
        return kept
    bench.run(
        f"CREATE TABLE {many} AS SELECT _file, _row, h, row_number() OVER (PARTITION BY h ORDER BY _file, _row) AS nth,"
        " row_number() OVER (PARTITION BY h, _file ORDER BY _row) AS nth_in_file,"
        f" min(_file) OVER (PARTITION BY h) AS first_file FROM {marked} SEMI JOIN {again} USING (h)"
    )
    most = f"(SELECT h, max(nth_in_file) AS most FROM {many} GROUP BY h)"
    twice = bench.name("twice")
    rule = "nth > 1" if numbered else "nth > most"
    bench.run(
        f"CREATE TABLE {twice} AS SELECT _file, _row, CASE WHEN _file <> first_file THEN 'duplicate_file' ELSE"
        f" 'duplicate_row' END AS code FROM {many} JOIN {most} USING (h) WHERE {rule}"
    )
    _report_twice(bench, rows, twice)
    if not numbered:
        _report_suspects(bench, rows, many, twice)
    out = bench.name("kept")
    bench.run(f"CREATE VIEW {out} AS SELECT * FROM {kept} ANTI JOIN {twice} USING (_file, _row)")
    return out


def _report_twice(bench: Bench, rows: Stack, twice: str) -> None:
    for number, raw in enumerate(rows.raws):
        keep_aside(bench, raw, rows.table, f"SELECT _row, code FROM {twice} WHERE _file = {number}", _TWICE)
        found = bench.rows(
            f"SELECT code, min(_row), count(*) FROM {twice} WHERE _file = {number} GROUP BY code ORDER BY 1"
        )
        for code, row, count in found:
            cells = ", ".join(f"c{i}" for i in range(len(raw.columns)))
            bench.findings.add(
                Finding(
                    code,
                    "warn",
                    Text(f"{count} 行被搁置：{_TWICE[code].zh}", f"{count} rows were set aside: {_TWICE[code].en}"),
                    Text(
                        "核对 set_aside.csv；确是两笔时请让行号不同",
                        "look at set_aside.csv; if they are two sales, give them different line numbers",
                    ),
                    table=rows.table,
                    file=raw.shown,
                    row=row,
                    value=bench.one(f"SELECT concat_ws(' | ', {cells}) FROM {raw.name} WHERE _row = {row}"),
                    row_count=count,
                )
            )


def _report_suspects(bench: Bench, rows: Stack, many: str, twice: str) -> None:
    left = f"(SELECT * FROM {many} WHERE nth_in_file > 1) ANTI JOIN {twice} USING (_file, _row)"
    found = bench.rows(f"SELECT _file, min(_row), count(*) FROM {left} GROUP BY _file ORDER BY _file")
    for number, row, count in found:
        raw = rows.raws[number]
        bench.findings.add(
            Finding(
                "duplicate_suspect",
                "warn",
                Text(
                    f"{count} 行与同一文件中的另一行完全相同，没有行号，无法判断是否重复，已保留",
                    f"{count} rows equal another row of the same file; without a line number nobody can tell, "
                    f"so they are kept",
                ),
                Text("在导出中加上行号并映射到 line_no", "add a line number to the export and map it to line_no"),
                table=rows.table,
                file=raw.shown,
                row=row,
                row_count=count,
            )
        )


_NOT_YET = {
    "basis_date_missing": Text(
        "尚未发货或开票，按口径未计入", "not shipped or invoiced yet, so not counted by the basis"
    )
}


def on_basis(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """Rows that count by the company's basis: without a ship (invoice) date an order is not shipped (invoiced) yet, so
    it is set aside from sales until it is. A basis whose date no source maps stops the run."""
    basis = company.basis.date
    if basis == "order_date":
        return kept
    if basis not in rows.columns:
        bench.findings.add(_not_mapped(rows, basis))
        return kept
    sale = "AND NOT coalesce(is_return, net < 0)" if "is_return" in rows.columns else "AND net >= 0"
    missing = bench.name("unbased")
    bench.run(f"CREATE TABLE {missing} AS SELECT _file, _row FROM {kept} WHERE {basis} IS NULL {sale}")
    (code,) = _NOT_YET
    for file, row, count in bench.rows(
        f"SELECT _file, min(_row), count(*) FROM {missing} GROUP BY _file ORDER BY _file"
    ):
        query = f"SELECT _row, '{code}' FROM {missing} WHERE _file = {file}"
        keep_aside(bench, rows.raws[file], rows.table, query, _NOT_YET)
        bench.findings.add(_not_yet(rows, file, row, basis, count))
    out = bench.name("kept")
    bench.run(f"CREATE VIEW {out} AS SELECT * FROM {kept} ANTI JOIN {missing} USING (_file, _row)")
    return out


def _not_mapped(rows: Stack, basis: str) -> Finding:
    return Finding(
        "basis_not_mapped",
        "stop",
        Text(f"业绩口径按 {basis}，但没有来源映射这一列", f"the basis is {basis}, and no source maps that column"),
        Text(f"映射 {basis}，或改 company.yaml 的 basis", f"map {basis}, or change basis in company.yaml"),
        table=rows.table,
        file=rows.raws[0].shown if rows.raws else "",
        column=basis,
    )


def _not_yet(rows: Stack, file: int, row: int, basis: str, count: int) -> Finding:
    return Finding(
        "basis_date_missing",
        "info",
        Text(
            f"{count} 行没有 {basis}，按业绩口径尚未计入",
            f"{count} lines have no {basis} and do not count by the basis yet",
        ),
        Text("发货或开票后会自动计入", "they count once they are shipped or invoiced"),
        table=rows.table,
        file=rows.raws[file].shown,
        row=row,
        column=rows.header(file, basis),
        row_count=count,
    )


def return_signs(bench: Bench, rows: Stack, based: str, positive: int, negative: int) -> None:
    """Returns with positive amounts: turned if all are; if only some are, nobody can tell and the run stops."""
    file, row, value = bench.rows(
        "SELECT min(_file), arg_min(_row, (_file, _row)), arg_min(net::DECIMAL(38,2)::VARCHAR, (_file, _row))"
        f" FROM {based} WHERE is_return AND net > 0"
    )[0]
    if negative:
        message = Text(
            f"标为退货的行里 {positive} 行金额为正、{negative} 行为负，无法判断正的是否要冲减",
            f"of the lines marked as returns {positive} are positive and {negative} negative: whether to subtract the"
            " positive ones cannot be told",
        )
    else:
        message = Text(
            f"{positive} 行退货以正数导出，已按负数冲减",
            f"{positive} returns are exported as positive amounts; they are subtracted",
        )
    bench.findings.add(
        Finding(
            "return_sign_mixed" if negative else "return_sign",
            "stop" if negative else "info",
            message,
            Text("统一导出口径：退货金额一律为负", "make the export write every return as a negative amount"),
            table=rows.table,
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "net"),
            value=value,
            row_count=positive,
        )
    )


def key_conflicts(bench: Bench, rows: Stack, lines: str, keys: int, count: int) -> None:
    """The same order line said twice with different content: both are kept, the ledger stays whole."""
    file, row, value = bench.rows(
        "SELECT min(f), arg_min(r, (f, r)), arg_min(order_id || ' / ' || line_no, (f, r)) FROM ("
        f"SELECT order_id, line_no, min(_file) AS f, min(_row) AS r FROM {lines}"
        " GROUP BY order_id, line_no, person_id HAVING count(*) > 1)"
    )[0]
    bench.findings.add(
        Finding(
            "key_conflict",
            "error",
            Text(
                f"{keys} 个订单行号对应多行且内容不同（共 {count} 行），都已保留",
                f"{keys} order lines stand more than once with different content ({count} rows); all are kept",
            ),
            Text(
                "若后一行是更正，请删去前一行；若是两笔，请补行号",
                "if the later one corrects the earlier, delete that; if they are two sales, give them line numbers",
            ),
            table=rows.table,
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "line_no"),
            value=value,
            row_count=count,
        )
    )
