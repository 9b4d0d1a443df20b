"""What stands in the words themselves, in English, German, French and Spanish: urgency, mood, a wish for a person, threats, entities.

Written against real chat: one-word messages ("rep", "agent!!"), no punctuation, capitals; and against false alarms ("our sales rep told
us", "user-agent", "human resources", "I do not need a person").
"""

import re
from collections.abc import Iterator
from typing import Literal

from core.types import Entity, Value

Flag = Literal["threat_to_leave", "legal_threat", "complaint"]


class Cues(Value):
    """``urgency`` 0 to 1, ``sentiment`` -1 to 1."""

    urgency: float
    sentiment: float
    wants_human: bool
    flags: tuple[Flag, ...] = ()
    entities: tuple[Entity, ...] = ()


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_PERSON = (
    r"(?:human|person|people|somebody|someone|agent|rep|representative|operator|advisor|adviser|colleague|manager|supervisor|real one)"
)
_ASK = r"(?:speak|talk|chat|connect(?: me)?|transfer(?: me)?|put me (?:through|on)|get me|give me|pass me|reach|call)"
_SHORT_WISH = re.compile(
    r"\W*(?:(?:a |an |the |live |real |actual |human )*(?:human|person|agent|rep|representative|operator|support person|someone real)"
    r"(?: being)?|mensch|mitarbeiter|berater|humain|conseiller|agente|persona|humano|asesor)(?:\W+(?:now|pls|plz|please|bitte|svp|por favor))*\W*",
    re.IGNORECASE,
)
_WISH = _any(
    rf"\b{_ASK}\b(?:\W+\w+){{0,4}}?\W+(?:a |an |the |some |your |real |live |actual |human )*{_PERSON}\b",
    r"\b(?:want|need|like|prefer|rather have|looking for)\b(?:\W+\w+){0,3}?\W+(?:real|live|actual|human)\s+(?:\w+\s+)?(?:person|human|being|agent|rep|one)\b",
    r"\b(?:is there|are you) (?:a |an |any )?(?:real |actual )?(?:human|person|bot|robot)\b|\bis (?:anyone|anybody|somebody|someone) (?:there|real|alive)\b",
    r"\b(?:not|no more|stop with the|sick of (?:the|this)|useless|stupid|hate (?:the|this)) (?:a |the |this )*(?:bot|robot|chat ?bot|machine)s?\b",
    r"\b(?:call me|ring me|phone me|give me a (?:call|ring)|call ?back|callback)\b",
    r"\b(?:phone|telephone) number (?:to|i can|where)|number (?:i can|to) call\b",
    r"\b(?:human|live) (?:agent|support|being|help)\b",
    r"\bmit (?:einem|einer|jemandem?|ihrem)\b(?:\W+\w+){0,3}?\W+(?:sprechen|reden|telefonieren)|\bmit jemandem (?:sprechen|reden)|\b(?:echten|richtigen) menschen\b"
    r"|\brufen sie (?:mich|uns)\b|\brückruf\b",
    r"\bparler (?:à|avec|a) (?:un|une|quelqu)|\b(?:vraie|véritable) personne\b|\b(?:rappelez|appelez)[- ](?:moi|nous)\b|\bun (?:conseiller|humain)\b",
    r"\bhablar con (?:una?|alg)|\b(?:persona|agente) (?:real|humana?)\b|\bll[aá]m(?:en?me|enos)\b",
)
_NOT_WISH = _any(
    r"\b(?:don'?t|do not|no|not|never|without|didn'?t|did not) (?:need|want|have|having|wish)(?: to)?\b(?:\W+\w+){0,6}",
    r"\bhuman (?:resources|error|rights|readable)|\buser[- ]agents?\b|\bagent (?:version|software|install|process|service|log)",
    r"\b(?:our|my|your|the|his|her|their) (?:\w+ )?(?:sales |account )?(?:rep|agent|person|manager|representative) (?:said|told|mentioned|promised|sent|gave|quoted)\b",
    r"\b(?:kein(?:en)?|nicht) (?:mensch|mitarbeiter)\w*|\bpas besoin d\W?\w* \w+|\bno (?:necesito|quiero) (?:hablar|una persona)\b",
)
_LEAVE = _any(
    r"\b(?:cancel|terminate|end|not renew|won'?t renew|not be renewing|stop)(?:ling|ing)?\b[^.?!\n]{0,40}\b(?:contract|subscription|account|agreement|plan|licen[cs]e|you)\b",
    r"\b(?:switch|switching|move|moving|migrat\w+|leav\w+|going)\b[^.?!\n]{0,30}\b(?:competitor|another (?:vendor|provider|supplier)|elsewhere|somewhere else|you)\b",
    r"\bwe(?:'re| are) (?:out|leaving|done with you)\b|\btake our business elsewhere\b|\blooking at (?:alternatives|other vendors|competitors)\b|\blast (?:chance|straw)\b",
    r"\b(?:kündig\w*|wechseln (?:wir|zu)|anbieter wechseln|vertrag (?:nicht )?(?:verlängern|beenden))\b",
    r"\b(?:résili\w+|changer de (?:fournisseur|prestataire)|ne (?:pas )?renouvel\w+|nous partons)\b",
    r"\b(?:cancelar (?:el|nuestro|la) \w+|cambiar de proveedor|no (?:vamos a )?renovar\w*|nos vamos)\b",
)
_LEGAL = _any(
    r"\b(?:lawyers?|attorneys?|solicitors?|legal (?:action|steps|proceedings|counsel|team will)|sue you|suing|lawsuit|litigation|court|small claims|breach of contract|"
    r"cease and desist|formal notice|notice of (?:breach|default))\b",
    r"\b(?:anwalt|anwälte|rechtsanwalt\w*|rechtliche schritte|klage|gericht|mahnbescheid|abmahnung)\b",
    r"\b(?:avocats?|tribunal|mise en demeure|action en justice|poursuites?)\b",
    r"\b(?:abogad\w+|demanda(?:r|remos)|tribunal(?:es)?|acciones legales|burofax)\b",
)
_COMPLAINT = _any(
    r"\b(?:unacceptable|outrageous|appalling|disgrace\w*|ridiculous|terrible|awful|horrible|worst|furious|fed up|disappoint\w+|complain\w*|"
    r"dispute[sd]?|incompetent|joke|shocking|let down|not good enough|had enough)\b",
    r"\b(?:unzumutbar|inakzeptabel|unverschämt|frechheit|beschwer\w+|enttäusch\w+|katastroph\w+|widersprech\w*|reklam\w+)\b",
    r"\b(?:inadmissible|inacceptable|scandaleu\w+|honteu\w+|déçue?s?|réclamation|contest\w+)\b",
    r"\b(?:inaceptable|vergonz\w+|indignad\w+|decepcion\w+|queja|pésim\w+|reclam\w+)\b",
)
_ANGRY = _any(r"\b(?:wtf|bullshit|shit|damn|hell|idiots?|scam|liars?|useless|hate)\b", r"!{2,}")
_PLEASED = _any(
    r"\b(?:thanks|thank you|great|love|lovely|perfect|awesome|appreciate|excellent|danke|merci|gracias|super|toll|brilliant|cheers)\b"
)
_URGENT = _any(
    r"\b(?:urgent\w*|asap|immediately|right now|right away|emergency|critical|today|by (?:noon|eod|tonight|tomorrow)|deadline|production (?:is )?down|blocked|blocking|"
    r"within the hour|end of day|time[- ]sensitive)\b",
    r"\b(?:dringend|sofort|eilt|umgehend|heute noch|notfall)\b",
    r"\b(?:urgence|immédiatement|tout de suite|au plus vite|dès que possible)\b",
    r"\b(?:urgente|inmediatamente|cuanto antes|ya mismo|hoy mismo)\b",
)
_NEGATED = re.compile(r"\b(?:not|n't|never|no|nicht|kein\w*|pas|ne|no)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)

_CURRENCY = {
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "dollars": "USD",
    "chf": "CHF",
}
_SIGN = r"(?P<sign>US\$|[$€£]|USD|EUR|GBP|CHF)"
_AMOUNT = r"(?P<amount>\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)\s?(?P<scale>k|m|mio|million|thousand)?"
_MONEY = [
    re.compile(rf"{_SIGN}\s?{_AMOUNT}\b", re.IGNORECASE),
    re.compile(rf"\b{_AMOUNT}\s?(?P<sign>[$€£]|USD|EUR|GBP|CHF|euros?|dollars)(?!\w)", re.IGNORECASE),
]
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6}
_SIMPLE: dict[str, re.Pattern[str]] = {
    "seats": re.compile(
        r"\b(\d[\d,.]{0,6})\s*(?:-\s*)?(?:seats?|users?|licen[cs]es?|people|employees|staff|plätze|nutzer\w*|lizenzen|postes|utilisateurs|usuarios|licencias)\b",
        re.IGNORECASE,
    ),
    "invoice": re.compile(r"\b((?:INV|RE|FAC|FH-INV)[-/ ]?\d[\w-]{2,})\b|\binvoice\s*(?:no\.?|number|#)?\s*#?(\d[\w-]{3,})", re.IGNORECASE),
    "ticket": re.compile(r"\b((?:FH|TKT|TICKET|CASE)-\d{3,})\b|\bticket\s*(?:no\.?|number|#)?\s*#?(\d{3,})", re.IGNORECASE),
    "order": re.compile(r"\b((?:PO|SO|ORD)[-# ]?\d[\w-]{2,})\b|\border\s*(?:no\.?|number|#)\s*#?(\w*\d[\w-]{2,})", re.IGNORECASE),
    "date": re.compile(
        r"\b(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}(?:st|nd|rd|th|\.)?\s(?:of\s)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*(?:\s\d{4})?|"
        r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d{1,2}(?:st|nd|rd|th)?(?:,?\s\d{4})?)",
        re.IGNORECASE,
    ),
    "deadline": re.compile(
        r"\b((?:by|before|until|no later than|bis|avant|antes de(?:l)?)\s(?:\w+\s){0,2}?(?:monday|tuesday|wednesday|thursday|friday|tomorrow|noon|tonight|eod|end of (?:day|week|month)|freitag|montag|vendredi|lunes|viernes))\b",
        re.IGNORECASE,
    ),
}


