"""What stands behind the one model call of a turn, for all companies: the chat model of the settings, its budget, and how far it is
believed.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from agents.material import Grounds
from agents.models import LONG_ANSWER, OpenAIChat
from agents.purse import Purse
from agents.recalibration import Recalibrations
from agents.writer import Writer
from prompts.render import load

if TYPE_CHECKING:
    from core.company import Company
    from core.ports import Choices, Spending
    from core.settings import Settings


class Writing:
    """``settings`` name a chat model."""

    def __init__(self, settings: "Settings", spending: "Spending", choices: "Choices") -> None:
        self._model = OpenAIChat.of(settings)
        self._spending, self._choices = spending, choices
        self._prompt_tokens = min(settings.llm_prompt_tokens, settings.llm_context_tokens - (settings.llm_answer_tokens or LONG_ANSWER))
        self._learned = Recalibrations(choices, f"{self._model.version} assess-{load('assess').header.version}")

    def writer(self, company: "Callable[[], Company]", grounds: Grounds) -> Writer:
        """``company`` gives the company as it is when asked; ``grounds`` is its advisor."""
        profile = company().profile
        purse = Purse(self._model, self._spending, profile.time_zone)
        own = (purse, lambda: company().intents, profile.name, grounds, self._choices, self._learned)
        return Writer(*own, prompt_tokens=self._prompt_tokens)

    async def refresh(self, tenants: Iterable[str]) -> None:
        """Learn from what became known of the chat model's choices since."""
        await self._learned.refresh(tenants)
