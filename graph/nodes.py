"""The nodes of a turn: pure functions of the state. They write nothing, so a turn that is run again does nothing twice; only what a model
call costs, and what it chose, is kept at once: that has happened, whatever becomes of the turn.

What computes for more than a few milliseconds runs in a thread, so that the worker's heartbeat never waits for it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from langgraph.types import interrupt

from agents.advisor.followup import standalone
from agents.advisor.words import content_words
from agents.crew import Crew
from agents.intent.reading import body
from agents.purse import kept_back
from agents.writer import Opinion, Writer
from core.digest import request_digest
from core.errors import UsherError
from core.intent import Intent
from core.types import Answer, Audience, Cost, Decision, Effect, Found, Intake, Plan, Request, Signal, Step, Turn
from graph.inbox import decision_of, offer
from graph.intake import intake as read_intake
from graph.state import State
from policy.signals import facts

log = logging.getLogger("usher.graph")
PUBLIC: tuple[Audience, ...] = ("public",)
INTERNAL: tuple[Audience, ...] = ("internal",)
PASSAGES, RULES, TELLING = 6, 3, 3
KEPT = ("conflict", "out of policy", "own records", "underspecified")
"""Why the advisor stays silent whatever a chat model would write."""
T = TypeVar("T")


class Nodes:
    """One company's agents, each behind the node that calls it."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew

    async def intake(self, state: State) -> dict[str, Any]:
        began = time.perf_counter()
        turn, trouble = state["turn"], list[str]()
        try:
            result = await asyncio.to_thread(lambda: read_intake(turn, self.crew.profile, self.crew.intent.business))
        except UsherError as error:
            log.warning("intake: what concerns the company is not known: %s", type(error).__name__)
            result, trouble = await asyncio.to_thread(read_intake, turn, self.crew.profile), [f"intake: {error}"]
        evidence = result.automated or f"{len(result.text)} characters, {result.language}{_aside(result)}"
        return {"intake": result, "steps": [_step("intake", self.crew.version, began, evidence)], "degraded": trouble}

    async def intent(self, state: State) -> dict[str, Any]:
        began = time.perf_counter()
        known = state["intake"]
        read = lambda: asyncio.to_thread(self._understood, known, state["turn"])  # noqa: E731
        intent, trouble = await _guarded("intent", read, Intent(labels=(), abstained=True, out_of_scope=False))
        if _nothing_left(known):
            intent = intent.model_copy(update={"labels": (), "set": (), "abstained": True, "out_of_scope": False})
        evidence = f"{intent.top or 'nothing'}{' (not sure)' if intent.abstained else ''}"
        return {
            "intent": intent,
            "steps": [_step("intent", self.crew.intent.version, began, evidence, intent.confidence)],
            "degraded": trouble,
        }

    def _understood(self, known: Intake, turn: Turn) -> Intent:
        return self.crew.intent.explain(self.crew.intent.read(known.request, known.title, known.language, turn.history), known.request)

    async def signals(self, state: State) -> dict[str, Any]:
        began = time.perf_counter()
        turn = state["turn"]
        nothing: tuple[Signal, ...] = ()
        find = lambda: self.crew.directory.signals(turn.messages[-1].sender, turn.now)  # noqa: E731
        (records, trouble), (busy, unread) = await asyncio.gather(_guarded("crm", find, nothing), self._busy(turn.now))
        step = _step("signals", self.crew.version, began, f"{len(records)} facts")
        return {"records": list(records), "busy": sorted(busy), "steps": [step], "degraded": [*trouble, *unread]}

    async def _busy(self, at: datetime) -> tuple[frozenset[str], list[str]]:
        return await self.crew.calendars.busy(at) if self.crew.calendars else (frozenset(), [])

    async def passages(self, state: State) -> dict[str, Any]:
        """What the handbook has for the sender; and, for the company's people alone, what its internal pages say of the matter."""
        began = time.perf_counter()
        known, turn, verified = state["intake"], state["turn"], facts(state["records"])
        asked = standalone(known.request, turn.history)
        query, region = f"{known.title}\n{body(asked)}".strip()[:2000], verified.get("region")
        languages = tuple(dict.fromkeys((known.language, self.crew.profile.default_language)))

        async def find() -> tuple[Found, Found]:
            search = partial(self.crew.retriever.search, query, languages=languages, at=turn.now)
            public = search(audiences=PUBLIC, limit=PASSAGES, regions=(region,) if isinstance(region, str) else ())
            return await asyncio.gather(public, search(audiences=INTERNAL, limit=RULES, regions=None))

        nothing = (Found(), Found())
        (found, rules), trouble = (nothing, []) if known.automated else await _guarded("retriever", find, nothing)
        best = found.passages[0] if found.passages else None
        evidence = f"{best.document} › {best.heading}" if best else "no passage"
        step = _step("passages", self.crew.retriever.version, began, evidence, best.score if best else None)
        return {"found": found, "rules": list(rules.passages), "asked": asked, "steps": [step], "degraded": trouble}

    async def assess(self, state: State) -> dict[str, Any]:
        """The join. When the embedded model is unsure and a chat model is configured, the turn's one model call is made here."""
        began = time.perf_counter()
        known, turn, passages = state["intake"], state["turn"], state["found"].passages
        intent, cost, trouble, note = state["intent"], Cost(), list[str](), ""
        draft = None if known.automated else await asyncio.to_thread(self._advice, state)
        writer = self.crew.writer_for(state["records"])
        wanted = intent.abstained and not known.automated and turn.mode == "automation" and not _nothing_left(known)
        if writer and wanted:
            opinion = await writer.assess(turn, known, intent, passages, known=_verified(state), internal=state["rules"])
            intent, cost, trouble = opinion.intent or intent, opinion.cost, opinion.degraded
            draft, note = _joined(draft, opinion), f"; {opinion.note}" if opinion.note else ""
        result = self.crew.planner.assess(turn, known, intent, state["records"], draft, state["busy"])
        note = note or (self._kept_back(state, writer) if wanted else "")
        evidence = f"value {result.value.score:g}, data quality {result.data_quality:g}{_said_of(draft)}{note}"
        step = _step("assess", writer.version if writer else self.crew.version, began, evidence)
        return {"assessment": result, "steps": [step], "cost": cost, "degraded": trouble}

    def _advice(self, state: State) -> Answer:
        """What the handbook answers, for what was found and what is known of the sender and of the conversation."""
        turn, found = state["turn"], state["found"]
        return self.crew.advisor.answer(
            state["asked"],
            found.passages,
            state["intake"].language,
            withheld=found.withheld,
            internal=state["rules"],
            known=_verified(state),
            history=turn.history,
            on=turn.now.date(),
            own=state["intake"].request,
        )

    def _kept_back(self, state: State, writer: Writer | None) -> str:
        """Why a chat model that is there was not called."""
        why = self.crew.planner.no_model_calls(state["records"])
        return f"; no model call: {why}" if self.crew.writer and not writer and why else ""

    async def plan(self, state: State) -> dict[str, Any]:
        began = time.perf_counter()
        plan = self.crew.planner.plan(state["turn"], state["assessment"])
        return {"plan": plan, "steps": [_step("planner", self.crew.planner.version, began, f"rule {', '.join(plan.rules)}")]}

    async def reply(self, state: State) -> dict[str, Any]:
        """The text that automation would send: the checked draft of the one call, a text written now, or the handbook's own sentences."""
        began = time.perf_counter()
        turn, known, assessment = state["turn"], state["intake"], state["assessment"]
        cost, trouble, note = Cost(), list[str](), ""
        writer, plan = self.crew.writer_for(state["records"]), state["plan"]
        answer = assessment.draft or Answer(abstained=True, reason="no passage")
        if plan.action == "clarify":
            clarify = partial(self.crew.clarify, known, assessment, asked_model=bool(state.get("cost", Cost()).calls))
            answer = self.crew.offer(known, plan.offer) if plan.offer else clarify()
        elif writer and not state.get("cost", Cost()).calls and not kept_back(state.get("degraded", ())):
            written = await writer.reply(turn, known, state["found"].passages, known=_verified(state), internal=state["rules"])
            answer, cost, trouble = _joined(answer, written) or answer, written.cost, written.degraded
        else:
            note = self._kept_back(state, writer)
        evidence = f"offer {plan.offer}" if plan.offer else f"{len(answer.citations)} citations{note}"
        step = _step("reply", self.crew.advisor.version, began, evidence)
        return {"unsigned": answer, "reply": self.crew.signed(known, answer), "steps": [step], "cost": cost, "degraded": trouble}

    async def guardian(self, state: State) -> dict[str, Any]:
        began = time.perf_counter()
        effects = self._effects(state, state["plan"])
        asked = (state["turn"], state["intake"], state["plan"], state.get("reply"), effects)
        ruling = self.crew.guardian.review(*asked, state.get("unsigned"), state["found"].passages)
        return {
            "ruling": ruling,
            "steps": [_step("guardian", self.crew.guardian.version, began, "; ".join(ruling.reasons) or "nothing to object")],
        }

    async def ask(self, state: State) -> dict[str, Any]:
        """Prepare the approval; nothing waits here."""
        turn, plan = state["turn"], _with_reply(state["plan"], state.get("reply"))
        effects = tuple(
            effect.model_copy(update={"guarded": True}) for effect in self._effects(state, plan) if effect.guarded or not plan.approvals
        )
        needs = self.crew.guardian.needs(plan)
        request = Request(
            digest=request_digest(plan, effects),
            needs=needs,
            plan=plan,
            effects=effects,
            reasons=state["ruling"].reasons,
            expires_at=turn.now + timedelta(seconds=self.crew.planner.policy.policy.approval_expires),
        )
        return {"request": request}

    async def wait(self, state: State) -> dict[str, Any]:
        """Nothing may precede ``interrupt``: the node starts again from its top. What it shows is what agent inboxes understand."""
        return {"decision": decision_of(interrupt(offer(state["request"])), state["request"], self.crew.planner.revise)}

    async def act(self, state: State) -> dict[str, Any]:
        """The effects that may leave: all of an allowed plan, the approved ones of a request, a person's own answer, or the fall-back's."""
        decision = state.get("decision")
        if decision is None:
            plan = _with_reply(state["plan"], state.get("reply"))
            return {"final": plan, "effects": list(self._effects(state, plan))}
        request = decision.request or state["request"]
        match decision.outcome:
            case "approved" if request_digest(request.plan, request.effects) == decision.digest:
                return {"final": request.plan, "effects": list(request.effects)}
            case "approved":
                return self._fall_back(state, decision, "what was approved is not what was asked")
            case "responded":
                return self._respond(state, request, decision)
            case "rejected" | "expired":
                return self._fall_back(state, decision)
            case "superseded":
                return {"final": request.plan, "effects": []}

    async def refuse(self, state: State) -> dict[str, Any]:
        """Denied: nothing is said by automation. Unless a machine wrote, a person gets it."""
        plan = state["plan"]
        if state["intake"].automated or state["turn"].mode == "human":
            return {"final": plan, "effects": []}
        return self._person(state, "the guardian refused: " + "; ".join(state["ruling"].reasons))

    def acknowledgement(self, state: State) -> tuple[Effect, ...]:
        """What may leave while the turn waits: the word to the customer that somebody has their message."""
        return (self.crew.planner.acknowledge(state["turn"], state["intake"], state["request"].plan),)

    def _respond(self, state: State, request: Request, decision: Decision) -> dict[str, Any]:
        """A person answers instead: nothing of the request happens."""
        why = f"{', '.join(decision.by)} answered instead" + (f": {decision.reason}" if decision.reason else "")
        said = {"action": "answer", "approvals": (), "draft": decision.text, "citations": (), "reasons": (why, *request.plan.reasons)}
        effect = self.crew.planner.respond(state["turn"], state["intake"], decision.text)
        return {"final": request.plan.model_copy(update=said), "effects": [effect]}

    def _fall_back(self, state: State, decision: Decision, problem: str = "") -> dict[str, Any]:
        """A refusal leads to the strictest plan that needs no approval, a time-out to the fall-back on the path of what was asked."""
        reason = problem or decision.reason
        why = f"{decision.outcome} by {', '.join(decision.by) or 'time-out'}" + (f": {reason}" if reason else "")
        asked = state["request"].plan
        late = decision.outcome == "expired" and asked.action in ("handoff", "escalate")
        changed = self._person(state, why, self.crew.planner.fall_back(state["turn"], state["assessment"], asked) if late else None)
        sent = {effect.key for effect in self.acknowledgement(state)}
        return {**changed, "effects": [effect for effect in changed["effects"] if effect.key not in sent]}

    def _person(self, state: State, why: str, plan: Plan | None = None) -> dict[str, Any]:
        plan = plan or self.crew.planner.plan(state["turn"], state["assessment"], unapproved=True)
        if plan.action not in ("handoff", "escalate"):
            plan = self.crew.planner.to_person(state["turn"], state["assessment"])
        plan = plan.model_copy(update={"reasons": (why, *plan.reasons)})
        effects = self.crew.planner.effects(state["turn"], state["intake"], plan, None, advice_of(state))
        return {"final": plan, "effects": list(effects)}

    def _effects(self, state: State, plan: Plan) -> tuple[Effect, ...]:
        return self.crew.planner.effects(state["turn"], state["intake"], plan, state.get("reply"), advice_of(state))


