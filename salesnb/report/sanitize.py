"""What a notebook's output may put into a page: an allowlist of elements and attributes, re-serialised.

Exhibits are escaped where they are made; this is the second lock, and it covers markdown and the outputs of a unit's
own notebooks. Scripts, styles, frames, event handlers, inline styles and every address that would make a browser fetch
something are left out; nbconvert's wrapping ``div`` elements are taken off.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markupsafe import Markup, escape

from salesnb.report.spoken import spoken

_GONE = frozenset(
    ("script", "style", "iframe", "object", "noscript", "template", "title", "head", "textarea", "select")
)
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))
_ELEMENTS = """
    a abbr article b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary
    sup table tbody td tfoot th thead time tr u ul var wbr svg g path rect line circle ellipse polyline
    polygon text tspan
"""
_NAMES = """
    class id title role tabindex lang dir scope colspan rowspan headers href alt src width height open start
    reversed datetime aria-label aria-hidden aria-describedby aria-sort data-fold focusable viewbox
    preserveaspectratio d x y x1 y1 x2 y2 cx cy r rx ry points fill fill-opacity stroke stroke-width
    stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity opacity transform
    text-anchor font-size font-weight
"""
_KEPT, _ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_NAMES.split())
# end tags that HTML leaves out where the next cell or row begins: a quarter of a table's bytes
_IMPLIED = frozenset(("td", "th", "tr"))
_SAID = frozenset(("title", "alt", "aria-label"))  # attributes a reader sees or hears
_LISTS = frozenset(("class", "headers"))  # names apart by a space
_CASE = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
# what nbconvert and the notebook's own style put around an output
_WRAPPERS = frozenset(("cell", "inner_cell", "text_cell_render", "output_wrapper", "output", "output_area",
                       "output_subarea", "snb"))  # fmt: skip
_LINK = re.compile(r"^(?:#|https?://|mailto:|(?!//)(?![a-z][a-z0-9+.\-]*:)[^\\])", re.IGNORECASE)
_PICTURE = re.compile(r"^data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+$")
_ID = re.compile(r"^x[0-9A-Za-z_\-]*$")


class _Cleaner(HTMLParser):
    def __init__(self, seen: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.gone = 0
        self.seen = seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            self.gone += 1
            return
        if self.gone or tag not in _KEPT:
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            self._void(tag, given)
            return
        is_wrapper = tag == "div" and bool(_WRAPPERS & set(given.get("class", "").split()))
        self.open.append((tag, not is_wrapper))
        if not is_wrapper:
            self.out.append(f"<{tag}{self._attributes(tag, given)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            return
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _GONE:
            self.gone = max(0, self.gone - 1)
            return
        if self.gone or tag not in {name for name, _ in self.open}:
            return
        while self.open:
            name = self._pop()
            if name == tag:
                return

    def _pop(self) -> str:
        name, is_written = self.open.pop()
        is_implied = name in _IMPLIED and ("table", True) in self.open
        if is_written and not is_implied:
            self.out.append(f"</{name}>")
        return name

    def handle_data(self, data: str) -> None:
        if self.gone:
            return
        if data.isspace() and data.isascii() and ("pre", True) not in self.open:
            data = "\n" if "\n" in data else " "  # indentation of markup
        self.out.append(str(escape(spoken(data))))

    def _void(self, tag: str, given: dict[str, str]) -> None:
        if tag == "img" and not _PICTURE.match(given.get("src", "")):
            return  # a picture from a file or a host: a page carries everything itself
        if tag == "img":
            given.setdefault("alt", "")
        self.out.append(f"<{tag}{self._attributes(tag, given)}>")

    def _attributes(self, tag: str, given: dict[str, str]) -> str:
        kept = []
        for name, value in sorted(given.items()):
            if name not in _ATTRIBUTES or not self._may(tag, name, value):
                continue
            said = spoken(value) if name in _SAID else " ".join(value.split()) if name in _LISTS else value
            kept.append(f' {_CASE.get(name, name)}="{escape(said)}"')
        if tag == "a" and given.get("href", "").lower().startswith("http"):
            kept.append(' rel="noopener noreferrer"')
        return "".join(kept)

    def _may(self, tag: str, name: str, value: str) -> bool:
        if name == "href":
            # a browser drops tabs and line ends inside a scheme, so they must not hide one here
            return tag == "a" and bool(_LINK.match(re.sub(r"[\x00-\x20]+", "", value)))
        if name == "src":
            return tag == "img" and bool(_PICTURE.match(value))
        if name == "tabindex":
            return value == "0"
        if name == "id":
            if not _ID.match(value) or value in self.seen:
                return False
            self.seen.add(value)
        if name in ("fill", "stroke"):
            return "url" not in value.lower()
        return True

    def finish(self) -> str:
        self.close()
        while self.open:
            self._pop()
        return "".join(self.out)


def clean(html: str, seen: set[str] | None = None) -> Markup:
    """``html`` reduced to what a page may hold, well nested. ``seen`` collects the ids of one page, each kept once."""
    cleaner = _Cleaner(set() if seen is None else seen)
    cleaner.feed(html)
    return Markup(re.sub(r"\n\s*\n+", "\n", cleaner.finish()).strip())
