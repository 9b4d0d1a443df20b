"""What the handbook makes of a question: what is searched for whom, and where each outcome leads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pydantic import BaseModel

from agents.crew import Crew
from agents.outputs import Assessed
from core.intent import Intent, Label
from core.types import Answer, Audience, Caveat, Citation, Found, Passage, Past
from graph.router import Lane
from tests.support.company import PASSAGE, TUESDAY, FixedRetriever, crew, reading, turn
from tests.unit.agents.test_writer import Scripted, writer

TEAM = {"known": True, "tier": "team", "region": "emea"}
RULE = Passage(document="authority", heading="Limits", text="Up to 17 % the desk decides.", score=0.7, audience="internal")
NEW = PASSAGE.model_copy(update={"document": "old", "expires": date(2026, 1, 1)})


class Advising:
    """Gives one answer, and keeps what it was told."""

    version = "fixed"

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.told: list[dict[str, object]] = []

    def answer(self, question: str, passages: Sequence[Passage], language: str, **more: object) -> Answer:
        self.told.append({"question": question, "passages": tuple(passages), "language": language, **more})
        return self._answer


class Searching(FixedRetriever):
    """Keeps how it was asked."""

    def __init__(self) -> None:
        super().__init__((PASSAGE, RULE), (NEW,))
        self.asked: list[tuple[str, tuple[Audience, ...], tuple[str, ...] | None, tuple[str, ...], datetime | None]] = []

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
        self.asked.append((query, tuple(audiences), None if regions is None else tuple(regions), tuple(languages), at))
        return await super().search(query, audiences=audiences, limit=limit)


def advised(answer: Answer, facts: Mapping[str, object] | None = None, **more: object) -> Crew:
    return replace(crew(reading("how_to_question"), dict(facts or {}), **more), advisor=Advising(answer))  # type: ignore[arg-type]


def handbook(receipt: object) -> object:
    return next(signal.value for signal in receipt.signals if signal.name == "handbook")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("facts", "regions"), [(TEAM, ("emea",)), ({"known": False}, ()), ({}, ())])
async def test_the_senders_region_decides_which_pages_are_searched_and_internal_ones_stay_apart(
    facts: dict[str, object], regions: tuple[str, ...]
) -> None:
    searching, advising = Searching(), Advising(Answer(abstained=True, reason="unanswerable"))
    parts = replace(crew(reading("how_to_question"), facts), retriever=searching, advisor=advising)
    outcome = await Lane(parts).start(turn())
    query = "A question\nCan I get my money back?"
    assert searching.asked == [
        (query, ("public",), regions, ("en",), TUESDAY),
        (query, ("internal",), None, ("en",), TUESDAY),
    ]
    (told,) = advising.told
    assert (told["passages"], told["internal"], told["withheld"], told["on"]) == ((PASSAGE,), [RULE], (NEW,), TUESDAY.date())
    assert [(view.document, view.audience) for view in outcome.receipt.passages] == [("refunds", "public"), ("authority", "internal")]


async def test_verified_facts_and_the_conversation_reach_the_advisor_and_claims_do_not() -> None:
    past = (Past(role="customer", text="Hello", at=TUESDAY),)
    advising = Advising(Answer(abstained=True, reason="unanswerable"))
    await Lane(replace(crew(reading("how_to_question"), TEAM), advisor=advising)).start(turn(history=past))
    assert (advising.told[0]["known"], advising.told[0]["history"]) == ({"tier": "team", "region": "emea"}, past)


async def test_for_what_a_machine_sent_nothing_is_searched_or_asked() -> None:
    searching, advising = Searching(), Advising(Answer(abstained=True, reason="unanswerable"))
    message = turn().messages[0].model_copy(update={"headers": {"auto-submitted": "auto-replied"}})
    outcome = await Lane(replace(crew(reading("how_to_question")), retriever=searching, advisor=advising)).start(turn(messages=(message,)))
    assert (searching.asked, advising.told, outcome.receipt.plan.action) == ([], [], "ignore")


@pytest.mark.parametrize(
    ("reason", "rule"),
    [("conflict", "pages_disagree"), ("out of policy", "beyond_the_rules"), ("unanswerable", "default"), ("own records", "default")],
)
async def test_each_reason_to_keep_silent_reaches_the_policy_and_a_person(reason: str, rule: str) -> None:
    outcome = await Lane(advised(Answer(abstained=True, reason=reason))).start(turn())
    assert handbook(outcome.receipt) == reason.replace(" ", "_")
    assert (outcome.receipt.plan.action, outcome.receipt.plan.rules) == ("handoff", (rule,))


async def test_an_answer_is_a_signal_too() -> None:
    assert handbook((await Lane(crew(reading("how_to_question"))).start(turn())).receipt) == "answered"


async def test_what_an_answer_depends_on_is_asked_once_and_then_a_person_has_it() -> None:
    parts = advised(Answer(abstained=True, reason="underspecified", question="Which plan: Team or Business?"))
    asked = await Lane(parts).start(turn())
    assert (asked.receipt.plan.action, asked.receipt.plan.rules) == ("clarify", ("depends_on_what_they_did_not_say",))
    (reply,) = asked.effects
    assert reply.text.startswith("Which plan: Team or Business?")
    again = turn(history=(Past(role="customer", text="How fast?", at=TUESDAY - timedelta(hours=1), action="clarify"),))
    assert (await Lane(parts).start(again)).receipt.plan.action == "handoff"


async def test_where_it_is_not_clear_what_they_want_that_is_asked_first() -> None:
    unsure = Intent(labels=(Label(label="refund_request", confidence=0.3),), abstained=True, out_of_scope=False, set=("refund_request",))
    advising = Advising(Answer(abstained=True, reason="underspecified", question="Which plan: Team or Business?"))
    outcome = await Lane(replace(crew(unsure), advisor=advising)).start(turn(channel="chat"))
    assert outcome.receipt.plan.action == "clarify"
    assert "refund request" in outcome.effects[0].text


async def test_people_are_told_the_rule_and_the_caveats_and_customers_nothing_of_either() -> None:
    caveat = Caveat(kind="expired", documents=("old",), detail="old › Refunds speaks of it and expired on 2026-01-01")
    cite = Citation(document="authority", heading="Limits", quote="", score=0.7)
    outcome = await Lane(advised(Answer(abstained=True, reason="out of policy", citations=(cite,), caveats=(caveat,)))).start(turn())
    texts = {effect.kind: effect.text for effect in outcome.effects}
    assert "Handbook (out of policy): authority › Limits" in texts["notify"]
    assert "Handbook (expired): old › Refunds speaks of it" in texts["notify"]
    assert "authority" not in texts["reply"]
    assert "old" not in texts["reply"]
    assert outcome.receipt.caveats == (caveat,)


@pytest.mark.parametrize(
    ("reason", "action"), [("conflict", "handoff"), ("out of policy", "handoff"), ("underspecified", "handoff"), ("unanswerable", "answer")]
)
async def test_a_model_does_not_write_over_a_conflict_or_a_rule(reason: str, action: str) -> None:
    unsure = Intent(labels=(Label(label="how_to_question", confidence=0.3),), abstained=True, out_of_scope=False, set=("how_to_question",))
    said: BaseModel = Assessed(intent="how_to_question", draft="Annual plans are refunded in full within 30 days [1].")
    believed = reading("how_to_question")
    parts = replace(crew(unsure, writer=writer(Scripted(said))), advisor=Advising(Answer(abstained=True, reason=reason)))
    outcome = await Lane(parts).start(turn())
    assert handbook(outcome.receipt) == ("answered" if action == "answer" else reason.replace(" ", "_"))
    assert believed.top == outcome.receipt.intent.top


async def test_an_internal_page_is_in_no_prompt() -> None:
    unsure = Intent(labels=(Label(label="how_to_question", confidence=0.3),), abstained=True, out_of_scope=False, set=("how_to_question",))
    model = Scripted(Assessed(intent="none", draft=""))
    await Lane(replace(crew(unsure, writer=writer(model)), retriever=Searching())).start(turn())
    (prompt,) = model.prompts
    assert "30 days" in prompt.user
    assert "17 %" not in prompt.user


async def test_the_advisor_is_told_which_words_are_the_senders_own() -> None:
    past = (Past(role="customer", text="What is the status of my ticket 48213?", at=TUESDAY),)
    advising = Advising(Answer(abstained=True, reason="unanswerable"))
    await Lane(replace(crew(reading("how_to_question")), advisor=advising)).start(turn("And how do I export my data?", history=past))
    assert "48213" in str(advising.told[0]["question"])
    assert advising.told[0]["own"] == "And how do I export my data?"


async def test_an_answer_with_a_line_that_nothing_carries_goes_to_a_person() -> None:
    cite = Citation(document="refunds", heading="Annual plans", quote=PASSAGE.text, score=0.8)
    for text, action in ((PASSAGE.text, "answer"), (f"{PASSAGE.text}\nAnd a free car.", "handoff")):
        outcome = await Lane(advised(Answer(answer=text, abstained=False, citations=(cite,)))).start(turn())
        assert outcome.receipt.plan.action == action
        assert not any("free car" in effect.text for effect in outcome.effects if effect.kind == "reply")
