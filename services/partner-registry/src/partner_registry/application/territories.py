"""Territories as they are defined."""

from channel_events import Ask, On, Steps
from channel_service.look_alikes import noting

from partner_registry.domain.territories import TERRITORIES, TREE, DefineTerritory


def defining(c: DefineTerritory) -> Steps:
    events = yield On(TERRITORIES, c)
    if events:
        yield from noting("territory", c.territory, _defined)
    return events


def _defined(territory: str) -> Steps:
    return territory in (yield Ask(TERRITORIES, TREE)).state
