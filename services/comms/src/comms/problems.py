"""What comms refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue

PROBLEMS = ProblemCatalogue(
    [
        Problem(
            "partner_unknown",
            404,
            "Partner {partner_id} is not known here yet.",
            "此处尚无合作伙伴 {partner_id} 的资料。",
            retryable=True,
        ),
    ]
)
