"""What each way out of a contradiction costs whom: changes against the plan, or targets where there is none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.decomposition_rules import alike

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.notebook.decomposition_book import PlanBook


def cost_table(nodes: pd.DataFrame, dimension: str, book: PlanBook) -> Markup:
    """Nodes down: the target now, and the change under each proposal."""
    from salesnb.notebook.decomposition import DIMENSIONS
    from salesnb.report.tables import Options, Show, render

    lang, label = book.lang, DIMENSIONS[dimension]
    own = book.called(nodes[nodes["dimension"] == dimension], dimension)
    if book.undecided is not None:
        return _trial_costs(own, dimension, book)
    wide = own.pivot_table("change_minor", "node_id", "proposal_no", "sum")
    shown = alike(book.explanation.changes)
    wide = wide[[number for number in wide.columns if int(number) in shown]]
    numbers = [int(number) for number in wide.columns]
    wide.columns = [f"change_{number}" for number in numbers]
    first = own.drop_duplicates("node_id").set_index("node_id")[["name", "before_minor"]]
    rows = (
        first.join(wide).reset_index().sort_values(["before_minor", "node_id"], ascending=[False, True], kind="stable")
    )
    shows = [Show(Column("name", "text", label)), Show(contract("rule_proposal_nodes").column("before_minor"))]
    for number in numbers:
        shows.append(
            Show(
                Column(f"change_{number}", "minor", Text(f"办法 {number}", f"Way {number}"), unit="money"), signed=True
            )
        )
    caption = Text(f"各办法对{label.zh}目标的影响", f"Effect of each way on targets by {label.en.lower()}").get(lang)
    return render(rows, shows, lang, book.unit_shown, Options(caption=caption))


def _trial_costs(own: pd.DataFrame, dimension: str, book: PlanBook) -> Markup:
    """While nothing is decided: last year, and the target that each way out would give every node."""
    from salesnb.notebook.decomposition import DIMENSIONS
    from salesnb.report.tables import Options, Show, render

    label = DIMENSIONS[dimension]
    shown = [number for number in sorted(own["proposal_no"].unique()) if int(number) in alike(book.explanation.changes)]
    wide = own.pivot_table("after_minor", ["node_id", "name"], "proposal_no", "sum")[shown]
    wide.columns = [f"way_{int(number)}" for number in shown]
    base = book.built.cube.base.groupby(dimension)["net_minor"].sum()
    rows = wide.reset_index()
    rows["base"] = rows["node_id"].map(base).fillna(0).astype("int64")
    rows = rows.sort_values(["base", "node_id"], ascending=[False, True], kind="stable")
    total: dict[str, Any] = {name: int(rows[name].sum()) for name in ("base", *wide.columns)}
    total["name"] = book.say(Text("公司", "Company"))
    shows = [
        Show(Column("name", "text", label)),
        Show(Column("base", "minor", Text("上年同期", "Last year"), unit="money")),
        *(Show(Column(f"way_{int(n)}", "minor", Text(f"办法 {int(n)}", f"Way {int(n)}"), unit="money")) for n in shown),
    ]
    caption = Text(f"采纳各办法时{label.zh}的目标", f"Targets by {label.en.lower()} under each way").get(book.lang)
    return render(rows, shows, book.lang, book.unit_shown, Options(caption=caption, total=total))
