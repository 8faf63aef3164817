"""The decomposition notebook's door: ``open`` a book, then one call for each question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.notebook.book import open_book
from salesnb.notebook.decomposition_changes import ChangeQuestions
from salesnb.notebook.decomposition_papers import LEVEL_WORDS, NODES
from salesnb.notebook.decomposition_rules import RuleQuestions
from salesnb.notebook.decomposition_what_if import WhatIfQuestions

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.report.cards import Answer, Cards
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.decomposition import Whole

# dimension → (label, the levels one drills down to); the order is the page's
DIMENSIONS: dict[str, Text] = {
    "region_id": Text("区域", "Region"),
    "team_id": Text("团队", "Team"),
    "person_id": Text("人员", "Person"),
    "product_line": Text("产品线", "Product line"),
    "product_id": Text("产品", "Product"),
    "customer_type": Text("客户类型", "Customer type"),
    "customer_id": Text("指名客户", "Named account"),
    "channel_id": Text("渠道", "Channel"),
    "quarter": Text("季度", "Quarter"),
    "month": Text("月份", "Month"),
}
UNFOLDED = (
    "team_id",
    "person_id",
    "product_line",
    "product_id",
    "customer_type",
    "customer_id",
    "channel_id",
    "quarter",
    "month",
)
IN_TIME = ("quarter", "month")


def open(unit: str, period: str | int, as_of: str = "", lang: str = "") -> DecompositionBook:
    """Open the plan of ``period`` for ``unit`` as known on ``as_of`` (empty: the default), said in ``lang``."""
    title = Text("目标分解", "Decomposition")
    book: DecompositionBook = open_book(DecompositionBook, "decomposition", title, unit, period, as_of, lang)
    return book


@dataclass
class DecompositionBook(RuleQuestions, WhatIfQuestions, ChangeQuestions):
    """Answers about a plan; every figure is a sum of its cells."""

    plans_only = True

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """``target_nodes``: every dimension, quarters and months."""
        from salesnb.stages.decomposition.published import target_nodes

        return self.keep("target_nodes", target_nodes(self.plan))

    def summary(self) -> dict[str, Any]:
        """As of every book, with the files written beside the tables: a version that carries this page carries them."""
        more: dict[str, Any] = {"files": sorted(self.written)}
        if self.undecided is not None:
            more["undecided"] = {"zh": self.undecided.what.zh, "en": self.undecided.what.en}
        return super().summary() | more

    def nodes_of(self, dimension: str) -> pd.DataFrame:
        """The nodes of one dimension with their names."""
        own = self.nodes[self.nodes["dimension"] == dimension]
        return self.called(own, dimension).reset_index(drop=True)

    @cached_property
    def whole(self) -> Whole:
        """The company's figures, for the first sentence."""
        from salesnb.report.sentences.decomposition import Whole

        rows = self.plan  # solved first: it may turn out that there is none
        groups = self.explanation.groups
        excess = int(groups.drop_duplicates("conflict_no")["excess_minor"].sum()) if len(groups) else 0
        gave_way = int((self.rule_status["status"] == "relaxed").sum())
        base = int(self.built.cube.base["net_minor"].sum())
        return Whole(self.period.text, rows.total, base, self.people_count, gave_way, excess)

    # ------------------------------------------------------------------ what the notebook calls

    def answer(self) -> Answer:
        """The conclusion in one sentence."""
        from salesnb.report.cards import Answer
        from salesnb.report.sentences import decomposition as said

        whole = self.whole  # solves the plan, which may leave notes
        if self.undecided is not None:
            sentence = said.undecided(whole, len(self.undecided.explanation.members), self.lang, self.currency)
            return self.answered(Answer(sentence, [*self.quarrel_lines(), *self.notes], self.lang))
        sentence = said.answer(whole, self.nodes_of("region_id"), self.lang, self.currency)
        return self.answered(Answer(sentence, self.notes, self.lang))

    def cards(self) -> Cards:
        """Target, rules, conflict, people, coherence."""
        from salesnb.notebook import decomposition_exhibits as exhibits

        decided = self.undecided is None
        return self.carded(exhibits.cards(self.whole, self.rule_status, self.ledger, self.unit_shown, decided))

    def bars(self, dimension: str) -> Exhibit:
        """One bar a node: its target, with last year as a mark and the growth asked."""
        from salesnb.notebook import decomposition_exhibits as exhibits
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition as said

        frame = self.nodes_of(dimension)
        reading = said.nodes(frame, self.lang, self.currency)
        return Exhibit(f"bars-{dimension}", figure=exhibits.bars(frame, self.unit_shown), reading=reading)

    def table(self, dimension: str) -> Exhibit:
        """Last year → target, growth and share of every node of ``dimension``; the other dimensions unfold."""
        from salesnb.notebook import decomposition_exhibits as exhibits
        from salesnb.report.exhibit import Details, Exhibit
        from salesnb.report.sentences import decomposition as said

        frame = self.nodes_of(dimension)
        others = [name for name in UNFOLDED if name != dimension and (self.nodes["dimension"] == name).any()]
        details = [Details(self.say(DIMENSIONS[name]), self._printed(name)) for name in others]
        reading = said.nodes(frame, self.lang, self.currency)
        table = exhibits.node_table(frame, DIMENSIONS[dimension], self.unit_shown)
        return Exhibit(f"nodes-{dimension}", reading=reading, table=table, details=details)

    def _printed(self, dimension: str) -> Any:
        from salesnb.notebook import decomposition_exhibits as exhibits

        return exhibits.node_table(
            self.nodes_of(dimension), DIMENSIONS[dimension], self.unit_shown, dimension in IN_TIME
        )

    def months(self) -> Exhibit:
        """The months of the plan against last year's."""
        from salesnb.notebook import decomposition_exhibits as exhibits
        from salesnb.report.exhibit import Exhibit
        from salesnb.report.sentences import decomposition as said

        frame = self.nodes_of("month")
        figure = exhibits.months(frame, self.period.text, self.unit_shown)
        return Exhibit("months", figure=figure, reading=said.rhythm(frame, self.lang, self.currency))

    def quarters(self) -> Exhibit:
        """The quarters' shares last year and in the plan."""
        from salesnb.notebook import decomposition_exhibits as exhibits

        return exhibits.quarters(self.nodes_of("quarter"), self.unit_shown)

    def heat(self) -> Exhibit:
        """Region by product line in amounts, person by product line in growth."""
        from salesnb.notebook import decomposition_exhibits as exhibits

        return exhibits.heat(self)

    def coherence(self) -> Exhibit:
        """The ledger: nothing missing, overlapping or counted twice, every table the same sum."""
        from salesnb.notebook import decomposition_exhibits as exhibits

        return exhibits.coherence(self.ledger, self.plan, self.unit_shown)

    def explore(self) -> Any:
        """Sliders, locks, rules with live status and proposals; they stay out of the page."""
        from salesnb.notebook import decomposition_panel

        return decomposition_panel.explore(self)

    def _ready(self) -> None:
        """Have every table that letters are made from, in whatever order the notebook asks its questions."""
        super()._ready()
        asked = {
            "target_nodes": lambda: self.nodes,
            "target_derivation": lambda: self.steps,
            "target_units": self.activity,
            "target_counts": lambda: self.counted,
            "target_scenarios": self.scenarios,
            "rule_status": lambda: self.rule_status,
        }
        for name, ask in asked.items():
            if name not in self.tables:
                ask()

    def checks(self) -> Any:
        """All checks: the ledger's, and every published table against the cells."""
        self.publish()
        cells = self.tables["target_cells"]
        total = int(cells["target_minor"].sum())
        for name, faults in zip(self.ledger["check_id"], self.ledger["fault_count"].astype("int64"), strict=True):
            text = Text(f"台账 {name}：不符数为零", f"ledger {name}: no fault")
            self.hold(f"ledger_{name}", text, int(faults), 0)
        for dimension, label in DIMENSIONS.items():
            own = self.nodes[self.nodes["dimension"] == dimension]
            if len(own):
                text = Text(f"各{label.zh}合计 = 公司目标", f"sum by {label.en.lower()} = the company's target")
                self.hold(f"nodes_{dimension}", text, int(own["target_minor"].sum()), total)
        self._hold_views(total)
        return super().checks()

    def _hold_views(self, total: int) -> None:
        """Weeks and derivations against the same total."""
        weeks = self.tables["target_weeks"]
        text = Text("各人各周合计 = 公司目标", "sum of everybody's weeks = the company's target")
        self.hold("weeks", text, int(weeks["target_minor"].sum()), total)
        steps = self.tables["target_derivation"]
        made = steps[~steps["step"].isin(["target", "padding", "handed"])]
        if self.__dict__.get("letters_made"):
            self._hold_letters(total)
        text = Text("各人推导步骤合计 = 公司目标", "sum of everybody's steps = the company's target")
        self.hold("derivation", text, int(made["amount_minor"].sum()), total)

    def _hold_letters(self, total: int) -> None:
        """Letters of regions, and of people with those who have none, against the same total."""
        from salesnb.report.letters import vacant

        cells, waiting = self.tables["target_cells"], {UNASSIGNED, *vacant(self.sources)}
        sums = {level: sum(one.target_minor for one in self.letters_made if one.level == level) for level in NODES}
        for level, column in NODES.items():
            rest = int(cells.loc[cells[column].isin(waiting), "target_minor"].sum())
            word = LEVEL_WORDS[level]
            text = Text(f"{word.zh}责任书 + 未出责任书的部分 = 公司目标",
                        f"letters by {word.en.lower()} and what has none = the company's target")  # fmt: skip
            self.hold(f"letters_{level}", text, sums[level] + rest, total)
