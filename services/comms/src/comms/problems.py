"""What comms refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.partners import PARTNER_UNKNOWN

PROBLEMS = ProblemCatalogue(
    [
        PARTNER_UNKNOWN,
        Problem("webhook_unknown", 404, "There is no webhook {webhook_id}.", "没有 Webhook {webhook_id}。"),
        Problem(
            "webhook_exists",
            409,
            "Webhook {webhook_id} is there already, or was, otherwise; change that one, or leave the id out.",
            "Webhook {webhook_id} 已存在或曾以其他内容存在；请修改该 Webhook，或不指定编号。",
        ),
        Problem("delivery_unknown", 404, "There is no such delivery to this webhook.", "该 Webhook 没有此投递。"),
        Problem("delivery_sent", 409, "It was delivered; what was delivered is not sent again.", "已送达；已送达的内容不会重发。"),
        Problem(
            "secrets_key_missing",
            503,
            "This service cannot seal or open secrets: an operator has to set QUDAO_SECRETS_KEY to the key they are sealed with.",
            "服务无法加密或解密密钥：请运维人员将 QUDAO_SECRETS_KEY 设置为加密所用的密钥。",
        ),
    ]
)
