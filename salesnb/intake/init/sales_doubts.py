"""What a guess about order lines is unsure of: amounts, tax, cost, currency, region, people."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import trim
from salesnb.intake.init import links
from salesnb.intake.init.doubts import COLUMN, Doubts
from salesnb.intake.init.kinds import Guess
from salesnb.model.errors import Text


class SalesDoubts(Doubts):
    """Collects the questions of one ``init``, those about order lines included."""

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
            COLUMN,
            net,
            "；".join(sums),
            "warn",
        )

    def tax(self, bench: Bench, guess: Guess, net: str) -> None:
        """Whether amounts hold tax."""
        included = ("含税" in net and "不含税" not in net) or "价税" in net
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
                f"列“{header}”有 {len(found.names)} 种货币，但 {found.same_prices:.0%} 的产品在各货币下单价相同，"
                f"金额应已统一为 {currency}，该列未映射",
                f"column {header} holds {len(found.names)} currencies, yet {found.same_prices:.0%} of the "
                f"products cost the same"
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
                    f"{blank / amount:.0%} of the amount has no salesperson ({person} is blank) and goes to the "
                    f"unassigned node",
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

    def several_people(self, bench: Bench, guess: Guess, customer: str, person: str) -> None:
        """Customers that changed hands."""
        many, all_of = links.several(bench, guess.raw, customer, person)
        if many:
            self.ask(
                guess,
                "several_people",
                Text(
                    f"{all_of} 个有业务员的客户中，{many} 个先后由不同的人负责，业绩以每笔订单的业务员为准",
                    f"{many} of {all_of} customers with a salesperson had several; each order's own one counts",
                ),
                Text("无需处理", "nothing to do"),
                customer,
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
