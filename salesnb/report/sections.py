"""An executed notebook as the parts of a page: title, intro, sections; no code, widgets or warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from salesnb.model.errors import LANGUAGES, Place, RunError, Text
from salesnb.report import sanitize

# a widget's view and its "HBox(children=…)" are not among them: the static equivalent stands in a cell beside
_CHINESE = "\u3001-\u303f\u3400-\u9fff\uff01-\uff60\u201c\u201d"
_WRAPPED = re.compile(f"(?<=[{_CHINESE}])\n(?=[{_CHINESE}])")  # a line break that HTML would show as a space
_SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown")
_TITLE = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_EXHIBIT, _HALF, _ABSENT = 'class="exhibit', 'class="exhibit half"', 'class="exhibit absent"'
_HEADING = re.compile(r"^##\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """One question of the page: its heading as text, its body as clean markup, half or full width."""

    heading: str
    body: Markup
    is_half: bool


@dataclass(frozen=True)
class Parts:
    """A page's title, the rest of the title cell (question, for whom), the intro (answer, cards) and the sections."""

    title: str
    who: Markup
    intro: Markup
    sections: tuple[Section, ...]


def parts(notebook: Any, lang: str, name: str = "") -> Parts:
    """The notebook's content in ``lang``. RunError when an output is an error or the title is missing."""
    cells = _cells(notebook, lang)
    _refuse_errors(cells, name)
    seen: set[str] = set()
    groups = _groups(cells)
    title, who = _title(groups[0], name, seen)
    sections = [_section(group, seen) for group in groups[1:]]
    answered = [section for section in sections if not _is_absent(section)]
    missing = [section for section in sections if _is_absent(section)]
    gathered = (_unanswered(missing, lang),) if missing else ()
    return Parts(title, who, _fragment(groups[0], seen), (*_paired(answered), *gathered))


def _is_absent(section: Section) -> bool:
    """Whether nothing in the section answers: one absent exhibit among others stays where it is."""
    return 0 < section.body.count(_ABSENT) == section.body.count(_EXHIBIT)


def _unanswered(sections: list[Section], lang: str) -> Section:
    """One section for all questions the data cannot answer: each with its reason."""
    heading = Text("数据还不能回答的问题", "What the data cannot answer yet").get(lang)
    rows = []
    for section in sections:
        reason = re.search(r'<p class="read">(.*?)</p>', str(section.body), re.DOTALL)
        # the reason is markup of our own exhibit, cleaned with the rest of the page
        said = Markup(reason.group(1)) if reason else Markup("")
        rows.append(Markup("<li>{} {}</li>").format(section.heading, said))
    return Section(heading, Markup("<ul>{}</ul>").format(Markup("").join(rows)), False)


@cache
def _exporter() -> Any:
    """One exporter for all pages: building it costs more than using it."""
    from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def _cells(notebook: Any, lang: str) -> list[Any]:
    from nbconvert.preprocessors import TagRemovePreprocessor
    from nbformat.v4 import new_notebook

    others = {other for other in LANGUAGES if other != lang}
    remover = TagRemovePreprocessor(enabled=True, remove_cell_tags={"interactive", *others})
    copy = new_notebook(cells=[_bare(cell) for cell in notebook.cells], metadata=dict(notebook.metadata))
    kept, _ = remover.preprocess(copy, {})
    return list(kept.cells)


def _bare(cell: Any) -> Any:
    """A copy of the cell with the outputs a page may show."""
    from nbformat import from_dict

    copy = from_dict({**cell})
    if cell.cell_type == "markdown":
        copy["source"] = _WRAPPED.sub("", cell.source)
    if cell.cell_type == "code":
        copy["outputs"] = [shown for output in cell.outputs if (shown := _output(output)) is not None]
    return copy


def _output(output: Any) -> Any | None:
    """The output without widgets; None for warnings and for what has only a text form (a notebook's echo)."""
    from nbformat import from_dict

    if output.output_type == "stream":
        return output if output.name == "stdout" and output.text.strip() else None
    if output.output_type == "error":
        return output
    data = {kind: output.data[kind] for kind in _SHOWN if kind in output.data}
    return from_dict({**output, "data": data}) if data else None


