"""Every notebook has the shape that DESIGN ("A notebook") and CONTRACTS ("Notebooks") give it."""

from __future__ import annotations

import ast
import copy
import io
import json
import re
import tokenize
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KINDS = {"year", "half", "quarter", "month", "week", "day"}
PARAMETERS = ("unit", "period", "as_of", "lang")
PATH = re.compile(r"[\\/]|\.(csv|xlsx?|parquet|ya?ml|html|json)$")
CJK = re.compile(r"[\u4e00-\u9fff]")
FORBIDDEN = {
    ast.FunctionDef: "definition",
    ast.AsyncFunctionDef: "definition",
    ast.ClassDef: "definition",
    ast.Lambda: "definition",
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
    ast.ListComp: "loop",
    ast.SetComp: "loop",
    ast.DictComp: "loop",
    ast.GeneratorExp: "loop",
    ast.If: "branch",
    ast.Try: "branch",
}
Cell = dict[str, Any]


def source(cell: Cell) -> str:
    """The text of a cell, stored as one string or as lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def tags(cell: Cell) -> set[str]:
    """The tags of a cell."""
    return set(cell.get("metadata", {}).get("tags", []))


def misshapen(notebook: dict[str, Any], name: str) -> list[str]:
    """Everything about a notebook that is not as agreed."""
    found = [
        *wrong_metadata(notebook, name),
        *wrong_twins(notebook["cells"]),
        *wrong_parameters(notebook["cells"]),
        *wrong_interactive(notebook["cells"]),
    ]
    for number, cell in enumerate(notebook["cells"]):
        problems = wrong_code(cell) if cell["cell_type"] == "code" else wrong_prose(cell)
        found += [f"cell {number}: {problem}" for problem in problems]
    return [f"{name}: {line}" for line in [*found, *wrong_end(notebook)]]


def wrong_metadata(notebook: dict[str, Any], name: str) -> list[str]:
    """The declaration of stage, periods, reads and writes; the name of the file; the kernel."""
    declared = notebook["metadata"].get("salesnb", {})
    found = [f"metadata salesnb lacks {key}" for key in ("stage", "periods", "reads", "writes") if key not in declared]
    if found:
        return found
    if not re.fullmatch(rf"\d\d_{re.escape(declared['stage'])}\.ipynb", name):
        found.append(f"the file should be called NN_{declared['stage']}.ipynb after its stage")
    if not declared["periods"] or set(declared["periods"]) - KINDS:
        found.append(f"periods {declared['periods']} are not some of {sorted(KINDS)}")
    if not declared["writes"]:
        found.append("writes no table")
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel is not python3")
    return found


def wrong_twins(cells: list[Cell]) -> list[str]:
    """Prose comes as a Chinese cell and right after it the English one, with the same headings and other tags."""
    found = []
    if not cells or cells[0]["cell_type"] != "markdown" or not source(cells[0]).startswith("# "):
        found.append("the first cell is not the title")
    open_zh: Cell | None = None
    for number, cell in enumerate(cells):
        languages = tags(cell) & {"zh", "en"} if cell["cell_type"] == "markdown" else set()
        if cell["cell_type"] == "markdown" and len(languages) != 1:
            found.append(f"cell {number}: prose carries exactly one of the tags zh and en")
        if open_zh is not None and languages != {"en"}:
            found.append(f"cell {number}: the cell above has no English twin")
        if languages == {"en"}:
            if open_zh is None:
                found.append(f"cell {number}: no Chinese twin above")
            elif tags(open_zh) - {"zh"} != tags(cell) - {"en"} or levels(open_zh) != levels(cell):
                found.append(f"cell {number}: twins differ in headings or tags")
        open_zh = cell if languages == {"zh"} else None
    return found if open_zh is None else [*found, "the last prose has no English twin"]


def levels(cell: Cell) -> list[str]:
    """The heading levels of a prose cell, in order."""
    return re.findall(r"^#+(?= )", source(cell), flags=re.MULTILINE)


def wrong_prose(cell: Cell) -> list[str]:
    """The language that the tag promises, and no figure outside headings; a formula stands in backticks."""
    text = source(cell)
    found = []
    if "zh" in tags(cell) and not CJK.search(text):
        found.append("tagged zh without Chinese")
    if "en" in tags(cell) and CJK.search(re.sub(r"`[^`]*`", "", text)):
        found.append("tagged en with Chinese")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    typed = re.findall(r"\d[\d,.]*", re.sub(r"`[^`]*`", lambda code: re.sub(r"(?<!\d)\d(?!\d)", "", code[0]), body))
    return [*found, *(f"figure typed into prose: {figure}" for figure in typed)]


def wrong_parameters(cells: list[Cell]) -> list[str]:
    """One cell tagged parameters, with unit, period, as_of and lang as typed literals, each with a help comment."""
    marked = [cell for cell in cells if "parameters" in tags(cell)]
    if len(marked) != 1 or marked[0]["cell_type"] != "code":
        return ["exactly one code cell is tagged parameters"]
    text = source(marked[0])
    found = []
    names = []
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    for node in ast.parse(text).body:
        if not (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.value, ast.Constant)
            and ast.unparse(node.annotation) == type(node.value.value).__name__
        ):
            found.append(f'parameters line {node.lineno}: not a typed literal like `unit: str = "sample"  # …`')
            continue
        names.append(node.target.id)
        comment = comments.get(node.lineno, "")
        if len(comment.strip("# ")) < 3:
            found.append(f"parameter {node.target.id} has no help comment")
        if "=" in comment:
            found.append(f"parameter {node.target.id}: papermill overlooks a line with a second `=`")
    if tuple(names[: len(PARAMETERS)]) != PARAMETERS:
        found.append(f"parameters begin with {', '.join(PARAMETERS)}, not {', '.join(names)}")
    return found


def wrong_code(cell: Cell) -> list[str]:
    """No output, no definition, loop, branch or path, nothing imported but the notebook's door."""
    found = ["has stored outputs"] if cell.get("outputs") or cell.get("execution_count") else []
    try:
        tree = ast.parse(source(cell))
    except SyntaxError as error:
        return [*found, f"not plain Python ({error.msg})"]
    for node in ast.walk(tree):
        word = FORBIDDEN.get(type(node))
        if word:
            found.append(f"a {word} in a code cell; it belongs in salesnb")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH.search(node.value):
            found.append(f"a path in a code cell: {node.value!r}")
        if isinstance(node, ast.Import):
            found += [f"imports {alias.name}" for alias in node.names]
        if isinstance(node, ast.ImportFrom) and not re.fullmatch(r"salesnb\.notebook(\.\w+)*", node.module or ""):
            found.append(f"imports from {node.module}; a notebook's only door is salesnb.notebook")
    return found


