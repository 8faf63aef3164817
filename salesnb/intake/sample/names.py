"""Words that company names are made of. Every company here is invented; a likeness is chance."""

from __future__ import annotations

import numpy as np

CITIES: dict[str, tuple[tuple[str, str], ...]] = {
    "华东": (
        ("上海", "上海"),
        ("江苏", "苏州"),
        ("江苏", "无锡"),
        ("江苏", "南京"),
        ("江苏", "常州"),
        ("浙江", "杭州"),
        ("浙江", "宁波"),
        ("浙江", "温州"),
        ("安徽", "合肥"),
    ),
    "华南": (
        ("广东", "广州"),
        ("广东", "深圳"),
        ("广东", "佛山"),
        ("广东", "东莞"),
        ("广东", "中山"),
        ("广西", "南宁"),
        ("福建", "厦门"),
        ("福建", "泉州"),
    ),
    "中西部": (
        ("湖北", "武汉"),
        ("湖南", "长沙"),
        ("河南", "郑州"),
        ("四川", "成都"),
        ("重庆", "重庆"),
        ("陕西", "西安"),
        ("江西", "南昌"),
        ("贵州", "贵阳"),
    ),
    "北方": (
        ("北京", "北京"),
        ("天津", "天津"),
        ("山东", "济南"),
        ("山东", "青岛"),
        ("河北", "石家庄"),
        ("辽宁", "沈阳"),
        ("辽宁", "大连"),
        ("山西", "太原"),
    ),
}
INDUSTRIES = ("机械装备", "建筑机电", "市政水务", "石油化工", "新能源", "数据中心", "轨道交通", "食品医药")
_TRADE = {
    "机械装备": "机械设备",
    "建筑机电": "机电工程",
    "市政水务": "水务设备",
    "石油化工": "化工装备",
    "新能源": "新能源科技",
    "数据中心": "数据科技",
    "轨道交通": "轨道装备",
    "食品医药": "食品机械",
}
_FIRST = "恒瑞宏博启泰嘉佳安卓凯鼎华众德盛金汇远润旭诚正隆东亿百弘利海新元"
_SECOND = "达信源通辉康力创翔腾盛峰业泽宇航丰森越联隆晟邦航铭昌科"
_FORM = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")


def cities(node: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Province and city for each row; units beside the regions have customers everywhere."""
    everywhere = tuple(pair for pairs in CITIES.values() for pair in pairs)
    draws = rng.random(len(node))
    pairs = [(pool := CITIES.get(n, everywhere))[int(u * len(pool))] for n, u in zip(node, draws, strict=True)]
    return [p for p, _ in pairs], [c for _, c in pairs]


def company_names(city: list[str], industry: list[str], rng: np.random.Generator) -> list[str]:
    """Distinct names such as 苏州恒达机械设备有限公司; a name that is taken gets another pair of characters."""
    draws = rng.random((len(city), 3))
    taken: set[str] = set()
    out = []
    for place, trade, (a, b, c) in zip(city, industry, draws.tolist(), strict=True):
        first, second = int(a * len(_FIRST)), int(b * len(_SECOND))
        form = _FORM[int(c * len(_FORM))]
        while (name := f"{place}{_FIRST[first]}{_SECOND[second]}{_TRADE[trade]}{form}") in taken:
            second = (second + 1) % len(_SECOND)
            first = (first + 1) % len(_FIRST)
        taken.add(name)
        out.append(name)
    return out
