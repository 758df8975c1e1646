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
    EndOfDay,
    LogDep,
    Page,
    PageDep,
    ReadDep,
    Role,
    RuntimeDep,
    Search,
    SeenBy,
    Today,
    fetch_page,
    set_etag,
)
from fastapi import APIRouter, Path, Query, Response

from partner_registry.api import partner_models as models
from partner_registry.application.partner_record import partner_record
from partner_registry.application.partners import applying, moving
from partner_registry.domain.partner import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    ChannelType,
    GrantChildrenAccess,
    MovePartner,
    ReinstatePartner,
    RevokeChildrenAccess,
    Status,
    SuspendPartner,
)
from partner_registry.views.partner_directory import ORDER, PARTNER_DIRECTORY, Wanted, listed

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
commands.put("/{partner_id}/children-access", GrantChildrenAccess, allow=MANAGE, summary="Let it see what is of its children")
commands.delete("/{partner_id}/children-access", RevokeChildrenAccess, allow=MANAGE, summary="Let it see only its own")


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


@router.get("", summary="Partners by name, to list and search", dependencies=[SeenBy(PARTNER_DIRECTORY)])
async def list_partners(
    read: ReadDep,
    page: PageDep,
    today: Today,
    end_of: EndOfDay,
    q: Search = None,
    channel_type: Annotated[ChannelType | None, Query()] = None,
    territory: Annotated[str | None, Query(max_length=100, description="In this very territory today.")] = None,
    status: Annotated[Status | None, Query()] = None,
    parent: Annotated[str | None, Query(max_length=100, description="Directly under this partner today.")] = None,
    known_at: Annotated[Day | None, Query(description="As it was known at the end of this day; as it is known now when not given.")] = None,
) -> Page[models.PartnerRow]:
    wanted = Wanted(
        q=q, channel_type=channel_type, territory=territory, status=status, parent=parent, known_at=end_of(known_at) if known_at else None
    )
    return await fetch_page(read, listed(wanted, today), page, key=ORDER, row=models.PartnerRow.model_validate)
