"""Where a person's calendar is read from: a file of the company folder, or an address. Each returns None when nothing has changed."""

import asyncio
import socket
import stat
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from core.errors import Unavailable

if TYPE_CHECKING:
    import httpx2

LONGEST = 2 * 1024 * 1024
"""Bytes of a calendar. A busy person's year takes a tenth of it."""

TIMEOUT_S = 10.0
REDIRECTS = 3
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Unreadable(Unavailable):
    """A calendar cannot be read; ``problem`` names no person and no address."""

    def __init__(self, *, problem: str) -> None:
        self.problem = problem
        super().__init__(what="calendar", problem=problem)


class Source(Protocol):
    async def changed(self) -> bytes | None:
        """The whole text; None when it is what the last call returned.

        Raises:
            Unreadable: it cannot be.
        """


def source(folder: Path, calendar: str) -> Source:
    """What ``Person.calendar`` stands for."""
    return Address(calendar) if "://" in calendar else File(folder, calendar)


class File:
    """A file below the company folder; links that lead out of it are not followed."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._seen: tuple[int, int] | None = None

    async def changed(self) -> bytes | None:
        return await asyncio.to_thread(self._read)

    def _read(self) -> bytes | None:
        try:
            path = (self._folder / self._name).resolve(strict=True)
            if not path.is_relative_to(self._folder.resolve()):
                raise Unreadable(problem="the file lies outside the company folder")
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):  # a pipe or a device would keep its reader waiting
                raise Unreadable(problem="it is no regular file")
            if state.st_size > LONGEST:
                raise _too_long()
            if self._seen == (state.st_mtime_ns, state.st_size):
                return None
            text = path.read_bytes()
        except OSError as error:
            raise Unreadable(problem=f"the file cannot be read ({type(error).__name__})") from None
        self._seen = state.st_mtime_ns, state.st_size
        return text


class Address:
    """An https address, asked with what the server said of the last version (ETag, Last-Modified: RFC 9110)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, str] = {}

    async def changed(self) -> bytes | None:
        import httpx2

        try:
            async with asyncio.timeout(TIMEOUT_S), httpx2.AsyncClient(timeout=TIMEOUT_S) as client:
                return await self._fetch(client, self._url, REDIRECTS)
        except TimeoutError:
            raise Unreadable(problem=f"no answer within {TIMEOUT_S:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unreadable(problem=f"the address cannot be read ({type(error).__name__})") from None

    async def _fetch(self, client: "httpx2.AsyncClient", url: str, redirects: int) -> bytes | None:
        if not allowed(url):
            raise Unreadable(problem="the address is not https")
        async with client.stream("GET", url, headers={"Accept": "text/calendar", **self._known}) as response:
            if response.status_code == 304:
                return None
            if not response.is_redirect:
                text = await _limited(response)
                self._known = _validators(response.headers)
                return text
            if not redirects:
                raise Unreadable(problem="it is redirected too often")
            onwards = urljoin(url, response.headers["location"])
        if problem := await redirect_problem(self._url, onwards):
            raise Unreadable(problem=problem)
        return await self._fetch(client, onwards, redirects - 1)


def allowed(url: str) -> bool:
    """https anywhere; http on this machine only."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


async def redirect_problem(configured: str, onwards: str) -> str | None:
    """Why a server may not send us there: whoever serves a calendar says where to look, and inside the network there is more to see."""
    if not allowed(onwards) or (urlsplit(configured).scheme, urlsplit(onwards).scheme) == ("https", "http"):
        return "the address is not https"
    if await _internal(onwards) and not await _internal(configured):
        return "it is redirected to an internal address"
    return None


async def _internal(url: str) -> bool:
    """Whether the host is this machine, or any of its addresses lies in a network that is not public. One without addresses is not."""
    host = urlsplit(url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not _public(str(address[0])) for *_, address in found)


def _public(address: str) -> bool:
    ip = ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_global and not ip.is_multicast


async def _limited(response: "httpx2.Response") -> bytes:
    if response.status_code != 200:
        raise Unreadable(problem=f"the server answered {response.status_code}")
    text = bytearray()
    async for chunk in response.aiter_bytes():
        text += chunk
        if len(text) > LONGEST:
            raise _too_long()
    return bytes(text)


def _validators(headers: "httpx2.Headers") -> dict[str, str]:
    asks = {"If-None-Match": headers.get("etag"), "If-Modified-Since": headers.get("last-modified")}
    return {name: value for name, value in asks.items() if value}


def _too_long() -> Unreadable:
    return Unreadable(problem=f"it is longer than {LONGEST // 1024**2} MiB")
