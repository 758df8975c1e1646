"""Secrets that a service gives out and keeps, sealed: those that sources sign with, those that webhooks are signed with.

Which of them count, and until when, is in the service's log; the secrets themselves never are. They lie in a table of the service's own
migrations: the column that names whose they are, ``secret_id``, and ``sealed``.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from channel_events import Actor, Appended, CommandKey, Log, On, connect_as
from msgspec import Struct
from pydantic import Field

from channel_service.models import StrictModel
from channel_service.receipts import Receipt
from channel_service.sealing import Sealer
from channel_service.settings import Settings

DAY = 86_400
RANDOM_BYTES = 32
Fetch = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]
"""Rows of a statement: ``fetch(sql, *values)``."""


class Rotation(StrictModel):
    previous_valid_for: int = Field(
        default=DAY, ge=0, le=90 * DAY, strict=True, description="Seconds that the secrets before it still count: 0 when they became known."
    )

    @property
    def previous_until(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.previous_valid_for)


ROTATION = Rotation()


class NewSecret(Receipt):
    """``secret`` is shown this once: null when the request is a repeat."""

    secret_id: str = Field(examples=["4f1d0c9a2b3e5d67"])
    secret: str | None = Field(examples=["whsec_..."])
    previous_until: datetime


class KeptSecrets(Struct, frozen=True):
    """Secrets in ``table``, whose column ``owner`` names whose they are. ``thing`` begins what each is sealed as, so that one opens as no
    other."""

    table: str
    owner: str
    thing: str

    @property
    def grants(self) -> str:
        """For `Service.grants`. They are only ever added: which count is in the log."""
        return f'grant select, insert on {self.table} to "{{role}}";'

    def sealed_as(self, id_: str, secret_id: str) -> str:
        return f"{self.thing}/{id_}/{secret_id}"

    async def rotate(
        self,
        log: Log,
        settings: Settings,
        id_: str,
        make: Callable[[bytes], str],
        rotating: Callable[[str], On],
        by: Actor,
        key: CommandKey | None,
    ) -> NewSecret:
        """A new secret of ``id_``: ``make`` gives it its form from random bytes, ``rotating`` is the command by which the one of this name
        counts. The event it makes has ``secret_id`` and ``previous_until``.

        It is stored before the event makes it count: a crash between the two leaves a sealed text that nobody has, and the old secret in
        force. A repeated key answers with the rotation that was done, and with no secret.
        """
        secret_id, secret = secrets.token_hex(8), make(secrets.token_bytes(RANDOM_BYTES))
        sealed = Sealer.of(settings).seal(secret, self.sealed_as(id_, secret_id))
        connection = await connect_as(settings.database_url, "qudao-secrets", seconds=10)
        try:
            await connection.execute(
                f"insert into {self.table} ({self.owner}, secret_id, sealed) values ($1, $2, $3)", id_, secret_id, sealed
            )
        finally:
            await connection.close(timeout=5)
        return self._told(id_, secret, await log.execute(rotating(secret_id), by=by, key=key))

    def _told(self, id_: str, secret: str, appended: Appended) -> NewSecret:
        rotated = appended.events[0].data
        shown = None if appended.replayed else secret
        return NewSecret.of(id_, appended, secret_id=rotated.secret_id, secret=shown, previous_until=rotated.previous_until)

    async def opened(self, fetch: Fetch, sealer: Sealer, id_: str, names: Sequence[str]) -> dict[str, str]:
        """The secrets of ``id_`` by these names, in their order; what is not there is left out. `Rejected` (``secrets_key_missing``)
        for one that no key of ours sealed."""
        if not names:
            return {}
        sql = f"select secret_id, sealed from {self.table} where {self.owner} = $1 and secret_id = any($2::text[])"
        stored = {row["secret_id"]: row["sealed"] for row in await fetch(sql, id_, list(names))}
        return {name: sealer.open(stored[name], self.sealed_as(id_, name)) for name in names if name in stored}
