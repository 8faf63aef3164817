"""The plan board: all tasks by state; add one, assign it, move its dates, mark it done; saved into actions.yaml.

ipywidgets is imported where the board is built. What was saved stands on the board at once; the page's tables follow
when its cells are run again.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import SalesnbError, Text, UsageError
from salesnb.notebook.action_plan_save import FIELDS, FILE, digest, read_plan, save_task
from salesnb.notebook.turns import in_batch
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from markupsafe import Markup

    from salesnb.model.params.actions import Task
    from salesnb.notebook.action_plan import ActionPlanBook

LANES = ("open", "doing", "late", "done", "dropped")
DATES = ("start", "due", "done")
LABELS = {
    "pick": Text("任务", "Task"), "name": Text("编号", "Id"), "text": Text("内容", "Content"),
    "serves": Text("服务于", "Serves"), "owner": Text("责任人", "Owner"), "start": Text("开始", "Start"),
    "due": Text("期限", "Due"), "deliverable": Text("交付物", "Deliverable"), "state": Text("状态", "State"),
    "done": Text("完成日期", "Done on"), "by": Text("决定人", "Decided by"), "only": Text("只看", "Show only"),
}  # fmt: skip


def board(book: ActionPlanBook) -> Any:
    """The board of ``book``; in a batch an exhibit that says where it works."""
    return in_batch(book, "board") or PlanBoard(book).box


class PlanBoard:
    """The widgets; ``box`` is what a notebook shows, the other attributes are for tests."""

    def __init__(self, book: ActionPlanBook) -> None:
        import ipywidgets as widgets

        self.book, self.path = book, book.params.folder / FILE
        self._turn = RLock()  # JupyterLab answers each widget in a thread of its own
        self.opened = digest(self.path)
        plan = book.params.actions
        self.tasks = {t.id: t for t in plan.tasks}
        self.aims = {o.id: o.text for o in plan.objectives} | {k.id: k.text for o in plan.objectives
                     for k in o.key_results} | {s.id: s.text for s in plan.strategies} | {
                     g.id: g.text for g in book.params.goals.goals}  # fmt: skip
        self.pick, self.state, self.serves, self.only = (widgets.Dropdown() for _ in range(4))
        self.name, self.text, self.deliverable, self.by = (widgets.Text() for _ in range(4))
        self.owner = widgets.Combobox(options=self._owners(), ensure_option=False)
        self.start, self.due, self.done = (widgets.DatePicker() for _ in range(3))
        self.save = widgets.Button(description=self._say(Text("保存", "Save")), button_style="primary")
        self.finish = widgets.Button(description=self._say(Text("标为完成并保存", "Mark done and save")))
        self.finish.layout.width = "160px"
        self.lanes, self.said = widgets.HTML(), widgets.HTML()
        self.said.add_class("snb-said")
        states = [(text.get(book.lang), name) for name, text in _states().items()]
        self.state.options = states
        aims = [(spoken(text), name) for name, text in self.aims.items()]
        self.serves.options = [(self._say(Text("（未选）", "(none)")), ""), *aims]
        self._label()
        self.box = self._laid_out()
        self._listed()
        self.chosen()
        self._watch()

    # ------------------------------------------------------------------ building

    def _say(self, text: Text) -> str:
        return self.book.say(text)

    def _owners(self) -> list[str]:
        people = [f"{name} {person}" for person, name in sorted(self.book.people_names.items())]
        rest = {t.owner for t in self.tasks.values() if t.owner and t.owner not in self.book.people_names}
        return [*people, *sorted(rest)]

    def _label(self) -> None:
        for name, label in LABELS.items():
            widget = getattr(self, name)
            widget.description = self._say(label)
            widget.style.description_width = "84px"
            widget.layout.width = "620px" if name in ("pick", "text", "serves", "deliverable") else "300px"

    def _laid_out(self) -> Any:
        import ipywidgets as widgets

        def row(*children: Any) -> Any:
            return widgets.Box(children, layout=widgets.Layout(display="flex", flex_flow="row wrap"))

        parts = [
            self.only, self.lanes, self.pick, self.text, row(self.name, self.owner), self.serves, self.deliverable,
            row(self.start, self.due), row(self.state, self.done), self.by, row(self.save, self.finish), self.said,
        ]  # fmt: skip
        box = widgets.VBox(parts, layout=widgets.Layout(max_width="960px"))
        box.add_class("snb-board")
        return box

    def _watch(self) -> None:
        self.pick.observe(lambda _: self.chosen(), names="value")
        self.only.observe(lambda _: self._drawn(), names="value")
        self.save.on_click(lambda _: self.saved())
        self.finish.on_click(lambda _: self.finished())

    # ------------------------------------------------------------------ what stands on it

    def _listed(self, pick: str = "") -> None:
        """The tasks as the file has them, in the list and on the board."""
        new = (self._say(Text("（新任务）", "(new task)")), "")
        self.pick.options = [new, *((spoken(t.text), t.id) for t in self.tasks.values())]
        self.pick.value = pick
        owners = sorted({self.book.who(t.owner) for t in self.tasks.values() if t.owner})
        kept = self.only.value if self.only.value in owners else ""
        self.only.options = [(self._say(Text("所有人", "everybody")), ""), *((spoken(o), o) for o in owners)]
        self.only.value = kept
        self._drawn()

    def _drawn(self) -> None:
        self.lanes.value = str(self._lanes())

    def _lanes(self) -> Markup:
        """One column a state, tasks by due date; a task past its due date stands under 逾期."""
        from markupsafe import Markup

        from salesnb.report import markup

        shown = [t for t in self.tasks.values() if not self.only.value or self.book.who(t.owner) == self.only.value]
        lanes: dict[str, list[Task]] = {name: [] for name in LANES}
        for task in sorted(shown, key=lambda t: (t.due is None, t.due, t.id)):
            is_late = task.state in ("open", "doing") and task.due is not None and task.due < self.book.as_of
            lanes["late" if is_late else task.state].append(task)
        cell = Markup('<div style="border:1px solid #d5dae1;border-radius:6px;padding:4px 8px;margin:4px 0">'
                      '<b>{}</b><br><small>{} · {}</small></div>')  # fmt: skip
        column = Markup('<div style="flex:1 1 150px;min-width:150px"><b>{}（{}）</b>{}</div>')
        made = [
            column.format(
                _states()[name].get(self.book.lang), len(tasks),
                markup.join(cell.format(t.text, self.book.who(t.owner) or "—", t.due or "—") for t in tasks),
            )
            for name, tasks in lanes.items() if tasks
        ]  # fmt: skip
        return Markup(
            '<div style="display:flex;flex-wrap:wrap;gap:12px;max-height:420px;overflow:auto">{}</div>'
        ).format(markup.join(made))

    def chosen(self) -> None:
        """Show the chosen task; a new one is empty but for an id nobody has."""
        task = self.tasks.get(self.pick.value)
        self.name.value = task.id if task else self._fresh()
        self.name.disabled = task is not None
        for name in ("text", "deliverable"):
            getattr(self, name).value = getattr(task, name) if task else ""
        self.owner.value = self._owner_shown(task.owner) if task else ""
        self.serves.value = next((s for s in task.serves if s in self.aims), "") if task else ""
        for name in DATES:
            getattr(self, name).value = getattr(task, name) if task else None
        self.state.value = task.state if task else "open"
        self.by.value = task.by if task else ""
        self.by.disabled = task is not None
        self.finish.disabled = task is None or task.state == "done"

    def _fresh(self) -> str:
        return next(name for n in range(1, len(self.tasks) + 2) if (name := f"t-new-{n}") not in self.tasks)

    def _owner_shown(self, owner: str) -> str:
        name = self.book.people_names.get(owner)
        return f"{name} {owner}" if name else owner

    def _owner(self) -> str:
        """The id behind ``name id``; a department is its own name."""
        typed = str(self.owner.value).strip()
        return next((p for p in self.book.people_names if typed in (p, self._owner_shown(p))), typed)

    # ------------------------------------------------------------------ saving

    def finished(self) -> None:
        """Mark the chosen task done on the as-of date, then save it."""
        with self._turn:
            self.state.value = "done"
            self.done.value = self.done.value or self.book.as_of
            self.saved()

    def saved(self) -> None:
        """Save what differs; the answer or the error stands under the buttons."""
        from markupsafe import escape

        with self._turn:
            task_id = self.name.value.strip()
            try:
                changes = self._changes(self.tasks.get(self.pick.value))
                if not task_id:
                    raise UsageError(Text("先写任务编号", "give the task an id first"))
                if not changes:
                    raise UsageError(Text("没有改动", "nothing was changed"))
                if not self.pick.value and task_id in self.tasks:
                    raise UsageError(Text(f"编号 {task_id} 已经有了", f"the id {task_id} is taken"))
                self.opened = save_task(self.path, task_id, changes, self.opened)
            except SalesnbError as error:
                self.said.value = f'<p role="alert">{escape(error.say(self.book.lang))}</p>'
                return
            self.tasks = {t.id: t for t in read_plan(self.path).tasks}
            self._listed(task_id)
            self.chosen()
            text = Text(
                "已保存到 actions.yaml，重新运行本页即可看到。", "Saved to actions.yaml; run the page again to see it."
            )
            self.said.value = str(escape(self._say(text)))

    def _changes(self, task: Task | None) -> dict[str, Any]:
        """What the fields say and the task does not; everything for a new one."""
        said: dict[str, Any] = {name: getattr(self, name).value for name in FIELDS if name != "serves"}
        said |= {"owner": self._owner()}
        if task is None:
            serves = [self.serves.value] if self.serves.value else []
            return {"text": said.pop("text"), "serves": serves, **said,
                    "decided": self.book.as_of, "by": self.by.value.strip() or self.owner.value}  # fmt: skip
        out = {n: v for n, v in said.items() if v != getattr(task, n) and not (v == "" == getattr(task, n))}
        if self.serves.value and self.serves.value not in task.serves:
            out["serves"] = [*task.serves, self.serves.value]
        return out


def _states() -> dict[str, Text]:
    from salesnb.notebook.action_plan_exhibits import STATE_WORDS

    return {name: STATE_WORDS[name] for name in ("open", "doing", "done", "late", "dropped")}
