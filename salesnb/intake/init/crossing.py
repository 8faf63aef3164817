"""What tables say about each other: keys that meet, spellings that nearly meet, records that contradict sales."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import trim
from salesnb.intake.init import links
from salesnb.intake.init.draft import Column, Draft, Drafted
from salesnb.intake.init.sales_doubts import SalesDoubts
from salesnb.intake.quality.reference_checks import fold
from salesnb.model.errors import Text

DIMENSIONS = {"products": "product", "customers": "customer", "people": "person", "dealers": "dealer"}
FACTS = ("sales_lines", "opportunities", "receipts", "visits")
ALIKE = 0.5  # two exports that share this much of all their columns are one source that changed
MOST = 200  # spellings put into a map; more of them are a system's ids, not slips


def cross(bench: Bench, draft: Draft, doubts: SalesDoubts) -> None:
    """Keys of masters, spellings of facts, more than one set of order lines, people's records against their sales."""
    facts = [s for s in draft.sources if s.table in FACTS]
    for source in draft.sources:
        if source.table in DIMENSIONS:
            _key(bench, facts, source)
            for fact in facts:
                _spellings(bench, fact, source, doubts)
    sales = [s for s in draft.sources if s.table == "sales_lines"]
    others = _drifted(draft, doubts)
    apart = [s for s in sales[1:] if s.guess.raw.columns != sales[0].guess.raw.columns and s.file not in others]
    if apart:
        doubts.several_sales(sales[0].guess, [s.file for s in apart])
    people = next((s for s in draft.sources if s.table == "people"), None)
    if people is not None and sales:
        for person, home, sold in links.homes(bench, sales[0], people):
            doubts.home_region(people.guess, person, home, sold)


def _drifted(draft: Draft, doubts: SalesDoubts) -> set[str]:
    """Files that are an earlier file's kind of export with some columns renamed, added or dropped; each is asked."""
    found: set[str] = set()
    for place, source in enumerate(draft.sources):
        own = set(source.guess.raw.columns)
        for other in draft.sources[:place]:
            there = set(other.guess.raw.columns)
            if other.table == source.table and own != there and len(own & there) >= ALIKE * len(own | there):
                doubts.drift(source.guess, other.guess)
                found.add(source.file)
                break
    return found


def _key(bench: Bench, facts: Sequence[Drafted], dimension: Drafted) -> None:
    """The key of a dimension table is the column that holds the facts' values, whatever it is called."""
    wanted = DIMENSIONS[dimension.table]
    for source in facts:
        for suffix in ("_id", "_name"):
            column = source.columns.get(f"{wanted}{suffix}")
            if column is None or not isinstance(column.value, str):
                continue
            found = links.best_key(bench, source.guess.raw, column.value, dimension.guess.raw)
            if found is None:
                continue
            header, share = found
            why = Text(f"与“{column.value}”对得上 {share:.0%}", f"{share:.0%} of {column.value} are found here")
            dimension.columns[f"{wanted}_id"] = Column(header, why)
            if header == getattr(dimension.columns.get("name"), "value", None) and suffix == "_id":
                dimension.columns.pop("name")
            return
    name = dimension.columns.get("name")
    if f"{wanted}_id" not in dimension.columns and name is not None:
        dimension.columns[f"{wanted}_id"] = Column(
            name.value, Text("没有编号，以名称为编号", "no id; the name serves as id")
        )


def _spellings(bench: Bench, fact: Drafted, dimension: Drafted, doubts: SalesDoubts) -> None:
    """Values a master does not know, though it knows the same word spelled with other blanks, case or hyphens: mapped,
    because a plain join would lose them, and asked."""
    wanted = DIMENSIONS[dimension.table]
    key = dimension.columns.get(f"{wanted}_id")
    name = next((n for n in (f"{wanted}_id", f"{wanted}_name") if n in fact.columns), None)
    if key is None or name is None or not isinstance(key.value, str) or not isinstance(fact.columns[name].value, str):
        return
    header = str(fact.columns[name].value)
    values, known = (_distinct(bench, s, h) for s, h in ((fact, header), (dimension, key.value)))
    meant: dict[str, list[str]] = {}
    for value in known:
        meant.setdefault(fold(value), []).append(value)
    slips = {v: meant[fold(v)][0] for v in sorted(values - known) if len(meant.get(fold(v), [])) == 1}
    if not slips or len(slips) > MOST:
        return
    fact.columns[name] = Column({"column": header, "values": slips}, fact.columns[name].why)
    doubts.spellings(fact.guess, header, slips, dimension.file)


def _distinct(bench: Bench, source: Drafted, header: str) -> set[str]:
    cell = trim(source.guess.raw.sql(header))
    return {v for (v,) in bench.rows(f"SELECT DISTINCT {cell} FROM {source.guess.raw.name} WHERE {cell} IS NOT NULL")}
