"""Runs turns: load, graph, commit. Nothing is written while the graph runs; each turn is committed once, after it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agents.crew import Crew
from core.checkpoint import serializer
from core.errors import NotFound
from core.ports import Outcome, Paused, Turns
from core.receipt import PassageView, Receipt
from core.types import Cost, Decision, Found, Passage, Ruling, Turn
from graph.build import build
from graph.nodes import Nodes, advice_of
from graph.state import State

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig


Crews = Callable[[str, str | None, str | None], Awaitable[Crew]]
"""Tenant and versions of policy and intent model (None: the company folder's) → its crew. Raises NotFound for a tenant that is not served
here, and what is wrong with a version that cannot be used."""


class Router:
    """One graph per tenant and versions, each on an in-memory saver of its own; ``turns`` is the durable side.

    A turn is decided by the versions that were in force when it was loaded, and resumed by the policy that decided it; its receipt goes on
    naming the models that read it.
    """

    def __init__(self, crews: Crews, turns: Turns) -> None:
        self._crews, self._turns = crews, turns
        self._lanes: dict[tuple[str, str, str], Lane] = {}

    async def handle(self, turn_id: str) -> None:
        """Decide a stored turn and commit what came of it; a turn that is decided already is left alone.

        Raises:
            NotFound: the turn's tenant is not served here.
            InvalidFile: the version in force does not fit the company any more.
        """
        turn = await self._turns.load(turn_id)
        if turn is None:
            return
        lane = await self._lane(turn)
        try:
            await self._turns.commit(turn, await lane.start(turn))
        finally:
            lane.forget(turn)

    async def resume(self, turn_id: str) -> None:
        """Go on with a paused turn whose approval has been decided; nothing to do when that has happened already."""
        saver = InMemorySaver(serde=serializer())
        loaded = await self._turns.decided(turn_id, saver)
        if loaded is None:
            return
        turn, receipt, decision = loaded
        crew = await self._crews(turn.tenant, receipt.policy_version, None)
        done = await Lane(crew, saver).go_on(turn, decision)
        read_by = done.receipt.model_copy(update={"model_versions": receipt.model_versions})
        await self._turns.finish(turn, done.model_copy(update={"receipt": read_by}), decision)

    async def preview(self, turn: Turn) -> Receipt:
        """What would be decided of a turn: nothing is stored, nothing leaves, and no chat model is asked."""
        crew = await self._crews(turn.tenant, turn.policy, turn.model)
        return (await Lane(replace(crew, writer=None)).start(turn)).receipt

    async def _lane(self, turn: Turn) -> "Lane":
        """A crew that another one has taken the place of (its version was loaded anew) gets a lane of its own."""
        crew = await self._crews(turn.tenant, turn.policy, turn.model)
        key = (turn.tenant, crew.planner.version, crew.intent.version)
        if key not in self._lanes or self._lanes[key].crew is not crew:
            self._lanes[key] = Lane(crew)
        return self._lanes[key]


def always(crews: Mapping[str, Crew]) -> Crews:
    """These crews, whatever the versions: for companies whose policy and model never change."""

    async def find(tenant: str, _: str | None, __: str | None) -> Crew:
        try:
            return crews[tenant]
        except KeyError:
            raise NotFound(what="tenant", id=tenant) from None

    return find


class Lane:
    """A compiled graph and the saver that its turns pause on, each under its turn id."""

    def __init__(self, crew: Crew, saver: InMemorySaver | None = None) -> None:
        self.crew, self.nodes = crew, Nodes(crew)
        self.saver = saver or InMemorySaver(serde=serializer())
        self.graph = build(self.nodes, self.saver)

    async def start(self, turn: Turn) -> Outcome:
        out: Any = await self.graph.ainvoke({"turn": turn}, _config(turn), durability="exit")
        state = cast("State", out)
        if "__interrupt__" not in out:
            return self._outcome(state)
        paused = Paused(request=state["request"], saver=self.saver)
        return Outcome(receipt=self._receipt(state), effects=self.nodes.acknowledgement(state), paused=paused)

    async def go_on(self, turn: Turn, decision: Decision) -> Outcome:
        """``turn``: as it is now, hours after it was asked perhaps; whoever stands in is chosen by today's people and hours."""
        going_on: Any = Command(resume=decision.model_dump(), update={"turn": turn})
        out: Any = await self.graph.ainvoke(going_on, _config(turn), durability="exit")
        state = cast("State", out)
        return self._outcome(state)

    def _outcome(self, state: State) -> Outcome:
        """What a finished turn wants done, and the time limits that begin with it."""
        watches = self.crew.planner.watches(state["turn"], state["intake"], state["final"])
        return Outcome(receipt=self._receipt(state), effects=tuple(state["effects"]), watches=watches)

    def forget(self, turn: Turn) -> None:
        self.saver.delete_thread(turn.id)

    def _receipt(self, state: State) -> Receipt:
        turn, assessment = state["turn"], state["assessment"]
        plan = state.get("final") or (state["request"].plan if "request" in state else state["plan"])
        ruling: Ruling = state["ruling"]
        advice = advice_of(state)
        return Receipt(
            id=f"r-{turn.id}",
            turn_id=turn.id,
            message_ids=tuple(message.message_id for message in turn.messages),
            conversation_id=turn.conversation_id,
            tenant=turn.tenant,
            channel=turn.channel,
            received_at=turn.received_at,
            sender=turn.messages[-1].sender.email or turn.messages[-1].sender.name,
            subject=state["intake"].subject,
            status="done" if "final" in state else "waiting",
            intent=assessment.intent,
            value=assessment.value,
            risk=assessment.risk,
            complexity=assessment.complexity,
            win_probability=assessment.win_probability,
            signals=assessment.signals,
            data_quality=assessment.data_quality,
            data_gaps=assessment.data_gaps,
            passages=tuple(map(_view, (*state.get("found", Found()).passages, *state.get("rules", ())))),
            caveats=advice.caveats if advice else (),
            plan=plan,
            verdict=ruling.verdict,
            verdict_reasons=ruling.reasons,
            approval_id=turn.id if "request" in state else None,
            policy_version=self.crew.planner.version,
            model_versions=self.crew.versions(),
            degraded=tuple(state.get("degraded", ())),
            cost=state.get("cost", Cost()),
            steps=tuple(state["steps"]),
        )


def _view(passage: Passage) -> PassageView:
    return PassageView(document=passage.document, heading=passage.heading, score=round(passage.score, 4), audience=passage.audience)


def _config(turn: Turn) -> "RunnableConfig":
    return {"configurable": {"thread_id": turn.id}}
