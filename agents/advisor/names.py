"""Proper names in a sentence: of people, companies, places, products. In German, where every noun has a capital, a name shows otherwise."""

import re
from collections.abc import Iterator

from agents.advisor.language import told

_MIDDLE = re.compile(r"(?<=[\w,;:)\"'’%-] )[A-ZÀ-Þ][\w'’-]+|\b[A-Z]{2,}\b|\b[A-Z][a-z]+[A-Z]\w+")
_CODED = re.compile(r"\b[A-Z]{2,}\b|\b[A-Z][a-z]+[A-Z]\w+")
_BEGINS = re.compile(r"^\W*([A-ZÀ-Þ][a-zà-ÿ'’-]+)(?= (?:will|would|has|is|was|can|and [A-Z]|from|wird|ist|hat|kann|va|est|a|será|es|ha)\b)")
_TITLED = re.compile(r"\b(?:Herrn?|Frau|Mr|Mrs|Ms|Dr|Prof|Firma|M|Mme|Monsieur|Madame|Sr|Sra|Señor|Señora)\.? ([A-ZÀ-Þ][\w'’-]+)")
_RUN = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)+")
_BARE = re.compile(r"\b(?:von|mit|bei|an|durch|und|nach|aus|in) ([A-ZÀ-Þ][a-zà-ÿß]+)(?= |[.,;!?]|$)")
_NOUN = re.compile(
    r"(?:ung|heit|keit|schaft|tion|tät|nis|ling|tum|ment|age|ik|ismus|ei|en|er|e|tag|jahr|monat|woche|preis|plan|platz|zeit|zahl|recht|mal"
    r"|bot|eld)s?$",
    re.IGNORECASE,
)
_COMMON = frozenset(
    re.findall(
        r"[^\s]+",
        """us-dollar us usd eur euro euros dollar dollars pdf faq id ok tv pc e-mail i i'm sie ihr ihre ihnen ihrem ihren ihrer herr herrn
        frau mr mrs ms dr prof firma monsieur madame m mme sr sra señor señora what when where which who why how this these it we you
        they he she yes no there if a an the all each every our your der die das ein eine wir er es man dies diese unser unsere unserer
        unserem unseren für im in am bei mit und nous vous il elle on ce la le les un une el los las usted nosotros lunes monday tuesday
        wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag january february march
        april may june july august september october november december januar februar märz mai juni juli oktober dezember
        welche welcher welches welchen welchem""",
    )
)


def names(sentence: str) -> set[str]:
    """Capitalised words within the sentence, its first word where it is plainly somebody who acts, acronyms, camel case. In German: after a
    title, several in a row, and after a preposition without an article what does not end like a noun."""
    found = set(_german(sentence) if told(sentence) == "de" else (*_MIDDLE.findall(sentence), *_BEGINS.findall(sentence)))
    return {name for name in (each.strip("'’-") for each in found) if name and name.lower() not in _COMMON}


def _german(sentence: str) -> Iterator[str]:
    yield from _CODED.findall(sentence)
    yield from _TITLED.findall(sentence)
    for run in _RUN.finditer(sentence):
        words = [word for word in run[0].split() if word.lower() not in _COMMON][1:]
        yield from (word for word in words if run.start() or not _NOUN.search(word))
    yield from (name for name in _BARE.findall(sentence) if not _NOUN.search(name))
    yield from (name for name in _BEGINS.findall(sentence) if not _NOUN.search(name))
