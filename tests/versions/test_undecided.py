"""A version whose musts contradict each other decides nothing: it is not approved, and no draft rests on it."""

from __future__ import annotations

from pathlib import Path

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
