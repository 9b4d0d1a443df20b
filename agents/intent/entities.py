"""Things that a message names and that matter for where it goes: money, seats, numbers of records, dates, deadlines, products, companies.

Values are normalised: money ``1234.00 USD``, dates ISO 8601 where day, month and year are clear, counts in digits.
"""

import re
from collections.abc import Iterator
from itertools import islice

from core.intent import Entity

MOST = 20
_CURRENCIES = {
    "USD": "$ us$ dollar dollars dólares bucks",
    "EUR": "€ euro euros",
    "GBP": "£ pounds quid",
    "CHF": "franken",
    "SGD": "s$",
    "AUD": "a$",
    "CAD": "c$",
    "JPY": "¥",
    "INR": "₹",
    "PLN": "",
    "SEK": "",
}
_CURRENCY = {name: code for code, names in _CURRENCIES.items() for name in (code.lower(), *names.split())}
_SIGN = r"US\$|S\$|A\$|C\$|[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|SGD|AUD|CAD|JPY|INR|PLN|SEK)"
_NAME = r"[$€£¥₹]|(?:USD|EUR|GBP|CHF|SGD|AUD|CAD|JPY|INR|PLN|SEK|euros?|dollars?|dólares|bucks|pounds|quid|Franken)\b"
_AMOUNT = r"\d{1,3}(?:[.,'’   ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?![\d])"
_SCALE_WORD = r"k|m|mio|mn|bn|million(?:en|s|es)?|millones|thousand|tausend|mille|mil|billion"
_MONEY = (
    re.compile(rf"(?P<sign>{_SIGN})\s?(?P<amount>{_AMOUNT})(?:\s?(?P<scale>{_SCALE_WORD})\b\.?)?", re.IGNORECASE),
    re.compile(rf"(?<![\w.,])(?P<amount>{_AMOUNT})\s?(?:(?P<scale>{_SCALE_WORD})\.?\s?)?(?:de |d['’])?(?P<sign>{_NAME})", re.IGNORECASE),
)
_RANGE = re.compile(
    rf"(?P<sign>{_SIGN})?\s?(?P<low>{_AMOUNT})\s?(?P<scale_low>k|m|mio)?\s?(?:to|and|[-–]|bis|und|à|et|a|y)\s?(?:{_SIGN})?\s?(?P<high>{_AMOUNT})\s?"
    rf"(?P<scale>{_SCALE_WORD})?\b\.?\s?(?P<name>{_NAME})?",
    re.IGNORECASE,
)
"""An amount given as a range; either currency or scale must stand with it, else it is a range of anything."""
_SCALE = {"k": 1e3, "thousand": 1e3, "tausend": 1e3, "mille": 1e3, "mil": 1e3, "bn": 1e9, "billion": 1e9}
_MONTH_NAMES = (
    "jan january januar janvier enero",
    "feb february februar février fevrier febrero",
    "mar march märz maerz mars marzo",
    "apr april avril abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juillet julio",
    "aug august août aout agosto",
    "sep sept september septembre septiembre",
    "oct okt october oktober octobre octubre",
    "nov november novembre noviembre",
    "dec dez december dezember décembre decembre diciembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?:,?\s(?:de |del )?(?P<year>20\d\d)\b(?!-))?"
_DATES = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(r"\b(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.(?:\s?(?P<year>(?:20)?\d\d)\b)?"),
    re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b(?!\d)"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s(?:of |de )?{_MONTH}\b\.?{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\b\.?\s(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s?(?:users|seats|%)){_YEAR}", re.IGNORECASE),
)
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|noon|midnight|eod|cob|today|next week|month[- ]end|year[- ]end"
    r"|quarter[- ]end|"
    r"end of (?:the |this |next )?(?:day|week|month|quarter|year)|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|morgen|heute"
    r"|monatsende|jahresende|"
    r"lundi|mardi|mercredi|jeudi|vendredi|demain|ce soir|la fin (?:du mois|de l['’]année)|lunes|martes|miércoles|jueves|viernes|mañana"
    r"|fin de mes"
)
_CLOCK = r"\d{1,2}(?::\d\d)? ?(?:am|pm|uhr|h\d{0,2})\b|\d{1,2}:\d\d"
_UNTIL = (
    r"by|before|until|till|no later than|not later than|due(?: on| by)?|deadline(?: is| of|:)?|bis(?: zum| spätestens)?"
    r"|spätestens(?: am| bis)?|avant(?: le)?|d['’]ici(?: à| le)?|antes del?|hasta(?: el)?|a más tardar(?: el)?"
)
_DEADLINE = re.compile(
    rf"\b(?:{_UNTIL})\s(?:the |next |this |kommenden |am )?(?P<when>(?:{_DAY}|{_CLOCK}|\d{{1,2}}(?:st|nd|rd|th|\.|er)?(?: of"
    rf"| de)? (?:{'|'.join(_MONTHS)})\b|(?:{'|'.join(_MONTHS)}) \d{{1,2}}\b|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?|20\d\d-\d\d-\d\d)"
    rf"(?:,? (?:at |um |à )?(?:{_CLOCK}|noon))?)",
    re.IGNORECASE,
)
_SEATS = re.compile(
    r"(?<![\w$€£.,#-])(?P<value>\d{1,3}(?:[., ]\d{3})+|\d{1,6})\s?(?:k\b\s?)?[-–]?\s?(?:(?:(?!per\b|each\b|a\b|pro\b|par\b|por\b)\w+ )?(?:seats?|users?|licen[cs]es?|people"
    r"|persons?|employees|staff|colleagues|accounts?|heads|ppl|agents|"
    r"arbeitsplätze\w*|plätzen?|nutzer\w*|benutzer\w*|lizenzen|mitarbeite\w*|personen|postes|utilisateurs|licences|personnes|salariés"
    r"|sièges|usuarios|licencias|personas|empleados|puestos|plazas))\b",
    re.IGNORECASE,
)
_RECORDS = {
    "invoice": re.compile(
        r"\b((?:INV|FH-INV|FAC|RE|RG|CN)[-/ ]?\d[\w-]{2,}\d)\b|\b(?:invoices?|rechnung(?:snummer)?|facture|factura"
        r"|credit note)\s*(?:no\.?|number|nr\.?|n[°º]|núm\.?|#|ref\.?)?\s*[#:]?\s?([A-Z]{0,4}-?\d[\d-]{2,}\d)\b",
        re.IGNORECASE,
    ),
    "ticket": re.compile(
        r"\b((?:FH|FS|TKT|TICKET|CASE|SUP)-\d{3,})\b|\b(?:ticket|case|incident|vorgang|dossier|caso|request|demande)\s*(?:no\.?|number"
        r"|nr\.?|n[°º]|id|#|ref\.?|reference)?\s*[#:]?\s?([A-Z]{0,4}-?\d{3,})\b|\[#(\d{4,})\]",
        re.IGNORECASE,
    ),
    "order": re.compile(
        r"\b((?:PO|SO|ORD)[-# ]?\d[\w-]{2,})\b|\b(?:purchase order|order|bestellung|bestellnummer|commande|bon de commande|pedido"
        r"|orden)\s*(?:no\.?|number|nr\.?|n[°º]|de compra|#)?\s*[#:]?\s?([A-Z]{0,4}-?\d[\d-]{2,}\d)\b",
        re.IGNORECASE,
    ),
}
_COMPANY = (
    re.compile(
        r"\b((?:[A-ZÀ-Þ][\w&'’.-]*\s){1,4}?(?:GmbH(?: & Co\.? KG)?|AG|SE|KG|Ltd|Limited|LLC|LLP|Inc|Corp|Corporation|PLC|plc"
        r"|B\.?V|N\.V|S\.?A\.?S|SARL|S\.A|S\.L|SpA|S\.r\.l|Pty|Oy|AB))\b\.?"
    ),
    re.compile(
        r"\b(?:I['’]?m|I am|we are|we['’]re|this is)\b(?:(?!\b(?:\w+ing|\w+ed|done|happy|ok|fine)\b)[^.?!\n]){0,40}?\b(?:from|at|of"
        r"|with)\s((?:[A-ZÀ-Þ][\w&'’-]+)(?:\s[A-ZÀ-Þ&][\w&'’-]*){0,3})"
    ),
)
_NAME_PART = r"(?!(?:Very|From|So|Not|In|At|Still|Sure|Urgent|Please|The|No|Your|Our|My|Here|Just|Tomorrow|Today)\b)[A-ZÀ-Þ](?:[a-zß-ÿ]+(?:[-'’][A-ZÀ-Þ]?[a-zß-ÿ]+)?|['’][A-ZÀ-Þ][a-zß-ÿ]+)"
_FULL_NAME = rf"(?P<name>{_NAME_PART}(?: (?:van|von|de|der|den|del|la|di|zu|[A-Z]\.))*(?: {_NAME_PART}){{1,2}})"
_FIRST_NAME = rf"(?P<name>{_NAME_PART}(?: {_NAME_PART}){{0,2}})"
_PERSON = (
    re.compile(rf"\b(?:[Mm]y name is|[Mm]ein Name ist|[Ii]ch heiße|[Jj]e m['’]appelle|[Mm]e llamo|[Mm]i nombre es) {_FIRST_NAME}"),
    re.compile(
        rf"\b(?:[Tt]his is|I am|I['’]m|[Hh]ier ist|[Hh]ier spricht|[Ii]ch bin|[Ii]ci|[Jj]e suis|[Ss]oy) {_FULL_NAME}(?= (?:from|at|of|with|here|von|de|aus)\b|[,.!:;\n(–-]|$)"
    ),
    re.compile(
        rf"\b(?:[Mm]y|[Oo]ur|[Yy]our) (?:\w+ )?(?:colleague|boss|manager|assistant|account manager|CEO|CFO|CTO|COO|director|lawyer|partner|husband|wife),? {_FIRST_NAME}"
    ),
    re.compile(rf"\b(?:[Mm]ein[e]?|[Uu]nser[e]?) (?:Kolleg(?:e|in)|Chef(?:in)?|Geschäftsführer(?:in)?),? {_FIRST_NAME}"),
    re.compile(rf"\b(?:[Mm]on|[Mm]a|[Mm]i|[Nn]otre) (?:collègue|directeur|directrice|jefe|jefa|colega|compañer[oa]),? {_FIRST_NAME}"),
    re.compile(rf"\b(?:Mrs?\.?|Ms\.?|Dr\.?|Herrn?|Frau|Mme\.?|Sra?\.) {_FIRST_NAME}"),
    re.compile(
        rf"(?:[Rr]egards|[Tt]hanks|[Tt]hank you|[Cc]heers|[Bb]est|[Ss]incerely|[Gg]rüßen?|[Gg]ruß|[Dd]anke|[Cc]ordialement|[Mm]erci|[Ss]aludos?|[Gg]racias)[,.!]?\s*\n\s*"
        rf"{_FIRST_NAME}[ \t]*(?=\n|$|,)"
    ),
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b")
_PHONE = re.compile(r"(?<![\w+])\+\d[\d ()./-]{6,18}\d\b")


def entities(text: str, products: tuple[str, ...] = ()) -> tuple[Entity, ...]:
    """At most ``MOST`` different entities by type, then as they appear. ``products`` are names to look for, whatever their case."""
    found = {(entity.type, entity.value.lower()): entity for entity in reversed(list(_all(text, products)))}
    return tuple(reversed(found.values()))[:MOST]


def _all(text: str, products: tuple[str, ...]) -> Iterator[Entity]:
    yield from _money(text)
    for match in _matches(_SEATS, text):
        yield Entity(type="seats", value=re.sub(r"\D", "", match["value"]), text=match[0])
    for kind, pattern in _RECORDS.items():
        for match in _matches(pattern, text):
            yield Entity(type=kind, value=next(group for group in match.groups() if group).upper(), text=match[0])
    yield from _dates(text)
    for match in _matches(_DEADLINE, text):
        yield Entity(type="deadline", value=" ".join(match["when"].lower().split()), text=match[0])
    yield from _names(text, products)
    for kind, pattern in (("email", _EMAIL), ("phone", _PHONE)):
        for match in _matches(pattern, text):
            yield Entity(type=kind, value=match[0].lower() if kind == "email" else re.sub(r"[^\d+]", "", match[0]), text=match[0])


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(text), 2 * MOST)


