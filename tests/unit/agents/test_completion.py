"""Whatever a response holds, it is an answer that fits or a failure with a name."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import completion
from agents.outputs import Assessed
from core.errors import ModelFailed
from core.types import Cost

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
MESSAGE = st.dictionaries(st.sampled_from(["content", "refusal", "tool_calls", "role"]), JSON | st.just('{"intent": "a", "draft": ""}'))
CHOICE = st.fixed_dictionaries({}, optional={"message": MESSAGE | JSON, "finish_reason": st.sampled_from(["stop", "length", 7]) | JSON})
COMPLETION = st.fixed_dictionaries({}, optional={"choices": st.lists(CHOICE, max_size=2) | JSON, "usage": JSON})


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | (COMPLETION | JSON).map(lambda body: json.dumps(body).encode()))
def test_no_response_is_more_than_an_answer_or_a_failure(body: bytes) -> None:
    try:
        data = completion.parsed(body)
        counted = completion.usage(data)
        assert isinstance(completion.text(data), str)
        assert isinstance(completion.answer(data, Assessed), Assessed)
        assert Cost(prompt_tokens=counted.prompt or 0, completion_tokens=counted.completion or 0)
    except ModelFailed as failure:
        kind = failure.kind
    else:
        kind = "answered"
    assert kind in ("answered", "malformed", "refused")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"content": None, "tool_calls": [{"function": {"name": "x"}}]}, "it called a tool instead of answering"),
        ({"content": None}, "the answer is empty"),
        ({"content": "secret words"}, "the answer does not fit the schema"),
        ({"content": '{"intent": "secret words"}'}, "the answer does not fit the schema"),
        ({"refusal": "secret words"}, "it declined to answer"),
    ],
)
def test_a_failure_says_what_is_wrong_and_nothing_of_what_was_said(message: dict[str, object], problem: str) -> None:
    with pytest.raises(ModelFailed) as failed:
        completion.answer({"choices": [{"message": message}]}, Assessed)
    assert str(failed.value).endswith(problem)
