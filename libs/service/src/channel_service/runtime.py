"""What a running service holds open: its log, its connections for reading, its worker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Set
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from functools import partial
from typing import Any, Self

import asyncpg
import sqlalchemy as sa
from channel_events import Copies
from channel_events.log import DRIVER_LOST, Log, UnsafeServer, connect_as
from channel_events.subscription import USE_SERVING, use_serving
from channel_events.tasks import end
from channel_events.timing import Clock, now
from channel_events.view import SCOPE, scope_setting, scoped_role
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from channel_service.auth.keys import BadKeys, Keys
from channel_service.auth.principal import Principal
from channel_service.auth.verifier import Verifier
from channel_service.lost import Unavailable, is_away
from channel_service.measures import keep
from channel_service.migrations import behind, revisions_of
from channel_service.reading import Connections, Places, Reads
from channel_service.service import Service
from channel_service.settings import BadSettings, Settings, required, scoping
from channel_service.worker import Worker
from channel_service.writes import Writes

_READ_ONLY: dict[str, Any] = {"default_transaction_read_only": "on"}
_SCOPED = sa.text("select set_config(:name, :value, true), set_config('role', :role, true)")
"""Both end with the transaction. The role is what row security holds for; without the first it would see nothing."""

CHECK_SECONDS = 2
START_SECONDS = 2
"""How long the database may take to answer at start: with the time that imports take, a wrong address is said within 5 s."""


class Runtime:
    """Opened once per process by `open`; routes reach it through ``channel_service.dependencies``."""

    def __init__(self, service: Service, settings: Settings, engine: AsyncEngine, log: Log, verifier: Verifier | None) -> None:
        self.service = service
        self.settings = settings
        self.engine = engine
        self._places = Places(settings.database_connections)
        self.connections = Connections(partial(_opened, settings, writes=False), self._places)
        self.reads = Reads(self.connections, role=settings.database_role, also_sees=service.also_sees, today=self.today)
        self.log = log
        self.worker: Worker | None = None
        self.verifier = verifier
        self.revisions = revisions_of(service)
        self.writes = Writes(partial(connect_as, settings.database_url, "qudao-writes"))
        self.closing = False
        self.ending = asyncio.Event()
        """Set when the server begins to drain: answers that go on for ever have to end now."""

    @classmethod
    @asynccontextmanager
    async def open(cls, service: Service, settings: Settings, clock: Clock = now) -> AsyncIterator[Self]:
        """Opens everything, and closes it in the right order: first what writes, last the connections. ``clock`` is that of timers
        and senders.

        Raises `BadSettings` when tokens could not be verified, or the database does not answer, lacks the service's tables, or may
        lose confirmed writes.
        """
        verifier = await _verifier(settings) if settings.role != "worker" else None
        await _check_database(service, settings)
        engine = _engine(settings)
        copies = Copies(settings.database_url, service.copies)
        log = await _open_log(service, settings, copies)
        runtime = cls(service, settings, engine, log, verifier)
        worker = runtime.worker = Worker(service, settings, log, runtime.reading_everything, clock) if settings.role != "api" else None
        tasks: list[asyncio.Task[None]] = []
        if verifier is not None:
            tasks.append(asyncio.create_task(verifier.keys.stay_fresh(), name="keys"))
        try:
            if worker is not None:
                worker.start()
                tasks.append(asyncio.create_task(keep(service.measures, runtime.reading_everything, runtime.today), name="measures"))
            yield runtime
        finally:
            runtime.closing = True
            await end(*tasks)
            if worker is not None:
                await worker.stop()
            await log.close()
            copies.close()
            runtime.connections.close()
            await engine.dispose()

    @asynccontextmanager
    async def reading(self, scope: str | None) -> AsyncIterator[AsyncConnection]:
        """A connection whose queries all see one snapshot of the serving builds and cannot write; `Unavailable` when there is
        none to be had. For one statement `reads` is the shorter way.

        ``scope`` is the caller's (`Principal.scope`): the database itself shows no row that is not for it, whatever is asked.
        """
        async with self._places.one():
            connection = await self._alive()
            try:
                if scope is not None:
                    seen = await self._seen_by(connection, scope)
                    await connection.execute(
                        _SCOPED, {"name": SCOPE, "value": scope_setting(seen), "role": scoped_role(self.settings.database_role)}
                    )
                yield connection
            finally:
                await connection.close()

    async def _alive(self) -> AsyncConnection:
        """A connection that has begun its transaction. Those of a server that was started again are found to be dead by that, and let go
        one by one: nothing of a read was sent yet, so it is not what pays for them."""
        for left in range(self.settings.database_connections, -1, -1):
            connection = None
            try:
                connection = await self.engine.connect()
                await connection.exec_driver_sql(USE_SERVING)
                return connection
            except BaseException as error:
                if connection is not None:
                    await connection.invalidate()
                    await connection.close()
                if not is_away(error):
                    raise
                # What could not be connected to is away; what was connected, and is gone, was there before.
                if connection is None or not left:
                    raise Unavailable(type(error).__name__) from error
        raise AssertionError

    def reading_everything(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """`reading` for the service itself, and for callers who see everything by their role."""
        return self.reading(None)

    async def fetch(self, sql: str, *values: Any) -> list[Mapping[str, Any]]:
        """Rows of the service's own, in a snapshot of its own; ``$1`` stands for the first value."""
        return [dict(row) for row in await self.reads.fetch(sql, values)]

    async def visible(self, principal: Principal) -> Set[str] | None:
        """The partners whose rows the caller may see; None is all. For what is read from streams, where no database scopes it."""
        if principal.scope is None:
            return None
        return await self.reads.seen_by(principal.scope)

    async def sees(self, principal: Principal, partner_id: str) -> bool:
        """Whether the caller may see what is of this partner."""
        return principal.scope in {None, partner_id} or partner_id in (await self.visible(principal) or ())

    async def _seen_by(self, connection: AsyncConnection, scope: str) -> set[str]:
        """The scope itself, and what the service adds to it."""
        if self.service.also_sees is None:
            return {scope}
        return {scope, *(await connection.scalars(self.service.also_sees(scope, self.today())))}

    def today(self) -> date:
        """The business date of now: the day in the brand's time zone."""
        return datetime.now(self.settings.zone).date()

    async def checks(self) -> dict[str, str]:
        """What the service needs to do its work: ``ok``, or what is wrong."""
        checks = {"log": "closing" if self.closing else "ok", "database": "ok", "migrations": "ok"}
        try:
            async with asyncio.timeout(CHECK_SECONDS), self.reading_everything() as connection:
                checks["migrations"] = await behind(self.revisions, (await connection.get_raw_connection()).driver_connection) or "ok"
        except (Unavailable, sa.exc.SQLAlchemyError, asyncpg.PostgresError, *DRIVER_LOST, OSError, TimeoutError) as error:
            checks["database"] = f"does not answer ({type(error).__name__})"
        if (writes := await self.writes.check()) != "ok":
            checks["writes"] = writes
        if self.worker is not None:
            checks["subscriptions"] = self.worker.state
        return checks

    def troubles(self) -> dict[str, str]:
        """What does not flow although the process does its work (see `Worker.troubles`)."""
        return {} if self.worker is None else self.worker.troubles()

    @property
    def connections_in_use(self) -> int:
        return self._places.in_use


