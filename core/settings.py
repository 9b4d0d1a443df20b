"""Every setting, from the environment (``USHER_…``) or ``.env``. Only ``app.py`` makes an instance."""

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import InvalidSetting

DISPATCHERS = ("file", "console")
CHANNELS = ("email", "chat", "slack", "api", "desk", "people")


def _default_data() -> Path:
    """The platform's user-data folder; for root ``/var/lib/usher``: PostgreSQL then runs as another user, who may not enter a home."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Path("/var/lib/usher") if as_root else user_data_path("usher", appauthor=False)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="USHER_", env_file=".env", env_file_encoding="utf-8", extra="ignore")

    company: str = Field("knowledge/example", description="Company folders, separated by commas; each is a tenant.")
    data: Path = Field(
        default_factory=_default_data,
        description="Embedded PostgreSQL, Chroma, trained models, encoder, caches, delivered files. Dedicated to Usher.",
    )
    encoder: Path = Field(
        Path(__file__).resolve().parent.parent / "build" / "encoder",
        description="Folder of the sentence encoder that `make setup` builds (model.onnx, tokenizer.json).",
    )
    database_url: SecretStr | None = Field(None, description="PostgreSQL to use (postgresql://…); none: the embedded one.")
    database: str = Field("usher", pattern=r"^[a-z][a-z0-9_]{0,40}$", description="Database name in the embedded PostgreSQL.")
    chroma_url: str | None = Field(None, description="Chroma server (http://host:port); none: one on loopback under USHER_DATA.")
    secret_key: SecretStr | None = Field(None, description="Signs tokens and links. Required with a database URL, else generated.")
    token: SecretStr | None = Field(None, description="The roster person whom the command line acts as.")

    llm_base_url: str | None = Field(None, description="OpenAI-compatible endpoint, with its /v1. None: no chat model.")
    llm_model: str = Field("", description="Model name sent to that endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="Its key, if it wants one.")
    llm_timeout_s: float = Field(20.0, gt=0, le=300, description="Seconds before a model call counts as failed.")
    llm_prompt_tokens: int = Field(500, ge=400, description="Tokens that a whole prompt may have; its parts are cut to fit.")
    llm_context_tokens: int = Field(8192, ge=1024, description="The model's context window: prompt and answer together keep within it.")
    llm_answer_tokens: int = Field(
        1000, ge=0, description="Tokens that an answer may have, a model's own reasoning included; 0: the endpoint is told no limit."
    )
    llm_usd_per_million_prompt: float = Field(0.0, ge=0, description="Price of a million prompt tokens, for the receipt.")
    llm_usd_per_million_completion: float = Field(0.0, ge=0, description="Price of a million completion tokens.")

    as_of: AwareDatetime | None = Field(
        None, description="Start the clock at this time (ISO 8601 with a zone): old messages, the demo's day."
    )
    dispatch: str = Field(
        "file",
        description="Who carries effects out: `file` (into USHER_DATA/delivered), `console`, or by channel, as in `email=console,*=file`.",
    )
    workers: int = Field(8, ge=1, le=64, description="Turns a worker handles at once.")
    host: str = Field("127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that `serve` listens on.")
    rate_per_minute: int = Field(600, ge=1, description="Requests a minute and token that the web app takes.")
    log_level: str = Field("WARNING", description="Python logging level, on stderr.")

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("dispatch")
    @classmethod
    def _known_dispatchers(cls, value: str) -> str:
        dispatch_names(value)
        return value

    @property
    def companies(self) -> tuple[Path, ...]:
        return tuple(Path(part.strip()) for part in self.company.split(",") if part.strip())

    @property
    def has_model(self) -> bool:
        return bool(self.llm_base_url and self.llm_model)


def dispatch_names(setting: str) -> dict[str, str]:
    """Channel → dispatcher, ``*`` for the channels not named.

    Raises:
        PydanticCustomError: saying what is wrong with the first part that cannot be used.
    """
    names: dict[str, str] = {}
    for part in setting.split(","):
        channel, _, name = (part if "=" in part else f"*={part}").replace(" ", "").partition("=")
        if problem := _problem_with(channel, name, names):
            raise PydanticCustomError("dispatch", "{problem}", {"problem": problem})
        names[channel] = name
    return names


def _problem_with(channel: str, name: str, names: dict[str, str]) -> str | None:
    if name not in DISPATCHERS:
        return f"{name!r} is no dispatcher; there are {', '.join(DISPATCHERS)}"
    if channel not in (*CHANNELS, "*"):
        return f"{channel!r} is no channel; there are {', '.join(CHANNELS)} and * for the rest"
    return f"{channel} is named twice" if channel in names else None


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        InvalidSetting: naming the first variable that is wrong.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "USHER_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidSetting(name=name, problem=first["msg"]) from None
    if bool(settings.llm_base_url) != bool(settings.llm_model):
        raise InvalidSetting(name="USHER_LLM_BASE_URL, USHER_LLM_MODEL", problem="set both, or neither")
    if settings.has_model and settings.llm_context_tokens - (settings.llm_answer_tokens or 4000) < 400:
        raise InvalidSetting(name="USHER_LLM_CONTEXT_TOKENS", problem="beside USHER_LLM_ANSWER_TOKENS fewer than 400 are left to a prompt")
    if settings.database_url and not settings.secret_key:
        raise InvalidSetting(name="USHER_SECRET_KEY", problem="required when USHER_DATABASE_URL is set")
    return settings
