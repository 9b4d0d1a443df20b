"""Is every claim of a text supported? Checks, sentence by sentence, what a chat model wrote before anybody reads it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.advisor.cited import holds
from agents.advisor.claims import addresses, dates, numbers, promises
from agents.advisor.language import english, same_language, told
from agents.advisor.names import names
from agents.advisor.quantities import other_units
from agents.advisor.sentences import sentences
from agents.advisor.support import nearest, unsupported
from agents.advisor.vectors import Vectors
from core.types import Answer, Citation, Passage

ENOUGH = 0.5
LONGEST_DRAFT, LONGEST_SENTENCE = 6_000, 600
_BLANKS = re.compile(r"[^\S\n]+")
_MARKS = re.compile(r"(\[\d{1,3}(?: ?, ?\d{1,3})*\])")
_NUMBER = re.compile(r"\d+")


class Statement(NamedTuple):
    """A sentence of a draft and the passages that it names."""

    text: str
    passages: tuple[Passage, ...]


def check(draft: str, passages: Sequence[Passage], conversation: str, vectors: Vectors, plans: Sequence[str] = ()) -> Answer:
    """``draft`` without its unsupported sentences, one a line, each with the citation that carries it; abstained when half or more of its
    words are gone (``unsupported``), or when none of it cites a public passage (``no citation``).

    A sentence cites by ``[n]`` the n-th of ``passages``; a mark also stands for the sentences of its paragraph between it and the mark
    before. It is supported when one of those passages says it (``support.unsupported``; of an English passage in German, French or Spanish
    also, word by word; in no other language than the passage's else), and has its numbers, dates and names (or the ``conversation`` has)
    and its addresses and promises. Of a draft the first ``LONGEST_DRAFT`` characters are read.
    """
    stated = list(statements(draft, passages))
    if not any(statement.passages for statement in stated):
        return Answer(abstained=True, reason="no citation")
    carried = [(each.text, by) for each in stated if (by := _carrier(each, conversation, vectors, plans))]
    if _weight([text for text, _ in carried]) <= ENOUGH * _weight([each.text for each in stated]):
        return Answer(abstained=True, reason="unsupported")
    return Answer(
        answer="\n".join(text for text, _ in carried),
        abstained=False,
        citations=tuple(_citation(text, passage, vectors) for text, passage in carried),
    )


def statements(draft: str, passages: Sequence[Passage]) -> Iterator[Statement]:
    """The sentences of a draft in order, without marks; those after the last mark of a paragraph cite nothing."""
    public = {number: passage for number, passage in enumerate(passages, 1) if passage.audience == "public" and passage.text.strip()}
    for paragraph in re.split(r"\n\n+", _tidy(draft)):
        text, cited = "", list[Passage]()
        for at, part in enumerate(_MARKS.split(paragraph)):
            if at % 2:
                cited += [public[number] for mark in _NUMBER.findall(part) if (number := int(mark)) in public]
                continue
            end, rest = _ending(part) if at else ("", part)
            text = text.rstrip() + end
            if rest.strip():
                yield from _stated(text, cited)
                text, cited = rest, []
        yield from _stated(text, cited)


def _stated(text: str, cited: Sequence[Passage]) -> Iterator[Statement]:
    """A sentence with a bracket left has a mark or a blank that nobody filled in: it cites nothing."""
    yield from (Statement(each, () if "[" in each or "]" in each else tuple(cited)) for each in _sentences(text))


def _ending(part: str) -> tuple[str, str]:
    """The sign after a mark that ends the sentence before it, and what follows."""
    part = part.lstrip()
    return (part[0], part[1:]) if part[:1] in (".", "!", "?") else ("", part)


def unsupported_claims(text: str, passages: Sequence[Passage], conversation: str) -> tuple[str, ...]:
    """What of the text can be looked up and stands neither in the public ones of ``passages`` nor in the conversation, as written.

    Promises and addresses need the passages; in a sentence that promises, so do the numbers.
    """
    shown = "\n".join(f"{passage.heading}\n{passage.text}" for passage in passages if passage.audience == "public")
    both = f"{shown}\n{conversation}"
    parts = (part for line in text.splitlines() for part in sentences(line.strip()))
    return tuple(dict.fromkeys(claim for part in parts for claim in _missing(part, shown, both)))


def _missing(sentence: str, shown: str, both: str) -> Iterator[str]:
    promised = promises(sentence)
    source, low = shown if promised else both, both.lower()
    yield from sorted(numbers(sentence) - numbers(source))
    yield from other_units(sentence, source)
    yield from sorted(f"{day}.{month}." for month, day in dates(sentence) - dates(source))
    yield from sorted(name for name in names(sentence) if name.lower().removesuffix("s") not in low)
    yield from sorted(addresses(sentence) - addresses(shown))
    yield from sorted(promised - promises(shown))


def objections(sentence: str, passage: Passage, conversation: str, vectors: Vectors, plans: Sequence[str] = ()) -> tuple[str, ...]:
    """Everything against letting the sentence stand on this passage; empty when it may."""
    if len(sentence) > LONGEST_SENTENCE:
        return ("too long to be checked",)
    if claims := unsupported_claims(sentence, (passage,), conversation):
        return claims
    if same_language(sentence, passage.text):
        why = unsupported(sentence, passage, vectors, plans, conversation)
    elif told(passage.text) == "en":
        why = unsupported(english(sentence), passage, vectors, plans, english(conversation))
    else:
        why = "it is not in the language of the passage"
    return (why,) if why else ()


def _carrier(statement: Statement, conversation: str, vectors: Vectors, plans: Sequence[str]) -> Passage | None:
    return next((each for each in statement.passages if not objections(statement.text, each, conversation, vectors, plans)), None)


def _citation(text: str, passage: Passage, vectors: Vectors) -> Citation:
    quote = nearest(text, passage, vectors)
    cite = Citation(document=passage.document, heading=passage.heading, quote=quote, score=passage.score)
    return cite if holds(passage, cite) else cite.model_copy(update={"quote": passage.text.strip()})


def _sentences(text: str) -> list[str]:
    found = [" ".join(part.split()) for line in text.splitlines() for part in sentences(line.strip())]
    return [part.lstrip(".!? ") for part in found if any(sign.isalnum() for sign in part)]


def _tidy(draft: str) -> str:
    """At most ``LONGEST_DRAFT`` characters, blanks collapsed; what is cut off had not been read anyway."""
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in draft[:LONGEST_DRAFT].strip().split("\n"))


def _weight(parts: Sequence[str]) -> int:
    return sum(len(part.split()) for part in parts)
