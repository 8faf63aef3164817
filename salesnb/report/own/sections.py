"""The sections of a reader's page: each a table and the sentence that reads it, empty where the reader has no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.report import prose
from salesnb.report.numbers import MoneyUnit, is_missing, month
from salesnb.report.sentences.decomposition_people import step_word
from salesnb.report.sentences.states import ALERT_WORDS, STATE_WORDS
from salesnb.report.tables import Options, Show, render

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.own.page import Own

SHOWN = 30  # rows of a list; the workbook beside the page holds all of them
STAGES = {"lead": Text("线索", "Lead"), "qualified": Text("商机", "Opportunity"), "quoted": Text("已报价", "Quoted")}
STEPS = ("base", "organisation", "reason", "rule", "rounding", "target")  # what was added on top is not shown
NAME = Column("shown", "text", Text("名称", "Name"))


def progress(own: Own) -> Markup:
    """Actual against due in every scope; a region's teams and people below it in the longest."""
    frame = own.frame("review_attainment")
    if frame is None:
        return Markup("")
    rows = own.own_rows("review_attainment")
    shown = Markup("")
    figures = ("actual_minor", "due_minor", "gap_minor", "behind_rate", "target_minor", "yoy_rate", "state")
    if rows is not None:
        words = [own.scopes.get(scope, scope) for scope in rows["scope"]]
        order = {scope: at for at, scope in enumerate(own.scopes)}
        rows = rows.assign(shown=words, at=[order.get(scope, len(order)) for scope in rows["scope"]])
        label = Column("shown", "text", Text("期间", "Period"))
        shown = table_of(own, "review_attainment", rows.sort_values("at", kind="stable"), label, figures)
    longest = next(iter(own.scopes), "")
    below = frame[(frame["scope"] == longest) & (frame["node_id"] != own.node)]
    if own.is_person or not len(below):
        return shown
    return shown + _by_level(own, "review_attainment", below, figures, own.scopes.get(longest, longest))


def landing(own: Own) -> Markup:
    """Where the longest scope lands, with its interval; a region's teams and people too."""
    frame = own.frame("review_landing")
    longest = next(iter(own.scopes), "")
    rows = frame[(frame["scope"] == longest) & (frame["history"] != "complete")] if frame is not None else None
    if rows is None or not len(rows):
        return Markup("")
    figures = (
        "target_minor",
        "known_minor",
        "landing_minor",
        "low_minor",
        "high_minor",
        "attainment_rate",
        "chance_rate",
        "test_count",
        "first_month",
        "last_month",
        "horizon_count",
        "hit_rate",
    )
    head = rows[rows["node_id"] == own.node].assign(shown=own.name)
    said = own.say(
        "区间为 80 %：五次里约有四次落在其中。", "80 % intervals: about four times in five the year ends inside."
    )
    shown = table_of(own, "review_landing", head, NAME, figures) if len(head) else Markup("")
    below = rows[rows["node_id"] != own.node]
    if len(below) and not own.is_person:
        shown += _by_level(own, "review_landing", below, figures, longest)
    return shown + said_below(said)


def alerts(own: Own) -> Markup:
    """What fell behind beyond chance, gravest first, with the action agreed."""
    frame = own.frame("review_alerts")
    if frame is None:
        return Markup("")
    rows = frame.assign(
        shown=frame["name"].where(frame["name"].notna(), frame["node_id"]),
        scope=[own.scopes.get(scope, scope) for scope in frame["scope"]],
        progress=[word_of(ALERT_WORDS, state, own) for state in frame["progress"]],
        owner=[own.named("person_id", owner) for owner in frame["owner"]],
    ).sort_values("gap_minor", kind="stable")
    columns = (
        "scope",
        "gap_minor",
        "behind_rate",
        "certainty_rate",
        "since_month",
        "owner",
        "action",
        "due_date",
        "progress",
    )
    said = own.say("可信度：落后不是偶然波动的把握。", "Certainty: how sure it is that this is no chance.")
    return table_of(own, "review_alerts", rows, NAME, columns) + said_below(said)


