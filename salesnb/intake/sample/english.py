"""How the sample's invented company names read in English: a list beside its exports, as a company would keep one."""

from __future__ import annotations

import re

import pandas as pd

from salesnb.intake.sample.orders import World

_CITIES = {
    "上海": "Shanghai", "苏州": "Suzhou", "无锡": "Wuxi", "南京": "Nanjing", "常州": "Changzhou", "杭州": "Hangzhou",
    "宁波": "Ningbo", "温州": "Wenzhou", "合肥": "Hefei", "广州": "Guangzhou", "深圳": "Shenzhen", "佛山": "Foshan",
    "东莞": "Dongguan", "中山": "Zhongshan", "南宁": "Nanning", "厦门": "Xiamen", "泉州": "Quanzhou", "武汉": "Wuhan",
    "长沙": "Changsha", "郑州": "Zhengzhou", "成都": "Chengdu", "重庆": "Chongqing", "西安": "Xi'an",
    "南昌": "Nanchang", "贵阳": "Guiyang", "北京": "Beijing", "天津": "Tianjin", "济南": "Jinan", "青岛": "Qingdao",
    "石家庄": "Shijiazhuang", "沈阳": "Shenyang", "大连": "Dalian", "太原": "Taiyuan",
}  # fmt: skip
_SOUNDS = {
    "恒": "heng", "瑞": "rui", "宏": "hong", "博": "bo", "启": "qi", "泰": "tai", "嘉": "jia", "佳": "jia", "安": "an",
    "卓": "zhuo", "凯": "kai", "鼎": "ding", "华": "hua", "众": "zhong", "德": "de", "盛": "sheng", "金": "jin",
    "汇": "hui", "远": "yuan", "润": "run", "旭": "xu", "诚": "cheng", "正": "zheng", "隆": "long", "东": "dong",
    "亿": "yi", "百": "bai", "弘": "hong", "利": "li", "海": "hai", "新": "xin", "元": "yuan", "达": "da", "信": "xin",
    "源": "yuan", "通": "tong", "辉": "hui", "康": "kang", "力": "li", "创": "chuang", "翔": "xiang", "腾": "teng",
    "峰": "feng", "业": "ye", "泽": "ze", "宇": "yu", "航": "hang", "丰": "feng", "森": "sen", "越": "yue",
    "联": "lian", "晟": "sheng", "邦": "bang", "铭": "ming", "昌": "chang", "科": "ke",
}  # fmt: skip
_TRADES = {
    "机械设备": "Machinery", "机电工程": "Building Services", "水务设备": "Water Equipment",
    "化工装备": "Chemical Equipment", "新能源科技": "New Energy", "数据科技": "Data Technology",
    "轨道装备": "Rail Equipment", "食品机械": "Food Machinery", "电气经销": "Electric Trading",
}  # fmt: skip
_FORMS = {"股份有限公司": "Inc.", "集团有限公司": "Group", "有限公司": "Co., Ltd."}
_NAME = re.compile(f"({'|'.join(_CITIES)})(..)({'|'.join(_TRADES)})({'|'.join(_FORMS)})")


def english_name(name: str) -> str:
    """苏州恒达机械设备有限公司 → Suzhou Hengda Machinery Co., Ltd.; empty for a name that is not one of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return ""
    city, brand, trade, form = found.groups()
    sound = "".join(_SOUNDS[letter] for letter in brand).capitalize()
    return f"{_CITIES[city]} {sound} {_TRADES[trade]} {_FORMS[form]}"


def names(world: World) -> pd.DataFrame:
    """Customers and dealers: as in the exports, in English."""
    known = sorted({*world.customers["name"], *world.dealers["name"]})
    return pd.DataFrame({"名称": known, "English": [english_name(name) for name in known]})
