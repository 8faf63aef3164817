"""Letters from parameters and tables: one per person and one per region that has a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, Place, Text
from salesnb.report.letters.content import Acknowledgement, Amount, Figure, Kpi, Letter, Member, Need, Party, Step
from salesnb.report.letters.incentives import incentive_lines
from salesnb.report.letters.indicators import indicator
from salesnb.report.letters.roster import Holder, Roster

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.model.periods import Period

_DATES = {"order_date": Text("下单日期", "order date"), "ship_date": Text("发货日期", "ship date"),
          "invoice_date": Text("开票日期", "invoice date")}  # fmt: skip
_TAX = {"excluded": Text("不含税", "tax excluded"), "included": Text("含税", "tax included")}
NOBODY, OPEN_SEAT = Text("未分配到人", "Not assigned"), Text("待补岗位", "Open seat")
_RETURNS = {"netted": Text("扣除退货", "net of returns"), "apart": Text("退货另计", "returns shown apart")}


@dataclass(frozen=True)
class Approval:
    """What makes a proposal binding; all empty for a draft. ``effective`` is the revision's first day.

    ``sign_by`` replaces the day in decomposition.yaml, for letters signed again during the year.
    """

    revision: str = ""
    decided: date | None = None
    by: str = ""
    effective: date | None = None
    source_version: str = ""
    chain_head: str = ""
    sign_by: date | None = None

    def last_day(self, planned: date) -> date:
        """Until when to sign: the planned day, or, once that is before the decision, the day the targets apply from."""
        if self.sign_by or self.decided is None or planned >= self.decided:
            return self.sign_by or planned
        return max(self.decided, self.effective or self.decided)


@dataclass(frozen=True)
class Sources:
    """Everything letters are made from.

    ``cells`` are target cells of ``plan`` (month, region_id, person_id, product_line, target_minor, …), ``people`` the
    table of that name, ``names`` id → name of regions, teams and product lines, ``steps`` node → derivation,
    ``values`` (node, metric) → an indicator's target, ``figures`` node → figure id → amount, ``beside`` node → further
    figures to stand with those, ``needs`` node → what the target takes and on whose record that was measured. Nodes are
    ids of people and regions. ``with_pay`` prints what incentives amount to, from the holder's salary.
    """

    params: Params
    plan: Period
    as_of: date
    cells: pd.DataFrame
    people: pd.DataFrame
    names: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    beside: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)
    needs: Mapping[str, tuple[tuple[Need, ...], Text]] = field(default_factory=dict)
    approval: Approval = Approval()
    acknowledgements: Mapping[str, Acknowledgement] = field(default_factory=dict)
    with_pay: bool = True

    @cached_property
    def roster(self) -> Roster:
        """The people on the day from which the targets apply."""
        return Roster(self.people, max(self.plan.start, self.approval.effective or self.plan.start))

    @cached_property
    def vacant(self) -> frozenset[str]:
        """Who is to have a target and is not on the roster yet, found once for all letters."""
        stated = self.params.people
        seats = {seat.filled_by or seat.id for seat in stated.positions}
        seats |= {f"{seat.id}-{number}" for seat in stated.positions for number in range(1, seat.count + 1)}
        seats |= {move.person for move in stated.movements if move.kind == "joins"}
        targets = self.cells[self.cells["target_minor"] > 0]
        return frozenset((set(targets["person_id"]) & seats) - set(self.people["person_id"]))


def letters(sources: Sources) -> Iterator[Letter]:
    """Every letter of the plan: regions first, then people, by id. What belongs to nobody has no letter, and an open
    seat gets one when somebody takes it."""
    targets = sources.cells[sources.cells["target_minor"] > 0]
    for region in sorted(set(targets["region_id"]) - {UNASSIGNED}):
        yield region_letter(sources, region)
    for person in sorted(set(targets["person_id"]) - {UNASSIGNED} - sources.vacant):
        yield person_letter(sources, person)


def vacant(sources: Sources) -> list[str]:
    """Seats with a target that nobody of the roster sits on yet: positions to be filled and people about to join."""
    return sorted(sources.vacant)


def person_letter(sources: Sources, person_id: str) -> Letter:
    """One person's letter; DataError when the roster does not know the person or decomposition.yaml has no letter."""
    holder = sources.roster.holder(person_id)
    place = " · ".join(dict.fromkeys(_name(sources, node) for node in (holder.region, holder.team)))
    return _letter(
        sources,
        sources.cells[sources.cells["person_id"] == person_id],
        holder,
        level="person",
        node_id=person_id,
        node_name=holder.name,
        holder=Party(holder.name, holder.role, holder.id, place),
    )


def region_letter(sources: Sources, region_id: str) -> Letter:
    """One region's letter, held by whom the region's people report to; its people's targets stand in it."""
    cells = sources.cells[sources.cells["region_id"] == region_id]
    head = sources.roster.head(region_id)
    name = _name(sources, region_id)
    party = Party(head.name, head.role, head.id, name) if head else Party("", "", "", name)
    made = _letter(
        sources, cells, head, level="region", node_id=region_id, node_name=name, holder=party,
        members=tuple(_members(sources, cells)),
    )  # fmt: skip
    return made


