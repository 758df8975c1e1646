"""Keeping a file: its bytes are there for good before the log says so."""

import uuid
from typing import NamedTuple

from channel_events import Actor, Appended, On, Rejected

from channel_service.files.deciding import KEPT_FILES, AskKept, KeepFile, Room
from channel_service.files.holding import Holding
from channel_service.files.kinds import KINDS
from channel_service.files.state import File
from channel_service.files.storing import Store, is_whole
from channel_service.files.taking_in import Taken
from channel_service.runtime import Runtime


class Offered(NamedTuple):
    """What somebody says that a file of a partner is."""

    partner_id: str
    sha256: str
    media_type: str


async def keep(runtime: Runtime, holding: Holding, offered: Offered, taken: Taken, by: Actor) -> tuple[Appended, File]:
    """Keeps it, unless it is kept already. Killed in between, it leaves a stray copy that nobody knows of; sent again, it is kept.

    `Rejected` where it is another file or of another kind than was said, or the partner has no room for it.
    """
    if taken.sha256 != offered.sha256:
        raise Rejected("file_differs", sha256=offered.sha256, found=taken.sha256)
    if not KINDS[offered.media_type].fits(taken.content):
        raise Rejected("file_kind_differs", media_type=offered.media_type)
    file = (await runtime.log.state(KEPT_FILES, offered.partner_id)).kept(offered.sha256)
    if file is not None and file.copy_id is not None and await _whole(runtime, holding, file.copy_id):
        asked = AskKept(sha256=offered.sha256, copy_id=file.copy_id)
        return await runtime.log.execute(On(KEPT_FILES, offered.partner_id, asked), by=by), file
    damaged = None if file is None else file.copy_id
    async with holding.storing:
        appended = await _store(runtime, offered, taken.content, by, damaged)
    kept = (await runtime.log.state(KEPT_FILES, offered.partner_id)).kept(offered.sha256)
    if kept is None:  # erased meanwhile
        raise Rejected("unavailable")
    return appended, kept


async def _whole(runtime: Runtime, holding: Holding, copy_id: str) -> bool:
    async with holding.checking():
        return bool(await is_whole(runtime.fetch, copy_id))


async def _store(runtime: Runtime, offered: Offered, content: bytearray, by: Actor, damaged: str | None) -> Appended:
    settings, copy_id = runtime.settings, uuid.uuid4().hex
    command = KeepFile(
        **offered._asdict(),
        size=len(content),
        copy_id=copy_id,
        stored_on=runtime.today(),
        room=Room(loose=settings.loose_files_bytes, kept=settings.partner_files_bytes),
        by=by.subject,
        instead_of=damaged,
    )
    told = On(KEPT_FILES, offered.partner_id, command)
    await runtime.log.rehearse().execute(told, by=by)  # what there is no room for is not stored first
    store = Store(runtime.settings.database_url)
    await store.put(copy_id, offered.partner_id, offered.sha256, content)
    try:
        appended = await runtime.log.execute(told, by=by)
    except Rejected:
        await store.drop([copy_id])
        raise
    # Of two that sent it at once one was quicker, and the other's copy is nobody's; nor is one that was damaged any more.
    if needless := copy_id if not appended.events else damaged:
        await store.drop([needless])
    return appended
