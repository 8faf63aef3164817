"""Tables of a plan: its cells, what became of every rule, contradictions and proposals, the proof that it adds up."""

from __future__ import annotations

from salesnb.model.contracts import target_views
from salesnb.model.contracts.columns import count, flag, ident, money, number, rate, words
from salesnb.model.contracts.facts import (
    CHANNEL,
    CURRENCY,
    CUSTOMER_TYPE,
    LINE_OF_PRODUCT,
    MONTH,
    PERSON,
    PRODUCT,
    REGION,
    TEAM,
)
from salesnb.model.contracts.history import DIMENSION, NODE
from salesnb.model.contracts.target_columns import BASE, IN_TERMS, MEASURE, PLAN, RULE, RULE_TEXT, STRENGTH, TARGET
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

TARGET_CELLS = TableContract(
    "target_cells",
    (
        "plan",
        "region_id",
        "team_id",
        "person_id",
        "product_line",
        "product_id",
        "customer_type",
        "channel_id",
        "customer_id",
        "month",
    ),
    (
        PLAN,
        REGION,
        TEAM,
        PERSON,
        LINE_OF_PRODUCT,
        PRODUCT,
        CUSTOMER_TYPE,
        CHANNEL,
        ident("customer_id", "指名客户", "Named account"),
        MONTH,
        CURRENCY,
        TARGET,
        Column(
            "basis",
            "id",
            Text("业绩口径", "Basis"),
            definition=Text("按哪个日期、是否含税、退货怎么算", "by which date, tax in or out, returns"),
        ),
    ),
    Text("目标单元", "Target cells"),
)

RULE_STATUS = TableContract(
    "rule_status",
    ("rule_id",),
    (
        RULE,
        RULE_TEXT,
        words("by", "提出人", "Set by"),
        words("reference", "依据", "Reference"),
        STRENGTH,
        number("weight", "权重", "Weight"),
        MEASURE,
        ident("relation", "关系", "Relation"),
        number("asked_low", "要求下限", "At least", *IN_TERMS),
        number("asked_high", "要求上限", "At most", *IN_TERMS),
        number("achieved", "方案结果", "In the plan", *IN_TERMS),
        Column(
            "status",
            "id",
            Text("状态", "Status"),
            definition=Text(
                "binding 起作用 / slack 有余地 / implied 永远到不了 / redundant 已被其他规则包含 / relaxed 已让步 / "
                "no_base 无上年基数 / no_cells 无对应单元 / elsewhere 另处核算",
                "binding / slack / implied: never reached / redundant: said by others / relaxed / no_base / no_cells / "
                "elsewhere: counted in another table",
            ),
        ),
        number("relaxed", "让步幅度", "Given way by", *IN_TERMS),
        money("relaxed_minor", "让步金额", "Given way by (amount)", optional=True),
        money("amount_minor", "对应金额", "Amount", optional=True),
        money("base_minor", "上年同期", "Last year", optional=True),
        number("implied_low", "其他规则决定的下限", "Others imply at least", *IN_TERMS),
        number("implied_high", "其他规则决定的上限", "Others imply at most", *IN_TERMS),
        flag("is_locked", "锁定", "Locked"),
        words("reason", "锁定原因", "Why locked"),
    ),
    Text("规则状态", "What became of every rule"),
)

CONFLICTS = TableContract(
    "rule_conflicts",
    ("conflict_no", "group_no", "rule_id"),
    (
        count("conflict_no", "冲突", "Conflict"),
        count("group_no", "组", "Group"),
        RULE,
        RULE_TEXT,
        STRENGTH,
        MEASURE,
        Column(
            "side", "id", Text("方向", "Side"), definition=Text("low 至少 / high 至多", "low: at least, high: at most")
        ),
        number("asked", "要求", "Asked", *IN_TERMS),
        money("asked_minor", "要求金额", "Asked amount"),
        money("base_minor", "上年同期", "Last year", optional=True),
        number("weight", "在矛盾中的份量", "Weight in the contradiction"),
        flag("gives_way", "已让步", "Gave way"),
    ),
    Text("互相矛盾的规则", "Rules that contradict each other"),
)

