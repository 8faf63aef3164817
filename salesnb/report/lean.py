"""The same markup in fewer bytes: what a browser assumes anyway, and what the page's script adds where it is needed.

A header cell in the body of a table heads its row and one in the head its column (HTML, "auto" scope). A table that
scrolls sideways gets its role, its name (the caption) and its place in the tab order from the script, so that tables
that fit are no stops for the keyboard. Where the next cell, row or part of a table begins, the one before has ended. A
column's definition stands at its first heading: the twentieth table need not explain again what is behind.
"""

from __future__ import annotations

import re

_SCROLL = re.compile(r'<div aria-label="[^"]*" class="scroll" role="region" tabindex="0">')
_SCOPED = re.compile(r'(<th(?: class="[\w ]*")?) scope="(?:row|col)"')
_QUOTED = re.compile(r'(<(?:td|th|table|caption)\b[^<>]*? class=)"([\w-]+)"(?=[ >])')
_ENDS = re.compile(
    r"</t[dhr]>(?=<t[dhr]\b|</t[rhbf]|<tbody|<tfoot|</table>)|</(?:thead|tbody|tfoot)>(?=<(?:tbody|tfoot|/table)>)"
)
_UNIT = re.compile(r" <small>([^<>]{1,24})</small>(?=</th>|<th|</tr>|</thead>|<tbody)")
_TITLED = re.compile(r'(<th\b[^<>]*?) title="([^"]*)"')


def lean(body: str) -> str:
    """``body`` without what a browser supplies; text is escaped, so no pattern can meet it."""
    body = _SCROLL.sub('<div class="scroll">', body)
    body = _UNIT.sub(r" <i>\1</i>", _ENDS.sub("", _SCOPED.sub(r"\1", body)))
    told: set[str] = set()
    body = _TITLED.sub(lambda found: _first(found, told), body)
    return _QUOTED.sub(r"\1\2", body)


def _first(heading: re.Match[str], told: set[str]) -> str:
    """The heading as it is where its definition has not been told yet, else without it."""
    if heading[2] in told:
        return heading[1]
    told.add(heading[2])
    return heading[0]
