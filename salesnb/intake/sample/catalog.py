"""The product catalogue: three lines at three stages of their life, with list prices, costs and launches."""

from __future__ import annotations

import numpy as np
import pandas as pd

LINES = ("A", "B", "C")
LIFE = {"A": "成熟", "B": "成长", "C": "新品"}
UNIT_OF_COUNT = {"A": "只", "B": "台", "C": "套"}

# code, name, category, list price in yuan (2024), cost as share of list price, launch, popularity within the line
_PRODUCTS = (
    ("A101", "小型断路器 M1", "断路器", 26.8, 0.62, "2012-03-01", 1.6),
    ("A102", "塑壳断路器 M3", "断路器", 268.0, 0.61, "2013-05-01", 2.2),
    ("A103", "交流接触器 K2", "接触器", 96.0, 0.63, "2012-09-01", 1.9),
    ("A104", "热过载继电器 R1", "继电器", 58.5, 0.60, "2014-04-01", 1.0),
    ("A105", "按钮指示灯 L2", "主令电器", 12.6, 0.58, "2013-02-01", 0.7),
    ("A106", "导轨开关电源 P1", "电源", 142.0, 0.64, "2016-06-01", 1.3),
    ("B201", "通用变频器 V5", "变频器", 1860.0, 0.54, "2018-04-01", 2.2),
    ("B202", "风机水泵变频器 V6", "变频器", 2680.0, 0.53, "2019-03-01", 1.7),
    ("B203", "电机软启动器 S3", "软启动器", 1380.0, 0.55, "2018-09-01", 1.2),
    ("B204", "伺服驱动器 D2", "伺服", 2290.0, 0.52, "2020-05-01", 1.3),
    ("B205", "制动单元 Z1", "变频附件", 720.0, 0.56, "2019-06-01", 0.5),
    ("B206", "高性能变频器 B+", "变频器", 3450.0, 0.50, "2024-05-16", 0.6),
    ("C301", "智能配电网关 G1", "智能配电", 2150.0, 0.47, "2020-10-01", 1.7),
    ("C302", "电能管理终端 E2", "能源管理", 1280.0, 0.48, "2021-04-01", 1.4),
    ("C303", "智能断路器 M8", "智能配电", 860.0, 0.49, "2022-03-01", 1.5),
    ("C304", "边缘控制器 C4", "边缘控制", 3680.0, 0.46, "2022-09-01", 1.1),
    ("C305", "能耗管理套件 N5", "能源管理", 4980.0, 0.45, "2023-04-10", 0.9),
)

# list prices of 2021–2024 against 2024, and costs against 2024: the mature line is squeezed, costs rise slowly
PRICE_INDEX = {"A": (1.02, 1.01, 1.00, 1.00), "B": (0.98, 0.99, 1.00, 1.00), "C": (1.06, 1.04, 1.02, 1.00)}
COST_INDEX = {"A": (0.955, 0.975, 0.990, 1.0), "B": (0.985, 0.990, 0.995, 1.0), "C": (1.08, 1.05, 1.02, 1.0)}
FIRST_YEAR, LAST_YEAR = 2021, 2024
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))


def products() -> pd.DataFrame:
    """One row a product: code, name, category, line, list_fen and cost_fen (of 2024), launch (text), popularity."""
    frame = pd.DataFrame(
        _PRODUCTS, columns=["product", "name", "category", "list_yuan", "cost_share", "launch", "popularity"]
    )
    frame["line"] = frame["product"].str[0]
    frame["life"] = frame["line"].map(LIFE)
    frame["unit"] = frame["line"].map(UNIT_OF_COUNT)
    frame["list_fen"] = (frame["list_yuan"] * 100).round().astype("int64")
    frame["cost_fen"] = (frame["list_fen"] * frame["cost_share"]).round().astype("int64")
    return frame


def priced(frame: pd.DataFrame, product: np.ndarray, year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List price and unit cost in fen (int64) of product rows ``product`` (positions in ``frame``) in ``year``."""
    line = frame["line"].to_numpy()[product]
    price, cost = np.ones(len(product)), np.ones(len(product))
    for name in LINES:
        here = line == name
        price[here] = np.array(PRICE_INDEX[name])[year[here] - FIRST_YEAR]
        cost[here] = np.array(COST_INDEX[name])[year[here] - FIRST_YEAR]
    list_fen = np.rint(frame["list_fen"].to_numpy()[product] * price).astype("int64")
    cost_fen = np.rint(frame["cost_fen"].to_numpy()[product] * cost).astype("int64")
    return list_fen, cost_fen
