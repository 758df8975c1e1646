"""Ids that look like others, as the services list them: one of each is probably a mistake of the export."""

from collections.abc import AsyncIterator

from qudao_local.demo.play.doors import Doors

SHOWN = 10
"""Of each service; the others are counted."""


async def look_alikes(doors: Doors) -> AsyncIterator[str]:
    """A line for each, and one for those that are not shown."""
    for service in ("partner-registry", "orders-inventory"):
        page = await doors.get(service, "/v1/look-alikes", limit=SHOWN)
        for one in page["items"]:
            yield f"{one['kind'].replace('_', ' ')} {one['id']!r} looks like {', '.join(map(repr, one['others']))}"
        if page["next"]:
            yield f"there are more ids that look like others: GET /v1/look-alikes of {service}"
