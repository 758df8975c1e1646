"""etcd and kube-apiserver on loopback ports, and kubectl told where they are."""

import secrets
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from qudao_local.ports import free_port
from qudao_local.server import Answer, Server, Silent


class _Etcd(Server):
    def __init__(self, built: Path, folder: Path) -> None:
        super().__init__("etcd", free_port(), folder / "etcd.log")
        self._program, self._folder, self._peers = built / "etcd/program", folder, free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        peers = f"http://127.0.0.1:{self._peers}"
        said = {
            "data-dir": self._folder / "etcd", "listen-client-urls": self.url, "advertise-client-urls": self.url,
            "listen-peer-urls": peers, "initial-advertise-peer-urls": peers, "initial-cluster": f"default={peers}",
            "log-level": "warn",
        }  # fmt: skip
        return [self._program, "--unsafe-no-fsync", *(f"--{name}={value}" for name, value in said.items())]

    def ask(self) -> Answer:
        return Answer(_ok(f"{self.url}/health"))


class _Api(Server):
    patience = 90
    """On a busy machine."""

    def __init__(self, built: Path, folder: Path, etcd: str) -> None:
        super().__init__("kube-apiserver", free_port(), folder / "kube-apiserver.log")
        self._program, self._folder, self._etcd, self.token = built / "kube-apiserver/program", folder, etcd, secrets.token_hex(16)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """Its own, which it makes when it starts."""
        return self._folder / "certificates/apiserver.crt"

    def prepare(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (self._folder / "accounts.pem").write_bytes(key.private_bytes(*form))
        (self._folder / "tokens.csv").write_text(f"{self.token},admin,admin,system:masters\n")

    def command(self) -> Sequence[str | Path]:
        accounts = self._folder / "accounts.pem"
        said = {
            "etcd-servers": self._etcd, "bind-address": "127.0.0.1", "secure-port": self.port, "cert-dir": self.certificate.parent,
            "token-auth-file": self._folder / "tokens.csv", "authorization-mode": "RBAC", "service-cluster-ip-range": "10.96.0.0/16",
            "service-account-issuer": self.url, "service-account-key-file": accounts, "service-account-signing-key-file": accounts,
            # Nothing makes the default account of a namespace here, and nothing starts a pod.
            "disable-admission-plugins": "ServiceAccount", "v": 0,
        }  # fmt: skip
        return [self._program, *(f"--{name}={value}" for name, value in said.items())]

    def ask(self) -> Answer:
        if not self.certificate.is_file():
            raise Silent("it has no certificate yet")
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return Answer(_ok(f"{self.url}/readyz", self.token, trusted))


class Cluster:
    """An API server with the operators' kinds, once it is started; everything of it lies in ``folder``."""

    def __init__(self, built: Path, folder: Path) -> None:
        self._kinds, self._config = built / "kinds", folder / "config.yaml"
        self._etcd = _Etcd(built, folder)
        self._api = _Api(built, folder, self._etcd.url)

    def start(self) -> None:
        """`StartFailed` when it cannot."""
        self._etcd.start()
        self._api.start()
        self._config.write_text(
            f"{{apiVersion: v1, kind: Config, current-context: it, contexts: [{{name: it, context: {{cluster: it, user: it}}}}],\n"
            f"clusters: [{{name: it, cluster: {{server: '{self._api.url}', certificate-authority: '{self._api.certificate}'}}}}],\n"
            f"users: [{{name: it, user: {{token: '{self._api.token}'}}}}]}}\n"
        )
        made = self.kubectl("apply", "--server-side", *(word for path in sorted(self._kinds.glob("*.yaml")) for word in ("-f", str(path))))
        if made.returncode:
            raise RuntimeError(made.stderr)
        ready = self.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        if ready.returncode:
            raise RuntimeError(ready.stderr)

    def stop(self) -> None:
        for one in (self._api, self._etcd):
            one.kill()

    def kubectl(self, *words: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        """kubectl's answer, whatever its status; ``given`` is its standard input."""
        command = ["kubectl", f"--kubeconfig={self._config}", *words]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)


def _ok(url: str, token: str = "", trusted: ssl.SSLContext | None = None) -> bool:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=3, context=trusted) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError as error:
        raise Silent(str(error)) from None
