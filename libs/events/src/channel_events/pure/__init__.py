"""The part of the library that domain code may import: no clock, no ids, no I/O."""

from channel_events.pure.changes import Add, Change, Delete, Insert, Put, Rows, Set
from channel_events.pure.commands import CommandType, command, command_type, key_of
from channel_events.pure.decider import Ask, Current, Decider, On, Rejected, Steps, UseCase
from channel_events.pure.events import EventType, Registry, event, event_type
from channel_events.pure.known import Found, Known, Lacking, Need
from channel_events.pure.recorded import Actor, CommandKey, Recorded, stream_id, stream_key, stream_tag
from channel_events.pure.telling import agree, say, tell

__all__ = [
    "Actor",
    "Add",
    "Ask",
    "Change",
    "CommandKey",
    "CommandType",
    "Current",
    "Decider",
    "Delete",
    "EventType",
    "Found",
    "Insert",
    "Known",
    "Lacking",
    "Need",
    "On",
    "Put",
    "Recorded",
    "Registry",
    "Rejected",
    "Rows",
    "Set",
    "Steps",
    "UseCase",
    "agree",
    "command",
    "command_type",
    "event",
    "event_type",
    "key_of",
    "say",
    "stream_id",
    "stream_key",
    "stream_tag",
    "tell",
]
