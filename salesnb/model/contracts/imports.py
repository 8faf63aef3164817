"""What an import says of itself: findings, rows set aside, and the ledger of rows and money."""

from __future__ import annotations

from salesnb.model.contracts.columns import ident, words
from salesnb.model.contracts.facts import CURRENCY
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

FINDINGS = TableContract(
    "findings",
    ("finding_no",),
    (
        ident("finding_no", "编号", "No."),
        ident("code", "代码", "Code"),
        ident("severity", "级别", "Severity"),
        ident("table", "表", "Table"),
        words("file", "文件", "File"),
        Column("row", "count", Text("行", "Row"), optional=True),
        words("column", "列", "Column"),
        words("value", "值", "Value"),
        Column("row_count", "count", Text("涉及行数", "Rows concerned")),
        words("message_zh", "说明", "Message (zh)", optional=False),
        words("message_en", "说明（英文）", "Message", optional=False),
        words("remedy_zh", "处理办法", "Remedy (zh)", optional=False),
        words("remedy_en", "处理办法（英文）", "Remedy", optional=False),
    ),
    Text("数据质量发现", "Data quality findings"),
)

SET_ASIDE = TableContract(
    "set_aside",
    ("table", "file", "row", "code"),
    (
        ident("table", "表", "Table"),
        ident("file", "文件", "File"),
        Column("row", "count", Text("行", "Row")),
        ident("code", "代码", "Code"),
        words("reason_zh", "原因", "Reason (zh)", optional=False),
        words("reason_en", "原因（英文）", "Reason", optional=False),
        words("content", "原行内容", "The row as it was", optional=False),
    ),
    Text("搁置的行", "Rows set aside"),
)

IMPORT_LEDGER = TableContract(
    "import_ledger",
    ("table", "file"),
    (
        ident("table", "表", "Table"),
        ident("file", "文件", "File"),
        Column("read_count", "count", Text("读取行数", "Rows read")),
        Column("kept_count", "count", Text("保留行数", "Rows kept")),
        Column("set_aside_count", "count", Text("搁置行数", "Rows set aside")),
        CURRENCY,
        Column("kept_minor", "minor", Text("保留金额", "Amount kept"), unit="money", optional=True),
        Column("set_aside_minor", "minor", Text("搁置金额", "Amount set aside"), unit="money", optional=True),
        Column("rounding_minor", "number", Text("取整差额", "Moved by rounding"), unit="minor", optional=True),
        words("sha256", "内容指纹", "Fingerprint"),
    ),
    Text("导入台账", "Import ledger"),
)

ALL = (FINDINGS, SET_ASIDE, IMPORT_LEDGER)
