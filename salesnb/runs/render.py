"""From executed notebooks to what people open: pages, comparison, workbook, parameters and the index pages."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import SalesnbError, Text, VersionError
from salesnb.model.params.strict import load_yaml
from salesnb.runs.ahead import Ahead
from salesnb.runs.audiences import Unwritten, are_wanted, audiences_of
from salesnb.runs.beside import in_two
from salesnb.runs.comparison import made_words, page_text
from salesnb.runs.dag import Notebook, Plan
from salesnb.runs.directory import directory
from salesnb.runs.reuse import Reuse, made_in, mark_of, reuse_of
from salesnb.runs.settings import Settings
from salesnb.runs.spare import Spare
from salesnb.runs.workbook import Report
from salesnb.versions.compare import VersionDiff, changes_csv, compare
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.index import first_page
from salesnb.versions.manifest import Failure, Manifest, NotebookEntry, read_manifest
from salesnb.versions.readers import Reader

if TYPE_CHECKING:
    from salesnb.report.page import PageContext

__all__ = ["first_page", "params_held", "write_all"]

_PAGES = "all"
QUALITY = "data_quality"
READERS = "readers"
_QUALITY_TABLES = ("import_ledger", "findings", "set_aside", "ledger_check", "basis_bridge")


def params_held(settings: Settings) -> dict[str, Any]:
    """What each parameter file holds. ParamsError when one is no proper YAML: said before anything runs."""
    found: dict[str, Any] = {}
    for name, path in settings.params.files.items():
        is_yaml = path.suffix == ".yaml"
        found[name] = load_yaml(path, f"{settings.unit}/{name}").data if is_yaml else path.read_text(encoding="utf-8")
    return found


def write_all(
    settings: Settings, plan: Plan, manifest: Manifest, stage: Path, previous: Path | None, ahead: Ahead | None = None
) -> Manifest:
    """Write everything but the manifest into ``stage`` (which holds ``params.yaml`` already).

    ``ahead`` may hold sections of pages that were made while other notebooks ran. Returns the manifest with the count
    of changed cells and with the failures of pages that could not be made.
    """
    from salesnb.report.spoken import words

    (stage / _PAGES).mkdir()
    manifest = manifest.model_copy(update={"words": mark_of(words())})
    before = _before(manifest, previous)
    reuse = reuse_of(settings, before, previous, manifest, stage)
    difference = _difference(manifest, stage, before, previous)
    (stage / "changes.csv").write_text(changes_csv(difference), encoding="utf-8-sig", newline="")
    manifest = manifest.model_copy(update={"changed_cells": difference.cell_count if difference else 0})
    failures = list(manifest.failures)
    if difference is not None and not failures:
        _write(
            stage, "changes", page_text(settings.params, difference, _state(manifest), settings.lang, "../changes.csv")
        )
    for notebook in plan.notebooks:
        if manifest.notebooks[notebook.name].state in ("ok", "carried"):
            failure = _page(settings, plan, manifest, notebook, stage, ahead, reuse)
            failures += [failure] if failure else []
    if not failures and (stage / "tables" / "findings.parquet").is_file():
        _write(stage, QUALITY, _quality_page(settings, plan, manifest, stage, reuse))
    if ahead is not None:
        ahead.close()
    if not failures:
        failures = _books(settings, plan, manifest, ahead.spare if ahead else Spare(settings, stage), reuse)
    if failures:
        manifest = manifest.model_copy(update={"failures": failures, "state": "failed", "version": ""})
        _write(stage, "failure", _failure_page(settings, plan, manifest, stage))
        return manifest
    return manifest.model_copy(update={"made": made_in(stage)})


def _books(settings: Settings, plan: Plan, manifest: Manifest, spare: Spare, reuse: Reuse | None) -> list[Failure]:
    """The workbook, and the folders of regions and people with the page that lists them; a failure where one cannot be
    made. They are many and none waits for another."""
    broken, lang, stage = list[Failure](), settings.lang, spare.stage
    spare.settle(manifest.tables)
    try:
        audiences = audiences_of(settings, manifest, plan, spare, reuse)
    except Exception as error:  # a defect of ours is said as a failed page, not as a broken run
        audiences, broken = None, [_unrendered("audiences", error, lang)]

    report = spare.report or Report(settings, plan)

    def write(reader: Reader | None) -> None:
        if reader is None or audiences is None:
            report.write(manifest, stage, spare.tables)
        else:
            audiences.write(reader)

    try:
        in_two(write, [None, *(audiences.readers if audiences else ())], settings.request.jobs)
    except Unwritten as error:
        return [_unrendered("audiences", error.why, lang)]
    except SalesnbError as error:
        return [_unrendered("report.xlsx", error, lang)]
    try:
        found = audiences.written() if audiences else []
        if found:
            _write(stage, READERS, directory(settings, manifest, found))
    except Exception as error:
        return [_unrendered("audiences", error, lang)]
    return broken


def _before(manifest: Manifest, previous: Path | None) -> Manifest | None:
    """The manifest of the version before; None for a first version, a failed run, or where it cannot be read."""
    if previous is None or manifest.state == "failed":
        return None
    try:
        return read_manifest(previous)
    except VersionError:  # somebody altered the version before: no reason to lose this one, status names it
        return None


def _difference(manifest: Manifest, stage: Path, before: Manifest | None, previous: Path | None) -> VersionDiff | None:
    """What changed since ``before``; None where there is nothing to compare with, or it cannot be read."""
    if previous is None or before is None:
        return None
    try:
        return compare(previous, before, stage, manifest)
    except VersionError:
        return None


def _page(
    settings: Settings,
    plan: Plan,
    manifest: Manifest,
    notebook: Notebook,
    stage: Path,
    ahead: Ahead | None,
    reuse: Reuse | None,
) -> Failure | None:
    """Make one notebook's page; whatever the report room refuses becomes a failure of that notebook."""
    try:
        context = _context(settings, plan, manifest, notebook, stage)
        html = _page_before(settings, plan, notebook, context, reuse) or _made(notebook.name, context, stage, ahead)
    except Exception as error:  # a defect of ours must not take the other notebooks' results with it
        return _unrendered(notebook.name, error, settings.lang)
    _write(stage, notebook.name, html)
    return None


