"""The index of everything published: units, periods, versions, their state and key figures, searchable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.report import cards, markup, page

_TROUBLE = ("failed", "damaged")


def render(
    rows: Iterable[Mapping[str, Any]],
    lang: str,
    title: str = "",
    stamp: str = "",
    each: int = 0,
    links: Mapping[str, str] | None = None,
) -> str:
    """The index page.

    ``rows`` as the versions room lists them, newest period first and highest version first: ``unit``, ``period``,
    ``version``, ``state`` (complete, draft, failed, damaged), ``latest``, ``as_of``, ``finished`` (UTC), ``headline``,
    ``figures`` ({label, value, state, word}), ``checks`` (failed ones), ``changed_cells``, ``previous``, ``link``,
    ``problem``, ``stale`` (names). Optional: ``unit_name``, ``compare`` (a link), ``approval`` (state, words),
    ``letters`` ((revision, link) of issued responsibility letters, newest first),
    ``approval_problem`` (damaged records), ``pairs`` (``period``, ``versions``, ``made``: "v001-v003" or
    "2024-05/v001-v003" → page, ``other``: a version of another period, ``command``).

    ``each`` prints only that many periods of a unit and then the link in ``links`` (by unit) to all of them; 0: all.
    """
    listed = [dict(row) for row in rows]
    units: dict[str, list[dict[str, Any]]] = {}
    for row in listed:
        units.setdefault(str(row["unit"]), []).append(row)
    heading = title or Text("销售工作簿", "Sales workbook").get(lang)
    given = {
        "title": heading,
        "who": "",
        "answer": _answer(listed, units, lang),
        "units": [_unit(name, found, lang, each, (links or {}).get(name, "")) for name, found in units.items()],
        "labels": _labels(lang),
        "find": Text("查找单位、期间、结论", "Find a unit, period or conclusion").get(lang),
        "proofs": [markup.text(stamp)] if stamp else [],
        "links": (),
    }
    context = page.PageContext(lang=lang, state="")
    return page.document(heading, page.fill("index.html.j2", **given, **page.header(context)), lang, listing=True)


def _labels(lang: str) -> list[str]:
    texts = (Text("期间", "Period"), Text("状态", "State"), Text("结论与关键指标", "Conclusion and key figures"),
             Text("数据截至", "Data as of"), Text("较上一版变动", "Changed cells"))  # fmt: skip
    return [text.get(lang) for text in texts]


def _answer(rows: Sequence[Mapping[str, Any]], units: Mapping[str, Any], lang: str) -> str:
    periods = {(row["unit"], row["period"]) for row in rows}
    versions = sum(row.get("state") not in _TROUBLE for row in rows)
    troubled = sum(row.get("state") in _TROUBLE for row in rows)
    if not rows:
        return Text(
            "还没有任何版本。运行 salesnb run 生成第一版。", "No version yet: run salesnb run to make one."
        ).get(lang)
    zh = f"{len(units)} 个单位，{len(periods)} 个期间，{versions} 个版本"
    en = f"{_many(len(units), 'unit')}, {_many(len(periods), 'period')}, {_many(versions, 'version')}"
    if troubled:
        return Text(f"{zh}；{troubled} 处需要处理。", f"{en}; {troubled} need attention.").get(lang)
    return Text(f"{zh}。", f"{en}.").get(lang)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _unit(name: str, rows: Sequence[Mapping[str, Any]], lang: str, each: int, link: str) -> dict[str, Any]:
    """One unit: a line for each period's latest version (and a failure after it), older versions folded below it."""
    entries: list[dict[str, Any]] = []
    for row in rows:
        is_older = entries and entries[-1]["period"] == row["period"] and not entries[-1]["is_trouble"]
        if is_older:
            entries[-1]["older"].append({"words": _older(row, lang), "href": row.get("link") or ""})
            continue
        entries.append(_entry(row, lang))
    for entry in entries:
        count = len(entry["older"])
        entry["older_label"] = Text(f"更早 {count} 版", f"{count} earlier").get(lang)
    shown = entries[:each] if each else entries
    more = Text(f"全部 {len(entries)} 条", f"all {len(entries)} entries").get(lang) if len(shown) < len(entries) else ""
    return {"name": rows[0].get("unit_name") or name, "entries": shown, "more": more, "href": link}


