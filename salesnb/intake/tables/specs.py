"""Which columns a source of each table may map: the contract's columns, money without its ``_minor``, and a few more.

``required`` columns must be mapped; a row in which one of ``needed`` is blank or unreadable is set aside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from salesnb.model.tables import contract

_KINDS = {"minor": "decimal", "count": "decimal", "number": "decimal"}


@dataclass(frozen=True)
class Spec:
    """What a source of one table may and must map; ``extra`` columns feed names, hierarchies and derived figures."""

    table: str
    needed: tuple[str, ...]
    extra: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    amount: str | None = None  # the column whose sum the ledger shows

    @property
    def must(self) -> tuple[str, ...]:
        """Columns without which the source cannot be imported."""
        return self.required or self.needed


_NAMES = {
    "region_name": "text",
    "team_name": "text",
    "person_name": "text",
    "product_name": "text",
    "customer_name": "text",
    "dealer_name": "text",
    "region_path": "text",
    "category": "text",
}

SPECS = {
    "sales_lines": Spec(
        "sales_lines",
        ("order_date", "net"),
        {**_NAMES, "tax": "decimal", "unit_price": "decimal", "registered_region": "id"},
        required=("net",),
        amount="net",
    ),
    "returns": Spec(
        "returns",
        ("order_id",),
        {
            "return_id": "id",
            "order_id": "id",
            "line_no": "id",
            "product_id": "id",
            "return_date": "date",
            "known_date": "date",
            "quantity": "decimal",
            "net": "decimal",
            "cost": "decimal",
            "is_return": "flag",
        },
        amount="net",
    ),
    "credits": Spec(
        "credits",
        ("order_id", "share"),
        {"order_id": "id", "line_no": "id", "person_id": "id", "person_name": "text", "role": "text", "share": "rate"},
    ),
    "invoices": Spec("invoices", ("invoice_date", "invoiced"), {"tax": "decimal"}, amount="invoiced"),
    "shipments": Spec("shipments", ("ship_date", "shipped"), amount="shipped"),
    "dealer_stock": Spec("dealer_stock", ("month", "dealer_id"), amount="sell_in"),
    "receipts": Spec("receipts", ("receipt_date", "received"), amount="received"),
    "opportunities": Spec("opportunities", ("opportunity_id", "stage"), _NAMES, amount="amount"),
    "visits": Spec("visits", ("date",), {"person_name": "text", "customer_name": "text"}),
    "spend": Spec("spend", ("month", "spend"), {"date": "date"}, required=("spend",), amount="spend"),
    "people": Spec("people", ("person_id",), {"region_name": "text", "team_name": "text"}),
    "customers": Spec("customers", ("customer_id",), {"person_name": "text", "region_name": "text"}),
    "products": Spec("products", ("product_id",)),
    "dealers": Spec("dealers", ("dealer_id",)),
    "targets": Spec(
        "targets",
        ("target",),
        {"month": "month", "year": "id", "period": "id", "person_name": "text", "region_name": "text"},
        amount="target",
    ),
    "market_sizes": Spec("market_sizes", ("year", "size"), amount="size"),
    "general_ledger": Spec(
        "general_ledger", ("month", "booked"), {"date": "date"}, required=("booked",), amount="booked"
    ),
    "market_watch": Spec("market_watch", ("month",), {"region_name": "text"}),
    "competitor_moves": Spec("competitor_moves", ("date", "competitor"), {"region_name": "text"}),
}


@cache
def kinds(table: str) -> dict[str, str]:
    """Every column a source of ``table`` may map, with the kind its cells are read as."""
    spec = SPECS[table]
    out: dict[str, str] = {}
    if table not in ("returns", "credits"):  # these two change order lines and give no table of their own
        for column in contract(table).columns:
            name = column.name.removesuffix("_minor") if column.kind == "minor" else column.name
            out[name] = _KINDS.get(column.kind, column.kind)
    return {**out, **spec.extra}
