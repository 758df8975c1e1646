"""What users may do, as Strimzi's KafkaUser says it, told to a node that judges by it."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest

JUDGING = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}
"""Settings of such a node: who comes without a user, over a port of its own, may do everything; others what they were given."""
_TYPES = {"topic": 2, "group": 3}
_PATTERNS = {"literal": 3, "prefix": 4}
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Describe": 8}
_ALLOW = 3
"""Kafka's numbers for its words."""


async def give(admin: Any, user: str, acls: Iterable[Mapping[str, Any]]) -> None:
    """Gives a user these rights, each a resource with the operations that are allowed on it; ``admin`` is of one who may do everything."""
    for one in acls:
        what = one["resource"]
        for operation in one["operations"]:
            request = CreateAclsRequest(
                _TYPES[what["type"]], what["name"], _PATTERNS[what["patternType"]], f"User:{user}", "*", _OPERATIONS[operation], _ALLOW
            )
            [(code, message)] = (await admin._send_request(request)).creation_responses
            if code:
                raise for_code(code)(message)
