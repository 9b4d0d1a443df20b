"""Is every claim of a text supported? Checks what a chat model wrote before anybody reads it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.advisor.claims import addresses, dates, names, numbers, promises
from agents.advisor.sentences import sentences
from agents.advisor.words import content_words
from core.types import Answer, Citation, Passage

ENOUGH = 0.5
SIMILAR = 0.6
_MARK = re.compile(r"\s*\[\d{1,3}\]")
_DENIES = re.compile(r"\b(?:not|no|never|neither|nor|cannot|without|none|unable)\b|n['’]t\b", re.IGNORECASE)


class _Ground(NamedTuple):
    """What a draft may rest on. Promises and addresses need the passages; the rest may also repeat what was said in the conversation."""

    passages: str
    conversation: str

    @property
    def all(self) -> str:
        return f"{self.passages}\n{self.conversation}"


def check(draft: str, citations: Sequence[Citation], passages: Sequence[Passage], conversation: str) -> Answer:
    """``draft`` without its unsupported sentences, citing what it cites truly; abstained when half or more of its words are gone.

    A citation is true when its quote stands verbatim (but for white space) in a public passage. A sentence is supported when its numbers,
    dates, names, addresses and promises occur in the cited passages (numbers, dates and names: or in ``conversation``), and when it does
    not deny what the most similar cited sentence affirms, or the reverse.
    """
    true = _true(citations, passages)
    if not true:
        return Answer(abstained=True, reason="no citation")
    ground = _Ground("\n".join(_cited(true, passages)), conversation)
    lines = [sentences(line.strip()) for line in _MARK.sub("", draft).splitlines()]
    kept = [[part for part in line if not _unsupported(part, ground)] for line in lines]
    text = "\n".join(" ".join(line) for line in kept if line)
    joined = [part for line in text.splitlines() for part in sentences(line)]
    enough = _weight(joined) > ENOUGH * _weight([part for line in lines for part in line])
    if not enough or any(_unsupported(part, ground) for part in joined):
        return Answer(abstained=True, reason="unsupported")
    return Answer(answer=text, abstained=False, citations=true)


def unsupported_claims(text: str, passages: Sequence[Passage], conversation: str) -> tuple[str, ...]:
    """The claims of ``text`` that neither public ``passages`` nor ``conversation`` support, as written; empty when it is grounded."""
    ground = _Ground("\n".join(_shown(passage) for passage in passages if passage.audience == "public"), conversation)
    found = (claim for line in _MARK.sub("", text).splitlines() for part in sentences(line.strip()) for claim in _unsupported(part, ground))
    return tuple(dict.fromkeys(found))


def grounded(text: str, passages: Sequence[Passage], conversation: str) -> bool:
    return not unsupported_claims(text, passages, conversation)


def _unsupported(sentence: str, ground: _Ground) -> list[str]:
    """Each claim of the sentence that nothing supports. Where it promises, its numbers must be the passages' own."""
    promised = promises(sentence)
    source = ground.passages if promised else ground.all
    low = ground.all.lower()
    return [
        *sorted(numbers(sentence) - numbers(source)),
        *sorted(f"{day}.{month}." for month, day in dates(sentence) - dates(source)),
        *sorted(name for name in names(sentence) if name.lower() not in low),
        *sorted(addresses(sentence) - addresses(ground.passages)),
        *sorted(promised - promises(ground.passages)),
        *(["the opposite is said"] if _contradicts(sentence, ground.passages) else []),
    ]


def _contradicts(sentence: str, passages: str) -> bool:
    """The most similar sentence of the passages denies and this one does not, or the reverse. Only same-language wording is similar."""
    words = set(content_words(sentence))
    if len(words) < 3:
        return False
    pairs = [(len(words & set(content_words(other))) / len(words), other) for line in passages.splitlines() for other in sentences(line)]
    share, nearest = max(pairs, default=(0.0, ""))
    alike = [other for score, other in pairs if score >= share - 0.1]
    return share >= SIMILAR and all(bool(_DENIES.search(other)) != bool(_DENIES.search(sentence)) for other in alike or [nearest])


def _true(citations: Sequence[Citation], passages: Sequence[Passage]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citation for citation in citations if any(_holds(passage, citation) for passage in passages)))


def _holds(passage: Passage, citation: Citation) -> bool:
    same = passage.audience == "public" and (passage.document, passage.heading) == (citation.document, citation.heading)
    quote = " ".join(citation.quote.split())
    return same and bool(quote) and quote in " ".join(passage.text.split())


def _cited(citations: Sequence[Citation], passages: Sequence[Passage]) -> list[str]:
    return [_shown(passage) for passage in passages if any(_holds(passage, citation) for citation in citations)]


def _shown(passage: Passage) -> str:
    return f"{passage.heading}\n{passage.text}"


def _weight(parts: Sequence[str]) -> int:
    return sum(len(part.split()) for part in parts)