def wrong_interactive(cells: list[Cell]) -> list[str]:
    """A section with a widget also shows a static equivalent, because widgets stay out of the page."""
    found = []
    section: list[Cell] = []
    end = {"cell_type": "markdown", "source": "## end", "metadata": {}}
    for number, cell in enumerate([*cells, end]):
        if cell["cell_type"] == "markdown" and source(cell).startswith("## ") and "en" not in tags(cell):
            code = [c for c in section if c["cell_type"] == "code" and written_tables(c) is None]
            if code and all("interactive" in tags(c) for c in code):
                found.append(f"section before cell {number}: a widget without a static equivalent")
            section = []
        section.append(cell)
    return found


def wrong_end(notebook: dict[str, Any]) -> list[str]:
    """The last cell writes exactly the tables that the metadata declares, and no other cell writes."""
    cells = notebook["cells"]
    written = [written_tables(cell) if cell["cell_type"] == "code" else None for cell in cells]
    if not written or written[-1] is None:
        return ["the last cell does not end in `book.write(…)`"]
    found = ["tables are written before the last cell"] if any(names is not None for names in written[:-1]) else []
    declared = notebook["metadata"].get("salesnb", {}).get("writes", [])
    if written[-1] and sorted(written[-1]) != sorted(declared):
        found.append(f"the last cell writes {sorted(written[-1])}, declared are {sorted(declared)}")
    return found


def written_tables(cell: Cell) -> list[str] | None:
    """The names given to a closing `….write(…)`, None where the cell has none."""
    try:
        body = ast.parse(source(cell)).body
    except SyntaxError:
        return None
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "write"):
        return None
    return [str(a.value) for a in call.args if isinstance(a, ast.Constant)]


