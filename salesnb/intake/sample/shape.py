"""The figures the company is shaped to: sales by year, node, product line, channel and kind of customer."""

from __future__ import annotations

import numpy as np

from salesnb.intake.sample.organisation import NODES, ONLINE

CHANNELS = ("直销", "经销商", "线上")
LINE_COUNT = {2021: 13_700, 2022: 14_500, 2023: 15_400, 2024: 16_600}
LINES_PER_ORDER = 1.62
RETURN_SHARE = 0.021

# net sales in yuan: 7 % growth in the last whole year; 2024 as it would run without any story
SALES = {2021: 88_160_000.0, 2022: 93_460_000.0, 2023: 100_000_000.0, 2024: 109_200_000.0}

# share of the nodes in each year's sales; the four regions hold 35 : 25 : 20 : 20 of their own 82 % in 2023
_NODE_SHARE = {
    2021: (0.2985, 0.2015, 0.1625, 0.1695, 0.0975, 0.0705),
    2022: (0.2928, 0.2032, 0.1620, 0.1670, 0.0990, 0.0760),
    2023: (0.2870, 0.2050, 0.1640, 0.1640, 0.1000, 0.0800),
    2024: (0.2758, 0.2110, 0.1732, 0.1600, 0.1000, 0.0800),
}
_LINE_SHARE = {
    2021: (0.560, 0.275, 0.165),
    2022: (0.505, 0.288, 0.207),
    2023: (0.450, 0.300, 0.250),
    2024: (0.418, 0.312, 0.270),
}
# leaning of each node towards a line, before both margins are met
_LEANING = {
    "华东": (0.95, 1.03, 1.06),
    "华南": (0.92, 1.10, 1.06),
    "中西部": (1.12, 0.92, 0.88),
    "北方": (1.08, 0.96, 0.90),
    "大客户部": (0.85, 1.02, 1.28),
    ONLINE: (1.25, 0.88, 0.68),
}
# 线上 over the whole company: 15, 18.5, 22 and 24 %; all of 线上小组 is online, the key accounts buy direct
_ONLINE_TOTAL = {2021: 0.150, 2022: 0.185, 2023: 0.220, 2024: 0.240}
_DEALER_OF_REST = {"华东": 0.36, "华南": 0.40, "中西部": 0.52, "北方": 0.50}
# sales to customers who bought for the first time that year
_NEW_SHARE = {"华东": 0.37, "华南": 0.38, "中西部": 0.36, "北方": 0.35, "大客户部": 0.12, ONLINE: 0.44}


def node_sales(year: int) -> np.ndarray:
    """Yuan of each node of ``NODES`` in ``year``."""
    return np.array(_NODE_SHARE[year]) * SALES[year]


def node_line(year: int) -> np.ndarray:
    """Yuan by node × product line: both margins met, the nodes' leanings kept as odds ratios."""
    table = np.array([_LEANING[n] for n in NODES]) * np.array(_LINE_SHARE[year])
    rows, columns = node_sales(year), np.array(_LINE_SHARE[year]) * SALES[year]
    for _ in range(60):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table


def node_channel(year: int) -> np.ndarray:
    """Yuan by node × channel (直销, 经销商, 线上)."""
    sales = node_sales(year)
    regional = sales[:4].sum()
    online = (_ONLINE_TOTAL[year] * SALES[year] - sales[NODES.index(ONLINE)]) / regional
    out = np.zeros((len(NODES), len(CHANNELS)))
    for row, node in enumerate(NODES):
        if node in _DEALER_OF_REST:
            rest = 1 - online
            out[row] = sales[row] * np.array([rest * (1 - _DEALER_OF_REST[node]), rest * _DEALER_OF_REST[node], online])
        else:
            out[row, 2 if node == ONLINE else 0] = sales[row]
    return out


def node_new(year: int) -> np.ndarray:
    """Yuan by node × (old, new) customer."""
    new = np.array([_NEW_SHARE[n] for n in NODES])
    return node_sales(year)[:, None] * np.column_stack([1 - new, new])


def line_shares(year: int) -> np.ndarray:
    """Share of each line within each node (rows sum to 1)."""
    table = node_line(year)
    return table / table.sum(axis=1, keepdims=True)
