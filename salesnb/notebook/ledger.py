"""What proves a page: the checks that hold, and what the import read, kept and set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import Column

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.intake.facts import Facts
    from salesnb.notebook.book import Check
    from salesnb.report.exhibit import Exhibit


SHOWN = 6  # findings on a notebook's page, the gravest first; the data-quality page holds all of them


def checks_exhibit(held: Sequence[Check], lang: str) -> Exhibit:
    """All checks with the figure that both sides give; they have passed, or the notebook had stopped."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.numbers import count
    from salesnb.report.tables import Options, render

    columns = [
        Column("text", "text", Text("校验", "Check")),
        Column("both", "text", Text("两边都是（金额以分计）", "Both sides (money in minor units)")),
    ]
    rows = [{"text": c.text.get(lang), "both": count(c.left)} for c in held]
    reading = Text(f"{len(held)} 项校验全部通过。", f"All {len(held)} checks hold.").get(lang)
    table = render(rows, columns, lang, options=Options(caption=Text("校验", "Checks").get(lang)))
    title = Text("逐项查看", "See each of them").get(lang)
    return Exhibit("checks", reading=reading, details=[Details(title, table)])


def import_exhibit(facts: Facts, lang: str, as_of: date) -> Exhibit:
    """Rows read, kept and set aside by table and file, and the findings that need a person, gravest first.

    A ledger is of an import. Where that brought rows which became known after ``as_of``, it says so: the rest of the
    page is without them.
    """
    from salesnb.report import quality
    from salesnb.report.exhibit import Details, Exhibit

    ledger, findings = facts.ledger, facts.findings
    details = []
    if len(findings):
        title = Text(f"逐条查看 {len(findings)} 类发现", f"See the {len(findings)} kinds of findings").get(lang)
        details.append(Details(title, quality.findings_table(findings, lang, SHOWN)))
    reading = quality.summary(ledger, findings, lang)
    table = quality.ledger_table(ledger, lang)
    return Exhibit("quality", reading=reading, table=table, details=details, notes=_known_later(facts, lang, as_of))


def _known_later(facts: Facts, lang: str, as_of: date) -> str:
    """How many order lines of this import the page's day did not know; nothing where it knew all."""
    from salesnb.report.numbers import count

    later = facts.known_later(as_of)
    if not later:
        return ""
    said = count(later)
    return Text(
        f"台账与发现属于最近一次导入；其中 {said} 行明细在 {as_of} 之后才成为已知，本页其他数字都不含这些行。",
        f"Ledger and findings are of the newest import; {said} order lines in it became known after {as_of} and are "
        "in no other figure of this page.",
    ).get(lang)


def set_aside(facts: Facts) -> pd.DataFrame:
    """Every row that is not in the tables, as the import wrote it down."""
    import pandas as pd

    frame = pd.read_csv(facts.set_aside, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    return frame.astype({"row": "int64"})


def directory(facts: Facts, opportunities: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Who is who, for the pages of one region or person: the roster, and names of what their tables hold ids of.

    Of customers only those with a case: a version is no second customer file.
    """
    nodes = facts.table("nodes")
    is_customer = nodes["dimension"] == "customer_id"
    named = nodes["node_id"].isin(opportunities["customer_id"].unique())
    return {"people": facts.table("people"), "nodes": nodes[~is_customer | named]}
