"""The page of one executed notebook: self-contained HTML that asks no host for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.report import markup, prose, sections, show
from salesnb.report.lean import lean

STATES = {
    "published": (Text("已发布", "Published"), "good"),
    "approved": (Text("已批准", "Approved"), "good"),
    "submitted": (Text("待批准", "Submitted"), "warn"),
    "draft": (Text("草稿", "Draft"), "warn"),
    "undecided": (Text("未决", "Not decided"), "warn"),
    "carried": (Text("沿用", "Carried"), "warn"),
    "stale": (Text("已过期", "Stale"), "warn"),
    "failed": (Text("失败", "Failed"), "bad"),
    "complete": (Text("已发布", "Published"), "good"),
    "damaged": (Text("损坏", "Damaged"), "bad"),
}
_VERSION = re.compile(r"^v0*(\d+)$")


@dataclass(frozen=True)
class Link:
    """A link to a file of the version, relative to the page; ``is_current`` marks the page itself in a navigation."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True)
class PageContext:
    """What the run knows and the notebook does not.

    ``version`` is ``v003`` (shown as 第 3 版 / version 3), ``state`` a key of ``STATES`` or free text, ``basis`` the
    line on data and units, ``notices`` what a reader must know first (carried, stale, draft, no approved target).
    ``checks`` is (passed, all); ``failed_checks`` are named. ``links`` go to the comparison, parameters, tables, Excel;
    ``pages`` to the other pages of this version. ``origin`` says where results were carried from. ``stamp`` is printed
    as given (the only part that may differ between two builds).
    """

    lang: str = "zh"
    company: str = ""
    period: str = ""
    version: str = ""
    state: str = "published"
    basis: str = ""
    notices: tuple[str, ...] = ()
    checks: tuple[int, int] | None = None
    failed_checks: tuple[str, ...] = ()
    fingerprint: str = ""
    chain_head: str = ""
    links: tuple[Link, ...] = ()
    pages: tuple[Link, ...] = ()
    origin: str = ""
    stamp: str = ""


def render(notebook: Any, context: PageContext, name: str = "") -> str:
    """The page of an executed notebook (nbformat 4 node) in ``context.lang``.

    ``name`` is the notebook's name for messages. RunError when a cell failed or the title is missing.
    """
    return rendered(sections.parts(notebook, context.lang, name), context)


def rendered(parts: sections.Parts, context: PageContext) -> str:
    """The page of a notebook's sections."""
    body = _environment().get_template("page.html.j2").render(parts=parts, **header(context), **footer(context))
    return document(parts.title, body, context.lang, (context.period, context.company))


def document(title: str, body: str, lang: str, more: tuple[str, ...] = (), listing: bool = False) -> str:
    """``body`` in the shell every page shares: style, script, and a policy that allows only these two.

    ``listing`` adds what only lists of versions and runs need: their layout, the search over them, the chooser of two.
    """
    style, script = show.page_style("listing.css" if listing else ""), show.template("page.js")
    if listing:
        script = f"{script}\n{show.template('listing.js')}"
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template("shell.html.j2").render(
        title=" · ".join(part for part in (title, *more) if part),
        body=Markup(lean(body)),
        lang="zh-CN" if lang == "zh" else "en",
        skip=Text("跳到正文", "Skip to content").get(lang),
        style=Markup(style),
        script=Markup(script),
        policy=policy,
    )  # fmt: skip


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


@cache
def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("salesnb.report").joinpath("template")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=markup.shown,
    )
    environment.filters.update(prose=markup.prose, plain=markup.text)
    return environment


def fill(template: str, **given: Any) -> str:
    """A template of this room, autoescaped; an unknown name in it is an error."""
    return str(_environment().get_template(template).render(**given))


def version_words(version: str, lang: str) -> str:
    """``v003`` as 第 3 版 / version 3; other text as it is."""
    found = _VERSION.match(version)
    return Text(f"第 {found.group(1)} 版", f"version {found.group(1)}").get(lang) if found else version


def state_words(state: str, lang: str) -> tuple[str, str]:
    """(words, good / warn / bad / "") of a version's state."""
    known = STATES.get(state)
    return (known[0].get(lang), known[1]) if known else (state, "")


def header(context: PageContext) -> dict[str, Any]:
    """What the header of any page of a version shows."""
    lang = context.lang
    words, kind = state_words(context.state, lang)
    crumb = [part for part in (context.company, context.period, version_words(context.version, lang)) if part]
    return {
        "crumb": crumb,
        "state": words,
        "state_kind": kind,
        "basis": context.basis,
        "notices": context.notices,
        "pages": context.pages,
        "nav": Text("本版页面", "Pages of this version").get(lang),
    }


def footer(context: PageContext) -> dict[str, Any]:
    """What the footer of any page of a version shows: the proofs, then the links."""
    lang = context.lang
    said: list[Markup] = []
    if context.checks is not None:
        said.append(_checks(context.checks, context.failed_checks, lang))
    if context.fingerprint:
        said.append(_code(Text("数据指纹", "data fingerprint").get(lang), context.fingerprint))
    if context.chain_head:
        said.append(_code(Text("目标链", "target chain").get(lang), context.chain_head))
    if context.origin:
        said.append(markup.text(context.origin))
    if context.stamp:
        said.append(Markup('<span class="d">{}</span>').format(markup.text(context.stamp)))
    return {"proofs": said, "links": context.links}


def _checks(checks: tuple[int, int], failed: tuple[str, ...], lang: str) -> Markup:
    passed, every = checks
    if passed == every:
        return markup.prose(Text(f"校验 {every} 项全部通过", f"all {every} checks passed").get(lang))
    names = Text("、", ", ").get(lang).join(failed)
    missed = Text(f"校验 {every} 项，{every - passed} 项未通过", f"{every - passed} of {every} checks failed").get(lang)
    return prose.Line(prose.bad(f"{missed}{Text('：', ': ').get(lang)}{names}" if names else missed)).html()


def _code(label: str, value: str) -> Markup:
    short = value if len(value) <= 12 else f"{value[:6]}…{value[-4:]}"
    return Markup('{} <code title="{}">{}</code>').format(label, markup.attribute(value), short)