def _page_before(
    settings: Settings, plan: Plan, notebook: Notebook | None, context: PageContext, reuse: Reuse | None
) -> str | None:
    """The page of a notebook, or of the data's quality, as the version before has it; None where it is to be made."""
    if reuse is None or not (reuse.has_notebook(notebook.name) if notebook else reuse.holds(_QUALITY_TABLES)):
        return None
    before = _context(settings, plan, reuse.before, notebook, reuse.folder)
    return reuse.page(PurePosixPath(_PAGES, f"{notebook.name if notebook else QUALITY}.html"), before, context)


def _made(name: str, context: PageContext, stage: Path, ahead: Ahead | None) -> str:
    """A notebook's page, from its sections where these were made ahead."""
    import nbformat

    from salesnb.report import page

    parts = ahead.parts(name) if ahead is not None else None
    if parts is not None:
        return page.rendered(parts, context)
    return page.render(nbformat.read(stage / "notebooks" / f"{name}.ipynb", as_version=4), context, name)


def _unrendered(name: str, error: Exception, lang: str) -> Failure:
    message = error.say(lang) if isinstance(error, SalesnbError) else str(error)
    return Failure(notebook=name, kind="render", error=type(error).__name__, message=message)


def _context(settings: Settings, plan: Plan, manifest: Manifest, notebook: Notebook | None, stage: Path) -> PageContext:
    from salesnb.report.page import Link, PageContext

    lang = settings.lang
    entry = manifest.notebooks[notebook.name] if notebook else None
    facts = entry.facts if entry else {}
    held = [check for check in facts.get("checks", []) if isinstance(check, dict)]
    pages = [n for n in plan.notebooks if manifest.notebooks[n.name].state in ("ok", "carried")]
    links = [("params", Text("参数", "Parameters"), "../params.yaml")]
    if manifest.state == "complete":
        links.insert(0, ("excel", Text("数据表（Excel）", "Tables (Excel)"), "../report.xlsx"))
    if (stage / "tables" / "findings.parquet").is_file():
        links.insert(0, ("quality", Text("数据质量", "Data quality"), f"{QUALITY}.html"))
    if manifest.state == "complete" and are_wanted(settings, manifest):
        links.append(("readers", Text("各区域与人员", "Regions and people"), f"{READERS}.html"))
    if (stage / _PAGES / "changes.html").is_file():
        links.insert(0, ("changes", Text("与上一版比较", "Compare with the version before"), "changes.html"))
    return PageContext(
        lang=lang,
        company=settings.params.company.name.get(lang),
        period=settings.period.text,
        version=manifest.version,
        state=_state(manifest),
        basis=str(facts.get("who", "")),
        notices=tuple(_notices(manifest, notebook, lang)),
        checks=(sum(bool(c.get("passed")) for c in held), len(held)) if held else None,
        failed_checks=tuple(str(c.get("text", c.get("code", ""))) for c in held if not c.get("passed")),
        fingerprint=str(facts.get("fingerprint", "")),
        chain_head=str(facts.get("chain_head", "")),
        links=tuple(Link(label.get(lang), href) for _, label, href in links),
        pages=tuple(Link(_title(n, manifest, lang), f"{n.name}.html", n == notebook) for n in pages),
        origin=_origin(entry, lang),
        stamp=made_words(settings.params, manifest, lang),
    )


