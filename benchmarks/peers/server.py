"""``python -m benchmarks.peers.server``: a local OpenAI-compatible endpoint that takes exactly so long for every call.

Calls do not wait for each other. ``GET /calls`` gives what was asked since the last time, and forgets it.
"""

import argparse
import asyncio
import json
import secrets
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.peers.answers import message, prompt_parts, schema_parts
from core import tokens

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

FRAME = 3
"""Tokens that a message and a call have beside their texts."""
PATIENT_S = 3_600


class Endpoint:
    """``service_s``: seconds from a request's arrival to its answer."""

    def __init__(self, service_s: float) -> None:
        self._service_s = service_s
        self._calls: list[dict[str, int]] = []

    def app(self) -> "Starlette":
        from starlette.applications import Starlette
        from starlette.routing import Route

        chat = Route("/v1/chat/completions", self._chat, methods=["POST"])
        return Starlette(routes=[chat, Route("/calls", self._counted, methods=["GET"])])

    async def _chat(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        due = time.monotonic() + self._service_s
        body = json.loads(await request.body())
        if body.get("stream"):
            return JSONResponse({"error": {"message": "this endpoint does not stream"}}, 400)
        try:
            said = message(body)
        except ValueError as error:
            return JSONResponse({"error": {"message": str(error)}}, 422)
        usage = self._count(body, said)
        await asyncio.sleep(due - time.monotonic())
        return JSONResponse(_completion(body.get("model", ""), said, usage))

    def _count(self, body: dict[str, Any], said: dict[str, Any]) -> dict[str, int]:
        """The same count for everybody: every text of the messages, the tools and the schema."""
        prompt = sum(map(tokens.count, prompt_parts(body))) + FRAME * (len(body["messages"]) + 1)
        schema = sum(map(tokens.count, schema_parts(body)))
        self._calls.append({"prompt": prompt, "schema": schema})
        spoken = tokens.count(said["content"] or json.dumps(said["tool_calls"]))
        return {"prompt_tokens": prompt + schema, "completion_tokens": spoken, "total_tokens": prompt + schema + spoken}

    async def _counted(self, _: "Request") -> "Response":
        from starlette.responses import JSONResponse

        calls, self._calls = self._calls, []
        return JSONResponse({"calls": calls, "counted_by": tokens.name()})


def _completion(model: str, said: dict[str, Any], usage: dict[str, int]) -> dict[str, Any]:
    finish = "tool_calls" if "tool_calls" in said else "stop"
    return {
        "id": f"chatcmpl-{secrets.token_hex(8)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "finish_reason": finish, "message": said, "logprobs": None}],
        "usage": usage,
    }


def main() -> None:
    """Serves until standard input closes; the first line on standard output is its address."""
    import uvicorn

    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.server", description=__doc__)
    parser.add_argument("--ms", type=float, default=200.0, help="time that a call takes")
    chosen = parser.parse_args()
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle's delay on
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    app = Endpoint(chosen.ms / 1000).app()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=PATIENT_S))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    asyncio.run(_serve(server, listening))


async def _serve(server: Any, listening: socket.socket) -> None:
    async def until_closed() -> None:
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True

    ends = asyncio.create_task(until_closed())
    await server.serve([listening])
    ends.cancel()


if __name__ == "__main__":
    main()