def deals(own: Own) -> Markup:
    """Open deals by what they may bring; those that the review names first where there are any."""
    name = "review_leads" if own.frame("review_leads") is not None else "funnel_open"
    frame = own.frame(name)
    if frame is None:
        return Markup("")
    rows = frame.drop_duplicates("opportunity_id").sort_values(
        "expected_minor", ascending=False, na_position="last", kind="stable"
    )
    rows = rows.assign(
        customer_id=[own.named("customer_id", node) for node in rows["customer_id"]],
        person_id=[own.named("person_id", node) for node in rows["person_id"]],
        stage=[word_of(STAGES, stage, own) for stage in rows["stage"]],
    )
    people = () if own.is_person else ("person_id",)
    columns = (
        "customer_id",
        *people,
        "product_line",
        "stage",
        "amount_minor",
        "age_days",
        "win_rate",
        "expected_minor",
    )
    said = own.say("按期望金额（金额 × 赢率）从高到低。", "By expected amount: amount times chance of winning.")
    if name == "review_leads":
        said = own.say("能补上差距的商机，按期望金额从高到低。", "Deals that may close the gap, by expected amount.")
    deal_unit = MoneyUnit.choose(_largest(rows, "amount_minor"), own.lang, own.currency)
    key = contract(name).column("opportunity_id")
    return table_of(own, name, rows, key, columns, unit=deal_unit) + said_below(said)


def target(own: Own) -> Markup:
    """The proposal's cells by month and product line; a region's by person."""
    cells = own.frame("target_cells")
    if cells is None:
        return Markup("")
    value = contract("target_cells").column("target_minor")
    asked = Counter[tuple[str, str]]()
    for key, amount in zip(zip(cells["month"], cells["product_line"], strict=True), cells["target_minor"], strict=True):
        asked[key] += int(amount)
    months, lines = (sorted(set(found)) for found in zip(*asked, strict=True))
    rows = [
        {"shown": month(m, own.lang), "all_minor": sum(asked[m, line] for line in lines)}
        | {line: asked.get((m, line)) for line in lines}
        for m in months
    ]
    columns = [Show(Column("shown", "text", Text("月份", "Month")))]
    columns += [
        Show(Column(line, "minor", Text(own.named("product_line", line), own.named("product_line", line))))
        for line in lines
    ]
    columns.append(Show(Column("all_minor", "minor", Text("合计", "Total"))))
    total = {"shown": own.say("合计", "Total"), "all_minor": asked.total()}
    total |= {line: sum(asked[m, line] for m in months) for line in lines}
    options = Options(caption=value.label.get(own.lang), total=total)
    shown = render(rows, columns, own.lang, own.unit, options)
    return shown if own.is_person else shown + _people_targets(own)


def _people_targets(own: Own) -> Markup:
    nodes = own.frame("target_nodes")
    rows = nodes[nodes["dimension"] == "person_id"] if nodes is not None else None
    if rows is None or not len(rows):
        return Markup("")
    rows = rows.assign(shown=[own.named("person_id", node) for node in rows["node_id"]])
    rows = rows.sort_values("target_minor", ascending=False, kind="stable")
    return table_of(own, "target_nodes", rows, NAME, ("base_minor", "target_minor", "growth_rate"))


def derivation(own: Own) -> Markup:
    """From last year to the target, step by step; only on a person's page."""
    frame = own.frame("target_derivation")
    if frame is None or not own.is_person:
        return Markup("")
    kept = frame["step"].isin(STEPS) & ((frame["amount_minor"] != 0) | (frame["step"] == "target"))
    rows = frame[kept].sort_values("step_no", kind="stable")
    steps = zip(rows["step"], rows["named"].fillna(""), strict=True)
    rows = rows.assign(shown=[step_word(step, own.named("rule_id", named), own.lang) for step, named in steps])
    label = Column("shown", "text", Text("步骤", "Step"))
    return table_of(own, "target_derivation", rows, label, ("amount_minor", "running_minor"), is_ordered=True)


def needs(own: Own) -> Markup:
    """Visits, quotes, leads, customers and orders behind the target."""
    frame = own.frame("target_units")
    if frame is None:
        return Markup("")
    rows = frame.assign(shown=[own.named("person_id", person) for person in frame["person_id"]])
    columns = (
        "visits_needed_week",
        "visits_asked_week",
        "quotes_needed_week",
        "leads_needed_week",
        "customers_needed",
        "orders_needed",
    )
    said = own.say("按过去一年的实测转化率倒推。", "Derived from the conversion measured over the past year.")
    return table_of(own, "target_units", rows, NAME, columns, decimals=1) + said_below(said)


def gaps(own: Own) -> Markup:
    """Target against commitment; those who have not answered stay blank: nobody said zero."""
    frame = own.frame("target_gaps")
    if frame is None or frame["committed_minor"].isna().all():
        return Markup("")
    rows = frame.assign(
        shown=[own.named(f"{lv}_id", node) for lv, node in zip(frame["level"], frame["node_id"], strict=True)]
    )
    columns = ("top_down_minor", "committed_minor", "gap_minor", "gap_rate", "condition")
    return table_of(own, "target_gaps", rows, NAME, columns)


