"""Alerts: which of them stand for themselves, what people do about them and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from salesnb.model.periods import Window

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_nodes import NodeQuestions
    from salesnb.stages.review import Note


def standing(book: NodeQuestions, alerts: pd.DataFrame) -> pd.DataFrame:
    """``review_alerts`` where those that a wider one already says name it (see ``stages.review.nested``)."""
    import pandas as pd

    from salesnb.stages import review

    if book.line is None or alerts.empty:
        return alerts
    judged = [scope.period.text for scope in book.judged]
    nodes = book.nodes_table
    crossed = book.pairs[0]
    columns = ["scope", "dimension", "node_id", "expected_minor", "actual_minor", "chance_minor"]
    parts = [nodes.loc[nodes["scope"].isin(judged), columns]]
    parts += [crossed[columns]] if len(crossed) else []
    return review.nested(alerts, pd.concat(parts, ignore_index=True), _wider(book), book.line)


def _wider(book: NodeQuestions) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """In which team and region people sell most, in which region teams do; crossed cells lie in both of theirs."""
    sums = book.facts.sums(("region_id", "team_id", "person_id"), [book.main.window(book.calendar)], book.as_of)
    sums = sums.sort_values(["net_minor", "region_id", "team_id"], kind="stable")
    people, teams = (sums.groupby(key)[["region_id", "team_id"]].last() for key in ("person_id", "team_id"))
    out = {
        ("person_id", str(person)): [("team_id", str(row["team_id"])), ("region_id", str(row["region_id"]))]
        for person, row in people.iterrows()
    }
    out |= {("team_id", str(team)): [("region_id", str(row["region_id"]))] for team, row in teams.iterrows()}
    for row in book.pairs[0].to_dict("records"):
        names, nodes = str(row["dimension"]).split("+"), str(row["node_id"]).split("+")
        out[(str(row["dimension"]), str(row["node_id"]))] = list(zip(names, nodes, strict=True))
    return out


def followed(book: NodeQuestions, alerts: pd.DataFrame, notes: Sequence[Note]) -> pd.DataFrame:
    """``review_alerts`` with people's notes, present figures of what is carried over, attainment before and since."""
    from salesnb.stages import review

    notes = by_name(notes, alerts, book.nodes_table[book.nodes_table["scope"] == book.main.period.text])
    noted = review.with_figures(review.with_notes(alerts, notes), book.nodes_table)
    first: dict[str, str] = {}
    for note in notes:
        first.setdefault(note.alert, note.period)
    before = {}
    for alert in noted.loc[noted["alert"].isin(list(first)), "alert"]:
        found = until(book, str(alert), first[str(alert)])
        if found is not None:
            before[str(alert)] = found
    return review.since_action(noted, before)


def by_name(notes: Sequence[Note], alerts: pd.DataFrame, nodes: pd.DataFrame) -> list[Note]:
    """Notes with the key of the alert they name: people write what the page shows (``华南 × B``, ``产品线 B``).

    A name that no alert has any more is the node's of ``nodes`` (``review_attainment`` of one scope); a key stays.
    """
    found = nodes.assign(alert=nodes["scope"] + ":" + nodes["dimension"] + ":" + nodes["node_id"].astype(str))
    keys: dict[str, str] = {}
    for frame in (alerts, found):  # an alert that stands goes before a node that is no longer one
        for row in frame.to_dict("records"):
            name = str(row["name"])
            words = [f"{word} {name}" for word in ("产品线", "Line", "line")]
            for called in words if row["dimension"] == "product_line" else [name]:
                keys.setdefault(called, str(row["alert"]))
    return [replace(note, alert=keys.get(note.alert, note.alert)) for note in notes]


def until(book: NodeQuestions, alert: str, period: str) -> tuple[int, int] | None:
    """(actual, due) of an alert's node from its scope's start to the end of ``period``; None where there is none."""
    from salesnb.intake.sums import DIMENSIONS
    from salesnb.stages import review

    text, dimension, node = review.place(alert)
    scope = next((one for one in book.scopes if one.period.text == text), None)
    if scope is None or dimension not in DIMENSIONS:
        return None
    day = min(book.calendar.period(period).end, scope.through)
    pieces = book.targets.pieces(dimension, scope.period.start, scope.period.end)
    own = pieces[pieces[dimension] == node] if len(pieces) else pieces
    if own.empty or day < scope.period.start:
        return None
    due = int(book.curve.due(own, scope.period.start, day).sum())
    sums = book.facts.sums((dimension,), [Window("until", scope.period.start, day)], book.as_of)
    return int(sums.loc[sums[dimension] == node, "net_minor"].sum()), due
