"""The writer that the settings ask for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.writer import Writer
    from core.company import Company
    from core.settings import Settings


def writer_of(settings: "Settings", company: "Company") -> "Writer | None":
    """None when no chat model is configured."""
    if not settings.has_model:
        return None
    from agents.advisor.grounding import check
    from agents.models import OpenAIChat, Prices
    from agents.writer import Writer

    key = settings.llm_api_key
    model = OpenAIChat(
        base_url=settings.llm_base_url or "",
        model=settings.llm_model,
        api_key=key.get_secret_value() if key else None,
        timeout_s=settings.llm_timeout_s,
        prices=Prices(settings.llm_usd_per_million_prompt, settings.llm_usd_per_million_completion),
    )
    return Writer(model, company.intents, company.profile.name, check)
