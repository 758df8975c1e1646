"""What a connector is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from orders_inventory.connectors.meaning import Meaning
from orders_inventory.domain.source import SourceSettings

Headers: TypeAlias = Mapping[str, str]
"""By lower-case name. Nothing in them can be believed unless the signature covers it."""


@dataclass(frozen=True)
class Delivery:
    """A request as it came."""

    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Connector:
    """How one platform signs, names and says things. All functions are pure, and none may raise on any input but where it says so.

    ``signature``: the header without which nothing is signed, in lower case.
    ``signed_by(delivery, secrets, now)``: the number of the secret that signed the raw bytes, ``None`` when none did; parses nothing.
    ``identify(delivery)``: the platform's own id of a delivery whose signature is right; the same id is the same push for ever.
    ``interpret(delivery, settings, received_at)``: what it means; `Rejected` when it cannot be read: it is parked with that reason.
    ``is_ping``: an unsigned greeting that is answered and not kept. ``new_secret(random)`` makes a secret of 32 random bytes in
    the platform's form. ``kept``: the headers that are kept with the body.
    """

    platform: str
    signature: str
    kept: tuple[str, ...]
    signed_by: Callable[[Delivery, Sequence[str], datetime], int | None]
    identify: Callable[[Delivery], str]
    interpret: Callable[[Delivery, SourceSettings, datetime], Meaning]
    is_ping: Callable[[Delivery], bool]
    new_secret: Callable[[bytes], str]
