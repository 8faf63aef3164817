"""The comparison of two versions as a page: the one published with each version, and any other on demand."""

from __future__ import annotations

from pathlib import Path

from salesnb.model.errors import Text
from salesnb.model.lexicon import lexicon
from salesnb.model.params import Params, load_unit
from salesnb.report.spoken import speaking
from salesnb.runs.indexes import COMPARED, compared_name, local_time, shelf_of, write_indexes
from salesnb.versions.compare import VersionDiff, changes_csv, compare_versions
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.index import first_page
from salesnb.versions.manifest import Manifest
from salesnb.versions.publish import replace_text, writing


def page_text(
    params: Params, difference: VersionDiff, state: str, lang: str, csv: str, sides: tuple[str, ...] = ()
) -> str:
    """The page; ``csv`` is the address of the file with all differences, ``state`` that of the newer version.

    ``sides`` are the addresses of the two versions' first pages, where they can be opened from here.
    """
    from salesnb.report import compare as compare_page
    from salesnb.report.page import Link, PageContext

    is_one = difference.old.period == difference.new.period
    old, new = (
        compare_page.Side(m.version, m.as_of, m.finished, "" if is_one else m.period, m.headline, _key_figures(m))
        for m in (difference.old, difference.new)
    )
    context = PageContext(
        lang=lang,
        company=params.company.name.get(lang),
        period=difference.new.period,
        version=difference.new.version,
        state=state,
        links=tuple(Link(s.words(lang), at) for s, at in zip((old, new), sides, strict=False)),
        stamp=made_words(params, difference.new, lang),
    )
    full = (Text("全部变动（CSV）", "All changes (CSV)").get(lang), csv)
    return compare_page.render(difference.lines(), old, new, context, full)


def _key_figures(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    return tuple((str(figure.get("label", "")), str(figure.get("value", ""))) for figure in manifest.figures)


def made_words(params: Params, manifest: Manifest, lang: str) -> str:
    """When a version was made, in the company's time zone."""
    made = local_time(manifest.finished, params.company.timezone).replace("T", " ")
    return Text(f"生成于 {made}", f"made {made}").get(lang)


Version = tuple[PeriodFolder, int]


def write_comparison(old: Version, new: Version, lang: str) -> tuple[Path, VersionDiff]:
    """Write ``outputs/UNIT/PERIOD/compare/vOLD-vNEW.html`` of the newer period and its CSV; the index links it.

    Versions themselves are never changed, so the page stands beside them; ``prune`` removes it with either of the two.
    """
    folder, number = new
    params = load_unit(folder.unit)
    paths = [side.version(n) for side, n in (old, new)]
    difference = compare_versions(paths[0], paths[1], params.company.calendar)
    name = compared_name(old[1], number, "" if old[0].period == folder.period else old[0].period)
    target = folder.path / COMPARED / f"{name}.html"
    state = "draft" if difference.new.draft else "published"
    links = (first_page(path, made) for path, made in zip(paths, (difference.old, difference.new), strict=True))
    sides = tuple(f"../../{path.parent.name}/{path.name}/{link}" for path, link in zip(paths, links, strict=True))
    with writing(target.parent), speaking(lexicon(params, lang)):
        replace_text(target.with_suffix(".csv"), "\ufeff" + changes_csv(difference))
        replace_text(target, page_text(params, difference, state, lang, f"{name}.csv", sides))
        write_indexes(shelf_of(params, lang))
    return target, difference
