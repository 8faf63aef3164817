"""What a guess is unsure of, with its evidence: one question each, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesnb.intake.init.kinds import Guess
from salesnb.intake.quality.findings import Finding
from salesnb.model.errors import Text

COLUMN = Text("在 company.yaml 的 sources 中改这一列", "change this column in sources of company.yaml")
_ORDERS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%y/%m/%d"}


@dataclass
class Doubts:
    """Collects the questions of one ``init``."""

    items: list[Finding] = field(default_factory=list)

    def ask(
        self,
        guess: Guess,
        code: str,
        message: Text,
        remedy: Text,
        column: str = "",
        value: str = "",
        severity: str = "info",
    ) -> None:
        """One question about a table."""
        place = {"table": guess.table or "", "file": guess.raw.shown, "row": guess.raw.header_row or None}
        self.items.append(Finding(f"init_{code}", severity, message, remedy, column=column, value=value, **place))  # type: ignore[arg-type]

    def weak(self, guess: Guess, role: str, name: str, header: str) -> None:
        """A header only partly says what it is taken for."""
        shown = "、".join(guess.profiles[header].examples[:3])
        self.ask(
            guess,
            "column_unsure",
            Text(
                f"列“{header}”按 {name} 读取，只从名称的一部分和取值（如 {shown}）判断",
                f"column {header} is read as {name}, judged by part of its name and its values only",
            ),
            COLUMN,
            header,
            shown,
            "warn",
        )

    def unused(self, guess: Guess) -> None:
        """A file nothing was made of."""
        names = "、".join(guess.raw.columns[:6])
        self.ask(
            guess,
            "file_unused",
            Text(
                f"没有认出这是什么表（列：{names}），未导入",
                f"this table was not recognised (columns {', '.join(guess.raw.columns[:6])}) and is not imported",
            ),
            Text("需要时在 sources 中自行加上", "add it to sources if it is needed"),
            value=names,
        )

    def twin(self, guess: Guess, other: str) -> None:
        """A file with the same rows as another one."""
        self.ask(
            guess,
            "file_twin",
            Text(
                f"与 {other} 的内容完全相同，只导入后者",
                f"holds exactly the rows of {other}; only that one is imported",
            ),
            Text(
                "无需处理；确需两份都导入时请自行加到 sources",
                "nothing to do; add it to sources if both are really meant",
            ),
            value=other,
            severity="warn",
        )

    def several_sales(self, guess: Guess, others: Sequence[str]) -> None:
        """Two different exports that both look like order lines."""
        self.ask(
            guess,
            "sales_twice",
            Text(
                f"还有其他文件也像订单明细：{'、'.join(others)}，已全部导入",
                f"other files look like order lines, too: {', '.join(others)}; all are imported",
            ),
            Text("若内容重叠，删去其中一个来源", "if they overlap, remove one of the sources"),
            severity="warn",
        )

    def drift(self, guess: Guess, other: Guess) -> None:
        """Two exports of one kind whose columns differ a little: the same source before and after a change."""
        ours, theirs = set(guess.raw.columns), set(other.raw.columns)
        pairs = [
            (other.roles.chosen[role], header)
            for role, header in sorted(guess.roles.chosen.items())
            if role in other.roles.chosen and header not in theirs and other.roles.chosen[role] not in ours
        ]
        said = "、".join(f"{old}→{new}" for old, new in pairs) or "、".join(sorted(ours ^ theirs)[:6])
        self.ask(
            guess,
            "column_drift",
            Text(
                f"与 {other.raw.shown} 是同一种导出，但列有变动：{said}，已按各自的列名分别映射",
                f"the same kind of export as {other.raw.shown} with other columns: {said}; each is mapped by its own",
            ),
            Text(
                "核对改名的列含义没有变（如含税、单位）；变了的在 company.yaml 分别写明",
                "check that renamed columns still mean the same (tax, unit); where not, say so in company.yaml",
            ),
            pairs[0][1] if pairs else "",
            said,
            "warn",
        )

    def stages(self, guess: Guess, header: str, unknown: Sequence[str]) -> None:
        """Stages that mean nothing to us yet."""
        self.ask(
            guess,
            "stage_unknown",
            Text(
                f"阶段 {'、'.join(unknown)} 不知道对应 lead/qualified/quoted/won/lost 中哪一个",
                f"it is not known which of lead/qualified/quoted/won/lost {', '.join(unknown)} are",
            ),
            Text("在该列的 values 中补上", "complete values of this column"),
            header,
            "、".join(unknown),
            "warn",
        )

    def spellings(self, guess: Guess, header: str, slips: Mapping[str, str], master: str) -> None:
        """Spellings that a master does not know, mapped to those it does."""
        shown = "、".join(f"{a}→{b}" for a, b in list(slips.items())[:4])
        self.ask(
            guess,
            "spelling_mapped",
            Text(
                f"列“{header}”有 {len(slips)} 个取值在 {master} 中只差空格、大小写或连字符，已对应：{shown}",
                f"{len(slips)} values of {header} differ from {master} only in blanks, case or hyphens and are mapped:"
                f" {', '.join(f'{a} = {b}' for a, b in list(slips.items())[:4])}",
            ),
            Text("若不是同一个，从 values 中删去", "remove them from values if they are not the same"),
            header,
            shown,
            "warn",
        )

    def target_windows(self, guess: Guess, header: str, said: Sequence[str]) -> None:
        """Targets with a start only."""
        self.ask(
            guess,
            "target_windows",
            Text(
                f"目标从“{header}”起，到同一人下一次目标的前一天止{'；不采用 ' + '、'.join(said) if said else ''}",
                f"a target runs from {header} to the day before the same person's next "
                f"one{'; not used: ' + ', '.join(said) if said else ''}",
            ),
            Text(
                "若按自然期间，改映射 period、month 或 year",
                "if calendar periods are meant, map period, month or year instead",
            ),
            header,
            severity="warn",
        )

    def managers(self, guess: Guess, header: str) -> None:
        """A list of managers without their people."""
        self.ask(
            guess,
            "managers_only",
            Text(
                f"“{header}”按人员导入（岗位即列名），不把订单记在他们名下",
                f"{header} is imported as people (the header is their job); orders are not credited to them",
            ),
            Text("若订单应记在经理名下，在订单中映射 person_id", "map person_id in the orders if they should be"),
            header,
        )

    def date_order(self, guess: Guess, header: str, fits: Sequence[str]) -> None:
        """Day and month cannot be told apart."""
        forms = " / ".join(_ORDERS[f] for f in fits)
        self.ask(
            guess,
            "date_order",
            Text(
                f"列“{header}”的日和月分不清（如 {guess.profiles[header].examples[0]}），须由您决定后才能运行",
                f"day and month of {header} cannot be told apart; the import stops until you decide",
            ),
            Text(f"给该列写 format：{forms}", f"write format for this column: {forms}"),
            header,
            guess.profiles[header].examples[0],
            "stop",
        )

    def home_region(self, guess: Guess, person: str, home: str, sold: str) -> None:
        """A person's master record contradicts all of his sales."""
        self.ask(
            guess,
            "home_region",
            Text(
                f"{person} 的档案区域是 {home}，订单却全部在 {sold}",
                f"the record of {person} says {home}, yet all of the sales are in {sold}",
            ),
            Text("核对人员档案；区域以订单行为准", "check the record; the order line's region counts"),
            value=person,
            severity="warn",
        )
