"""The example company's agents with readings that a test chooses: everything but intent, CRM and search is the real thing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from agents.crew import Crew
from agents.guardian import Guardian
from agents.planner import Planner
from agents.writer import Writer
from core.company import Company
from core.errors import Unavailable
from core.intent import Intent, Label
from core.types import Answer, Audience, Citation, Found, Inbound, Passage, Past, Sender, Signal, Turn
from knowledge.company import load_company
from policy.loading.load import load

EXAMPLE = Path(__file__).parents[2] / "knowledge" / "example"
TUESDAY = datetime(2026, 3, 10, 14, tzinfo=UTC)
PASSAGE = Passage(document="refunds", heading="Annual plans", text="Annual plans are refunded in full within 30 days.", score=0.8)


@cache
def example() -> Company:
    return load_company(EXAMPLE)


class FixedIntent:
    version = "fixed"
    business = None

    def __init__(self, intent: Intent) -> None:
        self._intent = intent

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        return self._intent

    def explain(self, intent: Intent, text: str) -> Intent:
        return intent

    def bounded(self, share: float | None) -> "FixedIntent":
        return self


class FixedDirectory:
    def __init__(self, facts: dict[str, object] | None) -> None:
        self._facts = facts

    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        if self._facts is None:
            raise Unavailable(what="CRM", problem="not reachable")
        return tuple(Signal.model_validate({"name": name, "value": value, "source": "crm"}) for name, value in self._facts.items())


class FixedRetriever:
    version = "fixed"

    def __init__(self, passages: Sequence[Passage] = (PASSAGE,), withheld: Sequence[Passage] = ()) -> None:
        self._passages, self._withheld = tuple(passages), tuple(withheld)

    async def search(
        self,
        query: str,
        *,
        audiences: Sequence[Audience],
        limit: int,
        languages: Sequence[str] = (),
        regions: Sequence[str] | None = (),
        at: datetime | None = None,
    ) -> Found:
        return Found(passages=tuple(each for each in self._passages if each.audience in audiences), withheld=self._withheld)


class FirstSentence:
    """Cites the first passage whole, if there is one."""

    version = "fixed"

    def answer(self, question: str, passages: Sequence[Passage], language: str, **more: object) -> Answer:
        if not passages:
            return Answer(abstained=True, reason="no passage")
        first = passages[0]
        cite = Citation(document=first.document, heading=first.heading, quote=first.text, score=first.score)
        return Answer(answer=first.text, abstained=False, citations=(cite,))


def reading(label: str, confidence: float = 0.95, **more: object) -> Intent:
    abstained = confidence < 0.5
    return Intent.model_validate(
        {"labels": (Label(label=label, confidence=confidence),), "abstained": abstained, "out_of_scope": False, **more}
    )


def crew(
    intent: Intent,
    facts: dict[str, object] | None = None,
    *,
    retriever: FixedRetriever | None = None,
    writer: Writer | None = None,
    policy_text: str | None = None,
) -> Crew:
    company = example()
    policy = load(policy_text or company.policy_text, company.policy_file, company.roster, company.intents)
    return Crew(
        profile=company.profile,
        intent=FixedIntent(intent),
        directory=FixedDirectory({} if facts is None else facts),
        retriever=retriever or FixedRetriever(),
        advisor=FirstSentence(),
        planner=Planner(policy, company.roster, company.profile, company.intents.groups),
        guardian=Guardian(company.profile.domains, "support_lead"),
        writer=writer,
    )


def turn(text: str = "Can I get my money back?", **more: object) -> Turn:
    message = Inbound(
        message_id="m1",
        channel="email",
        sender=Sender(name="Ana", email="ana@customer.example", authenticated=True),
        subject="A question",
        text=text,
        sent_at=TUESDAY,
    )
    values = {"id": "t1", "tenant": "fernhill", "conversation_id": "c1", "channel": "email", "messages": (message,), "received_at": TUESDAY}
    return Turn.model_validate({**values, "now": TUESDAY, **more})
