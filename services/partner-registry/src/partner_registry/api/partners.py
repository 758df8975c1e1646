"""Partners: their commands, one by id, and all of them to list and search."""

from typing import Annotated

from channel_events.pure import Rejected
from channel_service import (
    BRAND,
    Allow,
    Caller,
    Code,
    Commands,
    Day,
    Filter,
    Listing,
    LogDep,
    Role,
    RuntimeDep,
    Today,
    list_route,
    same,
    set_etag,
)
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from partner_registry.api import partner_models as models
from partner_registry.application.partner_record import partner_record
from partner_registry.application.partners import applying, moving, withdrawing
from partner_registry.domain.partner import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    ChannelType,
    DescribePartner,
    GrantChildrenAccess,
    MovePartner,
    ReinstatePartner,
    RevokeChildrenAccess,
    Status,
    SuspendPartner,
    WithdrawChildrenAccess,
    WithdrawMove,
)
from partner_registry.views.partner_directory import PARTNER_DIRECTORY, PARTNERS, listed

router = APIRouter(prefix="/v1/partners", tags=["partners"], dependencies=[Allow(*BRAND, Role.PARTNER)])
MANAGE = [Role.CHANNEL_MANAGER]
PartnerId = Annotated[Code, Path(examples=["p-1001"])]


commands = Commands(router)
commands.post("", ApplyPartner, use=applying, allow=MANAGE, created=True, summary="Apply")
commands.post("/{partner_id}/approve", ApprovePartner, allow=MANAGE, summary="Approve")
commands.post("/{partner_id}/activate", ActivatePartner, allow=MANAGE, summary="Activate")
commands.post("/{partner_id}/suspend", SuspendPartner, allow=MANAGE, summary="Suspend")
commands.post("/{partner_id}/reinstate", ReinstatePartner, allow=MANAGE, summary="Reinstate")
commands.post("/{partner_id}/move", MovePartner, use=moving, allow=MANAGE, summary="Move to a territory or under a parent")
commands.post("/{partner_id}/describe", DescribePartner, allow=MANAGE, summary="Rename it, or change its segment")
commands.post("/{partner_id}/withdraw-move", WithdrawMove, use=withdrawing, allow=MANAGE, summary="Withdraw a move that lies ahead")
commands.put("/{partner_id}/children-access", GrantChildrenAccess, allow=MANAGE, summary="Let it see what is of its children")
commands.delete("/{partner_id}/children-access", RevokeChildrenAccess, allow=MANAGE, summary="Let it see only its own")
commands.post(
    "/{partner_id}/withdraw-children-access", WithdrawChildrenAccess, allow=MANAGE, summary="Withdraw a change of that which lies ahead"
)


@router.get("/{partner_id}", summary="One partner, as of a business date")
async def get_partner(
    partner_id: PartnerId,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    today: Today,
    response: Response,
    as_of: Annotated[Day | None, Query(description="Status and place as of this day; today when not given.")] = None,
) -> models.PartnerDetail:
    """Always current. Standings and places show the whole history, moves planned ahead too."""
    if not await runtime.sees(caller, partner_id):
        raise Rejected("partner_unknown", partner_id=partner_id)
    record = await partner_record(log, partner_id, as_of or today)
    set_etag(response, record.tag, dated=as_of is None)
    return models.PartnerDetail.of(record)


_c = PARTNERS.sql.c
PARTNER_LIST = Listing(
    PARTNER_DIRECTORY,
    lambda asked: listed(asked.today, asked.get("territory"), asked.get("parent"), asked.end_of("known_at")),
    order=[_c.sort_name, _c.partner_id],
    search=PARTNERS,
    filters=[
        same(_c.channel_type, ChannelType),
        Filter(name="territory", kind=Annotated[str, Field(max_length=100)], description="In this very territory today."),
        same(_c.status, Status),
        Filter(name="parent", kind=Annotated[str, Field(max_length=100)], description="Directly under this partner today."),
        Filter(name="known_at", kind=Day, description="As it was known at the end of this day; as it is known now when not given."),
    ],
)
"""By name, whatever its case; of one name by id."""
list_route(router, "", PARTNER_LIST, models.PartnerRow, summary="Partners by name, to list and search")
