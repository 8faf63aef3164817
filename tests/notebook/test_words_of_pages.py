"""The sample company in English is wholly English, and in Chinese no sentence strays into English.

What the data hold as such may stay: names of files, and cells that an import could not read.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from salesnb.model.lexicon import lexicon
from salesnb.model.params import load_unit

sys.path.insert(0, str(Path(__file__).parent))
import scripted

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,;]+){3}[A-Za-z]{2,}")
HEARD = ("title", "aria-label", "alt")
DATA = re.compile(r"data/|periods/|\.csv|\.xlsx|\.yaml|book\.")  # a place in somebody's file, or what to type
SHOWN = ("region_id", "team_id", "person_id", "product_id", "customer_id", "channel_id", "customer_type", "dealer_id")
FILES = ("goals", "market", "people", "decomposition", "actions", "risks", "incentives", "review")


class Seen(HTMLParser):
    """The texts of a page that a reader sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script")
        self.texts += [value for name, value in attrs if name in HEARD and value]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.texts.append(data.strip())


def seen(html: str) -> list[str]:
    """The texts of a page, without those that point into somebody's files."""
    page = Seen()
    page.feed(re.sub('<span class="d">(.*?)</span>', r"\1", html))  # a date that is kept whole
    return [text for text in page.texts if not DATA.search(text)]


def written(held: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a model with the place it stands at."""
    if isinstance(held, str):
        yield at, held
    elif isinstance(held, BaseModel):
        for name in type(held).model_fields:
            yield from written(getattr(held, name), f"{at}.{name}")
    elif isinstance(held, dict):
        for key, value in held.items():
            yield from written(key, f"{at}.{key}")
            yield from written(value, f"{at}.{key}")
    elif isinstance(held, list | tuple):
        for number, value in enumerate(held):
            yield from written(value, f"{at}[{number}]")


def test_what_the_sample_writes_is_said_in_english_too() -> None:
    params = load_unit("sample")
    english = lexicon(params, "en")
    notes: list[Any] = [params.period(path.stem) for path in params.folder.glob("periods/*.yaml")]
    notes += [params.change(path.stem) for path in params.folder.glob("changes/*.yaml")]
    held = [*(getattr(params, stem) for stem in FILES), *notes]
    left = {  # a unit and a weekday are spelled as the schema reads them
        f"{at}: {text}"
        for file in held
        for at, text in written(file)
        if not at.endswith((".unit", ".on")) and CHINESE.search(english(text))
    }
    assert not left, sorted(left)


def test_names_of_the_data_are_said_in_english_too(sample_folders: dict[str, str], monkeypatch: Any) -> None:
    for name, folder in sample_folders.items():
        monkeypatch.setenv(name, folder)
    from salesnb.intake import facts

    found = facts.load("sample")
    english = lexicon(load_unit("sample"), "en")
    names = {name for dimension in SHOWN for name in found.names(dimension).values()}
    leads, spend = found.table("opportunities"), found.table("spend")
    for column in ("source", "industry", "company_size", "decision_chain", "lost_reason"):
        names |= set(leads[column].dropna())
    names |= set(spend["category"]) | set(found.table("people")["role"].dropna())
    names |= {text for column in ("competitor", "action") for text in found.table("competitor_moves")[column]}
    assert len(names) > 1500
    assert not {name for name in names if CHINESE.search(english(str(name)))}


@pytest.fixture(scope="module")
def decided(sample_folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A copy of the sample whose targets of 2024 are approved, so that a review has something to judge by."""
    from salesnb.intake import facts

    root = tmp_path_factory.mktemp("decided")
    with pytest.MonkeyPatch.context() as patched:
        for name, folder in sample_folders.items():
            patched.setenv(name, folder)
        facts.load("sample")
        for name, part in (("SALESNB_PARAMS", "params"), ("SALESNB_OUTPUTS", "outputs")):
            shutil.copytree(Path(sample_folders[name]) / "sample", root / part / "sample")
            patched.setenv(name, str(root / part))
        paper = root / "params" / "sample" / "decisions" / "report.md"
        paper.write_text("# 依据\n", encoding="utf-8")
        patched.delenv("SALESNB_STAGE", raising=False)
        scripted.approve_last_year_and_more(scripted.Year(root))
        yield


def page(name: str, period: str, lang: str) -> str:
    """What the cells of a notebook show, as nbconvert would print it, with its notes in that language."""
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    known: dict[str, Any] = {"unit": "sample", "period": period, "as_of": "", "lang": lang}
    out = []
    for cell in notebook["cells"]:
        tags, source = cell["metadata"].get("tags", []), "".join(cell["source"])
        if "interactive" in tags or "parameters" in tags:
            continue
        if cell["cell_type"] == "markdown":
            out += [source] if lang in tags else []
            continue
        *before, last = ast.parse(source).body
        exec(compile(ast.Module(before, []), name, "exec"), known)
        if isinstance(last, ast.Expr):
            made = eval(compile(ast.Expression(last.value), name, "eval"), known)
            out.append(made._repr_html_() if hasattr(made, "_repr_html_") else str(made))
        else:
            exec(compile(ast.Module([last], []), name, "exec"), known)
    from salesnb.report import sanitize

    return str(sanitize.clean("\n".join(out)))


PAGES = [("10_history", "2024"), ("20_feasibility", "2024"), ("30_decomposition", "2024"), ("40_action_plan", "2024"),
         ("50_review", "2024-06")]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("name", "period"), PAGES)
def test_english_pages_hold_no_chinese(name: str, period: str, decided: None) -> None:
    left = sorted({text for text in seen(page(name, period, "en")) if CHINESE.search(text)})
    allowed = re.compile(r"2023年5月6日|１０|合计 \||DD20230313018")  # cells the import set aside or had to read
    assert not [text for text in left if not allowed.search(text)]


@pytest.mark.long
@pytest.mark.parametrize(("name", "period"), [PAGES[3]])
def test_chinese_pages_hold_no_english_sentences(name: str, period: str, decided: None) -> None:
    assert not sorted({text for text in seen(page(name, period, "zh")) if ENGLISH.search(text)})
