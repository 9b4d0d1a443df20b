"""Text that addresses a machine instead of the people who read mail: found, and set aside as quotes and signatures are.

Nothing that decides reads what is set aside; people see it. Works on sentences. A sentence that speaks to a machine (a family of
``instruction_patterns.STRONG``, or several weak ones together) is set aside, and from there everything up to the nearest sentence of its
paragraph that speaks of the company's business. Paragraphs between two such places go too, unless they do so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from agents.intent.human_wish import wants_human
from graph.instruction_patterns import EXAMPLE, EXECUTIVE, MEDIUM, SAID, STRONG, WEAK

Relevant = Callable[[str], bool]
"""Whether a sentence speaks of the company's business: what the intent agent is sure of."""


def nothing_known(sentence: str) -> bool:  # noqa: ARG001 - a ``Relevant``
    """Where nobody can say what the company's business is, nothing beside an instruction is kept in its paragraph."""
    return False


MAX_SEARCHED = 40_000
MAX_ASKED = 24
MANY_WEAK = 3
WRAPPED = 45
SHORT = 160
ODD = frozenset({"machine", "limits", "role"})
_SENTENCE = re.compile(r"(?<=[.!?…])(?:(?:[ \t\u00a0]?[\"”’»)\]*])+(?:[ \t]+|(?=\n|\Z))|[ \t]+)|\n\s*")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SIGNAL = re.compile(r"\w")
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТХУІЅЈавекмнорстхуіѕјԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχɑɡıⅼ",
    "ABEKMHOPCTXYISJabekmhopctxyisjdqwhlABEZHIKMNOPTYXabeiknoptuxagil",
)


class Piece(NamedTuple):
    """A sentence or a line: half-open range of the text, and the number of its paragraph."""

    start: int
    end: int
    paragraph: int


class Parted(NamedTuple):
    """The text without what addresses a machine; that, in order; and why, one family a time."""

    text: str
    instructions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def without_instructions(text: str, relevant: Relevant = nothing_known) -> Parted:
    """Part ``text``. ``relevant`` is asked only beside a sentence that addresses a machine, at most ``MAX_ASKED`` times.

    Beyond ``MAX_SEARCHED`` characters nothing is searched, as nothing beyond is read. What is not set aside stays as it was, to the letter.
    """
    pieces = list(_pieces(text[:MAX_SEARCHED]))
    folded = fold(text)
    found = [_families(_without_examples(folded[piece.start : piece.end])) for piece in pieces]
    hits = _hits(found)
    if len(hits) == 1 and all(_only_wants_a_person(folded[pieces[at].start : pieces[at].end], found[at]) for at in hits):
        return Parted(text)
    if not hits:
        return Parted(text)
    gone = _grown(pieces, found, hits, _Asked(text, pieces, found, relevant))
    reasons = dict.fromkeys(name for at in sorted(hits) for name in (*found[at].strong, *found[at].medium))
    kept, set_aside = _cut(text, pieces, gone)
    return Parted(kept, set_aside, tuple(reasons) or ("speaks to a machine",))


def without_instructions_in_line(line: str) -> Parted:
    """A subject or another single line: from the first sign on, all of it is set aside."""
    folded = _without_examples(fold(line))
    first = min((found.start() for family in STRONG if (found := family.pattern.search(folded))), default=len(line))
    reasons = tuple(family.name for family in STRONG if family.pattern.search(folded))
    return Parted(line[:first].rstrip(" ,;:–-"), (line[first:],), reasons) if reasons else Parted(line)


def fold(text: str) -> str:
    """``text`` as it is searched, sign by sign: full-width and mathematical forms, Cyrillic and Greek look-alikes as Latin letters."""
    if text.isascii():
        return text
    return "".join(_folded(sign) for sign in text).translate(_LOOKALIKES)


def _folded(sign: str) -> str:
    if sign < "\u0250":
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    return plain if len(plain) == 1 else sign


def _without_examples(sentence: str) -> str:
    """``sentence`` with blanks for what it only gives as an example, in quotation marks ("texts such as …"): talk about such texts."""
    return SAID.sub(lambda found: " " * len(found[0]), sentence) if EXAMPLE.search(SAID.sub(" ", sentence)) else sentence


class _Found(NamedTuple):
    strong: tuple[str, ...]
    medium: tuple[str, ...]
    weak: frozenset[str]


def _families(sentence: str) -> _Found:
    strong, medium, weak = (tuple(family.name for family in group if family.pattern.search(sentence)) for group in (STRONG, MEDIUM, WEAK))
    return _Found(strong, medium, frozenset(weak))


