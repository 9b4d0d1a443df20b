"""The state of one turn. Every key has one writer, named beside it; the three logs are appended to by every node."""

import operator
from typing import Annotated, Literal, TypedDict

from core.intent import Intent
from core.types import Answer, Assessment, Cost, Decision, Effect, Found, Intake, Passage, Plan, Request, Ruling, Signal, Step, Turn


class Input(TypedDict):
    turn: Turn  # the router


class State(Input, total=False):
    intake: Intake  # intake
    intent: Intent  # intent
    records: list[Signal]  # signals
    busy: list[str]  # signals
    found: Found  # passages
    rules: list[Passage]  # passages; internal ones, which never reach a customer or a chat model
    asked: str  # passages; the request as it reads without the conversation
    assessment: Assessment  # assess
    plan: Plan  # plan
    unsigned: Answer  # reply; the text itself
    reply: Answer  # reply; in the company's frame
    ruling: Ruling  # guardian
    request: Request  # ask
    decision: Decision  # wait
    final: Plan  # act, refuse
    effects: list[Effect]  # act, refuse
    steps: Annotated[list[Step], operator.add]
    cost: Annotated[Cost, operator.add]
    degraded: Annotated[list[str], operator.add]


Node = Literal["intake", "intent", "signals", "passages", "assess", "plan", "reply", "guardian", "ask", "wait", "act", "refuse"]