def _refuse_errors(cells: list[Any], name: str) -> None:
    for cell in cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise RunError(
                    Text(f"笔记本 {name} 有单元格报错：{output.ename}", f"a cell of {name} failed: {output.ename}"),
                    where=Place(file=name),
                    why=Text("出错的结果不能发布成报告", "a failed notebook must not become a report"),
                    remedy=Text("查看失败页并修复后重新运行", "see the failure page, mend it and run again"),
                )


def _is_heading(cell: Any) -> bool:
    return cell.cell_type == "markdown" and bool(re.match(r"\s*##\s", cell.source))


def _groups(cells: list[Any]) -> list[list[Any]]:
    groups: list[list[Any]] = [[]]
    for cell in cells:
        if _is_heading(cell):
            groups.append([])
        groups[-1].append(cell)
    return groups


def _title(intro: list[Any], name: str, seen: set[str]) -> tuple[str, Markup]:
    """Take the title cell out of ``intro``: its heading and what else it says."""
    for i, cell in enumerate(intro):
        found = _TITLE.search(cell.source) if cell.cell_type == "markdown" else None
        if found:
            rest = cell.source[: found.start()] + cell.source[found.end() :]
            intro[i : i + 1] = []
            return found.group(1).strip(), _markdown(rest, seen)
    raise RunError(
        Text(f"笔记本 {name} 没有标题", f"notebook {name} has no title"),
        where=Place(file=name),
        remedy=Text("在第一个 markdown 单元格写“# 标题”", 'start the first markdown cell with "# title"'),
    )


def _markdown(source: str, seen: set[str]) -> Markup:
    from nbformat.v4 import new_markdown_cell

    return _fragment([new_markdown_cell(source.strip())], seen) if source.strip() else Markup("")


def _section(cells: list[Any], seen: set[str]) -> Section:
    from nbformat import from_dict

    head = cells[0]
    found = _HEADING.search(head.source)
    heading = found.group(1).strip() if found else ""
    rest = head.source[found.end() :] if found else head.source
    is_half = "half" in head.metadata.get("tags", [])
    body = _fragment([from_dict({**head, "source": rest.strip()}), *cells[1:]], seen)
    return Section(_plain(heading), body, is_half or body.count(_HALF) == body.count(_EXHIBIT) == 1)


def _plain(heading: str) -> str:
    """A heading without markdown marks."""
    return re.sub(r"[*_`]+", "", heading)


def _fragment(cells: list[Any], seen: set[str]) -> Markup:
    from nbformat.v4 import new_notebook

    shown = [cell for cell in cells if _has_content(cell)]
    if not shown:
        return Markup("")
    blocks = [block for cell in shown for block in _blocks(cell)]
    if None not in blocks:
        cleaned = (sanitize.clean(block, seen) for block in blocks if block is not None)
        return Markup("\n").join(block for block in cleaned if block)
    html, _ = _exporter().from_notebook_node(new_notebook(cells=shown))
    return sanitize.clean(html, seen)


def _blocks(cell: Any) -> list[str | None]:
    """The cell's markup as nbconvert would wrap it: only the wrapping, which a page takes off again, costs most of its
    time. None for what nbconvert has to make: pictures, printed text, raw cells, attachments."""
    if cell.cell_type == "markdown" and not cell.get("attachments"):
        from nbconvert.filters import strip_files_prefix

        return [strip_files_prefix(_exporter().markdown2html({"cell": cell}, cell.source))]
    return [_html(output) for output in cell.outputs] if cell.cell_type == "code" else [None]


def _html(output: Any) -> str | None:
    """The output's markup; None for another output, one with pictures that may lack their words, or one in a frame."""
    html = output.data.get("text/html") if output.output_type in ("display_data", "execute_result") else None
    is_framed = output.get("metadata", {}).get("text/html", {}).get("isolated")
    return None if html is None or is_framed or "<img" in html.lower() else html


def _has_content(cell: Any) -> bool:
    if cell.cell_type == "code":
        return bool(cell.outputs)
    return cell.cell_type == "markdown" and bool(cell.source.strip())


def _paired(sections: list[Section]) -> tuple[Section, ...]:
    """A half section without a neighbour takes the whole width, so that no hole is left."""
    out: list[Section] = []
    i = 0
    while i < len(sections):
        if sections[i].is_half and i + 1 < len(sections) and sections[i + 1].is_half:
            out += sections[i : i + 2]
            i += 2
        else:
            out.append(Section(sections[i].heading, sections[i].body, False))
            i += 1
    return tuple(out)
