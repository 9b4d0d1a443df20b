"""Numbers with what they count, in one form for the four languages: days are not months, and euros not dollars."""

import re
from collections.abc import Iterator

from agents.advisor.claims import digits_of, value

_COUNTED = {
    "business day": r"(?:business|working)[- ]days?|(?:werk|arbeits|geschäfts)tage?n?|jours? (?:ouvrés?|ouvrables?)"
    r"|días? (?:hábil|laborabl)\w*",
    "business hour": r"(?:business|working)[- ]hours?|geschäftsstunden|heures? ouvrées?",
    "second": r"seconds?|secs?|sekunden?|secondes?|segundos?",
    "minute": r"minutes?|mins?|minuten?|minutos?",
    "hour": r"hours?|hrs?|stunden?|heures?|horas?",
    "day": r"(?:calendar|full)?[- ]?days?|(?:kalender)?tage?n?|jours?|días?",
    "week": r"weeks?|wochen?|semaines?|semanas?",
    "month": r"(?:calendar|full)?[- ]?months?|monate?n?|mois|mes(?:es)?",
    "quarter": r"quarters?|quartale?n?|trimestres?",
    "year": r"years?|jahre?n?|ans?|années?|años?",
    "%": r"%|per ?cent|prozent|pour ?cent|por ciento",
    "$": r"\$|(?:us)?[- ]?dollars?|usd|dólares",
    "€": r"€|euros?|eur",
    "£": r"£|pounds?|gbp|pfund",
    "¥": r"¥|yen|jpy",
    "chf": r"chf|(?:schweizer )?franken|swiss francs?",
    "kb": r"kb|kilobytes?",
    "mb": r"mb|megabytes?",
    "gb": r"gb|gigabytes?",
    "tb": r"tb|terabytes?",
    "seat": r"seats?|licen[cs]es?|plätzen?|sitze?n?|sièges?|licencias?|plazas?",
    "user": r"users?|people|persons?|nutzern?|benutzern?|personen|utilisateurs?|personnes?|usuarios?|personas?",
    "request": r"requests?|anfragen|requêtes?|solicitudes",
    "run": r"runs?",
    "time": r"times|-?mal|fois|veces",
}
_UNIT = "|".join(f"(?P<u{at}>{words})" for at, words in enumerate(_COUNTED.values()))
_FOUND = re.compile(rf"(?P<sign>[$€£¥])?\s?(?P<number>\d[\d.,'’]*\d|\d)(?:[\s-]{{0,2}}(?:{_UNIT})(?![^\W\d_]))?", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|/|–|-|,? ?(?:to|and|or|bis|und|oder|à|et|ou|a|y|o))\s*", re.IGNORECASE)
_KINDS = tuple(_COUNTED)


def quantities(text: str) -> set[tuple[str, str]]:
    """(value, what is counted) of every number, the latter empty where no known unit follows; "60, 30 and 7 days" are all days. Dates and
    times of day are none."""
    return set(_read(digits_of(text)))


def other_units(sentence: str, source: str) -> Iterator[str]:
    """The numbers of the sentence, as value and unit, that the source has with other units only."""
    there = quantities(source)
    for number, unit in sorted(quantities(sentence)):
        units = {each for other, each in there if other == number}
        if unit and units and not units & {unit, ""}:
            yield f"{number} {unit}"


def _read(text: str) -> Iterator[tuple[str, str]]:
    following, begins = "", len(text)
    for found in reversed(list(_FOUND.finditer(text))):
        unit = found["sign"] or next((_KINDS[at] for at in range(len(_KINDS)) if found[f"u{at}"]), "")
        if not unit and _LISTED.fullmatch(text[found.end() : begins]):
            unit = following
        yield value(found["number"]), unit
        following, begins = unit, found.start("number")
