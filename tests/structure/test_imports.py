"""The house: who may import whom, nothing heavy at import time, rooms rather than shelves, modules of readable size."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.structure.parsed import last_name, nodes, parsed

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salesnb"

# DESIGN, "The house". A module directly under salesnb/ belongs to the command line (cli).
ARROWS = {
    "model": set(),
    "methods": {"model"},
    "stages": {"model", "methods"},
    "intake": {"model"},
    "report": {"model"},
    "versions": {"model"},
    "notebook": {"model", "intake", "stages", "report", "versions"},
    "runs": {"model", "report", "versions"},
    "cli": {"model", "runs", "intake", "versions"},
}
HEAVY = {
    "docx",
    "duckdb",
    "highspy",
    "ibis",
    "matplotlib",
    "nbconvert",
    "openpyxl",
    "papermill",
    "python_calamine",
    "scipy",
    "xlsxwriter",
}
# A module that extends a library is imported by that library, through its entry point.
EXTENDS = {"salesnb.runs.engine": {"papermill"}}
SHELVES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "lib"}
MODULE_LINES, FUNCTION_LINES, ARGUMENTS = 400, 70, 8


@dataclass(frozen=True)
class Import:
    """One imported module, in full, and whether it is imported when its file is."""

    name: str
    line: int
    eager: bool


def imports(source: str, module: str, is_package: bool = False) -> tuple[Import, ...]:
    """Every import of a file, relative ones resolved; those for type checkers only are not eager."""
    return _all_imports(source, module, is_package)


@cache
def _all_imports(source: str, module: str, is_package: bool) -> tuple[Import, ...]:
    return tuple(_imports(parsed(source), module, is_package, eager=True))


def _imports(node: ast.AST, module: str, is_package: bool, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, eager) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            parents = module.split(".") if is_package else module.split(".")[:-1]
            above = parents[: len(parents) - child.level + 1] if child.level else []
            base = ".".join([*above, *([child.module] if child.module else [])])
            yield from (Import(f"{base}.{alias.name}", child.lineno, eager) for alias in child.names)
        elif isinstance(child, ast.Call) and last_name(child.func) == "import_module":
            yield from (Import(str(a.value), child.lineno, eager) for a in child.args if isinstance(a, ast.Constant))
        deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing_only = isinstance(child, ast.If) and last_name(child.test) == "TYPE_CHECKING"
        yield from _imports(child, module, is_package, eager and not deferred and not typing_only)


def room(module: str) -> str:
    """The room of a dotted module of ours."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ARROWS else "cli"


def wrong_arrows(source: str, module: str, is_package: bool = False) -> list[str]:
    """Imports between rooms that DESIGN does not draw, and stages that import a stage."""
    mine = room(module)
    found = []
    for used in imports(source, module, is_package):
        parts = used.name.split(".")
        if parts[0] != "salesnb" or len(parts) < 2:
            continue
        theirs = room(used.name)
        if theirs != mine and theirs not in ARROWS[mine]:
            found.append(f"{module}:{used.line}: {mine} imports {theirs} ({used.name})")
        if mine == theirs == "stages" and parts[2:3] != module.split(".")[2:3]:
            found.append(f"{module}:{used.line}: a stage imports a stage ({used.name}); they meet as tables")
    return found


def heavy_imports(source: str, module: str) -> list[str]:
    """Libraries that cost start-up time and are imported when the module is."""
    return [
        f"{module}:{used.line}: {used.name} at import time; import it inside the function"
        for used in imports(source, module)
        if used.eager and used.name.split(".")[0] in HEAVY - EXTENDS.get(module, set())
    ]


def too_large(source: str, module: str) -> list[str]:
    """Modules, functions and parameter lists past the hard limits."""
    lines = len(source.splitlines())
    found = [f"{module}: {lines} lines (limit {MODULE_LINES})"] if lines > MODULE_LINES else []
    for node in nodes(source):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len([name for name in names if name not in ("self", "cls")])
        if length > FUNCTION_LINES:
            found.append(f"{module}:{node.lineno}: {node.name} has {length} lines (limit {FUNCTION_LINES})")
        if count > ARGUMENTS:
            found.append(f"{module}:{node.lineno}: {node.name} has {count} arguments (limit {ARGUMENTS})")
    return found


