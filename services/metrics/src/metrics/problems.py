"""What metrics refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.partners import PARTNER_UNKNOWN

PROBLEMS = ProblemCatalogue(
    [
        PARTNER_UNKNOWN,
        Problem("kpi_unknown", 404, "There is no KPI {kpi}. There are: {known}.", "没有指标 {kpi}。可用的指标：{known}。"),
        Problem(
            "group_unknown",
            422,
            "KPIs cannot be grouped by {group}. They can by: {allowed}.",
            "指标不能按 {group} 分组。可用的分组：{allowed}。",
        ),
        Problem(
            "source_unknown", 422, "Nothing is read from {source} here, but from: {allowed}.", "此处不读取 {source}，只读取：{allowed}。"
        ),
        Problem(
            "live_limit",
            429,
            "More than {limit} live streams at once; close one first.",
            "实时连接不能超过 {limit} 个；请先关闭一个。",
            retryable=True,
        ),
        Problem(
            "live_too_wide",
            422,
            "This has more than {limit} groups; follow fewer, by filters, dates or coarser groups.",
            "分组超过 {limit} 个；请通过筛选、日期或更粗的分组来减少。",
        ),
        Problem(
            "freshness_elsewhere",
            409,
            "This process takes no events in; ask one of the role worker or all.",
            "此进程不接收事件；请向角色为 worker 或 all 的进程查询。",
        ),
    ]
)
