"""What a conflict is: a smallest set of limits that cannot hold together, with the arithmetic that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from salesnb.methods.projection.problem import Problem, RowName


@dataclass(frozen=True)
class Member:
    """One row of a conflict.

    ``side``: the limit that takes part, "low" (it wants at least ``limit``) or "high" (at most). ``weight``: how often
    it counts in the contradiction, 1 for the heaviest.
    """

    row: int
    name: RowName
    side: str
    limit: float
    weight: float


@dataclass(frozen=True)
class Alike:
    """Members of one family that want the same side: to be read as one line."""

    name: str
    side: str
    rows: tuple[int, ...]
    total: float


@dataclass(frozen=True)
class Conflict:
    """Rows (and labels of cell bounds) that cannot hold together, while any of them may be dropped to make it possible.

    ``excess``: the least sum by which the rows' limits must give way, all else kept, in the unit of the cells.
    ``verified``: infeasible together and feasible without any one of them, by programmes of their own.
    """

    members: tuple[Member, ...]
    held: tuple[int, ...]
    excess: float
    verified: bool

    @property
    def rows(self) -> tuple[int, ...]:
        """The numbers of the member rows, ascending."""
        return tuple(sorted(member.row for member in self.members))

    def alike(self) -> tuple[Alike, ...]:
        """Members grouped by family and side, in the order of their first row; ratios stand alone."""
        groups: dict[tuple[str, str], list[Member]] = {}
        for member in sorted(self.members, key=lambda member: member.row):
            groups.setdefault((member.name.name, member.side), []).append(member)
        return tuple(
            Alike(name, side, tuple(member.row for member in members), sum(member.limit for member in members))
            for (name, side), members in groups.items()
        )


def member(problem: Problem, row: int, price: float, limits: tuple[float, float]) -> Member:
    """A member from the price of its row in the elastic programme (positive: the lower limit)."""
    side = "low" if price > 0 else "high"
    return Member(row, problem.row_name(row), side, limits[0] if price > 0 else limits[1], abs(price))
