"""A small company's intents, and an encoder that needs no weights: hashed bags of words."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.company import IntentDef, Intents
from core.value import Span

SUBJECTS = {
    "refund": ("refund", "money back", "reimbursement", "my payment returned"),
    "outage": ("the system down", "an outage", "the site unreachable", "everything offline"),
    "demo": ("a demo", "a product tour", "a live presentation", "a trial session"),
    "human_request": ("a person", "a real agent", "a human", "somebody from support"),
}
FRAMES = {
    "refund": ("i want {}", "please arrange {}", "how do i get {}", "where is {}", "we asked for {} last week", "give us {} now"),
    "outage": ("we see {}", "is {} today", "since this morning {}", "all users report {}", "why is {}", "again {}"),
    "demo": ("can we book {}", "we would like {}", "please schedule {}", "show our team {}", "interested in {}", "is {} possible"),
    "human_request": ("let me talk to {}", "connect me with {}", "i need {}", "can {} call me", "get me {}", "is there {} here"),
}
OUTSIDE = tuple(
    f"{thing} {what}"
    for thing in ("my cat", "the weather in spring", "a pasta recipe", "the football score", "an old bicycle")
    for what in ("makes me happy", "was on television", "in the garden", "for my grandmother", "yesterday evening", "with tomatoes")
)


class WordEncoder:
    """``core.ports.Encoder``: unit vectors of hashed words."""

    version = "words-1"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.array([self.states(text)[1].mean(0) for text in texts], np.float32).reshape(-1, 64)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def states(self, text: str) -> tuple[list[Span], NDArray[np.float32]]:
        """A mark of its own, then a token for each word."""
        places = list(re.finditer(r"\S+", text))
        vectors = np.zeros((1 + len(places), 64), np.float32)
        vectors[0, 0] = 0.01
        for at, place in enumerate(places, 1):
            vectors[at, zlib.crc32(place[0].lower().encode()) % 64] = 1
        return [Span(start=0, end=0), *(Span(start=place.start(), end=place.end()) for place in places)], vectors


def small_company(*, outside: bool = True) -> Intents:
    """Four intents of 24 utterances each, and 30 texts that belong to none."""
    intents = tuple(
        IntentDef(name=name, definition=f"Asks for {things[0]}. NOT a word about anything else.", utterances=_utterances(name, things))
        for name, things in SUBJECTS.items()
    )
    return Intents(intents=intents, out_of_scope=OUTSIDE if outside else ())


def _utterances(name: str, things: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(frame.format(thing) for thing in things for frame in FRAMES[name])
