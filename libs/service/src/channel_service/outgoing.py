"""HTTP to addresses that others gave us: never into our own network, wherever a name or a redirect may lead.

A name is resolved here, every address of it is checked, and the connection goes to the address that was checked: asked again, a name
may answer otherwise (test_a_name_that_answers_otherwise_the_second_time). httpx is imported by who sends (see test_starting).
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from channel_events import NotSent

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, SILENT_SECONDS = 5.0, 10.0
LONGEST_WISH_SECONDS = 86_400.0
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All IPv6 addresses that are anybody's own; what else there is was meant for the inside of networks, or for nothing any more."""
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutgoingAnswer(NamedTuple):
    """``again_after``: how many seconds the other side asks us to wait; 0 when it does not."""

    status: int
    again_after: float


class OutgoingClient:
    """Follows no redirect, uses no proxy of the environment, reads nothing of an answer but its head."""

    def __init__(self, client: "httpx.AsyncClient", *, loopback: bool) -> None:
        self._client, self._loopback = client, loopback

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> OutgoingAnswer:
        """`NotSent` when the address may not be reached from here, or does not answer."""
        import httpx

        try:
            return await self._post(httpx.URL(url), headers, content)
        except httpx.TimeoutException as error:
            raise NotSent(f"no answer in time ({type(error).__name__})") from error
        except httpx.InvalidURL:
            raise NotSent("this is no address") from None
        except (httpx.HTTPError, OSError) as error:  # what they say may quote the other side
            raise NotSent(f"no answer ({type(error).__name__})") from error

    async def _post(self, url: "httpx.URL", headers: Mapping[str, str], content: bytes) -> OutgoingAnswer:
        address = await self._resolved(url.host, url.port or (443 if url.scheme == "https" else 80))
        # TLS greets and checks the name, not the address.
        given = {**headers, "host": url.netloc.decode("ascii")}
        request = self._client.build_request(
            "POST", url.copy_with(host=address), headers=given, content=content, extensions={"sni_hostname": url.host}
        )
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        return OutgoingAnswer(answer.status_code, _wish(answer.headers.get("retry-after", "")))

    async def _resolved(self, host: str, port: int) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotSent("its name is not known") from error
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(allowed(one, loopback=self._loopback) for one in addresses):
            raise NotSent("its address is not one that may be reached from here")
        return addresses[0]


@asynccontextmanager
async def outgoing_client(*, loopback: bool = False, verify: SSLContext | bool = True) -> AsyncIterator[OutgoingClient]:
    """``loopback`` lets it reach this very machine, for tests; ``verify`` is whom TLS trusts."""
    import httpx

    # A connection is kept for nobody: it is known by its address, behind which other names live, and spoke for one of them.
    limits = httpx.Limits(max_keepalive_connections=0)
    timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    headers = {"user-agent": "qudao"}
    async with httpx.AsyncClient(
        follow_redirects=False, trust_env=False, verify=verify, limits=limits, timeout=timeout, headers=headers
    ) as client:
        yield OutgoingClient(client, loopback=loopback)


def allowed(address: str, *, loopback: bool) -> bool:
    """Whether it is a public address, also by the one that it stands for."""
    real = _real(ipaddress.ip_address(address.partition("%")[0]))
    if real.is_loopback:
        return loopback
    return real.is_global and not real.is_multicast and (real.version == 4 or real in _UNICAST)


def _real(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address leads to, or itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _wish(text: str) -> float:
    return min(float(text), LONGEST_WISH_SECONDS) if text.isascii() and text.isdecimal() else 0.0
