"""One person's letter as plain data, for the tests of letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from salesnb.model.errors import Text
from salesnb.report.letters.content import Amount, Figure, Kpi, Letter, Party, Step

WAN = 1_000_000  # 万元 in fen
MONTHS = tuple(f"2024-{m:02d}" for m in range(1, 13))


def letter(**changed: Any) -> Letter:
    """A year's letter over two product lines, complete and approved, with parts replaced."""
    amounts = tuple(
        Amount(month, line, (position + 1) * share * WAN)
        for position, month in enumerate(MONTHS)
        for line, share in (("A", 1), ("B", 2))
    )
    total = sum(amount.target_minor for amount in amounts)
    made = Letter(
        plan="2024", level="person", node_id="E7", node_name="李 <b>强</b>", issuer=Party("某公司销售中心", "总监 王"),
        holder=Party("李 <b>强</b>", "业务员", "E7", "东区"), start=date(2024, 1, 1), end=date(2024, 12, 31),
        sign_by=date(2024, 1, 12), basis=Text("按下单日期计。", "By order date."), currency="CNY", amounts=amounts,
        kpis=(
            Kpi("sales", "销售额达成率", 0.6, "minor", total, is_target=True),
            Kpi("collection", "回款率", 0.15, "rate", 0.955, "at_least"),
            Kpi("new", "新客户数", 0.15, "count", 6, per=Text("家", "customers")),
            Kpi("visits", "周均有效拜访", 0.1, "number", 8.5, "at_least"),
        ),
        steps=(
            Step(Text("上年实际", "Last year"), 200 * WAN, "同口径"),
            Step(Text("增长", "Growth"), total - 200 * WAN),
        ),
        figures=(Figure("预算口径", "财务", total - WAN), Figure("考核口径", "总监", total, is_judged=True)),
        incentives=(Text("挑战档。", "Challenge."), Text("提成。", "Commission.")),
        adjustment="重大变化时申请调整。", objection="五日内书面提出。", vetoes=("串货。", "泄密。"),
        clauses=("其他。",),
        effective=date(2024, 1, 1), revision="2024-r01", decided=date(2024, 1, 5), approved_by="王",
        source_version="2024/v003", chain_head="ab" * 32,
    )  # fmt: skip
    return replace(made, **changed)
