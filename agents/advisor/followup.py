"""What a follow-up asks, as it reads without the conversation."""

import re
from collections.abc import Sequence

from agents.advisor.focus import asks
from agents.advisor.sentences import sentences
from agents.advisor.words import content_words
from core.types import Past

MOST_WORDS, FEW_CONTENT, LEAST_CONTENT, SHORT = 25, 6, 2, 30
BACK = 3
_REFERS = re.compile(
    r"\b(?:it|its|that|this|these|those|they|them|their|then|there|one|ones|same|instead|otherwise|either|neither|both|too|"
    r"das|dies(?:e[rsmn]?)?|dafür|damit|davon|dann|dort|deren|ihn|sie|gleiche[nrs]?|ça|cela|ceci|celui|celle|eux|alors|aussi|même|en|y|"
    r"eso|esto|esa|ese|ello|ellos|entonces|también|mismo|misma)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"\W*(?:(?:ok|okay|yes|no|ja|nein|oui|non|sí|thanks|thank you|danke|merci|gracias)\b[,.!]?\s*)*"
    r"(?:and|but|so|or|what about|how about|what if|same for|for|und|aber|oder|was ist mit|wie ist es|et|mais|ou|y|pero|o)\b",
    re.IGNORECASE,
)
_TURNS_AWAY = re.compile(
    r"\b(?:(?:another|different|new|separate|unrelated|one more|other) (?:question|thing|topic|matter|issue|request)|something else|"
    r"by the way|btw|andere frage|noch etwas anderes|etwas anderes|übrigens|autre (?:question|chose)|au fait|otra (?:pregunta|cosa)|"
    r"por cierto)\b",
    re.IGNORECASE,
)


def standalone(text: str, history: Sequence[Past]) -> str:
    """``text`` with what the conversation was about before it, in one line, where it leans on that; else ``text`` as it is.

    Short messages lean on the conversation: those that refer to something ("how long does that take?"), go on ("and on Team?"), hardly
    have a word of content, or take up a word of the last exchange; unless they say that they bring up something else. Before them come what
    the customer last asked in words that stand by themselves and, from the company's last message, its first sentence. ``history`` is
    oldest first. No model is asked.
    """
    if not history or not (leans(text) or _takes_up(text, history[-2:])):
        return text
    said = [past.text for past in history if past.role == "customer"][-BACK:]
    topic = next((ask for ask in map(_asked, reversed(said)) if not leans(ask)), said[-1] if said else "")
    parts = (_asked(topic), _replied(history), text)
    return " ".join(" ".join(part.split()) for part in dict.fromkeys(parts) if part.strip())


def leans(text: str) -> bool:
    """Whether a message is too short to be understood without the ones before it."""
    content = len(set(content_words(text)))
    refers = content <= FEW_CONTENT and bool(_REFERS.search(text))
    return _short(text) and (content < LEAST_CONTENT or refers or bool(_CONTINUES.match(text)))


def _takes_up(text: str, last: Sequence[Past]) -> bool:
    """Whether a short message has a word of content from what was just said."""
    words = set(content_words(text))
    return _short(text) and len(words) <= FEW_CONTENT and any(words & set(content_words(past.text)) for past in last)


def _short(text: str) -> bool:
    return len(text.split()) <= MOST_WORDS and not _TURNS_AWAY.search(text)


def _asked(text: str) -> str:
    """The last thing a message asks or wants."""
    found = asks(text)
    return found[-1].queries[-1] if found and found[-1].queries else text


def _replied(history: Sequence[Past]) -> str:
    """The first sentence of the company's last message, where it is short."""
    last = history[-1]
    first = next(iter(sentences(" ".join(last.text.split()))), "") if last.role != "customer" else ""
    return first if len(first.split()) <= SHORT else ""
