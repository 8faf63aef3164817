"""What a guess is unsure of, with its evidence: one question each, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import trim
from salesnb.intake.init import links
from salesnb.intake.init.kinds import Guess
from salesnb.intake.quality.findings import Finding
from salesnb.model.errors import Text

_COLUMN = Text("在 company.yaml 的 sources 中改这一列", "change this column in sources of company.yaml")
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
            _COLUMN,
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

    def amounts(self, bench: Bench, guess: Guess, headers: Sequence[str]) -> None:
        """Several columns could be the amount."""
        sums = [f"{h} {links.total(bench, guess.raw, h):,.2f}" for h in headers]
        net = guess.roles.chosen["net"]
        self.ask(
            guess,
            "amount_choice",
            Text(
                f"有几列像金额，取“{net}”；各列合计：{'；'.join(sums)}",
                f"several columns look like the amount, {net} is used; sums: {'; '.join(sums)}",
            ),
            _COLUMN,
            net,
            "；".join(sums),
            "warn",
        )

    def tax(self, bench: Bench, guess: Guess, net: str) -> None:
        """Whether amounts hold tax."""
        included = "含税" in net and "不含税" not in net or "价税" in net
        evidence, english = "列名未写明", "the header does not say"
        if "税" in net:
            evidence, english = f"列名为“{net}”", f"the header is {net}"
        tax = guess.roles.chosen.get("tax")
        if tax:
            amount, paid = links.total(bench, guess.raw, net), links.total(bench, guess.raw, tax)
            rate = f"{paid / amount:.1%}" if amount else "-"
            evidence, english = (
                f"另有税额列“{tax}”，为金额的 {rate}",
                f"there is a tax column {tax}, {rate} of the amount",
            )
        self.ask(
            guess,
            "tax_basis",
            Text(
                f"金额按{'含税' if included else '不含税'}理解（{evidence}）",
                f"amounts are taken as {'including' if included else 'excluding'} tax ({english})",
            ),
            Text("在 basis 中改 tax", "change tax in basis"),
            net,
        )

    def cost_from_profit(self, guess: Guess, header: str) -> None:
        """Cost is made from profit."""
        self.ask(
            guess,
            "cost_from_profit",
            Text(f"没有成本列，按 成本 = 金额 − {header} 计算", f"there is no cost column; cost = amount − {header}"),
            Text("若利润另有口径，删去 cost", "if profit means something else, remove cost"),
            header,
        )

    def unit_cost(self, guess: Guess, header: str) -> None:
        """A cost per piece cannot be summed."""
        self.ask(
            guess,
            "unit_cost",
            Text(
                f"列“{header}”像单位成本（同一产品数量不同而数值相同），没有作为成本导入",
                f"column {header} looks like the cost of one piece and is not imported as cost",
            ),
            Text("导出中加一列成本金额，再映射到 cost", "add a column of total cost to the export and map it to cost"),
            header,
            severity="warn",
        )

    def one_currency(self, guess: Guess, header: str, found: links.Currencies, currency: str) -> None:
        """A currency column that only tells where the customer sits."""
        self.ask(
            guess,
            "currency_one",
            Text(
                f"列“{header}”有 {len(found.names)} 种货币，但 {found.same_prices:.0%} 的产品在各货币下单价相同，金额应已统一为 {currency}，该列未映射",
                f"column {header} holds {len(found.names)} currencies, yet {found.same_prices:.0%} of the products cost the same"
                f" figure in all of them: amounts seem to be in {currency} already, and the column is not mapped",
            ),
            Text(
                "若金额是原币，把该列映射到 currency 并给出汇率",
                "if amounts are in each currency, map it to currency and give rates",
            ),
            header,
            "、".join(found.names[:7]),
            "warn",
        )

    def many_currencies(self, guess: Guess, header: str, names: Sequence[str]) -> None:
        """Amounts in several currencies."""
        self.ask(
            guess,
            "currency_many",
            Text(
                f"列“{header}”有 {len(names)} 种货币，金额各为原币",
                f"column {header} holds {len(names)} currencies; amounts are in each of them",
            ),
            Text("在 company.yaml 给出汇率 rates", "give dated rates in company.yaml"),
            header,
            "、".join(names[:7]),
            "warn",
        )

    def region_choice(self, guess: Guess, region: str, others: Sequence[str]) -> None:
        """Which geography is the region."""
        self.ask(
            guess,
            "region_choice",
            Text(
                f"区域取“{region}”（{guess.profiles[region].distinct} 个），另有 {'、'.join(others)}",
                f"region is {region} ({guess.profiles[region].distinct} values); there are also {', '.join(others)}",
            ),
            Text("要按别的层级管理，改 region_id", "to manage by another level, change region_id"),
            region,
            "、".join(guess.profiles[region].examples[:4]),
        )

    def booking_month(self, guess: Guess, header: str, moved: int, compared: int) -> None:
        """The booking month differs from the date's month."""
        if moved:
            self.ask(
                guess,
                "booking_month",
                Text(
                    f"{compared} 行中 {moved} 行的“{header}”不是下单日期所在月份；业绩月份以该列为准",
                    f"in {moved} of {compared} lines {header} is not the month of the order date; it decides the month",
                ),
                Text("若应按下单日期，删去 month", "if the order date should decide, remove month"),
                header,
                severity="warn",
            )

    def months_only(self, guess: Guess, header: str) -> None:
        """Lines with a month but no day."""
        self.ask(
            guess,
            "months_only",
            Text(
                f"只有月份“{header}”没有日期，日报不可用",
                f"there is a month ({header}) and no day; daily figures are not possible",
            ),
            Text("需要日报时在导出中加下单日期", "add the order date to the export if days are needed"),
            header,
        )

    def unassigned(self, bench: Bench, guess: Guess, person: str) -> None:
        """Amount without a salesperson."""
        net = guess.roles.chosen["net"]
        blank = links.total(bench, guess.raw, net, f"{trim(guess.raw.sql(person))} IS NULL")
        amount = links.total(bench, guess.raw, net)
        if blank and amount:
            self.ask(
                guess,
                "unassigned",
                Text(
                    f"金额的 {blank / amount:.0%} 没有业务员（列“{person}”为空），归入“未分配”",
                    f"{blank / amount:.0%} of the amount has no salesperson ({person} is blank) and goes to the unassigned node",
                ),
                Text("若这些订单有归属，在导出中补上", "fill the column in the export if they belong to someone"),
                person,
                f"{blank:,.2f}",
            )

    def several_regions(self, bench: Bench, guess: Guess, of: str, region: str, who: Text) -> None:
        """Customers or people that stand in several regions."""
        many, all_of = links.several(bench, guess.raw, of, region)
        if many:
            self.ask(
                guess,
                "several_regions",
                Text(
                    f"{all_of} 个{who.zh}中有 {many} 个出现在几个区域，区域以订单行为准",
                    f"{many} of {all_of} {who.en} stand in several regions; the order line's region counts",
                ),
                Text(
                    "无需处理；要按客户归属则去掉 region_id，改由客户档案给出",
                    "nothing to do; remove region_id to take it from the customer table instead",
                ),
                of,
                f"{many}/{all_of}",
            )

    def two_names(self, bench: Bench, guess: Guess, product: str, name: str) -> None:
        """Product ids that carry two names."""
        many, all_of = links.several(bench, guess.raw, product, name)
        if many:
            self.ask(
                guess,
                "two_names",
                Text(
                    f"{all_of} 个产品编号中有 {many} 个对应不止一个名称，取最常见的",
                    f"{many} of {all_of} product ids carry more than one name; the most frequent is used",
                ),
                Text("核对编号是否被重复使用", "check whether ids are used twice"),
                product,
                f"{many}/{all_of}",
            )

    def no_order_id(self, guess: Guess) -> None:
        """Lines without an order number."""
        self.ask(
            guess,
            "no_order_id",
            Text("没有订单号，订单数与笔单价无法计算", "there is no order number: orders cannot be counted"),
            Text("在导出中加订单号", "add the order number to the export"),
            severity="warn",
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

    def target_windows(self, guess: Guess, header: str, said: Sequence[str]) -> None:
        """Targets with a start only."""
        self.ask(
            guess,
            "target_windows",
            Text(
                f"目标从“{header}”起，到同一人下一次目标的前一天止{'；不采用 ' + '、'.join(said) if said else ''}",
                f"a target runs from {header} to the day before the same person's next one{'; not used: ' + ', '.join(said) if said else ''}",
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
