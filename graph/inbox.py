"""Approvals as agent inboxes know them: both of LangChain's human-in-the-loop shapes, shown and understood.

One is LangGraph's ``HumanInterrupt`` (``action_request``, ``config``; answers accept, edit, response, ignore), the other LangChain's
``HITLRequest`` (``action_requests``, ``review_configs``; answers approve, edit, reject, respond). What is offered carries the keys of both.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from core.errors import UsherError
from core.types import Decision, Edit, Plan, Request

DECISIONS = ("approve", "edit", "reject", "respond")
TEXTS = ("text", "subject", "owner")


class InvalidAnswer(UsherError):
    """An inbox answered in a way that means no decision."""

    status = 422

    def __init__(self, *, problem: str) -> None:
        super().__init__(f"this is no answer to an approval: {problem}")


class Said(NamedTuple):
    """What an inbox's answer means. ``edit`` is set for an edit, ``text`` for a response."""

    word: Literal["approved", "rejected", "responded", "edited"]
    text: str = ""
    reason: str = ""
    edit: Edit | None = None


def offer(request: Request) -> dict[str, Any]:
    """The interrupt's value: one action with the arguments that may be edited, all of them texts or numbers."""
    name, args, description = name_of(request.plan), arguments(request), describe(request)
    return {
        "action_request": {"action": name, "args": args},
        "config": {"allow_accept": True, "allow_edit": True, "allow_respond": True, "allow_ignore": True},
        "description": description,
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [{"action_name": name, "allowed_decisions": list(DECISIONS)}],
        "digest": request.digest,
    }


def name_of(plan: Plan) -> str:
    """The action's name: ``escalate_to_cro``, ``answer``."""
    return f"{plan.action}_to_{plan.role}" if plan.role else plan.action


def arguments(request: Request) -> dict[str, Any]:
    """What an edit may change, as it is now."""
    plan = request.plan
    replies = [effect for effect in request.effects if effect.kind == "reply"]
    texts = {"text": replies[0].text, "subject": replies[0].subject} if replies else {}
    owner = {"owner": plan.owner} if plan.owner else {}
    return {**texts, **owner, **{name: amount for name, amount in plan.spend.items() if amount is not None}}


def describe(request: Request) -> str:
    """The request for a person, as Markdown."""
    plan = request.plan
    lines = [f"**{name_of(plan).replace('_', ' ')}**, level {plan.level}", *(f"- {reason}" for reason in plan.reasons)]
    lines += [f"- {need.quorum} × {need.role} must approve" for need in request.needs]
    lines += [f"- until {request.expires_at:%Y-%m-%d %H:%M %Z}"]
    lines += [f"\n{effect.kind} to {effect.to}:\n\n{effect.text}" for effect in request.effects]
    return "\n".join(lines)


def read(answer: object, request: Request) -> Said:
    """An inbox's answer in either shape; a list of one is its one answer.

    Raises:
        InvalidAnswer: it is none, or answers something else than one action.
    """
    if isinstance(answer, Mapping) and "decisions" in answer:
        answer = answer["decisions"]
    if isinstance(answer, (list, tuple)):
        if len(answer) != 1:
            raise InvalidAnswer(problem=f"one action was asked about, and {len(answer)} answers came")
        answer = answer[0]
    if not isinstance(answer, Mapping):
        raise InvalidAnswer(problem="an object with a type is expected")
    return _said(answer, request)


def _said(answer: Mapping[str, Any], request: Request) -> Said:
    note = answer.get("message") or ""
    match answer.get("type"):
        case "accept" | "approve":
            return Said("approved", reason=str(note))
        case "reject":
            return Said("rejected", reason=str(note))
        case "ignore":
            return Said("rejected", reason="ignored")
        case "response" | "respond":
            return Said("responded", text=str(answer.get("args") or note))
        case "edit":
            return Said("edited", edit=_edit(answer, request))
        case other:
            raise InvalidAnswer(problem=f"type {other!r} is none of accept, approve, edit, response, respond, ignore, reject")


def _edit(answer: Mapping[str, Any], request: Request) -> Edit:
    action = answer.get("edited_action") or answer.get("args")
    args = action.get("args") if isinstance(action, Mapping) else None
    if not isinstance(action, Mapping) or not isinstance(args, Mapping):
        raise InvalidAnswer(problem="an edit needs the edited action with its args")
    named = action.get("name", action.get("action"))
    if named not in (None, name_of(request.plan)):
        raise InvalidAnswer(problem=f"the action is {name_of(request.plan)} and cannot become {named!r}")
    before = arguments(request)
    unknown = sorted(set(args) - set(before) - set(request.plan.spend))
    if unknown:
        raise InvalidAnswer(problem=f"{unknown[0]!r} cannot be edited; {', '.join(before)} can")
    changed = {name: value for name, value in args.items() if str(value) != str(before.get(name))}
    spend = {name: value for name, value in changed.items() if name not in TEXTS}
    texts = {name: value for name, value in changed.items() if name in TEXTS}
    try:
        return Edit.model_validate(texts | {"spend": spend or None})
    except ValidationError as error:
        raise InvalidAnswer(problem=error.errors()[0]["msg"]) from None


def decision_of(value: object, request: Request, revise: Callable[[Request, Edit], Request]) -> Decision:
    """What a paused graph is resumed with: the product's own ``Decision``, or an inbox's answer where LangGraph's server runs the graph.

    That server knows no roster: who may answer there is its own business, and nothing leaves but through the product's outbox.
    """
    if isinstance(value, Mapping) and "outcome" in value:
        return Decision.model_validate(value)
    said = read(value, request)
    if said.edit is not None:
        try:
            request = revise(request, said.edit)
        except ValueError as error:
            raise InvalidAnswer(problem=str(error)) from None
    outcome = "approved" if said.word == "edited" else said.word
    return Decision(outcome=outcome, text=said.text, reason=said.reason, digest=request.digest, request=request)