def read_cues(text: str, products: tuple[str, ...] = ()) -> Cues:
    """Pure and total: any text, any language; what is not recognised is simply not there."""
    text = text[:20_000]
    complaint, threat, legal = (_said(pattern, text) for pattern in (_COMPLAINT, _LEAVE, _LEGAL))
    named: dict[Flag, bool] = {"threat_to_leave": threat, "legal_threat": legal, "complaint": complaint}
    return Cues(
        urgency=_urgency(text),
        sentiment=_sentiment(text, complaint=complaint, threat=threat or legal),
        wants_human=wants_human(text),
        flags=tuple(flag for flag, there in named.items() if there),
        entities=tuple({(entity.type, entity.value): entity for entity in _entities(text, products)}.values())[:20],
    )


def wants_human(text: str) -> bool:
    """Whether the writer asks for a person."""
    if len(text) <= 60 and _SHORT_WISH.fullmatch(text):
        return True
    return bool(_WISH.search(_NOT_WISH.sub(" ", text)))


def _said(pattern: re.Pattern[str], text: str) -> bool:
    """A match that is not denied ("we do *not* want to cancel")."""
    return any(not _NEGATED.search(text[max(0, match.start() - 30) : match.start()]) for match in pattern.finditer(text))


def _urgency(text: str) -> float:
    words = len({match.group().lower() for match in _URGENT.finditer(text)})
    return round(min(1.0, 0.4 * words + 0.3 * _shouts(text) + 0.1 * min(2, text.count("!"))), 2)