def _older(row: Mapping[str, Any], lang: str) -> str:
    state, _ = row.get("approval") or ("", "")
    approved = Text("（已批准）", " (approved)").get(lang) if state == "good" else ""
    return f"{_version(row, lang)}{approved}"


def _entry(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    approval, approval_words = row.get("approval") or ("", "")
    state = "approved" if approval == "good" else str(row.get("state") or "")
    words, kind = page.state_words(state, lang)
    notes = []
    if row.get("approval_problem"):
        damaged = row["approval_problem"]
        notes.append(Text(f"目标记录被改动或损坏：{damaged}", f"target records altered: {damaged}").get(lang))
    if row.get("checks"):
        notes.append(Text(f"{row['checks']} 项校验未通过", f"{row['checks']} checks failed").get(lang))
    if row.get("stale"):
        names = "、".join(map(str, row["stale"])) if lang == "zh" else ", ".join(map(str, row["stale"]))
        notes.append(Text(f"沿用且已过期：{names}", f"carried and stale: {names}").get(lang))
    if row.get("problem"):
        notes.append(str(row["problem"]))
    return {
        "period": row["period"],
        "version": _version(row, lang),
        "href": row.get("link") or "",
        "state": cards.pill(kind, lang, words) if kind else markup.text(words),
        "headline": row.get("headline") or "",
        "figures": [_figure(figure, lang) for figure in row.get("figures") or ()],
        "notes": notes,
        "approval": approval_words,
        "approval_kind": approval,
        "letters": [
            {"words": Text(f"责任书 {name}", f"letters {name}").get(lang), "href": link}
            for name, link in row.get("letters") or ()
        ],
        "pairs": _pairs(row.get("pairs") or {}, lang),
        "as_of": row.get("as_of") or "",
        "finished": str(row.get("finished") or "")[:16].replace("T", " "),
        "changed": _changed(row, lang),
        "compare": row.get("compare") or "",
        "is_trouble": row.get("state") in _TROUBLE,
        "older": [],
    }


def _pairs(pairs: Mapping[str, Any], lang: str) -> dict[str, str]:
    """What the page's script makes a chooser of two versions from; without a script the command is shown."""
    if not pairs:
        return {}
    versions = list(pairs["versions"])
    older = versions[-1] if len(versions) > 1 else str(pairs.get("other", ""))
    return {
        "period": str(pairs.get("period", "")),
        "label": Text("比较任意两版", "Compare any two versions").get(lang),
        "versions": " ".join(versions),
        "made": json.dumps(pairs["made"], ensure_ascii=False),
        "command": str(pairs["command"]),
        "example": str(pairs["command"]).replace("OLD", older).replace("NEW", versions[0]),
    }


def _version(row: Mapping[str, Any], lang: str) -> str:
    if row.get("state") == "failed":
        return ""  # a failed run has a time, not a number
    return page.version_words(str(row.get("version") or ""), lang)


def _figure(figure: Mapping[str, Any], lang: str) -> Markup:
    state = str(figure.get("state") or "")
    mark = Markup("")
    if state in cards.STATE_WORDS:
        word = figure.get("word") or cards.state_word(state, lang)
        mark = Markup(' <b class="{}t">{}</b>').format(state, word)
    value = markup.prose(figure.get("value", ""))
    return Markup("<span>{} <b>{}</b>{}</span>").format(markup.text(figure.get("label", "")), value, mark)


def _changed(row: Mapping[str, Any], lang: str) -> str:
    if row.get("state") in _TROUBLE:
        return ""
    if not row.get("previous"):
        return Text("首版", "first").get(lang)
    return f"{int(row.get('changed_cells') or 0):,}"
