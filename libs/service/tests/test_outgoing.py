"""What goes out goes to public addresses only, to the very one that was checked, and follows nothing."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from channel_events import NotSent
from channel_service import outgoing_client
from channel_service.outgoing import allowed
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.168.0.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "fc00::1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_inside_however_it_is_written_is_not_reached(address: str) -> None:
    assert not allowed(address, loopback=False)


def test_public_addresses_are_reached_and_this_machine_where_a_setting_lets_it() -> None:
    for address in ("8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"):
        assert allowed(address, loopback=False)
    assert allowed("127.0.0.1", loopback=True)
    assert allowed("::ffff:127.0.0.1", loopback=True)
    assert not allowed("10.0.0.1", loopback=True)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, answer by answer; the last stays."""
    told: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *more: Any, **also: Any) -> Any:
        answers = told.get(host if isinstance(host, str) else host.decode())
        address = host if answers is None else answers.pop(0) if len(answers) > 1 else answers[0]
        return real(address, port, *more, **also)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return told


@asynccontextmanager
async def server(tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Its port, and the heads of the requests that came."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 ok\r\nretry-after: 7\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with listening:
        yield listening.sockets[0].getsockname()[1], heads


async def test_a_name_that_leads_inside_is_refused_and_nothing_arrives(names: dict[str, list[str]]) -> None:
    names["hook.test"] = ["127.0.0.1"]
    async with server() as (port, heads), outgoing_client() as client:
        for url in (f"http://hook.test:{port}/", f"http://127.1:{port}/", f"http://0x7f000001:{port}/", f"http://2130706433:{port}/"):
            with pytest.raises(NotSent, match="not one that may be reached"):
                await client.post(url, {}, b"")
        with pytest.raises(NotSent, match="not known"):
            await client.post("http://nowhere.invalid/", {}, b"")
    assert heads == []


async def test_a_name_that_answers_otherwise_the_second_time(names: dict[str, list[str]]) -> None:
    """It is asked once: a second answer, inside, is never heard."""
    names["hook.test"] = ["127.0.0.1", "10.0.0.1"]
    async with server() as (port, heads), outgoing_client(loopback=True) as client:
        assert await client.post(f"http://hook.test:{port}/a?b=c", {"x": "y"}, b"body") == (204, 7.0)
        with pytest.raises(NotSent, match="not one that may be reached"):
            await client.post(f"http://hook.test:{port}/", {}, b"")
    [head] = heads
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"host: hook.test:{port}".encode() in head.lower()


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with server() as (port, heads), outgoing_client(loopback=True) as client:
        await client.post(f"http://127.0.0.1:{port}/", {}, b"")
    assert len(heads) == 1


async def test_tls_is_with_the_name_though_the_connection_is_to_the_address(names: dict[str, list[str]], tmp_path: Path) -> None:
    names["hook.test"] = names["other.test"] = ["127.0.0.1"]
    ours, trusting = _certificate(tmp_path, "hook.test")
    async with server(ours) as (port, heads), outgoing_client(loopback=True, verify=trusting) as client:
        assert (await client.post(f"https://hook.test:{port}/", {}, b"")).status == 204
        with pytest.raises(NotSent, match="ConnectError"):
            await client.post(f"https://other.test:{port}/", {}, b"")
    assert len(heads) == 1


async def test_who_does_not_answer_is_told_in_words_that_name_no_secret() -> None:
    async with outgoing_client(loopback=True) as client:
        with pytest.raises(NotSent, match=r"^no answer \(ConnectError\)$"):
            await client.post("http://127.0.0.1:1/?token=secret", {}, b"")


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that is ``name``, and a client that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, pem = folder / "key.pem", certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + pem)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(file)
    trusting = ssl.create_default_context(cadata=pem.decode())
    return ours, trusting
