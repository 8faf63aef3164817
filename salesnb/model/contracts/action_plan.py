"""Tables of the action plan: who does what until when, with which money, against which risks."""

from __future__ import annotations

from salesnb.model.contracts.columns import count, day, flag, ident, money, number, rate, words
from salesnb.model.contracts.facts import REGION
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract


def _state(zh: str, en: str) -> Column:
    return Column("state", "id", Text("状态", "State"), definition=Text(zh, en))


OWNER = words("owner", "责任人", "Owner")
DUE = day("due_date", "期限", "Due")
TEXT = words("text", "内容", "Content", optional=False)
COST = money("cost_minor", "费用", "Cost", optional=True)

OBJECTIVES = TableContract(
    "action_objectives",
    ("objective_id",),
    (
        ident("objective_id", "目标", "Objective"),
        TEXT,
        OWNER,
        DUE,
        count("key_result_count", "关键结果数", "Key results"),
        money("target_minor", "目标金额", "Objective", optional=True),
        money("contributed_minor", "关键结果合计", "Key results in all"),
        money("gap_minor", "差额", "Difference", optional=True),
        money("twice_minor", "重叠单元金额", "Amount of shared cells", optional=True),
        words("overlap", "重叠的单元", "Shared cells"),
        _state(
            "short 不足 / exact 恰好 / overlap 重叠 / over 超出 / incomplete 缺金额 / no_key_results 没有关键结果",
            "short / exact / overlap / over / incomplete: an amount is missing / no_key_results",
        ),
    ),
    Text("目标与关键结果的核对", "Objectives against their key results"),
)

KEY_RESULTS = TableContract(
    "action_key_results",
    ("key_result_id",),
    (
        ident("key_result_id", "关键结果", "Key result"),
        ident("objective_id", "目标", "Objective"),
        TEXT,
        OWNER,
        DUE,
        ident("metric", "指标", "Metric", optional=True),
        words("counts", "计入的销售", "Sales counted"),
        money("amount_minor", "贡献金额", "Contribution", optional=True),
        rate("share_of_objective", "占目标", "Share of objective"),
    ),
    Text("关键结果", "Key results"),
)

TASKS = TableContract(
    "action_tasks",
    ("task_id",),
    (
        ident("task_id", "任务", "Task"),
        TEXT,
        words("serves", "服务于", "Serves"),
        words("scope", "范围", "Scope"),
        OWNER,
        day("start_date", "开始", "Start"),
        DUE,
        words("deliverable", "交付物", "Deliverable"),
        words("resources", "资源", "Resources"),
        words("after", "前置任务", "After"),
        COST,
        _state(
            "open 未开始 / doing 进行中 / done 完成 / late 逾期 / dropped 取消", "open / doing / done / late / dropped"
        ),
        day("done_date", "完成日期", "Done on"),
        Column(
            "slack_days",
            "count",
            Text("余量（工作日）", "Slack (working days)"),
            definition=Text(
                "可推迟而不影响后续任务与目标期限的天数", "days it can slip without touching what waits for it"
            ),
            optional=True,
        ),
        flag("is_critical", "关键路径", "Critical path"),
    ),
    Text("任务", "Tasks"),
)

FINDINGS = TableContract(
    "action_findings",
    ("finding_no",),
    (
        ident("finding_no", "编号", "No."),
        ident("kind", "类型", "Kind"),
        Column(
            "severity",
            "id",
            Text("性质", "Nature"),
            definition=Text("fault 须改正 / ask 须问清 / note 提示", "fault: mend / ask: unclear / note"),
        ),
        ident("item_id", "对象", "Item"),
        words("about", "涉及", "About"),
        number("said", "一方数字", "One figure"),
        number("other", "另一方数字", "Other figure"),
        ident("unit", "单位", "Unit"),
    ),
    Text("行动计划里发现的问题", "What was found in the plan"),
)

