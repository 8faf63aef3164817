"""The sales organisation: four regions, two units beside them that report to the director, teams, posts and people.

A *seat* is a territory with its customers; people hold seats one after the other, so that a leaver's customers go to
the successor and a person who moves keeps his history where it was earned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

REGIONS = ("华东", "华南", "中西部", "北方")
KEY_ACCOUNTS, ONLINE = "大客户部", "线上小组"
NODES = (*REGIONS, KEY_ACCOUNTS, ONLINE)
HEAD = "总部"
DIRECTOR = "XS001"
ROSTER_DAY = "2024-07-01"

TEAMS: dict[str, tuple[str, ...]] = {
    "华东": ("上海办事处", "杭州办事处", "南京办事处"),
    "华南": ("广州办事处", "深圳办事处"),
    "中西部": ("武汉办事处", "成都办事处", "西安办事处"),
    "北方": ("北京办事处", "济南办事处", "沈阳办事处"),
    KEY_ACCOUNTS: (KEY_ACCOUNTS,),
    ONLINE: (ONLINE,),
}


@dataclass(frozen=True)
class Post:
    """One person on one seat for a time. ``weight`` is the seat's size, an empty ``end`` means still there."""

    seat: str
    person: str
    name: str
    role: str
    team: str
    weight: float
    start: str
    end: str = ""
    hired: str = ""
    beside: bool = False  # looked after beside a seat of his own: no change of post


MANAGER, SENIOR, REP = "区域经理", "高级业务员", "业务员"
_BEFORE = "2021-01-01"

POSTS: tuple[Post, ...] = (
    Post("E0", "XS010", "陈建华", MANAGER, "上海办事处", 0.80, "2018-03-05"),
    Post("E1", "XS011", "林晓东", REP, "上海办事处", 1.00, "2019-05-13"),
    Post("E2", "XS012", "王磊", REP, "上海办事处", 1.10, "2020-02-17"),
    Post("E3", "XS013", "张倩", SENIOR, "上海办事处", 1.45, "2017-08-07"),
    Post("E4", "XS014", "李思远", SENIOR, "杭州办事处", 1.40, "2018-09-10"),
    Post("E5", "XS015", "赵一鸣", REP, "杭州办事处", 0.85, "2021-06-07"),
    Post("E6", "XS016", "徐丽", REP, "南京办事处", 1.05, "2019-03-18"),
    Post("E7", "XS017", "丁航", REP, "南京办事处", 0.95, "2019-11-04", "2023-03-31"),
    Post("E7", "XS021", "许诺", REP, "南京办事处", 0.95, "2023-04-03"),
    Post("E8", "XS018", "何敏", REP, "杭州办事处", 0.90, "2018-06-04", "2022-08-31"),
    Post("E8", "XS019", "高翔", REP, "杭州办事处", 0.90, "2022-09-05"),
    Post("E9", "XS020", "马晨", REP, "上海办事处", 0.45, "2024-03-04"),
    Post("S0", "XS030", "黄国强", MANAGER, "广州办事处", 0.80, "2017-04-10"),
    Post("S1", "XS031", "梁伟", SENIOR, "广州办事处", 1.40, "2018-07-02"),
    Post("S2", "XS032", "陈婷", REP, "广州办事处", 1.05, "2020-03-02"),
    Post("S3", "XS033", "罗俊", SENIOR, "深圳办事处", 1.45, "2017-10-16"),
    Post("S4", "XS034", "谢雨桐", REP, "深圳办事处", 1.00, "2019-09-02"),
    Post("S5", "XS035", "邓凯", REP, "深圳办事处", 0.90, "2019-02-18", "2023-06-30"),
    Post("S5", "XS036", "冯子豪", REP, "深圳办事处", 0.90, "2023-07-03"),
    Post("S6", "XS037", "曾嘉仪", REP, "广州办事处", 0.80, "2021-09-06"),
    Post("M0", "XS040", "刘宏伟", MANAGER, "武汉办事处", 0.75, "2018-01-08"),
    Post("M1", "XS041", "杨帆", REP, "武汉办事处", 1.05, "2019-07-01"),
    Post("M2", "XS042", "郭强", SENIOR, "成都办事处", 1.40, "2018-04-09"),
    Post("M3", "XS043", "唐欣", REP, "成都办事处", 0.95, "2020-06-01"),
    Post("M4", "XS044", "向阳", REP, "武汉办事处", 0.85, "2022-03-07"),
    Post("M5", "XS045", "田静", REP, "西安办事处", 0.45, "2024-04-08"),
    Post("N0", "XS050", "赵立军", MANAGER, "北京办事处", 0.75, "2016-11-07"),
    Post("N1", "XS051", "孟凡", SENIOR, "北京办事处", 1.40, "2018-05-14"),
    Post("N2", "XS052", "宋佳", REP, "北京办事处", 1.00, "2020-04-13"),
    Post("N3", "XS053", "姜涛", REP, "济南办事处", 1.05, "2019-08-05", "2024-08-30"),
    Post("N4", "XS054", "于洋", REP, "沈阳办事处", 0.95, "2019-10-08"),
    Post("N5", "XS055", "崔鹏", REP, "济南办事处", 0.80, "2022-05-09"),
    Post("N6", "XS017", "丁航", SENIOR, "北京办事处", 0.60, "2023-04-01", "", "2019-11-04"),
    Post("N3", "XS055", "崔鹏", REP, "济南办事处", 1.05, "2024-08-31", beside=True),
    Post("K0", "XS060", "沈文博", "大客户部经理", KEY_ACCOUNTS, 1.20, "2016-05-09"),
    Post("K1", "XS061", "吴昊", "大客户经理", KEY_ACCOUNTS, 1.10, "2019-01-07"),
    Post("K2", "XS062", "叶青", "大客户经理", KEY_ACCOUNTS, 0.90, "2022-01-10"),
    Post("O0", "XS070", "陆佳怡", "线上主管", ONLINE, 1.20, "2019-06-03"),
    Post("O1", "XS071", "程一凡", "线上运营", ONLINE, 1.00, "2020-08-03"),
    Post("O2", "XS072", "白露", "线上运营", ONLINE, 0.60, "2023-02-13"),
)

