"""Slips of the keyboard in the few words by which people ask for people. Everything else stays as it was written."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

SHORTEST, LONGEST = 4, 20
_MEANT = (
    "agent agents human humans person people someone somebody anyone anybody representative representatives operator operators advisor "
    "adviser "
    "assistant manager supervisor employee colleague specialist consultant customer service support speak speaking talk talking chat "
    "chatting "
    "contact contacting connect connected transfer please help with"
)
_REAL = (
    "steak arent gent speaks manage advise advised advisory advisors peaking peak colleagues peoples consultants specialists sneak "
    "agents gents regent argent urgent event parson persona personal persons personnel peopled humane human's speaks spear peak speck "
    "stalk talks "
    "walk tall tale talc take task tank balk chart cheat chats chap char that hat what coat cat chatted contacts contract contacted "
    "content "
    "connects connector connection connects transfers transferred services serviced serves supports supported customers custom manages "
    "managed "
    "managers manger operates operated plead pleased pleas pleases held heap helps hell yelp kelp halp assistants assist assistance "
    "employees "
    "employer employed speaker talker talkative anyones walking taking tanking asking stalking balking leaking sneaking charting "
    "cheating hating "
    "chanting coating"
)
_WORD = re.compile(r"[^\W\d_]+")


def corrected(text: str) -> str:
    """``text`` with words that are one slip (a letter more, less, other, or two swapped) off a word by which one asks for a person."""
    return _WORD.sub(lambda found: _nearest(found[0]), text)


@lru_cache(maxsize=20_000)
def _nearest(written: str) -> str:
    word = written.lower()
    known, real = _known()
    if not SHORTEST <= len(word) <= LONGEST or word in real:
        return written
    return next((meant for key in (word, *_shorter(word)) for meant in known.get(key, ()) if _one_slip(word, meant)), written)


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_slip(word: str, meant: str) -> bool:
    """Optimal string alignment distance of one; of words of four letters only a letter more, or two swapped, as others are too close."""
    if len(word) != len(meant):
        return len(meant) > SHORTEST or len(word) > len(meant)
    off = [at for at in range(len(word)) if word[at] != meant[at]]
    swapped = len(off) == 2 and off[1] == off[0] + 1 and word[off[0]] == meant[off[1]] and word[off[1]] == meant[off[0]]
    return swapped or (len(off) == 1 and len(meant) > SHORTEST)


@cache
def _known() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The words that are meant by themselves and by what is left of them without one letter; and the words that are no slips."""
    meant = _MEANT.split()
    found: dict[str, tuple[str, ...]] = {}
    for word in meant:
        for key in (word, *_shorter(word)):
            found[key] = (*found.get(key, ()), word)
    return found, frozenset((*meant, *_REAL.split()))
