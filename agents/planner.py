"""The planner: joins what is known into signals, asks the policy for a plan, and spells the plan out as effects."""

from collections.abc import Iterable, Sequence

from agents.advice import advised, told
from agents.signals import read_signals, stated
from agents.watches import watches
from core.company import Profile, Roster
from core.intent import Intent
from core.types import Answer, Assessment, Edit, Effect, Intake, Plan, Request, Signal, Turn, Watch
from policy.calendars import calendars
from policy.deciding.decision import Case, decide, fall_back, hand_off
from policy.deciding.revision import revise
from policy.jurisdiction import no_model_calls
from policy.loading.load import Compiled
from policy.scoring.derive import Calibrated, explained
from policy.scoring.regulated import topic_in
from policy.signals import facts
from policy.telling.counterfactuals import alternatives

SOON = {60: "minute", 3600: "hour", 86400: "day"}


class Planner:
    """One company's policy at work. Holds no state; ``version`` is the policy's; ``calibration`` makes the value score a probability."""

    def __init__(
        self, policy: Compiled, roster: Roster, profile: Profile, groups: dict[str, str], calibration: Calibrated | None = None
    ) -> None:
        self.policy, self.roster, self.profile, self.groups = policy, roster, profile, groups
        self.calibration = calibration
        self.version = policy.version
        self._calendars = calendars(profile, policy.policy)

    def no_model_calls(self, records: Iterable[Signal]) -> str | None:
        """Why the customer's text may not go to a chat model; None when it may."""
        return no_model_calls(self.policy.policy, facts(records))

    def assess(
        self, turn: Turn, intake: Intake, intent: Intent, records: Sequence[Signal], draft: Answer | None, busy: Iterable[str] = ()
    ) -> Assessment:
        """Intent, records and history as typed signals, and what follows from them. ``busy``: whose calendar is taken."""
        policy = self.policy.policy
        signals = [*records, *read_signals(turn, intake, intent, self.groups)]
        signals += advised(draft)
        if topic := topic_in(policy, f"{intake.subject}\n{intake.text}"):
            signals.append(stated("regulated_topic", topic, "intent"))
        derived = explained(policy, signals, turn.now, self.calibration)
        return Assessment(
            intent=intent,
            value=derived.value,
            risk=derived.risk,
            complexity=derived.complexity,
            signals=(*signals, *derived.signals),
            data_quality=derived.grade.quality,
            data_gaps=derived.grade.gaps,
            draft=draft,
            busy=tuple(sorted(busy)),
        )

    def plan(self, turn: Turn, assessment: Assessment, *, unapproved: bool = False) -> Plan:
        """The policy's decision. ``unapproved``: the strictest plan that needs no approval, for when one was refused or timed out."""
        case = self._case(turn, assessment)
        plan = decide(self.policy, self.roster, case, unapproved=unapproved)
        return plan if unapproved else plan.model_copy(update={"alternatives": alternatives(self.policy, case, plan, self.calibration)})

    def fall_back(self, turn: Turn, assessment: Assessment, plan: Plan) -> Plan:
        """Where the conversation goes when nobody approved ``plan`` in time."""
        return fall_back(self.policy, self.roster, self._case(turn, assessment), plan)

    def revise(self, request: Request, edit: Edit) -> Request:
        """The request as ``edit`` makes it. Raises ValueError with what the policy has against it."""
        return revise(self.policy.policy, self.roster, request, edit)

    def watches(self, turn: Turn, intake: Intake, plan: Plan) -> tuple[Watch, ...]:
        """The time limits that begin when ``plan`` is carried out."""
        return watches(self.policy.policy, self.roster, self._calendars, turn, intake, plan)

    def to_person(self, turn: Turn, assessment: Assessment) -> Plan:
        """A person of the intent's queue, whatever the rules would let automation do."""
        return hand_off(self.policy, self.roster, self._case(turn, assessment))

    def effects(self, turn: Turn, intake: Intake, plan: Plan, reply: Answer | None, advice: Answer | None = None) -> tuple[Effect, ...]:
        """What the plan does in the world. What needs the approval is guarded; the acknowledgement to the customer is not. ``advice``: what
        the handbook made of the question, for the people who take it over."""
        match plan.action:
            case "ignore":
                return ()
            case "answer" | "clarify":
                return (self._reply(turn, intake, reply.answer if reply else "", "reply", guarded=bool(plan.approvals)),)
            case "handoff" | "escalate":
                return self._handoff(turn, intake, plan, advice)

    def _handoff(self, turn: Turn, intake: Intake, plan: Plan, advice: Answer | None) -> tuple[Effect, ...]:
        owner, guarded = plan.owner or "", bool(plan.approvals)
        brief = self._brief(turn, intake, plan, advice)
        notify = Effect(
            kind="notify", channel="people", to=owner, key=f"{turn.id}:notify", subject=self._subject(turn), text=brief, guarded=guarded
        )
        assign = Effect(kind="assign", channel="desk", to=owner, key=f"{turn.id}:assign", text=plan.reasons[0], guarded=guarded)
        if turn.mode == "human":
            return (notify,) if owner == turn.owner else (assign, notify)
        return self.acknowledge(turn, intake, plan), assign, notify

    def acknowledge(self, turn: Turn, intake: Intake, plan: Plan) -> Effect:
        """The word to the customer that somebody has their message, and until when they hear from them."""
        texts = self.texts(intake.language)
        queue = self.policy.policy.queues[plan.queue or self.policy.policy.default_queue]
        within = _within(plan.sla.first_response_s if plan.sla else queue.limits["default"].first_response)
        text = "\n\n".join(
            part for part in (texts["acknowledgement"].format(team=queue.title, within=within), texts.get("sign_off", "")) if part
        )
        return self._reply(turn, intake, text, "acknowledgement")

    def respond(self, turn: Turn, intake: Intake, text: str) -> Effect:
        """A person's own words to the customer, instead of what was asked."""
        return self._reply(turn, intake, text, "response", guarded=True)

    def _reply(self, turn: Turn, intake: Intake, text: str, name: str, *, guarded: bool = False) -> Effect:
        to = turn.messages[-1].sender.email or f"{turn.channel}:{turn.conversation_id}"
        subject = f"Re: {intake.subject}" if intake.subject and not intake.subject.lower().startswith("re:") else intake.subject
        key = f"{turn.id}:{name}"
        return Effect(kind="reply", channel=turn.channel, to=to, key=key, text=text, subject=subject, guarded=guarded)

    def texts(self, language: str) -> dict[str, str]:
        """The company's fixed texts in ``language``, else in its default language."""
        return self.profile.replies.get(language) or self.profile.replies[self.profile.default_language]

    def offer(self, name: str, language: str) -> str:
        """The text of an alternative in ``language``, else in the default language, else in the first it has; empty without one."""
        said = self.policy.policy.offers.get(name, {})
        return said.get(language) or said.get(self.profile.default_language) or next(iter(said.values()), "")

    def _case(self, turn: Turn, assessment: Assessment) -> Case:
        return Case(
            signals=assessment.signals,
            now=turn.now,
            load=turn.load,
            rotation=turn.conversation_id,
            owner=turn.owner,
            absent=frozenset(turn.absent),
            busy=frozenset(assessment.busy),
            assigned=turn.assigned,
            default_language=self.profile.default_language,
            gaps=assessment.data_gaps,
        )

    def _subject(self, turn: Turn) -> str:
        message = turn.messages[-1]
        return message.subject or message.text[:60].strip()

    def _brief(self, turn: Turn, intake: Intake, plan: Plan, advice: Answer | None) -> str:
        sender = turn.messages[-1].sender
        who = f"{sender.name or 'unknown'} <{sender.email or turn.channel}>{'' if sender.authenticated else ' (identity not proven)'}"
        head = [f"From: {who}", f"Why you: {'; '.join(plan.reasons)}", f"Backup: {', '.join(plan.backups)}"]
        lines = [*head, *told(advice), "", intake.text]
        if intake.instructions:
            lines += ["", "Set aside, since it addresses a machine; nothing that decides has read it:", *intake.instructions]
        return "\n".join(lines)


def _within(seconds: int) -> str:
    """``14400`` → ``4 hours``: the largest unit that divides it."""
    size = max((unit for unit in SOON if seconds % unit == 0 and seconds >= unit), default=60)
    count = max(1, seconds // size)
    return f"{count} {SOON[size]}{'s' if count > 1 else ''}"
