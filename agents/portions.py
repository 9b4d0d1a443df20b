"""A prompt that keeps to its tokens: what each part of it may have is known before anything is sent."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from core import tokens
from core.ports import RenderedPrompt
from prompts.render import inert, render

_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
LONGEST_TOKEN = 12
"""Characters of running text that a token has at most, on average over a prompt."""
CUT = " … "
SPARE = 8
"""Tokens that are worth being given to a part that was cut already."""

Fit = Callable[[int], str]
"""What remains of a part in at most so many tokens; the more tokens, the more remains."""


class Portion(NamedTuple):
    """``share``: of the room, what the other parts leave to this one if it wants it. ``whole``: all that there is, uncut."""

    share: float
    whole: str
    fit: Fit


class Filled(NamedTuple):
    """``texts``: what each part came to."""

    prompt: RenderedPrompt
    texts: dict[str, str]


def size(text: str) -> int:
    """Tokens of ``text`` behind its fence, with one for the line end."""
    return tokens.count(inert(text)) + 1 if text else 0


def filled(name: str, limit: int, portions: Mapping[str, Portion], **fixed: str) -> Filled:
    """``prompts/NAME.md`` in at most ``limit`` tokens, its texts from ``portions``, the most important first.

    Each part has its share first, and then, in that order, what the others leave. The words of the prompt itself are never cut: ``limit``
    must hold them.
    """
    fenced = render(name, **fixed, **dict.fromkeys(portions, "x"))
    room = max(0, limit - _whole(fenced))
    while True:
        texts = _texts(portions, room)
        prompt = render(name, **fixed, **texts)
        over = _whole(prompt) - limit
        if over <= 0 or not room:
            return Filled(prompt, texts)
        room = max(0, room - over)  # tokens of the parts do not quite add up to those of the whole


def _texts(portions: Mapping[str, Portion], room: int) -> dict[str, str]:
    wanted = {name: size(portion.whole) for name, portion in portions.items()}
    kept = {name: min(wanted[name], int(portion.share * room)) for name, portion in portions.items()}
    texts, left = dict.fromkeys(portions, ""), room
    for name, portion in portions.items():
        others = sum(kept[later] for later in list(portions)[list(portions).index(name) + 1 :])
        texts[name] = portion.fit(min(wanted[name], left - others))
        left -= size(texts[name])
    for name, portion in portions.items():
        held = size(texts[name])
        if left >= SPARE and held < wanted[name]:
            texts[name] = portion.fit(min(wanted[name], held + left))
            left -= size(texts[name]) - held
    return texts


def _whole(prompt: RenderedPrompt) -> int:
    return tokens.count(prompt.system) + tokens.count(prompt.user)


def shortened(text: str, most: int) -> str:
    """The beginning and the end, at blanks: the request of a long mail often stands in its last sentence."""
    text = tidy(text)
    if len(text) <= most * LONGEST_TOKEN and size(text) <= most:
        return text
    low, high = 0, min(len(text), most * LONGEST_TOKEN) // 2
    while low < high:
        half = (low + high + 1) // 2
        low, high = (half, high) if size(_ends(text, half)) <= most else (low, half - 1)
    return _ends(text, low) if low else ""


def tidy(text: str) -> str:
    """Without blanks and lines that say nothing."""
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def line(text: str) -> str:
    """In one line, so that nothing can pass for another's."""
    return " ".join(text.split())


def _ends(text: str, half: int) -> str:
    """``half`` characters from each end, or a few fewer where a word would be cut."""
    head, tail = text[:half], text[len(text) - half :]
    before, after = head.rpartition(" ")[0], tail.partition(" ")[2]
    return f"{before if len(before) > half / 2 else head}{CUT}{after if len(after) > half / 2 else tail}"