def second_writers(writes: dict[str, list[str]]) -> list[str]:
    """Tables that more than one notebook writes."""
    counts = Counter(table for tables in writes.values() for table in tables)
    return [f"{t}: written by {[n for n, ts in writes.items() if t in ts]}" for t, count in counts.items() if count > 1]


def read(path: Path) -> dict[str, Any]:
    """A notebook as JSON."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def test_every_notebook_has_the_agreed_shape() -> None:
    found = [line for path in NOTEBOOKS for line in misshapen(read(path), path.name)]
    assert not found, "\n".join(["", *found])


def test_every_stage_of_a_notebook_exists() -> None:
    stages = {path.name: read(path)["metadata"].get("salesnb", {}).get("stage", "?") for path in NOTEBOOKS}
    folder = ROOT / "salesnb" / "stages"
    missing = [f"{n}: {s}" for n, s in stages.items() if not ((folder / s).is_dir() or (folder / f"{s}.py").exists())]
    assert missing == []


def test_each_table_has_one_writer() -> None:
    assert second_writers({p.name: read(p)["metadata"]["salesnb"]["writes"] for p in NOTEBOOKS}) == []


GOOD: dict[str, Any] = {
    "metadata": {
        "kernelspec": {"name": "python3"},
        "salesnb": {"stage": "history", "periods": ["year"], "reads": [], "writes": ["history_nodes"]},
    },
    "cells": [
        {"cell_type": "markdown", "source": "# 历史\n看什么？", "metadata": {"tags": ["zh"]}},
        {"cell_type": "markdown", "source": ["# History\n", "What is asked?"], "metadata": {"tags": ["en"]}},
        {
            "cell_type": "code",
            "source": [
                'unit: str = "a"  # whose\n',
                'period: str = "2024"  # when\n',
                'as_of: str = ""  # known\n',
                'lang: str = ""  # said',
            ],
            "metadata": {"tags": ["parameters"]},
        },
        {"cell_type": "code", "source": "from salesnb.notebook import history\nb = history.open(unit)", "metadata": {}},
        {"cell_type": "markdown", "source": "## 落后\n`1 − 实际 ÷ 目标`", "metadata": {"tags": ["zh"]}},
        {"cell_type": "markdown", "source": "## Behind\n`1 − actual`", "metadata": {"tags": ["en"]}},
        {"cell_type": "code", "source": "b.panel()", "metadata": {"tags": ["interactive"]}},
        {"cell_type": "code", "source": "b.behind()", "metadata": {}},
        {"cell_type": "code", "source": 'b.write("history_nodes")', "metadata": {}},
    ],
}


def bent(cell: int, **changes: Any) -> dict[str, Any]:
    """The good notebook with one cell changed."""
    notebook = copy.deepcopy(GOOD)
    notebook["cells"][cell].update(changes)
    return notebook


def test_the_checks_can_fail() -> None:
    name = "10_history.ipynb"
    assert misshapen(GOOD, name) == []
    assert misshapen(GOOD, "10_review.ipynb")
    assert misshapen({**GOOD, "metadata": {"kernelspec": {"name": "python3"}}}, name)
    parameters = source(GOOD["cells"][2])
    for cell, text in [
        (0, "历史"),
        (0, "# History"),
        (1, "# 历史"),
        (1, "## History"),
        (1, "# History\nSales grew 12 %."),
        (4, "## 落后\n`13 − 实际`"),
        (2, 'unit = "a"  # whose'),
        (2, parameters.replace("whose", "whose = mine")),
        (2, parameters.replace("  # whose", "")),
        (2, parameters.replace('"a"', "str(1)")),
        (3, "import pandas"),
        (3, "from salesnb.stages import history"),
        (7, "def f(): ..."),
        (7, "[x for x in b]"),
        (7, "b.open('data/orders')"),
        (7, "%matplotlib inline"),
        (7, 'b.write("history_nodes")'),
        (8, 'b.write("other")'),
        (8, "b.close()"),
    ]:
        assert misshapen(bent(cell, source=text), name), text
    assert misshapen(bent(7, metadata={"tags": ["interactive"]}), name)
    assert misshapen(bent(1, metadata={"tags": ["en", "half"]}), name)
    assert misshapen(bent(7, outputs=[{"output_type": "stream"}]), name)
    assert second_writers({"a": ["t"], "b": ["t", "u"]}) == ["t: written by ['a', 'b']"]