WORKLOAD = TableContract(
    "action_workload",
    ("owner", "month"),
    (
        ident("owner", "责任人", "Owner"),
        Column("month", "month", Text("月份", "Month")),
        count("task_count", "任务数", "Tasks"),
        count("task_days", "任务工作日", "Task days"),
        number("load", "同时进行", "At once", "任务工作日 ÷ 当月工作日", "task days over the month's working days"),
    ),
    Text("任务负荷", "Workload"),
)

MILESTONES = TableContract(
    "action_milestones",
    ("milestone_id",),
    (
        ident("milestone_id", "里程碑", "Milestone"),
        TEXT,
        day("due_date", "日期", "Date", optional=False),
        OWNER,
        ident("metric", "指标", "Metric", optional=True),
        ident("unit", "单位", "Unit", optional=True),
        number("asked", "要求", "Asked"),
        number("actual", "实际", "Actual"),
        _state(
            "upcoming 未到 / reached 达到 / missed 未达 / no_data 没有数据 / unmeasured 没有指标",
            "upcoming / reached / missed / no_data / unmeasured",
        ),
    ),
    Text("里程碑", "Milestones"),
)

BUDGET = TableContract(
    "action_budget",
    ("category",),
    (
        ident("category", "用途", "Use"),
        rate("share_of_budget", "占预算", "Share of budget"),
        money("amount_minor", "金额", "Amount"),
    ),
    Text("预算分配", "Budget split"),
)

BUDGET_REGIONS = TableContract(
    "action_budget_regions",
    ("region_id",),
    (
        REGION,
        flag("is_key", "重点区域", "Key region"),
        rate("share_of_budget", "占预算", "Share of budget"),
        money("amount_minor", "金额", "Amount"),
    ),
    Text("预算按区域", "Budget by region"),
)

ALLOCATION = TableContract(
    "action_allocation",
    ("category", "region_id"),
    (
        ident("category", "用途", "Use"),
        REGION,
        number(
            "power",
            "回报弹性",
            "Elasticity",
            "投入增加 1 % 时线索增加的百分数",
            "per cent of leads for one more per cent of money",
        ),
        number("power_error", "弹性标准误", "Standard error"),
        money("last_minor", "上年投入", "Last year"),
        number("last_leads", "上年线索", "Leads last year", "按曲线", "by the curve"),
        money("equal_minor", "平均分", "Equal split"),
        number("equal_leads", "平均分线索", "Leads, equal"),
        money("rule_minor", "按规则", "By rule"),
        number("rule_leads", "按规则线索", "Leads, by rule"),
        money("best_minor", "最优", "Optimum"),
        number("best_leads", "最优线索", "Leads, optimum"),
    ),
    Text("投入的分配与回报", "Where money returns most"),
)

REQUESTS = TableContract(
    "action_requests",
    ("request_id",),
    (
        ident("request_id", "编号", "No."),
        TEXT,
        ident("kind", "类别", "Kind"),
        number("quantity", "数量", "Quantity"),
        money("cost_minor", "费用", "Cost"),
        day("needed_date", "需要日期", "Needed", optional=False),
        words("asked_by", "提出人", "Asked by"),
        words("reason", "理由", "Reason"),
        _state(
            "draft 草稿 / submitted 待批 / approved 已批 / rejected 未批", "draft / submitted / approved / rejected"
        ),
        words("approved_by", "批准人", "Approved by"),
    ),
    Text("销售资源需求表", "Resource requests"),
)

RISKS = TableContract(
    "action_risks",
    ("risk_id",),
    (
        ident("risk_id", "风险", "Risk"),
        TEXT,
        ident("kind", "类型", "Kind"),
        ident("sign", "方向", "Sign"),
        rate("probability_rate", "概率", "Probability"),
        count("impact", "影响（1–5）", "Impact (1–5)"),
        number("score", "评分", "Score", "概率 × 影响", "probability × impact"),
        money("loss_minor", "影响的销售额", "Sales at stake", optional=True),
        money("expected_minor", "期望影响", "Expected", optional=True),
        money("profit_minor", "期望毛利影响", "Expected gross profit", optional=True),
        ident("metric", "触发指标", "Trigger", optional=True),
        number("line", "触发线", "Line"),
        number("reading", "最新读数", "Latest reading"),
        _state(
            "fired 已触发 / calm 未触发 / no_data 没有数据 / no_trigger 没有触发线 / closed 已关闭",
            "fired / calm / no_data / no_trigger / closed",
        ),
        words("response", "应对", "Response"),
        OWNER,
        COST,
    ),
    Text("风险登记表", "Risk register"),
)

