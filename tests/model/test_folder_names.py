"""Ids from a roster as names of folders and files: valid on Windows and macOS, never two in one, never elsewhere."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.audience import calendar_file, folder_name, own_file

SAFE = re.compile(r"[\w][\w\-.]{0,62}", re.UNICODE)
RESERVED = re.compile(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\..*)?", re.IGNORECASE)
IDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
ODD = st.sampled_from(
    ["CON", "con.txt", "LPT¹", "..", "../x", "a/b", "a\\b", "P1.", "P1 ", "É", "E\u0301", "\u202eP", "~"]
)


@given(st.one_of(ODD, IDS))
def test_a_name_is_valid_everywhere_and_stays_where_it_belongs(node: str) -> None:
    name = folder_name(node)
    assert SAFE.fullmatch(name) and not RESERVED.fullmatch(name) and not name.endswith(".")
    assert len(name.encode()) < 240
    for path in (calendar_file(node), own_file("person", node, "2024-r01.html")):
        assert len(path.parts) in (2, 3) and ".." not in path.parts and not path.is_absolute()


@given(st.lists(IDS, min_size=2, max_size=2, unique=True))
def test_two_ids_never_share_a_folder(nodes: list[str]) -> None:
    one, other = (unicodedata.normalize("NFC", folder_name(node)).casefold() for node in nodes)
    assert one != other


@pytest.mark.parametrize(
    ("one", "other"), [("p3", "P3"), ("É", "E\u0301"), ("ß", "SS"), ("a b", "a_b"), ("İ", "i\u0307")]
)
def test_ids_that_a_file_system_takes_for_one_get_two_folders(one: str, other: str) -> None:
    found = {unicodedata.normalize("NFC", folder_name(node)).casefold() for node in (one, other)}
    assert len(found) == 2


@pytest.mark.parametrize("plain", ["XS010", "华东", "2024-R01", "A_1"])
def test_a_plain_id_is_its_own_folder(plain: str) -> None:
    assert folder_name(plain) == plain
