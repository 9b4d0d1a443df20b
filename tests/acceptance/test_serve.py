"""The web app as a process: messages in over HTTP, receipts out, an orderly end."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import ROOT, Cli


@pytest.fixture
def server(usher: Cli) -> Iterator[tuple[Cli, httpx.Client]]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, env=usher.environment(), stderr=subprocess.PIPE, text=True
    )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
    try:
        _wait(client, process)
        yield usher, client
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert process.returncode in (0, -signal.SIGTERM, 143), err
        assert "Traceback" not in err


def _free_port() -> int:
    """Below the range that the system hands out: the server binds it seconds later, and another test's could have it by then."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def _wait(client: httpx.Client, process: "subprocess.Popen[str]") -> None:
    for _ in range(600):
        assert process.poll() is None
        with suppress(httpx.TransportError):
            client.get("/health").raise_for_status()
            return
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


def test_a_message_over_http_is_committed_then_routed(server: tuple[Cli, httpx.Client]) -> None:
    usher, client = server
    secret = usher("tokens", "issue", "--label", "widget", "--json").lines[0]["secret"]
    message = {"id": "1", "email": "robin@somewhere.example", "text": "How do I set up SAML single sign-on with Okta?"}
    assert client.post("/v1/messages", json=message).status_code == 401
    client.headers["Authorization"] = f"Bearer {secret}"
    accepted = client.post("/v1/messages", json=message)
    assert accepted.status_code == 202
    assert client.post("/v1/messages", json=message).json()["duplicate"] is True
    receipt = _receipt(client, accepted.json()["turn_id"])
    assert receipt["plan"]["action"] in ("answer", "handoff")
    conversation = client.get(f"/v1/conversations/{receipt['conversation_id']}").json()
    assert conversation["messages"][0]["role"] == "customer"
    assert client.get("/v1/conversations").json()
    assert client.get("/v1/receipts/nope").status_code == 404
    assert client.post("/v1/messages", json={"id": "2", "text": ""}).status_code == 422
    assert client.post("/v1/approvals/x/decision", json={"outcome": "approved", "digest": ""}).status_code == 403
    assert client.get("/ready").json() == {"database": "ok", "knowledge": "ok"}
    assert "/v1/messages" in client.get("/openapi.json").json()["paths"]


def _receipt(client: httpx.Client, turn: str) -> dict[str, Any]:
    for _ in range(100):
        answer = client.get(f"/v1/receipts/{turn}")
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        time.sleep(0.1)
    raise AssertionError("no receipt")


def test_what_was_acknowledged_survives_a_killed_server(usher: Cli) -> None:
    """A message is committed by a process without a worker; another process routes it."""
    port = _free_port()
    secret = usher("tokens", "issue", "--json").lines[0]["secret"]
    command = [sys.executable, "app.py", "serve", "--no-worker", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=usher.environment(), stderr=subprocess.DEVNULL)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, headers={"Authorization": f"Bearer {secret}"})
    try:
        _wait(client, process)  # type: ignore[arg-type]
        accepted = client.post("/v1/messages", json={"id": "1", "text": "I want to speak to a person"})
        assert accepted.status_code == 202, accepted.text
        turn = accepted.json()["turn_id"]
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    other = json.dumps({"id": "2", "channel": "chat", "from": {}, "sent_at": "2026-03-10T13:00:00Z", "text": "hello"})
    assert usher("route", "-", "--json", stdin=other).code == 0
    assert usher("audit", "show", turn, "--json").lines[0]["plan"]["action"] == "handoff"
