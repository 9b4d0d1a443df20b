"""Agent inboxes: both of LangChain's shapes, offered and understood."""

from typing import Any

import pytest
from langgraph.types import Command

from core.types import Decision, Edit, Request
from graph.inbox import InvalidAnswer, decision_of, offer, read
from tests.support.company import turn
from tests.unit.graph.test_turn import churning


async def asked() -> Request:
    outcome = await churning().start(turn())
    assert outcome.paused
    return outcome.paused.request


async def test_what_is_offered_has_the_keys_of_both_shapes() -> None:
    request = await asked()
    shown = offer(request)
    assert shown["action_request"] == {"action": "escalate_to_cro", "args": {"owner": "daniel.osei"}}
    assert shown["config"] == {"allow_accept": True, "allow_edit": True, "allow_respond": True, "allow_ignore": True}
    assert [each["name"] for each in shown["action_requests"]] == ["escalate_to_cro"]
    assert shown["review_configs"] == [{"action_name": "escalate_to_cro", "allowed_decisions": ["approve", "edit", "reject", "respond"]}]
    assert "threatens to leave" in shown["description"]


EDITED = {"owner": "rafael.ortiz"}


@pytest.mark.parametrize(
    ("answer", "word", "text", "reason"),
    [
        ({"type": "accept", "args": {"action": "escalate_to_cro", "args": {"owner": "daniel.osei"}}}, "approved", "", ""),
        ([{"type": "accept", "args": None}], "approved", "", ""),
        ({"decisions": [{"type": "approve"}]}, "approved", "", ""),
        ([{"type": "ignore", "args": None}], "rejected", "", "ignored"),
        ({"decisions": [{"type": "reject", "message": "too early"}]}, "rejected", "", "too early"),
        ([{"type": "response", "args": "We call you."}], "responded", "We call you.", ""),
        ({"decisions": [{"type": "respond", "message": "We call you."}]}, "responded", "We call you.", ""),
        ([{"type": "edit", "args": {"action": "escalate_to_cro", "args": EDITED}}], "edited", "", ""),
        ({"decisions": [{"type": "edit", "edited_action": {"name": "escalate_to_cro", "args": EDITED}}]}, "edited", "", ""),
    ],
)
async def test_answers_of_both_shapes_mean_the_same(answer: Any, word: str, text: str, reason: str) -> None:
    said = read(answer, await asked())
    assert (said.word, said.text, said.reason) == (word, text, reason)
    assert said.edit == (Edit(owner="rafael.ortiz") if word == "edited" else None)


@pytest.mark.parametrize(
    "answer",
    [
        "yes",
        [],
        [{"type": "accept"}, {"type": "accept"}],
        {"type": "perhaps"},
        {"type": "edit", "args": None},
        {"type": "edit", "args": {"action": "escalate_to_cro", "args": {"level": "4"}}},
        {"type": "edit", "args": {"action": "escalate_to_ceo", "args": {"owner": "gwen.pritchard"}}},
        {"decisions": [{"type": "edit", "edited_action": {"args": {"text": 3}}}]},
    ],
)
async def test_what_means_no_decision_is_refused(answer: Any) -> None:
    with pytest.raises(InvalidAnswer, match="this is no answer to an approval"):
        read(answer, await asked())


async def test_langgraphs_own_server_can_resume_the_graph_with_an_inboxs_answer() -> None:
    lane = churning()
    paused = await lane.start(turn())
    assert paused.paused
    config: Any = {"configurable": {"thread_id": "t1"}}
    state: Any = await lane.graph.aget_state(config)
    assert state.tasks[0].interrupts[0].value["action_request"]["action"] == "escalate_to_cro"
    out = await lane.graph.ainvoke(Command(resume=[{"type": "edit", "args": {"action": "escalate_to_cro", "args": EDITED}}]), config)
    assert {effect.to for effect in out["effects"]} == {"rafael.ortiz"}


async def test_the_products_own_decision_passes_through() -> None:
    decision = Decision(outcome="expired", digest="d")
    assert decision_of(decision.model_dump(), await asked(), lambda request, edit: request) == decision
