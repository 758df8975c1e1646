"""A node that asks who you are, in each way that services may be told to answer; its certificates are made for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from channel_events import Security
from qudao_local.certificates import Authority
from qudao_local.ports import free_port

from qudao_checks.kafka.node import Kafka, Listener

USER, PASSWORD = "metrics", "of-tests-only"
HOST = "127.0.0.1"
"""The one name in the node's certificate."""


class Secured(Kafka):
    """``ports``: by Kafka's word for the protocol where it speaks that. At ``SSL`` it asks for a certificate, at ``SASL_SSL`` it takes
    each mechanism, at ``SASL_PLAINTEXT`` only SCRAM-SHA-512. ``users`` are those it knows by SCRAM, ``settings`` more than it needs."""

    def __init__(self, folder: Path, users: Sequence[str] = (USER,), settings: Mapping[str, str] = {}) -> None:
        self.authority = Authority(folder / "certificates", "authority")
        certificate, key = self.authority.certificate("node", HOST)
        store = self.authority.file.with_name("node.pem")
        store.write_bytes(key.read_bytes() + certificate.read_bytes())
        tls = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.file),
        }
        of_user = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        listeners = [
            Listener("SSL", "SSL", free_port(), {**tls, "ssl.client.auth": "required"}),
            Listener("SASL_SSL", "SASL_SSL", free_port(), {**tls, **_scram("256", "512"), "plain.sasl.jaas.config": of_user}),
            Listener("SASL_PLAINTEXT", "SASL_PLAINTEXT", free_port(), _scram("512")),
        ]
        mechanisms = {"sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN"}
        known = dict.fromkeys(users, PASSWORD)
        super().__init__(free_port(), folder / "node", listeners=listeners, users=known, settings={**mechanisms, **settings})
        self.ports = {"PLAINTEXT": self.port, **{one.protocol: one.port for one in listeners}}
        self._client = self.authority.certificate("client")

    def address(self, protocol: str, host: str = HOST) -> str:
        return f"{host}:{self.ports[protocol]}"

    def right(self, protocol: str, mechanism: str = "SCRAM-SHA-512", user: str = USER) -> Security:
        """What a client needs where it speaks that protocol."""
        certificate, key = map(str, self._client) if protocol == "SSL" else (None, None)
        with_user = protocol.startswith("SASL")
        return Security(
            protocol=protocol,
            ca=str(self.authority.file) if protocol.endswith("SSL") else None,
            certificate=certificate,
            key=key,
            mechanism=mechanism,
            user=user if with_user else None,
            password=PASSWORD if with_user else None,
        )


def _scram(*sizes: str) -> dict[str, str]:
    required = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "sasl.enabled.mechanisms": ",".join([f"SCRAM-SHA-{size}" for size in sizes] + ["PLAIN"] * (len(sizes) > 1)),
        **{f"scram-sha-{size}.sasl.jaas.config": required for size in sizes},
    }