def _letter(sources: Sources, cells: pd.DataFrame, signer: Holder | None, **stated: Any) -> Letter:
    params, plan = sources.params, sources.plan
    clauses = params.decomposition.letter
    if clauses is None:
        raise DataError(
            Text("decomposition.yaml 没有 letter，无法出责任书", "decomposition.yaml has no letter"),
            where=Place(file=f"{params.unit}/decomposition.yaml", key="letter"),
            remedy=Text("补上签署期限、指标与条款", "add sign-by date, indicators and clauses"),
        )
    grouped = cells.groupby(["month", "product_line"], observed=True)["target_minor"].sum()
    amounts = [
        Amount(str(month), _name(sources, str(line)), int(value))
        for (month, line), value in zip(grouped.index.tolist(), grouped.tolist(), strict=True)
    ]
    node, role = stated["node_id"], signer.role if signer else ""
    own = signer if stated["level"] == "person" else None
    total = sum(amount.target_minor for amount in amounts)
    approval = sources.approval
    needs, measured = sources.needs.get(node, ((), Text("", "")))
    return Letter(
        plan=plan.text,
        issuer=_issuer(sources, clauses.issuer),
        start=max(plan.start, own.start) if own else plan.start,
        end=min(plan.end, own.end) if own else plan.end,
        sign_by=approval.last_day(clauses.sign_by),
        basis=_basis(params),
        currency=params.company.currency,
        amounts=tuple(amounts),
        kpis=tuple(_kpis(sources, node, role, total)),
        steps=sources.steps.get(node, ()),
        figures=(*_figures(sources, node, total), *sources.beside.get(node, ())),
        needs=needs,
        needs_note=measured,
        incentives=tuple(incentive_lines(sources.params, plan.start, sources.as_of, stated["level"], role,
                                         with_pay=sources.with_pay)),
        adjustment=clauses.adjustment,
        objection=clauses.objection,
        vetoes=clauses.vetoes,
        clauses=clauses.clauses,
        **_approved(approval),
        acknowledgement=sources.acknowledgements.get(node, Acknowledgement()),
        fiscal_year_start=params.company.fiscal_year_start,
        **stated,
    )  # fmt: skip


def _approved(approval: Approval) -> dict[str, Any]:
    return {
        "effective": approval.effective,
        "revision": approval.revision,
        "decided": approval.decided,
        "approved_by": approval.by,
        "source_version": approval.source_version,
        "chain_head": approval.chain_head,
    }


def _kpis(sources: Sources, node: str, role: str, total: int) -> Iterator[Kpi]:
    clauses = sources.params.decomposition.letter
    for kpi in clauses.kpis if clauses else ():
        if not kpi.roles or role in kpi.roles:
            yield indicator(sources.params, kpi, sources.values.get((node, kpi.metric)), total, sources.plan.start,
                            sources.as_of)  # fmt: skip


def _figures(sources: Sources, node: str, total: int) -> Iterator[Figure]:
    """Figures side by side; the one people are judged by is the letter's own target."""
    stated = sources.figures.get(node)
    if not stated:
        return
    decomposition = sources.params.decomposition
    for figure in decomposition.figures:
        if figure.decided <= sources.as_of:
            is_judged = figure.id == decomposition.judged_by
            yield Figure(figure.text, figure.owner, total if is_judged else stated.get(figure.id), is_judged)


def _members(sources: Sources, cells: pd.DataFrame) -> Iterator[Member]:
    summed = cells.groupby("person_id", observed=True)["target_minor"].sum().sort_index()
    for person, amount in summed.items():
        if person == UNASSIGNED:
            yield Member(NOBODY, "", int(amount), UNASSIGNED)
        elif person in sources.vacant:
            yield Member(OPEN_SEAT, "", int(amount), str(person))
        else:
            known = sources.roster.holder(str(person))
            yield Member(known.name, known.role, int(amount), known.id)


def _issuer(sources: Sources, name: str) -> Party:
    director = sources.params.people.director
    if not director or director not in sources.roster.rows:
        return Party(name)
    known = sources.roster.holder(director)
    return Party(name, f"{known.role} {known.name}".strip())


def _basis(params: Params) -> Text:
    stated = params.company.basis
    parts = _DATES[stated.date], _TAX[stated.tax], _RETURNS[stated.returns]
    judged = next((f.text for f in params.decomposition.figures if f.id == params.decomposition.judged_by), "")
    zh, en = (f"（按{judged}）", f" ({judged})") if judged else ("", "")
    return Text(
        f"业绩按{parts[0].zh}计，{parts[1].zh}，{parts[2].zh}；达成率 = 实际 ÷ 目标{zh}。",
        f"Sales count by {parts[0].en}, {parts[1].en}, {parts[2].en}; attainment = actual ÷ target{en}.",
    )


def _name(sources: Sources, node: str) -> str:
    return sources.names.get(node, node)
