"""Whether two texts are in the same of the languages that the product writes, told from their function words."""

import re
from functools import lru_cache

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
