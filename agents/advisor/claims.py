"""What a sentence claims that can be looked up: numbers, dates, names, addresses, and what it promises."""

import re

from agents.advisor.words import stem

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,\u00a0\u202f'’ ]\d{3})*(?:[.,]\d+)?(?![\d])")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|example|[a-z]{2})\b(?:/\S*)?"
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTHS = (
    "jan feb mar|mär|mrz apr may|mai jun jul aug|aoû sep oct|okt nov dec|dez|déc",
    "ene|janv fév|fev mars abr|avr mayo juin juil ago|août sept|set octubre noviembre dic",
)
_MONTH_WORD = (
    r"(jan(?:uary|uar|vier)?|ene(?:ro)?|feb(?:ruary|ruar|rero)?|fév(?:rier)?|mar(?:ch|s|zo)?|märz|mrz|apr(?:il)?|avr(?:il)?|abr(?:il)?|"
    r"may(?:o)?|mai|jun[ei]?|juin|junio|jul[iy]?|juil(?:let)?|julio|aug(?:ust)?|août|ago(?:sto)?|sep(?:t(?:ember|embre|iembre)?)?|"
    r"o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|de[cz](?:ember)?|déc(?:embre)?|dic(?:iembre)?)\b\.?"
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?: de| of)? {_MONTH_WORD}", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH_WORD} (\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(?:(?:\d{4})?(?!\d))")
_WORDS = {
    word: value
    for value, words in {
        2: "two zwei deux dos",
        3: "three drei trois tres",
        4: "four vier quatre cuatro",
        5: "five fünf cinq cinco",
        6: "six sechs seis",
        7: "seven sieben sept siete",
        8: "eight acht huit ocho",
        9: "nine neun neuf nueve",
        10: "ten zehn dix diez",
        12: "twelve zwölf douze doce",
        14: "fourteen vierzehn quatorze catorce",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte",
        30: "thirty dreißig trente treinta",
        60: "sixty sechzig soixante sesenta",
        90: "ninety neunzig noventa",
        100: "hundred hundert cent cien",
    }.items()
    for word in words.split()
}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_PROMISES = {
    "refund": r"refund|reimburs|money back|erstatt|rembours|reembols|devoluci|devolver",
    "discount": r"discount|rebate|\boff\b|rabatt|nachlass|remise|réduction|descuento",
    "credit": r"\bcredit|gutschrift|avoir|abono",
    "free": r"free of charge|for free|at no (?:extra )?cost|waive|kostenlos|kostenfrei|gratis|gratuit|sin coste",
    "guarantee": r"guarante|garant|promis|verspr|promet",
    "compensate": r"compensat|entschädig|indemni|dédommag",
    "deadline": r"\bby (?:today|tomorrow|monday|tuesday|wednesday|thursday|friday)|bis (?:heute|morgen)|d'ici (?:demain|ce soir)",
}
_DENIES = re.compile(
    r"\b(?:not|no|never|neither|nor|cannot|without|none|nobody|nothing|unable|nicht|keine?[nmrs]?|nie|niemals|ohne|ne|pas|jamais|aucune?|sans"
    r"|nunca|ningún|ninguna?|sin|exclud\w*|except)\b|n['’]t\b|\bn['’](?=[aeiouyhéè])",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"([$€£])\s?(\d[\d.,'’]*\d|\d)|(\d[\d.,'’]*\d|\d)[\s-]?(%|€|(?:(?:business|working|calendar|further|full|written)[ -])?[^\W\d_]{2,})?"
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_RANGE = re.compile(r"(\d[\d.,]*)\s?(?:to|bis|à|a|–|-)\s?(\d[\d.,]*)((?:[\s-](?:business|working|calendar))?[\s-]?(?:%|[^\W\d_]+))")
_UNITS = frozenset(
    re.findall(
        r"\S+",
        "% € second minut hour day week month quarter year kb mb gb tb seat user request row run entry dollar euro pound tag stund jour",
    )
)
_TURNS = {
    "within": r"within|inside",
    "after": r"after(?:wards)?|beyond|later than",
    "before": r"before|ahead|until|at least|no later",
    "monthly": r"month(?:ly|-to-month)",
    "annual": r"annual(?:ly)?|yearly|per year",
    "at most": r"at most|up to|no more than|maximum|less than|fewer than|below|under",
    "at least": r"more than|minimum|above|over|exceed\w*",
    "first": r"first|initial",
    "further": r"further|second|additional|extend\w*",
    "breach": r"breach\w*",
    "up": r"upgrad\w*",
    "down": r"downgrad\w*",
    "more": r"add(?:s|ed|ing|itions?)?",
    "less": r"remov\w*|reduc\w*",
}
_TURN = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _TURNS.items()}
_PROMISED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PROMISES.items()}


