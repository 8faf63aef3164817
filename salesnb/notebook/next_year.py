"""A year's summary hands over to the next: a draft goals.yaml beside the page, to be completed and decided (R58)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.notebook.review_closing import ClosingQuestions

PROPOSED = "challenge"  # the level whose chance the company calls a challenge stands as the goal, the others beside it


def draft_file(book: ClosingQuestions, goals: pd.DataFrame) -> Markup:
    """Write ``goals/YEAR.yaml`` into the version and give the link to it. ``goals``: ``review_draft_goals``."""
    from salesnb.model.params.save import dump
    from salesnb.report.files import links

    following = str(int(book.period.text) + 1)
    name = f"goals/{following}.yaml"
    text = "".join(f"# {line}\n" for line in _head(book, goals, following)) + dump(_goals(book, goals, following))
    book.file(name).write_text(text, encoding="utf-8", newline="\n")
    words = Text(f"{following} 年 goals.yaml 草案", f"Draft goals.yaml of {following}")
    return links(book.say(Text("草案文件：", "As a file: ")), [(book.say(words), name)])


def _goals(book: ClosingQuestions, goals: pd.DataFrame, following: str) -> dict[str, Any]:
    """The draft in the schema of goals.yaml; who is responsible, by when and on what ground is for people to write."""
    tiers = {str(tier): int(amount) for tier, amount in zip(goals["tier"], goals["target_minor"], strict=True)}
    chosen = tiers.get(PROPOSED, next(iter(tiers.values())))
    scale, grain = 10 ** minor_digits(book.currency), max(1, int(book.params.decomposition.grain))
    amount = round(chosen / scale / grain) * grain
    year = book.calendar.period(following)
    words = Text(f"全年销售额 {amount:,} 元", f"Sales of {amount:,} over the year")
    return {
        "schema": 1,
        "plan": following,
        "goals": [{
            "id": "revenue",
            "text": {"zh": words.zh, "en": words.en},
            "metric": "sales",
            "target": {"at_least": amount, "unit": "yuan"},
            "base": f"{book.period.text} 年度复盘",
            "owner": "",
            "due": year.end,
            "evidence": "",
            "from": year.start,
            "decided": book.as_of,
            "by": "",
        }],
    }  # fmt: skip


def _tested(goals: pd.DataFrame) -> list[Text]:
    """What was tested behind the levels' chances."""
    from salesnb.report.sentences.feasibility_record import record_words

    row = {str(k): v for k, v in goals.iloc[0].items()} if len(goals) else {}
    said = {lang: record_words(row, lang) for lang in ("zh", "en")} if row else {}
    return [Text(f"概率的依据：{said['zh']}。", f"Behind the chances: {said['en']}.")] if said else []


def _head(book: ClosingQuestions, goals: pd.DataFrame, following: str) -> list[str]:
    """What stands above the draft: where it comes from, the three levels with their chances, the year's lessons."""
    from salesnb.notebook.feasibility import LEVEL_WORDS
    from salesnb.report.numbers import money, rate

    def line(row: dict[Any, Any]) -> Text:
        tier, chance = LEVEL_WORDS[str(row["tier"])], rate(row["chance_rate"], 0)
        much = {lang: money(int(row["target_minor"]), lang, book.currency) for lang in ("zh", "en")}
        return Text(f"{tier.zh} {much['zh']}，达成概率 {chance}", f"{tier.en} {much['en']}, chance {chance}")

    year, day = book.period.text, book.as_of
    source = Text(
        f"{following} 年目标草案，由 {year} 年度复盘按 {day} 所知给出；补全责任人和依据，决定后才是目标。",
        f"Draft goals of {following} by the review of {year} as known on {day}: complete, then decide.",
    )
    told = [source, *(line(row) for row in goals.to_dict("records")), *_tested(goals)]
    head = Text("经验：", "Lesson: ")
    said = [*map(book.say, told), *(book.say(head) + one.signed(book.lang) for one in book.lessons)]
    return [" ".join(line.split()) for line in said]  # a line break would end the comment
