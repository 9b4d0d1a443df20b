"""What a sentence says that its passage has no word for: invented tails, other events, "only" and "always" where the page has none."""

import re
from collections.abc import Callable, Iterator, Sequence

from agents.advisor.language import FUNCTION_WORDS
from agents.advisor.words import stem

SHARE = 0.13
SYNONYM = 0.7
ROOT = 5
Similar = Callable[[str, Sequence[str]], float]
"""How near in meaning a word is to the nearest of some words, at most 1."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PARTS = re.compile(r"[,;:()–—]|\b(?:and|or|as well as|plus|but|while|und|oder|et|ou|y|o)\b")
_LIGHT = frozenset(
    re.findall(
        r"\S+",
        """a able about above after again ago ahead all allow allowed allows along already also although always am amount an and another
        any anybody anyone anything are around as ask asked asking asks at available away back be became because become becomes
        been before being below between bit both bring brought but by came can cannot come comes contact cost costs could
        customer customers dear did different do does doing dollar dollars done due during each eight either else enough euro
        euros even ever every everybody everyone few fifteen fifty find finds first five for forty found four fourteen from
        further gave get gets getting give given gives giving go goes going gone good got had happen happens happy has have
        having hear hello help her here him his how hundred i if in include included includes including instead into is it its
        itself just keep kept kindly last later least less let like likes long longer made make makes making many may me mean
        means meant might more most much must my need needed needs neither never new next nine ninety no nobody none nor not
        note nothing now of off often on once one only open or other others our out over own pay per please possible price put
        question rather receive receives run runs said same say says see send sends seven several shall she should show shown
        shows since six sixty so some somebody someone something soon sooner sorry stay stays still such sure take taken takes
        tell ten than thank thanks that the their them then there therefore these they thing things thirty this those three
        through thus till to together told too took towards tried tries try trying twelve twenty two under unfortunately until
        up us use used uses using usually very want was way we well went were what whatever when whenever where whether which
        while who whole whom whose why will wish with within write without work works would yes yet you your yours yourself""",
    )
)
_DEMANDED = {
    "only": (r"only|solely|exclusively|nothing but|no one but", r"only|solely|exclusively|nothing but|must be"),
    "always": (
        r"always|forever|permanently|indefinitely|unlimited(?:ly)?|for ever",
        r"always|forever|permanent\w*|indefinite\w*|unlimited|every",
    ),
    "part": (r"in part|partly|partially|partial|half", r"part|partly|partial\w*|half|pro[- ]rata"),
    "full": (r"in full|fully|full|completely|entirely|all of the", r"full|fully|complete\w*|entire\w*|whole|all|every"),
    "all": (r"(?<!\bat )all(?! of the)", r"all|every|each|any|both"),
    "at once": (r"immediately|at once|instantly|right away|straight away", r"immediate\w*|at once|instant\w*|right away|straight away"),
}
_BOLD = {name: tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in both) for name, both in _DEMANDED.items()}
_EVENT = re.compile(
    r"\b(\d+(?:[- ](?:business|working|calendar|full))?[- ][a-z]+s?) (?:of|after|before|from|following|since|until) "
    r"(?:(?:the|an?|your|our|its|their|this|that|you|we|it|is|has|have|been|was|were|date|day|on|of|which|these|those) )*([^\W\d_]+)",
    re.IGNORECASE,
)


def unfounded(sentence: str, source: str, known: str, similar: Similar) -> str | None:
    """Why ``source``, a passage with its heading, does not carry all that the sentence says; None when it does.

    A word of content is strange when neither the source nor what is ``known`` beside has one of its stem or near in meaning. At most
    ``SHARE`` of them may be; of what stands between two commas or after "and" not more than half may lack in the source itself.
    """
    strong = next((name for name, (said, there) in _BOLD.items() if said.search(sentence) and not there.search(source)), None)
    if strong:
        return f"the passage does not say {strong}"
    said, own = weighty(sentence), _Vocabulary(source, similar)
    if not said:
        return "nothing in it can be looked up"
    also = _Vocabulary(f"{source}\n{known}", similar)
    strange = [word for word in said if word not in also]
    if len(strange) > SHARE * len(said):
        return f"the passage has nothing of {', '.join(strange)}"
    return next((f"the passage has nothing of {', '.join(part)}" for part in _invented(sentence, own)), None)


def other_event(sentence: str, lines: Sequence[str], similar: Similar) -> str | None:
    """ "Within 30 days of" something else than what the lines with 30 days speak of."""
    for counted, event in _EVENT.findall(sentence):
        number, unit = re.split(r"[- ]", counted)[0], re.split(r"[- ]", counted)[-1].rstrip("s").lower()
        having = " \n".join(line for line in lines if re.search(rf"\b{number}\b", line) and unit in line.lower())
        if having and event.lower() not in _LIGHT and event not in _Vocabulary(having, similar):
            return f"{counted} is not counted from {event}"
    return None


def lacking(sentence: str, known: str) -> list[str]:
    """The words of content of which ``known`` has neither the stem nor the root."""
    vocabulary = _Vocabulary(known, _unlike)
    return [word for word in weighty(sentence) if word not in vocabulary]


def _unlike(_word: str, _words: Sequence[str]) -> float:
    return 0.0


def weighty(text: str) -> list[str]:
    """The words of content, lower-case, in order, each once; numbers are none."""
    words = (re.sub(r"['’]s?$", "", word) for word in _WORD.findall(text.lower()))
    return [word for word in dict.fromkeys(words) if len(word) > 1 and word not in _LIGHT and word not in FUNCTION_WORDS]


def _invented(sentence: str, own: "_Vocabulary") -> Iterator[list[str]]:
    for part in _PARTS.split(sentence):
        said = weighty(part)
        strange = [word for word in said if word not in own]
        if 2 * len(strange) > len(said):
            yield strange


class _Vocabulary:
    """The words of a text, one being in it by its stem, its root or its meaning."""

    def __init__(self, text: str, similar: Similar) -> None:
        self._words = list(dict.fromkeys(_WORD.findall(text.lower())))
        self._stems = {stem(word) for word in self._words}
        self._roots = {word[:ROOT] for word in self._words if len(word) >= ROOT}
        self._similar = similar

    def __contains__(self, word: object) -> bool:
        low = str(word).lower()
        known = low in self._words or stem(low) in self._stems or (len(low) >= ROOT and low[:ROOT] in self._roots)
        return known or self._similar(low, [each for each in self._words if each not in FUNCTION_WORDS]) >= SYNONYM
