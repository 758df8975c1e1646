"""The copy of partners is wired in; what it does is tested with the library."""

from collections.abc import Awaitable, Callable

from channel_service import Service
from channel_service.testing import sees_own_partners
from metrics.app import SERVICE


async def test_a_partner_finds_itself_and_its_children_by_name_and_nobody_else(migrated: Callable[[Service], Awaitable[str]]) -> None:
    await sees_own_partners(SERVICE, await migrated(SERVICE))
