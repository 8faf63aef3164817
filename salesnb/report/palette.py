"""The colours of pages and charts: one list, light and dark, from which the style sheet is made.

Blue is what happened, grey what was due, red and green only worse and better, amber only "watch". Every pair of text
and ground that a page uses meets WCAG AA (4.5 : 1); a test computes it.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1c2430", "muted": "#596474", "line": "#e4e7ec", "bg": "#f7f8fa", "card": "#ffffff", "blue": "#1f5fbf",
    "grey": "#667085", "pale": "#c3cad5", "red": "#b42318", "amber": "#9a4a06", "edge": "#d98a2b", "green": "#18794e",
    "goodbg": "#e6f4ec", "warnbg": "#fdf1e0", "badbg": "#fdeceb", "shade": "#f2f4f7",
}  # fmt: skip
DARK = {
    "ink": "#e6eaf0", "muted": "#a6b0be", "line": "#323b48", "bg": "#12161c", "card": "#1a2029", "blue": "#7fadff",
    "grey": "#96a2b4", "pale": "#55606f", "red": "#ff9b91", "amber": "#f2b56a", "edge": "#d98a2b", "green": "#67ca97",
    "goodbg": "#17362a", "warnbg": "#3d2d14", "badbg": "#442320", "shade": "#222a35",
}  # fmt: skip
# text on ground, as the style sheet pairs them
PAIRS = (
    ("ink", "card"), ("ink", "bg"), ("ink", "shade"), ("muted", "card"), ("muted", "bg"), ("muted", "shade"),
    ("blue", "card"), ("blue", "bg"), ("blue", "shade"), ("red", "card"), ("red", "bg"), ("red", "shade"),
    ("amber", "card"), ("amber", "bg"), ("amber", "shade"), ("green", "card"), ("green", "bg"), ("green", "shade"),
    ("grey", "card"), ("green", "goodbg"), ("amber", "warnbg"), ("red", "badbg"), ("card", "blue"),
)  # fmt: skip
# colours that charts draw with; in the dark scheme the page re-colours them by their light value
DRAWN = ("ink", "muted", "line", "card", "blue", "grey", "pale", "red", "amber", "green", "shade")
FONTS = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",system-ui,sans-serif'
# in a Chinese font quotation marks are as wide as a character: English pages ask for a Latin font first
LATIN_FIRST = f'"Segoe UI","Helvetica Neue",Arial,{FONTS}'


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def css_variables() -> str:
    """The ``:root`` rules of both schemes and the rules that re-colour charts in the dark one (screen only)."""
    light = ";".join(f"--{name}:{colour}" for name, colour in LIGHT.items())
    dark = ";".join(f"--{name}:{colour}" for name, colour in DARK.items())
    charts = "".join(
        f'svg [{part}="{LIGHT[name]}"]{{{part}:var(--{name})}}' for name in DRAWN for part in ("fill", "stroke")
    )
    return (
        f":root{{color-scheme:light dark;--font:{FONTS};{light}}}:root:lang(en){{--font:{LATIN_FIRST}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}{charts}}}"
    )
