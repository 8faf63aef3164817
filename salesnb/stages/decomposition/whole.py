"""From solved cells to whole amounts: published tables in multiples of the grain, the finest cells in finer steps.

A cell of the finest grain may be worth less than the planning grain (one person, one product, one channel, one month
against 10,000 yuan). So the grain is kept where people read it: persons and their months, product lines, products,
customer types, channels. The cells below share those amounts in steps of a fraction of the grain. Every table is a sum
of the same cells, so all of them agree to the last unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.projection import Family, Problem, Status, project
from salesnb.methods.projection.problem import tally
from salesnb.methods.rounding import Reason, RoundingRefused
from salesnb.stages.decomposition.cube import ORG, Cube, Floats
from salesnb.stages.decomposition.groups import CELLS, Groups
from salesnb.stages.decomposition.lines import Line

Ints = NDArray[np.int64]
WORTH = 3.0  # grains: a table is kept in whole grains where its amounts are worth that much on average
MUST = 2
NEAR = 1e-6  # of a grain
STEPS = 10.0  # steps of the finest cells that an average cell is worth
ONE_WAY = (("product_id",), ("customer_type",), ("channel_id",))
FITTED = 1e-9  # of a table's amounts: how closely cells fit their tables before they are rounded
CROSSED = (("region_id", "product_line"),)


@dataclass(frozen=True, eq=False)
class Bound:
    """A rule as the limit of one sum. ``strict``: 0 = may be missed by less than a grain, 1 = if need be, 2 = never."""

    family: Family
    strict: int


@dataclass(frozen=True, eq=False)
class Whole:
    """``cells``: (places, months) int64. ``grain``: of the tables over ``atoms`` and ``margins`` (id columns; "month"
    is one of them); ``step``: of the cells. ``dropped``: tables that could not be kept at the grain as well."""

    cells: Ints
    grain: int
    step: int
    atoms: tuple[str, ...]
    margins: tuple[tuple[str, ...], ...]
    dropped: tuple[tuple[str, ...], ...]


def to_whole(cube: Cube, solved: Floats, lines: Sequence[Line], grain: int) -> Whole:
    """Whole amounts near ``solved``; ``lines`` that do not give way hold to the grain (shares: see ``round_cells``).

    :raises RoundingRefused: no such amounts at this grain; the error names one that works.
    """
    groups = cube.groups
    used = groups.used
    amounts = solved.ravel()[used]
    atoms = next(
        (columns for columns in _ladder(cube) if amounts.sum() >= WORTH * grain * groups.size(columns)),
        _ladder(cube)[-1],
    )
    sums = _atoms(groups, atoms, amounts, lines, grain)
    if groups.size(atoms) == len(used):
        return Whole(groups.spread(sums[groups.of(atoms)]), grain, grain, atoms, (), ())
    return _below(groups, amounts, (atoms, sums), lines, grain)


def _ladder(cube: Cube) -> list[tuple[str, ...]]:
    """Sets of columns that may be kept in whole grains, finest first."""
    org = tuple(column for column in ORG if column in cube.places)
    line = ("product_line",) if "product_line" in cube.places else ()
    return [(*cube.ids, "month"), (*org, *line, "month"), (*org, "month"), (*org, "quarter"), org, ()]


def _tables(cube: Cube, atoms: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What is published of the atoms, from the whole company down."""
    org = [column for column in ORG if column in atoms]
    levels = [tuple(org[: at + 1]) for at in range(len(org))]
    time = [column for column in ("quarter", "month") if column in atoms or (column == "quarter" and "month" in atoms)]
    tables: list[tuple[str, ...]] = [(), *levels, *((column,) for column in time)]
    tables += [(*level, "quarter") for level in levels if time]
    if org and "month" in atoms:
        tables += [(*org, "month")]
    tables += [(column,) for column in ("product_line", "product_id", "customer_type", "channel_id") if column in atoms]
    tables += [columns for columns in CROSSED if set(columns) <= set(atoms)]
    return list(dict.fromkeys(tables))


