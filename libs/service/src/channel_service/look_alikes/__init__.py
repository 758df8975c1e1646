"""Ids that look like others: a service notes the ids of its things as it makes them (`noting`), warns in the answer, and lists them."""

from channel_service.look_alikes.deciding import LOOK_ALIKE, IdNoted, LookAlikeFound, NoteId
from channel_service.look_alikes.noting import noted_under, noting
from channel_service.look_alikes.routes import look_alike_routes
from channel_service.look_alikes.view import LOOK_ALIKES

__all__ = ["LOOK_ALIKE", "LOOK_ALIKES", "IdNoted", "LookAlikeFound", "NoteId", "look_alike_routes", "noted_under", "noting"]
