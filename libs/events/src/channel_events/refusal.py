"""Why a broker that is there does not take us.

aiokafka says of a wrong password, a certificate that nobody trusts and a port that speaks TLS what it says of a broker that is away:
that it was unable to bootstrap. So the broker is asked once more, step by step.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    RequestTimedOutError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from channel_events.security import MECHANISMS, Security

_SECONDS, _STEP_SECONDS = 10.0, 3.0
_OTHER_NAME, _OTHER_ADDRESS = 62, 64
"""OpenSSL's codes for a certificate that is right, but not of this host."""
_AWAY = (OSError, KafkaError, EOFError, TimeoutError)


class BrokerRefused(Exception):
    """The broker is there, but not for us: no waiting helps, and the text says which setting to look at."""


async def raise_refusal(bootstrap: str, security: Security) -> None:
    """Raises `BrokerRefused` when one of the addresses says why it does not take us; nothing where they are merely away."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            async with asyncio.timeout(_SECONDS):
                why = await _why(host, int(port), security)
        except _AWAY:
            continue
        if why:
            raise BrokerRefused(f"the broker at {address.strip()} {why}")


async def _why(host: str, port: int, security: Security) -> str | None:
    try:
        async with _connected(host, port, **security.options()) as connection:
            await connection.send(MetadataRequest([]))
    except ssl.SSLCertVerificationError as error:
        return _of_certificate(error)
    except UnsupportedSaslMechanismError:
        known = " or ".join(one for one in MECHANISMS if one != security.mechanism)
        return f"does not take {security.mechanism}: write {known} as QUDAO_KAFKA_SECURITY_MECHANISM"
    except SaslAuthenticationFailed:
        return (
            f"does not take the user {security.user} with this password: "
            "correct QUDAO_KAFKA_SECURITY_USER or QUDAO_KAFKA_SECURITY_PASSWORD, or make the user there"
        )
    except IllegalSaslStateError:
        return f"asks for no user: write {'SSL' if security.tls else 'PLAINTEXT'} as QUDAO_KAFKA_SECURITY"
    except (TimeoutError, RequestTimedOutError):
        return None  # one that stands still would say nothing to any other question either
    except _AWAY:
        return await _of_protocol(host, port, security)
    return None


def _of_certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return f"has a certificate of another name ({error.verify_message}): write a name that is in it as QUDAO_KAFKA_BOOTSTRAP"
    return f"has a certificate that is not trusted ({error.verify_message}): write the PEM file of who signed it as QUDAO_KAFKA_SECURITY_CA"


async def _of_protocol(host: str, port: int, security: Security) -> str | None:
    """What else than we do it speaks, as far as it can be seen."""
    if not security.tls and await _speaks_tls(host, port):
        return f"speaks TLS: write {'SASL_SSL' if security.sasl else 'SSL or SASL_SSL'} as QUDAO_KAFKA_SECURITY"
    if security.tls and await _speaks_plainly(host, port):
        return f"does not speak TLS: write {'SASL_PLAINTEXT' if security.sasl else 'PLAINTEXT or SASL_PLAINTEXT'} as QUDAO_KAFKA_SECURITY"
    if not security.sasl and await _asks_for_a_user(host, port, security):
        return f"asks for a user: write SASL_{'SSL' if security.tls else 'PLAINTEXT'} as QUDAO_KAFKA_SECURITY"
    if security.tls and security.certificate is None and await _speaks_tls(host, port):
        return "asks for a certificate: write QUDAO_KAFKA_SECURITY_CERTIFICATE and QUDAO_KAFKA_SECURITY_KEY"
    return None


async def _speaks_tls(host: str, port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is said to it, but hello
    try:
        async with asyncio.timeout(_STEP_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except _AWAY:
        return False
    writer.close()
    return True


async def _speaks_plainly(host: str, port: int) -> bool:
    try:
        async with _connected(host, port):
            return True
    except _AWAY:
        return False


async def _asks_for_a_user(host: str, port: int, security: Security) -> bool:
    protocol = "SASL_SSL" if security.tls else "SASL_PLAINTEXT"
    try:
        # Nobody's name, by a mechanism that shows no password.
        said = {**security.options(), "security_protocol": protocol, "sasl_mechanism": MECHANISMS[0]}
        async with _connected(host, port, **said, sasl_plain_username="nobody", sasl_plain_password=""):
            return True
    except (SaslAuthenticationFailed, UnsupportedSaslMechanismError):
        return True
    except _AWAY:
        return False


@asynccontextmanager
async def _connected(host: str, port: int, **options: Any) -> AsyncIterator[Any]:
    connection = await create_conn(host, port, request_timeout_ms=_STEP_SECONDS * 1000, **options)
    try:
        yield connection
    finally:
        connection.close()
