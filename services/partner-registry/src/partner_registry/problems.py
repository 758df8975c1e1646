"""What partner-registry refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.importing import IMPORT_PROBLEMS

PROBLEMS = (
    ProblemCatalogue(
        [
            Problem(
                "partner_unknown",
                404,
                "No partner {partner_id} has applied; check the id or apply it with POST /v1/partners.",
                "没有编号为 {partner_id} 的合作伙伴；请核对编号，或通过 POST /v1/partners 提交申请。",
            ),
            Problem(
                "partner_not_applied_yet",
                404,
                "Partner {partner_id} applied on {applied_on}, after {as_of}; ask for that day or a later one.",
                "合作伙伴 {partner_id} 于 {applied_on} 才提交申请，晚于 {as_of}；请查询该日或之后的日期。",
            ),
            Problem(
                "partner_exists",
                409,
                "The id {partner_id} belongs to a partner that applied with other facts; use its record or choose another id.",
                "编号 {partner_id} 已属于另一份内容不同的申请；请使用已有记录或更换编号。",
            ),
            Problem(
                "partner_not_approved",
                409,
                "Partner {partner_id} is not approved; approve it first.",
                "合作伙伴 {partner_id} 尚未批准；请先批准。",
            ),
            Problem(
                "partner_not_active",
                409,
                "Partner {partner_id} is {status}, not active; only an active partner can be suspended.",
                "合作伙伴 {partner_id} 的状态为 {status}，并非 active；只有已激活的合作伙伴才能暂停。",
            ),
            Problem(
                "partner_suspended",
                409,
                "Partner {partner_id} is suspended since {since} ({reason}); reinstate it first.",
                "合作伙伴 {partner_id} 自 {since} 起已暂停（{reason}）；请先恢复。",
            ),
            Problem(
                "partner_not_suspended",
                409,
                "Partner {partner_id} is {status}, not suspended; approve and activate it instead.",
                "合作伙伴 {partner_id} 的状态为 {status}，并未暂停；应批准并激活。",
            ),
            Problem(
                "parent_unknown",
                409,
                "No partner {parent} has applied that could be the parent; apply it first or check the id.",
                "没有编号为 {parent} 的上级合作伙伴；请先为其提交申请，或核对编号。",
            ),
            Problem(
                "hierarchy_cycle",
                409,
                "On {on}, {parent} would be both above and below {partner_id}; choose another parent or move {parent} away first.",
                "{on} 当日 {parent} 将同时是 {partner_id} 的上级和下级；请另选上级，或先将 {parent} 移出。",
            ),
            Problem(
                "territory_unknown",
                409,
                "There is no territory {territory}; define it first with PUT /v1/territories/{territory}, or check the code.",
                "没有代码为 {territory} 的区域；请先通过 PUT /v1/territories/{territory} 定义，或核对代码。",
            ),
            Problem(
                "territory_exists",
                409,
                "Territory {territory} is already defined as {name} with other facts; use it as it is or choose another code.",
                "区域 {territory} 已以名称 {name} 及不同内容定义；请沿用现有定义或更换代码。",
            ),
            Problem(
                "territory_cycle",
                409,
                "Territory {territory} cannot contain itself; name another parent or none.",
                "区域 {territory} 不能以自身为上级；请指定其他上级或不指定。",
            ),
            Problem(
                "date_in_future",
                409,
                "The date {on} lies ahead; give {today} or an earlier day, or send it when the day has come.",
                "日期 {on} 尚未到来；请使用 {today} 或更早的日期，或届时再提交。",
            ),
            Problem(
                "move_not_planned",
                409,
                "Of partner {partner_id} no move is planned for {on} that could be withdrawn: only the last one can, before its day; "
                "look at its places and give that day.",
                "合作伙伴 {partner_id} 没有计划于 {on} 且可撤回的移动：只能在生效日之前撤回最后一次移动；请核对日期。",
            ),
            Problem(
                "access_not_planned",
                409,
                "Of partner {partner_id} no change of what it reads of its children is planned for {on} that could be withdrawn; only the "
                "last one can, before its day.",
                "合作伙伴 {partner_id} 没有计划于 {on} 且可撤回的下级可见性变更；只能在生效日之前撤回最后一次变更。",
            ),
            Problem(
                "date_before_last_change",
                409,
                "The date {on} lies before {last}, the day of the last change; give {last} or a later day.",
                "日期 {on} 早于最近一次变更的日期 {last}；请使用 {last} 或之后的日期。",
            ),
        ]
    )
    | IMPORT_PROBLEMS
)
