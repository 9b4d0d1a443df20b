"""Does a passage say what a sentence says? Told from words, meaning, and what each number, case and denial belongs to; no model call."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from agents.advisor.claims import denies, digits_of, measures, turns
from agents.advisor.depends import Dimension, dimensions
from agents.advisor.sentences import Unit, units
from agents.advisor.strange import Similar, other_event, unfounded
from agents.advisor.vectors import Vectors
from agents.advisor.words import content_words, spelled_out
from core.types import Passage

ENOUGH = 0.6
BOUND, CASE = 0.06, 0.15
ROOT, SHORT = 5, 4
_ONLY = re.compile(r"\b[Oo]nly (?:(?:an?|the|with|for|on|to) )*((?:[A-Z]\w+(?:, | or | and |, or )(?:an? )?)*[A-Z]\w+)")
_NAME = re.compile(r"\b[A-Z][a-z]\w+")
OPPOSED = (
    frozenset({"within", "after", "before"}),
    frozenset({"monthly", "annual"}),
    frozenset({"at most", "at least"}),
    frozenset({"up", "down"}),
    frozenset({"more", "less"}),
)
_COURTESY = frozenset(
    re.findall(r"\w+", "kindly happy glad sorry sure help question please note yes unfortunately mean whenever like thing")
)


class Evidence(NamedTuple):
    """One thing that a passage says: a sentence, an item of a list, a cell of a table with its row and column."""

    text: str
    words: frozenset[str]
    negative: bool
    header: str = ""
    value: str = ""


class Fit(NamedTuple):
    """How well the evidence fits a sentence, 0 to about 1."""

    evidence: Evidence
    score: float


def unsupported(sentence: str, passage: Passage, vectors: Vectors, plans: Sequence[str] = (), conversation: str = "") -> str | None:
    """Why the passage does not say the sentence; None when it does.

    The sentence must share words and meaning with the passage (``0.5 · share of its content words + 0.5 · cosine to the nearest evidence``,
    at least ``ENOUGH``), and hardly any of its words may be strange to the passage and the ``conversation`` (``unfounded``). Each of
    its numbers must belong to what fits the rest of the sentence best, not to another case; where it says no and the nearest evidence yes,
    or the reverse, or one speaks of "within" and the other of "after", it says something else.
    """
    said = _words(sentence)
    evidence = _evidence(passage.heading, passage.text)
    if not said or not evidence:
        return "nothing in it can be looked up"
    near = vectors.of([each.text for each in evidence]) @ vectors.of([spelled_out(sentence)])[0]
    whole = frozenset().union(*(each.words for each in evidence))
    covered = sum(_in(word, whole) for word in said) / len(said)
    if 0.5 * covered + 0.5 * max(map(float, near)) < ENOUGH:
        return "the passage does not say this"
    lines = [each.text for each in evidence]
    similar = _nearness(vectors, plans)
    if why := other_event(digits_of(sentence), [digits_of(line) for line in lines], similar):
        return why
    if why := unfounded(spelled_out(sentence), "\n".join((passage.heading, passage.text, *lines)), conversation, similar):
        return why
    cases, weights = dimensions((passage,), plans), _weights(said, evidence)
    fits = [
        Fit(each, (_share(said, each, weights) + max(0.0, float(cosine))) / 2 + _same_case(sentence, each, cases))
        for each, cosine in zip(evidence, near, strict=True)
    ]
    return (
        _misplaced(sentence, fits, cases)
        or _apart(sentence, fits)
        or _other_row(sentence, fits)
        or _reserved(sentence, fits)
        or _other_case(sentence, fits, cases)
        or _turned(sentence, fits)
    )


def _nearness(vectors: Vectors, plans: Sequence[str]) -> Similar:
    """By the encoder; one plan is never as good as another, however alike they are."""
    names = {name.lower() for name in plans}

    def similar(word: str, words: Sequence[str]) -> float:
        return float((vectors.of(words) @ vectors.of([word])[0]).max()) if words and word not in names else 0.0

    return similar


def nearest(sentence: str, passage: Passage, vectors: Vectors) -> str:
    """The line of the passage, verbatim, that is nearest to the sentence."""
    lines = [line for unit in units(passage.text) for line in unit.lines]
    if not lines:
        return passage.text.strip()
    near = vectors.of([spelled_out(line.text) for line in lines]) @ vectors.of([spelled_out(sentence)])[0]
    return lines[int(near.argmax())].quote


@lru_cache(maxsize=2_000)
def _evidence(heading: str, text: str) -> tuple[Evidence, ...]:
    title = heading.rpartition(" > ")[2]
    above, negative = frozenset(content_words(title)), denies(title)
    return tuple(
        Evidence(said := spelled_out(line), frozenset(content_words(said)) | above, negative or denies(line), header, value)
        for unit in units(text)
        for line, header, value in _said(unit)
    )


def _said(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """The statements of a unit; of a table each cell with its header, and of a cell that lists values each value."""
    for line in unit.lines:
        if len(line.cells) < 2:
            yield line.text, "", ""
        for header, value in line.cells[1:]:
            parts = value.split(", ")
            listed = len(parts) > 1 and all(any(sign.isdigit() for sign in part) for part in parts)
            yield from ((f"{line.cells[0][1]} – {header}: {part}", header, part) for part in (parts if listed else [value]) if part)


def _words(text: str) -> frozenset[str]:
    said = content_words(spelled_out(text))
    return frozenset(word for word in said if word not in _COURTESY and not any(sign.isdigit() for sign in word))


def _in(word: str, words: frozenset[str]) -> bool:
    return word in words or (len(word) >= ROOT and any(other[:ROOT] == word[:ROOT] for other in words))


def _weights(said: frozenset[str], evidence: Sequence[Evidence]) -> dict[str, float]:
    """The rarer a word in the passage, the more it tells which of its statements is meant; words that it has not tell nothing."""
    counts = {word: sum(_in(word, each.words) for each in evidence) for word in said}
    return {word: math.log(1 + len(evidence) / count) for word, count in counts.items() if count}


def _share(said: frozenset[str], evidence: Evidence, weights: dict[str, float]) -> float:
    total = sum(weights.values()) or 1.0
    return sum(weight for word, weight in weights.items() if word in said and _in(word, evidence.words)) / total


def _same_case(sentence: str, evidence: Evidence, cases: Sequence[Dimension]) -> float:
    """More for what is said of the plan or region that the sentence names, less for what is said of another."""
    both = [(named, theirs) for each in cases if (named := each.named(sentence)) and (theirs := each.named(evidence.text))]
    return sum(-CASE if named.isdisjoint(theirs) else CASE for named, theirs in both)


def _misplaced(sentence: str, fits: Sequence[Fit], cases: Sequence[Dimension]) -> str | None:
    """A number that the passage has, but where something else is said: what fits better has another of its kind, or all that has it is said
    of other plans or regions."""
    counted = [(fit, measures(fit.evidence.text)) for fit in fits]
    for unit, values in measures(sentence).items():
        having = [(fit, found.get(unit, set()) | found.get("", set())) for fit, found in counted]
        for value in values if unit else ():
            own = [fit for fit, found in having if value in found]
            other = max((fit.score for fit, found in having if found and value not in found), default=0.0)
            strange = own and all(_same_case(sentence, fit.evidence, cases) < 0 for fit in own)
            if strange or other > max((fit.score for fit in own), default=0.0) + BOUND:
                return f"{value} belongs to something else"
    return None


def _other_row(sentence: str, fits: Sequence[Fit]) -> str | None:
    """A cell's words where the row that fits better has others below the same header."""
    low = sentence.lower()
    said = [fit for fit in fits if len(fit.evidence.value) >= SHORT and re.search(rf"\b{re.escape(fit.evidence.value.lower())}\b", low)]
    for header in dict.fromkeys(fit.evidence.header for fit in said):
        own = max(fit.score for fit in said if fit.evidence.header == header)
        other = max((fit.score for fit in fits if fit.evidence.header == header and fit not in said), default=0.0)
        if other > own + BOUND:
            return "it is said of another row"
    return None


