"""German, French and Spanish put into English word by word, so that an encoder that was taught English sees what a message is about."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from agents.intent.glossary_words import WORDS

LANGUAGES = ("de", "fr", "es")
SHORTEST_STEM, SHORTEST_REST = 4, 4
FEW_WORDS = 12
LONGEST_WORD = 40
_TOKEN = re.compile(r"[^\W\d_]+|\d[\d.,:]*|[^\w\s]")
_JOINTS = ("", "s", "es", "n", "en", "er", "e")
_MARKS = {
    "de": "ich wir sie ihr der das den dem ein eine einen und oder nicht kein keine ist sind wird werden wurde hat haben habe kann konnen bitte "
    "wie wann warum wer fur mit von zu zum zur im am auf bei nach noch schon auch uns mir mich unser unsere ihre es gibt seit bis dass wenn um als die nur vom mein meine brauche mochte will immer",
    "fr": "je nous vous il elle le la les un une des du et ou ne pas est sont etait avons avez ont peut pouvez comment quand pourquoi qui que quel "
    "quelle pour avec sur dans au aux notre nos votre vos mon ma mes ce cette si depuis encore deja etre faire j l d c qu svp bonjour merci seulement juste besoin voudrais toujours",
    "es": "yo el la los las un una de del y o no es son esta estan fue tengo tenemos tiene puede pueden podria quiero queremos como cuando cuanto "
    "que quien por para con en al mi mis nuestro nuestra su sus este si mas desde ya me nos se lo le hay porque hola gracias favor solo necesito quisiera todavia",
    "en": "i we you he it they the a an and or not is are was were be been have has had do does did can could would will should how when why who "
    "what which for with from to of in on at by this that our your my me us please thanks if any there just still need want get as but so no",
}


class Glossary(NamedTuple):
    """One language's ``words``, ``stems`` and ``phrases`` (tuples of words) → English."""

    words: dict[str, str]
    stems: dict[str, str]
    phrases: dict[tuple[str, ...], str]


def language(text: str) -> str:
    """``de``, ``fr``, ``es`` or ``en`` by the function words in ``text``; ``en`` when they do not tell."""
    words = _folded(text).split()
    counts = {code: sum(word in marks for word in words) for code, marks in _marks().items()}
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    if counts[best] <= 1 and not counts["en"] and len(words) <= FEW_WORDS:
        return _known(words)
    return best if counts[best] > 1 else "en"


def _known(words: list[str]) -> str:
    """The language whose glossary knows most of a few words, and more than half, that are no English ones."""
    foreign = [word for word in words if len(word) > SHORTEST_REST - 1 and not any(word.startswith(english) for english in _english())]
    known = {code: {word for word in words if word in _marks()[code] and word not in _marks()["en"]} for code in LANGUAGES}
    counts = {code: len(known[code] | {word for word in foreign if _word(word, _glossary(code)) is not None}) for code in LANGUAGES}
    best = max(counts, key=lambda code: counts[code])
    return best if 2 * counts[best] > len(words) else "en"


def in_english(text: str, code: str) -> str:
    """``text`` of language ``code`` with every known word replaced; unknown words, names and figures stay. Other languages: unchanged."""
    if code not in LANGUAGES:
        return text
    return " ".join(part for part in _translated(_TOKEN.findall(text), _glossary(code)) if part)


def _translated(tokens: list[str], glossary: Glossary) -> Iterator[str]:
    folded = [_fold(token) for token in tokens]
    letters = [at for at, token in enumerate(folded) if token[:1].isalpha()]
    place = {at: order for order, at in enumerate(letters)}
    skip = -1
    for at, token in enumerate(tokens):
        if at <= skip:
            continue
        if at not in place:
            yield token if token[0].isdigit() or token in "?!.,;:€$£" else ""  # noqa: S105 - a word, no secret
            continue
        ahead = letters[place[at] : place[at] + 4]
        size = _phrase(tuple(folded[next] for next in ahead), glossary)
        if size:
            skip = ahead[size - 1]
            yield glossary.phrases[tuple(folded[next] for next in ahead[:size])]
        else:
            english = _word(folded[at], glossary)
            yield token if english is None else english


def _phrase(ahead: tuple[str, ...], glossary: Glossary) -> int:
    """How many of the words ahead are one phrase; 0 when none."""
    return next((size for size in range(len(ahead), 1, -1) if ahead[:size] in glossary.phrases), 0)


def _word(word: str, glossary: Glossary) -> str | None:
    """English for one word: exactly, by its longest stem with what follows of a compound, or by a stem within; None when unknown."""
    if word in glossary.words or len(word) > LONGEST_WORD:
        return glossary.words.get(word)
    for end in range(len(word), SHORTEST_STEM - 1, -1):
        if word[:end] in glossary.stems:
            return " ".join(filter(None, (glossary.stems[word[:end]], _rest(word[end:], glossary))))
    for begin in range(3, len(word) - SHORTEST_STEM - 1):
        for end in range(len(word), begin + SHORTEST_STEM, -1):
            if word[begin:end] in glossary.stems:
                return glossary.stems[word[begin:end]]
    return None


def _rest(rest: str, glossary: Glossary) -> str | None:
    for joint in _JOINTS:
        part = rest.removeprefix(joint)
        if rest.startswith(joint) and len(part) >= SHORTEST_REST:
            if part in glossary.words:
                return glossary.words[part]
            for end in range(len(part), SHORTEST_REST - 1, -1):
                if part[:end] in glossary.stems:
                    return glossary.stems[part[:end]]
    return None


def _fold(text: str) -> str:
    """Lower case without accents; ``ß`` as ``ss``."""
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", _fold(text)))


@cache
def _marks() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _MARKS.items()}


@cache
def _english() -> frozenset[str]:
    return frozenset(word for line in WORDS.strip().splitlines() for word in line.split("|")[0].split() if len(word) >= SHORTEST_STEM)


@cache
def _glossary(code: str) -> Glossary:
    glossary = Glossary({}, {}, {})
    for line in WORDS.strip().splitlines():
        english, *columns = (part.strip() for part in line.split("|"))
        for form in columns[LANGUAGES.index(code)].split():
            _enter(glossary, form, "" if english == "-" else english)
    return glossary


def _enter(glossary: Glossary, form: str, english: str) -> None:
    if "_" in form:
        glossary.phrases.setdefault(tuple(form.split("_")), english)
    elif form.endswith("*"):
        glossary.stems.setdefault(form[:-1], english)
    elif form != "-":
        glossary.words.setdefault(form, english)
