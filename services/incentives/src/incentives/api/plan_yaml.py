"""The document of a plan in YAML: the same struct as in JSON, read by the same rules. Numbers and days are read as they are written, so
that 0.05 is exactly that, and never a fraction of binary digits."""

import asyncio
import re
from typing import Any

import yaml
from channel_service import Allow, By, Caller, Key, LogDep, Receipt, Role, invalid
from channel_service.commands import Form, Unfit  # import-rule: the same struct as a command's door reads, in another notation
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError

from incentives.api.plans import PlanId, as_caller
from incentives.domain.plan.commands import DraftPlan

router = APIRouter(prefix="/v1/plans", tags=["plans"])
_FORM = Form(DraftPlan, ["plan_id"])
MAX_BYTES = 200_000
MEDIA_TYPE = "application/yaml"


class _Plain(yaml.SafeLoader):
    """Without aliases, which a small text could grow by without bounds; and a name twice in one mapping is refused, as in JSON."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        made = super().construct_mapping(node, deep=True)
        if len(made) < len(node.value):
            raise yaml.YAMLError("a mapping has the same name twice")
        return made


# What YAML takes for other values stays the text that it is: 0.05, 2026-01-01, 010, and `on`, which is a name here.
_Plain.yaml_implicit_resolvers = {}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)\Z"), list("tf"))
_Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)\Z"), list("-0123456789"))
_Plain.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|)\Z"), ["~", "n", ""])


def read_yaml(body: bytes) -> Any:
    """The document; `Rejected` for what is no YAML."""
    if len(body) > MAX_BYTES:
        raise invalid("body", f"is longer than {MAX_BYTES} bytes", f"超过 {MAX_BYTES} 字节")
    try:
        return yaml.load(body.decode(), _Plain)  # noqa: S506 - it is a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise invalid("body", f"is no YAML: {said}", f"不是有效的 YAML：{said}") from None


_SCHEMA = {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": "title: Dealers 2026\n"}}}}


@router.put(
    "/{plan_id}/yaml",
    dependencies=[Allow(Role.CHANNEL_MANAGER, Role.FINANCE)],
    summary="Draft a version, written in YAML",
    openapi_extra=_SCHEMA,
)
async def put_plan_yaml(plan_id: PlanId, request: Request, log: LogDep, caller: Caller, by: By, key: Key) -> Receipt:
    """The same document as in JSON, by the same schema."""
    document = await asyncio.to_thread(read_yaml, await request.body())
    try:
        command = _FORM.read(document, {"plan_id": plan_id})
    except Unfit as unfit:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in unfit.errors]) from None
    return Receipt.of(plan_id, await log.use(None, as_caller(caller, command), by=by, key=key))
