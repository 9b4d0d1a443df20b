"""Where a person's calendar is read from: a file of the company folder, or an address. Each returns None when nothing has changed."""

import asyncio
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
        return await self._fetch(client, onwards, redirects - 1)


def allowed(url: str) -> bool:
    """https anywhere; http on this machine only."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


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
