"""How clients know that they speak to the broker, and how they show who they are: TLS, a certificate, a user with a password."""

import ssl
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
"""Kafka's own words for: neither TLS nor a user, TLS, a user, both."""
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")

_AT = "QUDAO_KAFKA_SECURITY"
_OF_TLS, _OF_USERS = ("CA", "CERTIFICATE", "KEY"), ("MECHANISM", "USER", "PASSWORD")


class BadSecurity(Exception):
    """The settings contradict each other, or name what is not there; the text says what to write."""


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """``ca``, ``certificate``, ``key``: PEM files, of the authorities that are trusted (the system's unless given), and of the client.

    They are read again for each client, so certificates may be changed under a process that runs.
    """

    protocol: str = "PLAINTEXT"
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    mechanism: str = MECHANISMS[0]
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Security({self.protocol!r})"  # what it holds is nobody's who prints it

    @classmethod
    def of(cls, setting: Callable[[str], str | None]) -> "Security":
        """What settings say; ``setting`` gives that of a name without the prefix. `BadSecurity` for what cannot work."""
        protocol = setting("KAFKA_SECURITY") or PROTOCOLS[0]
        if protocol not in PROTOCOLS:
            raise BadSecurity(f"{_AT} is wrong; write {', '.join(PROTOCOLS[:-1])} or {PROTOCOLS[-1]}")
        given = {name: value for name in (*_OF_TLS, *_OF_USERS) if (value := setting(f"KAFKA_SECURITY_{name}"))}
        one = cls(protocol=protocol, **{name.lower(): value for name, value in given.items()})
        one._check(given)
        return one

    @property
    def tls(self) -> bool:
        return self.protocol.endswith("SSL")

    @property
    def sasl(self) -> bool:
        return self.protocol.startswith("SASL")

    def _check(self, given: Mapping[str, str]) -> None:
        for names, wanted, words in ((_OF_TLS, self.tls, "SSL or SASL_SSL"), (_OF_USERS, self.sasl, "SASL_SSL or SASL_PLAINTEXT")):
            if idle := [name for name in names if name in given and not wanted]:
                # Left unsaid, somebody would believe that it is in force.
                raise BadSecurity(f"{_AT}_{idle[0]} is set, but {_AT} is {self.protocol}; write {words} there, or do not set it")
        if self.mechanism not in MECHANISMS:
            raise BadSecurity(f"{_AT}_MECHANISM is wrong; write {', '.join(MECHANISMS[:-1])} or {MECHANISMS[-1]}")
        pairs = [("USER", "PASSWORD")] if self.sasl else []
        pairs += [("CERTIFICATE", "KEY")] if {"CERTIFICATE", "KEY"} & given.keys() else []
        for absent in (name for pair in pairs for name in pair if name not in given):
            raise BadSecurity(f"{_AT}_{absent} is not set; write {_WRITE[absent]}")
        if self.tls:
            self.context()

    def context(self) -> ssl.SSLContext:
        """What clients connect with; `BadSecurity` when a file cannot be read, or holds something else."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            raise BadSecurity(f"{_AT}_CA: {self.ca} {_why(error)}; write {_WRITE['CA']}") from None
        if self.certificate:
            try:
                # A password would be asked for at the terminal, which nobody sits at.
                context.load_cert_chain(self.certificate, self.key, password=lambda: "")
            except OSError as error:
                raise BadSecurity(
                    f"{_AT}_CERTIFICATE and {_AT}_KEY: {self.certificate} and {self.key} {_why(error)}; "
                    f"write {_WRITE['CERTIFICATE']}, and {_WRITE['KEY']}"
                ) from None
        return context

    def options(self) -> dict[str, Any]:
        """What aiokafka's clients are told."""
        said: dict[str, Any] = {"security_protocol": self.protocol}
        if self.tls:
            said["ssl_context"] = self.context()
        if self.sasl:
            said |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return said


_WRITE = {
    "CA": "the PEM file with the certificate of the authority that signed the broker's",
    "CERTIFICATE": "the PEM file with the client's certificate, like /run/secrets/kafka.crt",
    "KEY": "the PEM file with its private key, which has no password, like /run/secrets/kafka.key",
    "USER": "the user that the broker knows the service as",
    "PASSWORD": "the user's password, or put it into the file qudao_kafka_security_password of the folder of secrets",
}


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        return "do not belong together" if reason == "KEY_VALUES_MISMATCH" else "cannot be used as PEM" + (f" ({reason})" if reason else "")
    return f"cannot be read ({error.strerror})"
