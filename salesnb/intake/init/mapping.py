"""Roles → the columns of a source, with what the data itself says about them."""

from __future__ import annotations

from salesnb.intake.bench import Bench
from salesnb.intake.clean import words
from salesnb.intake.init import links
from salesnb.intake.init.draft import Column, Draft
from salesnb.intake.init.kinds import Guess
from salesnb.intake.init.sales_doubts import SalesDoubts
from salesnb.intake.init.uses import USES
from salesnb.intake.init.vocabulary import STAGES
from salesnb.intake.init.words import key
from salesnb.model.errors import Text

LIKELY = 0.75  # below, a header's words are named as a doubt


def columns(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts) -> dict[str, Column]:
    """The columns of one guessed table."""
    assert guess.table is not None
    out: dict[str, Column] = {}
    for role, name in USES[guess.table].items():
        header = guess.roles.chosen.get(role)
        if name is None or header is None or name in out:
            continue
        out[name] = Column(header, _examples(guess, header))
        if guess.roles.score(role) < LIKELY:
            doubts.weak(guess, role, name, header)
    special = {
        "sales_lines": sales,
        "opportunities": opportunities,
        "targets": targets,
        "people": people,
        "returns": returns,
    }
    if guess.table in special:
        special[guess.table](bench, guess, draft, doubts, out)
    _dates(bench, guess, out, doubts)
    return out


def _examples(guess: Guess, header: str) -> Text:
    facts = guess.profiles[header]
    shown = "、".join(e[:20] for e in facts.examples[:3])
    blank = facts.rows - facts.filled
    zh = f"{facts.distinct} 个值，如 {shown}" + (f"；{blank} 行为空" if blank else "")
    en = f"{facts.distinct} values such as {', '.join(e[:20] for e in facts.examples[:3])}" + (
        f"; {blank} rows blank" if blank else ""
    )
    return Text(zh, en)


