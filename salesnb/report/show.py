"""How an object shows itself: styled in a notebook, bare in a page (the page ships the style sheet once)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from salesnb.report import palette


@cache
def template(name: str) -> str:
    """The text of a file in ``report/template``, without the line ends a style sheet does not need."""
    found = resources.files("salesnb.report").joinpath("template", name).read_text(encoding="utf-8")
    return found.strip()


_COLUMNS = range(2, 25)  # a printed table has no more; the first column is a row's header and stands on the left


@cache
def parts_style() -> str:
    """The components' style; ``l3`` on a table puts its third column on the left, so that no cell need say it."""
    left = ",".join(f".l{at} tr>:nth-child({at})" for at in _COLUMNS)
    return f"{template('parts.css')}\n{left}{{text-align:left;min-width:var(--text,0)}}"


@cache
def page_style(more: str = "") -> str:
    """The style sheet of every page: colours, layout, components, and the template ``more`` that only some need."""
    own = (template(more),) if more else ()
    return "\n".join((palette.css_variables(), parts_style(), template("page.css"), *own))


@cache
def notebook_style() -> str:
    """The components' style for one output in a notebook, scoped so that it touches nothing else there."""
    colours = ";".join(f"--{name}:{colour}" for name, colour in palette.LIGHT.items())
    ground = f"--font:{palette.FONTS};{colours};background:#fff;color:var(--ink);padding:8px 4px;color-scheme:light"
    return f".snb{{{ground};font:14px/1.6 var(--font);font-variant-numeric:tabular-nums;{parts_style()}}}"


class Shown:
    """Base of what a notebook cell returns: subclasses give ``html()`` and ``text()``, both complete and escaped."""

    def html(self) -> Markup:
        """The markup that goes into a page."""
        raise NotImplementedError

    def text(self) -> str:
        """The same content for a terminal."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return f'<style>{notebook_style()}</style><div class="snb">{self.html()}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": self.text()}
