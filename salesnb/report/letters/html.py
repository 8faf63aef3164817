"""A letter as one HTML file: A4 on paper, readable on a phone, asks no host for anything and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from salesnb.report import markup, palette
from salesnb.report.letters.content import Letter
from salesnb.report.letters.paper import paper
from salesnb.report.letters.sheet import Grid


def html_letter(letter: Letter, lang: str) -> str:
    """The letter in ``lang`` ("zh" or "en") as a page of its own. Equal letters give equal bytes."""
    style = palette.css_variables() + _file("letter.css").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return str(
        _template().render(
            paper=paper(letter, lang),
            name=letter.node_name,
            lang="zh-CN" if lang == "zh" else "en",
            style=Markup(style),
            policy=policy,
            side=_side,
        )
    )


def _side(grid: Grid, column: int) -> Markup:
    """The class of a cell: words to the left, the widest of them with room."""
    names = [*(["l"] if column < grid.left else []), *(["w"] if column == grid.wide else [])]
    return Markup(f' class="{" ".join(names)}"') if names else Markup("")


@cache
def _file(name: str) -> str:
    return resources.files("salesnb.report.letters").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=markup.shown
    )
    environment.filters.update(prose=markup.prose, line=markup.line, plain=markup.text)
    return environment.from_string(_file("letter.html.j2"))
