"""What a turn says of itself, as typed signals: the reading of the text, the channel, the history. None of them is a verified fact."""

import re
from collections.abc import Iterable
from itertools import groupby

from core.intent import Intent
from core.types import VERIFIED, Intake, Past, Signal, SignalValue, Turn

MAX_CHARACTERS = 20_000
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_SENTENCE = re.compile(r"[^.!?؟？\n]+[.!?؟？]*")
_ASKS = re.compile(
    r"[?؟？]|\b(?:please|(?:can|could|would|will) you|(?:i|we) (?:need|want)|(?:i|we) would like|(?:i|we)['’]d like"
    r"|bitte|können sie|könnten sie|könnt ihr|(?:ich|wir) (?:brauche|brauchen|möchte|möchten)"
    r"|s['’]il (?:vous|te) pla[iî]t|pouvez-vous|pourriez-vous|merci de|(?:je|nous) (?:voudrais|voudrions|souhaite|souhaitons)"
    r"|por favor|podr[ií]an?|pueden? usted|necesit(?:o|amos)|quisiera|quisiéramos)\b",
    re.IGNORECASE,
)


def read_signals(turn: Turn, intake: Intake, intent: Intent, groups: dict[str, str]) -> list[Signal]:
    """Intent, text, channel and history. ``groups``: intent → its group."""
    return [
        *_intent_signals(intent, groups),
        *_text_signals(turn, intake),
        *_channel_signals(turn, intake),
        *_history_signals(turn, intent),
    ]


def stated(name: str, value: SignalValue, source: str, *, confidence: float = 1.0) -> Signal:
    """A signal that is no verified fact; only a Directory states those."""
    if source in VERIFIED:
        raise ValueError(source)
    return Signal.model_validate({"name": name, "value": value, "source": source, "confidence": round(confidence, 4)})


def requests_in(text: str) -> int:
    """In how many sentences something is asked for, in English, German, French or Spanish; in any language those with a question mark."""
    return sum(bool(_ASKS.search(sentence)) for sentence in _SENTENCE.findall(text[:MAX_CHARACTERS]))


def _intent_signals(intent: Intent, groups: dict[str, str]) -> list[Signal]:
    values: dict[str, SignalValue] = {
        "intent": intent.top,
        "intent_group": groups.get(intent.top or ""),
        "confidence": intent.confidence,
        "abstained": intent.abstained,
        "out_of_scope": intent.out_of_scope,
        "urgency": intent.urgency,
        "sentiment": intent.sentiment,
        "wants_human": intent.wants_human,
        "money_mentioned": _largest_amount(intent),
    }
    values.update({flag: flag in intent.flags for flag in ("threat_to_leave", "legal_threat", "complaint")})
    return [stated(name, value, "intent", confidence=intent.confidence) for name, value in values.items()]


def _text_signals(turn: Turn, intake: Intake) -> list[Signal]:
    return [
        stated("requests", float(requests_in(intake.request)), "channel"),
        stated("words", float(len(_WORD.findall(intake.request[:MAX_CHARACTERS]))), "channel"),
        stated("attachments", float(sum(len(message.attachments) for message in turn.messages)), "channel"),
    ]


def _channel_signals(turn: Turn, intake: Intake) -> list[Signal]:
    return [
        stated("channel", turn.channel, "channel"),
        stated("language", intake.language, "channel"),
        stated("language_served", intake.language_served, "channel"),
        stated("automated", intake.automated is not None, "channel"),
    ]


def _history_signals(turn: Turn, intent: Intent) -> list[Signal]:
    said = [past for past in turn.history if past.role == "customer"]
    return [
        stated("mode", turn.mode, "history"),
        stated("customer_messages", float(len(said) + len(turn.messages)), "history"),
        stated("automatic_answers", float(sum(past.action == "answer" for past in said)), "history"),
        stated("clarifications", float(sum(past.action == "clarify" for past in said)), "history"),
        stated("repeated_intent", float(_asked_before(turn.history, intent)), "history"),
        stated("failed_deliveries", float(turn.failed_deliveries), "history"),
        stated("open_approval", bool(turn.open_approvals), "history"),
    ]


def _asked_before(history: Iterable[Past], intent: Intent) -> int:
    """How often the customer came with the same intent; what they wrote in one go counts once."""
    if intent.top is None or intent.abstained or intent.out_of_scope:
        return 0
    runs = (key for key, _ in groupby(history, key=lambda past: (past.role, past.intent)))
    return sum(role == "customer" and label == intent.top for role, label in runs)


def _largest_amount(intent: Intent) -> float | None:
    amounts = [float(entity.value.split()[0]) for entity in intent.entities if entity.type == "money" and _is_number(entity.value)]
    return max(amounts, default=None)


def _is_number(value: str) -> bool:
    return bool(value) and value.split()[0].replace(".", "", 1).isdigit()
