"""Moving a service's database forward to what its code expects. There is no way back: older code runs on newer tables.

The library's tables come with the library: a service has revisions only for what it keeps beside log and views.
"""

from channel_service.migrations.revisions import Revisions, behind, revisions_of
from channel_service.migrations.run import migrate
from channel_service.migrations.script import execute

__all__ = ["Revisions", "behind", "execute", "migrate", "revisions_of"]
