"""The review's alerts as a reader sees them: those that stand for themselves, what is part of them, leads and plays."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.report.sentences.states import ALERT_WORDS

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_exhibits import Shown
    from salesnb.report.exhibit import Details, Exhibit

BASES = {"target": Text("应完成", "Due"), "last_year": Text("上年同期", "Last year")}
UNFOLDED = 4  # people whose leads stand on the page, and half as many other nodes; all are in the table
COLUMNS = ("name", "basis", "gap_minor", "behind_rate", "certainty_rate", "since_month", "recover_rate", "people",
           "owner", "action", "due_date", "progress", "before_rate", "after_rate", "result")  # fmt: skip
PART_COLUMNS = ("name", "part_of", "gap_minor", "behind_rate", "since_month", "recover_rate", "people")
PROBABLE = ("certainty_rate", "recover_rate")


def alerts(frame: pd.DataFrame, leads: pd.DataFrame, plays: pd.DataFrame, shown: Shown) -> Exhibit:
    """Alerts that stand for themselves or that people work on; the others under those that say them, to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import comeback
    from salesnb.report.sentences import review as said

    lang = shown.lang
    reading = said.alerts(frame, lang, shown.unit.currency, shown.is_looked_for)
    if frame.empty:
        return Exhibit("alerts", reading=reading)
    rows = _worded(frame, lang)
    stands = (frame["part_of"].isna() | (frame["progress"] != "new")).loc[rows.index]
    own, parts = rows[stands], rows[~stands]
    details = []
    if len(parts):
        label = Text(f"已包含在上面的 {len(parts)} 条", f"{len(parts)} that are part of these").get(lang)
        details.append(Details(label, _table(parts, PART_COLUMNS, label, shown)))
    told, rest = _leads(own, parts, leads, plays, shown)
    sheet = contract("review_leads").label
    all_of_them = Text(f"另有 {rest} 条预警的商机和案例在 report.xlsx 的“{sheet.zh}”表。",
                       f"Leads of {rest} more alerts are in report.xlsx, “{sheet.en}”.")  # fmt: skip
    body = _table(own, COLUMNS, contract("review_alerts").label.get(lang), shown)
    probable = shown.behind if rows["recover_rate"].notna().any() else ""
    notes = " ".join(filter(None, [all_of_them.get(lang) if rest else "", probable, comeback.behind(frame, lang)]))
    return Exhibit("alerts", table=body, reading=reading, details=[*details, *told], notes=notes)


