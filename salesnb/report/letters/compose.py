"""The sources of letters from a plan's own tables: for drafts of a notebook and what an approval issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.report import numbers
from salesnb.report.letters.build import Approval, Sources
from salesnb.report.letters.content import Acknowledgement, Figure, Need, Step

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.model.periods import Period

# what letters are made from beside the cells; one that a plan does not have leaves its part out
TABLES = (
    "target_nodes",
    "target_derivation",
    "target_units",
    "target_counts",
    "target_scenarios",
    "target_padding",
    "rule_status",
)
STEPS = ("base", "organisation", "reason", "rule", "rounding")
NODES = {"region": "region_id", "person": "person_id"}
STEP_MAJOR = 100  # a derivation's running sums are told to 100 major units (0.01 万元); the target itself stays exact
_REST = Text("未分配到人、跨区域及沿用部分", "Unassigned, across regions, carried over")
_NEEDS = (
    ("orders_needed", Text("订单（单，全期）", "Orders, whole term"), "", 0),
    ("customers_needed", Text("下单客户（家，全期）", "Customers who order, whole term"), "", 0),
    ("quotes_needed_week", Text("报价（份/周）", "Quotes a week"), "quotes_asked_week", 1),
    ("leads_needed_week", Text("线索（条/周）", "Leads a week"), "", 1),
    ("visits_needed_week", Text("有效拜访（次/周）", "Effective visits a week"), "visits_asked_week", 1),
)
_MEASURED = {
    "own": Text("按本人近十二个月的实测转化率倒推。", "Measured on the holder's own last twelve months."),
    "company": Text(
        "本人样本不足，按全公司近十二个月的实测转化率倒推。",
        "Own cases are few: measured on the company's last twelve months.",
    ),
    "": Text("为各人之和。", "The sum of its people."),
}


@dataclass(frozen=True)
class Issue:
    """Under what a set of letters is issued: as known when, approved how, acknowledged by whom, with or without pay."""

    as_of: date
    approval: Approval = field(default_factory=Approval)
    acknowledgements: Mapping[str, Acknowledgement] = field(default_factory=dict)
    with_pay: bool = True
    rest: Text = _REST


def receipts(signed: Mapping[str, Any]) -> dict[str, Acknowledgement]:
    """Node → what came back of its letter, from entries with state, on and note (``params.signatures``)."""
    return {node: Acknowledgement(entry.state, entry.on, entry.note) for node, entry in signed.items()}


def composed(
    params: Params,
    plan: Period,
    cells: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    known: tuple[pd.DataFrame, Mapping[str, str]],
    issue: Issue,
) -> Sources:
    """Everything letters say of ``cells`` (``target_cells``), from the tables in ``TABLES`` that there are.

    ``known``: the roster (``people``) and names by id. Steps of every node sum exactly to its cells.
    """
    roster, names = known
    return Sources(
        params=params,
        plan=plan,
        as_of=issue.as_of,
        cells=cells,
        people=roster,
        names=names,
        steps=_steps(params, cells, tables, issue.rest),
        values=_values(cells, tables.get("target_counts")),
        figures=_figures(tables.get("target_scenarios")),
        beside=_handed(params, plan, issue.as_of, tables.get("target_padding")),
        needs=_needs(cells, tables.get("target_units")),
        approval=issue.approval,
        acknowledgements=issue.acknowledgements,
        with_pay=issue.with_pay,
    )


def _steps(
    params: Params, cells: pd.DataFrame, tables: Mapping[str, pd.DataFrame], left: Text
) -> dict[str, tuple[Step, ...]]:
    """Each person's derivation, and each region's as the sum of its people's."""
    made = tables.get("target_derivation")
    if made is None:
        return {}
    rules = _grounds(tables.get("rule_status"))
    own = made[made["step"].isin(STEPS)].assign(named=made["named"].fillna(""))
    home = cells.groupby("person_id")["region_id"].agg(
        lambda regions: regions.iloc[0] if regions.nunique() == 1 else ""
    )
    own = own.assign(region_id=own["person_id"].map(home).fillna(""))
    digits = minor_digits(params.company.currency)
    out: dict[str, tuple[Step, ...]] = {}
    for column in NODES.values():
        totals = cells.groupby(column)["target_minor"].sum()
        for node, rows in own.groupby(column):
            if node not in ("", UNASSIGNED) and node in totals.index:
                if column == NODES["region"]:
                    rows = _whole_base(rows, str(node), tables.get("target_nodes"))
                out[str(node)] = tuple(_told(rows, int(totals[node]), rules, STEP_MAJOR * 10**digits, left))
    return out


def _whole_base(rows: pd.DataFrame, region: str, nodes: pd.DataFrame | None) -> pd.DataFrame:
    """A region's steps from all that it sold last year: what people who have left it sold is a change of people."""
    if nodes is None:
        return rows
    own = nodes[(nodes["dimension"] == NODES["region"]) & (nodes["node_id"] == region)]
    if own.empty or not (rows["step"] == "base").any() or not (rows["step"] == "organisation").any():
        return rows
    missing = int(own["base_minor"].iloc[0]) - int(rows.loc[rows["step"] == "base", "amount_minor"].sum())
    amounts = rows["amount_minor"].copy()
    for step, sign in (("base", 1), ("organisation", -1)):
        amounts[rows.index[rows["step"] == step][0]] += sign * missing
    return rows.assign(amount_minor=amounts)


