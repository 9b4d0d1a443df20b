"""The store's parts on one database, and the small values that its tests need."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from core.checkpoint import serializer
from core.clock import ShiftedClock
from core.intent import Intent, Label
from core.ports import Outcome, Paused
from core.receipt import Receipt
from core.types import ApprovalNeed, Cost, Decision, Edit, Effect, Inbound, Plan, Request, Sender, Turn, Worth
from store.approvals import Approvals
from store.audit import Audit
from store.conversations import Conversations
from store.database import Database
from store.mailroom import Mailroom
from store.outbox import Outbox
from store.receipts import Receipts
from store.turns import Turns

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ACME = "acme"
PERMITTED = {"bob": {"secrets"}}
ROLES = {"ann": "finance", "bob": "finance", "cleo": "legal"}


class Postbox:
    """A receiver that knows what arrived; ``lost`` makes it fail after so many deliveries, ``knows`` whether it can be asked."""

    def __init__(self, *, failures: int = 0, arrives_anyway: bool = False, knows: bool = True) -> None:
        self.arrived: list[str] = []
        self._failures, self._arrives_anyway, self._knows = failures, arrives_anyway, knows

    async def deliver(self, effect: Effect, tenant: str) -> None:
        failing, self._failures = self._failures > 0, self._failures - 1
        if not failing or self._arrives_anyway:
            self.arrived.append(effect.key)
        if failing:
            raise ConnectionError("cut off")

    async def seen(self, key: str, tenant: str) -> bool | None:
        return key in self.arrived if self._knows else None


class House:
    """Who may what here: a need's role, any role for an assignee; an edit changes the owner, and ``d1`` becomes ``d1-owner``."""

    def refusal(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        return None if ROLES.get(person) == need.role else f"is {ROLES.get(person)}, and it needs {need.role}"

    def refusal_of_assignee(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        return None if person in ROLES else "is not in the roster"

    def refusal_of_deputy(self, tenant: str, person: str, deputy: str) -> str | None:
        return None if ROLES.get(deputy) == ROLES.get(person) else f"stands lower than {person}"

    def refusal_of_owner(self, tenant: str, person: str, permissions: Sequence[str], handled_in: Sequence[str]) -> str | None:
        missing = set(permissions) - PERMITTED.get(person, set())
        return f"is not permitted {', '.join(sorted(missing))}" if missing else None

    def knows(self, tenant: str, person: str) -> bool:
        return person in ROLES or person == "lea"

    def leads(self, tenant: str, person: str) -> bool:
        return person == "lea"

    def revise(self, tenant: str, request: Request, edit: Edit) -> Request:
        if edit.owner is None or edit.owner not in ROLES:
            raise ValueError(f"{edit.owner!r} is not in the roster")
        effects = tuple(effect.model_copy(update={"to": edit.owner}) for effect in request.effects)
        plan = request.plan.model_copy(update={"owner": edit.owner})
        return request.model_copy(update={"plan": plan, "effects": effects, "digest": f"{request.digest}-{edit.owner}"})


class Textbook:
    """What of a turn may be learned here: its first message, as one of two intents."""

    def text(self, turn: Turn) -> str:
        return turn.messages[0].text

    def labels(self, tenant: str) -> tuple[str, ...]:
        return ("refund", "outage")


class Desk:
    """Everything that one company's messages pass through, on a clock that the test moves."""

    def __init__(self, database: Database, *, settle_s: float = 0.0, held: bool = False, postbox: Postbox | None = None) -> None:
        self.database, self.clock, self.postbox = database, ShiftedClock(NOON), postbox or Postbox()
        self.mailroom = Mailroom(database, clock=self.clock, settle_s={ACME: {"chat": settle_s}}, held=held)
        self.turns = Turns(database, clock=self.clock)
        self.approvals = Approvals(database, clock=self.clock, approvers=House())
        self.outbox = Outbox(database, clock=self.clock, default=self.postbox, attempts=3)
        self.conversations = Conversations(database, clock=self.clock, approvers=House())
        self.receipts, self.audit = Receipts(database), Audit(database)

    async def arrive(self, id: str = "m1", **changes: Any) -> Turn:
        """A message whose turn has been loaded."""
        arrival = await self.mailroom.receive(ACME, message(id, **changes))
        turn = await self.turns.load(arrival.turn_id or "")
        assert turn is not None
        return turn

    async def answer(self, id: str = "m1", **changes: Any) -> Turn:
        """A message that was answered at once."""
        turn = await self.arrive(id, **changes)
        await self.turns.commit(turn, answered(turn))
        return turn

    async def ask(self, id: str = "m1", *, needs: tuple[ApprovalNeed, ...] = (ApprovalNeed(role="finance"),), **changes: Any) -> Turn:
        """A message whose turn waits for an approval."""
        turn = await self.arrive(id, **changes)
        await self.turns.commit(turn, await paused(turn, needs))
        return turn

    async def decide(self, turn: Turn, person: str = "ann", outcome: Any = "approved", digest: str = "d1") -> Any:
        return await self.approvals.decide(ACME, turn.id, person=person, outcome=outcome, digest=digest)

    async def resume(self, turn_id: str) -> None:
        """What the router does with a decided turn."""
        saver = InMemorySaver(serde=serializer())
        loaded = await self.turns.decided(turn_id, saver)
        if loaded is None:
            return
        turn, _, decision = loaded
        out = await waiting_graph(saver).ainvoke(Command(resume=decision.model_dump()), config(turn), durability="exit")
        await self.turns.finish(turn, Outcome(receipt=receipt(turn), effects=tuple(out["effects"])), decision)

    async def handle(self, turn_id: str) -> None:
        """What the router does with a new turn: answers it."""
        turn = await self.turns.load(turn_id)
        if turn is not None:
            await self.turns.commit(turn, answered(turn))


def message(id: str, **changes: Any) -> Inbound:
    sender = Sender(name="Eve", email=changes.pop("sender", "eve@example.com"))
    given: dict[str, Any] = {"channel": "chat", "text": f"text of {id}", "sent_at": NOON, "conversation_key": "k1", "subject": "Hello"}
    return Inbound(message_id=id, sender=sender, **given | changes)


def mail(id: str, **changes: Any) -> Inbound:
    return message(id, **{"channel": "email", "conversation_key": None, "to": ("help@acme.test",)} | changes)


def receipt(turn: Turn, *, action: Any = "escalate") -> Receipt:
    return Receipt(
        id=f"r-{turn.id}",
        turn_id=turn.id,
        message_ids=tuple(message.message_id for message in turn.messages),
        conversation_id=turn.conversation_id,
        tenant=turn.tenant,
        channel=turn.channel,
        received_at=turn.received_at,
        sender="eve@example.com",
        intent=Intent(labels=(Label(label="refund", confidence=0.9),), abstained=False, out_of_scope=False),
        value=Worth(score=12.5),
        signals=(),
        data_quality=1,
        passages=(),
        plan=Plan(action=action, level=0 if action == "answer" else 3, owner=None if action == "answer" else "ann"),
        verdict="allow",
        policy_version="p1",
        model_versions={"intent": "i1"},
        cost=Cost(),
        steps=(),
    )


def reply(turn: Turn, *, guarded: bool = False) -> Effect:
    return Effect(kind="reply", to="eve@example.com", key=f"{turn.id}:reply", text="Our answer.", guarded=guarded)


def assign(turn: Turn) -> Effect:
    return Effect(kind="assign", to="ann", key=f"{turn.id}:assign", guarded=True)


def answered(turn: Turn, *, guarded: bool = False) -> Outcome:
    return Outcome(receipt=receipt(turn, action="answer"), effects=(reply(turn, guarded=guarded),))


class State(TypedDict):
    turn: Turn
    effects: list[Effect]


def waiting_graph(saver: InMemorySaver) -> Any:
    """Plan, wait for a decision, act on it: a real graph with a real interrupt."""

    def plan(state: State) -> dict[str, object]:
        return {"effects": [assign(state["turn"])]}

    def wait(state: State) -> dict[str, object]:
        decision = Decision.model_validate(interrupt("decide"))
        assert decision.request is not None
        return {"effects": list(decision.request.effects) if decision.outcome == "approved" else []}

    graph = StateGraph(State).add_node("plan", plan).add_node("wait", wait)
    return graph.add_edge(START, "plan").add_edge("plan", "wait").add_edge("wait", END).compile(checkpointer=saver)


def config(turn: Turn) -> dict[str, dict[str, str]]:
    return {"configurable": {"thread_id": turn.id}}


async def paused(turn: Turn, needs: tuple[ApprovalNeed, ...] = (ApprovalNeed(role="finance"),), *, digest: str = "d1") -> Outcome:
    """What the router hands over when the graph stopped at its interrupt."""
    saver = InMemorySaver(serde=serializer())
    out = await waiting_graph(saver).ainvoke({"turn": turn}, config(turn), durability="exit")
    assert "__interrupt__" in out
    asked = receipt(turn)
    expires_at = turn.now + timedelta(hours=1)
    request = Request(digest=digest, needs=needs, plan=asked.plan, effects=(assign(turn),), expires_at=expires_at)
    return Outcome(receipt=asked, paused=Paused(request=request, saver=saver))
