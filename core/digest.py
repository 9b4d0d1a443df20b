"""What an approval is bound to."""

import hashlib
import json

from core.types import Effect, Plan


def request_digest(plan: Plan, effects: tuple[Effect, ...]) -> str:
    """SHA-256 over the canonical JSON (sorted keys, no spaces) of plan and effects."""
    content = {"plan": plan.model_dump(mode="json"), "effects": [effect.model_dump(mode="json") for effect in effects]}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
