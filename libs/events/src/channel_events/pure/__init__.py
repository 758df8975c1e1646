"""The part of the library that domain code may import: no clock, no ids, no I/O."""

from channel_events.pure.changes import Add, Change, Delete, Insert, Put, Set
from channel_events.pure.decider import Decider, On, Rejected
from channel_events.pure.events import EventType, Registry, event, event_type
from channel_events.pure.recorded import Actor, CommandKey, Recorded, stream_id, stream_key

__all__ = [
    "Actor",
    "Add",
    "Change",
    "CommandKey",
    "Decider",
    "Delete",
    "EventType",
    "Insert",
    "On",
    "Put",
    "Recorded",
    "Registry",
    "Rejected",
    "Set",
    "event",
    "event_type",
    "stream_id",
    "stream_key",
]
