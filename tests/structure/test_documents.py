"""The documents say what is there: the same in both languages, targets and commands that exist, links that lead on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "README.zh-CN.md", "CHANGELOG.md", "THIRD_PARTY_NOTICES.md", "environment.yml", "Makefile")
PUBLIC_TARGETS = {"run", "test", "test-long", "bench", "lint", "lock"}


def blocks(text: str) -> list[str]:
    """The fenced code blocks of a document."""
    return re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def outline(text: str) -> list[str]:
    """The heading levels of a document, code left out."""
    return re.findall(r"^#+(?= )", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)


def make_targets(makefile: str) -> set[str]:
    """The targets one may ask for."""
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))


def asked_targets(text: str) -> set[str]:
    """The targets a document speaks of."""
    return set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, flags=re.MULTILINE))


def typed(text: str) -> list[list[str]]:
    """The command lines of ours in a document's code, without the program's name."""
    lines = [line for block in blocks(text) for line in block.splitlines()]
    return [shlex.split(line.partition("salesnb ")[2]) for line in lines if re.search(r"-m salesnb ", line)]


def described(text: str) -> set[str]:
    """The commands that a document's tables explain."""
    return set(re.findall(r"^\| `([a-z]+)` \|", text, flags=re.MULTILINE))


def links(text: str) -> list[str]:
    """The places inside the checkout that a document links to, pictures included."""
    return [place for place in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in place]


def machine_paths(text: str) -> list[str]:
    """Paths of one machine and addresses, neither of which a document may hold."""
    return re.findall(r"https?://\S+|file://\S+|(?<![\w.])/(?:work|root|home|opt|tmp|Users)/\S*|\b[A-Z]:\\\S*", text)


def test_both_languages_have_the_same_outline_and_the_same_code() -> None:
    assert outline(ENGLISH) == outline(CHINESE)
    assert blocks(ENGLISH) == blocks(CHINESE)
    assert [place for place in links(ENGLISH) if "README" not in place and "report_" not in place] == [
        place for place in links(CHINESE) if "README" not in place and "report_" not in place
    ]


def test_a_picture_of_a_report_comes_first() -> None:
    for text, language in ((ENGLISH, "en"), (CHINESE, "zh")):
        assert links(text)[0] == f"docs/report_{language}.png"
        assert text.index("![") < text.index("## ")


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_make_targets_are_those_of_the_makefile(text: str) -> None:
    assert make_targets(MAKEFILE) >= PUBLIC_TARGETS
    assert asked_targets(text) == PUBLIC_TARGETS


def test_commands_are_those_of_the_program() -> None:
    from salesnb.cli.commands import COMMANDS, parser

    for text in (ENGLISH, CHINESE):
        assert described(text) == set(COMMANDS)
        for words in typed(text):
            parser("en", words[0]).parse_args(words)  # raises UsageError for what the program would refuse


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_links_lead_somewhere(name: str) -> None:
    assert [place for place in links((ROOT / name).read_text(encoding="utf-8")) if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_holds_an_address_or_a_path_of_one_machine(name: str) -> None:
    assert machine_paths((ROOT / name).read_text(encoding="utf-8")) == []


def test_the_changelog_names_impacted_reports() -> None:
    entries = re.split(r"^- ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry for entry in entries if "Impacted reports:" not in entry] == []


def test_the_checks_can_fail() -> None:
    code = "```sh\n# not a heading\nmake gone\npy -m salesnb vanish x\n```\n"
    text = f"# a\n{code}## b\n[x](y.md) ![p](docs/a.png)\n| `run` | |"
    assert outline(text) == ["#", "##"]
    assert asked_targets(text) == {"gone"}
    assert typed(text) == [["vanish", "x"]]
    assert described(text) == {"run"}
    assert links(text) == ["y.md", "docs/a.png"]
    assert make_targets("run: x\n\tmake\n.PHONY: y\nlock:\n") == {"run", "lock"}
    for path in ("/work/main/x", "https://a.b", "C:\\Users\\x"):
        assert machine_paths(f"see {path} there"), path
    assert not machine_paths("outputs/UNIT/v001/ and .venv/bin/python and and/or /")
