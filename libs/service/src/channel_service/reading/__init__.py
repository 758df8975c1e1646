"""Reads of one statement: each is one snapshot, and one round trip to the database."""

from channel_service.reading.compiled import Compiled, compiled
from channel_service.reading.connections import Connections, Places
from channel_service.reading.reads import Read, Reads
from channel_service.reading.rows import PlainRows, plain_rows
from channel_service.reading.shape import Shape, in_order

__all__ = ["Compiled", "Connections", "Places", "PlainRows", "Read", "Reads", "Shape", "compiled", "in_order", "plain_rows"]
