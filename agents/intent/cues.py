"""What stands in the words themselves, in English, German, French and Spanish: urgency, mood, a wish for a person, threats, entities.

Rules, not a model: each reads plainly on a receipt ("because it says …") and errs towards silence, as flags may bring in senior people.
"""

import re

from agents.intent.cue_patterns import BAD, CALM, COMPLAINT, GOOD, LEAVE, LEGAL, NEGATED, ONLY_ASKED, STAYING, URGENT
from agents.intent.entities import entities
from agents.intent.human_wish import wants_human
from agents.intent.negation import denials, without
from agents.intent.reading import plain
from core.intent import Entity, Flag
from core.value import Value

__all__ = ["Cues", "read_cues", "wants_human"]

MAX_CHARACTERS = 20_000


class Cues(Value):
    """``urgency`` 0 to 1, ``sentiment`` -1 to 1."""

    urgency: float
    sentiment: float
    wants_human: bool
    flags: tuple[Flag, ...] = ()
    entities: tuple[Entity, ...] = ()


def read_cues(text: str, products: tuple[str, ...] = ()) -> Cues:
    """Pure and total: any text, any language; what is not recognised is simply not there. Nothing is read after 20,000 characters."""
    text = plain(text[:MAX_CHARACTERS])
    said: dict[Flag, bool] = {
        "threat_to_leave": _stated(
            LEAVE, without(text, tuple(each for each in denials(text) if not STAYING.search(each.what))), ONLY_ASKED
        ),
        "legal_threat": _stated(LEGAL, text),
        "complaint": _stated(COMPLAINT, text),
    }
    flags = tuple(flag for flag, there in said.items() if there)
    return Cues(
        urgency=_urgency(text),
        sentiment=_sentiment(text, flags),
        wants_human=wants_human(text),
        flags=flags,
        entities=entities(text, products),
    )


def _stated(pattern: re.Pattern[str], text: str, unless: re.Pattern[str] | None = None) -> bool:
    """Whether a match stands that nothing before it in its sentence takes back."""
    return any(not (unless and unless.search(text[max(0, found.start() - 80) : found.start()])) for found in pattern.finditer(text))


def _urgency(text: str) -> float:
    loud = 0.25 * _shouts(text) + 0.1 * min(2, text.count("!"))
    found = _together([*(hint.weight for hint in URGENT if hint.pattern.search(text)), loud])
    return round(found / 4 if CALM.search(text) else found, 2)


def _sentiment(text: str, flags: tuple[Flag, ...]) -> float:
    strong = {"complaint": 0.45, "legal_threat": 0.35, "threat_to_leave": 0.25}
    bad = [*(strong[flag] for flag in flags), 0.2 * _shouts(text)]
    good: list[float] = []
    for hints, same, other in ((BAD, bad, good), (GOOD, good, bad)):
        for hint in hints:
            for found in list(hint.pattern.finditer(text))[:2]:
                negated = NEGATED.search(text[max(0, found.start() - 30) : found.start()])
                (other if negated else same).append(hint.weight)
    return round(_together(good) - _together(bad), 2)


def _together(weights: list[float]) -> float:
    """Independent hints joined: 1 - ∏(1 - weight)."""
    rest = 1.0
    for weight in weights:
        rest *= 1 - weight
    return 1 - rest


def _shouts(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 12 and sum(sign.isupper() for sign in letters) > 0.7 * len(letters)