def _money(text: str) -> Iterator[Entity]:
    taken: list[range] = []
    for match in _matches(_RANGE, text):
        currency = _CURRENCY.get((match["sign"] or match["name"] or "").lower())
        if currency:
            taken.append(range(match.start(), match.end()))
            high = _number(match["high"]) * _scale_of(match["scale"])
            low = _number(match["low"]) * _scale_of(match["scale_low"] or match["scale"])
            for value in (low, high):
                yield Entity(type="money", value=f"{value:.2f} {currency}", text=match[0].strip())
    for pattern in _MONEY:
        for match in _matches(pattern, text):
            if not any(match.start() in other for other in taken):
                taken.append(range(match.start(), match.end()))
                value = _number(match["amount"]) * _scale_of(match["scale"])
                yield Entity(type="money", value=f"{value:.2f} {_CURRENCY[match['sign'].lower()]}", text=match[0].strip())


def _dates(text: str) -> Iterator[Entity]:
    for pattern in _DATES:
        for match in _matches(pattern, text):
            yield Entity(type="date", value=_date(match), text=match[0])


def _names(text: str, products: tuple[str, ...]) -> Iterator[Entity]:
    for product in products:
        if product and (match := re.search(rf"(?<!\w){re.escape(product)}(?!\w)", text, re.IGNORECASE)):
            yield Entity(type="product", value=product, text=match[0])
    for kind, patterns, group in (("company", _COMPANY, 1), ("person", _PERSON, "name")):
        for pattern in patterns:
            for match in _matches(pattern, text):
                yield Entity(type=kind, value=" ".join(match[group].split()), text=match[group])


def _date(match: re.Match[str]) -> str:
    """ISO 8601, ``--MM-DD`` without a year; as written where day and month cannot be told apart (``3/4/2026``) or do not exist."""
    parts = match.groupdict()
    if "day" not in parts:
        return match[0]
    month = int(parts["number"]) if parts.get("number") else _MONTHS[str(parts["month"]).lower()]
    day, year = int(str(parts["day"])), parts.get("year")
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{year if not year or len(year) == 4 else '20' + year}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def _scale_of(word: str | None) -> float:
    return _SCALE.get((word or "").lower(), 1e6 if word else 1.0)


def _number(amount: str) -> float:
    """``1.234,50``, ``1,234.50``, ``1'234``, ``18 000`` → a number: a mark before three digits groups, any other is the decimal one."""
    digits = re.sub(r"[^\d.,]", "", amount)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0 or len(digits) - last - 1 == 3:
        return float(re.sub(r"[.,]", "", digits))
    return float(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])
