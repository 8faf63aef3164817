"""A source file parsed once for the checks that look at it in turn: parsing takes longer than checking."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=1)  # trees of the whole package would only slow the collector down
def parsed(source: str) -> ast.Module:
    """The syntax tree of ``source``; the checks only look at it."""
    return ast.parse(source)


@lru_cache(maxsize=1)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """All nodes of the tree."""
    return tuple(ast.walk(parsed(source)))


def last_name(node: ast.AST) -> str:
    """``f`` of ``f`` and of ``a.b.f``; empty for an expression that ends in no name."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
