"""A handbook as large as wanted, made from the example company's sentences, and vectors for it without hours of encoding.

Each section has a heading of its own and some of the sentences, in which some words are replaced by made-up ones drawn by Zipf's law, so
that the vocabulary grows with the text as it does in real collections. The same size always gives the same bytes.
"""

import hashlib
import json
import random
import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.ports import Encoder
from core.value import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

MADE_UP, SHORTEST, REPLACED, NOISE = 50_000, 5, 0.12, 0.35
SECTIONS, SENTENCES = 12, (2, 6)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_WORD = re.compile(r"(?<![\w.@/-])[a-z]{5,}(?![\w@/-])")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ONSET = ("b", "br", "c", "d", "dr", "f", "g", "gl", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v")
_RIME = ("a", "ado", "an", "ar", "e", "el", "en", "era", "i", "ian", "il", "o", "ol", "on", "or", "u", "ul", "um", "und", "ys")


class Corpus:
    """Pages below ``handbook`` are what the text is made of."""

    def __init__(self, handbook: Path) -> None:
        texts = [file.read_text("utf-8").partition("\n---\n")[2] for file in sorted(handbook.glob("*.md"))]
        self.headings = sorted({found for text in texts for found in _HEADING.findall(text)})
        self.sentences = sorted({each for text in texts for each in _sentences(text)})
        self._words, self._ranks = _made_up()
        made_by = Path(__file__).read_bytes()
        self.version = hashlib.sha256(made_by + "".join([*self.headings, *self.sentences]).encode()).hexdigest()[:12]

    def pages(self, pages: int) -> Iterator[tuple[str, str]]:
        """Document and Markdown."""
        for at in range(pages):
            chance = random.Random(f"page {at}")
            title = f"{self._name(chance)} {chance.choice(self.headings)}"
            sections = "\n\n".join(self._section(chance) for _ in range(SECTIONS))
            yield f"d{at // 1000}/p{at}", f"---\ntitle: {json.dumps(title)}\naudience: public\n---\n\n# {title}\n\n{sections}\n"

    def _section(self, chance: random.Random) -> str:
        heading = f"{self._name(chance)} {chance.choice(self.headings)}"
        sentences = (self._changed(each, chance) for each in chance.sample(self.sentences, chance.randint(*SENTENCES)))
        return f"## {heading}\n\n{' '.join(sentences)}"

    def _changed(self, sentence: str, chance: random.Random) -> str:
        return _WORD.sub(lambda found: self._word(chance) if chance.random() < REPLACED else found[0], sentence)

    def _name(self, chance: random.Random) -> str:
        return self._word(chance).capitalize()

    def _word(self, chance: random.Random) -> str:
        return self._words[bisect(self._ranks, chance.random() * self._ranks[-1])]


def _sentences(text: str) -> list[str]:
    """Of running text: no headings, tables or lists, no addresses and marks that would be cut elsewhere."""
    lines = (line for line in text.split("\n") if line and line[0].isalpha())
    return [each for line in lines for each in _SENTENCE.split(line) if 6 <= len(each.split()) <= 40]


def _made_up() -> tuple[list[str], list[float]]:
    """Words, and the sums of their frequencies (1 ÷ rank)."""
    chance = random.Random("words")
    words: dict[str, None] = {}
    while len(words) < MADE_UP:
        word = "".join(chance.choice(_ONSET) + chance.choice(_RIME) for _ in range(chance.randint(2, 4)))
        words |= {word: None} if len(word) >= SHORTEST else {}
    return list(words), list(accumulate(1 / rank for rank in range(1, MADE_UP + 1)))


class Composed:
    """``core.ports.Encoder`` for such a handbook: a text's vector is the mean of its sentences' vectors, with noise of its own, so that
    100,000 passages lie about as real ones do. The sentences are encoded by the real encoder, once."""

    def __init__(self, encoder: Encoder, corpus: Corpus) -> None:
        self.version = encoder.version
        self._encoder = encoder
        known = [*corpus.headings, *corpus.sentences]
        self._known = {_skeleton(text): at for at, text in enumerate(known)}
        self._vectors = encoder.encode(known)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        return np.stack([self._one(text) for text in texts])

    def states(self, text: str) -> "tuple[Sequence[Span], NDArray[np.float32]]":
        return self._encoder.states(text)

    def _one(self, text: str) -> "NDArray[np.float32]":
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        noise = np.random.default_rng(seed).standard_normal(self._vectors.shape[1], dtype=np.float32)
        mixed = np.asarray(NOISE * noise / np.linalg.norm(noise))
        if rows := [self._known[bare] for part in _parts(text) if (bare := _skeleton(part)) in self._known]:
            mean = self._vectors[rows].mean(axis=0)
            mixed = mixed + mean / np.float32(np.linalg.norm(mean))
        vector: NDArray[np.float32] = (mixed / np.linalg.norm(mixed)).astype(np.float32)
        return vector


def _parts(text: str) -> list[str]:
    """Sentences, and of each line of headings the last without the made-up word before it."""
    lines = text.split("\n")
    return [part for line in lines for part in (*_SENTENCE.split(line), line.rpartition(" > ")[2].partition(" ")[2])]


def _skeleton(text: str) -> str:
    """What is left of a sentence whatever words were replaced: all but those that may be."""
    return _WORD.sub("", text).strip()