def _atoms(groups: Groups, atoms: tuple[str, ...], amounts: Floats, lines: Sequence[Line], grain: int) -> Ints:
    """Whole sums over ``atoms``: published tables near their own sums, and the lines that atoms can express."""
    sums = groups.sums(atoms, amounts)
    families = [
        Family.free("/".join(columns) or "all", groups.within(columns, atoms), groups.size(columns))
        for columns in _tables(groups.cube, atoms)
    ]
    return _rounded(groups, atoms, sums, families, _limits(groups, lines, atoms, sums, grain), grain)


def _rounded(
    groups: Groups, atoms: tuple[str, ...], sums: Floats, families: list[Family], limits: list[Bound], grain: int
) -> Ints:
    """Whole grains near ``sums``. Exact limits, hardly ever a multiple, may be missed by less than a grain; one-sided
    ones of rules that must hold never, of others only where it has to be."""
    inside, strict, apart = _taken_in(families, limits)
    refused: RoundingRefused | None = None
    for kept, least in ((apart, 1), ([held for held in apart if held.strict == MUST], 1), ([], MUST)):
        problem = Problem(sums, (*inside, *(held.family for held in kept)), keys=groups.keys(atoms))
        firm = np.concatenate([strict, [held.strict for held in kept]])
        try:
            return groups.rounder.round(problem, sums, grain, loose=firm < least).cells
        except RoundingRefused as error:
            refused = error
    assert refused is not None
    raise refused


def _taken_in(families: list[Family], limits: list[Bound]) -> tuple[list[Family], Ints, list[Bound]]:
    """Tables with the limits that speak of one of their groups, how strict each group is, and the limits that speak of
    none."""
    lows, highs = [family.low.copy() for family in families], [family.high.copy() for family in families]
    strict = [np.zeros(family.size, np.int64) for family in families]
    apart = []
    for limit in limits:
        part = limit.family.group == 0
        for at, family in enumerate(families):
            group = int(family.group[np.argmax(part)])
            if group >= 0 and ((family.group == group) == part).all():
                lows[at][group] = max(lows[at][group], float(limit.family.low[0]))
                highs[at][group] = min(highs[at][group], float(limit.family.high[0]))
                strict[at][group] = max(strict[at][group], limit.strict)
                break
        else:
            apart.append(limit)
    for at, family in enumerate(families):
        strict[at][(lows[at] == highs[at]) & (lows[at] != family.low)] = 0
    ranges = zip(families, lows, highs, strict=True)
    met = [replace(family, low=np.minimum(low, high), high=high) for family, low, high in ranges]
    return met, np.concatenate([*strict, np.zeros(0, np.int64)]), apart


def _limits(groups: Groups, lines: Sequence[Line], atoms: tuple[str, ...], sums: Floats, grain: int) -> list[Bound]:
    """The lines that atoms can express as limits of sums of atoms."""
    return [limit for line in lines if (limit := _limit(groups, line, atoms, sums, grain))]


def _limit(groups: Groups, line: Line, atoms: tuple[str, ...], sums: Floats, grain: int) -> Bound | None:
    """A line as the limit of one sum of atoms; None where an atom is half inside, or where it is out of reach.

    A share is a limit on its part, with the whole as large (or as small) as rounding can make it.
    """
    if len(line.terms) > 1 or len(line.whole) > 1:
        return None
    sides = [groups.inside(term.part, atoms) for term in line.sides]
    if sides[0] is None or sides[-1] is None:
        return None
    part, low, high = sides[0][0], line.low, line.high
    exact = line.low == line.high
    if line.whole:
        whole = float(sums[sides[1][0]].sum()) / grain  # type: ignore[index]
        per = line.terms[0].coefficient
        rate = line.rate * line.whole[0].coefficient / per * grain
        low, high = line.low / per + rate * np.ceil(whole - NEAR), line.high / per + rate * np.floor(whole + NEAR)
        exact = exact or low > high  # a band too narrow for every whole that rounding can make
        if exact:
            low, high = line.low / per + rate * whole, line.high / per + rate * whole
    low, high = _snapped(low, grain), _snapped(high, grain)
    value = float(sums[part].sum())
    if not (value < low + 2 * grain or value > high - 2 * grain):
        return None
    strict = 0 if exact else MUST if line.rule.strength == "must" else 1
    return Bound(Family(f"rule {line.name}", sides[0][1], np.array([low]), np.array([high])), strict)


