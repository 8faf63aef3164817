"""The tables of a letter: targets by quarter, month, product line and person; what changed; the figures beside."""

from __future__ import annotations

from salesnb.model.errors import Text
from salesnb.report import numbers
from salesnb.report.letters.content import Change, Letter
from salesnb.report.letters.sheet import Grid, Section
from salesnb.report.letters.wording import exact_unit, quarter_words
from salesnb.report.numbers import MoneyUnit

_ANNEX_LINES = 6  # so many product lines fit beside each other on A4


class Grids:
    """The tables of one letter, in one language and one money unit."""

    def __init__(self, letter: Letter, lang: str) -> None:
        self.letter, self.lang = letter, lang
        figures = [f.target_minor for f in letter.figures if f.target_minor is not None]
        steps = [step.amount_minor for step in letter.steps]
        amounts = [a.target_minor for a in letter.amounts]
        self.unit: MoneyUnit = exact_unit([letter.target_minor, *amounts, *figures, *steps], lang, letter.currency)

    def said(self, text: Text) -> str:
        """The words in the letter's language."""
        return text.get(self.lang)

    def named(self, name: str | Text) -> str:
        """A name as people wrote it, or our own words for what has none."""
        return name if isinstance(name, str) else self.said(name)

    def by_quarter(self) -> Grid:
        """Rows are product lines, columns quarters and the whole."""
        letter, quarters = self.letter, self.letter.quarters
        head = (self.said(Text("产品线", "Product line")), *(quarter_words(n).get(self.lang) for n in quarters),
                self.said(Text("合计", "Total")), self.said(Text("占比", "Share")))  # fmt: skip
        rows = []
        for line in (*letter.lines, None):
            total = letter.sum(line=line)
            cells = [self.unit.format(letter.sum(months, line)) for months in quarters.values()]
            share = numbers.rate(total / letter.target_minor) if letter.target_minor else numbers.MISSING
            name = line if line is not None else self.said(Text("合计", "Total"))
            rows.append((name, *cells, self.unit.format(total), share))
        caption = self.said(
            Text(f"按季度和产品线（{self.unit.label}）", f"By quarter and product line ({self.unit.label})")
        )
        return Grid(head, tuple(rows), total=True, caption=caption)

    def by_person(self) -> Grid:
        """A region's people; they sum to it."""
        head = (
            self.said(Text("姓名", "Name")),
            self.said(Text("岗位", "Role")),
            self.said(Text("目标", "Target")),
            self.said(Text("占比", "Share")),
        )
        whole = self.letter.target_minor
        rows = [
            (self.named(member.name), member.role, self.unit.format(member.target_minor),
             numbers.rate(member.target_minor / whole) if whole else numbers.MISSING)
            for member in self.letter.members
        ]  # fmt: skip
        rows.append((self.said(Text("合计", "Total")), "", self.unit.format(whole), numbers.rate(1.0) if whole else ""))
        caption = self.said(Text(f"分解到人（{self.unit.label}）", f"By person ({self.unit.label})"))
        return Grid(head, tuple(rows), total=True, left=2, caption=caption)

    def by_figure(self) -> Grid:
        """Budget, assessment and stretch side by side."""
        named = (Text("口径", "Figure"), Text("负责", "Owner"), Text("考核", "Judged by"), Text("目标", "Target"))
        head = tuple(map(self.said, named))
        mark = self.said(Text("按此考核", "yes"))
        rows = tuple(
            (self.named(figure.text), figure.owner, mark if figure.is_judged else "",
             numbers.MISSING if figure.target_minor is None else self.unit.format(figure.target_minor))
            for figure in self.letter.figures
        )  # fmt: skip
        caption = self.said(
            Text(f"预算、考核、力争（{self.unit.label}）", f"Budget, assessment, stretch ({self.unit.label})")
        )
        return Grid(head, rows, left=3, caption=caption)

    def change(self, change: Change) -> tuple[str, ...]:
        """One row of the difference."""
        label, old, new = change.text.get(self.lang), change.old, change.new
        if isinstance(old, Text) or isinstance(new, Text):
            shown = [value.get(self.lang) if isinstance(value, Text) else str(value) for value in (old, new)]
            return label, shown[0] or numbers.MISSING, shown[1] or numbers.MISSING, ""
        unit = exact_unit([self.letter.target_minor, old, new], self.lang, self.letter.currency)
        if unit.factor != self.unit.factor:
            return label, unit.say(old), unit.say(new), unit.say(new - old, signed=True)
        return label, unit.format(old), unit.format(new), unit.format(new - old, signed=True)

    def annex(self) -> Section | None:
        """Month × product line, which reviews judge by; more lines than fit beside each other take several tables."""
        letter, lines = self.letter, self.letter.lines
        if len(letter.months) < 2:
            return None
        chunks = [lines[i : i + _ANNEX_LINES] for i in range(0, len(lines), _ANNEX_LINES)]
        unit = self.unit.label
        heading = Text(f"附表：按月和产品线（{unit}）", f"Annex: by month and product line ({unit})")
        grids = tuple(self.monthly(chunk, is_last=chunk is chunks[-1]) for chunk in chunks)
        return Section(self.said(heading), grids)

    def monthly(self, lines: tuple[str, ...], *, is_last: bool) -> Grid:
        """Months of some lines; the last table has the sum of all."""
        letter, total = self.letter, self.said(Text("合计", "Total"))
        rows = []
        for month in (*letter.months, None):
            chosen = None if month is None else [month]
            cells = [self.unit.format(letter.sum(chosen, line)) for line in lines]
            whole = [self.unit.format(letter.sum(chosen))] if is_last else []
            rows.append((numbers.month(month, self.lang) if month else total, *cells, *whole))
        head = (self.said(Text("月份", "Month")), *lines, *([total] if is_last else []))
        return Grid(head, tuple(rows), total=True)
