"""A partner that is imported with the steps behind it: applied, approved and activated in one write."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from channel_events import Decider, On, Rejected

from partner_registry.application.partners import applying, changing
from partner_registry.domain.partner import PARTNER, ActivatePartner, ApplyPartner, ApprovePartner, Partner, Status


def partner_stream(partner_id: str) -> tuple[Decider[Any, Partner, Any], str]:
    """The decider and the key of a partner's stream."""
    return PARTNER, partner_id


def admitting(command: ApplyPartner, approved_on: date | None, activated_on: date | None, known: Partner) -> Iterator[On]:
    """The application and the steps that are not there yet; ``partner_exists`` when one is there with another date.

    The steps themselves are no news to a partner that took them on another day, so that is found here.
    """
    yield from applying(command)
    for on, status, step in ((approved_on, Status.APPROVED, ApprovePartner), (activated_on, Status.ACTIVE, ActivatePartner)):
        if on is None:
            continue
        taken = next((standing.since for standing in known.standings if standing.status is status), None)
        if taken is None:
            yield from changing(step(partner_id=command.partner_id, on=on, today=command.today))
        elif taken != on:
            raise Rejected("partner_exists", partner_id=command.partner_id)