def _told(
    rows: pd.DataFrame, total: int, rules: Mapping[str, tuple[str, str]], grain: int, left: Text
) -> Iterator[Step]:
    """Steps in their order with running sums in whole ``grain``; what they leave of ``total`` is the step ``left``."""
    from salesnb.report.sentences.decomposition_people import step_word

    order = {kind: at for at, kind in enumerate(STEPS)}
    sums = rows.groupby(["step", "named"])["amount_minor"].sum()
    first = rows.drop_duplicates(["step", "named"]).set_index(["step", "named"])["step_no"]
    keys = sorted(sums.index, key=lambda key: (order[key[0]], int(first[key]), key[1]))
    rest = total - int(sums.sum())
    running, told = 0, 0
    last = len(keys) - 1 if not rest else len(keys)
    for at, (kind, named) in enumerate(keys):
        running += int(sums[kind, named])
        shown = total if at == last else round(running / grain) * grain
        if shown != told or kind == "base":
            words, ground = rules.get(named, (named, "")) if kind == "rule" else (named, "")
            text = Text(step_word(kind, words, "zh"), step_word(kind, words, "en"))
            yield Step(text, shown - told, ground)
        told = shown
    if total != told:
        yield Step(left, total - told)


def _grounds(rules: pd.DataFrame | None) -> dict[str, tuple[str, str]]:
    """Rule → its words and who set it."""
    if rules is None:
        return {}
    rows = rules.fillna({"by": "", "text": ""}).to_dict("records")
    return {str(row["rule_id"]): (str(row["text"]), str(row["by"])) for row in rows}


def _values(cells: pd.DataFrame, counts: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    """(node, metric) → its own count: new customers, leads, …; who carries a target and no such count has zero."""
    out: dict[tuple[str, str], float] = {}
    if counts is None:
        return out
    for metric, own in counts.groupby("count"):
        for column in NODES.values():
            sums = own.groupby(column)["target_count"].sum()
            for node in cells[column].unique():
                out[str(node), str(metric)] = float(sums.get(node, 0))
    return out


def _figures(scenarios: pd.DataFrame | None) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    if scenarios is None:
        return out
    own = scenarios[(scenarios["kind"] == "figure") & scenarios["dimension"].isin(list(NODES.values()))]
    for row in own.to_dict("records"):
        out.setdefault(str(row["node_id"]), {})[str(row["scenario"])] = int(row["amount_minor"])
    return out


def _handed(params: Params, plan: Period, as_of: date, padding: pd.DataFrame | None) -> dict[str, tuple[Figure, ...]]:
    """What is handed down where that is more or less than the target: never hidden, and not what counts."""
    if padding is None:
        return {}
    entries = {held.level: held.share.entry(plan.start, as_of) for held in params.decomposition.padding}
    owners = {level: entry.by if entry else "" for level, entry in entries.items()}
    out: dict[str, tuple[Figure, ...]] = {}
    moved = padding[padding["level"].isin(list(NODES)) & (padding["padding_minor"] != 0)]
    for row in moved.to_dict("records"):
        rate = numbers.rate(row["padding_rate"], signed=True)
        zh, en = ("加码", "over-assignment") if row["padding_minor"] > 0 else ("留底", "hold-back")
        text = Text(f"下达数（{zh} {rate}）", f"Handed down ({en} {rate})")
        out[str(row["node_id"])] = (Figure(text, owners.get(row["level"], ""), int(row["handed_minor"])),)
    return out


def _needs(cells: pd.DataFrame, units: pd.DataFrame | None) -> dict[str, tuple[tuple[Need, ...], Text]]:
    """What each person's target takes; a region's is the sum of its people's, a rule for everybody stays each one's."""
    if units is None:
        return {}
    out: dict[str, tuple[tuple[Need, ...], Text]] = {}
    for row in units.to_dict("records"):
        needs = tuple(
            Need(text, float(row[name]), _known(row.get(asked)) if asked else None, decimals)
            for name, text, asked, decimals in _NEEDS
            if _known(row.get(name)) is not None
        )
        out[str(row["person_id"])] = (needs, _MEASURED[str(row["measured_on"])])
    for region in cells["region_id"].unique():
        people = set(cells.loc[cells["region_id"] == region, "person_id"])
        own = units[units["person_id"].isin(people)]
        summed = tuple(
            Need(text, float(own[name].sum()), None, decimals)
            for name, text, _, decimals in _NEEDS
            if name in own and own[name].notna().any()
        )
        out[str(region)] = (summed, _MEASURED[""])
    return out


def _known(value: Any) -> float | None:
    return None if numbers.is_missing(value) else float(value)
