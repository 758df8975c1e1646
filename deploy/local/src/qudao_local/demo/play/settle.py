"""Waits until the metrics show what was sent, and says what they do not."""

import asyncio
import time
from dataclasses import fields
from decimal import Decimal

from qudao_local.demo.play.figures import Figures
from qudao_local.demo.play.kpis import Kpis
from qudao_local.demo.play.progress import Reporter

WITHOUT_PROGRESS = 30.0
"""Seconds after which nothing more is expected to come."""
_QUIET = 5.0
"""The same where what is shown is not only what was sent, so that it cannot be told when it is complete."""
_PAUSE = 0.3
_CENT = Decimal("0.005")


class Differs(Exception):
    """The metrics do not show what was sent; the text says where."""


async def settle(kpis: Kpis, expected: Figures, reporter: Reporter, *, altered: int = 0) -> str | None:
    """Returns when every figure is as expected: money to the cent, counts exactly.

    Else, when nothing has changed for a while, it raises `Differs`, or returns the reason why they cannot be: ``altered`` documents
    are there as they were sent before, or orders of earlier loads that are not in this export.
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
        else:
            more = shown.orders - expected.orders if isinstance(shown, Figures) else 0
            excused = _excused(altered, more - altered)
            if time.monotonic() - changed > (_QUIET if excused else WITHOUT_PROGRESS):
                if excused is None:
                    raise Differs("; ".join(differing))
                stage.finish("nothing more comes")
                return excused
        await asyncio.sleep(_PAUSE)
    stage.finish("every figure is as sent: " + described(expected))
    return None


def _excused(altered: int, more: int) -> str | None:
    """Why the figures are not those of what was sent."""
    reasons = []
    if altered:
        reasons.append(f"{altered:,} documents are there as they were before they were changed")
    if more > 0:
        reasons.append(f"{more:,} orders of earlier loads are not in this export")
    return f"the figures are not those of this export alone: {'; '.join(reasons)}" if reasons else None


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
