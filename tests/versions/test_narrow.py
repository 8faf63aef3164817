"""What a reader may see of each table: nothing of others, everything of one's own, nothing that was not allowed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from salesnb.model.tables import contracts
from salesnb.versions.narrow import RULES, names_for, narrowed
from salesnb.versions.readers import Reader, readers
from tests.versions import narrow_company as company

AS_OF = date(2024, 7, 4)


@pytest.fixture(scope="module")
def found() -> dict[str, Reader]:
    listed = readers(company.people(), AS_OF, ("region", "person"), ["P5"])
    return {reader.node: reader for reader in listed}


def test_readers_are_regions_and_those_who_serve_or_have_a_target(found: dict[str, Reader]) -> None:
    assert list(found) == ["东", "西", "P1", "P2", "P3", "P5"], "P4 left, P5 comes with a target"
    assert found["西"].people == {"P3", "P4", "P5"} and found["西"].teams == {"西一队"}
    assert found["P3"].owners == {"P3"}, "a name that two bear names nobody"
    assert found["P1"].owners == {"P1", "甲一"}
    assert found["P1"].sees_pay and not found["东"].sees_pay
    assert [r.node for r in readers(company.people(), AS_OF, ("person",))] == ["P1", "P2", "P3"]
    assert readers(company.people(), AS_OF, ()) == []
    assert all(r.sees_pay for r in readers(company.people(), AS_OF, ("region",), managers_pay=True))


@pytest.mark.parametrize("name", sorted(RULES))
def test_no_row_of_another_is_in_any_table(name: str, found: dict[str, Reader]) -> None:
    frame, rule = company.table(name), RULES[name]
    for reader in found.values():
        kept = narrowed(name, frame, reader)
        may = reader.level in rule.levels and (reader.sees_pay or not rule.is_pay)
        assert (kept is not None) == may, (name, reader.node)
        if kept is None:
            continue
        said = "\n".join(kept.astype("str").to_numpy().ravel())
        for other in set(company.PEOPLE) - reader.people:
            assert company.token(other, name) not in said
            assert str(company.amount(other, name)) not in said
        assert "company" not in said and not set(rule.drop) & set(kept.columns)
        own = [token for p in reader.people for token in (str(company.amount(p, name)), company.token(p, name), p)]
        assert any(token in said for token in own)


def test_a_table_nobody_allowed_reaches_nobody(found: dict[str, Reader]) -> None:
    frame = pd.DataFrame({"person_id": ["P1"], "net_minor": [1]})
    assert narrowed("own_table", frame, found["P1"]) is None
    for name in ("review_bridge", "history_customers", "pay_cost", "target_padding", "set_aside", "findings", "people"):
        assert name in contracts() and name not in RULES


def test_a_cross_with_a_region_is_the_regions_and_nobody_elses(found: dict[str, Reader]) -> None:
    frame = company.table("review_alerts").head(1).assign(dimension="region_id+product_line", node_id="东+甲线")
    assert narrowed("review_alerts", frame, found["东"]) is not None
    assert [narrowed("review_alerts", frame, found[node]) for node in ("西", "P1", "P3")] == [None] * 3


def test_a_move_between_regions_is_read_by_neither(found: dict[str, Reader]) -> None:
    frame = company.table("retarget_moves").head(1).assign(from_id="P1", to_id="P2")
    assert narrowed("retarget_moves", frame, found["东"]) is not None
    assert [narrowed("retarget_moves", frame, found[node]) for node in ("西", "P1", "P2")] == [None] * 3
    across = frame.assign(to_id="P3")
    assert [narrowed("retarget_moves", across, found[node]) for node in ("东", "西")] == [None] * 2


def test_meetings_of_all_are_everybodys_without_the_list_of_who_comes(found: dict[str, Reader]) -> None:
    frame = company.table("action_calendar").head(1).assign(people="全体")
    for reader in found.values():
        kept = narrowed("action_calendar", frame, reader)
        assert kept is not None and "people" not in kept


def test_names_are_only_those_of_ids_the_reader_holds(found: dict[str, Reader]) -> None:
    every = {(str(d), str(n)): str(name) for d, n, name in company.nodes()[["dimension", "node_id", "name"]].to_numpy()}
    kept = narrowed("funnel_open", company.table("funnel_open"), found["P1"])
    assert kept is not None
    names = names_for({"funnel_open": kept}, every, found["P1"])
    assert names == {("person_id", "P1"): "甲一", ("customer_id", "KP1"): company.token("P1", "customer")}
