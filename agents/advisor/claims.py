"""What a sentence claims that can be looked up: numbers, dates, names, addresses, and what it promises."""

import re

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,\u00a0\u202f'’ ]\d{3})*(?:[.,]\d+)?(?![\d])")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|example|[a-z]{2})\b(?:/\S*)?"
)
_NAME = re.compile(r"(?<=[\w,;:)\"'’%-] )[A-ZÀ-Þ][\w'’-]+|\b[A-Z]{2,}\b|\b[A-Z][a-z]+[A-Z]\w+")
_COMMON = frozenset(
    {"us-dollar", "us", "usd", "eur", "euro", "euros", "dollar", "dollars", "pdf", "faq", "id", "ok", "tv", "pc", "e-mail", "i", "i'm"}
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
_PROMISED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PROMISES.items()}


def numbers(text: str) -> set[str]:
    """Canonical values: ``1,000``, ``1.000`` and ``1 000`` are one, and so are ``99.9`` and ``99,9``; small number words count."""
    written = {_value(found[0]) for found in _NUMBER.finditer(_without_dates(text))}
    return written | {str(_WORDS[found[0].lower()]) for found in _NUMBER_WORD.finditer(text)}


def dates(text: str) -> set[tuple[int, int]]:
    """(month, day) of every date, in ISO form or written with a month's name in English, German, French or Spanish."""
    found = {(int(month), int(day)) for _, month, day in _ISO.findall(text)}
    found |= {(_month(month), int(day)) for day, month in _DAY_MONTH.findall(text)}
    found |= {(_month(month), int(day)) for month, day in _MONTH_DAY.findall(text)}
    found |= {(int(month), int(day)) for day, month in _DOTTED.findall(text)}
    return {(month, day) for month, day in found if 1 <= month <= 12 and 1 <= day <= 31}


def names(sentence: str) -> set[str]:
    """Capitalised words within the sentence, acronyms, camel case; only the last two where, as in German, every noun is capitalised."""
    found = {name.strip("'’-") for name in _NAME.findall(sentence)}
    german = len(found) > max(2, 0.2 * len(sentence.split()))
    return {name for name in found if name.lower() not in _COMMON and not (german and name[1:].islower())}


def addresses(text: str) -> set[str]:
    """E-mail addresses, links and host names, lower-case."""
    return {found[0].lower().rstrip(".,;:!?)") for found in _ADDRESS.finditer(text)}


def promises(text: str) -> set[str]:
    """Kinds of commitment that the text makes or speaks of: refund, discount, credit, free, guarantee, compensate, deadline."""
    return {name for name, pattern in _PROMISED.items() if pattern.search(text)}


def _value(written: str) -> str:
    digits = re.sub(r"[\u00a0\u202f'’ ]", "", written)
    whole = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)", digits)
    if whole and not digits.startswith("0"):
        return re.sub(r"[.,]", "", digits)
    head, _, tail = digits.rpartition(",") if digits.rfind(",") > digits.rfind(".") else digits.rpartition(".")
    if not head:
        return digits.lstrip("0") or "0"
    tail = tail.rstrip("0")
    return re.sub(r"[.,]", "", head) + (f".{tail}" if tail else "")


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
