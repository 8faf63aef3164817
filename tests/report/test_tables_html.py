"""Printed tables, cards and exhibits: golden snippets, escaping, states with words."""

from __future__ import annotations

import pandas as pd
import pytest

from salesnb.model.errors import Text, UsageError
from salesnb.model.tables import Column
from salesnb.report.cards import Answer, Card, Cards
from salesnb.report.exhibit import Details, Exhibit
from salesnb.report.numbers import MoneyUnit
from salesnb.report.prose import Line, strong
from salesnb.report.tables import Options, Show, render

NAME = Column("name", "text", Text("区域", "Region"))
NET = Column("net_minor", "minor", Text("销售额", "Sales"), unit="money")
GROWTH = Column("growth_rate", "rate", Text("增长", "Growth"), definition=Text("与上年比", "on the year before"))
SHIFT = Column("shift_rate", "rate", Text("占比变化", "Shift"), unit="points")
STATE = Column("state", "text", Text("状态", "State"))
FRAME = pd.DataFrame(
    {
        "name": ["华东", "_unassigned"],
        "net_minor": [191_400_000_0, 0],
        "growth_rate": [0.0725, float("nan")],
        "shift_rate": [-0.016, None],
        "state": ["good", "bad"],
    }
)
UNIT = MoneyUnit.choose(191_400_000_0, "zh")


def test_a_table_as_it_is_printed() -> None:
    columns = [NAME, NET, Show(GROWTH, signed=True, state_from="state"), SHIFT, Show(STATE, pill=True)]
    html = render(FRAME, columns, "zh", UNIT, Options("各区域", total={"name": "合计", "net_minor": 191_400_000_0}))
    assert html == (
        '<div class="scroll" role="region" tabindex="0" aria-label="各区域"><table class="sort l5">'
        '<caption class="hide">各区域</caption><thead><tr><th scope="col">区域</th>'
        '<th scope="col">销售额 <small>万元</small></th><th scope="col" title="与上年比">增长 <small>%</small></th>'
        '<th scope="col">占比变化 <small>点</small></th><th scope="col">状态</th></tr></thead><tbody>'
        '<tr><th scope="row">华东</th><td>1,914</td><td class="goodt">+7.3</td><td>−1.6</td>'
        '<td><span class="pill good">正常</span></td></tr>'
        '<tr><th scope="row">未分配</th><td>0</td><td class="badt">—</td><td>—</td>'
        '<td><span class="pill bad">落后</span></td></tr></tbody>'
        '<tfoot><tr><th scope="row">合计</th><td>1,914</td><td></td><td></td><td></td></tr></tfoot>'
        "</table></div>"
    )


def test_a_name_from_data_is_not_markup() -> None:
    html = render([{"name": "<script>1</script>"}], [NAME], "en")
    assert "<script" not in html and "&lt;script&gt;" in html


def test_money_needs_a_unit_and_columns_must_exist() -> None:
    with pytest.raises(UsageError, match="no unit"):
        render(FRAME, [NAME, NET], "en")
    with pytest.raises(UsageError, match="lacks the columns absent"):
        render(FRAME, [Column("absent", "text", Text("无", "none"))], "en")


def test_a_cut_table_says_so_and_links_to_the_whole() -> None:
    rows = [{"name": f"n{i}"} for i in range(40)]
    html = render(rows, [NAME], "zh", options=Options(limit=20, full=("全部", "tables/x.csv")))
    assert html.count("<tr>") == 21
    assert html.endswith('<p class="note">显示前 20 行，共 40 行。<a href="tables/x.csv">全部</a></p>')
    assert '<table class="sort long">' in html
    whole = render(rows, [NAME], "en", options=Options(fold=50))
    assert "long" not in whole and "First" not in whole and 'data-fold="50"' in whole


def test_a_tree_keeps_its_order_and_is_indented() -> None:
    html = render([{"name": "a", "d": 0}, {"name": "b", "d": 2}], [NAME], "zh", options=Options(level="d"))
    assert 'class=""' in html and '<tr class="i2">' in html and "sort" not in html


