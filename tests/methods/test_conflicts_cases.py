"""The worked cases: the contradictions a careful reader finds, as they are, permuted, renamed and rescaled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from salesnb.methods.conflicts import find_conflict, implied_ranges, redundant_rows
from salesnb.methods.projection import Family, Problem, Status, project
from salesnb.methods.relaxation import Flexible, Method, Proposal, propose
from salesnb.methods.rounding import round_cells

INF = np.inf
VARIANTS = [(0, 1.0), (1, 1.0), (2, 1e6), (3, 0.01)]  # seed of the permutation, unit


@pytest.fixture(scope="session")
def cases(real_data: Path) -> Path:
    folder = real_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"no worked cases at {folder}")
    return folder


def load(cases: Path, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    case = YAML(typ="safe").load((cases / f"{name}.yaml").read_text(encoding="utf-8"))
    return case["given"], case["expect"]


def order(count: int, seed: int) -> np.ndarray:
    return np.arange(count) if seed == 0 else np.random.default_rng(seed).permutation(count)


class RegionWishes:
    """Growth wishes of regions against the company's, with regions shuffled and amounts in another unit."""

    def __init__(self, given: dict[str, Any], seed: int, unit: float) -> None:
        names = list(given["region_share_last"])
        self.names = [names[at] for at in order(len(names), seed)]
        last = float(given["last_year"]["amount"]) if given["last_year"]["amount"] != "X" else 10000.0
        self.base = np.array([given["region_share_last"][name] for name in self.names]) * last * unit
        self.growth = np.array([given["region_growth"][name] for name in self.names])
        total = Family.exact("company", np.zeros(len(names), int), [last * unit * (1 + given["goals"]["growth"])])
        wishes = Family.exact("region", np.arange(len(names)), self.base * (1 + self.growth))
        families = [total, wishes] if seed % 2 else [wishes, total]
        self.problem = Problem(self.base, families)
        rows = self.problem.row_count
        self.is_wish = np.array([self.problem.row_name(row).name == "region" for row in range(rows)])
        self.row_base = np.full(rows, np.nan)
        self.row_base[self.is_wish] = self.base

    def growths(self, proposal: Proposal) -> dict[str, float]:
        """Growth per region after a proposal, in per cent."""
        growth = dict(zip(self.names, 100 * self.growth, strict=True))
        for change in proposal.changes:
            at = change.name.group
            growth[self.names[at]] = 100 * (change.after[0] / self.base[at] - 1)
        return growth


@pytest.mark.parametrize(("seed", "unit"), VARIANTS)
def test_region_wishes_against_the_company(cases: Path, seed: int, unit: float) -> None:
    given, expect = load(cases, "plan_2024")
    story = RegionWishes(given, seed, unit)
    conflict = find_conflict(story.problem)
    assert conflict is not None and conflict.verified
    assert len(conflict.members) == len(expect["region_conflict"]) == story.problem.row_count
    wished = next(line for line in conflict.alike() if line.name == "region")
    assert wished.total / (10000 * unit) - 1 == pytest.approx(expect["region_growth_implies"], abs=5e-4)
    assert conflict.excess == pytest.approx(230 * unit)


@pytest.mark.parametrize(("seed", "unit"), VARIANTS)
def test_region_wishes_resolved(cases: Path, seed: int, unit: float) -> None:
    given, _ = load(cases, "plan_2024")
    story = RegionWishes(given, seed, unit)
    history = np.where(story.is_wish, story.row_base, -INF)  # no region below last year
    flexible = Flexible.of(story.problem, story.is_wish, base=story.row_base, reach=(history, INF))
    found = propose(story.problem, flexible)
    assert all(proposal.verified for proposal in found)

    def all_of(method: Method) -> list[dict[str, float]]:
        return [story.growths(proposal) for proposal in found if proposal.method is method]

    (proportional,), (level,) = all_of(Method.PROPORTIONAL), all_of(Method.LEVEL)
    assert proportional == pytest.approx({"华东": 5.83, "华南": 15.63, "中西部": 22.48, "北方": 7.79}, abs=0.006)
    assert level == pytest.approx({"华东": 8.0, "华南": 16.0, "中西部": 16.0, "北方": 10.0}, abs=1e-6)
    before = dict(zip(story.names, 100 * story.growth, strict=True))
    single = [{name: g for name, g in after.items() if abs(g - before[name]) > 1e-9} for after in all_of(Method.FEWEST)]
    assert all(len(changed) == 1 for changed in single)
    changed = {name: growth for one in single for name, growth in one.items()}
    assert changed == pytest.approx({"中西部": 13.5, "华南": 8.8, "华东": 1.43}, abs=0.005)