def undeclared(source: str, module: str, declared: set[str]) -> list[str]:
    """Third-party imports whose distribution pyproject.toml does not name."""
    owners = distributions()
    found = []
    for used in imports(source, module):
        top = used.name.split(".")[0]
        if top in sys.stdlib_module_names or top in ("salesnb", ""):
            continue
        if not {plain_name(owner) for owner in owners.get(top, [top])} & declared:
            found.append(f"{module}:{used.line}: {top} is imported but not a dependency in pyproject.toml")
    return found


@cache
def distributions() -> Mapping[str, list[str]]:
    """Import name → the distributions that hold it."""
    return importlib.metadata.packages_distributions()


def plain_name(requirement: str) -> str:
    """The normalised distribution name of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;@]", requirement.strip(), maxsplit=1)[0]).lower()


def modules() -> Iterator[tuple[str, str, bool]]:
    """Dotted name, source and whether it is a package, of every module of ours."""
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        is_package = dotted.endswith(".__init__")
        yield dotted.removesuffix(".__init__"), path.read_text(encoding="utf-8"), is_package


def say(found: list[str]) -> None:
    """Fail with every line found."""
    assert not found, "\n".join(["", *found])


def test_imports_follow_the_arrows() -> None:
    say([line for module, source, package in modules() for line in wrong_arrows(source, module, package)])


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    say([line for module, source, _ in modules() for line in heavy_imports(source, module)])


def test_modules_and_functions_stay_readable() -> None:
    say([line for module, source, _ in modules() for line in too_large(source, module)])


def test_folders_and_modules_are_rooms_not_shelves() -> None:
    parts = {part for module, _, _ in modules() for part in module.split(".")}
    assert parts & SHELVES == set()


def test_every_room_has_its_arrows() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms - set(ARROWS) == set()


def test_what_is_imported_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["cluster"], *extras["postgres"], *extras["spark"]]
    declared = {plain_name(requirement) for requirement in asked}
    say([line for module, source, _ in modules() for line in undeclared(source, module, declared)])


def test_the_checks_can_fail() -> None:
    assert wrong_arrows("from salesnb.report import page", "salesnb.model.money")
    assert wrong_arrows("from ..intake import facts", "salesnb.stages.history")
    assert wrong_arrows("import salesnb.notebook", "salesnb.runs.dag")
    assert wrong_arrows("from salesnb.stages.funnel import rates", "salesnb.stages.history")
    assert wrong_arrows("from . import funnel", "salesnb.stages.history")
    assert wrong_arrows("from .. import funnel", "salesnb.stages.history", is_package=True)
    assert wrong_arrows("import importlib\nimportlib.import_module('salesnb.runs')", "salesnb.versions.index")
    assert not wrong_arrows("from salesnb.stages.history.bridge import steps", "salesnb.stages.history.share")
    assert not wrong_arrows("from . import bridge", "salesnb.stages.history", is_package=True)
    assert not wrong_arrows("from salesnb.methods import lmdi\nimport pandas", "salesnb.stages.history")
    assert heavy_imports("class A:\n    import duckdb", "m")
    assert heavy_imports("try:\n    from matplotlib import font_manager\nexcept ImportError:\n    pass", "m")
    assert not heavy_imports("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import duckdb", "m")
    assert not heavy_imports("def f():\n    import duckdb", "m")
    assert too_large("x = 1\n" * (MODULE_LINES + 1), "m")
    assert too_large("def f():\n" + "    x = 1\n" * FUNCTION_LINES, "m")
    assert too_large("def f(a, b, c, d, e, f, g, h, *, i): ...", "m")
    assert not too_large("def f(self, a, b, c, d, e, f, g, *, h): ...", "m")
    assert undeclared("import hypothesis", "m", {"pandas"})
    assert not undeclared("import pandas.api\nimport json", "m", {"pandas"})