def _snapped(limit: float, grain: int) -> float:
    """A limit that is a multiple of the grain but for the last digits of a product (28 % of 11,200) is that one."""
    if not np.isfinite(limit):
        return limit
    whole = float(np.rint(limit / grain))
    return whole * grain if abs(limit / grain - whole) < NEAR else limit


def _below(
    groups: Groups, amounts: Floats, atoms: tuple[tuple[str, ...], Ints], lines: Sequence[Line], grain: int
) -> Whole:
    """Cells that add up to the whole atoms and to whole sums of the other one-way tables."""
    columns, sums = atoms
    step = _step(float(amounts.mean()), grain)
    names = groups.cube.places.columns
    margins = [table for table in ONE_WAY if table[0] in names and table[0] not in columns]
    tables = {table: _one_way(groups, table, columns, (amounts, sums), (lines, grain)) for table in margins}
    dropped: list[tuple[str, ...]] = []
    while True:
        families = [Family.exact("/".join(columns), groups.of(columns), sums), *(tables[table] for table in margins)]
        exact = sum(family.size for family in families)
        families += _crossing(groups, lines, [columns, *margins], amounts, step)
        problem = Problem(amounts, tuple(families), keys=groups.keys(CELLS))
        loose = np.arange(problem.row_count) >= exact
        solution = project(problem, FITTED)
        if solution.status is Status.SOLVED:
            try:
                cells = groups.rounder.round(problem, solution.cells, step, loose=loose).cells
                return Whole(groups.spread(cells), grain, step, columns, tuple(margins), tuple(dropped))
            except RoundingRefused:
                if not margins:
                    raise
        if not margins:
            raise RoundingRefused(Reason.ROWS_DISAGREE)
        dropped.append(margins.pop())


def _crossing(
    groups: Groups, lines: Sequence[Line], tables: list[tuple[str, ...]], amounts: Floats, step: int
) -> list[Family]:
    """Lines that none of the whole tables can express hold between the cells themselves, to less than a step."""
    untold = [
        line
        for line in lines
        if not any(all(groups.inside(term.part, table) is not None for term in line.sides) for table in tables)
    ]
    return [limit.family for limit in _limits(groups, untold, CELLS, amounts, step)]


def _one_way(
    groups: Groups,
    table: tuple[str, ...],
    atoms: tuple[str, ...],
    amounts: tuple[Floats, Ints],
    rules: tuple[Sequence[Line], int],
) -> Family:
    """Whole grains of a one-way table, within product lines where the atoms hold those, keeping the table's lines."""
    solved, sums = amounts
    lines, grain = rules
    above = ("product_line",) if table == ("product_id",) and "product_line" in atoms else ()
    held = tally(groups.within(above, atoms), sums.astype(float), groups.size(above))
    inside = groups.within(above, table)
    near = groups.sums(table, solved)
    near *= (held / np.maximum(tally(inside, near, len(held)), 1e-9))[inside]
    limits = _limits(groups, lines, table, near, grain)
    whole = _rounded(groups, table, near, [Family.exact("above", inside, held)], limits, grain)
    return Family.exact("/".join(table), groups.of(table), whole)


def _step(average: float, grain: int) -> int:
    """The coarsest tenth, hundredth, … of the grain of which an average cell is worth enough."""
    step = grain
    while step > 1 and average < STEPS * step:
        step = step // 10 if step % 10 == 0 else 1
    return step
