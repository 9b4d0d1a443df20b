"""The only two forks of a turn."""

from typing import Literal

from graph.state import State


def after_plan(state: State) -> Literal["reply", "guardian"]:
    """Only what automation says itself needs a text."""
    match state["plan"].action:
        case "answer" | "clarify":
            return "reply"
        case "handoff" | "escalate" | "ignore":
            return "guardian"


def after_guardian(state: State) -> Literal["act", "ask", "refuse"]:
    match state["ruling"].verdict:
        case "allow":
            return "act"
        case "ask":
            return "ask"
        case "deny":
            return "refuse"
