"""Regulated topics: which one a message is about, by its intent or by the words that occur in it."""

import re
import unicodedata
from functools import lru_cache

from policy.schema import Policy


def topic_in(policy: Policy, text: str) -> str | None:
    """The first topic with a phrase in ``text``: whole words, upper and lower case alike, accents kept."""
    plain = _plain(text)
    return next((name for name, topic in policy.regulated.items() if topic.phrases and _pattern(topic.phrases).search(plain)), None)


def topic_of(policy: Policy, intent: str | None, found: str | None) -> str | None:
    """The first topic, in the order of the file, that lists ``intent`` or is ``found`` in the text."""
    return next(
        (name for name, topic in policy.regulated.items() if name == found or (intent is not None and intent in topic.intents)), None
    )


@lru_cache(maxsize=256)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    words = (r"\s+".join(re.escape(word) for word in _plain(phrase).split()) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(word for word in words if word)})(?!\w)")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
