"""Whether two texts are in the same of the languages that the product writes, told from their function words; and one put into English."""

import re
from functools import lru_cache

from agents.intent.glossary import in_english, language

_FUNCTION = {
    "en": """the a an is are was be and or of to in on for with within after not you your we our it this that from at by can will when if
          as per only must may no every each does do have has""",
    "de": """der die das den dem des ein eine einen einem einer und oder ist sind wird werden nicht kein keine für mit von bei auf im zum
          zur innerhalb wir sie ihr ihre ihren ihnen kann können nach über nur wenn""",
    "fr": """le la les un une des du de et ou est sont être à au aux en dans pour avec sur ne pas vous votre vos nous notre il elle cette
          ce peut peuvent après que qui jours""",
    "es": """el la los las un una unos del de y o es son ser al en para con sobre no usted su sus nosotros nuestro este esta puede pueden
          después que se días""",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION.items()}
_FURTHER = (
    (r"\b(?:jahres|jährliche[rns]?\s)[- ]?(?:tarife?n?|pläne?n?|abos?)\b", "annual plan"),
    (r"\b(?:monats|monatliche[rns]?\s)[- ]?(?:tarife?n?|pläne?n?|abos?)\b", "monthly plan"),
    (r"\btarife?[ns]?\b|\bplanes\b", "plan"),
    (r"\bbinnen\b|\binnerhalb(?: von)?\b|\bdans un délai de\b|\ben un plazo de\b", "within"),
    (r"\bvoll(?:ständig)?\b|\bintégralement\b|\bíntegramente\b", "in full"),
    (r"\bteilweise\b|\bpartiellement\b|\bparcialmente\b", "in part"),
    (r"\bgeht es um\b|\bse trata del?\b|\bs['’]agit-il d\w*\b", "is it about"),
    (r"\bgespeichert\b|\baufbewahrt\b|\bconservé(?:e?s?)\b", "kept"),
    (r"\bimmer\b|\btoujours\b|\bsiempre\b", "always"),
    (r"\bnur\b|\bseule?s?\b|\bseulement\b|\buniquement\b|\bsolo\b|\bsólo\b|\bsolamente\b", "only"),
)
"""What a statement of rules turns on, and the glossary of messages lacks or takes for filling."""
FUNCTION_WORDS = frozenset().union(*_WORDS.values())
_WORD = re.compile(r"[^\W\d_]+")


def same_language(one: str, other: str) -> bool:
    """Also True where either has no function word that tells."""
    mine, theirs = told(one), told(other)
    return mine is None or theirs is None or mine == theirs


@lru_cache(maxsize=2_000)
def told(text: str) -> str | None:
    """The language with most of the text's function words; None without any, English where another has no more."""
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else None


def english(text: str) -> str:
    """The text word by word in English; what is not known stays as it is."""
    code = told(text) or language(text)
    if code == "en":
        return text
    for pattern, word in _FURTHER:
        text = re.sub(pattern, word, text, flags=re.IGNORECASE)
    return in_english(text, code)