def numbers(text: str) -> set[str]:
    """Canonical values: ``1,000``, ``1.000`` and ``1 000`` are one, and so are ``99.9`` and ``99,9``; small number words count."""
    written = {value(found[0]) for found in _NUMBER.finditer(_without_dates(text))}
    return written | {str(_WORDS[found[0].lower()]) for found in _NUMBER_WORD.finditer(text)}


def dates(text: str) -> set[tuple[int, int]]:
    """(month, day) of every date, in ISO form or written with a month's name in English, German, French or Spanish."""
    found = {(int(month), int(day)) for _, month, day in _ISO.findall(text)}
    found |= {(_month(month), int(day)) for day, month in _DAY_MONTH.findall(text)}
    found |= {(_month(month), int(day)) for month, day in _MONTH_DAY.findall(text)}
    found |= {(int(month), int(day)) for day, month in _DOTTED.findall(text)}
    return {(month, day) for month, day in found if 1 <= month <= 12 and 1 <= day <= 31}


def addresses(text: str) -> set[str]:
    """E-mail addresses, links and host names, lower-case."""
    return {found[0].lower().rstrip(".,;:!?)") for found in _ADDRESS.finditer(text)}


def promises(text: str) -> set[str]:
    """Kinds of commitment that the text makes or speaks of: refund, discount, credit, free, guarantee, compensate, deadline."""
    return {name for name, pattern in _PROMISED.items() if pattern.search(text)}


def denies(text: str) -> bool:
    """Whether it says that something is not so, in English, German, French or Spanish; "No" in a table's cell is such a word."""
    return bool(_DENIES.search(text))


def measures(text: str) -> dict[str, set[str]]:
    """What is counted (``day``, ``%``, ``$``, ``:`` for the time of day; empty for all else) → the values. Small number words count."""
    found: dict[str, set[str]] = {}
    digits = _RANGE.sub(r"\1\3 \2\3", _digits(text))
    if clock := set(_CLOCK.findall(digits)):
        found[":"] = clock
    for sign, price, count, unit in _MEASURE.findall(_CLOCK.sub(" ", digits)):
        counted = stem(re.split(r"[ -]", unit.lower())[-1])
        found.setdefault(sign or (counted if counted in _UNITS else ""), set()).add(value(price or count))
    return found


def turns(text: str) -> frozenset[str]:
    """The words that turn a statement into another one: within, after, before, monthly, annual, at most, at least, first …"""
    return frozenset(name for name, pattern in _TURN.items() if pattern.search(text))


def digits_of(text: str) -> str:
    """The text with small number words in digits, without dates and times of day."""
    return _CLOCK.sub(" ", _digits(text))


def value(written: str) -> str:
    """The canonical form of one number in digits: ``1.380,50`` is ``1380.5``."""
    digits = re.sub(r"[\u00a0\u202f'’ ]", "", written)
    whole = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)", digits)
    if whole and not digits.startswith("0"):
        return re.sub(r"[.,]", "", digits)
    head, _, tail = digits.rpartition(",") if digits.rfind(",") > digits.rfind(".") else digits.rpartition(".")
    if not head:
        return digits.lstrip("0") or "0"
    tail = tail.rstrip("0")
    return re.sub(r"[.,]", "", head) + (f".{tail}" if tail else "")


def _digits(text: str) -> str:
    return _NUMBER_WORD.sub(lambda word: str(_WORDS[word[0].lower()]), _without_dates(text))


def _without_dates(text: str) -> str:
    for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY, _DOTTED):
        text = pattern.sub(" ", text)
    return text


def _month(word: str) -> int:
    word = word.lower().rstrip(".")
    for table in _MONTHS:
        for number, stems in enumerate(table.split(), start=1):
            if any(word.startswith(stem) for stem in stems.split("|")):
                return number
    return 0
