"""Partners: their commands, one by id, and all of them to list and search."""

from typing import Annotated
from urllib.parse import quote

from channel_events.pure import Rejected
from channel_service import (
    BRAND,
    UNDATED,
    Allow,
    By,
    Caller,
    Code,
    Dated,
    Day,
    EndOfDay,
    Key,
    LogDep,
    NewId,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    RuntimeDep,
    Search,
    SeenBy,
    Today,
    fetch_page,
    set_etag,
)
from fastapi import APIRouter, Path, Query, Response, status

from partner_registry.api import partner_models as models
from partner_registry.application.partner_record import partner_record
from partner_registry.application.partners import apply_partner, change_partner, move_partner
from partner_registry.domain.partner import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    ChannelType,
    GrantChildrenAccess,
    PartnerApplied,
    ReinstatePartner,
    RevokeChildrenAccess,
    Status,
    SuspendPartner,
)
from partner_registry.views.partner_directory import ORDER, PARTNER_DIRECTORY, Wanted, listed

router = APIRouter(prefix="/v1/partners", tags=["partners"], dependencies=[Allow(*BRAND, Role.PARTNER)])
MANAGE = [Allow(Role.CHANNEL_MANAGER)]
PartnerId = Annotated[Code, Path(examples=["p-1001"])]


@router.post(
    "",
    dependencies=MANAGE,
    summary="Apply",
    status_code=201,
    responses={200: {"description": "It had applied with the same facts.", "model": Receipt}},
)
async def post_partner(body: models.Application, log: LogDep, by: By, key: Key, today: Today, new_id: NewId, response: Response) -> Receipt:
    """A partner applies. Without ``partner_id`` it is given one: then send an Idempotency-Key, so that a repeat is no second partner."""
    command = ApplyPartner(
        partner_id=body.partner_id or new_id(),
        name=body.name,
        channel_type=body.channel_type,
        segment=body.segment,
        territory=body.territory,
        parent=body.parent,
        on=body.on,
        today=today,
    )
    appended = await apply_partner(log, command, by, key)
    # A repeated key answers with the events of the first time, and so with the id that was given then.
    written = next((event.data.partner_id for event in appended.events if isinstance(event.data, PartnerApplied)), None)
    receipt = Receipt.of(written or command.partner_id, appended)
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    response.headers["location"] = f"/v1/partners/{quote(receipt.id, safe='')}"
    return receipt


@router.post("/{partner_id}/approve", dependencies=MANAGE, summary="Approve")
async def approve(partner_id: PartnerId, log: LogDep, by: By, key: Key, today: Today, body: Dated = UNDATED) -> Receipt:
    command = ApprovePartner(partner_id=partner_id, on=body.on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


@router.post("/{partner_id}/activate", dependencies=MANAGE, summary="Activate")
async def activate(partner_id: PartnerId, log: LogDep, by: By, key: Key, today: Today, body: Dated = UNDATED) -> Receipt:
    """From now on it may order."""
    command = ActivatePartner(partner_id=partner_id, on=body.on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


@router.post("/{partner_id}/suspend", dependencies=MANAGE, summary="Suspend")
async def suspend(partner_id: PartnerId, body: models.Suspension, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """Its direct orders are refused until it is reinstated."""
    command = SuspendPartner(partner_id=partner_id, reason=body.reason, on=body.on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


@router.post("/{partner_id}/reinstate", dependencies=MANAGE, summary="Reinstate")
async def reinstate(partner_id: PartnerId, log: LogDep, by: By, key: Key, today: Today, body: Dated = UNDATED) -> Receipt:
    command = ReinstatePartner(partner_id=partner_id, on=body.on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


@router.post("/{partner_id}/move", dependencies=MANAGE, summary="Move to a territory or under a parent")
async def move(partner_id: PartnerId, body: models.Move, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """From ``on``, which may lie ahead but not before the last move. What is left out stays; ``"parent": null`` makes it a root."""
    return Receipt.of(partner_id, await move_partner(log, body.command(partner_id, today), by, key))


@router.put("/{partner_id}/children-access", dependencies=MANAGE, summary="Let it see what is of its children")
async def grant_children_access(partner_id: PartnerId, body: models.Grant, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """From ``on``, which may lie ahead, it may read what is of the partners directly under it, and change nothing there."""
    command = GrantChildrenAccess(partner_id=partner_id, agreement=body.agreement, on=body.on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


@router.delete("/{partner_id}/children-access", dependencies=MANAGE, summary="Let it see only its own")
async def revoke_children_access(
    partner_id: PartnerId,
    log: LogDep,
    by: By,
    key: Key,
    today: Today,
    on: Annotated[Day | None, Query(description="The business date from which it is revoked; today when not given.")] = None,
) -> Receipt:
    """From ``on``, which may lie ahead; grants that were planned for later days are void."""
    command = RevokeChildrenAccess(partner_id=partner_id, on=on, today=today)
    return Receipt.of(partner_id, await change_partner(log, command, by, key))


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
