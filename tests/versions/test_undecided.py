"""A version whose musts contradict each other decides nothing: it is not approved, and no draft rests on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salesnb.model.errors import VersionError
from salesnb.versions.targets.proposal import latest_proposal
from tests.versions.targets_company import cells, company

UNDECIDED = {"30_decomposition": {"state": "ok", "facts": {"undecided": {"zh": "甲乙矛盾", "en": "a against b"}}}}


def test_nothing_is_approved_from_it(tmp_path: Path) -> None:
    firm = company(tmp_path)
    firm.version(1, cells())
    firm.version(2, cells(m03=1), notebooks=UNDECIDED)
    with pytest.raises(VersionError) as refused:
        firm.approve(2)
    assert "未决" in refused.value.say("zh") and "甲乙矛盾" in refused.value.say("zh")
    assert not firm.files()
    found = latest_proposal(firm.period(), "CNY")
    assert found is not None and found.version == "2024/v001"


def test_the_head_of_its_pages_says_that_nothing_is_decided() -> None:
    from types import SimpleNamespace

    from salesnb.report.page import state_words
    from salesnb.runs.render import _state

    notebooks = {name: SimpleNamespace(facts=entry["facts"]) for name, entry in UNDECIDED.items()}
    undecided: Any = SimpleNamespace(state="complete", draft=False, notebooks=notebooks)
    assert state_words(_state(undecided), "zh") == ("未决", "warn")
    decided: Any = SimpleNamespace(state="complete", draft=False, notebooks={})
    assert _state(decided) == "published"
