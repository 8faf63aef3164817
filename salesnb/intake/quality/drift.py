"""Two exports of one source that do not have the same columns: what may have been renamed, and what is new."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence

from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.raw import Raw
from salesnb.model.errors import Text

SAME = 0.75  # words this sure of a role mean the same column under another name


def near(headers: Sequence[str], name: str, there: Sequence[str], used: Collection[str] = ()) -> list[str]:
    """Columns among ``there`` that ``headers``, mapped as our column ``name``, may be called now: by the words people
    use for such a column, else by their spelling. ``used`` ones mean something else already."""
    from salesnb.intake.init.uses import USES
    from salesnb.intake.init.vocabulary import ROLES
    from salesnb.intake.init.words import score

    free = [column for column in there if column not in used]
    stem = name.removesuffix("_id").removesuffix("_name")  # where people have no numbers their names are mapped as ids
    roles = {name, f"{stem}_id", f"{stem}_name"}
    roles |= {role for uses in USES.values() for role, key in uses.items() if key == name}
    known = sorted(roles & set(ROLES))
    said = [(max(score(c, role) for role in known), c) for c in free] if known else []
    by_words = [c for points, c in sorted(said, key=lambda p: (-p[0], p[1])) if points >= SAME][:2]
    spelled = [n for header in headers for n in difflib.get_close_matches(header, free, 2, 0.5)]
    return list(dict.fromkeys([*by_words, *spelled]))


def column_absent(raw: Raw, name: str, headers: Sequence[str], table: str, used: Collection[str]) -> Finding:
    """A mapped but dispensable column is not in this file (two exports of one source differ)."""
    found = near(headers, name, raw.columns, used)
    hint = Text(
        f"，可能改名为 {'、'.join(found)}" if found else "",
        f", perhaps renamed to {', '.join(found)}" if found else "",
    )
    renamed = f"{name}: {{column: {headers[0]}, also: [{found[0]}]}}" if found else ""
    return Finding(
        "column_absent",
        "error" if found else "warn",
        Text(
            f"这个文件没有列“{'、'.join(headers)}”，{name} 留空{hint.zh}",
            f"this file has no column {', '.join(headers)}; {name} stays empty{hint.en}",
        ),
        Text(f"若只是改名，在 company.yaml 写 {renamed}", f"if it was renamed, write {renamed} in company.yaml")
        if found
        else Text("核对导出设置；确实没有时不必处理", "check the export's settings; nothing to do if it has none"),
        table=table,
        file=raw.shown,
        row=raw.header_row or None,
        column=headers[0],
        value="、".join(found),
        row_count=raw.rows,
    )


def columns_new(raws: Sequence[Raw], mapped: Collection[str], table: str) -> Iterator[Finding]:
    """Columns that a later file of a source has, the first one has not, and no map mentions."""
    for raw in raws[1:]:
        fresh = [c for c in raw.columns if c not in raws[0].columns and c not in mapped]
        if fresh:
            yield Finding(
                "column_new",
                "info",
                Text(
                    f"比 {raws[0].shown} 多出列：{'、'.join(fresh[:6])}，没有导入",
                    f"has columns {raws[0].shown} has not: {', '.join(fresh[:6])}; they are not imported",
                ),
                Text("需要时在 sources 中映射", "map them in sources if they are needed"),
                table=table,
                file=raw.shown,
                row=raw.header_row or None,
                column=fresh[0],
                value="、".join(fresh[:6]),
                row_count=raw.rows,
            )
