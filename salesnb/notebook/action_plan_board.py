"""The plan board: add a task, assign it, move its dates, mark it done; saved into actions.yaml as it was written.

Comments and order of the file stay; a file that changed since it was opened is refused, with both states named.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import ParamsError, Place, SalesnbError, Text, UsageError
from salesnb.model.places import stage_dir

if TYPE_CHECKING:
    from salesnb.notebook.action_plan import ActionPlanBook

FILE = "actions.yaml"
FIELDS = ("text", "owner", "start", "due", "deliverable", "state", "done")


def digest(path: Path) -> str:
    """sha256 of the file as it stands."""
    return sha256(path.read_bytes()).hexdigest()


def save_task(path: Path, task_id: str, changes: Mapping[str, Any], opened: str) -> str:
    """Change a task of ``path`` or add it where ``task_id`` is new; returns the file's new digest.

    ``changes``: some of ``FIELDS`` (empty text removes one) and, for a new task, what the schema asks for. ``opened``
    is the digest the caller has seen. UsageError when the file changed meanwhile; ParamsError when the result would not
    load: nothing is written then.
    """
    from ruamel.yaml import YAML

    now = digest(path)
    if now != opened:
        raise UsageError(
            Text("文件已被别人改动，没有保存", "the file changed meanwhile: nothing is saved"),
            where=Place(file=path.name),
            why=Text(f"打开时 {opened[:12]}，现在 {now[:12]}", f"opened as {opened[:12]}, now {now[:12]}"),
            remedy=Text("重新打开计划板再改", "open the board again, then repeat the change"),
        )
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(path.read_text(encoding="utf-8"))
    tasks = data.setdefault("tasks", [])
    task = next((t for t in tasks if str(t.get("id")) == task_id), None)
    if task is None:
        task = yaml.map()
        task.fa.set_flow_style()
        task["id"] = task_id
        tasks.append(task)
    for name, value in changes.items():
        if value in ("", None):
            task.pop(name, None)
        else:
            task[name] = value
    out = io.StringIO()
    yaml.dump(data, out)
    return _written(path, out.getvalue())


def _written(path: Path, text: str) -> str:
    """Check ``text`` against the schema beside the file, then put it in its place at once."""
    from pydantic import ValidationError

    from salesnb.model.params.actions import Actions
    from salesnb.model.params.strict import load_yaml

    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    try:
        Actions.model_validate(load_yaml(part, path.name).data)
    except ValidationError as error:
        part.unlink()
        first = error.errors()[0]
        raise ParamsError(
            Text(f"没有保存：{first['msg']}", f"not saved: {first['msg']}"),
            where=Place(file=path.name, key=".".join(map(str, first["loc"]))),
            remedy=Text("改正后再保存", "correct it and save again"),
        ) from error
    except SalesnbError:
        part.unlink()
        raise
    part.replace(path)
    return digest(path)


def board(book: ActionPlanBook) -> Any:
    """The board of ``book``; in a batch an exhibit that says where it works."""
    if stage_dir() is not None:
        from salesnb.report.exhibit import Exhibit

        text = Text("计划板在 JupyterLab 中使用。", "The board works in JupyterLab.")
        return Exhibit("board", reading=book.say(text))
    return PlanBoard(book).box


class PlanBoard:
    """The widgets; ``box`` is what a notebook shows, the other attributes are for tests."""

    def __init__(self, book: ActionPlanBook) -> None:
        import ipywidgets as widgets

        self.book = book
        self.path = book.params.folder / FILE
        self.opened = digest(self.path)
        self.tasks = {t.id: t for t in book.params.actions.tasks}
        new = (book.say(Text("（新任务）", "(new task)")), "")
        self.pick = widgets.Dropdown(options=[new, *((t.text, t.id) for t in self.tasks.values())])
        self.name, self.text, self.owner, self.deliverable = (widgets.Text() for _ in range(4))
        self.start, self.due, self.done = (widgets.DatePicker() for _ in range(3))
        states = [(text.get(book.lang), name) for name, text in _states().items()]
        self.state = widgets.Dropdown(options=states)
        self.save = widgets.Button(description=book.say(Text("保存", "Save")))
        self.said = widgets.HTML()
        labels = {
            self.pick: Text("任务", "Task"), self.name: Text("编号", "Id"), self.text: Text("内容", "Content"),
            self.owner: Text("责任人", "Owner"), self.start: Text("开始", "Start"), self.due: Text("期限", "Due"),
            self.deliverable: Text("交付物", "Deliverable"), self.state: Text("状态", "State"),
            self.done: Text("完成日期", "Done on"),
        }  # fmt: skip
        for widget, label in labels.items():
            widget.description = book.say(label)
        self.box = widgets.VBox([*labels, self.save, self.said])
        self.pick.observe(lambda _: self.chosen(), names="value")
        self.save.on_click(lambda _: self.saved())

    def chosen(self) -> None:
        """Show the chosen task; a new one is empty."""
        task = self.tasks.get(self.pick.value)
        self.name.value = task.id if task else ""
        self.name.disabled = task is not None
        for name in ("text", "owner", "deliverable"):
            getattr(self, name).value = getattr(task, name) if task else ""
        for name in ("start", "due", "done"):
            getattr(self, name).value = getattr(task, name) if task else None
        self.state.value = task.state if task else "open"

    def saved(self) -> None:
        """Save what differs; the answer or the error stands under the button."""
        from markupsafe import escape

        changes = {name: getattr(self, name).value for name in FIELDS}
        task = self.tasks.get(self.pick.value)
        if task is None:
            changes |= {"decided": self.book.as_of, "by": self.owner.value}
        else:
            changes = {n: v for n, v in changes.items() if v != getattr(task, n) and not (v == "" == getattr(task, n))}
        try:
            if not self.name.value.strip():
                raise UsageError(Text("先写任务编号", "give the task an id first"))
            self.opened = save_task(self.path, self.name.value.strip(), changes, self.opened)
        except SalesnbError as error:
            self.said.value = f'<p role="alert">{escape(error.say(self.book.lang))}</p>'
            return
        text = Text("已保存，重新运行本页即可看到。", "Saved; run the page again to see it.")
        self.said.value = str(escape(self.book.say(text)))


def _states() -> dict[str, Text]:
    from salesnb.notebook.action_plan_exhibits import STATE_WORDS

    return {name: STATE_WORDS[name] for name in ("open", "doing", "done", "late", "dropped")}