def _reserved(sentence: str, fits: Sequence[Fit]) -> str | None:
    """What fits best is said of some only ("Only an Owner or Admin can …"), and the sentence names others that the passage knows."""
    best = max(fits, key=lambda fit: fit.score).evidence
    few = {name.lower().removesuffix("s") for found in _ONLY.findall(best.text) for name in _NAME.findall(found)}
    known = {name.lower().removesuffix("s") for fit in fits for name in _NAME.findall(fit.evidence.text)} - few
    named = {name.lower().removesuffix("s") for name in _NAME.findall(sentence)}
    return f"it is said of {', '.join(sorted(few))} only" if few and few.isdisjoint(named) and named & known else None


def _apart(sentence: str, fits: Sequence[Fit]) -> str | None:
    """Two numbers that the passage has only with other partners: of 10 GB it gives other hours."""
    counted = [measures(fit.evidence.text) for fit in fits]
    pairs = [(unit, value) for unit, values in measures(sentence).items() for value in values if unit]
    for (unit, value), (other, partner) in permutations(pairs, 2):
        with_first = [found[other] for found in counted if value in found.get(unit, ()) and other in found]
        if unit != other and with_first and not any(partner in found for found in with_first):
            return f"{partner} belongs to something else"
    return None


def _other_case(sentence: str, fits: Sequence[Fit], cases: Sequence[Dimension]) -> str | None:
    """The sentence names a plan or region, and what supports it best is said of another."""
    best = max(fits, key=lambda fit: fit.score).evidence
    for dimension in cases:
        named, theirs = dimension.named(sentence), dimension.named(best.text)
        if named and theirs and named.isdisjoint(theirs):
            return f"it is said of {', '.join(sorted(theirs))}"
    return None


def _turned(sentence: str, fits: Sequence[Fit]) -> str | None:
    """Yes and no, or words like within and after, exchanged against all that fits about as well as the best."""
    top = max(fit.score for fit in fits)
    alike = [fit.evidence for fit in fits if fit.score >= top - BOUND / 2]
    if all(each.negative != denies(sentence) for each in alike):
        return "the opposite is said"
    mine = turns(sentence)
    for group in OPPOSED:
        theirs = [turns(each.text) & group for each in alike]
        if mine & group and all(each and each.isdisjoint(mine) for each in theirs):
            return f"it is said of {', '.join(sorted(theirs[0]))}"
    return None