@pytest.mark.parametrize(("seed", "unit"), VARIANTS)
def test_product_shares_imply_a_lower_ceiling(cases: Path, seed: int, unit: float) -> None:
    given, expect = load(cases, "plan_2024")
    mix, total = given["goals"]["product_mix"], expect["company_target"] * unit
    seat = order(3, seed)
    at = {name: int(np.flatnonzero(seat == number)[0]) for number, name in enumerate("ABC")}
    low, high = np.full(3, -INF), np.full(3, INF)
    high[at["A"]] = mix["A"]["at_most"] * total
    low[at["B"]] = high[at["B"]] = mix["B"]["equals"] * total
    low[at["C"]] = mix["C"]["at_least"] * total
    both = np.full(3, -1)
    both[[at["B"], at["C"]]] = 0
    families = [
        Family("product", np.arange(3), low, high),
        Family("B+C", both, np.array([mix["B+C"]["at_least"] * total]), np.array([INF])),
        Family.exact("company", np.zeros(3, int), [total]),
    ]
    problem = Problem(np.ones(3) * unit, families)
    assert find_conflict(problem) is None
    ranges = {found.name: found for found in implied_ranges(problem)}
    a = ranges[("product", at["A"])]
    assert a.most / total == pytest.approx(expect["implied_bound_A"]["at_most"]) and a.high_never_binds
    redundant = redundant_rows(problem, np.array([problem.row("B+C", 0), problem.row("product", at["C"])]))
    assert [problem.row_name(row).name for row in redundant] == expect["redundant"][0].split()[:1]


def test_two_plans_for_the_same_stock(cases: Path) -> None:
    """One table clears it in the first quarter, another 30 % and 70 % in two: two statements of one quantity."""
    given, _ = load(cases, "plan_2024")
    first, second = given["clear_stock_a"]
    quarter = np.arange(4)
    due = Family.exact("product table", np.array([0, -1, -1, -1]), [first["share"]])
    split = Family.exact("task table", np.array([0, 1, -1, -1]), [second["Q1"], second["Q2"]])
    problem = Problem(np.ones(4), [due, split, Family("stock", quarter * 0, np.array([0.0]), np.array([1.0]))])
    conflict = find_conflict(problem)
    assert conflict is not None
    names = [(member.name.name, member.name.group) for member in conflict.members]
    assert ("product table", 0) in names and len(names) == 2


def test_a_late_region_asks_more_of_a_quarter_than_the_company_has(cases: Path) -> None:
    """30 % up to the third quarter leaves 70 % of the region for the fourth, which holds 15 % of the company."""
    given, expect = load(cases, "plan_2024")
    target, region = float(expect["company_target"]), 2500.0
    r, q = np.divmod(np.arange(8), 4)
    quarters = np.array(list(given["quarter_share"].values())) * target
    opening = np.where((r == 0) & (q < 3), 0, -1)
    share = given["tasks"][2]["target_share_in_q3"]
    families = [
        Family.exact("quarter", q, quarters),
        Family.exact("region", np.where(r == 0, 0, -1), [region]),
        Family.exact("up to Q3", opening, [share * region]),
    ]
    problem = Problem(np.ones(8), families)
    conflict = find_conflict(problem)
    assert conflict is not None
    named = {(member.name.name, member.name.group) for member in conflict.members}
    assert named == {("quarter", 3), ("region", 0), ("up to Q3", 0)}
    assert conflict.excess == pytest.approx(1750 - 1680)