def _hits(found: Sequence[_Found]) -> set[int]:
    """Sentences with a strong sign, or in which several weak ones meet; and with a medium one, unless the whole message is of that kind:
    who only asks for a joke makes conversation.
    """
    sure = {at for at, each in enumerate(found) if each.strong or len(each.weak) >= MANY_WEAK}
    likely = {at for at, each in enumerate(found) if each.medium} - sure
    return sure | likely if sure or len(likely) < len(found) else sure


def _only_wants_a_person(sentence: str, families: _Found) -> bool:
    """ "Forget your script and give me a human": whoever asks for a person gets one; such a sentence can bring about nothing else."""
    rude = families.strong == ("overrides instructions",) and len(sentence) <= SHORT
    return rude and wants_human(sentence) and not EXECUTIVE.search(sentence)


def _pieces(text: str) -> Iterator[Piece]:
    begin = 0
    for number, end in enumerate([*(found.end() for found in _PARAGRAPH.finditer(text)), len(text)]):
        at = begin
        for stop in [*(found.end() for found in _SENTENCE.finditer(text, begin, end) if _ends(text, found)), end]:
            if _SIGNAL.search(text, at, stop):
                yield Piece(at, stop, number)
                at = stop
        begin = end


def _ends(text: str, found: re.Match[str]) -> bool:
    """Whether a sentence ends at this break: a line that was only wrapped goes on."""
    if "\n" not in found[0]:
        return True
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].rstrip()
    return len(line) < WRAPPED or line[-1:] in ".!?:;…}]" or not text[found.end() : found.end() + 1].isalnum()


class _Asked:
    """``relevant``, asked once a sentence and not too often; not asked, or with a sign of its own, a sentence is not relevant."""

    def __init__(self, text: str, pieces: Sequence[Piece], found: Sequence[_Found], relevant: Relevant) -> None:
        self._text, self._pieces, self._found, self._relevant = text, pieces, found, relevant
        self._known: dict[int, bool] = {}

    def __call__(self, at: int) -> bool:
        if self._found[at].weak & ODD:
            return False
        if at not in self._known:
            piece = self._pieces[at]
            self._known[at] = len(self._known) < MAX_ASKED and self._relevant(self._text[piece.start : piece.end].strip())
        return self._known[at]


def _grown(pieces: Sequence[Piece], found: Sequence[_Found], hits: set[int], asked: _Asked) -> set[int]:
    """The hits, and what belongs to them."""
    paragraphs: dict[int, list[int]] = {}
    for at, piece in enumerate(pieces):
        paragraphs.setdefault(piece.paragraph, []).append(at)
    reached = sorted({pieces[at].paragraph for at in hits})
    gone = set(hits).union(*(_around(paragraphs[number], hits, asked) for number in reached))
    for number in _beside(paragraphs, found, reached):
        if not any(asked(at) for at in paragraphs[number]):
            gone.update(paragraphs[number])
    return gone


def _beside(paragraphs: Mapping[int, Sequence[int]], found: Sequence[_Found], reached: Sequence[int]) -> Iterator[int]:
    """Paragraphs between those that were reached; and the neighbours outside them, as long as each has a weak sign."""
    numbers = list(paragraphs)
    first, last = numbers.index(reached[0]), numbers.index(reached[-1])
    odd = lambda at: any(found[piece].weak for piece in paragraphs[numbers[at]])  # noqa: E731
    yield from (number for number in numbers[first + 1 : last] if number not in reached)
    yield from (numbers[at] for at in takewhile(odd, range(first - 1, -1, -1)))
    yield from (numbers[at] for at in takewhile(odd, range(last + 1, len(numbers))))


def _around(inside: Sequence[int], hits: set[int], asked: _Asked) -> Iterator[int]:
    """Sentences of one paragraph from its first hit to its last, and outwards from there to the nearest relevant one."""
    own = [at for at in inside if at in hits]
    first, last = own[0], own[-1]
    while first > inside[0] and not asked(first - 1):
        first -= 1
    while last < inside[-1] and not asked(last + 1):
        last += 1
    return (at for at in range(first, last + 1))


def _cut(text: str, pieces: Sequence[Piece], gone: set[int]) -> tuple[str, tuple[str, ...]]:
    """The rest, its paragraphs as they were; and what went, neighbours joined."""
    kept: list[str] = []
    out: list[str] = []
    at = 0
    for number in sorted(gone):
        piece = pieces[number]
        kept.append(text[at : piece.start])
        if out and text[at : piece.start].strip() == "":
            out[-1] += text[at : piece.end]
        else:
            out.append(text[piece.start : piece.end])
        at = piece.end
    kept.append(text[at:])
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip(), tuple(part.strip() for part in out)