def advice_of(state: State) -> Answer | None:
    """What people and receipt are told that the handbook makes of it: the reply's, where it was found only then that pages disagree."""
    reply = state.get("unsigned")
    return reply if reply and reply.caveats else state["assessment"].draft


def _verified(state: State) -> dict[str, str]:
    """What is known of the sender that an answer may depend on."""
    verified = facts(state["records"])
    return {name: value for name in ("tier", "region") if isinstance(value := verified.get(name), str)}


def _joined(draft: Answer | None, opinion: Opinion) -> Answer | None:
    """The chat model's checked draft in the place of the advisor's, unless the advisor has a reason to keep silent; with the caveats of
    both. A question of the model's counts where neither can answer."""
    if draft and draft.reason in KEPT:
        return draft
    if opinion.draft:
        caveats = tuple(dict.fromkeys((*opinion.draft.caveats, *(draft.caveats if draft else ()))))
        return opinion.draft.model_copy(update={"caveats": caveats})
    if opinion.question and (draft is None or (draft.abstained and not draft.question)):
        return (draft or Answer(abstained=True)).model_copy(update={"reason": "underspecified", "question": opinion.question})
    return draft


def _said_of(draft: Answer | None) -> str:
    return f", handbook: {draft.reason or 'answered'}" if draft else ""


def _aside(known: Intake) -> str:
    count = sum(map(len, known.instructions))
    return f"; {count} characters that address a machine set aside" if count else ""


def _with_reply(plan: Plan, reply: Answer | None) -> Plan:
    return plan.model_copy(update={"draft": reply.answer, "citations": reply.citations}) if reply and not reply.abstained else plan


def _nothing_left(known: Intake) -> bool:
    """Whether all of the text addressed a machine, but for a greeting or thanks. What a subject still says is then no request: a chat is
    asked once what it is about, else a person looks at it."""
    return bool(known.instructions) and "?" not in known.request and len(content_words(known.request)) < TELLING


def _step(agent: str, version: str, began: float, evidence: str, confidence: float | None = None) -> Step:
    return Step(agent=agent, version=version, ms=round((time.perf_counter() - began) * 1000, 2), confidence=confidence, evidence=evidence)


async def _guarded(what: str, call: Callable[[], Awaitable[T]], otherwise: T) -> tuple[T, list[str]]:
    """The turn goes on without a source that fails; the receipt says which. The policy then sees less, and so is more cautious."""
    try:
        return await call(), []
    except UsherError as error:
        log.warning("%s failed: %s", what, type(error).__name__)
        return otherwise, [f"{what}: {error}"]
