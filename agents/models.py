"""The chat model behind its port: one OpenAI-compatible endpoint, structured output, every failure given a name."""

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from agents import completion
from agents.circuit import Circuit, retry_after
from agents.dialect import Dialect, complaint
from core import tokens
from core.errors import ModelFailed
from core.ports import RenderedPrompt
from core.types import Cost

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx2

    from core.settings import Settings

SCHEMA_TOKENS = 300
"""What the schema of an answer and the frame of the messages come to at most."""
LONG_ANSWER = 4000
"""Tokens that an answer is taken to have at most where the endpoint is told no limit."""
MAX_BYTES = 2_000_000
"""A longer response is no answer."""
UNDERSTOOD_LESS = (400, 422)
"""Statuses of a request that the endpoint does not understand."""
FREE = Cost(calls=1)

log = logging.getLogger("usher.model")


class Prices(NamedTuple):
    """US dollars for a million tokens."""

    prompt: float = 0.0
    completion: float = 0.0

    def usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        return round((prompt_tokens * self.prompt + completion_tokens * self.completion) / 1_000_000, 6)


class Response(NamedTuple):
    status: int
    retry_after: float | None
    body: bytes


class OpenAIChat:
    """``core.ports.ChatModel`` over plain HTTP: of a call's time, less than a millisecond is the client's. The connections are kept."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str | None = None,
        timeout_s: float = 20.0,
        prices: Prices | None = None,
        answer_tokens: int = 1000,
        circuit: Circuit | None = None,
    ) -> None:
        self.version = f"chat/{model}"
        self._url, self._model, self._api_key = f"{base_url.rstrip('/')}/chat/completions", model, api_key
        self._timeout_s, self._prices, self._answer_tokens = timeout_s, prices or Prices(), answer_tokens
        self._circuit, self._dialect = circuit or Circuit(), Dialect()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx2.AsyncClient | None = None

    @classmethod
    def of(cls, settings: "Settings") -> "OpenAIChat":
        """The endpoint that ``settings`` name."""
        key = settings.llm_api_key
        return cls(
            base_url=settings.llm_base_url or "",
            model=settings.llm_model,
            api_key=key.get_secret_value() if key else None,
            timeout_s=settings.llm_timeout_s,
            prices=Prices(settings.llm_usd_per_million_prompt, settings.llm_usd_per_million_completion),
            answer_tokens=settings.llm_answer_tokens,
        )

    def resting(self) -> str:
        """Why no call is to be made now, or nothing; see ``agents.circuit``."""
        return self._circuit.resting(self._timeout_s)

    async def ask(self, prompt: RenderedPrompt, output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        """One call, answered within ``timeout_s`` whatever the endpoint does; nothing that a model has seen is tried twice.

        A request of which the endpoint does not know a part is put once more without that part, and so from then on.

        Raises:
            ModelFailed: kind ``timeout``, ``rate_limited``, ``unavailable``, ``refused`` or ``malformed``. Its text never holds the prompt.
                Without a cost: nobody knows what it cost.
        """
        try:
            response = await self._answered(prompt, output)
            return self._read(response, prompt, output)
        except ModelFailed as failure:
            log.warning("%s: %s", prompt.name, failure)
            raise

    def at_most(self, prompt: RenderedPrompt) -> float:
        """US dollars: no tokenizer that works on bytes makes more tokens than there are bytes, and the answer's length is limited."""
        asked = len((prompt.system + prompt.user).encode()) + SCHEMA_TOKENS
        return self._prices.usd(asked, self._answer_tokens or LONG_ANSWER)

    async def close(self) -> None:
        """Close the connections of the present event loop."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None

    async def _answered(self, prompt: RenderedPrompt, output: type[BaseModel]) -> Response:
        client = self._connected()  # the first one imports the client: that is not the endpoint's time
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(client, prompt, output)
        except TimeoutError:
            failure = ModelFailed(kind="timeout", problem=f"no answer within {self._timeout_s:g} s")
        except ModelFailed:
            self._circuit.answered()
            raise
        except Exception as error:  # noqa: BLE001 - whatever a foreign endpoint makes the client raise, the turn goes on
            failure = _broken(error)
        self._circuit.failed(failure.kind)
        raise failure

    async def _exchange(self, client: "httpx2.AsyncClient", prompt: RenderedPrompt, output: type[BaseModel]) -> Response:
        dialect = self._dialect
        while True:
            response = await self._post(client, dialect.body(self._model, prompt, output, self._answer_tokens))
            simpler = dialect.without(complaint(response.body)) if response.status in UNDERSTOOD_LESS else dialect
            if simpler == dialect:
                break
            dialect = simpler
        if response.status < 300 and dialect != self._dialect:
            log.info("the endpoint is asked in simpler words from now on: %s", dialect)
            self._dialect = dialect
        return response

    async def _post(self, client: "httpx2.AsyncClient", body: bytes) -> Response:
        async with client.stream("POST", self._url, content=body) as response:
            held = bytearray()
            async for part in response.aiter_bytes():
                held += part
                if len(held) > MAX_BYTES:
                    raise ModelFailed(kind="malformed", problem="the response is too long")
            return Response(response.status_code, _pause(response.headers), bytes(held))

    def _read(self, response: Response, prompt: RenderedPrompt, output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        if not 200 <= response.status < 300:
            raise self._status(response)
        self._circuit.answered()
        data = completion.parsed(response.body)
        cost = self._cost(prompt, completion.text(data), completion.usage(data))
        try:
            return completion.answer(data, output), cost
        except ModelFailed as failure:
            failure.cost = cost
            raise

    def _status(self, response: Response) -> ModelFailed:
        """Named, and remembered: whoever is asked to wait waits, and what fails again and again is left alone."""
        status, wait = response.status, response.retry_after
        asked = f"HTTP {status}" + (f", retry after {wait:g} s" if wait is not None else "")
        if status == 429 or (status == 503 and wait is not None):
            self._circuit.asked_to_wait(wait)
        elif status in (*UNDERSTOOD_LESS, 413):
            self._circuit.answered()
        else:
            self._circuit.failed(f"HTTP {status}")
        match status:
            case 429:
                return ModelFailed(kind="rate_limited", problem=asked, cost=FREE)
            case 408 | 504:
                return ModelFailed(kind="timeout", problem=asked)
            case 401 | 403:
                return ModelFailed(kind="unavailable", problem=f"{asked}: the endpoint does not accept USHER_LLM_API_KEY", cost=FREE)
        return ModelFailed(kind="unavailable", problem=asked, cost=FREE)

    def _connected(self) -> "httpx2.AsyncClient":
        """A connection pool belongs to one event loop: another loop gets another client."""
        import httpx2

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            headers = {"authorization": f"Bearer {self._api_key or 'none'}", "content-type": "application/json"}
            limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60)
            # the whole call has a limit; what waits for a connection waits within it
            self._client, self._loop = httpx2.AsyncClient(headers=headers, limits=limits, timeout=None, verify=tls()), loop
        return self._client

    def _cost(self, prompt: RenderedPrompt, said: str, usage: completion.Usage) -> Cost:
        """What the endpoint counted; where it did not, what ``core.tokens`` counts."""
        asked = usage.prompt or tokens.count(prompt.system + prompt.user)
        answered = usage.completion or tokens.count(said)
        usd = self._prices.usd(asked, answered)
        return Cost(calls=1, prompt_tokens=asked, completion_tokens=answered, usd=usd, estimated=None in usage)


@cache
def tls() -> "SSLContext":
    """What connections are checked by; to read the certificates takes a fifth of a second, once a process."""
    import httpx2

    return httpx2.create_ssl_context()


def _pause(headers: "httpx2.Headers") -> float | None:
    value = headers.get("retry-after")
    return retry_after(value) if value else None


def _broken(error: Exception) -> ModelFailed:
    """Without a connection nothing was asked; one that broke later may have cost something."""
    import httpx2

    if isinstance(error, httpx2.DecodingError):
        return ModelFailed(kind="malformed", problem="the response is not what its headers say")
    if isinstance(error, (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)):
        return ModelFailed(kind="unavailable", problem="the connection broke")
    problem = "the connection failed" if isinstance(error, httpx2.HTTPError) else type(error).__name__
    return ModelFailed(kind="unavailable", problem=problem, cost=FREE)
