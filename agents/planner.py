"""The planner: joins what is known into signals, asks the policy for a plan, and spells the plan out as effects."""

from collections.abc import Sequence

from agents.watches import watches
from core.company import Profile, Roster
from core.types import VERIFIED, Answer, Assessment, Edit, Effect, Intake, Intent, Plan, Request, Signal, SignalValue, Turn, Watch
from policy.calendars import calendars
from policy.decision import Case, decide, fall_back, hand_off
from policy.load import Compiled
from policy.revision import revise
from policy.score import data_quality, worth

SOON = {60: "minute", 3600: "hour", 86400: "day"}


class Planner:
    """One company's policy at work. Holds no state; ``version`` is the policy's."""

    def __init__(self, policy: Compiled, roster: Roster, profile: Profile, groups: dict[str, str]) -> None:
        self.policy, self.roster, self.profile, self.groups = policy, roster, profile, groups
        self.version = policy.version
        self._calendars = calendars(profile, policy.policy)

    def assess(self, turn: Turn, intake: Intake, intent: Intent, records: Sequence[Signal], draft: Answer | None) -> Assessment:
        """Intent, records and history as typed signals, with worth and data quality computed from the verified ones."""
        signals = [*records, *self._read(turn, intake, intent), _signal("grounded", bool(draft and not draft.abstained), "advisor")]
        quality = data_quality(self.policy.policy.data_quality, signals, turn.now)
        value = worth(self.policy.policy.value, signals)
        signals += [_signal("value_score", value.score, "score"), _signal("data_quality", quality, "score")]
        return Assessment(intent=intent, value=value, signals=tuple(signals), data_quality=quality, draft=draft)

    def plan(self, turn: Turn, assessment: Assessment, *, unapproved: bool = False) -> Plan:
        """The policy's decision. ``unapproved``: the strictest plan that needs no approval, for when one was refused or timed out."""
        return decide(self.policy, self.roster, _case(turn, assessment), unapproved=unapproved)

    def fall_back(self, turn: Turn, assessment: Assessment, plan: Plan) -> Plan:
        """Where the conversation goes when nobody approved ``plan`` in time."""
        return fall_back(self.policy, self.roster, _case(turn, assessment), plan)

    def revise(self, request: Request, edit: Edit) -> Request:
        """The request as ``edit`` makes it. Raises ValueError with what the policy has against it."""
        return revise(self.policy.policy, self.roster, request, edit)

    def watches(self, turn: Turn, intake: Intake, plan: Plan) -> tuple[Watch, ...]:
        """The time limits that begin when ``plan`` is carried out."""
        return watches(self.policy.policy, self.roster, self._calendars, turn, intake, plan)

    def to_person(self, turn: Turn, assessment: Assessment) -> Plan:
        """A person of the intent's queue, whatever the rules would let automation do."""
        return hand_off(self.policy, self.roster, _case(turn, assessment))

    def effects(self, turn: Turn, intake: Intake, plan: Plan, reply: Answer | None) -> tuple[Effect, ...]:
        """What the plan does in the world. What needs the approval is guarded; the acknowledgement to the customer is not."""
        match plan.action:
            case "ignore":
                return ()
            case "answer" | "clarify":
                return (self._reply(turn, intake, reply.answer if reply else "", "reply", guarded=bool(plan.approvals)),)
            case "handoff" | "escalate":
                return self._handoff(turn, intake, plan)

    def _handoff(self, turn: Turn, intake: Intake, plan: Plan) -> tuple[Effect, ...]:
        owner, guarded = plan.owner or "", bool(plan.approvals)
        brief = self._brief(turn, intake, plan)
        notify = Effect(
            kind="notify", channel="people", to=owner, key=f"{turn.id}:notify", subject=self._subject(turn), text=brief, guarded=guarded
        )
        if turn.mode == "human":
            return (notify,)
        assign = Effect(kind="assign", channel="desk", to=owner, key=f"{turn.id}:assign", text=plan.reasons[0], guarded=guarded)
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

    def _subject(self, turn: Turn) -> str:
        message = turn.messages[-1]
        return message.subject or message.text[:60].strip()

    def _brief(self, turn: Turn, intake: Intake, plan: Plan) -> str:
        sender = turn.messages[-1].sender
        who = f"{sender.name or 'unknown'} <{sender.email or turn.channel}>{'' if sender.authenticated else ' (identity not proven)'}"
        lines = [f"From: {who}", f"Why you: {'; '.join(plan.reasons)}", f"Backup: {', '.join(plan.backups)}", "", intake.text]
        return "\n".join(lines)

    def _read(self, turn: Turn, intake: Intake, intent: Intent) -> list[Signal]:
        values: dict[str, SignalValue] = {
            "intent": intent.top,
            "intent_group": self.groups.get(intent.top or ""),
            "confidence": intent.confidence,
            "abstained": intent.abstained,
            "out_of_scope": intent.out_of_scope,
            "urgency": intent.urgency,
            "sentiment": intent.sentiment,
            "wants_human": intent.wants_human,
            "money_mentioned": _largest_amount(intent),
        }
        values.update({flag: flag in intent.flags for flag in ("threat_to_leave", "legal_threat", "complaint")})
        read = [_signal(name, value, "intent", confidence=intent.confidence) for name, value in values.items()]
        return [*read, *_channel_signals(turn, intake), *_history_signals(turn)]


def _case(turn: Turn, assessment: Assessment) -> Case:
    return Case(
        signals=assessment.signals,
        now=turn.now,
        load=turn.load,
        rotation=turn.conversation_id,
        owner=turn.owner,
        absent=frozenset(turn.absent),
        busy=frozenset(assessment.busy),
        assigned=turn.assigned,
    )


def _channel_signals(turn: Turn, intake: Intake) -> list[Signal]:
    return [
        _signal("channel", turn.channel, "channel"),
        _signal("language", intake.language, "channel"),
        _signal("language_served", intake.language_served, "channel"),
        _signal("automated", intake.automated is not None, "channel"),
    ]


def _history_signals(turn: Turn) -> list[Signal]:
    said = [past for past in turn.history if past.role == "customer"]
    return [
        _signal("mode", turn.mode, "history"),
        _signal("customer_messages", float(len(said) + len(turn.messages)), "history"),
        _signal("automatic_answers", float(sum(past.action == "answer" for past in said)), "history"),
        _signal("clarifications", float(sum(past.action == "clarify" for past in said)), "history"),
        _signal("open_approval", bool(turn.open_approvals), "history"),
    ]


def _signal(name: str, value: SignalValue, source: str, *, confidence: float = 1.0) -> Signal:
    if source in VERIFIED:
        raise ValueError(source)  # only a Directory states verified facts
    return Signal.model_validate({"name": name, "value": value, "source": source, "confidence": round(confidence, 4)})


def _largest_amount(intent: Intent) -> float | None:
    amounts = [float(entity.value.split()[0]) for entity in intent.entities if entity.type == "money" and _is_number(entity.value)]
    return max(amounts, default=None)


def _is_number(value: str) -> bool:
    return bool(value) and value.split()[0].replace(".", "", 1).isdigit()


def _within(seconds: int) -> str:
    """``14400`` → ``4 hours``: the largest unit that divides it."""
    size = max((unit for unit in SOON if seconds % unit == 0 and seconds >= unit), default=60)
    count = max(1, seconds // size)
    return f"{count} {SOON[size]}{'s' if count > 1 else ''}"
