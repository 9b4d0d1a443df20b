"""An OpenAI-compatible endpoint on loopback whose answers a test writes down beforehand."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

Request = dict[str, Any]
Headers = dict[str, str]


@dataclass(frozen=True)
class Scripted:
    """One answer. ``status`` 0 drops the connection without a word; ``delay_s`` passes before anything is sent.

    ``parts``: the body comes in so many, ``pause_s`` apart; ``sent`` of them before the connection drops, None for all.
    """

    body: Request | str = field(default_factory=dict)
    status: int = 200
    delay_s: float = 0.0
    headers: Headers = field(default_factory=dict)
    parts: int = 1
    pause_s: float = 0.0
    sent: int | None = None


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


def calls_a_tool(arguments: str = "{}") -> Scripted:
    """A tool call that nobody offered, instead of an answer."""
    answer = says(None, finish="tool_calls")
    call = {"id": "call_1", "type": "function", "function": {"name": "refund_everybody", "arguments": arguments}}
    assert isinstance(answer.body, dict)
    answer.body["choices"][0]["message"]["tool_calls"] = [call]
    return answer


def trickles(content: object, *, parts: int, pause_s: float, sent: int | None = None) -> Scripted:
    """A completion that comes in parts; with ``sent``, the connection drops after so many of them."""
    return replace(says(content), parts=parts, pause_s=pause_s, sent=sent)


def knows_no(parameter: str, otherwise: Script) -> Script:
    """An endpoint that refuses requests with this parameter, as such endpoints do, and else answers ``otherwise``."""

    def answer(request: Request) -> Scripted:
        if parameter not in request and request["response_format"]["type"] != parameter:
            return otherwise(request) if callable(otherwise) else otherwise
        where = f"response_format: {parameter}" if parameter == "json_schema" else f"'{parameter}'"
        return Scripted({"error": {"message": f"{where} is not supported with this model.", "code": "unsupported"}}, 400)

    return answer


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

    def answer_with(self, *script: Script) -> None:
        """From now on."""
        self._script = deque(script)

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
        text = (answer.body if isinstance(answer.body, str) else json.dumps(answer.body)).encode()
        writer.write(_head(answer, len(text)))
        length = -(-len(text) // answer.parts) or 1
        for at in range(0, len(text), length)[: answer.sent]:
            writer.write(text[at : at + length])
            await writer.drain()
            await asyncio.sleep(answer.pause_s)
        return answer.sent is None


def _head(answer: Scripted, length: int) -> bytes:
    headers = {"content-type": "application/json", "content-length": str(length), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
