"""The desk of change requests: draft one, also from the review's own proposal, submit it, decide on it, publish it.

ipywidgets is imported where the desk is built. Every button calls the function the command line calls; what is refused
there is refused here, in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import SalesnbError, Text, UsageError
from salesnb.model.params.quantities import Not
from salesnb.model.places import outputs_dir, today
from salesnb.notebook.turns import Turns, in_batch

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.model.params.change import Change, ChangeRequest, Move
    from salesnb.model.params.quantities import Where
    from salesnb.notebook.review_changes import ChangeQuestions

KINDS = {
    "target": Text("目标变更", "Targets"),
    "strategy": Text("策略变更", "Strategy"),
    "resource": Text("资源调整", "Resources"),
}
LABELS = {
    "pick": Text("申请", "Request"), "name": Text("编号", "Id"), "kind": Text("类别", "Kind"),
    "title": Text("标题", "Title"), "start": Text("生效日", "From"), "trigger": Text("起因", "Set off by"),
    "analysis": Text("原因分析", "Analysis"), "proposal": Text("调整方案", "Proposal"),
    "effect": Text("预期影响", "Effect"), "papers": Text("依据文件", "Papers"), "amount": Text("金额", "Cost"),
    "moves": Text("目标增减", "Moves"), "version": Text("采用版本", "Version"), "by": Text("操作人", "By"),
    "note": Text("意见", "Note"),
}  # fmt: skip
BUTTONS = {
    "take": Text("采用本页方案", "Take this page's proposal"),
    "new": Text("建草稿", "Make a draft"),
    "submit": Text("提交审批", "Submit"),
    "approve": Text("批准", "Approve"),
    "reject": Text("驳回", "Reject"),
    "recall": Text("撤回", "Recall"),
    "publish": Text("发布生效", "Publish"),
}
WORDS = ("trigger", "analysis", "proposal", "effect")
MOVE_FORM = "person=XS040>person=XS041:20万"


def desk(book: ChangeQuestions) -> Any:
    """The desk of ``book``; in a batch an exhibit that says where it works."""
    return in_batch(book, "change-desk") or ChangeDesk(book).box


class ChangeDesk:
    """The widgets; ``box`` is what a notebook shows, the other attributes are for tests."""

    def __init__(self, book: ChangeQuestions) -> None:
        import ipywidgets as widgets

        self.book = book
        self.turns = Turns(self._tried)
        self.pick, self.kind = widgets.Dropdown(), widgets.Dropdown()
        self.name, self.title, self.trigger, self.effect, self.amount, self.version, self.note = (
            widgets.Text() for _ in range(7)
        )
        self.analysis, self.proposal, self.moves = (widgets.Textarea() for _ in range(3))
        self.start, self.papers, self.by = widgets.DatePicker(), widgets.SelectMultiple(), widgets.Combobox()
        self.buttons = {name: widgets.Button(description=self._say(text)) for name, text in BUTTONS.items()}
        self.steps, self.said = widgets.HTML(), widgets.HTML()
        self.said.add_class("snb-said")
        self._label()
        self.box = self._laid_out()
        self._listed()
        self._chosen()
        self._watch()

    # ------------------------------------------------------------------ building

    def _say(self, text: Text) -> str:
        return self.book.say(text)

    def _label(self) -> None:
        from salesnb.versions.changes.rules import holders

        for name, label in LABELS.items():
            widget = getattr(self, name)
            widget.description = self._say(label)
            widget.style.description_width = "84px"
            is_short = name in ("kind", "start", "amount", "version", "by", "name")
            widget.layout.width = "300px" if is_short else "620px"
        for name in ("analysis", "proposal", "moves"):
            getattr(self, name).rows = 3
        self.kind.options = [(self._say(text), kind) for kind, text in KINDS.items()]
        self.moves.placeholder = MOVE_FORM
        self.version.placeholder = self._say(Text("如 2024-06/v002", "e.g. 2024-06/v002"))
        for name, button in self.buttons.items():
            button.layout.width = "220px" if name == "take" else "116px"
        params, day = self._fresh()
        self.currency = params.company.currency
        found = sorted((params.folder / "decisions").glob("*"))
        self.papers.options = [f"decisions/{path.name}" for path in found if path.is_file()]
        roles = dict.fromkeys(role for rule in params.review.approvals for role in (*rule.steps, *rule.above))
        self.by.options = [f"{role} {person}" for role in roles for person in holders(params, role, day)]
        self.by.ensure_option = False
        self.buttons["new"].button_style = self.buttons["submit"].button_style = "primary"

    def _laid_out(self) -> Any:
        import ipywidgets as widgets

        def row(*children: Any) -> Any:
            return widgets.Box(children, layout=widgets.Layout(display="flex", flex_flow="row wrap"))

        held = self.buttons
        parts = [
            self.pick, self.steps, held["take"], row(self.name, self.kind), self.title, row(self.start, self.amount),
            self.trigger, self.analysis, self.proposal, self.effect, self.papers, self.moves, self.version,
            row(self.by), self.note, row(held["new"], held["submit"], held["approve"], held["reject"], held["recall"],
            held["publish"]), self.said,
        ]  # fmt: skip
        box = widgets.VBox(parts, layout=widgets.Layout(max_width="960px"))
        box.add_class("snb-desk")
        return box

    def _watch(self) -> None:
        self.pick.observe(lambda _: self.turns.take(self._chosen), names="value")
        acts: dict[str, Callable[[], None]] = {"take": self._taken, "new": self._drafted}
        for name, button in self.buttons.items():
            step = acts.get(name, partial(self._acted, name))
            button.on_click(lambda _, step=step: self.turns.take(step))

    # ------------------------------------------------------------------ what is shown

    def _fresh(self) -> tuple[Params, Any]:
        """The parameters as they are now, and the company's today: a decision is of its own day, not of the page's."""
        from salesnb.model.params import load_unit

        params = load_unit(self.book.unit)
        return params, today(params.company.timezone, params.company.today)

    def _listed(self, pick: str = "") -> None:
        from salesnb.versions import changes
        from salesnb.versions.changes.refusals import STATES

        self.requests = changes.read_changes(self._fresh()[0]).requests
        new = (self._say(Text("（新申请）", "(new request)")), "")
        named = [(f"{r.title}（{STATES[r.last.state].get(self.book.lang)}）", r.id) for r in self.requests.values()]
        self.pick.options = [new, *named]
        self.pick.value = pick

    def _chosen(self) -> None:
        """Show the chosen request with its steps and what may be done with it; a new one is empty."""
        request = self.requests.get(self.pick.value)
        said = request.model_dump(mode="python", by_alias=True) if request else {}
        self.name.value, self.title.value = str(said.get("id", "")), str(said.get("title", ""))
        self.kind.value, self.start.value = said.get("kind", "target"), said.get("from")
        for name in WORDS:
            getattr(self, name).value = str(said.get(name, ""))
        amount = said.get("amount")
        self.amount.value = "" if amount is None else f"{amount:g}"
        self.version.value = str(said.get("version", ""))
        self.moves.value = "\n".join(_typed(move) for move in request.moves) if request else ""
        self.papers.value = tuple(n for n in said.get("evidence", ()) if n in self.papers.options)
        for name in ("name", "title", "kind", "start", "amount", "version", "moves", "papers", *WORDS):
            getattr(self, name).disabled = request is not None
        self.steps.value = self._steps(request) if request else ""
        may = self._may(request)
        for name, button in self.buttons.items():
            button.disabled = name not in may

    def _may(self, request: ChangeRequest | None) -> tuple[str, ...]:
        """The steps that follow from where the request stands; who may take them is checked when they are taken."""
        from salesnb.versions import changes

        if request is None:
            return ("take", "new")
        if request.last.state == "draft":
            return ("submit",)
        if request.last.state not in ("submitted", "approved"):
            return ()
        is_agreed = changes.needed(self._fresh()[0], request).is_complete
        return ("publish", "recall") if is_agreed else ("approve", "reject", "recall")

    def _steps(self, request: ChangeRequest) -> str:
        from markupsafe import Markup

        from salesnb.report import markup
        from salesnb.versions.changes.words import line

        item = Markup("<li>{} {}{}</li>")
        made = markup.join(
            item.format(state.date, line(state).get(self.book.lang), self._moved(state)) for state in request.states
        )
        return str(Markup("<ul>{}</ul>").format(made))

    def _moved(self, state: Change) -> str:
        """What is moved or spent, which decides who has to agree."""
        from salesnb.report.numbers import money

        if state.amount_minor is None:
            return ""
        much = money(state.amount_minor, self.book.lang, self.currency)
        return self._say(Text(f"，涉及 {much}", f", about {much}"))

    # ------------------------------------------------------------------ doing

    def _tried(self, step: Callable[[], None]) -> None:
        from markupsafe import escape

        try:
            step()
        except SalesnbError as error:
            self.said.value = f'<p role="alert">{escape(error.say(self.book.lang))}</p>'

    def _told(self, *texts: Text) -> None:
        from markupsafe import Markup

        from salesnb.report import markup

        self.said.value = str(markup.join(Markup("<p>{}</p>").format(self._say(text)) for text in texts))

    def _taken(self) -> None:
        """Fill a draft from the page's own proposal, which a published version must hold."""
        from salesnb.notebook.cited_proposal import proposal_version
        from salesnb.report import prose

        version = proposal_version(self.book)
        book, found = self.book, self.book.proposed
        assert found is not None, "a version holds the proposal"
        lines = [prose.said(line) for line in prose.lines(book.retarget().reading)][:-1]  # the last: how to ask for it
        self.kind.value, self.version.value = "target", version
        self.name.value = f"{book.period.text}-retarget"
        self.title.value = self._say(Text(f"{found.next_quarter} 目标调整", f"New targets of {found.next_quarter}"))
        self.start.value = book.calendar.month_start(found.span[0])
        self.trigger.value = self._say(
            Text("季度预计低于下限", "The quarter lands below its floor")
            if found.is_missed
            else Text("人员变动", "The team has changed")
        )
        self.analysis.value, self.proposal.value = lines[0], "\n".join(lines[1:]) or lines[0]
        self.moves.value = ""
        self._told(Text(f"已填入 {version} 的方案，补上依据文件后建草稿。",
                        f"Filled in from {version}; choose its papers, then make the draft."))  # fmt: skip

    def _drafted(self) -> None:
        from salesnb.versions import changes

        params, day = self._fresh()
        name = self.name.value.strip()
        if not name or self.start.value is None:
            raise UsageError(Text("先写编号和生效日", "give its id and its first day"))
        path = changes.propose(params, self._written(name), changes.Act(self.by.value, day, day, self.note.value))
        self._listed(name)
        self._chosen()
        self._told(Text(f"已建草稿 changes/{path.name}，可以提交。", f"Drafted changes/{path.name}; submit it next."))

    def _written(self, name: str) -> dict[str, Any]:
        """The draft's fields as the command line would give them."""
        from salesnb.versions.changes.words import move

        said: dict[str, Any] = {"id": name, "kind": self.kind.value, "title": self.title.value.strip()}
        said["from"] = self.start.value
        said |= {field: getattr(self, field).value.strip() for field in WORDS}
        said["evidence"] = list(self.papers.value)
        if self.amount.value.strip():
            said["amount"] = self.amount.value.strip()
        lines = [line.strip() for line in self.moves.value.splitlines() if line.strip()]
        if lines:
            said["moves"] = [move(line) for line in lines]
        if self.version.value.strip():
            said["version"] = self.version.value.strip()
        return said

    def _acted(self, step: str) -> None:
        from salesnb.versions import changes
        from salesnb.versions.changes.words import after, line

        params, day = self._fresh()
        name, act = self.pick.value, changes.Act(self.by.value, day, day, self.note.value)
        made: Change
        if step in ("submit", "publish"):
            made = (changes.submit if step == "submit" else changes.publish)(params, name, act, outputs_dir())
        else:
            does = {"approve": changes.approve, "reject": changes.reject, "recall": changes.recall}
            made = does[step](params, name, act)
        self._listed(name)
        self._chosen()
        self.note.value = ""
        head = (made.hash or "")[:12]
        told = [line(made), after(params, name, made, day), Text(f"变更链 {head}", f"Chain of changes {head}")]
        if made.revision:
            plan = made.revision.rpartition("-r")[0]
            told.append(Text(f"责任书随之重出：salesnb letters {self.book.unit} {plan}",
                             f"Its letters are issued by: salesnb letters {self.book.unit} {plan}"))  # fmt: skip
        self._told(*told)


def _typed(move: Move) -> str:
    """A move as it would be typed; several nodes, which only a file can name, are set apart by strokes."""

    def end(where: Where) -> str:
        return ",".join(
            f"{key}≠{'/'.join(nodes.not_)}" if isinstance(nodes, Not) else f"{key}={'/'.join(nodes)}"
            for key, nodes in where.items()
        )

    return f"{end(move.take)}>{end(move.give)}:{move.amount:g}"
