"""The font that charts are laid out with, and the check that it has every glyph a chart draws.

A page draws chart text in the reader's own font (SVG keeps text as text); the font chosen here gives the widths, and
stands for what a printed letter or a picture would show. Order: the user's setting (``SALESNB_FONT``: a font file or a
family name) → a Chinese font of this system by name → the file of the dependency notojp-matplotlib. A character that
the font cannot draw is an error with the character and the text it stands in, never a box.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from salesnb.model.errors import Place, SalesnbError, Text

SETTING = "SALESNB_FONT"
# how font files of the usual Chinese families are called, best first (family name as the user reads it, start of file)
SYSTEM = (
    ("Noto Sans CJK SC", "notosanscjk-regular"), ("Noto Sans CJK SC", "notosanscjksc-regular"),
    ("Noto Sans SC", "notosanssc-regular"), ("Noto Sans SC", "notosanssc"),
    ("Source Han Sans SC", "sourcehansanssc-regular"), ("Source Han Sans", "sourcehansans-regular"),
    ("PingFang SC", "pingfang"), ("Microsoft YaHei", "msyh"), ("Hiragino Sans GB", "hiragino sans gb"),
    ("HarmonyOS Sans SC", "harmonyos_sans_sc_regular"), ("WenQuanYi Micro Hei", "wqy-microhei"),
    ("WenQuanYi Zen Hei", "wqy-zenhei"), ("Droid Sans Fallback", "droidsansfallback"),
)  # fmt: skip
# a font is taken for Chinese only if it has these: common, simplified only, and the marks a report uses
PROBE = "销售额达成率区间华东％，。！（）、《》“”—−±×÷≥≤ABCabc0123"
# drawn as spacing, not as shapes
_INVISIBLE = frozenset("\u00a0\u2009\u200b\ufeff\t ")


class GlyphError(SalesnbError):
    """A text holds a character that the chosen font cannot draw, or no font for Chinese was found."""


@dataclass(frozen=True)
class Font:
    """A font file, the family name matplotlib knows it by, and who chose it (setting, system, package)."""

    family: str
    file: Path
    source: str

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` in px at ``size`` px, by this font's advances; GlyphError for what it cannot draw."""
        return _width(self, text, size)

    def missing(self, text: str) -> str:
        """The characters of ``text`` this font has no glyph for, each once, in order."""
        face = _face(self.file)
        absent = (c for c in text if c not in _INVISIBLE and not face.get_char_index(ord(c)))
        return "".join(dict.fromkeys(absent))


def choose(setting: str | None = None) -> Font:
    """The font for charts. ``setting`` (else ``SALESNB_FONT``) is a file or a family name; GlyphError if unfit."""
    wanted = setting or os.environ.get(SETTING, "")
    return _chosen(wanted)


@cache
def _chosen(wanted: str) -> Font:
    if wanted:
        return _from_setting(wanted)
    found = _from_system()
    if found is not None:
        return found
    return _from_package()


def check(texts: list[str], font: Font) -> None:
    """Raise GlyphError naming the first text with characters ``font`` cannot draw."""
    for text in texts:
        absent = font.missing(text)
        if absent:
            codes = " ".join(f"U+{ord(c):04X}" for c in absent)
            raise GlyphError(
                Text(
                    f"图表文字“{text}”中有字体 {font.family} 没有的字：{absent}（{codes}）",
                    f"the chart text “{text}” has characters that the font {font.family} lacks: {absent} ({codes})",
                ),
                where=Place(file=font.file.name),
                why=Text("否则图上会显示方框", "the chart would show boxes instead"),
                remedy=Text(
                    f"改掉这些字，或用环境变量 {SETTING} 指定含有它们的字体文件",
                    f"replace these characters, or name a font file that has them in {SETTING}",
                ),
            )


@lru_cache(maxsize=4096)
def _width(font: Font, text: str, size: float) -> float:
    check([text], font)
    face = _face(font.file)
    face.set_size(size, 72)
    face.set_text(text, 0.0)
    wide, _ = face.get_width_height()
    return float(wide) / 64


@cache
def _face(file: Path) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(file))


def _added(file: Path, source: str) -> Font:
    """Register the file itself: matplotlib lists a .ttc under its first face only and caches its list of fonts."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(file))
    return Font(font_manager.FontProperties(fname=str(file)).get_name(), file, source)


def _from_setting(wanted: str) -> Font:
    file = Path(wanted)
    if not file.is_file():
        named = [name for name in _system_files() if _same(name.stem, wanted)]
        by_family = [start for family, start in SYSTEM if _same(family, wanted)]
        named += [name for name in _system_files() if any(name.name.lower().startswith(s) for s in by_family)]
        if not named:
            raise GlyphError(
                Text(f"找不到字体 {wanted}", f"font {wanted} was not found"),
                where=Place(key=SETTING),
                remedy=Text("写字体文件的完整路径", "give the full path of a font file"),
            )
        file = named[0]
    try:
        font = _added(file, "setting")
        absent = font.missing(PROBE)
    except (OSError, RuntimeError) as error:
        raise GlyphError(
            Text(f"无法读取字体文件 {file.name}", f"cannot read the font file {file.name}: {error}"),
            where=Place(key=SETTING),
            remedy=Text("换一个 .otf、.ttf 或 .ttc 文件", "use another .otf, .ttf or .ttc file"),
        ) from error
    if absent:
        raise GlyphError(
            Text(f"字体 {font.family} 缺少常用字：{absent}", f"the font {font.family} lacks {absent}"),
            where=Place(key=SETTING),
            remedy=Text("换一个中文字体", "choose a Chinese font"),
        )
    return font


def _same(one: str, other: str) -> bool:
    return one.lower().replace(" ", "") == other.lower().replace(" ", "")


@cache
def _system_files() -> tuple[Path, ...]:
    from matplotlib import font_manager

    return tuple(sorted(Path(file) for file in font_manager.findSystemFonts()))


def _from_system() -> Font | None:
    for _, start in SYSTEM:
        for file in _system_files():
            if not file.name.lower().startswith(start):
                continue
            try:
                font = _added(file, "system")
                if not font.missing(PROBE):
                    return font
            except (OSError, RuntimeError):
                continue  # a damaged or unreadable font file: the next one serves
    return None


def _from_package() -> Font:
    # the package's import changes matplotlib's global font, so only its file is taken
    spec = importlib.util.find_spec("notojp_matplotlib")
    folder = Path(spec.origin).parent / "fonts" if spec is not None and spec.origin else None
    files = sorted(folder.glob("*.otf")) if folder is not None and folder.is_dir() else []
    if not files:
        raise GlyphError(
            Text("没有找到中文字体", "no Chinese font was found"),
            why=Text("图表的中文会变成方框", "Chinese in charts would become boxes"),
            remedy=Text(
                f"安装 notojp-matplotlib 或系统中文字体，或设置 {SETTING}",
                f"install notojp-matplotlib or a system font, or set {SETTING}",
            ),
        )
    return _added(files[0], "package")
