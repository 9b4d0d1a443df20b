"""What a message asks: its questions and wishes, apart from greetings and the story around them."""

import re
from typing import NamedTuple

from agents.advisor.sentences import sentences
from agents.advisor.words import content_words

MAX_ASKS = 6
MAX_QUERY = 600
CLAUSES = 2
WEAK, TELLING = 3, 4
_ASKS = re.compile(
    r"\?|^(?:how|what|when|where|which|who|why)\b|"
    r"^(?:can|could|do|does|is|are|will|would|may|should) (?:i|we|you|it|the|there|this|my|our|your)\b|"
    r"\b(?:please|let me know|could you|can you|would you|i need|we need|i want|we want|i'd like|(?:i|we) would like|wondering|tell me|"
    r"cannot|can't|unable to|does not|doesn't|won't|not able to|lost|forgot)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r",\s+|\s+[-–]\s+|;\s+|\b(?:but|and|when|if|because|so)\b", re.IGNORECASE)
_HOW = re.compile(
    r"\b(?:how (?:do|can|could|should|would|to)|where (?:do|can)|steps? to|walk me through|what (?:do|should) (?:i|we) do)\b", re.IGNORECASE
)
_RECORD = re.compile(
    r"\b[A-Z]{2,5}-\d[\d-]{2,}\b|"
    r"\b(?:ticket|case|invoice|order|request|po)\s*(?:no\.?|number|nr\.?|#)?\s*#?\d{3,}\b|"
    r"\bwhich of (?:my|our)\b|\bwho (?:of|among) (?:my|our)\b|"
    r"\bwhen (?:do|does|did|will|is|are) (?:my|our|we|i)\b[^.?!]{0,30}\b(?:contract|subscription|agreement|licence|license|trial)\b"
    r"[^.?!]{0,20}\b(?:end|expire|renew|run out|due|over|up)\b|"
    r"\b(?:status|progress) of (?:my|our)\b|\b(?:update|news)s?\s*\?|"
    r"\b(?:has|have|was|were|is) (?:my|our) \w+(?: \w+)? (?:been|already|yet|approved|processed|paid)\b",
    re.IGNORECASE,
)


class Ask(NamedTuple):
    """One question or wish; ``queries`` are what to look for: the sentence itself, its longest clauses, and it with the sentence before it
    where that tells more; none when neither says what it is about."""

    text: str
    queries: tuple[str, ...]


def asks(text: str) -> list[Ask]:
    """At most ``MAX_ASKS`` asks in order; the whole text is one when no sentence asks or wants anything."""
    parts = _parts(text[:8_000])
    found = [_ask(parts, at) for at, part in enumerate(parts) if _ASKS.search(part) and content_words(part)]
    whole = " ".join(text.split())[:MAX_QUERY]
    return found[:MAX_ASKS] or [Ask(whole, (whole, *_clauses(whole)))]


def wants_steps(ask: str) -> bool:
    return bool(_HOW.search(ask))


def names_record(text: str) -> bool:
    """Whether it asks about one ticket, invoice or request, which no handbook knows."""
    return bool(_RECORD.search(text))


def _parts(text: str) -> list[str]:
    """Sentences; one that ends with a colon has what follows it."""
    parts: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        for part in sentences(" ".join(block.split())):
            if parts and parts[-1].endswith(":"):
                parts[-1] = f"{parts[-1]} {part}"
            else:
                parts.append(part)
    return parts


def _ask(parts: list[str], at: int) -> Ask:
    own = parts[at][:MAX_QUERY]
    before = parts[at - 1] if at and not _ASKS.search(parts[at - 1]) else ""
    both = f"{before} {own}"[-MAX_QUERY:]
    if len(_telling(own)) >= WEAK or not before:
        return Ask(own, (own, *((both,) if before else ()), *_clauses(own)))
    return Ask(own, (both,) if len(_telling(both)) >= TELLING else ())


def _clauses(sentence: str) -> list[str]:
    """At most ``CLAUSES`` clauses of a sentence that has several: what somebody tells around a question hides what it is about."""
    parts = [part.strip() for part in _CLAUSE.split(sentence)]
    telling = sorted((part for part in parts if len(_telling(part)) >= 2), key=lambda part: -len(part))
    return telling[:CLAUSES] if len(parts) > 1 else []


def _telling(text: str) -> set[str]:
    return {word for word in content_words(text) if not word.isdigit()}
