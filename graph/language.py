"""Which language a text is in (py3langid: 140 languages, naive Bayes over byte n-grams)."""

import re
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

KNOWN = re.findall(
    r"\w+",
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt ro ru sk sl sq sr sv ta th tr uk ur vi zh",
)
SURE = 0.9
MIN_LETTERS = 12
MIN_LETTERS_OTHER = 24
MAX_TEXT = 2_000
_NO_LANGUAGE = re.compile(r"https?://\S{1,2000}|\S{1,200}@\S{1,200}|\b[\w-]*\d[\w-]*\b|[<>{}\[\]|=_*#`~^\\/]")
_LETTERS = re.compile(r"[^\W\d_]")
_LOADING = Lock()


class Language(NamedTuple):
    code: str
    served: bool


def language_of(text: str, served: Sequence[str], default: str) -> Language:
    """ISO 639-1 code of ``text``. Texts too short to tell are taken to be in ``default``; ``served`` is False only for a language that is
    surely another. Never raises.
    """
    plain = " ".join(_NO_LANGUAGE.sub(" ", text[:MAX_TEXT]).split())
    letters = len(_LETTERS.findall(plain))
    if letters < MIN_LETTERS and not _foreign_script(plain):
        return Language(default, served=True)
    ranked = dict(_identifier().rank(plain))
    best, confidence = max(ranked.items(), key=lambda item: item[1])
    if best not in served and confidence >= SURE and (letters >= MIN_LETTERS_OTHER or _foreign_script(plain)):
        return Language(best, served=False)
    nearest = max(served, key=lambda code: ranked.get(code, 0.0))
    share = ranked.get(nearest, 0.0) / (sum(ranked.get(code, 0.0) for code in served) or 1.0)
    return Language(nearest if share >= SURE or nearest == default else default, served=True)


def _foreign_script(text: str) -> bool:
    """At least four letters and most of them outside the Latin script, where a word or two is enough to tell."""
    letters = _LETTERS.findall(text)
    return len(letters) >= 4 and sum(letter > "\u024f" for letter in letters) * 2 > len(letters)


@cache
def _loaded() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in KNOWN if code in identifier.labels])
    return identifier


def _identifier() -> Any:
    with _LOADING:
        return _loaded()