def tasks(own: Own) -> Markup:
    """Tasks and milestones, the next due first."""
    parts = []
    for name, columns in (
        ("action_tasks", ("owner", "due_date", "deliverable", "state")),
        ("action_milestones", ("owner", "due_date", "state")),
    ):
        frame = own.frame(name)
        if frame is not None:
            rows = frame.assign(
                owner=[own.named("person_id", owner) for owner in frame["owner"]],
                state=[word_of(STATE_WORDS, state, own) for state in frame["state"]],
            ).sort_values("due_date", kind="stable")
            kept = tuple(c for c in columns if not (own.is_person and c == "owner"))
            parts.append(Markup("<h3>{}</h3>").format(contract(name).label.get(own.lang)))
            parts.append(table_of(own, name, rows, contract(name).column("text"), kept))
    return Markup("").join(parts)


def pay(own: Own) -> Markup:
    """Variable pay at the target, expected and in its interval, and the steps in the curve."""
    frame = own.frame("pay_people")
    if frame is None:
        return Markup("")
    rows = frame.assign(shown=frame["name"])
    figures = ("at_target_minor", "at_stretch_minor", "expected_minor", "low_minor", "high_minor")
    small = MoneyUnit.choose(_largest(rows, "high_minor"), own.lang, own.currency)
    return table_of(own, "pay_people", rows, NAME, figures, unit=small) + said_below(
        own.say("低位、高位各有一成可能更低或更高。", "One chance in ten each to end below the low or above the high.")
    )


def shared(own: Own) -> list[tuple[str, Markup]]:
    """What the unit's own notebooks share with this reader, each table below its notebook's title."""
    parts: dict[str, Markup] = {}
    for name, table in own.shared.items():
        rows = own.frame(name)
        if rows is not None:
            shown = [column for column in table.columns if column.name in rows]
            options = Options(caption=name, limit=SHOWN, full=("report.xlsx", "report.xlsx"))
            parts[table.title] = parts.get(table.title, Markup("")) + render(rows, shown, own.lang, own.unit, options)
    return list(parts.items())


def _by_level(own: Own, name: str, frame: pd.DataFrame, figures: Sequence[str], words: str) -> Markup:
    """Teams, then people, each a table of its own with the scope named."""
    parts = []
    for level, label in (("team_id", Text("团队", "Team")), ("person_id", Text("人员", "Person"))):
        rows = frame[frame["dimension"] == level]
        if len(rows):
            rows = rows.assign(shown=rows["name"].where(rows["name"].notna(), rows["node_id"]))
            head = Column("shown", "text", label)
            parts.append(Markup("<h3>{}</h3>").format(f"{label.get(own.lang)} · {words}"))
            parts.append(table_of(own, name, rows, head, figures))
    return Markup("").join(parts)


def table_of(
    own: Own, name: str, rows: pd.DataFrame, head: Column, columns: Sequence[str],
    unit: MoneyUnit | None = None, decimals: int | None = None, is_ordered: bool = False,
) -> Markup:  # fmt: skip
    """``columns`` of table ``name`` as its contract labels them; those without a value in any row are left out."""
    shape = contract(name)
    shows = [Show(head)]
    rows = (
        rows.assign(state=[state if state in ("good", "warn", "bad") else "" for state in rows["state"]])
        if _is_state(rows)
        else rows
    )
    for column in columns:
        if column not in rows or rows[column].isna().all() or (rows[column] == "").all():
            continue
        shape_of = shape.column(column)
        signed = column.startswith(("gap", "yoy", "growth")) or (column == "amount_minor" and is_ordered)
        if column == "state" and _is_state(rows):
            shows.append(Show(shape_of, pill=True))
        else:
            fixed = decimals if shape_of.kind == "number" else None
            shows.append(Show(shape_of, signed=signed, decimals=fixed))
    options = Options(
        caption=shape.label.get(own.lang),
        limit=SHOWN,
        full=("report.xlsx", "report.xlsx"),
        level="" if not is_ordered else "none",
    )
    return render(rows, shows, own.lang, unit or own.unit, options)


def _is_state(rows: pd.DataFrame) -> bool:
    return "state" in rows and bool(rows["state"].isin(["good", "warn", "bad"]).any())


def _largest(rows: pd.DataFrame, column: str) -> int:
    values = rows[column].dropna()
    return int(values.abs().max()) if len(values) else 0


def word_of(words: Mapping[str, Text], value: Any, own: Own) -> str:
    known = words.get(str(value))
    return known.get(own.lang) if known is not None else "" if is_missing(value) else str(value)


def said_below(sentence: str) -> Markup:
    return Markup('<p class="read">{}</p>').format(prose.html(sentence))