def _sentiment(text: str, *, complaint: bool, threat: bool) -> float:
    bad = 0.4 * complaint + 0.2 * threat + 0.25 * min(2, len(_ANGRY.findall(text))) + 0.2 * _shouts(text)
    bad += 0.15 * min(2, max(0, len(_COMPLAINT.findall(text)) - 1))
    good = 0.2 * min(2, len(_PLEASED.findall(text)))
    return round(max(-1.0, min(1.0, good - bad)), 2)


def _shouts(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 12 and sum(char.isupper() for char in letters) > 0.7 * len(letters)


def _entities(text: str, products: tuple[str, ...]) -> Iterator[Entity]:
    for pattern in _MONEY:
        for match in pattern.finditer(text):
            yield Entity(
                type="money", value=f"{_number(match['amount'], match['scale']):.2f} {_CURRENCY[match['sign'].lower()]}", text=match.group()
            )
    for kind, pattern in _SIMPLE.items():
        for match in pattern.finditer(text):
            value = next((group for group in match.groups() if group), match.group())
            yield Entity(type=kind, value=re.sub(r"\D", "", value) if kind == "seats" else value, text=match.group())
    for product in products:
        if match := re.search(rf"\b{re.escape(product)}\b", text, re.IGNORECASE):
            yield Entity(type="product", value=product, text=match.group())


def _number(amount: str, scale: str | None) -> float:
    """``1.234,50``, ``1,234.50``, ``1'234`` and ``12k`` → a number: the last of two different separators is the decimal one."""
    digits = re.sub(r"[' ]", "", amount)
    last = max(digits.rfind("."), digits.rfind(","))
    whole, fraction = (digits[:last], digits[last + 1 :]) if last >= 0 and len(digits) - last - 1 != 3 else (digits, "")
    return float(re.sub(r"[.,]", "", whole) + "." + (fraction or "0")) * _SCALE.get((scale or "").lower(), 1)
