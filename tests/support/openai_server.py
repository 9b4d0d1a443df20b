"""An OpenAI-compatible endpoint on loopback whose answers a test writes down beforehand."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Request = dict[str, Any]
Headers = dict[str, str]


@dataclass(frozen=True)
class Scripted:
    """One answer. ``status`` 0 drops the connection without a word; ``delay_s`` passes before anything is sent."""

    body: Request | str = field(default_factory=dict)
    status: int = 200
    delay_s: float = 0.0
    headers: Headers = field(default_factory=dict)


Script = Scripted | Callable[[Request], Scripted]


def says(content: object, *, usage: bool = True, delay_s: float = 0.0, finish: str = "stop", refusal: str | None = None) -> Scripted:
    """A completion whose message is ``content``, as JSON unless it is text already."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    body: Request = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_773_000_000,
        "model": "scripted",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, "refusal": refusal}, "logprobs": None}
        ],
    }
    if usage:
        body["usage"] = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return Scripted(body, delay_s=delay_s)


def refuses() -> Scripted:
    return says(None, refusal="I cannot help with that.")


def fails(status: int, **headers: str) -> Scripted:
    return Scripted(
        {"error": {"message": "scripted", "type": "scripted"}},
        status,
        headers={key.replace("_", "-"): value for key, value in headers.items()},
    )


DROPPED = Scripted(status=0)
NO_JSON = Scripted("<html>gateway</html>")


class OpenAIServer:
    """``with OpenAIServer(says({...})) as server``: answers in the order given, the last one for ever; ``requests`` is what was asked."""

    def __init__(self, *script: Script) -> None:
        self._script: deque[Script] = deque(script)
        self.requests: list[Request] = []
        self.authorization: list[str] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._port: Future[int] = Future()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port.result(timeout=10)}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(timeout=10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port.set_result(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive until the client or a scripted drop ends it."""
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        self.requests.append(body)
        self.authorization.append(headers.get("authorization", ""))
        step = self._script.popleft() if len(self._script) > 1 else self._script[0]
        answer = step(body) if callable(step) else step
        await asyncio.sleep(answer.delay_s)
        if not answer.status:
            return False
        writer.write(_response(answer))
        await writer.drain()
        return True


def _response(answer: Scripted) -> bytes:
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    headers = {"content-type": "application/json", "content-length": str(len(text.encode())), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()
