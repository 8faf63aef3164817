"""Edits of the sample company's plan one by one: share, growth, lock, cap, floor; processor time of the answer."""

from __future__ import annotations

import gc
import os
import tempfile
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np

from salesnb.stages.decomposition import Plan, Problem, Setting, build, decompose
from salesnb.stages.decomposition.cube import DIMS
from tests.bench.decomposition_edits import Answer, answers

GOAL = 0.1
ROOT = Path(__file__).resolve().parents[2]


def sample() -> Plan:
    """The sample company's plan of 2024 as planned at the end of 2023."""
    from salesnb.intake import facts
    from salesnb.model.params import load_unit

    params, known = load_unit("sample"), facts.load("sample")
    calendar, as_of = params.company.calendar, date(2023, 12, 31)
    tables = known.months(DIMS, as_of), known.table("people"), known.table("products")
    own = params.decomposition, params.people, params.market, calendar
    built = build(Setting(calendar.period("2024"), as_of, *tables, *own))
    return decompose(Problem(built.cube, built.rules, round(params.decomposition.grain * 100)))


def line(what: str, found: list[Answer]) -> str:
    """One row of the table."""
    taken = np.array([answer.seconds for answer in found]) * 1000
    most = max(len(answer.plan.settled.met) for answer in found if answer.plan is not None)
    refused = sum(answer.plan is None for answer in found)
    late = int((taken >= GOAL * 1000).sum())
    word = f"MISSED by {late} of {len(found)}" if late else "met"
    figures = f"{np.median(taken):.0f} ms | {np.quantile(taken, 0.9):.0f} ms | {taken.max():.0f} ms"
    return f"| {what} | {len(found)} | {figures} | {word} | up to {most} contradictions; {refused} refused |"


def moves(rounds: int = 5) -> str:
    """A row of the table: whole moves of the panel's growth sliders, each with all that the panel shows anew."""
    from salesnb.notebook import decomposition
    from salesnb.notebook.decomposition_desk import PlanDesk
    from salesnb.notebook.decomposition_panel import PlanPanel

    panel = PlanPanel(PlanDesk(decomposition.open("sample", "2024")))
    gc.collect()
    gc.freeze()
    taken, most = [], 0
    for _ in range(rounds):
        for slider in panel.growth.values():
            began = process_time()
            slider.value = round(slider.value + 1.1, 1)
            taken.append(1000 * (process_time() - began))
            most = max(most, len(panel.desk.plan.settled.met))
    late = sum(one >= GOAL * 1000 for one in taken)
    figures = f"{np.median(taken):.0f} ms | {np.quantile(taken, 0.9):.0f} ms | {max(taken):.0f} ms"
    word = f"MISSED by {late} of {len(taken)}" if late else "met"
    what = "whole moves of the panel with all it shows, one on top of the other"
    return f"| {what} | {len(taken)} | {figures} | {word} | up to {most} contradictions |"


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SALESNB_OUTPUTS"] = folder
        os.environ.setdefault("SALESNB_PARAMS", str(ROOT / "params"))
        plan = sample()
        gc.collect()
        gc.freeze()  # as the panel does once it stands
        cells = int((plan.problem.cube.start > 0).sum())
        print(f"{cells:,} cells, {len(plan.problem.rules)} rules; goal: every one under {1000 * GOAL:.0f} ms.\n")
        print("| edit | edits | median | 90 % | worst | goal | |\n|---|---|---|---|---|---|---|")
        alone = answers(plan, 10)
        for kind in dict.fromkeys(answer.kind for answer in alone):
            print(line(kind, [answer for answer in alone if answer.kind == kind]))
        print(line("**all, one at a time**", alone))
        print(line("**all, one on top of the other**", answers(plan, 6, one_by_one=False)))
        print(moves())


if __name__ == "__main__":
    main()