_NODE_OF_TEAM = {team: node for node, teams in TEAMS.items() for team in teams}
_MANAGER_OF = {
    "华东": "XS010",
    "华南": "XS030",
    "中西部": "XS040",
    "北方": "XS050",
    KEY_ACCOUNTS: "XS060",
    ONLINE: "XS070",
}
_RAMP_MONTHS, _RAMP_START = 12, 0.35
_HANDOVER_MONTHS, _HANDOVER_START = 4, 0.85


def node_of(team: str) -> str:
    """The region or unit a team belongs to."""
    return _NODE_OF_TEAM[team]


def seats() -> pd.DataFrame:
    """One row a seat, sorted: seat, node, team, weight, opened (datetime64[D])."""
    rows: dict[str, tuple[str, str, str, float, str]] = {}
    for post in POSTS:
        rows.setdefault(post.seat, (post.seat, node_of(post.team), post.team, post.weight, max(post.start, _BEFORE)))
    frame = pd.DataFrame(sorted(rows.values()), columns=["seat", "node", "team", "weight", "opened"])
    frame["opened"] = frame["opened"].astype("datetime64[s]")
    return frame


def holder(seat: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Who holds each ``seat`` (text) on each ``day`` (datetime64[D]); between two holders the manager steps in."""
    out = np.full(len(seat), "", dtype=object)
    for post in POSTS:
        own = seat == post.seat
        out[own & (day >= np.datetime64(post.start))] = post.person
        if post.end:
            out[own & (day > np.datetime64(post.end))] = _MANAGER_OF[node_of(post.team)]
    return out


def strength(seat_names: list[str], months: np.ndarray) -> np.ndarray:
    """Seat × month factors (0…1): new territories ramp up over a year, a successor needs four months."""
    out = np.zeros((len(seat_names), len(months)))
    for row, seat in enumerate(seat_names):
        for number, post in enumerate(p for p in POSTS if p.seat == seat):
            begin = np.datetime64(post.start[:7], "M")
            age = (months - begin).astype(int)
            length, floor = (_HANDOVER_MONTHS, _HANDOVER_START) if number else (_RAMP_MONTHS, _RAMP_START)
            grown = np.minimum(1.0, floor + (1 - floor) * age / length)
            out[row] = np.where(age >= 0, grown, out[row])
    return out


def roster() -> pd.DataFrame:
    """People as the personnel office lists them on ``ROSTER_DAY``: one row a post, later changes not yet known."""
    rows = [(DIRECTOR, "周志远", "销售总监", HEAD, HEAD, "2015-06-01", "", "2015-06-01", "", "")]
    for post in POSTS:
        if post.beside:
            continue
        hired = post.hired or post.start
        moved = post.person == "XS017"
        end = post.end if post.end <= ROSTER_DAY else ""
        left = "" if moved else end
        node = node_of(post.team)
        boss = DIRECTOR if post.person == _MANAGER_OF[node] else _MANAGER_OF[node]
        rows.append((post.person, post.name, post.role, node, post.team, post.start, end, hired, left, boss))
    names = ["工号", "姓名", "岗位", "区域", "办事处", "任职起", "任职止", "入职日期", "离职日期", "直属上级工号"]
    return pd.DataFrame(rows, columns=names).sort_values(["工号", "任职起"], kind="stable").reset_index(drop=True)