def _worded(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Ids as words: product lines said to be such, the alert that says this one by its name; the gravest first."""
    prefix = Text("产品线 ", "Line ").get(lang)
    titled = [
        f"{prefix}{n}" if d == "product_line" else str(n)
        for d, n in zip(frame["dimension"], frame["name"], strict=True)
    ]
    names = dict(zip(frame["alert"], titled, strict=True))
    return frame.assign(
        name=titled,
        part_of=[names.get(key, "") for key in frame["part_of"]],
        since_month=[_since(row, lang) for row in frame.to_dict("records")],
        size=frame["gap_minor"].fillna(0),
        basis=[BASES[basis].get(lang) for basis in frame["basis"]],
        progress=[ALERT_WORDS[progress].get(lang) for progress in frame["progress"]],
    ).sort_values(["size", "alert"], kind="stable")


def _since(row: Mapping[Hashable, Any], lang: str) -> str:
    """The month a shortfall began, with the months chance leaves open: 2024-04 (03–05)."""
    from salesnb.report.numbers import is_missing

    if is_missing(row["since_month"]):
        return ""
    first, last = row["since_first_month"], row["since_last_month"]
    if is_missing(first) or first == last:
        return str(row["since_month"])
    months = f"{str(first)[-2:]}–{str(last)[-2:]}"
    return f"{row['since_month']}" + Text(f"（{months} 月）", f" ({months})").get(lang)


def _table(rows: pd.DataFrame, names: tuple[str, ...], caption: str, shown: Shown) -> Any:
    from salesnb.report.tables import Options, Show, render

    table = contract("review_alerts")
    kept = [n for n in names if rows[n].notna().any() and (rows[n].astype(str) != "").any()]
    columns = [
        Show(
            _text(table, n), signed=n == "gap_minor", decimals=0 if n.endswith("_rate") else None, chance=n in PROBABLE
        )
        for n in kept
    ]
    largest = rows["gap_minor"].abs().max()
    unit = shown.unit if largest != largest else shown.unit.choose(int(largest), shown.lang, shown.unit.currency)
    return render(rows, columns, shown.lang, unit, Options(caption=caption))


def _leads(
    own: pd.DataFrame, parts: pd.DataFrame, leads: pd.DataFrame, plays: pd.DataFrame, shown: Shown
) -> tuple[list[Details], int]:
    """The leads and plays of the first alerts that have any, and of how many more the workbook alone holds them."""
    from salesnb.report.exhibit import Details

    held = set(leads["alert"])
    found = [row for rows in (own, parts) for row in rows.to_dict("records") if row["alert"] in held]
    people = [row for row in found if row["dimension"] == "person_id"][:UNFOLDED]
    others = [row for row in found if row["dimension"] != "person_id"][: UNFOLDED // 2]
    out = [
        Details(
            Text(f"{row['name']}：最值得跟进的商机", f"{row['name']}: leads to work on").get(shown.lang),
            _lead_table(leads[leads["alert"] == row["alert"]].sort_values("rank", kind="stable"), row, shown)
            + _plays(plays[plays["alert"] == row["alert"]], shown.lang),
        )
        for row in (*people, *others)
    ]
    return out, len(found) - len(out)


def _text(table: Any, name: str) -> Column:
    column = table.column(name)
    return Column(name, "text", column.label) if name in ("basis", "progress", "since_month") else column


def _lead_table(own: pd.DataFrame, alert: Mapping[Hashable, Any], shown: Shown) -> Any:
    from salesnb.report.tables import Options, Show, render

    table, lang = contract("review_leads"), shown.lang
    nobody = Text("新线索，未建档", "New lead, no customer yet").get(lang)
    rows = own.assign(
        person_id=[shown.names.get(p, p) for p in own["person_id"]],
        customer_id=[nobody if c == UNASSIGNED else shown.names.get(c, c) for c in own["customer_id"]],
    )
    names = (
        "opportunity_id",
        "customer_id",
        "person_id",
        "product_line",
        "amount_minor",
        "win_rate",
        "expected_minor",
        "age_days",
    )
    unit = shown.unit.choose(int(own["amount_minor"].max()), lang, shown.unit.currency)
    is_one = own["person_id"].nunique() == 1  # the summary above names him
    kept = [n for n in names if n != "person_id" or not is_one]
    columns = [Show(table.column(n), decimals=0 if n == "win_rate" else None) for n in kept]
    made = render(rows, columns, lang, unit, Options(caption=table.label.get(lang)))
    return made + _worth(own, alert, shown)


def _worth(own: pd.DataFrame, alert: Mapping[Hashable, Any], shown: Shown) -> Any:
    """How much of the shortfall these leads are expected to make good."""
    from salesnb.report.numbers import is_missing, money, rate

    if is_missing(alert["gap_minor"]) or not alert["gap_minor"] < 0:
        return Markup("")
    hope = int(own["expected_minor"].sum())
    worth = money(hope, shown.lang, shown.unit.currency)
    share = rate(hope / -alert["gap_minor"], 0)
    text = Text(f"期望金额合计 {worth}，为差额的 {share}。", f"Expected together {worth}, {share} of the shortfall.")
    return Markup('<p class="note">{}</p>').format(text.get(shown.lang))


def _plays(plays: pd.DataFrame, lang: str) -> Any:
    if plays.empty:
        return Markup("")
    head = Text("可用案例：", "From the playbook: ").get(lang)
    titles = plays.sort_values("rank", kind="stable")["title"]
    return Markup('<p class="note">{}{}</p>').format(head, "；".join(titles) if lang == "zh" else "; ".join(titles))
