"""What is left of stored values when the person they were about is erased: who decided what and when, and nothing of the message.

Each skeleton still reads as the type that it was (``core.types``), and is its own skeleton.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Json = dict[str, Any]

PLAN = ("action", "level", "queue", "owner", "role", "backups", "up", "approvals", "sla", "rules")
RECEIPT = ("id", "turn_id", "conversation_id", "tenant", "channel", "received_at", "verdict", "policy_version", "model_versions", "cost")
INTENT = ("abstained", "out_of_scope", "set", "source")
EFFECT = ("kind", "channel", "key", "guarded")
STEP = ("agent", "version", "ms", "confidence")


def tombstone(external_id: str) -> str:
    """What an erased message is known by: a copy of it has the same, and nobody learns the id from it."""
    return "erased:" + hashlib.sha256(external_id.encode()).hexdigest()


def bare_receipt(receipt: Json, message_ids: Sequence[str]) -> Json:
    """A ``Receipt`` of the decision alone; ``message_ids`` are the messages' tombstones."""
    return _only(receipt, RECEIPT) | {
        "message_ids": list(message_ids),
        "intent": _bare_intent(receipt["intent"]),
        "value": {"score": 0.0, "contributions": []},
        "signals": [_only(each, ("name", "source")) | {"value": None} for each in receipt["signals"]],
        "data_quality": 0.0,
        "passages": [],
        "plan": bare_plan(receipt["plan"]),
        "steps": [_only(each, STEP) for each in receipt["steps"]],
    }


def undecided_receipt(turn: Any, message_ids: Sequence[str]) -> Json:
    """The receipt of a turn (its row) that nothing had been decided about yet."""
    received_at: datetime = turn.received_at
    return {
        "id": turn.id,
        "turn_id": turn.id,
        "message_ids": list(message_ids),
        "conversation_id": turn.conversation_id,
        "tenant": turn.tenant,
        "channel": turn.channel,
        "received_at": received_at.isoformat(),
        "intent": {"labels": [], "abstained": True, "out_of_scope": False},
        "value": {"score": 0.0, "contributions": []},
        "signals": [],
        "data_quality": 0.0,
        "passages": [],
        "plan": {"action": "ignore", "level": 0},
        "verdict": "deny",
        "policy_version": "",
        "model_versions": {},
        "cost": {},
        "steps": [],
    }


def bare_request(request: Json) -> Json:
    """A ``Request`` without its texts and whom they were for; its digest still names what was decided on."""
    effects = [_only(each, EFFECT) | {"to": ""} for each in request["effects"]]
    return _only(request, ("digest", "needs", "expires_at")) | {"plan": bare_plan(request["plan"]), "effects": effects}


def bare_plan(plan: Json) -> Json:
    """A ``Plan`` without its reasons, alternatives, amounts and draft."""
    return _only(plan, PLAN)


def _bare_intent(intent: Json) -> Json:
    labels = [_only(each, ("label", "confidence")) for each in intent["labels"]]
    return _only(intent, INTENT) | {"labels": labels}


def _only(value: Mapping[str, Any], names: Sequence[str]) -> Json:
    return {name: value[name] for name in names if name in value}