def _origin(entry: NotebookEntry | None, lang: str) -> str:
    """Where a carried page's results were computed; a stale one says so in a notice instead."""
    if entry is None or entry.state != "carried" or entry.stale:
        return ""
    source = entry.from_ or ""
    return Text(f"结果沿用 {source}，输入未变", f"results carried from {source}, inputs unchanged").get(lang)


def _state(manifest: Manifest) -> str:
    if manifest.state == "failed":
        return "failed"
    if any(entry.facts.get("undecided") for entry in manifest.notebooks.values()):
        return "undecided"
    return "draft" if manifest.draft else "published"


def _notices(manifest: Manifest, notebook: Notebook | None, lang: str) -> list[str]:
    """What a reader must know before the figures: what the notebook notes, and that it was carried or is stale."""
    entry = manifest.notebooks[notebook.name] if notebook else None
    said = (
        [Text("草稿：使用未批准的目标，不作考核依据。", "Draft: targets are not approved.")] if manifest.draft else []
    )
    if entry and entry.stale:
        said.append(
            Text(
                f"本页沿用 {entry.from_} 的结果，其后参数、数据或程序已有变动。",
                f"This page is carried from {entry.from_}; parameters, data or program have changed since.",
            )
        )
    notes = [str(note) for note in entry.facts.get("notes", [])] if entry else []
    return [text.get(lang) for text in said] + notes


def _title(notebook: Notebook, manifest: Manifest, lang: str) -> str:
    stated = manifest.notebooks[notebook.name].facts.get("title")
    return str(stated or notebook.title.get(lang) or notebook.name)


def _quality_page(settings: Settings, plan: Plan, manifest: Manifest, stage: Path, reuse: Reuse | None) -> str:
    """The data-quality report of this version, from the tables the history notebook wrote."""
    from salesnb.report import quality
    from salesnb.versions.tables import read_table

    context = _context(settings, plan, manifest, None, stage)
    known = _page_before(settings, plan, None, context, reuse)
    if known is not None:
        return known
    ledger, findings, aside, closed, bridge = (read_table(stage / "tables", name) for name in _QUALITY_TABLES)
    return quality.render_page(ledger, findings, aside, closed, bridge, context)


def _failure_page(settings: Settings, plan: Plan, manifest: Manifest, stage: Path) -> str:
    from salesnb.report import failure

    lang = settings.lang
    folder: PeriodFolder = settings.folder
    latest = folder.latest()
    stands = [Text(f"第 {latest} 版仍然有效，没有变动。", f"Version {latest} still stands, unchanged.").get(lang)]
    names = [n for n in plan.notebooks if manifest.notebooks[n.name].state == "stopped"]
    return failure.render(
        [entry.model_dump() for entry in manifest.failures],
        _context(settings, plan, manifest, None, stage),
        stands if latest else (),
        [_title(n, manifest, lang) for n in names],
    )


def _write(stage: Path, name: str, html: str) -> None:
    (stage / _PAGES / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")
