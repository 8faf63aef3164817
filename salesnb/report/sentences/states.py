"""What states and kinds are called: of tasks, milestones, risks and promises, of strategies, of alerts."""

from __future__ import annotations

from salesnb.model.errors import Text

STATE_WORDS = {
    "open": Text("未开始", "Open"),
    "doing": Text("进行中", "Doing"),
    "done": Text("完成", "Done"),
    "late": Text("逾期", "Late"),
    "dropped": Text("取消", "Dropped"),
    "upcoming": Text("未到期", "To come"),
    "reached": Text("达到", "Reached"),
    "missed": Text("未达", "Missed"),
    "no_data": Text("没有数据", "No data"),
    "unmeasured": Text("没有指标", "No measure"),
    "fired": Text("已触发", "Fired"),
    "calm": Text("未触发", "Calm"),
    "no_trigger": Text("没有触发线", "No trigger"),
    "closed": Text("已关闭", "Closed"),
    "kept": Text("兑现", "Kept"),
    "broken": Text("未兑现", "Broken"),
    "uncounted": Text("不计数", "Not counted"),
    "proposed": Text("提议中", "Proposed"),
    "ended": Text("已结束", "Ended"),
    "draft": Text("草稿", "Draft"),
    "submitted": Text("待批", "Waiting"),
    "approved": Text("已批", "Approved"),
    "rejected": Text("未批", "Rejected"),
}
KINDS = {
    "customer": Text("客户", "Customer"),
    "product": Text("产品", "Product"),
    "channel": Text("渠道", "Channel"),
    "resource": Text("资源", "Resource"),
    "price": Text("价格", "Price"),
    "promotion": Text("促销", "Promotion"),
    "head_count": Text("人员", "People"),
    "material": Text("物料", "Material"),
    "training": Text("培训", "Training"),
    "tool": Text("工具", "Tool"),
    "marketing": Text("市场", "Marketing"),
    "other": Text("其他", "Other"),
    "market": Text("市场", "Market"),
    "competitor": Text("竞品", "Competitor"),
    "people": Text("人员", "People"),
    "supply": Text("供应", "Supply"),
    "policy": Text("政策", "Policy"),
    "cash": Text("回款", "Cash"),
    "meeting": Text("会议", "Meeting"),
    "report": Text("报告", "Report"),
    "task": Text("任务", "Task"),
    "milestone": Text("里程碑", "Milestone"),
}
ALERT_WORDS = {
    "new": Text("待处理", "New"),
    "open": Text("未开始", "Open"),
    "doing": Text("处理中", "Doing"),
    "closed": Text("已关闭", "Closed"),
}
