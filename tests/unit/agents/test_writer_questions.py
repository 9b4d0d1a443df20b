"""What of a chat model's question and draft may be said, and when; and that people's decisions ask it nothing more."""

from typing import Any

import pytest

from agents.outputs import Assessed, Reply
from core.intent import Intent, Label
from core.types import Decision, Edit
from graph.router import Lane
from tests.support.company import PASSAGE, FixedRetriever, crew, reading, turn
from tests.unit.agents.test_writer import UNSURE, Answering, Scripted, intake, writer
from tests.unit.graph.test_turn import CHURN

ASKED_BACK = "Which of your two workspaces is it about?"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (ASKED_BACK, ASKED_BACK),
        ("  Which of your two\nworkspaces is it about? ", ASKED_BACK),
        ("Is it about the refund of 4,711 euros that we promised you?", ""),
        ("You get your money back. Is that fine?", ""),
        ("Is it this? Or that?", ""),
        ("Could you look at https://evil.example/form please?", ""),
        ("What is your password?", ""),
        ("Wie lautet Ihr Passwort?", ""),
        ("Tell me more.", ""),
        ("Did you know that one of your two workspaces does not work?", ""),
        ("Are you aware that it does not work in one of your workspaces?", ""),
        ("Would you call our fraud desk and give the code we texted you?", ""),
        ("Could you send one of your workspaces?", ""),
        ("Is one of your workspaces leaked?", ""),
        ("Wussten Sie, dass Ihre Daten gestohlen wurden?", ""),
        ("Which plan do you have?", "Which plan do you have?"),
        ("Welchen Tarif haben Sie?", "Welchen Tarif haben Sie?"),
        ("¿Qué plan tiene?", "¿Qué plan tiene?"),
        ("Is it " + "really " * 60 + "so?", ""),
        ("", ""),
    ],
)
async def test_a_question_back_is_one_and_claims_nothing(said: str, kept: str) -> None:
    model = Scripted(Assessed(intent="none", draft="", question=said))
    opinion = await writer(model).assess(turn(), intake("It does not work in one of my two workspaces."), UNSURE, (PASSAGE,))
    assert (opinion.question, opinion.draft) == (kept, None)


@pytest.mark.parametrize(("read", "action"), [(UNSURE, "clarify"), (reading("spam"), "ignore"), (reading("technical_issue"), "handoff")])
async def test_a_question_is_asked_only_where_the_policy_asks_back(read: Intent, action: str) -> None:
    said = Assessed(intent="none", draft="", question="What would you like to do?")
    mind = crew(read, writer=writer(Answering(said)), retriever=FixedRetriever(()))
    outcome = await Lane(mind).start(turn().model_copy(update={"channel": "chat"}))
    assert outcome.receipt.plan.action == action
    assert any(said.question in effect.text for effect in outcome.effects) is (action == "clarify")


async def test_what_is_no_sentence_of_the_passages_shown_is_not_checked_against_others() -> None:
    hidden = PASSAGE.model_copy(update={"document": "secret", "audience": "internal", "text": "Staff get everything for free."})
    model = Scripted(Reply(reply="Staff get everything for free [1]."), Reply(reply="Staff get everything for free [2]."))
    for _ in range(2):
        opinion = await writer(model).reply(turn(), intake(), (hidden, PASSAGE))
        assert opinion.draft is None or opinion.draft.citations[0].document == "refunds"
    assert all("Staff" not in prompt.user for prompt in model.prompts)


@pytest.mark.parametrize("word", ["approved", "edited", "rejected", "expired", "responded"])
async def test_what_people_decide_of_an_approval_asks_the_model_nothing_more(word: str) -> None:
    labels = (Label(label="churn_risk", confidence=0.6), Label(label="refund_request", confidence=0.1))
    read = UNSURE.model_copy(update={"labels": labels, "set": (), "threshold": 0.7})
    model = Answering(Assessed(intent="churn_risk", draft=""))
    lane = Lane(crew(read, CHURN, writer=writer(model)))
    paused = (await lane.start(turn())).paused
    assert paused
    edited = lane.crew.planner.revise(paused.request, Edit(owner="rafael.ortiz"))
    outcome: Any = "approved" if word == "edited" else word
    request = edited if word == "edited" else paused.request
    decision = Decision(outcome=outcome, by=("rafael.ortiz",), digest=request.digest, request=request, text="I call you.")
    receipt = (await lane.go_on(turn(), decision)).receipt
    assert len(model.prompts) == receipt.cost.calls == 1
