"""Which roles a kind of table uses, and under which key of the map in company.yaml.

``role`` stands under its own name, ``role=key`` under another one, ``role=`` is evidence only.
"""

from __future__ import annotations

_USES = """
sales_lines
    order_id line_no order_date known_date ship_date invoice_date month region_id region_group= province= city=
    team_id person_id person_name product_id product_name product_line category customer_id customer_name
    customer_type industry channel_id dealer_id dealer_name entity_id currency quantity unit_price= net list
    cost profit= discount= tax= is_return share_of_credit
    original_order_id
returns
    order_id line_no product_id order_date=return_date quantity net is_return known_date
receipts
    receipt_id receipt_date due_date received order_id customer_id person_id currency known_date
opportunities
    opportunity_id created_date qualified_date quoted_date viewed_date closed_date known_date stage region_id
    team_id person_id person_name product_line product_id product_name customer_id customer_name customer_type
    industry source decision_chain company_size lost_reason currency opportunity_amount=amount
visits
    visit_id visit_date=date person_id person_name customer_id customer_name is_effective known_date
spend
    month spend_category=category region_id channel_id spend lead_count currency
people
    person_id person_name=name manager=manager_id region_id team_id job=role hired_date left_date from_date
    to_date
customers
    customer_id customer_name=name customer_type industry company_size region_id person_id dealer_id
    registered_date
products
    product_id product_name=name product_line category list_price unit_cost launch_date life_cycle
dealers
    dealer_id dealer_name=name parent_dealer=parent_id region_id from_date to_date rebate_rate
invoices
    invoice_id line_no invoice_date known_date order_id customer_id currency invoiced tax
shipments
    shipment_id line_no ship_date known_date order_id customer_id product_id currency quantity shipped
dealer_stock
    month dealer_id product_line currency sell_in sell_out stock
targets
    target_date=from_date target_end=to_date month period year region_id person_id person_name product_line
    target metric currency
market_sizes
    year region_id product_line market_size=size source
general_ledger
    month order_date=date account entity_id currency booked
market_watch
    month region_id news_count competitor_count inquiry_count
competitor_moves
    order_date=date competitor region_id product_line competitor_action=action
    price_change=price_change_rate source known_date
"""


def _read(text: str) -> dict[str, dict[str, str | None]]:
    out: dict[str, dict[str, str | None]] = {}
    table = ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            table = line
            out[table] = {}
            continue
        for word in line.split():
            role, said, key = word.partition("=")
            out[table][role] = (key or None) if said else role
    return out


# table → role → key of the map (None: evidence only)
USES = _read(_USES)