async def _opened(settings: Settings, *, writes: bool) -> asyncpg.Connection:
    # The URL is asyncpg's own: SQLAlchemy understands fewer of its options, and others.
    # Filters may be absent or select nearly nothing: after five uses PostgreSQL would take one plan for all and miss indexes.
    return await connect_as(settings.database_url, "qudao-read", plan_cache_mode="force_custom_plan", **({} if writes else _READ_ONLY))


def _engine(settings: Settings) -> AsyncEngine:
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(_opened, settings, writes=True),  # live_frames of metrics do
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        hide_parameters=True,  # an error of a query names neither partners nor what somebody looked for
        pool_size=settings.database_connections,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
    )


async def _verifier(settings: Settings) -> Verifier:
    why = f"and the role {settings.role} lets nobody in without knowing who it is"
    issuer, audience, jwks = (required(settings, f"auth_{name}", why) for name in ("issuer", "audience", "jwks"))
    keys = Keys(jwks, settings.auth_reload_seconds)
    try:
        await keys.load()
    except BadKeys as error:
        raise BadSettings(f"QUDAO_AUTH_JWKS is wrong: {error}; write {Settings.model_fields['auth_jwks'].description}") from None
    return Verifier(keys, issuer, audience)


_MAY_SCOPE = """
select (rolsuper or rolbypassrls) and exists (
  select from pg_roles s where s.rolname = $1 and pg_has_role(current_user, s.oid, 'set')) from pg_roles where rolname = current_user
"""


async def _check_database(service: Service, settings: Settings) -> None:
    try:
        async with asyncio.timeout(START_SECONDS):
            connection = await connect_as(settings.database_url, "qudao-start", seconds=10)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        raise BadSettings("QUDAO_DATABASE_URL is wrong: the database refuses this user or password; write the service's own") from None
    except asyncpg.InvalidCatalogNameError:
        raise BadSettings("QUDAO_DATABASE_URL is wrong: there is no such database; create it or name the service's own") from None
    except (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError, ValueError) as error:
        raise BadSettings(
            f"QUDAO_DATABASE_URL is wrong or PostgreSQL is down: no database answers there ({type(error).__name__}); "
            "start it or write its address"
        ) from None
    try:
        lacks = await behind(revisions_of(service), connection)
        tables = [] if lacks else [table.sql.name for view in service.views for table in view.tables]
        if tables:
            await use_serving(connection, session=True)
        missing = await connection.fetchval(
            "select count(*) from unnest($1::text[]) as name where to_regclass(quote_ident(name)) is null", tables
        )
        scopes = await connection.fetchval(_MAY_SCOPE, scoped_role(settings.database_role))
    finally:
        await connection.close()
    if lacks or missing:
        package = (service.migrations or service.name.replace("-", "_")).partition(".")[0]
        raise BadSettings(f"the database at QUDAO_DATABASE_URL lacks tables of this version; run: python -m {package} migrate")
    if not scopes:
        role = settings.database_role
        raise BadSettings(f"the role of QUDAO_DATABASE_URL cannot show a partner its own rows only; as a superuser run: {scoping(role)}")


async def _open_log(service: Service, settings: Settings, copies: Copies) -> Log:
    try:
        return await Log.open(
            service=service.name,
            dsn=settings.database_url,
            deciders=service.deciders,
            timezone=settings.timezone,
            durable=settings.durable,
            look=copies.look,
        )
    except UnsafeServer as error:
        raise BadSettings(f"QUDAO_DATABASE_URL points to a server that events are not safe on: {error}") from None
    except (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError) as error:
        raise BadSettings(f"the log in the database at QUDAO_DATABASE_URL cannot be opened: {error}") from None
