"""The critical path's benchmark without its peers: the local endpoint, the messages, and what the figures are made of."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from agents.outputs import Assessed, Reply
from benchmarks.environments import NotThereError
from benchmarks.peers.__main__ import Race, counted, endpoint, shoot
from benchmarks.peers.answers import ANSWER, message
from benchmarks.peers.contestant import BARE, OURS, PEERS, Contestant
from benchmarks.peers.report import Shot, inside, line, table
from benchmarks.peers.task import DESTINATIONS, messages

EXAMPLE = Path(__file__).resolve().parents[2] / "knowledge" / "example"
FIRST = messages()[0]


def asked(*turns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "local", "messages": [{"role": "user", "content": FIRST.text}, *turns], **more}


def tool(name: str, **properties: object) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": properties}}}


def test_every_destination_is_a_queue_of_the_example_and_gets_messages() -> None:
    queues = yaml.safe_load((EXAMPLE / "policy.yaml").read_text("utf-8"))["queues"]
    assert {each.name for each in DESTINATIONS} <= set(queues)
    assert {each.to for each in messages()} == {each.name for each in DESTINATIONS}
    assert len({each.text for each in messages()}) == len(messages())


def test_no_message_was_learned_from() -> None:
    learned = {
        text.strip() for intent in yaml.safe_load((EXAMPLE / "intents.yaml").read_text("utf-8"))["intents"] for text in intent["utterances"]
    }
    assert not learned & {each.text for each in messages()}


def test_the_endpoint_hands_over_to_whom_the_message_is_for_and_answers_once_that_is_done() -> None:
    tools = [tool(f"transfer_to_{each.name}") for each in DESTINATIONS]
    call = message(asked(tools=tools))["tool_calls"]
    assert call[0]["function"]["name"] == f"transfer_to_{FIRST.to}"
    done = ({"role": "assistant", "tool_calls": call}, {"role": "tool", "tool_call_id": "call_1", "content": "done"})
    assert message(asked(*done, tools=tools)) == {"role": "assistant", "content": ANSWER}


def test_a_tool_that_sorts_is_told_the_destination_in_the_fields_it_asks_for() -> None:
    found = message(asked(tools=[tool("analyse", selected_agent={}, confidence={}, something={})]))["tool_calls"][0]["function"]
    assert json.loads(found["arguments"]) == {"selected_agent": FIRST.to, "confidence": 0.9}


@pytest.mark.parametrize("wanted", [Assessed, Reply])
def test_where_a_schema_is_given_the_answer_fits_it_and_cites_the_passage(wanted: type[Assessed | Reply]) -> None:
    prompt = (
        "<intents>\nlogin_access: cannot get in\n</intents>\n<passages>\n[1] Links: A link lasts an hour. Ask for a new one.\n</passages>"
    )
    shape = {"type": "json_schema", "json_schema": {"name": "said", "schema": wanted.model_json_schema()}}
    said = message({"messages": [{"role": "user", "content": prompt}], "response_format": shape})
    found = wanted.model_validate_json(said["content"])
    assert (found.draft if isinstance(found, Assessed) else found.reply) == "A link lasts an hour [1]."
    assert not isinstance(found, Assessed) or found.intent == "login_access"


async def test_calls_do_not_wait_for_each_other_and_none_is_answered_early() -> None:
    async with endpoint(200) as address, httpx.AsyncClient(timeout=20) as client:

        async def once() -> float:
            began = time.monotonic()
            assert (await client.post(f"{address}/v1/chat/completions", json=asked())).status_code == 200
            return time.monotonic() - began

        began = time.monotonic()
        times = await asyncio.gather(*(once() for _ in range(40)))
        assert min(times) >= 0.2
        assert time.monotonic() - began < 40 * 0.2 / 2


async def test_the_endpoint_counts_what_was_asked_and_forgets_it() -> None:
    async with endpoint(1) as address, httpx.AsyncClient(timeout=20) as client:
        for request in (asked(), asked(tools=[tool("transfer_to_somebody_far_away")])):
            answer = (await client.post(f"{address}/v1/chat/completions", json=request)).json()
        plain, with_tools = (await counted(address))["calls"]
        assert plain["schema"] == 0 < with_tools["schema"]
        assert plain["prompt"] == with_tools["prompt"]
        assert answer["usage"]["prompt_tokens"] == with_tools["prompt"] + with_tools["schema"]
        assert (await counted(address))["calls"] == []
        strange = {"messages": [{"role": "user", "content": "?"}], "tools": [tool("x")]}
        refused = await client.post(f"{address}/v1/chat/completions", json=strange)
        assert refused.status_code == 422


SAYS = """
import json, sys
print(json.dumps({"ready": "1"}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": 0.5, "who": "nobody", "said": line}), flush=True)
"""


async def test_a_contestant_that_ends_is_named_with_its_last_words() -> None:
    with pytest.raises(NotThereError, match=r"squad: ImportError: no such thing"):
        await Contestant.start("squad", [sys.executable, "-c", "raise ImportError('no such thing')"], {})


async def test_a_peer_that_gives_the_message_to_the_wrong_one_is_out_and_the_others_go_on() -> None:
    async with endpoint(1) as address:
        race = Race(address, lambda _: None)
        for name in (BARE, PEERS[0]):
            race.running.append(await Contestant.start(name, [sys.executable, "-c", SAYS], {}))
        await race.run(messages()[:10])
        for each in race.running:
            await each.end()
    assert list(race.lost) == [PEERS[0]]
    assert {shot.who for shot in race.shots} == {BARE}


async def test_without_the_product_there_is_nothing_to_compare() -> None:
    race = Race("", lambda _: None)
    with pytest.raises(NotThereError), race.missing(OURS):
        raise NotThereError("Usher: no database")


async def test_a_shot_has_the_calls_that_were_made_for_it() -> None:
    async with endpoint(1) as address, httpx.AsyncClient(timeout=20) as client:
        who = await Contestant.start(BARE, [sys.executable, "-c", SAYS], {})
        await client.post(f"{address}/v1/chat/completions", json=asked())
        first, second = [await shoot(who, FIRST, address) for _ in range(2)]
        await who.end()
    assert (first.calls, second.calls, second.prompt) == (1, 0, 0)
    assert first.prompt > 0


def test_figures_say_what_is_missed() -> None:
    fast = line("fast", [Shot("fast", 0.24, 1, 400, 90), Shot("fast", 0.22, 1, 420, 90), Shot("fast", 0.2, 0, 0, 0)], 200.0)
    slow = line("slow", [Shot("slow", 0.5, 2, 900, 100)], 200.0)
    assert (round(fast.p50_ms), round(fast.ratio, 2), round(fast.calls, 2), fast.most) == (220, 1.1, 0.67, 420)
    shown = table([fast, slow], ("fast", "slow"))
    assert "missed: calls, prompt tokens, p50" in next(row for row in shown.splitlines() if "slow" in row)
    assert next(row for row in shown.splitlines() if "fast" in row).endswith("met")


def test_steps_are_told_by_their_medians() -> None:
    shots = [Shot("x", 1, 1, 1, 0, {"intent": 10.0}), Shot("x", 1, 1, 1, 0, {"intent": 30.0, "reply": 200.0})]
    assert inside(shots) == "intent 20.0, reply 200.0"
