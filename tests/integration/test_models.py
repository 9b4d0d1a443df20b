"""The chat model against a real HTTP server: what it sends, what it returns, and the name of every failure."""

import asyncio
import logging

import pytest

from agents.circuit import TOLERATED
from agents.models import OpenAIChat, Prices
from agents.outputs import Assessed, Reply
from core import tokens
from core.errors import ModelFailed
from core.ports import RenderedPrompt
from core.types import Cost
from tests.support.openai_server import (
    DROPPED,
    NO_JSON,
    OpenAIServer,
    Scripted,
    calls_a_tool,
    fails,
    knows_no,
    refuses,
    says,
    trickles,
)

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
    assert cost.prompt_tokens == tokens.count(PROMPT.system + PROMPT.user)
    assert cost.completion_tokens > 0
    assert cost.model_dump()["estimated"], "and the receipt says so"


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
        (says(GOOD, finish="content_filter"), "refused"),
        (calls_a_tool(), "malformed"),
        (calls_a_tool('{"intent": "refund_request", "draft": ""'), "malformed"),
        (trickles(GOOD, parts=4, pause_s=0.0, sent=2), "unavailable"),
        (says('"' + "[" * 100_000), "malformed"),
        (says('{"intent": "\\ud800", "draft": ""}'), "malformed"),
        (Scripted("[" * 100_000), "malformed"),
        (Scripted("x" * 3_000_000), "malformed"),
        (Scripted({"choices": [{"message": "hello"}]}), "malformed"),
        (Scripted({"choices": {"0": {}}}), "malformed"),
        (Scripted("x", headers={"content-encoding": "gzip"}), "malformed"),
        (Scripted("{}", status=302, headers={"location": "http://127.0.0.1:9/"}), "unavailable"),
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


# ---------------------------------------------------------------- what a failure costs


@pytest.mark.parametrize(
    ("answer", "usd"),
    [
        (fails(429), 0.0),
        (fails(500), 0.0),
        (fails(400), 0.0),
        (refuses(), 0.0018),
        (says({"intent": 7}), 0.0018),
        (calls_a_tool(), 0.0018),
        (DROPPED, None),
        (trickles(GOOD, parts=4, pause_s=0.0, sent=2), None),
        (fails(504), None),
        (NO_JSON, None),
    ],
)
async def test_a_failure_costs_what_is_known_of_it_and_else_nobody_says(answer: Scripted, usd: float | None) -> None:
    with OpenAIServer(answer) as server, pytest.raises(ModelFailed) as failed:
        await model(server).ask(PROMPT, Assessed)
    assert (failed.value.cost.usd if failed.value.cost else None) == usd


async def test_a_count_that_cannot_be_is_no_count() -> None:
    answer = says(GOOD)
    assert isinstance(answer.body, dict)
    odd_counts: tuple[object, ...] = (-5, True, "100", 10**12, None, [], 1.5)
    for odd in odd_counts:
        answer.body["usage"] = {"prompt_tokens": odd, "completion_tokens": 20}
        with OpenAIServer(answer) as server:
            _, cost = await model(server).ask(PROMPT, Assessed)
        assert (cost.prompt_tokens, cost.completion_tokens) == (tokens.count(PROMPT.system + PROMPT.user), 20)


async def test_slow_tokens_are_waited_for_and_a_trickle_without_end_is_not() -> None:
    with OpenAIServer(trickles(GOOD, parts=10, pause_s=0.02)) as server:
        said, _ = await model(server).ask(PROMPT, Assessed)
    assert said == Assessed(**GOOD)
    began = asyncio.get_running_loop().time()
    assert await kind_of(trickles(GOOD, parts=300, pause_s=0.1), timeout_s=1.0) == "timeout"
    assert asyncio.get_running_loop().time() - began < 10


async def test_signs_that_no_database_takes_do_not_come_through() -> None:
    with OpenAIServer(says('{"intent": "a\\u0000b", "draft": "line\\nline\\u0007", "question": ""}')) as server:
        said, _ = await model(server).ask(PROMPT, Assessed)
    assert said == Assessed(intent="ab", draft="line\nline")


@pytest.mark.parametrize("around", ["```json\n{}\n```", "<think>Hm, a refund?</think>\n{}", "Here it is: {} Anything else?"])
async def test_words_around_the_answer_are_no_part_of_it(around: str) -> None:
    with OpenAIServer(says(around.replace("{}", '{"intent": "refund_request", "draft": ""}'))) as server:
        said, _ = await model(server).ask(PROMPT, Assessed)
    assert said == Assessed(**GOOD)


# ---------------------------------------------------------------- endpoints that know less


async def test_an_endpoint_without_schemas_is_told_the_form_in_words_and_is_not_asked_for_one_again() -> None:
    with OpenAIServer(knows_no("json_schema", says(GOOD))) as server:
        chat = model(server)
        for _ in range(2):
            said, cost = await chat.ask(PROMPT, Assessed)
            assert (said, cost.calls) == (Assessed(**GOOD), 1)
    assert [request["response_format"]["type"] for request in server.requests] == ["json_schema", "json_object", "json_object"]
    assert '"question":"string"' in server.requests[1]["messages"][0]["content"]


async def test_what_else_an_endpoint_does_not_know_is_left_out_from_then_on() -> None:
    with OpenAIServer(knows_no("max_completion_tokens", knows_no("temperature", knows_no("json_schema", says(GOOD))))) as server:
        chat = model(server)
        for _ in range(2):
            await chat.ask(PROMPT, Assessed)
    assert len(server.requests) == 5
    assert server.requests[-1]["max_tokens"] == 1000
    assert not {"max_completion_tokens", "temperature"} & server.requests[-1].keys()


async def test_a_complaint_that_is_not_about_the_form_changes_nothing() -> None:
    def echoes(request: dict[str, object]) -> Scripted:
        return Scripted({"error": {"message": "temperature response_format max_completion_tokens"}}, 422)

    with OpenAIServer(echoes, echoes, echoes, echoes, says(GOOD)) as server:
        chat = model(server)
        with pytest.raises(ModelFailed):
            await chat.ask(PROMPT, Assessed)
        asked = len(server.requests)
        server.answer_with(says(GOOD))
        await chat.ask(PROMPT, Assessed)
    assert asked == 2, "once in full and once in the simplest words"
    assert server.requests[-1]["response_format"]["type"] == "json_schema"


# ---------------------------------------------------------------- endpoints that want to be left alone


async def test_a_pause_that_the_endpoint_asks_for_is_kept_and_nobody_waits_for_it() -> None:
    with OpenAIServer(fails(429, retry_after="1"), says(GOOD)) as server:
        chat = model(server)
        assert chat.resting() == ""
        with pytest.raises(ModelFailed, match="HTTP 429, retry after 1 s"):
            await chat.ask(PROMPT, Assessed)
        assert "asked for a pause" in chat.resting()
        await asyncio.sleep(1.1)
        assert chat.resting() == ""
        await chat.ask(PROMPT, Assessed)


@pytest.mark.parametrize(
    ("answer", "rests"), [(fails(500), True), (DROPPED, True), (fails(400), False), (refuses(), False), (NO_JSON, False)]
)
async def test_what_fails_again_and_again_is_left_alone_and_what_answers_badly_is_not(answer: Scripted, rests: bool) -> None:
    with OpenAIServer(answer) as server:
        chat = model(server)
        for _ in range(TOLERATED):
            assert chat.resting() == ""
            with pytest.raises(ModelFailed):
                await chat.ask(PROMPT, Assessed)
        assert bool(chat.resting()) is rests
