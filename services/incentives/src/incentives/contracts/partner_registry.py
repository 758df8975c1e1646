"""Events of partner-registry that are not of partners; those come with the copy of them."""

from channel_events.pure import event
from msgspec import Struct


@event("territory_defined", public=True)
class TerritoryDefined(Struct, frozen=True, kw_only=True):
    territory: str
    parent: str | None = None
