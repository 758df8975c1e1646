"""Partitions are written into the rows of logs: no version may ever compute another one for a stream."""

import json
from collections import Counter
from pathlib import Path

from channel_events.partition import PARTITIONS, partition_of

GOLDEN: dict[str, int] = json.loads(Path(__file__).with_name("partitions.golden.json").read_text("utf-8"))


def test_a_streams_partition_is_what_it_always_was() -> None:
    assert {stream: partition_of(stream) for stream in GOLDEN} == GOLDEN
    assert PARTITIONS == 12


def test_the_golden_file_shows_every_partition_and_every_kind_of_text() -> None:
    assert set(GOLDEN.values()) == set(range(12))
    assert any(not stream.isascii() for stream in GOLDEN)
    assert {"", "jar/"} <= GOLDEN.keys()


def test_streams_are_spread_evenly() -> None:
    counts = Counter(partition_of(f"order/shop:{number}") for number in range(12_000))
    assert len(counts) == 12
    assert max(counts.values()) < 1_200
