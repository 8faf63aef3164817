"""Edits of a plan as a planner makes them in the panel: growth of a region, a share, a lock, a cap, a team's floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import process_time

import numpy as np

from salesnb.model.errors import SalesnbError
from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition import Desk, Plan
from salesnb.stages.decomposition.plan import rebound

Edit = Callable[[Desk], None]


@dataclass(frozen=True)
class Answer:
    """How long the plan took after one edit, processor seconds, and what it came to (None: refused with a reason)."""

    kind: str
    seconds: float
    plan: Plan | None


def edits(plan: Plan, rounds: int, seed: int = 3) -> Iterator[tuple[str, Edit]]:
    """``rounds`` of edits of every kind, moved by a few per cent around what the plan gives now."""
    rng = np.random.default_rng(seed)
    rules = [rule for rule in plan.problem.rules if rule.relation in ("is", "at_least", "at_most") and not rule.count]
    growths = [rule for rule in rules if rule.measure == "growth_over" and rule.strength != "must"]
    shares = [rule for rule in rules if rule.measure == "share_of" and "quarter" not in rule.where]
    sums = {name: plan.by(name).set_index(name)["target_minor"] for name in ("region_id", "team_id", "person_id")}
    for _ in range(rounds):
        for rule in growths:
            yield "growth of a region", _moved(rule, rng.uniform(-0.08, 0.05))
        for rule in shares:
            yield "share", _moved(rule, rng.uniform(-0.03, 0.03))
        region = str(rng.choice(sums["region_id"].index[sums["region_id"] > 0]))
        yield "lock of a region", _amount("region", region, sums["region_id"][region], rng.uniform(0.97, 1.03))
        person = str(rng.choice(sums["person_id"].nlargest(30).index))
        yield "cap of a person", _amount("person", person, sums["person_id"][person], 0.95)
        team = str(rng.choice(sums["team_id"].index[sums["team_id"] > 0]))
        yield "floor of a team", _amount("team", team, sums["team_id"][team], 1.01)


def answers(plan: Plan, rounds: int, *, one_by_one: bool = True) -> list[Answer]:
    """The plan after each edit; ``one_by_one``: each of the plan as it was, else one on top of the other."""
    desk, out = Desk(plan.problem), []
    for kind, edit in edits(plan, rounds):
        if one_by_one:
            desk.problem = plan.problem
        edit(desk)
        began, found = process_time(), None
        try:
            found = desk.plan()
        except SalesnbError:  # a contradiction of musts, said with its proposals: an answer as well
            found = None
        out.append(Answer(kind, process_time() - began, found))
    return out


def _moved(rule: Rule, by: float) -> Edit:
    low, high = (None if side is None else round(side + by, 3) for side in rule.bounds)
    return lambda desk: desk.put(rebound(rule, (low, high)))


def _amount(word: str, node: str, minor: int, factor: float) -> Edit:
    relation = {"region": "is", "person": "at_most", "team": "at_least"}[word]
    form = {"id": f"tried-{node}", "text": "tried", "where": {word: node}, "amount": "sales"}
    form |= {relation: round(minor * factor / 1e6) * 1e4, "strength": "should" if word == "team" else "must"}
    return lambda desk: desk.put(Rule.model_validate(form))
