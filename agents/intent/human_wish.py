"""Whether the words ask for a person, in English, German, French and Spanish.

Written against real chat: one word ("rep", "agent!!", "reprsentative"), no punctuation, capitals, slips of the keyboard ("tlak to somone");
and against false alarms: what was said to or by a person before ("our sales rep told us"), other agents and humans ("user agent", "human
resources"), who says that none is needed, and who only asks whether one is ("do I need to speak to an agent to …", "are you human?").
"""

import re
from functools import lru_cache

from agents.intent.human_patterns import AGAINST_BOTS, ALONE, DENIED, WANTING, WISH
from agents.intent.spelling import corrected

LONGEST_WORD_ALONE = 60
BEFORE, CLAUSE = 120, 60


@lru_cache(maxsize=256)
def wants_human(text: str) -> bool:
    """Whether the writer asks for a person, a call, or to be spared the bot. Pure, total, any language. A turn asks it of a text twice."""
    words = re.sub(r"\s+", " ", text).strip()
    if _asked(words):
        return True
    spelt = corrected(words)
    return spelt != words and _asked(spelt)


def _asked(words: str) -> bool:
    if len(words) <= LONGEST_WORD_ALONE and ALONE.fullmatch(words):
        return True
    return any(_meant(words, found) for found in WISH.finditer(words))


def _meant(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - BEFORE) : found.start()]
    if AGAINST_BOTS.search(found[0]) or WANTING.search(before[-CLAUSE:]):
        return True
    return not DENIED.search(before)
