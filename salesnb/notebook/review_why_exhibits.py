"""The review's exhibits of causes: slices, bridge, drivers and mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.review_why import NO_YEAR_BEFORE

if TYPE_CHECKING:
    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit

STREAMS = {"new": Text("新客户", "New customers"), "repeat": Text("老客户", "Other customers")}
STEPS = {
    "qualified": Text("线索 → 商机", "Lead → opportunity"),
    "quoted": Text("商机 → 报价", "Opportunity → quote"),
    "won": Text("报价 → 赢单", "Quote → win"),
    "closed": Text("已关闭商机的赢率", "Wins of closed deals"),
}


def bridge(book: WhyQuestions) -> Exhibit:
    """The bridge from due (or last year) to actual."""
    from salesnb.report.charts import bridge as draw
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review as said

    frame = book.bridge_table
    if frame is None:
        return Exhibit("why", reading=book.say(NO_YEAR_BEFORE), is_absent=True)
    steps: dict[str, int] = {}
    for effect, value in zip(frame["effect"], frame["effect_minor"], strict=True):
        name = "products" if effect in ("new_product", "lost_product") else effect
        steps[name] = steps.get(name, 0) + int(value)
    names = [said.EFFECT_WORDS[name].get(book.lang) for name in steps]
    figure = draw(names, list(steps.values()), book.unit_shown, start_is_target="due" in steps)
    return Exhibit("why", figure=figure, reading=said.bridge(frame, book.lang, book.currency))


def slices(book: WhyQuestions) -> Exhibit:
    """Which crossed cells explain the gap; the rest in the last row."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.words import either, listed
    from salesnb.report.tables import Options, Show, render

    frame, shown = book.slices_table, contract("review_slices")
    if frame.empty:
        return Exhibit("where", reading=book.say(NO_YEAR_BEFORE), is_absent=True)
    rest = book.say(Text("其余", "The rest"))
    frame = frame[frame["name"].notna().groupby(frame["scope"]).transform("any")]  # a rest alone says nothing
    words = {scope.period.text: book.words_of(scope) for scope in book.scopes}
    line = book.say(Text("产品线 ", "line "))
    alone = frame["region_id"].isna() & frame["product_line"].notna()
    frame = frame.assign(name=frame["name"].where(~alone, line + frame["name"].fillna("")))
    rows = frame.assign(name=frame["name"].fillna(rest), scope=frame["scope"].map(words))
    columns = [Show(Column("scope", "text", shown.column("scope").label))]
    columns += [Show(shown.column(c)) for c in ("name", "expected_minor", "actual_minor")]
    columns += [Show(shown.column("deviation_minor"), signed=True), Show(shown.column("shift_rate"), signed=True)]
    if rows["since_month"].notna().any():
        columns.append(Show(shown.column("since_month")))
    if rows.empty:
        none = either(book.lang, ("没有哪个单元的偏离超出整体波动。",), ("No cell deviates beyond the whole.",))
        return Exhibit("where", reading=none)
    table = render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label)))
    said = listed(list(dict.fromkeys(frame["name"].dropna())), book.lang)
    calm = [words[text] for text in words if text in set(book.slices_table["scope"]) - set(frame["scope"])]
    still = listed(calm, book.lang)
    more = Text(f"{still}累计没有哪个单元比整体更突出。", f" Over {still} no cell stands out from the whole.")
    reading = either(
        book.lang,
        (f"偏离明显的单元：{said}；各行相加恰为该期间的总差额。", more.zh if calm else ""),
        (f"Cells that deviate: {said}; the rows add up to that period's gap.", more.en if calm else ""),
    )
    return Exhibit("where", table=table, reading=reading)


def drivers(book: WhyQuestions) -> Exhibit:
    """The drivers' table, the funnel's change to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import review as said
    from salesnb.report.tables import Options, Show, render

    frame, funnel = book.drivers_table, book.funnel_table
    if frame is None:
        return Exhibit("drivers", reading=book.say(NO_YEAR_BEFORE), is_absent=True)
    shown, lang = contract("review_drivers"), book.lang
    rows = [
        {
            "factor": f"{STREAMS[row['stream']].get(lang)} · {said.FACTOR_WORDS[row['factor']].get(lang)}",
            "before": book.factor(row["factor"], row["before"]),
            "after": book.factor(row["factor"], row["after"]),
            "effect_minor": row["effect_minor"],
        }
        for row in frame.to_dict("records")
    ]
    columns = [Show(Column(c, "text", shown.column(c).label)) for c in ("factor", "before", "after")]
    table = render(rows, [*columns, Show(shown.column("effect_minor"), signed=True)], lang, book.unit_shown,
                   Options(caption=book.say(shown.label)))  # fmt: skip
    details = []
    if len(funnel):
        step, order = contract("review_funnel"), {name: place for place, name in enumerate(STEPS)}
        change = funnel.assign(at=funnel["step"].map(order)).sort_values("at")
        change = change.assign(step=[STEPS[s].get(lang) for s in change["step"]])
        names = ("before_rate", "after_rate", "difference_rate", "rate_low", "rate_high", "is_noise")
        shows = [Show(Column("step", "text", step.column("step").label))]
        shows += [Show(step.column(c), points=c in ("difference_rate", "rate_low", "rate_high")) for c in names]
        body = render(change, shows, lang, options=Options(caption=book.say(step.label)))
        details.append(Details(book.say(step.label), body))
    return Exhibit(
        "drivers", table=table, reading=said.drivers(frame, funnel, STEPS, lang, book.currency), details=details
    )


def mix(book: WhyQuestions) -> Exhibit:
    """Every region's margin: mix and own effect, and the line whose share rose most."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review as said
    from salesnb.report.tables import Options, Show, render

    frame, shown = book.mix_table, contract("review_mix")
    if frame.empty:
        none = Text("没有成本或上年数据，不能比较毛利率。", "Without cost or a year before margins cannot be compared.")
        return Exhibit("mix", reading=book.say(none), is_absent=True)
    names = (
        "before_margin_rate",
        "after_margin_rate",
        "mix_rate",
        "own_rate",
        "product_line",
        "before_share",
        "after_share",
    )
    label = Text("区域", "Region")
    columns = [Show(Column("name", "text", label))]
    columns += [Show(shown.column(c), points=c in ("mix_rate", "own_rate")) for c in names]
    table = render(frame, columns, book.lang, options=Options(caption=book.say(shown.label)))
    return Exhibit("mix", table=table, reading=said.mix(frame, book.lang))
