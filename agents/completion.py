"""A chat completion read without trust: whatever the body holds, it is an answer that fits or a failure with a name."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from core.errors import ModelFailed

Body = Mapping[str, Any]
MANY = 10_000_000
"""Tokens that no endpoint counts for one call."""


class Usage(NamedTuple):
    """Tokens as the endpoint counted them; None where it did not."""

    prompt: int | None
    completion: int | None


def parsed(body: bytes) -> Body:
    """The body as JSON. Raises ModelFailed (``malformed``)."""
    try:
        data = from_json(body)
    except ValueError:
        raise ModelFailed(kind="malformed", problem="the response is not JSON") from None
    if not isinstance(data, Mapping):
        raise ModelFailed(kind="malformed", problem="the response is no completion")
    return data


def answer(data: Body, output: type[BaseModel]) -> BaseModel:
    """Raises ModelFailed: ``refused``, or ``malformed`` with what is wrong and nothing of what was said."""
    choice = _first(data.get("choices"))
    message = choice.get("message")
    message = message if isinstance(message, Mapping) else {}
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise ModelFailed(kind="refused", problem="it declined to answer")
    if choice.get("finish_reason") == "length":
        raise ModelFailed(kind="malformed", problem="the answer was cut off")
    said = message.get("content")
    if not isinstance(said, str):
        called = bool(message.get("tool_calls") or message.get("function_call"))
        raise ModelFailed(kind="malformed", problem="it called a tool instead of answering" if called else "the answer is empty")
    try:
        return output.model_validate_json(_object(said))
    except ValidationError:
        raise ModelFailed(kind="malformed", problem="the answer does not fit the schema") from None


def usage(data: Body) -> Usage:
    said = data.get("usage")
    said = said if isinstance(said, Mapping) else {}
    return Usage(_count(said.get("prompt_tokens")), _count(said.get("completion_tokens")))


def text(data: Body) -> str:
    """What was said, in any form, for counting."""
    choices = data.get("choices")
    message = choices[0].get("message") if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else None
    return str(message.get("content") or "") if isinstance(message, Mapping) else ""


def _first(choices: object) -> Body:
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        return choices[0]
    raise ModelFailed(kind="malformed", problem="the response holds no answer")


def _object(said: str) -> str:
    """From the first brace to the last: models that think aloud or fence their JSON put words around it."""
    return said[said.find("{") : said.rfind("}") + 1] if "{" in said else said


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MANY else None
