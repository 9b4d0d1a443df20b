"""Vectors in Chroma, by collection and id. Texts are not kept there: the server has no users, so it is given nothing worth reading."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from core.errors import InvalidSetting, Unavailable
from knowledge.chroma_embedded import EmbeddedChroma

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import AsyncClientAPI
    from chromadb.api.models.AsyncCollection import AsyncCollection
    from numpy.typing import NDArray

TIMEOUT_S = 10.0
LINGER_S = 10.0
BATCH = 256
T = TypeVar("T")


class Vectors:
    """Unit vectors by cosine, in the Chroma server at ``url``, or in one on loopback under ``data`` when there is no URL.

    May be used from several event loops, one after the other. A server that died is started or connected to again, once a call.
    """

    def __init__(self, *, data: Path, url: str | None = None, linger_s: float = LINGER_S) -> None:
        self._address = _parse(url) if url else None
        self._embedded = None if url else EmbeddedChroma(data / "chroma", linger_s)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()
        self._client: AsyncClientAPI | None = None
        self._collections: dict[str, AsyncCollection] = {}

    async def query(
        self, collection: str, vector: "NDArray[np.float32]", limit: int, *, among: Sequence[str] | None = None
    ) -> dict[str, float]:
        """The nearest ids and their cosines, nearest first, ``among`` these where they are given; nothing of an empty collection."""

        async def nearest(found: "AsyncCollection") -> dict[str, float]:
            ids = None if among is None else list(among)
            result = await found.query(query_embeddings=vector.reshape(1, -1), ids=ids, n_results=limit, include=["distances"])
            distances = (result["distances"] or [[]])[0]
            return {id: 1.0 - distance for id, distance in zip(result["ids"][0], distances, strict=True)}

        return await self._call(collection, nearest)

    async def count(self, collection: str) -> int:
        return await self._call(collection, lambda found: found.count())

    async def ids(self, collection: str) -> set[str]:
        async def all_ids(found: "AsyncCollection") -> set[str]:
            return set((await found.get(include=[]))["ids"])

        return await self._call(collection, all_ids)

    async def add(self, collection: str, ids: Sequence[str], vectors: "NDArray[np.float32]") -> None:
        """Add or replace; one row of ``vectors`` an id."""
        for start in range(0, len(ids), BATCH):
            await self._call(collection, partial(_upsert, list(ids[start : start + BATCH]), vectors[start : start + BATCH]))

    async def delete(self, collection: str, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), BATCH):
            await self._call(collection, partial(_delete, list(ids[start : start + BATCH])))

    async def drop(self, collection: str) -> None:
        """Remove the collection with all it holds."""

        async def remove(found: "AsyncCollection") -> None:
            if self._client:
                await self._client.delete_collection(found.name)

        await self._call(collection, remove)
        self._collections.pop(collection, None)

    async def close(self) -> None:
        """Let go of the server; an embedded one ends by itself when nobody else uses it."""
        if self._client:
            await _close_transport()
        self._forget()
        if self._embedded:
            await asyncio.to_thread(self._embedded.detach)

    async def _call(self, name: str, work: Callable[["AsyncCollection"], Awaitable[T]]) -> T:
        try:
            return await self._once(name, work)
        except _failures():
            self._forget()
        try:
            return await self._once(name, work)
        except _failures() as error:
            raise self._unavailable(error) from None

    async def _once(self, name: str, work: Callable[["AsyncCollection"], Awaitable[T]]) -> T:
        client = await self._connected()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await work(await self._collection(client, name))
        except TimeoutError:
            raise self._unavailable(f"no answer within {TIMEOUT_S:.0f} s") from None

    async def _connected(self) -> "AsyncClientAPI":
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._forget()
            self._loop, self._lock = loop, asyncio.Lock()
        async with self._lock:
            self._client = self._client or await self._connect()
            return self._client

    async def _connect(self) -> "AsyncClientAPI":
        chromadb, (host, port, ssl) = await asyncio.gather(asyncio.to_thread(_import), asyncio.to_thread(self._where))
        _stale_transport()
        settings = chromadb.config.Settings(anonymized_telemetry=False, chroma_server_host=host, chroma_server_http_port=port)
        client: AsyncClientAPI = await chromadb.AsyncHttpClient(host, port, ssl=ssl, settings=settings)
        return client

    async def _collection(self, client: "AsyncClientAPI", name: str) -> "AsyncCollection":
        if name not in self._collections:
            self._collections[name] = await client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return self._collections[name]

    def _where(self) -> tuple[str, int, bool]:
        if self._embedded:
            return "127.0.0.1", self._embedded.attach(), False
        assert self._address  # noqa: S101 - there is a URL or an embedded server
        return self._address

    def _forget(self) -> None:
        self._client, self._collections = None, {}

    def _unavailable(self, problem: object) -> Unavailable:
        where = "embedded" if self._embedded else "{}:{}".format(*(self._address or ())[:2])
        return Unavailable(what=f"Chroma server ({where})", problem=str(problem) or type(problem).__name__)


async def _upsert(ids: list[str], vectors: "NDArray[np.float32]", found: "AsyncCollection") -> None:
    await found.upsert(ids=ids, embeddings=vectors)


async def _delete(ids: list[str], found: "AsyncCollection") -> None:
    await found.delete(ids=ids)


def _import() -> Any:
    import chromadb

    return chromadb


def _failures() -> tuple[type[Exception], ...]:
    """What may pass when the server is started or connected to again: transport errors, and handles of a server that is gone."""
    import httpx
    from chromadb.errors import ChromaError

    return (httpx.HTTPError, ChromaError, ValueError)


def _stale_transport() -> Any:
    """Take this loop's HTTP client out of chromadb, which files it by the loop's address and would hand a dead loop's to a new one."""
    from chromadb.api.async_fastapi import AsyncFastAPI

    return AsyncFastAPI._clients.pop(hash(asyncio.get_running_loop()), None)  # noqa: SLF001 - there is no public way


async def _close_transport() -> None:
    if transport := _stale_transport():
        await transport.aclose()


def _parse(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidSetting(name="USHER_CHROMA_URL", problem=f"{url!r} is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise InvalidSetting(name="USHER_CHROMA_URL", problem="must look like http://host:8000")
    ssl = parts.scheme == "https"
    return parts.hostname, port or (443 if ssl else 8000), ssl
