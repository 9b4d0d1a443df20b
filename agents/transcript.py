"""A conversation condensed for a prompt, by rule: what was asked, how it was answered, and what was promised."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from agents.advisor.claims import promises
from agents.advisor.focus import asks
from agents.advisor.sentences import sentences
from agents.portions import line
from core.types import Past

LOOKED_AT, LONGEST, SENTENCE = 20, 8_000, 240
"""Messages, characters of each, and of a sentence."""
ASKS = 2
_PROMISE = re.compile(
    r"\b(?:i|we)(?:['’]ll| will| shall| are going to| promise)\b|\byou(?:['’]ll| will) (?:get|receive|have|hear)\b|"
    r"\b(?:wir|ich) (?:werden?|melden|erstatten|schicken|senden)\b|\bsie (?:erhalten|bekommen|hören)\b|"
    r"\b(?:nous|je|vous) (?:allons|vais|recevrez|aurez)\b|\bnous vous \w+rons\b|\b(?:vamos a|voy a|recibirá|le enviaremos)\b",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """One message, each form shorter than the one before; ``promise`` is empty where nothing was promised."""

    whole: str
    gist: str
    promise: str


def condensed(history: Sequence[Past], most: int, size: Callable[[str], int]) -> str:
    """A line a message, oldest first, at most ``most`` by ``size``.

    The newest messages stand whole as long as there is room, the others with what they asked, or their first sentence, and what they
    promised. Where that is still too much, the oldest go first, and of those that promised something the promise stays longer.
    """
    said = [_said(past) for past in history[-LOOKED_AT:]]
    shown = [each.gist for each in said]
    for at, each in enumerate(said):
        if _total(shown, size) <= most:
            break
        shown[at] = each.promise
    for at in range(len(said)):
        if _total(shown, size) <= most:
            break
        shown[at] = ""
    for at in reversed(range(len(said))):
        fuller = [*shown[:at], said[at].whole, *shown[at + 1 :]]
        if not shown[at] or _total(fuller, size) > most:
            break
        shown = fuller
    return "\n".join(filter(None, shown))


def _said(past: Past) -> Said:
    parts = sentences(line(past.text[:LONGEST]))
    told = [ask.text for ask in asks(past.text)][:ASKS] if past.role == "customer" else parts[:1]
    promised = [part for part in parts if past.role != "customer" and (_PROMISE.search(part) or promises(part))]
    whole = f"{past.role}: {' '.join(parts)}"
    return Said(whole, _cut(past.role, _once(told, promised)), _cut(past.role, _once(promised)))


def _once(*groups: Sequence[str]) -> Iterator[str]:
    yield from dict.fromkeys(line(text)[:SENTENCE] for group in groups for text in group)


def _cut(role: str, texts: Iterator[str]) -> str:
    text = " ".join(texts)
    return f"{role}: {text}" if text else ""


def _total(lines: Sequence[str], size: Callable[[str], int]) -> int:
    return sum(size(each) for each in lines)
