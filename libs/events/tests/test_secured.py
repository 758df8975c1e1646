"""A broker that asks who we are: told right, everything flows; told wrong, the text says what to write."""

import socket
import time
from dataclasses import dataclass
from functools import partial

import pytest
from aiokafka.errors import KafkaConnectionError
from channel_events import Log
from channel_events.broker import Broker
from channel_events.refusal import _STEP_SECONDS, BrokerRefused, raise_refusal
from channel_events.relay import Relay
from channel_events.security import MECHANISMS, Security
from channel_events.subscription import ViewSubscription
from msgspec.structs import replace
from qudao_checks.kafka.secured import Secured
from qudao_local.certificates import Authority

from .moving import check_applied_once, eventually, fill, make_tables, reached, running, taken_view

# asyncio leaves the socket of a TLS handshake that failed to the collector, who warns of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WAYS = [("SSL", MECHANISMS[0]), *(("SASL_SSL", one) for one in MECHANISMS), ("SASL_PLAINTEXT", MECHANISMS[0])]


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_events_flow_whatever_the_broker_asks_for(
    log: Log, database: str, secured: Secured, topic_prefix: str, protocol: str, mechanism: str
) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    broker = Broker(secured.address(protocol), "kafka", prefix=topic_prefix, replication=1, security=secured.right(protocol, mechanism))
    relay = Relay(service="specimen", dsn=database, broker=broker, wake=log.wake())
    async with running(relay, ViewSubscription(view, view.sources[0], dsn=database, broker=broker, service="reader")):
        await eventually(partial(reached, database, 50), 30)
    await check_applied_once(log, database)


@dataclass(frozen=True)
class Wrong:
    """What is said of the broker, and what has to be in the answer."""

    at: str
    answer: str
    right: str = ""
    host: str = "127.0.0.1"
    user: str = ""
    password: str = ""
    mechanism: str = ""
    of_another: bool = False

    def security(self, secured: Secured) -> Security:
        said = {name: value for name in ("user", "password", "mechanism") if (value := getattr(self, name))}
        if self.of_another:
            said["ca"] = str(Authority(secured.authority.file.parent, "somebody").file)
        return replace(secured.right(self.right or self.at), **said)


WRONG = {
    "password": Wrong("SASL_SSL", "does not take the user metrics with this password: correct QUDAO_KAFKA_SECURITY_USER", password="x"),
    "user": Wrong("SASL_PLAINTEXT", "does not take the user nobody with this password", user="nobody"),
    "plain password": Wrong("SASL_SSL", "does not take the user metrics", password="x", mechanism="PLAIN"),
    "mechanism": Wrong("SASL_PLAINTEXT", "does not take PLAIN: write SCRAM-SHA-512 or SCRAM-SHA-256", mechanism="PLAIN"),
    "authority": Wrong("SASL_SSL", "not trusted .* who signed it as QUDAO_KAFKA_SECURITY_CA", of_another=True),
    "name": Wrong("SASL_SSL", "another name .*: write a name that is in it as QUDAO_KAFKA_BOOTSTRAP", host="localhost"),
    "no TLS": Wrong("SASL_SSL", "speaks TLS: write SASL_SSL as QUDAO_KAFKA_SECURITY", right="SASL_PLAINTEXT"),
    "nothing": Wrong("SSL", "speaks TLS: write SSL or SASL_SSL", right="PLAINTEXT"),
    "TLS": Wrong("SASL_PLAINTEXT", "does not speak TLS: write SASL_PLAINTEXT", right="SASL_SSL"),
    "TLS only": Wrong("PLAINTEXT", "does not speak TLS: write PLAINTEXT or SASL_PLAINTEXT", right="SSL"),
    "no user": Wrong("SASL_PLAINTEXT", "asks for a user: write SASL_PLAINTEXT as QUDAO_KAFKA_SECURITY", right="PLAINTEXT"),
    "no user, with TLS": Wrong("SASL_SSL", "asks for a user: write SASL_SSL", right="SSL"),
    "a user": Wrong("PLAINTEXT", "asks for no user: write PLAINTEXT", right="SASL_PLAINTEXT"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
async def test_a_broker_that_does_not_take_us_is_told_with_what_to_write(secured: Secured, wrong: Wrong) -> None:
    broker = Broker(secured.address(wrong.at, wrong.host), "kafka", security=wrong.security(secured))
    with pytest.raises(BrokerRefused, match=wrong.answer):
        async with broker.admin():
            pass


async def test_a_client_without_a_certificate_is_told_that_it_needs_one(secured: Secured) -> None:
    security = replace(secured.right("SSL"), certificate=None, key=None)
    with pytest.raises(BrokerRefused, match="asks for a certificate: write QUDAO_KAFKA_SECURITY_CERTIFICATE and"):
        async with Broker(secured.address("SSL"), "kafka", security=security).admin():
            pass


async def test_a_broker_that_is_away_or_stands_still_is_no_refusal(secured: Secured) -> None:
    with pytest.raises(KafkaConnectionError, match=r"no broker answers at 127\.0\.0\.1:1"):
        async with Broker("127.0.0.1:1", "kafka", security=secured.right("SASL_SSL")).admin():
            pass
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for protocol in ("PLAINTEXT", "SASL_SSL"):
            began = time.monotonic()
            await raise_refusal(address, secured.right(protocol))
            assert time.monotonic() - began < 2 * _STEP_SECONDS, "every question was asked in turn"
