"""A whole turn against a real endpoint that misbehaves: it ends without the model, says why, costs what it cost, and asks once at most."""

import asyncio
from datetime import date

import pytest

from agents.models import OpenAIChat, Prices
from agents.outputs import Assessed
from agents.writer import Writer
from core.intent import Intent
from core.receipt import Receipt
from graph.router import Lane
from tests.support.company import crew, example, reading, turn
from tests.support.openai_server import (
    DROPPED,
    NO_JSON,
    OpenAIServer,
    Script,
    Scripted,
    calls_a_tool,
    fails,
    knows_no,
    refuses,
    says,
    trickles,
)
from tests.support.purse import Kept, Till, purse, unlearned
from tests.unit.agents.test_writer import CITED, UNSURE, Trusting

DAY = date(2026, 3, 10)
GOOD = Assessed(intent="refund_request", draft=CITED).model_dump()
COUNTED = 0.0018
"""US dollars of what the server counts for an answer."""


class Desk:
    """Turns that share one endpoint and one budget, as those of a process do."""

    def __init__(self, server: OpenAIServer, timeout_s: float = 3.0) -> None:
        self.chat = OpenAIChat(base_url=server.base_url, model="scripted", timeout_s=timeout_s, prices=Prices(10.0, 40.0))
        self.till, self._kept = Till(), Kept()
        own = (purse(self.chat, self.till), lambda: example().intents, "Fernhill Software", Trusting(), self._kept)
        self._writer = Writer(*own, unlearned(self._kept))

    async def turn(self, read: Intent = UNSURE) -> Receipt:
        return (await Lane(crew(read, writer=self._writer)).start(turn())).receipt


@pytest.mark.parametrize(
    ("answer", "said", "usd"),
    [
        (fails(429, retry_after="7"), "model rate_limited: HTTP 429, retry after 7 s", 0.0),
        (fails(500), "model unavailable: HTTP 500", 0.0),
        (fails(401), "model unavailable: HTTP 401: the endpoint does not accept USHER_LLM_API_KEY", 0.0),
        (DROPPED, "model unavailable: the connection broke", None),
        (trickles(GOOD, parts=4, pause_s=0.0, sent=2), "model unavailable: the connection broke", None),
        (trickles(GOOD, parts=400, pause_s=0.1), "model timeout: no answer within 3 s", None),
        (NO_JSON, "model malformed: the response is not JSON", None),
        (says("{not json"), "model malformed: the answer does not fit the schema", COUNTED),
        (says({"intent": 7}), "model malformed: the answer does not fit the schema", COUNTED),
        (says({**GOOD, "level": 4}), "model malformed: the answer does not fit the schema", COUNTED),
        (says('{"intent": "ref', finish="length"), "model malformed: the answer was cut off", COUNTED),
        (says(None, finish="content_filter"), "model refused: it declined to answer", COUNTED),
        (refuses(), "model refused: it declined to answer", COUNTED),
        (calls_a_tool(), "model malformed: it called a tool instead of answering", COUNTED),
        (Scripted({"choices": []}), "model malformed: the response holds no answer", None),
    ],
)
async def test_the_turn_ends_without_the_model_and_its_receipt_and_the_day_say_what_that_cost(
    answer: Scripted, said: str, usd: float | None
) -> None:
    with OpenAIServer(answer) as server:
        desk = Desk(server)
        receipt = await desk.turn()
        assert len(server.requests) == 1
    assert receipt.degraded == (f"model: {said}",)
    assert (receipt.intent.source, receipt.cost.calls) == ("embedded", 1)
    assert (desk.till.calls[DAY], desk.till.usd[DAY]) == (1, receipt.cost.usd), "what was reserved is settled"
    assert usd is None or receipt.cost.usd == usd
    assert usd is not None or receipt.cost.usd > COUNTED / 2, "nobody knows what it cost: the most, or what can be counted"


async def test_a_sure_turn_whose_text_the_model_cannot_write_has_the_handbooks_own_sentences() -> None:
    with OpenAIServer(fails(500)) as server:
        receipt = await Desk(server).turn(reading("how_to_question"))
        assert len(server.requests) == 1
    assert receipt.degraded == ("model: model unavailable: HTTP 500",)
    assert receipt.plan.action == "answer"
    assert receipt.plan.draft


async def test_while_the_endpoint_wants_a_pause_turns_go_on_at_once_without_it_and_then_with_it_again() -> None:
    with OpenAIServer(fails(429, retry_after="1"), says(GOOD)) as server:
        desk = Desk(server)
        await desk.turn()
        began = asyncio.get_running_loop().time()
        between = [await desk.turn(), await desk.turn(reading("how_to_question"))]
        assert asyncio.get_running_loop().time() - began < 1, "nothing waits for the endpoint"
        assert len(server.requests) == 1
        await asyncio.sleep(1.1)
        after = await desk.turn()
    assert [(each.cost.calls, len(each.degraded)) for each in between] == [(0, 1), (0, 1)]
    assert all("model: not asked: the endpoint asked for a pause" in line for each in between for line in each.degraded)
    assert (after.cost.calls, after.degraded, after.intent.source) == (1, (), "model")
    assert desk.till.calls[DAY] == 2, "what was not asked is not counted"


async def test_an_endpoint_that_fails_again_and_again_is_asked_no_more_and_the_receipts_say_so() -> None:
    with OpenAIServer(fails(500)) as server:
        desk = Desk(server)
        receipts = [await desk.turn() for _ in range(6)]
        assert len(server.requests) == 3
    assert all("the last 3 calls failed (HTTP 500)" in receipt.degraded[0] for receipt in receipts[3:])
    assert [receipt.cost.calls for receipt in receipts] == [1, 1, 1, 0, 0, 0]


async def test_many_turns_in_flight_make_one_call_each_and_stop_together() -> None:
    with OpenAIServer(fails(503)) as server:
        desk = Desk(server)
        await asyncio.gather(*(desk.turn() for _ in range(8)))
        asked = len(server.requests)
        await asyncio.gather(*(desk.turn() for _ in range(8)))
        assert asked <= 8
        assert len(server.requests) == asked


@pytest.mark.parametrize("parameter", ["json_schema", "temperature", "max_completion_tokens"])
async def test_an_endpoint_that_knows_less_answers_all_the_same(parameter: str) -> None:
    with OpenAIServer(knows_no(parameter, says(GOOD))) as server:
        receipts = [await (desk := Desk(server)).turn(), await desk.turn()]
        assert len(server.requests) == 3, "it is told once what it does not know"
    assert [(receipt.cost.calls, receipt.degraded, receipt.intent.source) for receipt in receipts] == [(1, (), "model")] * 2


SURE: Script = says({"reply": CITED})


@pytest.mark.parametrize(("read", "answer"), [(UNSURE, says(GOOD)), (reading("how_to_question"), SURE), (reading("spam"), SURE)])
async def test_on_a_good_day_no_turn_makes_more_than_one_call(read: Intent, answer: Script) -> None:
    with OpenAIServer(answer) as server:
        receipt = await Desk(server).turn(read)
        assert len(server.requests) == receipt.cost.calls <= 1
    assert not receipt.degraded