PROMISES = TableContract(
    "action_promises",
    ("promise_id",),
    (
        ident("promise_id", "承诺", "Commitment"),
        TEXT,
        words("giver", "承诺方", "Giver"),
        words("taker", "受益方", "Taker"),
        ident("every", "周期", "Every"),
        count("notice_days", "提前工作日", "Notice (working days)", optional=True),
        number("asked", "要求", "Asked"),
        number("last_value", "最近一月", "Last month"),
        count("month_count", "可核对月数", "Months known"),
        count("kept_count", "兑现月数", "Months kept"),
        _state(
            "kept 兑现 / broken 未兑现 / no_data 没有数据 / uncounted 不计数 / proposed 提议中 / ended 已结束",
            "kept / broken / no_data / uncounted / proposed / ended",
        ),
    ),
    Text("跨部门承诺", "Commitments between departments"),
)

PROMOTIONS = TableContract(
    "action_promotions",
    ("promotion_id",),
    (
        ident("promotion_id", "促销", "Promotion"),
        TEXT,
        day("start_date", "开始", "Start", optional=False),
        day("end_date", "结束", "End", optional=False),
        rate("discount_rate", "折合降价", "Price cut it amounts to"),
        rate("margin_before_rate", "促销前毛利率", "Margin before"),
        rate("margin_after_rate", "促销后毛利率", "Margin after"),
        rate("break_even_rate", "保本增量", "Break-even lift"),
        rate("expected_rate", "预期增量", "Expected lift"),
        number("free_units", "赠品数量", "Units given"),
        money("free_cost_minor", "赠品成本", "Cost of units given"),
        money("profit_before_minor", "促销前毛利", "Gross profit before"),
        money("profit_after_minor", "促销后毛利", "Gross profit after"),
    ),
    Text("促销测算", "Promotions"),
)

STRATEGIES = TableContract(
    "action_strategies",
    ("strategy_id",),
    (
        ident("strategy_id", "策略", "Strategy"),
        ident("kind", "类别", "Kind"),
        TEXT,
        words("scope", "范围", "Scope"),
        money("target_minor", "涉及目标金额", "Target concerned", optional=True),
        words("serves", "服务于", "Serves"),
        count("task_count", "任务数", "Tasks"),
        OWNER,
        COST,
    ),
    Text("策略", "Strategies"),
)

CALENDAR = TableContract(
    "action_calendar",
    ("event_id",),
    (
        ident("event_id", "事项编号", "Event"),
        Column(
            "kind",
            "id",
            Text("类别", "Kind"),
            definition=Text(
                "meeting 会议 / report 报告 / task 任务 / milestone 里程碑 / training 培训",
                "meeting / report / task / milestone / training",
            ),
        ),
        TEXT,
        day("date", "日期", "Date", optional=False),
        words("at", "时间", "At"),
        count("minutes", "分钟", "Minutes"),
        words("people", "参加人", "People"),
        flag("is_moved", "因假日调整", "Moved off a holiday"),
    ),
    Text("日历", "Calendar"),
)

ALL = (
    OBJECTIVES,
    KEY_RESULTS,
    TASKS,
    FINDINGS,
    WORKLOAD,
    MILESTONES,
    BUDGET,
    BUDGET_REGIONS,
    ALLOCATION,
    REQUESTS,
    RISKS,
    PROMISES,
    PROMOTIONS,
    STRATEGIES,
    CALENDAR,
)
