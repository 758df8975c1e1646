"""The load model tells what was measured and not told to it, and the guide stands on that."""

from itertools import pairwise

import pytest
from channel_events.partition import PARTITIONS
from qudao_checks.capacity import guide
from qudao_checks.capacity.guide import MEASURED, PAGE, TIERS, batch_of, compared, need
from qudao_checks.capacity.measured import RESULTS, points
from qudao_checks.capacity.model import Batch, simulated

FOUND = points(RESULTS.read_text("utf-8"))
HELD = ("55cbed7", "f88c8a7", "d4147a0", MEASURED)
"""Commits whose rows with 1, 16 and 64 writers the model is held to."""
WITHIN = 0.25


@pytest.mark.parametrize("commit", HELD)
def test_the_model_tells_what_was_measured_within_a_quarter(commit: str) -> None:
    rows = compared(FOUND[commit])
    assert len(rows) >= 2
    assert [(what, unit, has, says) for what, unit, has, says in rows if abs(says / has - 1) > WITHIN] == []


def test_a_model_without_what_batches_share_does_not() -> None:
    """The check can fail: were each event written by itself, sixty-four writers would get no more than one."""
    batch = batch_of(FOUND[MEASURED])
    alone = Batch(0.0, batch.cpu + batch.cpu_each, 0.0, batch.wait + batch.wait_each)
    measured = FOUND[MEASURED]["append, 64 writers"].rate
    assert simulated(64, request=0.0, batch=alone).rate < measured / 5


def test_what_the_model_was_told_it_tells() -> None:
    batch = batch_of(FOUND[MEASURED])
    for writers in (1, 16):
        point = FOUND[MEASURED][f"append, {writers} writers"]
        told = simulated(writers, request=0.0, batch=batch)
        assert told.rate == pytest.approx(point.rate, rel=0.01)
        assert told.cpu == pytest.approx(point.cpu, rel=0.01)


def test_nobody_is_lost_in_it() -> None:
    """Little's law: who waits is as many as there are."""
    for clients in (1, 7, 40):
        told = simulated(clients, request=0.0004, batch=batch_of(FOUND[MEASURED]))
        assert told.rate * told.p50 == pytest.approx(clients, rel=0.15)


def test_larger_channels_need_no_less() -> None:
    needs = [need(tier, FOUND[MEASURED]) for tier in TIERS]
    for less, more in pairwise(needs):
        assert less.doors <= more.doors
        assert less.events < more.events
        assert less.logs <= more.logs
    assert [one.logs for one in needs[:2]] == [1, 1]
    assert needs[2].logs > 1, "the guide says when a log is split"
    assert guide.PARTITIONS == PARTITIONS
    text = PAGE.read_text("utf-8")
    assert all(f"| {tier.name} | {tier.orders:,} |" in text for tier in TIERS)
