"""Which sums contain which: the families, and every partition that two of them have in common.

Two families that cross (region × product and region × quarter) still share the sums of their finest common coarsening
(region): whole numbers for both must agree there. So the partitions are closed under that operation, and whole margins
are chosen from the coarsest down, each within the coarser ones that cover it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from salesnb.methods.projection.problem import Ints

_MOST_NODES = 80


@dataclass(eq=False)
class Node:
    """A partition of the cells. ``of``: family number → (groups of it,) part of this node, for families that refine it.

    Parts are numbered by their first cell, so equal partitions have equal maps. ``family``: the families it stands for.
    """

    size: int
    of: dict[int, Ints]
    families: list[int] = field(default_factory=list)


class Lattice:
    """All nodes over some families, coarsest first; ``groups[f]``: (cells,), every cell in a group of every family.

    By id of a node: ``finer``, the nodes that refine it with the part of it each of their parts is in; ``covers``, the
    finest of the nodes it refines with the part of each that its parts are in.
    """

    def __init__(self, groups: list[Ints], sizes: list[int]) -> None:
        self.groups, self.sizes = groups, sizes
        self._pairs = {
            (f, g): _distinct_pairs(groups[f], groups[g], sizes[f], sizes[g])
            for f in range(len(sizes))
            for g in range(f + 1, len(sizes))
        }
        self.nodes: list[Node] = []
        self._by_maps: dict[tuple[tuple[int, bytes], ...], Node] = {}
        for f, size in enumerate(sizes):
            self._add(Node(size, {f: np.arange(size)}, [f]))
        self._add(Node(1, {f: np.zeros(size, np.int64) for f, size in enumerate(sizes)}))
        self._close()
        self.nodes.sort(key=lambda node: (node.size, min(node.families, default=-1)))
        self.finer = {id(node): self._finer(node) for node in self.nodes}
        self.covers = {id(node): self._covers(node) for node in self.nodes}

    def _pair(self, f: int, g: int) -> tuple[Ints, Ints]:
        if f == g:
            every = np.arange(self.sizes[f])
            return every, every
        if f < g:
            return self._pairs[f, g]
        second, first = self._pairs[g, f]
        return first, second

    def _add(self, node: Node) -> None:
        """Take a node in, unless the same partition is there; find all families that refine it."""
        f, parts = next(iter(node.of.items()))
        for g in range(len(self.sizes)):
            if g in node.of or self.sizes[g] < node.size:  # fewer groups than parts cannot refine them
                continue
            in_f, in_g = self._pair(f, g)
            found = np.full(self.sizes[g], -1)
            found[in_g] = parts[in_f]
            if (found[in_g] == parts[in_f]).all():
                node.of[g] = found
        maps = tuple((g, node.of[g].astype(np.int64).tobytes()) for g in sorted(node.of))
        same = self._by_maps.setdefault(maps, node)
        if same is not node:
            same.families += node.families
            return
        self.nodes.append(node)

    def _close(self) -> None:
        at = 0
        while at < len(self.nodes) and len(self.nodes) < _MOST_NODES:
            for other in self.nodes[:at]:
                self._add(self._common(self.nodes[at], other))
            at += 1

    def _common(self, first: Node, second: Node) -> Node:
        """The finest partition that both refine: parts that share a cell grow together."""
        f, first_parts = next(iter(first.of.items()))
        g, second_parts = next(iter(second.of.items()))
        in_f, in_g = self._pair(f, g)
        a, b = first_parts[in_f], second_parts[in_g]
        label = np.arange(first.size)
        while True:
            other = np.full(second.size, first.size)
            np.minimum.at(other, b, label[a])
            reached = label.copy()
            np.minimum.at(reached, a, other[b])
            if (reached == label).all():
                break
            label = reached
        kept, number = np.unique(label, return_inverse=True)
        return Node(len(kept), {f: number[first_parts]})

    def _refines(self, fine: Node, coarse: Node) -> Ints | None:
        """(parts of ``fine``,) the part of ``coarse`` each lies in; None where one crosses the other."""
        f, parts = next(iter(fine.of.items()))
        if f not in coarse.of:
            return None
        inside = np.zeros(fine.size, np.int64)
        inside[parts] = coarse.of[f]
        return inside if (inside[parts] == coarse.of[f]).all() else None

    def _finer(self, node: Node) -> list[tuple[Node, Ints]]:
        """All other nodes that refine ``node``, and the part of it that each of theirs lies in."""
        found = [(other, self._refines(other, node)) for other in self.nodes if other is not node]
        return [(other, inside) for other, inside in found if inside is not None]

    def _covers(self, node: Node) -> list[tuple[Node, Ints]]:
        """The coarser nodes that no other coarser node refines, with the part of each that a part of ``node`` is in."""
        coarser = [
            (other, inside)
            for other in self.nodes
            for finer, inside in self.finer[id(other)]
            if finer is node and other is not node
        ]
        names = {id(other) for other, _ in coarser}
        return [
            (other, inside)
            for other, inside in coarser
            if not any(id(finer) in names for finer, _ in self.finer[id(other)])
        ]

    @cached_property
    def finest(self) -> list[Node]:
        """Nodes of families that no node of a family refines."""
        return [n for n in self.nodes if n.families and not any(other.families for other, _ in self.finer[id(n)])]


def _distinct_pairs(first: Ints, second: Ints, first_size: int, second_size: int) -> tuple[Ints, Ints]:
    key = first * second_size + second
    if first_size * second_size <= 16 * len(first) + 1024:
        pairs = np.flatnonzero(np.bincount(key, minlength=first_size * second_size))
    else:
        pairs = np.unique(key)
    return pairs // second_size, pairs % second_size