def sales(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """Order lines: amount, cost, currency, hierarchy, credited person and booking month with their evidence."""
    raw, chosen = guess.raw, guess.roles.chosen
    if "order_date" not in chosen and "month" in chosen:
        doubts.months_only(guess, chosen["month"])
    _cost(bench, guess, doubts, out)
    _currency(bench, guess, draft, doubts, out)
    _regions(bench, guess, doubts, out)
    amounts = [c.header for c in guess.roles.candidates.get("net", []) if c.score >= 0.7]
    if len(amounts) > 1:
        doubts.amounts(bench, guess, amounts)
    doubts.tax(bench, guess, chosen["net"])
    if "month" in chosen and "order_date" in chosen:
        moved, compared = links.month_moves(bench, raw, chosen["order_date"], chosen["month"])
        doubts.booking_month(guess, chosen["month"], moved, compared)
    person = chosen.get("person_id") or chosen.get("person_name")
    region = out.get("region_id")
    if person:
        doubts.unassigned(bench, guess, person)
    if region is not None and isinstance(region.value, str):
        for role in ("customer_id", "customer_name"):
            if role in chosen:
                doubts.several_regions(bench, guess, chosen[role], region.value, Text("客户", "customers"))
                break
        if person:
            doubts.several_regions(bench, guess, person, region.value, Text("业务员", "salespeople"))
    customer = chosen.get("customer_id") or chosen.get("customer_name")
    if person and customer:
        doubts.several_people(bench, guess, customer, person)
    if "product_id" in chosen and "product_name" in chosen:
        doubts.two_names(bench, guess, chosen["product_id"], chosen["product_name"])
    if "order_id" not in chosen:
        doubts.no_order_id(guess)


def _cost(bench: Bench, guess: Guess, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    chosen = guess.roles.chosen
    if "cost" in chosen and "quantity" in chosen:
        product = chosen.get("product_id") or chosen.get("product_name")
        if product and links.is_unit_cost(bench, guess.raw, chosen["cost"], chosen["quantity"], product):
            del out["cost"]
            doubts.unit_cost(guess, chosen["cost"])
    if "cost" not in out and "profit" in chosen:
        header = chosen["profit"]
        out["cost"] = Column(
            {"column": chosen["net"], "less": header}, Text(f"成本 = 金额 − {header}", f"cost = amount − {header}")
        )
        doubts.cost_from_profit(guess, header)


def _currency(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    chosen = guess.roles.chosen
    if "currency" not in chosen:
        return
    product = chosen.get("product_id") or chosen.get("product_name")
    found = links.currencies(bench, guess.raw, chosen["currency"], chosen["net"], product, chosen.get("quantity"))
    codes = [_code(n) for n in found.names]
    if codes and codes[0]:
        draft.currency = codes[0]
        draft.currency_why = Text(
            f"列“{chosen['currency']}”中金额最大", f"the largest by amount in column {chosen['currency']}"
        )
    if len(found.names) > 1 and found.same_prices is not None and found.same_prices >= 0.7:
        del out["currency"]
        doubts.one_currency(guess, chosen["currency"], found, draft.currency)
        return
    if len(found.names) > 1:
        doubts.many_currencies(guess, chosen["currency"], found.names)
    spelled = {n: c for n, c in zip(found.names, codes, strict=True) if c and c != n}
    if spelled:
        out["currency"] = Column({"column": chosen["currency"], "values": spelled}, out["currency"].why)


_CODES = {
    "人民币": "CNY", "rmb": "CNY", "￥": "CNY", "¥": "CNY", "元": "CNY", "美元": "USD", "$": "USD", "欧元": "EUR",
    "€": "EUR", "港币": "HKD", "港元": "HKD", "日元": "JPY", "英镑": "GBP", "£": "GBP",
}  # fmt: skip


def _code(name: str) -> str | None:
    """A currency's ISO code as people spell it."""
    plain = name.strip().casefold()
    if plain in _CODES:
        return _CODES[plain]
    return plain.upper() if len(plain) == 3 and plain.isascii() and plain.isalpha() else None


def _regions(bench: Bench, guess: Guess, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """The region and the levels above it, as far as they nest without exception."""
    chosen, profiles = guess.roles.chosen, guess.profiles
    geography = [
        c.header for r in ("region_id", "region_group", "province", "city") for c in guess.roles.candidates.get(r, [])
    ]
    geography = list(dict.fromkeys(geography))
    if "region_id" not in chosen:
        fallback = next((chosen[r] for r in ("province", "region_group", "city") if r in chosen), None)
        if fallback is None:
            return
        out["region_id"] = Column(fallback, _examples(guess, fallback))
    region = str(out["region_id"].value)
    above = [
        h for h in geography if h != region and h != chosen.get("city") and links.nests(bench, guess.raw, region, h)
    ]
    above.sort(key=lambda h: profiles[h].distinct)
    if above:
        out["region_path"] = Column(
            {"columns": above}, Text(f"{' > '.join([*above, region])} 逐级归属", f"{' > '.join([*above, region])} nest")
        )
    others = [h for h in geography if h != region and profiles[h].distinct > 1]
    if others:
        doubts.region_choice(guess, region, others)


def opportunities(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """Deals: their stages in our words."""
    header = guess.roles.chosen["stage"]
    spelled = {key(word): stage for stage, said in STAGES.items() for word in said}
    values, unknown = {}, []
    for example in guess.profiles[header].examples:
        stage = spelled.get(key(example))
        if stage is None:
            unknown.append(example)
        elif stage != example:
            values[example] = stage
    if values:
        out["stage"] = Column({"column": header, "values": values}, _examples(guess, header))
    if unknown:
        doubts.stages(guess, header, unknown)


def targets(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """Targets: one way of saying when. A start date is finer than a period beside it."""
    if "from_date" in out:
        said = [str(out.pop(n).value) for n in ("month", "period", "year") if n in out]
        if "to_date" not in out:
            doubts.target_windows(guess, str(out["from_date"].value), said)
        return
    for fine, coarse in (("month", ("period", "year")), ("period", ("year",))):
        if fine in out:
            for name in coarse:
                out.pop(name, None)


def people(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """People: a list of managers alone names people, too."""
    if "person_id" not in out and "name" not in out and "manager_id" in out:
        header = str(out.pop("manager_id").value)
        out["person_id"] = Column(header, _examples(guess, header))
        out.setdefault("role", Column({"value": header}, Text("以列名为岗位", "the header serves as the job")))
        doubts.managers(guess, header)
    elif "person_id" not in out and "name" in out:
        out["person_id"] = Column(
            out["name"].value, Text("没有工号，以姓名为编号", "no staff number; the name serves as id")
        )


def returns(bench: Bench, guess: Guess, draft: Draft, doubts: SalesDoubts, out: dict[str, Column]) -> None:
    """Returns: the flag has to hold yes and no."""
    flag = out.get("is_return")
    if flag is not None and not all(words.flag(e) is not None for e in guess.profiles[str(flag.value)].examples):
        del out["is_return"]


def _dates(bench: Bench, guess: Guess, out: dict[str, Column], doubts: SalesDoubts) -> None:
    """Columns whose day and month cannot be told apart are named; they are for the user to decide."""
    from salesnb.intake.clean.columns import Reading, typed

    for name in (
        "order_date",
        "ship_date",
        "invoice_date",
        "receipt_date",
        "date",
        "closed_date",
        "created_date",
        "from_date",
    ):
        column = out.get(name)
        if column is not None and isinstance(column.value, str):
            found = typed(bench, guess.raw.name, guess.raw.sql(column.value), Reading(name, "date"))
            if len(found.candidates) > 1:
                doubts.date_order(guess, column.value, sorted(found.candidates))
