"""A node that asks who you are, in each way that services may be told to answer; its certificates are made for it."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from channel_events.security import Security
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from qudao_local.ports import free_port

from qudao_checks.kafka.node import Kafka, Listener

USER, PASSWORD = "metrics", "of-tests-only"
HOST = "127.0.0.1"
"""The one name in the node's certificate."""


class Authority:
    """Signs certificates; everything it gives out is a PEM file of its folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._key = folder, name, ec.generate_private_key(ec.SECP256R1())
        folder.mkdir(parents=True, exist_ok=True)
        self._itself = self._sign(name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.file = self._write(f"{name}.crt", self._itself.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str, *addresses: str) -> tuple[Path, Path]:
        """The files of a new certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(one)) for one in addresses] or [x509.DNSName(name)])
        signed = self._sign(name, key.public_key(), names)
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (signed, self._itself))
        return self._write(f"{name}.crt", chain), self._write(f"{name}.key", pem)

    def _sign(self, name: str, key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        draft = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(self._name)).public_key(key)
        draft = draft.serial_number(x509.random_serial_number())
        draft = draft.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        for extension in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key)):
            draft = draft.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return draft.sign(self._key, hashes.SHA256())

    def _write(self, name: str, content: bytes) -> Path:
        file = self._folder / name
        file.write_bytes(content)
        return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Secured(Kafka):
    """``ports``: by Kafka's word for the protocol where it speaks that. At ``SSL`` it asks for a certificate, at ``SASL_SSL`` it takes
    each mechanism, at ``SASL_PLAINTEXT`` only SCRAM-SHA-512."""

    def __init__(self, folder: Path) -> None:
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
        super().__init__(free_port(), folder / "node", listeners=listeners, users={USER: PASSWORD}, settings=mechanisms)
        self.ports = {"PLAINTEXT": self.port, **{one.protocol: one.port for one in listeners}}
        self._client = self.authority.certificate("client")

    def address(self, protocol: str, host: str = HOST) -> str:
        return f"{host}:{self.ports[protocol]}"

    def right(self, protocol: str, mechanism: str = "SCRAM-SHA-512") -> Security:
        """What a client needs where it speaks that protocol."""
        certificate, key = map(str, self._client) if protocol == "SSL" else (None, None)
        with_user = protocol.startswith("SASL")
        return Security(
            protocol=protocol,
            ca=str(self.authority.file) if protocol.endswith("SSL") else None,
            certificate=certificate,
            key=key,
            mechanism=mechanism,
            user=USER if with_user else None,
            password=PASSWORD if with_user else None,
        )


def _scram(*sizes: str) -> dict[str, str]:
    required = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "sasl.enabled.mechanisms": ",".join([f"SCRAM-SHA-{size}" for size in sizes] + ["PLAIN"] * (len(sizes) > 1)),
        **{f"scram-sha-{size}.sasl.jaas.config": required for size in sizes},
    }
