"""Pages that disagree, are out of force, or have changed since the conversation last heard of them: never chosen silently."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from agents.advisor.claims import dates, denies, measures, turns
from agents.advisor.depends import Dimension
from agents.advisor.ranking import Scored
from agents.advisor.sentences import Line, sentences
from agents.advisor.vectors import Vectors
from agents.advisor.words import content_words
from core.types import Caveat, Passage, Past

SAME_WORDS, SHARED = 0.7, 2
SAME_MEANING, NEARLY_SAME, NEAR_MEANING = 0.63, 0.88, 0.6
LOOKED_AT = 24


def conflicts(
    chosen: Sequence[Scored], others: Iterable[Scored], passages: Sequence[Passage], apart: Sequence[Dimension], vectors: Vectors
) -> tuple[Caveat, ...]:
    """Where another passage says of the same matter something else than what was chosen.

    An internal page counts against a public one unless it is known to be the older of the two: then the public page is the later word.
    """
    pairs = (
        (one, other, passages[one.rank], passages[other.rank])
        for other in list(others)[:LOOKED_AT]
        for one in chosen
        if _weighs(passages[other.rank], passages[one.rank])
    )
    found: dict[frozenset[tuple[str, str]], Caveat] = {}
    for one, other, first, second in pairs:
        if any(_disagree(mine, theirs, apart, vectors) for mine in one.unit.lines for theirs in other.unit.lines):
            found.setdefault(frozenset({(first.document, first.heading), (second.document, second.heading)}), _caveat(first, second))
    return tuple(found.values())


def _caveat(first: Passage, second: Passage) -> Caveat:
    where = " and ".join(f"{each.document} › {each.heading.rpartition(' > ')[2]}{_dated(each)}" for each in (first, second))
    return Caveat(kind="conflict", documents=tuple(dict.fromkeys((first.document, second.document))), detail=f"{where} disagree")


def _dated(passage: Passage) -> str:
    audience = "" if passage.audience == "public" else str(passage.audience)
    words = [audience, f"of {passage.effective}" if passage.effective else ""]
    return f" ({', '.join(filter(None, words))})" if any(words) else ""


def _weighs(other: Passage, chosen: Passage) -> bool:
    """Whether what another section says counts against what was chosen."""
    if (other.document, other.heading) == (chosen.document, chosen.heading):
        return False
    older = other.effective is not None and chosen.effective is not None and other.effective < chosen.effective
    return other.audience == "public" or not older


class _Told(NamedTuple):
    """What of a line can be held against another."""

    measures: dict[str, set[str]]
    dates: frozenset[tuple[int, int]]
    denies: bool
    turns: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=8_000)
def _told(text: str) -> _Told:
    words = frozenset(word for word in content_words(text) if not any(sign.isdigit() for sign in word))
    return _Told(measures(text), frozenset(dates(text)), denies(text), turns(text), words)


def _disagree(one: Line, other: Line, apart: Sequence[Dimension], vectors: Vectors) -> bool:
    """The same matter, and a number of the same measure, a date, or yes and no that differ. Rows of tables are compared cell by cell."""
    if one.cells and other.cells:
        mine, theirs = dict(one.cells), dict(other.cells)
        same = one.cells[0] == other.cells[0]
        return same and any(mine[name] and theirs.get(name) and mine[name] != theirs[name] for name in mine)
    first, second = _told(one.text), _told(other.text)
    alike = _alike(first, second)
    if not _differs(first, second) or alike is None or any(each.named(one.text) != each.named(other.text) for each in apart):
        return False
    return float(vectors.of([one.text])[0] @ vectors.of([other.text])[0]) >= alike


def _differs(one: _Told, other: _Told) -> bool:
    counted = any(one.measures[unit].isdisjoint(other.measures[unit]) for unit in one.measures.keys() & other.measures.keys() if unit)
    dated = bool(one.dates and other.dates) and one.dates.isdisjoint(other.dates)
    return counted or dated or one.denies != other.denies


def _alike(one: _Told, other: _Told) -> float | None:
    """How near two lines must be to speak of the same matter; None where their words say that they do not.

    Where each has a word that the other lacks, something else may be meant ("critical", "high"): then they must be nearly the same.
    """
    shared, fewer = one.words & other.words, min(len(one.words), len(other.words))
    if one.turns != other.turns or len(shared) < max(SHARED, SAME_WORDS * fewer):
        return None
    return SAME_MEANING if len(shared) == fewer else NEARLY_SAME


def out_of_force(best: Iterable[tuple[Scored, Passage]], day: date) -> tuple[Caveat, ...]:
    """A caveat for each page whose passage would have answered, were it in force on ``day``."""
    found: dict[str, Caveat] = {}
    for _, passage in best:
        if passage.expires and passage.expires < day:
            found.setdefault(passage.document, _dated_caveat("expired", passage, f"expired on {passage.expires}"))
        elif passage.effective and passage.effective > day:
            found.setdefault(passage.document, _dated_caveat("not yet in force", passage, f"is in force from {passage.effective} on"))
    return tuple(found.values())


def _dated_caveat(kind: str, passage: Passage, why: str) -> Caveat:
    detail = f"{passage.document} › {passage.heading.rpartition(' > ')[2]} speaks of it and {why}"
    return Caveat.model_validate({"kind": kind, "documents": (passage.document,), "detail": detail})


def newer(chosen: Iterable[Scored], passages: Sequence[Passage], history: Sequence[Past], vectors: Vectors) -> tuple[Caveat, ...]:
    """A caveat for each page that changed after automation last spoke of the matter, unless it said what the page says now."""
    said = [past for past in history if past.role == "automation" and past.action in (None, "answer")]
    found: dict[str, Caveat] = {}
    for each in chosen:
        passage = passages[each.rank]
        before = [past for past in said if passage.changed_at and past.at < passage.changed_at]
        last = next((past for past in reversed(before) if _spoke_of(past, each, vectors)), None)
        if last and passage.document not in found:
            found[passage.document] = Caveat(kind="newer", documents=(passage.document,), detail=_since(passage, last.at))
    return tuple(found.values())


def _since(passage: Passage, at: datetime) -> str:
    return f"{passage.document} changed on {passage.changed_at:%Y-%m-%d %H:%M}, after the answer of {at:%Y-%m-%d %H:%M}"


def _spoke_of(past: Past, scored: Scored, vectors: Vectors) -> bool:
    """Whether an earlier answer has a sentence on the same matter and none that says the same word for word."""
    lines = [part for line in past.text.splitlines() for part in sentences(line)]
    if not lines or all(line.text in past.text for line in scored.unit.lines):
        return False
    return any(float(near) >= NEAR_MEANING for near in _nearness(scored.unit.text, lines, vectors))


def _nearness(text: str, lines: Sequence[str], vectors: Vectors) -> Iterator[float]:
    yield from (vectors.of(lines) @ vectors.of([text])[0]).tolist()
