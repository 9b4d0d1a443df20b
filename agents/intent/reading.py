"""A message cut into what is read by itself: its body without greeting and closing, and the sentences of that body."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.intent.glossary import in_english, language
from core.value import Span

MAX_CHARACTERS = 20_000
MAX_PIECES = 24
WRAPPED = 45
CLAUSE, REST, CLOSE = 3, 3, 120
_STOPS = '.!?…"”’»)]'
_GREETING = re.compile(
    r"\s*(?:hi|hiya|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|servus"
    r"|liebe[rs]?|"
    r"sehr geehrte[rs]?|bonjour|bonsoir|salut|madame|monsieur|chère?s?|hola|buen[oa]s(?: (?:d[ií]as|tardes|noches))?|estimad[oa]s?)\b"
    r"(?:(?: +(?:(?:mr|mrs|ms|dr|prof|sr|sra|hr|fr)\.|[\w'’/&-]+)){0,7}? *(?:[,!.:]+|[–-]+(?= ))(?:\s+|$)"
    r"|(?: +[\w.'’/&-]+){0,3} *(?:\n\s*|$))",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:^|\n)[ \t]*(?:(?:many |best |kind(?:est)? |warm |with (?:best |kind )?)?"
    r"(?:thanks|thank you|thx|regards|wishes|cheers|sincerely|yours (?:sincerely|faithfully|truly)|best|mit freundlichen grüßen|"
    r"mit freundlichem gruß|(?:viele|beste|liebe|freundliche|schöne) grüße|gruß|danke|vielen dank|mfg|(?:bien )?cordialement|merci|"
    r"salutations|bien à vous|(?:un )?saludos?|atentamente|(?:muchas )?gracias)"
    r"(?: (?:again|in advance|and (?:best |kind )?regards|und grüße|cordial(?:es|ement)?|so much|very much|d'avance|im voraus"
    r"|de antemano))?)"
    r"[ \t]*[,.!]*[ \t]*(?:\n[^\n]{0,80}){0,8}\s*$",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"\W*(?:(?:many |kind |best )?(?:thanks|thank you|thx|cheers|regards|please|pls|hi|hello|hey|sorry|ok|okay|great"
    r"|(?:good )?(?:morning|afternoon|evening)|"
    r"danke|vielen dank|hallo|bitte|merci|bonjour|gracias|hola)(?: (?:again|you|so much|very much|in advance|all|team|there|everyone|"
    r"im voraus|d'avance|beaucoup|schön|sehr|for your (?:help|time|support|understanding|reply)))*"
    r"|(?:i |we )?(?:hope|trust) (?:this|you|all)\b[^.?!\n]{0,60}|looking forward to (?:hearing|your)\b[^.?!\n]{0,60})\W*",
    re.IGNORECASE,
)
_ASKING = (
    r"how|what|when|where|why|who|which|can|could|would|will|is|are|do|does|did|have|has|was|i|we|my|our|please|pls|there"
    r"|add|book|buy|call|cancel|change|check|close|confirm|delete|explain|find|get|give|help|increase|let|look|lower|make|move|need|open|order|pay|play"
    r"|provide|put|read|refund|remind|remove|reset|return|schedule|search|send|set|show|start|stop|tell|transfer|turn|update|want"
    r"|auch|außerdem|bitte|wie|wann|wo|was|warum|wieso|wer|können|könnten|kann|ich|wir|mein\w*|unser\w*|brauche\w*|möchte\w*|schick\w*|send\w+|sagen"
    r"|aussi|comment|pouvez|pourriez|je|nous|où|quand|pourquoi|combien|quel\w*|est-ce|mon|ma|notre|envoyez|il"
    r"|también|cómo|cuándo|cuánto|dónde|qué|pueden?|podr[ií]a\w*|quier\w+|quer\w+|necesit\w+|mi|mis|nuestr\w+|envíe\w*"
)
_BREAK = re.compile(
    r"(?<=[.!?…])[\"”’»)\]]*\s+(?=\S)|[ \t]{0,9}\n\s*|;\s{1,3}(?=\S)"
    r"|[,;]?\s{1,3}(?=(?:(?:and|oh|und|et|y) (?:also|auch|außerdem|aussi|también)|also|additionally|besides|btw|by the way|(?:one more|another) thing"
    r"|außerdem|zusätzlich|übrigens|de plus|par ailleurs|además|por otro lado),? "
    r"(?!(?:ha[sd]|have|is|was|are|were|be|been|gets?|got|did|does|not|wants?|needs?|seems?|says?|works?|auch|noch)\b))"
    rf"|[,;]?\s{{1,3}}(?=(?:and|but|plus|und|aber|et|mais|y|pero) (?:then |now )?(?:{_ASKING})\b)",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:i|we|you|it|they|he|she|that|can|could|would|will|is|are|was|were|have|has|had|do|does|did|but|and|should|may)$", re.IGNORECASE
)
_SHORTENED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|no|nr|dr|mr|mrs|ms|st|art|abs|z\.\s?b|d\.\s?h|bzw|ca|tel|inc|ltd|p|n)|\b[A-Z])\.$", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s")
_MARKS = re.compile(r"^(?:\s*(?:re|aw|antw|fwd?|wg|tr|rv|sv)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_PICTURES = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")
_LETTER = re.compile(r"\w")


class Piece(NamedTuple):
    """A sentence, or a few of a very long text: half-open range in the message, and the words."""

    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return Span(start=self.start, end=self.end)


class Reading(NamedTuple):
    """``whole`` is the body; ``pieces`` are its sentences, one at least, at most ``MAX_PIECES``. ``units`` are the texts to be judged, in
    English words: subject and body, then, when there are several, the pieces. ``titled``: there is a subject."""

    whole: Piece
    pieces: tuple[Piece, ...]
    units: tuple[str, ...]
    titled: bool = False

    def only(self, kept: Sequence[int]) -> "Reading":
        """These pieces alone, without the subject; they are one text as far as they are judged together."""
        pieces = tuple(self.pieces[at] for at in kept)
        if len(self.units) == 1:
            return Reading(self.whole, pieces, (in_english(plain(self.whole.text), language(self.whole.text)),))
        told = [self.units[1 + at] for at in kept]
        return Reading(self.whole, pieces, (" ".join(told), *(told if len(told) > 1 else ())))


def read(text: str, subject: str = "", most: int = MAX_PIECES) -> Reading:
    """Cut a message. What is only a greeting, or only thanks, is kept as it stands; beyond ``MAX_CHARACTERS`` nothing is read.

    Answer and forward marks of the subject are dropped. There are at most ``most`` pieces.
    """
    text = text[:MAX_CHARACTERS]
    whole = _body(text)
    found = [piece for piece in _sentences(text, whole.start, whole.end) if len(_LETTER.findall(piece.text)) > 1]
    telling = [piece for piece in found if not _COURTESY.fullmatch(piece.text)]
    pieces = tuple(_merged(text, telling or found or [whole], most))
    title = _MARKS.sub("", subject).strip()
    told = f"{title}\n\n{whole.text}" if title else whole.text
    code = language(told)
    texts = [told, *(piece.text for piece in pieces)] if len(pieces) > 1 else [told]
    return Reading(whole, pieces, tuple(in_english(plain(part), code) for part in texts), bool(title))


def body(text: str) -> str:
    """``text`` without greeting and closing: what ``read`` has judged as a whole, below its subject."""
    return _body(text[:MAX_CHARACTERS]).text


def plain(text: str) -> str:
    """The words: HTML entities as their signs, nothing invisible, no pictures beside words, full-width letters and ligatures as common ones."""
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        return text
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    words = _PICTURES.sub(" ", seen).strip()
    return words if _LETTER.search(words) else seen


def _body(text: str) -> Piece:
    greeting = _GREETING.match(text)
    start = greeting.end() if greeting else 0
    closing = _CLOSING.search(text, start)
    end = closing.start() if closing else len(text)
    body = _trimmed(text, start, end)
    return body if _LETTER.search(body.text) else _trimmed(text, 0, len(text))


def _trimmed(text: str, start: int, end: int) -> Piece:
    part = text[start:end]
    told = part.lstrip().lstrip(",;").strip() or part.strip()
    start += part.find(told)
    return Piece(start, start + len(told), told)


def _sentences(text: str, start: int, end: int) -> Iterator[Piece]:
    begin = start
    for found in _BREAK.finditer(text, start, end):
        if _ends(text, begin, found):
            yield _trimmed(text, begin, found.start())
            begin = found.end()
    yield _trimmed(text, begin, end)


def _ends(text: str, begin: int, found: re.Match[str]) -> bool:
    """Whether a sentence ends at this break: not after an abbreviation, not where a line was only wrapped; a clause, when it is long."""
    before = text[max(begin, found.start() - CLOSE) : found.start()]
    if "\n" not in found[0]:
        return (
            not _SHORTENED.search(before[-12:])
            if before[-1:] in _STOPS
            else _clause(before[-CLOSE:], text[found.end() : found.end() + CLOSE])
        )
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    following = text[found.end() : found.end() + 4]
    return found[0].count("\n") > 1 or len(line) < WRAPPED or line[-1:] in ".!?:;…" or bool(_ITEM.match(following))


def _clause(before: str, after: str) -> bool:
    """Whether what a conjunction or a comma parts can stand by itself on both sides."""
    rest = re.split(r"[.!?\n]", after, maxsplit=1)[0]
    return len(before.split()) >= CLAUSE and len(rest.split()) >= REST and not _WITHIN.search(before)


def _merged(text: str, pieces: list[Piece], most: int) -> Iterator[Piece]:
    """Neighbours put together until there are no more than ``most``."""
    size = -(-len(pieces) // most)
    for at in range(0, len(pieces), size):
        group = pieces[at : at + size]
        yield _trimmed(text, group[0].start, group[-1].end)
