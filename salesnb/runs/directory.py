"""The page in ``all/`` that lists the folders of regions and people, and what files such a folder holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.report.spoken import spoken
from salesnb.runs.comparison import made_words
from salesnb.runs.settings import Settings
from salesnb.versions.manifest import Manifest

if TYPE_CHECKING:
    from salesnb.versions.readers import Reader

PAGE, BOOK, CALENDAR = "report.html", "report.xlsx", "calendar.ics"
_LABELS = {".html": Text("页面", "Page"), ".docx": Text("文档（Word）", "Document (Word)"),
           ".xlsx": Text("表（Excel）", "Tables (Excel)"), ".ics": Text("日程（ics）", "Calendar (ics)")}  # fmt: skip


def files_of(folder: Path, lang: str) -> Iterator[tuple[str, str]]:
    """(label, address) of the files in a reader's folder: pages, workbook, letter, calendar."""
    from urllib.parse import quote

    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _LABELS:
            is_ours = path.name in (PAGE, BOOK, CALENDAR)
            yield (_LABELS[path.suffix].get(lang) if is_ours else spoken(path.stem)), quote(path.name)


def directory(settings: Settings, manifest: Manifest, found: Sequence[tuple[Reader, Path]]) -> str:
    """The page in ``all/`` that lists every reader's folder."""
    from markupsafe import Markup

    from salesnb.model.tables import Column
    from salesnb.report import page
    from salesnb.report.cards import Answer
    from salesnb.report.tables import Options, render

    lang = settings.lang
    rows = []
    for reader, folder in found:
        place = f"../{reader.level}/{folder.name}"
        links = (Markup('<a href="{}/{}">{}</a>').format(place, href, label) for label, href in files_of(folder, lang))
        level = Text("区域", "Region") if reader.level == "region" else Text("人员", "Person")
        row = {
            "name": reader.name,
            "level": level.get(lang),
            "region": reader.region,
            "files": Markup(" · ").join(links),
        }
        rows.append(row)
    heads = (("name", Text("读者", "Reader")), ("files", Text("文件", "Files")), ("region", Text("区域", "Region")),
             ("level", Text("类别", "Kind")))  # fmt: skip
    title = Text("各区域、各人员的页面", "Pages of regions and people").get(lang)
    said = Text(
        f"共 {len(found)} 个文件夹，每个只含该读者可以看的内容，可按文件夹设置访问权限后下发。",
        f"{len(found)} folders, each with nothing but what its reader may see: set access by folder.",
    )
    table = render(rows, [Column(n, "text", text) for n, text in heads], lang, None, Options(caption=title))
    context = page.PageContext(
        lang=lang,
        company=settings.params.company.name.get(lang),
        period=settings.period.text,
        version=manifest.version,
        state="draft" if manifest.draft else "published",
        stamp=made_words(settings.params, manifest, lang),
    )
    given = {
        "title": title,
        "who": "",
        "answer": Answer(said.get(lang), lang=lang).html(),
        "sections": [(title, table)],
    }
    body = page.fill("quality.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(title, body, lang, (context.period, context.company))
