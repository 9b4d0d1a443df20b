"""What a prompt is made of beside the message: the intents to choose from, and the passages to answer from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from agents.portions import line, size
from core.company import IntentDef
from core.intent import Near
from core.types import Answer, Passage, Past

PASSAGES = 3
FORMS = ((4, 100), (2, 100), (1, 100), (0, 100), (0, 60), (0, 30), (0, 0))
"""Examples in all and characters of a definition, from the fullest listing to the names alone."""
EXAMPLE_CHARS = 70


class Grounds(Protocol):
    """The advisor's part in what a chat model writes: what it may stand on, and what of it does."""

    def excerpts(self, question: str, passages: tuple[Passage, ...], *, chars: int, size: Callable[[str], int]) -> tuple[Passage, ...]:
        """The passages cut to their sentences nearest to the question, at most ``chars`` by ``size`` in all."""

    def fitting(self, passages: Sequence[Passage], told: Sequence[str], known: Mapping[str, str]) -> tuple[Passage, ...]:
        """The public passages without what they say for others than the sender, as ``told`` (newest first) and ``known``."""

    def check(self, draft: str, passages: Sequence[Passage], conversation: str) -> Answer:
        """The cited sentences of ``draft`` that ``passages`` support, ``[1]`` being the first, one a line; abstained when too little is
        left."""

    def reviewed(
        self,
        draft: Answer,
        passages: Sequence[Passage],
        *,
        internal: Sequence[Passage] = (),
        told: Sequence[str] = (),
        known: Mapping[str, str] = {},
        history: Sequence[Past] = (),
    ) -> Answer:
        """A checked draft without what it says for others, with caveats; abstained where pages disagree (``conflict``) or too little is
        left."""


class Offered:
    """A line for each intent: its name, what it means, and those of its labelled examples that are nearest to the message.

    Only what the company wrote itself: what customers wrote, and the embedded model may have learned from, is nobody else's to read.
    """

    def __init__(self, names: Sequence[str], known: Mapping[str, IntentDef], nearest: Sequence[Near]) -> None:
        self.names = {line(name): name for name in names}
        self._known = known
        self._nearest = [near for near in nearest if near.label in names and near.text in known[near.label].utterances]

    def fit(self, most: int) -> str:
        forms = (self._listing(list(self.names), *form) for form in FORMS)
        shorter = (self._listing(list(self.names)[:count], 0, 0) for count in range(len(self.names) - 1, 0, -1))
        return next((text for group in (forms, shorter) for text in group if size(text) <= most), "")

    def in_(self, listing: str) -> dict[str, str]:
        """Line → name of those that ``fit`` listed."""
        return dict(list(self.names.items())[: len(listing.splitlines())])

    def _listing(self, lines: Sequence[str], examples: int, chars: int) -> str:
        own = self._nearest[:examples]
        return "\n".join(self._line(each, [near.text for near in own if near.label == self.names[each]], chars) for each in lines)

    def _line(self, name: str, examples: Sequence[str], chars: int) -> str:
        quoted = ", ".join(f'"{_short(text, EXAMPLE_CHARS)}"' for text in examples)
        meaning = _short(self._known[self.names[name]].definition, chars) if chars else ""
        return f"{name}:{f' {meaning}' if meaning else ''}{f' Such as {quoted}' if quoted else ''}"


class Extracts:
    """A line for each passage, numbered from 1: the end of its heading, and its sentences nearest to the question."""

    def __init__(self, grounds: Grounds, question: str, passages: Sequence[Passage]) -> None:
        self._grounds, self._question = grounds, question
        self._passages = tuple(each for each in passages if each.audience == "public")[:PASSAGES]
        self._shown: dict[str, tuple[Passage, ...]] = {"": ()}

    @property
    def whole(self) -> str:
        return _numbered(self._passages)

    def fit(self, most: int) -> str:
        if size(self.whole) <= most:
            self._shown[self.whole] = self._passages
            return self.whole
        for passages in (self._passages, self._passages[:1]):
            heads = size(_numbered([passage.model_copy(update={"text": ""}) for passage in passages])) + len(passages)
            room = most - heads
            found = self._grounds.excerpts(self._question, passages, chars=room, size=size) if room > 0 else ()
            text = _numbered(found)
            if text and size(text) <= most:
                self._shown[text] = found
                return text
        return ""

    def in_(self, text: str) -> tuple[Passage, ...]:
        """The passages as ``fit`` showed them in ``text``."""
        return self._shown[text]


def _numbered(passages: Sequence[Passage]) -> str:
    return "\n".join(f"[{at}] {line(each.heading.rpartition(' > ')[2])}: {line(each.text)}" for at, each in enumerate(passages, 1))


def _short(text: str, length: int) -> str:
    text = line(text)
    return text if len(text) <= length else f"{text[: length - 1].rpartition(' ')[0] or text[: length - 1]}…"
