"""An authority of certificates for trying out what speaks TLS, as PEM files."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates for so many ``days``; everything it gives out is a PEM file of its folder, and its own key is nowhere."""

    def __init__(self, folder: Path, name: str, days: int = 1) -> None:
        self._folder, self._name, self._days, self._key = folder, name, days, ec.generate_private_key(ec.SECP256R1())
        folder.mkdir(parents=True, exist_ok=True)
        self._itself = self._sign(name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.file = self._write(f"{name}.crt", self._itself.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str, *addresses: str) -> tuple[Path, Path]:
        """The files of a new certificate, with that of who signed it, and of its key; for ``addresses``, or for the name."""
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
        draft = draft.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=self._days))
        for extension in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key)):
            draft = draft.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return draft.sign(self._key, hashes.SHA256())

    def _write(self, name: str, content: bytes) -> Path:
        file = self._folder / name
        file.write_bytes(content)
        return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
