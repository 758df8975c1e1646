"""The service that a command is about: found by its entry point, reached by the settings its own processes have."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from channel_events.broker import PROFILES, Broker
from channel_events.log import Log
from channel_events.pure import Decider
from channel_events.reaction import Reaction
from channel_events.security import BadSecurity, Security
from channel_events.sending.sender import Sender
from channel_events.signature import read_topic_key
from channel_events.view import View

from channel_operate.services import Installed, installed
from channel_operate.settings import PREFIX, setting

Named = TypeVar("Named", bound=View | Reaction)


class CannotRun(Exception):
    """The command cannot be run like this; the text says what to do."""


class Described(Protocol):
    """What a service says of itself."""

    name: str
    deciders: Sequence[Decider[Any, Any, Any]]
    views: Sequence[View]
    reactions: Sequence[Reaction]
    senders: Sequence[Sender]


class Target(msgspec.Struct, frozen=True):
    """A service with its database and broker."""

    service: Described
    dsn: str
    owner_dsn: str | None
    moving: Broker | None
    """The broker; None where no address is set."""
    timezone: str
    durable: bool

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def topic(self) -> str:
        return self.broker.topic(self.name)

    @property
    def broker(self) -> Broker:
        if self.moving is None:
            raise CannotRun(f"{PREFIX}KAFKA_BOOTSTRAP is not set: write the broker's addresses, like 127.0.0.1:59092")
        return self.moving

    async def log(self) -> Log:
        """The log, opened for writing: a restore that nobody noticed yet is noticed then."""
        service = self.service
        return await Log.open(service=service.name, dsn=self.dsn, deciders=service.deciders, timezone=self.timezone, durable=self.durable)

    def view(self, name: str) -> View:
        return self._named(name, self.service.views, "view")

    def reaction(self, name: str) -> Reaction:
        return self._named(name, self.service.reactions, "reaction")

    def view_or_reaction(self, name: str) -> View | Reaction:
        both: list[View | Reaction] = [*self.service.views, *self.service.reactions]
        return self._named(name, both, "view or reaction")

    def _named(self, name: str, there: Sequence[Named], what: str) -> Named:
        for one in there:
            if name in (one.name, one.subscription):
                return one
        raise CannotRun(f"{self.name} has no {what} {name!r}; it has: {', '.join(one.name for one in there) or 'none'}")


def _broker() -> Broker | None:
    bootstrap, profile, key = _setting("KAFKA_BOOTSTRAP"), _setting("BROKER_PROFILE") or "embedded", _setting("TOPIC_KEY")
    if profile not in PROFILES:
        raise CannotRun(f"{PREFIX}BROKER_PROFILE is wrong: write {' or '.join(PROFILES)}")
    replication = _setting("TOPIC_REPLICATION")
    if replication is not None and (not replication.isdecimal() or not 1 <= int(replication) <= 15):
        raise CannotRun(f"{PREFIX}TOPIC_REPLICATION is wrong: write how many brokers hold each record, like 3")
    if bootstrap is None:
        return None
    try:
        return Broker(
            bootstrap,
            profile,
            prefix="qudao." if (prefix := setting("TOPIC_PREFIX")) is None else prefix,
            replication=None if replication is None else int(replication),
            key=None if key is None else read_topic_key(key),
            security=Security.of(_setting),
        )
    except BadSecurity as refusal:
        raise CannotRun(str(refusal)) from None
    except ValueError:
        raise CannotRun(f"{PREFIX}TOPIC_KEY is wrong: write the key of the topics, as the services' processes have it") from None


def target(name: str | None) -> Target:
    """The service called ``name``, the only one installed when that is None, with the settings that its processes have."""
    found = {one.name: one for one in installed()}
    entry = found.get(name or "") or _only(found, name)
    dsn = _setting("DATABASE_URL")
    if dsn is None:
        raise CannotRun(f"{PREFIX}DATABASE_URL is not set: write the URL of the service's database, as its processes have it")
    return Target(
        service=entry.load(),
        dsn=dsn,
        owner_dsn=_setting("OWNER_DATABASE_URL"),
        moving=_broker(),
        timezone=_setting("TIMEZONE") or "Asia/Shanghai",
        durable=(_setting("DURABLE") or "true").lower() not in ("false", "0", "no", "off"),
    )


def _only(found: dict[str, Installed], name: str | None) -> Installed:
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    there = ", ".join(sorted(found)) or "none"
    said = "name a service with --service" if name is None else f"no service {name!r} is installed"
    raise CannotRun(f"{said}; there are: {there}")


def _setting(name: str) -> str | None:
    return setting(name) or None
