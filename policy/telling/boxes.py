"""Conditions as sets: what a rule's declared conditions cover, and what of it other rules leave over.

Exact for declared conditions. A box is the product of one set per signal; a signal that it leaves out may have any value, or none. CEL
expressions are not looked at: whoever asks must treat a rule that has one as one that may hold or not.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from core.types import SignalValue
from policy.schema import Condition, Range

MOST = 256
"""Pieces after which ``rest`` gives up."""

Span = tuple[float, float]


class Numbers(NamedTuple):
    """Half-open spans in order, and whether a missing value belongs."""

    spans: tuple[Span, ...]
    missing: bool = False


class Words(NamedTuple):
    """The ``listed`` texts, or with ``others`` everything but them (a missing value included). A flag is the text ``true`` or another."""

    listed: frozenset[str]
    others: bool = False


Part: TypeAlias = Numbers | Words
Box = Mapping[str, Part]

EVERY_NUMBER = Numbers(((-math.inf, math.inf),), missing=True)
EVERY_WORD = Words(frozenset(), others=True)
TRUE = frozenset({"true"})


def part(condition: Condition) -> Part:
    """The values that satisfy a condition; a missing flag is as good as false, otherwise what is missing satisfies nothing."""
    match condition:
        case bool():
            return Words(TRUE, others=not condition)
        case Range():
            low = -math.inf if condition.at_least is None else condition.at_least
            return Numbers(((low, math.inf if condition.below is None else condition.below),))
        case str():
            return Words(frozenset({condition}))
        case _:
            return Words(frozenset(condition))


def meet(one: Part, other: Part) -> Part:
    """What belongs to both."""
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        spans = ((max(a, c), min(b, d)) for a, b in one.spans for c, d in other.spans)
        return Numbers(tuple((a, b) for a, b in spans if a < b), one.missing and other.missing)
    if isinstance(one, Words) and isinstance(other, Words):
        return _meet_words(one, other)
    return Words(frozenset())


def _meet_words(one: Words, other: Words) -> Words:
    match one.others, other.others:
        case True, True:
            return Words(one.listed | other.listed, others=True)
        case True, False:
            return Words(other.listed - one.listed)
        case False, True:
            return Words(one.listed - other.listed)
        case _:
            return Words(one.listed & other.listed)


def outside(part: Part) -> Part:
    """Everything else."""
    if isinstance(part, Words):
        return Words(part.listed, others=not part.others)
    spans, at = [], -math.inf
    for low, high in part.spans:
        spans.append((at, low))
        at = high
    return Numbers(tuple((a, b) for a, b in (*spans, (at, math.inf)) if a < b), not part.missing)


def empty(part: Part) -> bool:
    return not (part.spans or part.missing) if isinstance(part, Numbers) else not (part.listed or part.others)


def both(one: Box, other: Box) -> Box | None:
    """Where both hold; None when that is nowhere."""
    joined = {
        name: meet(one[name], other[name]) if name in one and name in other else (one.get(name) or other[name])
        for name in _names(one, other)
    }
    return None if any(map(empty, joined.values())) else joined


def rest(box: Box, cut: Iterable[Box], domain: Box) -> Sequence[Box] | None:
    """What of ``box`` none of ``cut`` covers, in disjoint boxes; None when there are too many pieces to tell.

    ``domain`` states what values a signal can have at all.
    """
    pieces: list[Box] = [box]
    for other in cut:
        pieces = [piece for whole in pieces for piece in _minus(whole, other, domain)]
        if len(pieces) > MOST:
            return None
    return pieces


def covers(cut: Iterable[Box], box: Box, domain: Box) -> bool:
    """Whether ``cut`` surely leaves nothing of ``box``."""
    return rest(box, cut, domain) == []


def witness(box: Box) -> dict[str, SignalValue]:
    """One value for each signal of the box; None where the value is missing, or any other than those that matter."""
    return {name: _example(part) for name, part in box.items()}


def _minus(box: Box, other: Box, domain: Box) -> list[Box]:
    if both(box, other) is None:
        return [box]
    pieces: list[Box] = []
    left = dict(box)
    for name, cut in other.items():
        whole = left.get(name) or domain.get(name) or (EVERY_NUMBER if isinstance(cut, Numbers) else EVERY_WORD)
        beyond = meet(whole, outside(cut))
        if not empty(beyond):
            pieces.append({**left, name: beyond})
        left[name] = meet(whole, cut)
    return pieces


def _names(one: Box, other: Box) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


def _example(part: Part) -> SignalValue:
    if isinstance(part, Words):
        if part.listed == TRUE:
            return not part.others
        return None if part.others else min(part.listed)
    if part.missing or not part.spans:
        return None
    low, high = part.spans[0]
    return low if low > -math.inf else min(high - 1, 0.0) if high < math.inf else 0.0
