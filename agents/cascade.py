"""What becomes of an unsure reading when a chat model has chosen: pure, and never the chat model's own word on how sure it is."""

from collections.abc import Container, Sequence

from agents.recalibration import Recalibration
from core.intent import Intent, Label
from core.ports import Choice

CANDIDATES = 5
EVEN = 0.5


def candidates(intent: Intent, known: Container[str]) -> list[str]:
    """What the chat model may choose from: the first label, what cannot be ruled out, and the next likely ones, all still ``known``."""
    ranked = [label.label for label in intent.labels]
    return [name for name in dict.fromkeys([*ranked[:1], *intent.set, *ranked]) if name in known][:CANDIDATES]


def chosen(turn_id: str, intent: Intent, offered: Sequence[str], said: str | None) -> Choice:
    """The choice with what the embedded model makes of it: its chances renormalised over what was offered, "none" included."""
    own = {label.label: label.confidence * (1 - intent.none) for label in intent.labels}
    masses: dict[str | None, float] = {name: own.get(name, 0.0) for name in offered} | {None: intent.none}
    total = sum(masses.values())
    chance = {name: round(mass / total, 4) if total else 1 / len(masses) for name, mass in masses.items()}
    return Choice(turn_id, tuple(offered), offered[0], chance[offered[0]], said, chance[said])


def decided(intent: Intent, choice: Choice, learned: Recalibration) -> Intent:
    """The reading that goes on to the policy. The choice is acted on from the embedded model's own threshold on, or from even chances
    where it has none; where the policy bounds the share of wrong decisions, only if outcomes show that such choices keep to it."""
    sure = round(learned.confidence(choice.kind, choice.chance), 4)
    bar = EVEN if intent.threshold is None and intent.bound is None else intent.threshold
    enough = bar is not None and sure >= bar
    if enough and intent.bound is not None and not learned.bears(choice.kind, choice.chance, intent.bound):
        enough, intent = False, intent.model_copy(update={"caution": _caution(intent.bound, learned)})
    if choice.said is None:
        return intent.model_copy(update={"out_of_scope": True, "source": "model"}) if enough else intent
    return _led_by(choice.said, sure, intent).model_copy(
        update={"abstained": not enough, "out_of_scope": intent.out_of_scope and not enough}
    )


def evidence(choice: Choice, before: Intent, after: Intent, learned: Recalibration) -> str:
    """The step's line on the receipt."""
    sure = learned.confidence(choice.kind, choice.chance)
    acted = after.out_of_scope and not before.out_of_scope if choice.said is None else not after.abstained
    return f"chat model: {choice.said or 'none of these'} {sure:.0%}, {learned.told()}{'' if acted else '; not acted on'}"


def _led_by(name: str, sure: float, intent: Intent) -> Intent:
    """With ``name`` first, and no more left for the others than there is."""
    first = next((label for label in intent.labels if label.label == name), Label(label=name, confidence=sure))
    rest = [label for label in intent.labels if label.label != name]
    over = sum(label.confidence for label in rest) / max(1 - sure, 1e-9)
    rest = [label.model_copy(update={"confidence": round(label.confidence / max(over, 1.0), 4)}) for label in rest]
    update = {
        "labels": (first.model_copy(update={"confidence": sure}), *rest),
        "set": tuple(dict.fromkeys((name, *intent.set))),
        "sure": sure,
        "margin": None if intent.threshold is None else round(sure - intent.threshold, 4),
        "words": intent.words if name == intent.top else (),
        "source": "model",
    }
    return intent.model_copy(update=update)


def _caution(bound: float, learned: Recalibration) -> str:
    return f"the chat model's choice decides nothing: {learned.outcomes} outcomes do not show that at most {bound:.1%} of such are wrong"
