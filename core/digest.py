"""What an approval is bound to, and what a policy is called."""

import hashlib
import json
import math

from core.company import Roster
from core.types import Effect, Plan


def request_digest(plan: Plan, effects: tuple[Effect, ...]) -> str:
    """SHA-256 over the canonical JSON (sorted keys, no spaces) of plan and effects."""
    content = {"plan": plan.model_dump(mode="json"), "effects": [effect.model_dump(mode="json") for effect in effects]}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def policy_version(text: str, roster: dict[str, object]) -> str:
    """The name of a policy with its people: 12 hexadecimal digits of the SHA-256 over its text and the canonical JSON (sorted keys, no
    spaces) of ``written(roster)``. It is the same in every process, and after JSONB.
    """
    people = json.dumps(roster, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{text}\0{people}".encode()).hexdigest()[:12]


def written(roster: Roster) -> dict[str, object]:
    """What the roster says, as JSON values that a database keeps as they are: without what nobody wrote, sets in order."""
    return {name: _plain(value) for name, value in roster.model_dump(mode="json", exclude_defaults=True).items()}


def _plain(value: object) -> object:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case float() if not math.isfinite(value):
            return str(value)
        case float() if value.is_integer():
            return int(value)
    return value
