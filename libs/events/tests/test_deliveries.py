"""Deliveries: a stream per intent, decided and shown the same whatever order its ends come in."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from channel_events import Backoff, Known, Rejected
from channel_events.sending import (
    DeliveryBegun,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryRedriven,
    DeliverySent,
    DeliveryTried,
)
from channel_events.sending.deliveries import Begin, Failed, Redrive, Sent, Try
from channel_testing import feed, given, recorded

from .posting import posting
from .test_sender import Outside

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_delivery_is_a_row_whatever_the_order_of_ends() -> None:
    view = posting(Outside().opened).view
    story = [
        DeliveryTried(1, NOON),
        DeliveryFailed(1, "503", NOON),
        DeliveryTried(2, NOON),
        DeliverySent(2, "ok"),
        DeliveryFailed(1, "x", None),
    ]
    begun = DeliveryBegun("i-1", "ann", {"to": "ann"})
    others = recorded(begun, stream="other_delivery/1")
    [row] = feed(view, *(recorded(one, stream="post_delivery/1") for one in [begun, *story]), others).rows()
    assert (row["status"], row["tries"], row["reason"], row["answer"], row["due_at"]) == ("sent", 2, "503", "ok", None)


def test_a_try_of_which_nothing_was_heard_may_yet_turn_out_to_have_got_there() -> None:
    begun, last = DeliveryBegun("i-1", "ann"), DeliveryTried(1, NOON)
    delivery = posting(Outside().opened, retry=Backoff(tries=1)).deliveries
    silent = DeliveryGivenUp(1, "nothing was heard of the last try")
    given(delivery, begun, last).when(Try(2, NOON - timedelta(seconds=1), NOON)).then_rejected("delivery_not_due")
    given(delivery, begun, last).when(Try(2, NOON, NOON)).then(silent)
    given(delivery, begun, last, silent).when(Sent(1)).then(DeliverySent(1))
    given(delivery, begun, last, silent, DeliverySent(1)).when(Redrive()).then_rejected("delivery_sent")


def test_whatever_is_commanded_in_any_order_a_delivery_keeps_its_promises() -> None:
    for seed in range(500):
        _check(_told(random.Random(seed)))


def _told(dice: random.Random) -> list[tuple[datetime, Any]]:
    """Events that commands in a random order come to, each with its time."""
    decider, at = posting(Outside().opened).deliveries, NOON
    state, told = decider.initial, []
    for command in [Begin("i-1", "ann", {}), *[None] * 40]:
        at += timedelta(seconds=dice.choice([0, 1, 5]))
        number = dice.randint(1, state.tries + 1)
        some = command or dice.choice(
            [
                *[Try(number, at, at + timedelta(seconds=3))] * 2,
                Failed(number, "no", at + timedelta(seconds=dice.choice([0, 2]))),
                Sent(number) if dice.random() < 0.2 else Failed(number, "no", None),
                Redrive(),
                Begin("i-1", "ann", {}),
            ]
        )
        try:
            events = list(decider.decide(some, state, Known(NOON.date())))
        except Rejected:
            continue
        state = decider.fold(events, state)
        told += [(at, one) for one in events]
    return told


def _check(told: list[tuple[datetime, Any]]) -> None:
    """Numbers follow each other; no try begins after it was sent, before it is due, or more often than it may; ends are told once."""
    due, left = NOON, 3
    numbers: list[int] = []
    ended: list[int] = []
    for at, one in told:
        match one:
            case DeliveryTried(number=number, until=until):
                assert at >= due
                assert left > 0
                assert not any(isinstance(e, DeliverySent) for t, e in told if t < at)
                numbers.append(number)
                due, left = until, left - 1
            case DeliveryFailed(number=number, again_at=again_at):
                ended.append(number)
                due = again_at or due
            case DeliverySent(number=number):
                ended.append(number)
            case DeliveryRedriven():
                due, left = NOON, 3
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(ended) == len(set(ended))
    assert set(ended) <= set(numbers)
    assert sum(isinstance(one, DeliveryBegun) for _, one in told) == 1