CONFLICT_GROUPS = TableContract(
    "rule_conflict_groups",
    ("conflict_no", "group_no"),
    (
        count("conflict_no", "冲突", "Conflict"),
        count("group_no", "组", "Group"),
        ident("side", "方向", "Side"),
        MEASURE,
        STRENGTH,
        count("rule_count", "规则数", "Rules"),
        money("asked_minor", "合计要求", "Asked in all"),
        money("base_minor", "合计上年", "Last year in all", optional=True),
        rate("asked_rate", "折合增长", "Growth in all"),
        money("excess_minor", "冲突差额", "Too much by"),
        flag("is_verified", "已验证为最小集合", "Verified to be smallest"),
        flag("needs_must", "只有必须项", "Musts only"),
    ),
    Text("矛盾的算式", "The arithmetic of contradictions"),
)

PROPOSALS = TableContract(
    "rule_proposals",
    ("proposal_no",),
    (
        count("proposal_no", "方案", "Proposal"),
        Column(
            "method",
            "id",
            Text("办法", "Method"),
            definition=Text(
                "proportional 同比例让步 / fewest 改动最少 / by_rank 按优先级 / level 压低最高的",
                "proportional / fewest lines changed / by priority / cap the highest",
            ),
        ),
        count("change_count", "改动条数", "Lines changed"),
        money("moved_minor", "合计让出", "Given up in all"),
        number("level", "统一水平", "Common level"),
        flag("changes_must", "要改必须项", "Changes a must"),
        flag("is_verified", "已验证可行", "Verified"),
    ),
    Text("解决办法", "Ways to resolve"),
)

PROPOSAL_CHANGES = TableContract(
    "rule_proposal_changes",
    ("proposal_no", "rule_id"),
    (
        count("proposal_no", "方案", "Proposal"),
        RULE,
        RULE_TEXT,
        number("before_low", "原下限", "Was at least", *IN_TERMS),
        number("before_high", "原上限", "Was at most", *IN_TERMS),
        number("after_low", "新下限", "Now at least", *IN_TERMS),
        number("after_high", "新上限", "Now at most", *IN_TERMS),
        money("moved_minor", "金额变化", "Amount moved"),
    ),
    Text("解决办法的改动", "Changes of each proposal"),
)

PROPOSAL_NODES = TableContract(
    "rule_proposal_nodes",
    ("proposal_no", "dimension", "node_id"),
    (
        count("proposal_no", "方案", "Proposal"),
        DIMENSION,
        NODE,
        money("before_minor", "现方案目标", "Target now"),
        money("change_minor", "变化", "Change"),
        money("after_minor", "采纳后目标", "Target then"),
    ),
    Text("解决办法对各单位的影响", "What each proposal costs whom"),
)

LEDGER = TableContract(
    "target_ledger",
    ("check_id",),
    (
        ident("check_id", "核对项", "Check"),
        ident("level", "层级", "Level"),
        count("group_count", "组数", "Groups"),
        count("fault_count", "不符数", "Faults"),
        money("expected_minor", "应为", "Expected"),
        money("found_minor", "实为", "Found"),
    ),
    Text("一致性台账", "Coherence ledger"),
)

NODES = TableContract(
    "target_nodes",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        TARGET,
        BASE,
        rate("growth_rate", "同比增长", "Growth"),
        rate("share_of_target", "占比", "Share"),
        rate("share_of_base", "上年占比", "Share last year"),
    ),
    Text("各维度目标", "Targets by dimension"),
)

ALL = (
    TARGET_CELLS,
    RULE_STATUS,
    CONFLICTS,
    CONFLICT_GROUPS,
    PROPOSALS,
    PROPOSAL_CHANGES,
    PROPOSAL_NODES,
    LEDGER,
    NODES,
    *target_views.ALL,
)
