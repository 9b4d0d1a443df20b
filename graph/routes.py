"""The only two forks of a turn; coroutines, since LangGraph would run plain functions in a thread."""

from typing import Literal

from graph.state import State


async def after_plan(state: State) -> Literal["reply", "guardian"]:
    """Only what automation says itself needs a text."""
    match state["plan"].action:
        case "answer" | "clarify":
            return "reply"
        case "handoff" | "escalate" | "ignore":
            return "guardian"


async def after_guardian(state: State) -> Literal["act", "ask", "refuse"]:
    match state["ruling"].verdict:
        case "allow":
            return "act"
        case "ask":
            return "ask"
        case "deny":
            return "refuse"
