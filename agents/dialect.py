"""What is sent to an OpenAI-compatible endpoint, and what is left out for one that does not know it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from core import tokens
from core.ports import RenderedPrompt

FRAME_TOKENS = 12
"""What endpoints count beside the texts of two messages."""


class Form(NamedTuple):
    """The form of an answer: as a strict schema, in words for an endpoint that takes none, and how many tokens it adds to a prompt."""

    response_format: dict[str, Any]
    words: str
    tokens: int


@cache
def form(output: type[BaseModel]) -> Form:
    """Names and types only: what the fields mean stands in the prompt."""
    fields = {name: {"type": each["type"]} for name, each in output.model_json_schema()["properties"].items()}
    schema = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    asked = {"type": "json_schema", "json_schema": {"name": output.__name__, "strict": True, "schema": schema}}
    words = f"Answer with one JSON object and nothing else: {_compact({name: each['type'] for name, each in fields.items()})}"
    return Form(asked, words, tokens.count(_compact(asked)) + FRAME_TOKENS)


@dataclass(frozen=True)
class Dialect:
    """What an endpoint understands. It begins with everything, and loses what the endpoint refused by name."""

    schema: bool = True
    limit: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    temperature: bool = True

    def body(self, model: str, prompt: RenderedPrompt, output: type[BaseModel], answer_tokens: int) -> bytes:
        """The request. ``answer_tokens`` 0: no limit is named."""
        asked = form(output)
        system = prompt.system if self.schema else f"{prompt.system}\n{asked.words}"
        request: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt.user}],
            "response_format": asked.response_format if self.schema else {"type": "json_object"},
        }
        if self.temperature:
            request["temperature"] = 0
        if answer_tokens:
            request[self.limit] = answer_tokens
        return _compact(request).encode()

    def without(self, complaint: str) -> "Dialect":
        """Without what the endpoint complained of; itself where that names nothing that can be left out."""
        said = complaint.lower()
        return replace(
            self,
            schema=self.schema and not ("response_format" in said or "json_schema" in said),
            limit="max_tokens" if "max_completion_tokens" in said else self.limit,
            temperature=self.temperature and "temperature" not in said,
        )


def complaint(body: bytes) -> str:
    """What an error says: its message and parameter where it has the usual form, else its beginning."""
    try:
        error = json.loads(body)["error"]
        if isinstance(error, Mapping):
            return f"{error.get('message')} {error.get('param')}"
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return body[:2000].decode(errors="replace")


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
