"""Moving a service's database forward to what its code expects. There is no way back: older code runs on newer tables."""

from channel_service.migrations.revisions import Revisions
from channel_service.migrations.run import migrate
from channel_service.migrations.script import execute

__all__ = ["Revisions", "execute", "migrate"]