def test_words_of_a_state_can_be_replaced_and_unknown_states_are_refused() -> None:
    words = {"good": Text("已签", "Signed")}
    assert ">已签<" in render([{"state": "good"}], [Show(STATE, pill=True, words=words)], "zh")
    with pytest.raises(UsageError, match="unknown state"):
        render([{"state": "purple"}], [Show(STATE, pill=True)], "zh")


def test_what_every_row_says_can_be_said_once_below() -> None:
    tested = Column("tested", "text", Text("回测", "Tests"))
    columns = [NAME, NET, Show(tested, once=True)]
    same = render(FRAME.assign(tested=["30 次", ""]), columns, "zh", UNIT)
    assert same.endswith('</table></div><p class="note">各行的回测：30\u00a0次。</p>')
    assert same.count('<th scope="col"') == 2 and same.count("30") == 1
    differ = render(FRAME.assign(tested=["30 次", "31 次"]), columns, "zh", UNIT)
    assert differ.count('<th scope="col"') == 3 and "note" not in differ
    silent = render(FRAME.assign(tested=["", ""]), columns, "zh", UNIT)
    assert "note" not in silent


def test_an_empty_table_has_its_head() -> None:
    html = render(FRAME.iloc[:0], [NAME, NET], "en", UNIT)
    assert "<tbody></tbody>" in html and "Region" in html


def test_cards_show_state_as_colour_and_word() -> None:
    card = Card("回款率", "93.4 %", "目标 95 %", "−1.6 点", "warn", 0.934, 0.95)
    assert card.html("zh") == (
        '<div class="card warn"><p class="label">回款率<span class="pill warn">关注</span></p>'
        '<p class="big">93.4\u00a0%</p><svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="rail" y="3" width="100" height="6"/>'
        '<rect class="done" y="3" width="93.4" height="6"/>'
        '<rect class="tick" x="93.7" y="0" width="1.4" height="12"/></svg>'
        '<p class="sub"><span>目标 95\u00a0%</span><strong>−1.6\u00a0点</strong></p></div>'
    )
    assert "bar" not in Card("a", "1").html("en")
    cards = Cards([card, Card("<b>", "1"), Card("c", "2", state="bad", word="超支")], "zh")
    assert "&lt;b&gt;" in cards.html() and ">超支<" in cards.html()
    assert cards.text().splitlines()[0] == "回款率  93.4 %  目标 95 %  −1.6 点  关注"
    with pytest.raises(UsageError, match="3 to 5 cards"):
        Cards([card], "zh")


def test_an_exhibit_reads_its_figure_and_is_immutable() -> None:
    table = render([{"name": "a"}], [NAME], "zh")
    one = Exhibit(
        "x", title="<t>", reading=Line("读 ", strong("1 %")), table=table, notes="注", details=[Details("开", "文")]
    )
    assert one.html() == (
        f'<div class="exhibit" id="x-x"><h3>&lt;t&gt;</h3>{table}<p class="read">读 <b>1\u00a0%</b></p>'
        '<p class="note">注</p><details><summary>开</summary><p>文</p></details></div>'
    )
    assert one.text() == "<t>\n读 1 %\n注"
    assert Exhibit("y", figure="<svg onload=x>").html() == '<div class="exhibit" id="x-y">&lt;svg onload=x&gt;</div>'
    assert one.having(half=True).half and not one.half
    with pytest.raises(AttributeError):
        one.title = "z"  # type: ignore[misc]


def test_a_notebook_output_has_html_with_scoped_style_and_plain_text() -> None:
    bundle = Answer(Line("结论 ", strong("1")), ["补充"], "zh")._repr_mimebundle_()
    assert bundle["text/plain"] == "结论 1\n补充"
    style, rest = bundle["text/html"].split("</style>")
    assert style.startswith("<style>.snb{") and rest.startswith('<div class="snb"><section class="answer"')
