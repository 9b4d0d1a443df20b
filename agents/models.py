"""The chat model behind its port: one OpenAI-compatible endpoint, structured output, every failure given a name."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from core.errors import ModelFailed
from core.ports import RenderedPrompt
from core.types import Cost

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from openai import APIStatusError, DefaultAsyncHttpxClient

CHARS_PER_TOKEN = 4
SCHEMA_TOKENS = 300
"""What the schema of an answer and the frame of the messages come to at most."""
LONG_ANSWER = 4000
"""Tokens that an answer is taken to have at most where the endpoint is told no limit."""

log = logging.getLogger("usher.model")


class Prices(NamedTuple):
    """US dollars for a million tokens."""

    prompt: float = 0.0
    completion: float = 0.0

    def usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        return round((prompt_tokens * self.prompt + completion_tokens * self.completion) / 1_000_000, 6)


class OpenAIChat:
    """``core.ports.ChatModel`` over LangChain's OpenAI client. Made at the first call and kept; schemas are bound once a type."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str | None = None,
        timeout_s: float = 20.0,
        prices: Prices | None = None,
        answer_tokens: int = 1000,
    ) -> None:
        self.version = f"chat/{model}"
        self._base_url, self._model, self._api_key = base_url, model, api_key
        self._timeout_s, self._prices, self._answer_tokens = timeout_s, prices or Prices(), answer_tokens
        self._bound: dict[type[BaseModel], Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: ChatOpenAI | None = None
        self._http: DefaultAsyncHttpxClient | None = None

    async def ask(self, prompt: RenderedPrompt, output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        """One call, answered within ``timeout_s`` whatever the endpoint does; nothing is tried twice.

        Raises:
            ModelFailed: kind ``timeout``, ``rate_limited``, ``unavailable``, ``refused`` or ``malformed``. Its text never holds the prompt.
        """
        messages = [("system", prompt.system), ("human", prompt.user)]
        chain = self._chain(output)  # the first one imports the client: that is not the endpoint's time
        try:
            async with asyncio.timeout(self._timeout_s):
                said: Mapping[str, Any] = await chain.ainvoke(messages)
        except TimeoutError:
            raise ModelFailed(kind="timeout", problem=f"no answer within {self._timeout_s:g} s") from None
        except Exception as error:  # noqa: BLE001 - whatever a foreign endpoint makes the client raise, the turn goes on
            failure = _failure(error, self._timeout_s)
            log.warning("%s: %s", prompt.name, failure)
            raise failure from None
        parsed, raw = said.get("parsed"), said["raw"]
        usage = getattr(raw, "usage_metadata", None)
        if not isinstance(parsed, output):
            raise _unparsed(raw, said.get("parsing_error"), self._cost(prompt, str(getattr(raw, "content", "")), usage))
        return parsed, self._cost(prompt, parsed.model_dump_json(), usage)

    def at_most(self, prompt: RenderedPrompt) -> float:
        """US dollars: no tokenizer that works on bytes makes more tokens than there are bytes, and the answer's length is limited."""
        asked = len((prompt.system + prompt.user).encode()) + SCHEMA_TOKENS
        return self._prices.usd(asked, self._answer_tokens or LONG_ANSWER)

    def _chain(self, output: type[BaseModel]) -> Any:
        """The client with ``output`` bound. A connection pool belongs to one event loop: another loop gets another client."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop, self._bound = self._made(), loop, {}
        if output not in self._bound:
            self._bound[output] = self._client.with_structured_output(output, method="json_schema", strict=True, include_raw=True)
        return self._bound[output]

    def _made(self) -> "ChatOpenAI":
        from langchain_openai import ChatOpenAI
        from openai import DefaultAsyncHttpxClient
        from pydantic import SecretStr

        self._http = DefaultAsyncHttpxClient(timeout=self._timeout_s)
        return ChatOpenAI(
            http_async_client=self._http,
            base_url=self._base_url,
            model=self._model,
            api_key=SecretStr(self._api_key or "none"),
            timeout=self._timeout_s,
            max_retries=0,
            max_tokens=self._answer_tokens or None,
            temperature=0,
            stream_usage=False,
        )

    async def close(self) -> None:
        """Close the connections of the present event loop."""
        if self._http is not None and self._loop is asyncio.get_running_loop():
            await self._http.aclose()
        self._client = self._http = None

    def _cost(self, prompt: RenderedPrompt, answer: str, usage: Mapping[str, int] | None) -> Cost:
        """What the endpoint counted; where it counted nothing, four characters to a token."""
        asked = (usage or {}).get("input_tokens") or tokens(prompt.system + prompt.user)
        said = (usage or {}).get("output_tokens") or tokens(answer)
        return Cost(calls=1, prompt_tokens=asked, completion_tokens=said, usd=self._prices.usd(asked, said))


def tokens(text: str) -> int:
    """An estimate that needs no vocabulary: a token is about four characters of English."""
    return -(-len(text) // CHARS_PER_TOKEN)


def _failure(error: Exception, timeout_s: float) -> ModelFailed:
    import openai
    from langchain_openai.chat_models.base import OpenAIRefusalError

    match error:
        case openai.APITimeoutError():
            return ModelFailed(kind="timeout", problem=f"no answer within {timeout_s:g} s")
        case openai.APIStatusError():
            return _status(error)
        case openai.APIConnectionError():
            return ModelFailed(kind="unavailable", problem="the connection failed")
        case OpenAIRefusalError() | openai.ContentFilterFinishReasonError():
            return ModelFailed(kind="refused", problem="it declined to answer")
        case openai.LengthFinishReasonError():
            return ModelFailed(kind="malformed", problem="the answer was cut off")
        case openai.OpenAIError() if not isinstance(error, openai.APIResponseValidationError):
            return ModelFailed(kind="unavailable", problem=type(error).__name__)
    return ModelFailed(kind="malformed", problem="the answer does not fit the schema")


def _status(error: "APIStatusError") -> ModelFailed:
    match error.status_code:
        case 429:
            wait = error.response.headers.get("retry-after", "")
            return ModelFailed(kind="rate_limited", problem=f"HTTP 429{f', retry after {wait} s' if wait.isdigit() else ''}")
        case 408 | 504:
            return ModelFailed(kind="timeout", problem=f"HTTP {error.status_code}")
        case 401 | 403:
            return ModelFailed(kind="unavailable", problem=f"HTTP {error.status_code}: the endpoint does not accept USHER_LLM_API_KEY")
    return ModelFailed(kind="unavailable", problem=f"HTTP {error.status_code}")


def _unparsed(raw: object, error: object, cost: Cost) -> ModelFailed:
    refused = getattr(raw, "additional_kwargs", {}).get("refusal") or type(error).__name__ == "OpenAIRefusalError"
    if refused:
        return ModelFailed(kind="refused", problem="it declined to answer", cost=cost)
    return ModelFailed(kind="malformed", problem="the answer does not fit the schema", cost=cost)
