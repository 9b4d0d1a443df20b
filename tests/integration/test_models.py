"""The chat model against a real HTTP server: what it sends, what it returns, and the name of every failure."""

import asyncio
import logging

import pytest

from agents.models import OpenAIChat, Prices, tokens
from agents.outputs import Assessed, Reply
from core.errors import ModelFailed
from core.ports import RenderedPrompt
from core.types import Cost
from tests.support.openai_server import DROPPED, NO_JSON, OpenAIServer, Scripted, fails, refuses, says

PROMPT = RenderedPrompt(name="assess", version="1", system="Sort messages.", user="<text>\nsecret words of a customer\n</text>")
GOOD = {"intent": "refund_request", "draft": ""}


def model(server: OpenAIServer, timeout_s: float = 5.0) -> OpenAIChat:
    return OpenAIChat(base_url=server.base_url, model="scripted", api_key="key-1", timeout_s=timeout_s, prices=Prices(10.0, 40.0))


async def kind_of(answer: Scripted, timeout_s: float = 5.0) -> str:
    with OpenAIServer(answer) as server, pytest.raises(ModelFailed) as failed:
        await model(server, timeout_s).ask(PROMPT, Assessed)
    assert "secret" not in str(failed.value)
    assert len(server.requests) == 1
    return failed.value.kind


async def test_a_fitting_answer_comes_back_typed_with_its_cost() -> None:
    with OpenAIServer(says(GOOD)) as server:
        said, cost = await model(server).ask(PROMPT, Assessed)
    assert said == Assessed(intent="refund_request", draft="")
    assert cost == Cost(calls=1, prompt_tokens=100, completion_tokens=20, usd=0.0018)


async def test_the_request_carries_both_messages_the_key_and_a_strict_schema() -> None:
    with OpenAIServer(says(GOOD)) as server:
        await model(server).ask(PROMPT, Assessed)
    request = server.requests[0]
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert request["response_format"]["json_schema"]["strict"] is True
    assert server.authorization == ["Bearer key-1"]


async def test_an_answers_length_is_limited_so_that_the_most_that_it_can_cost_is_known() -> None:
    with OpenAIServer(says(GOOD)) as server:
        chat = OpenAIChat(base_url=server.base_url, model="scripted", prices=Prices(10.0, 40.0), answer_tokens=200)
        _, cost = await chat.ask(PROMPT, Assessed)
    assert server.requests[0]["max_completion_tokens"] == 200
    assert cost.usd < chat.at_most(PROMPT) == Prices(10.0, 40.0).usd(len((PROMPT.system + PROMPT.user).encode()) + 300, 200)
    assert OpenAIChat(base_url=server.base_url, model="free").at_most(PROMPT) == 0


async def test_an_endpoint_that_knows_no_limit_is_told_none() -> None:
    with OpenAIServer(says(GOOD)) as server:
        chat = OpenAIChat(base_url=server.base_url, model="scripted", prices=Prices(10.0, 40.0), answer_tokens=0)
        await chat.ask(PROMPT, Assessed)
    assert not {"max_tokens", "max_completion_tokens"} & server.requests[0].keys()
    assert chat.at_most(PROMPT) > 4000 * 40 / 1_000_000


async def test_a_refusal_has_its_price_all_the_same() -> None:
    with OpenAIServer(refuses()) as server, pytest.raises(ModelFailed) as failed:
        await model(server).ask(PROMPT, Assessed)
    assert failed.value.cost == Cost(calls=1, prompt_tokens=100, completion_tokens=20, usd=0.0018)


async def test_tokens_are_estimated_where_the_endpoint_counts_none() -> None:
    with OpenAIServer(says(GOOD, usage=False)) as server:
        _, cost = await model(server).ask(PROMPT, Assessed)
    assert cost.prompt_tokens == tokens(PROMPT.system + PROMPT.user)
    assert cost.completion_tokens > 0


async def test_many_calls_share_one_client_and_each_type_its_schema() -> None:
    with OpenAIServer(says(GOOD), says(GOOD), says({"reply": "Yes."})) as server:
        chat = model(server)
        for output in (Assessed, Assessed, Reply):
            await chat.ask(PROMPT, output)
        await chat.close()
        assert server.connections == 1
    assert [request["response_format"]["json_schema"]["name"] for request in server.requests] == ["Assessed", "Assessed", "Reply"]


async def test_calls_in_flight_do_not_wait_for_each_other() -> None:
    with OpenAIServer(says(GOOD, delay_s=0.3)) as server:
        chat = model(server)
        await chat.ask(PROMPT, Assessed)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(chat.ask(PROMPT, Assessed) for _ in range(8)))
        assert asyncio.get_running_loop().time() - began < 1.5


async def test_a_slow_endpoint_is_a_timeout_and_ends_in_time() -> None:
    began = asyncio.get_running_loop().time()
    assert await kind_of(says(GOOD, delay_s=20.0), timeout_s=3.0) == "timeout"
    assert asyncio.get_running_loop().time() - began < 15  # of the 20 that the answer takes


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (fails(429, retry_after="30"), "rate_limited"),
        (fails(500), "unavailable"),
        (fails(503), "unavailable"),
        (fails(401), "unavailable"),
        (fails(400), "unavailable"),
        (fails(504), "timeout"),
        (DROPPED, "unavailable"),
        (refuses(), "refused"),
        (says("{not json"), "malformed"),
        (says(""), "malformed"),
        (says({"intent": "refund_request"}), "malformed"),
        (says({"intent": "refund_request", "draft": "", "level": 4}), "malformed"),
        (says({"intent": 7, "draft": []}), "malformed"),
        (says('{"intent": "ref', finish="length"), "malformed"),
        (says(None, finish="content_filter"), "refused"),
        (NO_JSON, "malformed"),
        (Scripted({"object": "chat.completion", "choices": []}), "malformed"),
        (Scripted({}), "malformed"),
    ],
)
async def test_every_failure_has_its_name_and_is_not_retried(answer: Scripted, kind: str) -> None:
    assert await kind_of(answer) == kind


async def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(ModelFailed) as failed:
        await OpenAIChat(base_url="http://127.0.0.1:9/v1", model="scripted").ask(PROMPT, Assessed)
    assert failed.value.kind == "unavailable"


async def test_a_failure_is_logged_without_the_customers_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "usher"), OpenAIServer(fails(500)) as server, pytest.raises(ModelFailed):
        await model(server).ask(PROMPT, Assessed)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("usher")]
    assert ours == ["assess: model unavailable: HTTP 500"]


def test_the_same_model_serves_one_event_loop_after_another() -> None:
    with OpenAIServer(says(GOOD)) as server:
        chat = model(server)
        for _ in range(2):
            said, _ = asyncio.run(chat.ask(PROMPT, Assessed))
            assert isinstance(said, Assessed)
