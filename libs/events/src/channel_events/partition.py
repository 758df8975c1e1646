"""Which partition of its service's topic a stream belongs to."""

from zlib import crc32

PARTITIONS = 12
"""Partitions of every topic, for ever: the number is written into the rows of the log."""


def partition_of(stream: str) -> int:
    """CRC-32 (ISO-HDLC) of the stream id's UTF-8, modulo `PARTITIONS`; pinned by ``tests/partitions.golden.json``.

    Ours and not the Kafka client's, so that a record's partition is fixed when the row is written and never depends
    on which client sends it.
    """
    return crc32(stream.encode()) % PARTITIONS
