"""Waits until the metrics show what was sent, and says what they do not."""

import asyncio
import time
from dataclasses import fields
from decimal import Decimal

from qudao_local.demo.play.figures import Figures
from qudao_local.demo.play.kpis import Kpis
from qudao_local.demo.play.progress import Reporter

_WITHOUT_PROGRESS = 30.0
"""Seconds after which nothing more is expected to come."""
_PAUSE = 0.3
_CENT = Decimal("0.005")


class Differs(Exception):
    """The metrics do not show what was sent; the text says where."""


async def settle(kpis: Kpis, expected: Figures, reporter: Reporter) -> None:
    """Returns when every figure is as expected: money to the cent, counts exactly.

    Raises `Differs` when they have not come there and nothing has changed for a while.
    """
    stage = reporter.stage("metrics", expected.order_lines)
    changed, seen = time.monotonic(), None
    while True:
        lines = await kpis.order_lines()
        stage.advance(max(0, min(lines, expected.order_lines) - stage.done))
        if lines >= expected.order_lines:
            shown: object = await kpis.total()
            if isinstance(shown, Figures) and not (differing := differences(shown, expected)):
                break
        else:
            shown, differing = lines, [f"order_lines: {lines:,} instead of {expected.order_lines:,}"]
        if shown != seen:
            changed, seen = time.monotonic(), shown
        elif time.monotonic() - changed > _WITHOUT_PROGRESS:
            raise Differs("; ".join(differing))
        await asyncio.sleep(_PAUSE)
    stage.finish("every figure is as sent: " + described(expected))


def differences(shown: Figures, expected: Figures) -> list[str]:
    """Which figures are not as expected."""
    differing = []
    for field in fields(Figures):
        have, want = getattr(shown, field.name), getattr(expected, field.name)
        if abs(have - want) >= (_CENT if isinstance(want, Decimal) else 1):
            differing.append(f"{field.name}: {have:,} instead of {want:,}")
    return differing


def described(figures: Figures) -> str:
    return f"{figures.orders:,} orders, {figures.order_lines:,} lines, {figures.units:,} units"
