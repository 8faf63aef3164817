"""matplotlib's SVG made fit for a page: no ids, no style attributes, no metadata, short numbers.

A page forbids inline styles (its content security policy), holds many charts (ids would clash) and may be dark (colours
are attributes, so the style sheet can replace them). The result draws the same picture in about a third of the bytes.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markupsafe import escape

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_DROPPED = frozenset(("metadata", "style", "defs", "clipPath", "title", "desc"))
# style properties kept as attributes, with the value that need not be written
_KEPT = {
    "fill": "#000000", "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none", "stroke-dashoffset": "0",
    "stroke-linecap": "butt", "fill-opacity": "1", "stroke-opacity": "1", "opacity": "1", "text-anchor": "start",
    "font-weight": "400",
}  # fmt: skip
# groups that a canvas named: text on a coloured ground gets no halo from the style sheet
_MARKS = {"flat": 'class="f"', "bold": 'font-weight="700"'}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-0(?![\d.])")
_NO_TURN = re.compile(r"^rotate\(-?0(?:\.0+)?[ ,]")


def clean(svg: str) -> str:
    """The drawing inside ``svg`` as compact markup for an HTML page."""
    # the text is matplotlib's own output, not a user's file: no entities, no external references
    root = ElementTree.fromstring(svg)
    shapes = {element.get("id", ""): element for element in root.iter() if element.get("id")}
    box = " ".join(_short(part) for part in root.get("viewBox", "").split())
    inner = "".join(_write(child, shapes) for child in root)
    return f'<svg viewBox="{box}" aria-hidden="true" focusable="false">{inner}</svg>'


def _write(element: ElementTree.Element, shapes: dict[str, ElementTree.Element]) -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag in _DROPPED:
        return ""
    if tag == "g":
        inner = "".join(_write(child, shapes) for child in element)
        mark = _MARKS.get(element.get("id", ""))
        return inner.replace("<text ", f"<text {mark} ") if mark else inner
    if tag == "use":
        return _used(element, shapes)
    given = _attributes(element)
    if tag == "path":
        return _path(element, given)
    if tag == "text":
        words = "".join(element.itertext()).strip()
        return f"<text{_joined(given)}>{escape(words)}</text>" if words else ""
    raise ValueError(f"unexpected element <{tag}> in a chart")


def _used(element: ElementTree.Element, shapes: dict[str, ElementTree.Element]) -> str:
    """A shape used by reference, written out where it is used."""
    shape = shapes[(element.get(_LINK) or element.get("href") or "").lstrip("#")]
    given = {**_attributes(shape), **_attributes(element)}
    x, y = _short(element.get("x", "0")), _short(element.get("y", "0"))
    given.pop("x", None)
    given.pop("y", None)
    if (x, y) != ("0", "0"):
        given["transform"] = f"translate({x} {y})"
    return _path(shape, given)


def _path(element: ElementTree.Element, given: dict[str, str]) -> str:
    if given.get("fill") == "none" and "stroke" not in given:
        return ""  # the grounds of figure and axes
    points = re.sub(r"\s+", " ", element.get("d", "")).strip()
    if not points:
        return ""
    return f'<path d="{_short(points).replace(" z", "z").replace(" L ", "L").replace("M ", "M")}"{_joined(given)}/>'


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    given = {}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        name, value = name.strip(), value.strip()
        if name == "font-size":
            given["font-size"] = _short(value.removesuffix("px"))
        elif name == "font":
            given.update(_font(value))
        elif name in _KEPT and value != _KEPT[name]:
            given[name] = _short(value) if not value.startswith("#") else value
    for name in ("x", "y"):
        if element.get(name) is not None:
            given[name] = _short(element.get(name, ""))
    turn = element.get("transform", "")
    if turn and not _NO_TURN.match(turn):
        given["transform"] = _short(turn)
    return given


def _font(value: str) -> dict[str, str]:
    """The size and weight of a CSS ``font`` shorthand."""
    given = {}
    size = re.search(r"(\d+(?:\.\d+)?)px", value)
    if size:
        given["font-size"] = _short(size.group(1))
    weight = re.match(r"(bold|[5-9]00)\b", value)
    if weight:
        given["font-weight"] = "700" if weight.group(1) == "bold" else weight.group(1)
    return given


def _joined(given: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in given.items())


def _short(text: str) -> str:
    """Numbers with at most one decimal."""

    def shorten(match: re.Match[str]) -> str:
        value = f"{float(match.group()):.1f}".removesuffix(".0")
        return "0" if value == "-0" else value

    return _NUMBER.sub(shorten, text)