@pytest.mark.parametrize(("seed", "unit"), VARIANTS)
def test_key_results_that_overlap(cases: Path, seed: int, unit: float) -> None:
    given, expect = load(cases, "key_results_east")
    amounts = [
        result["contributes"] if "contributes" in result else result["count"] * result["average"]
        for result in given["key_results"]
    ]
    seat = order(len(amounts), seed)
    floors = unit * np.array(amounts, float)[seat]
    objective = Family.exact("objective", np.zeros(3, int), [unit * given["objective"]["amount"]])
    problem = Problem(np.ones(3), [Family("key result", np.arange(3), floors, np.full(3, INF)), objective])
    assert floors.sum() / unit == expect["contributions_sum"]
    conflict = find_conflict(problem)
    assert conflict is not None
    named = {
        given["key_results"][seat[member.name.group]]["id"] if member.name.name == "key result" else "total"
        for member in conflict.members
    }
    assert named == {"KR1", "KR2", "total"}


@pytest.mark.parametrize(("seed", "unit"), VARIANTS)
def test_a_consistent_plan_is_consistent_and_a_wish_contradicts_what_was_decided(
    cases: Path, seed: int, unit: float
) -> None:
    given, expect = load(cases, "annual_100m")
    sides = [given[name] for name in ("region", "product", "customer_type")]
    shape = tuple(len(side) for side in sides)
    cells = order(int(np.prod(shape)), seed)
    at = [axis.ravel()[cells] for axis in np.indices(shape)]
    families = [
        Family.exact(name, group, unit * np.array(list(side.values()), float))
        for name, group, side in zip(("region", "product", "type"), at, sides, strict=True)
    ]
    families.append(Family.exact("company", np.zeros(len(cells), int), [unit * given["total"]]))
    problem = Problem(np.full(len(cells), unit * given["total"] / len(cells)), families)
    assert find_conflict(problem) is None and "none" in expect["conflict"]
    rounded = round_cells(problem, project(problem).cells * 1, 1) if unit >= 1 else None
    if rounded is not None:
        assert rounded.miss.max() == 0 and rounded.cells.sum() == expect["margins_each_sum_to"] * unit
    south = list(given["region"]).index("华南")
    wish = expect["unmet_wish"]["华南"]["wish"] * unit
    wished = Family("wish", np.where(at[0] == south, 0, -1), np.array([wish]), np.array([INF]))
    conflict = find_conflict(Problem(problem.prior, [*families, wished]))
    assert conflict is not None
    assert {(m.name.name, m.limit) for m in conflict.members} == {
        ("wish", wish),
        ("region", expect["unmet_wish"]["华南"]["decided"] * unit),
    }


def test_tiers_and_channels_add_up(cases: Path) -> None:
    given, expect = load(cases, "appliance_100m")
    amounts = [tier["amount"] for tier in given["product"].values()]
    families = [
        Family.exact("tier", np.arange(3), amounts),
        Family.exact("company", np.zeros(3, int), [given["total"]]),
    ]
    assert sum(amounts) == expect["product_is_total"]
    assert find_conflict(Problem(np.ones(3), families)) is None


def test_a_share_of_a_quarter_leaves_the_rest(cases: Path) -> None:
    given, expect = load(cases, "quarter_500")
    revenue = float(given["revenue"])
    share = given["product"]["A"]["share_of_target"]
    families = [
        Family("product", np.arange(2), np.array([share * revenue, -INF]), np.array([share * revenue, INF])),
        Family.exact("team", np.zeros(2, int), [revenue]),
    ]
    solution = project(Problem(np.ones(2), families))
    assert solution.status is Status.SOLVED
    assert solution.cells == pytest.approx([300.0, 200.0])
    assert sum(given["budget_split"].values()) == pytest.approx(expect["budget_shares_sum"])
