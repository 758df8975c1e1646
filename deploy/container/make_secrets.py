"""``python deploy/container/make_secrets.py [FOLDER]``: the secrets of docker-compose.yml, for trying it out; a file each.

All are derived from one secret that is made when there is none, but for the certificate of Kafka, which is made once: so they are the
same each time. Tokens are issued from the same
folder: ``make token DATA=FOLDER``. On a real installation they come from where you keep secrets, and tokens from an identity provider.
"""

import hashlib
import hmac
import sys
from collections.abc import Iterator
from pathlib import Path

from channel_operate import installed
from qudao_local.certificates import Authority
from qudao_local.folder import Folder
from qudao_local.issuer import Issuer

DEFAULT = Path("var/container")
_HOST = "postgres:5432"
_JAAS = """clients.KafkaServer {{
  org.apache.kafka.common.security.plain.PlainLoginModule required
  user_qudao="{password}";
}};
"""


def secrets(folder: Folder) -> Iterator[tuple[str, str]]:
    """Name and content of each."""

    def password(role: str) -> str:
        return hmac.digest(folder.secret().encode(), role.encode(), hashlib.sha256).hex()

    def url(role: str, database: str) -> str:
        return f"postgresql://{role}:{password(role)}@{_HOST}/{database}"

    yield "postgres_password", password("postgres")
    yield "qudao_admin_database_url", url("postgres", "postgres")
    for one in installed():
        yield f"qudao_{one.package}_database_url", url(one.package, one.package)
        yield f"qudao_{one.package}_owner_database_url", url(f"{one.package}_owner", one.package)
    yield "qudao_kafka_security_password", password("kafka")
    yield "kafka_jaas.conf", _JAAS.format(password=password("kafka"))
    yield from _certificate(folder.path / "kafka")
    yield "qudao_topic_key", folder.topic_key()
    yield "qudao_secrets_key", folder.secrets_key()
    yield "grafana_password", password("grafana")
    yield "jwks.json", Issuer(folder.auth).jwks.read_text("utf-8")


def _certificate(place: Path) -> Iterator[tuple[str, str]]:
    """Of the broker, with its key, and of who signed it."""
    ours, signed, key = (place / name for name in ("authority.crt", "kafka.crt", "kafka.key"))
    if not all(one.exists() for one in (ours, signed, key)):
        Authority(place, "authority", days=3650).certificate("kafka")
    yield "kafka.pem", key.read_text("utf-8") + signed.read_text("utf-8")
    yield "kafka_ca.crt", ours.read_text("utf-8")


def write(path: Path) -> Path:
    """The folder of the files, below ``path``.

    A container's process is another user than ours, and gets the file as it is: so everybody may read the files, and nobody but us
    may enter the folder that they are in.
    """
    folder = Folder(path)
    place = folder.path / "secrets"
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.mkdir(exist_ok=True, mode=0o700)
    for name, content in secrets(folder):
        file = place / name
        if not file.exists() or file.read_text("utf-8") != content:
            draft = file.with_name(f"{name}.new")
            draft.write_text(content, "utf-8")
            draft.chmod(0o444)
            draft.replace(file)
    return place


if __name__ == "__main__":
    print(write(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))  # noqa: T201
