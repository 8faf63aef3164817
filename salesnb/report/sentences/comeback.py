"""What stands behind the chance of a cell or of a dealer that stopped: cases of the company's own history."""

from __future__ import annotations

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing

WHO = {
    "slice": Text("交叉单元", "Cells"),
    "silent": Text("停止进货的经销商", "Dealers that stopped"),
}
BACK = {
    "slice": Text("在其后 {} 个月内赶上公司的整体进度", "caught up with the company's pace within {} months"),
    "silent": Text("在其后 {} 个月内恢复进货", "ordered again within {} months"),
}


def behind(alerts: pd.DataFrame, lang: str) -> str:
    """One sentence a kind of alert: how many like cases there were, when, and how many came back; or that too few were.

    ``alerts``: ``review_alerts``. Nothing where no alert is counted so.
    """
    counted = alerts[alerts["alike_count"].notna()].sort_values(["kind", "alert"], kind="stable")
    said = []
    for kind, who in WHO.items():
        own = counted[counted["kind"] == kind]
        cases = dict.fromkeys(_case(row, kind, lang) for _, row in own.iterrows())
        if cases:
            said.append(Text(f"{who.zh}：{'，或'.join(cases)}。", f"{who.en}: {'; or '.join(cases)}.").get(lang))
    return " ".join(said)


def _case(row: pd.Series, kind: str, lang: str) -> str:
    count = int(row["alike_count"])
    if not count:
        return Text("历史上没有同样的情形，不给追回概率", "no like case before, so no chance is given").get(lang)
    first, last = str(row["alike_first_month"]), str(row["alike_last_month"])
    when = Text(first if first == last else f"{first} 至 {last}", first if first == last else f"{first} to {last}")
    back, within = int(row["back_count"]), int(row["within_count"])
    came = Text(BACK[kind].zh.format(within), BACK[kind].en.format(within))
    few = is_missing(row["recover_rate"])
    more = Text("；例数太少，不给追回概率" if few else "", "; too few for a chance" if few else "")
    return Text(
        f"历史上同样的情形 {count} 例（{when.zh}），{back} 例{came.zh}{more.zh}",
        f"{count} like case{'s' * (count != 1)} before ({when.en}), {back} {came.en}{more.en}",
    ).get(lang)
