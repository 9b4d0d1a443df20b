"""What a message says it does *not* want, in English, German, French and Spanish ("I don't want to cancel", "keine Erstattung, nur …").

Only acts that somebody can ask for are denied; a trouble is none: "I can't log in", "it is not working", "why was I not refunded", "I don't
want to be charged twice", "I don't want the newsletter any more" ask for something.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_CHARACTERS = 20_000
_ACT = (
    r"(?:cancel\w*|terminat\w+|clos(?:e|ing)|delet\w+|refund\w*|return\w*|exchang\w+|replac\w+|chang\w+|upgrad\w+|downgrad\w+"
    r"|switch\w*|renew\w*|extend\w*"
    r"|book\w*|reschedul\w+|order\w*|buy\w*|purchas\w+|subscrib\w+|unsubscrib\w+|complain\w*|escalat\w+|schedul\w+|leav(?:e|ing)"
    r"|reset\w*|block\w*|freez\w+|reactivat\w+|expand\w*|increas\w+|add(?:ing)?|remov\w+|sign(?:ing)? up)"
)
_THING = (
    r"(?:refund|cancellation|replacement|exchange|return|discount|demo|trial|upgrade|downgrade|quote|offer|invoice|receipt|callback"
    r"|call back|call|meeting"
    r"|appointment|renewal|new (?:card|account|password|device|phone|contract)|password reset|voucher|credit|loan|overdraft|agent"
    r"|person|human|representative|technician)s?"
)
_AKT = (
    r"(?:\w*kündig\w*|stornier\w*|storno|erstatt\w*|rückerstattung\w*|umtausch\w*|zurückgeben|verlänger\w*|\w*buch(?:en|ung)"
    r"|bestell\w*|kaufen|wechseln|ändern"
    r"|änderung\w*|löschen|sperren|upgrade\w*|demo|angebot\w*|rabatt\w*|rechnung\w*|termin\w*|beschwer\w*)"
)
_ACTE = (
    r"(?:résili\w+|annul\w+|rembours\w+|échang\w+|retourn\w+|chang\w+|modifi\w+|renouvel\w+|command\w+|achet\w+|supprim\w+|ferm\w+"
    r"|démo\w*|devis|remise|facture"
    r"|rendez-vous|réclamation)"
)
_ACTO = (
    r"(?:cancel\w+|reembols\w+|devol\w+|devuelv\w+|cambi\w+|renov\w+|compr\w+|pedi\w+|elimin\w+|cerr\w+|dar\w* de baja|demo\w*"
    r"|presupuesto|descuento|factura|cita"
    r"|reclamación|queja)"
)
_NOT = (
    r"(?:do\s?n[o'’]?t|do not|did\s?n[o'’]?t|did not|am not|are not|aren['’]t|['’]m not|['’]re not|will not|wo\s?n[o'’]?t|would not"
    r"|wouldn['’]t|never)"
)
_NOW = r"(?:do\s?n[o'’]?t|do not|am not|are not|aren['’]t|will not|wo\s?n[o'’]?t)"
_SOFT = r"(?: (?:actually|really|even|at all|necessarily|currently|intend to|planning to|going to|trying to|about to|here to|asking to))*"
_TAIL = r"(?:(?! (?:but|just|only|instead|because|since|as|so)\b)[^.?!,;:\n–—]){0,60}"
_GAP = r"[\s*_]{1,4}"
"""Between two words: also where a line is wrapped, and around ``*emphasis*``."""
_DENIALS = re.compile(
    "|".join(
        (
            (
                rf"\b(?:i|we)(?: |['’]m |['’]re )(?:\w+ )?{_NOT}{_SOFT} (?:want|need|wish|like|care|intend|plan|mean)(?:ed|ing)?(?: you"
                rf"| anyone| us| me)?"
                rf" (?P<en1>(?:to {_ACT}\b{_TAIL}|(?:for )?(?:an?|any|the|my|our|your) (?:\w+ )?{_THING}\b{_TAIL}))"
            ),
            (
                rf"(?:^|[.!?,;\n]\s{{0,3}}|\b(?:and|but|so|please|pls|just)\s)(?:please |pls )?(?:do\s?n[o'’]?t|do not) (?:want |need "
                rf"|want to |need to )?"
                rf"(?P<en2>(?:{_ACT}\b{_TAIL}|(?:an?|any|the) (?:\w+ )?{_THING}\b{_TAIL}))"
            ),
            (
                rf"\b(?:i|we)(?: (?:(?:really|actually|certainly|definitely|also) )?{_NOW}|['’](?:m|re|ll) not| (?:will|am"
                rf"|are) \w+ not){_SOFT} (?P<en3>{_ACT}\b{_TAIL})"
            ),
            (
                rf"\b(?:no need|not (?:asking|looking|here|interested))(?: in| to| for| of)? (?P<en4>(?:(?:an?|any|the|my|our) )?(?:\w+ )?"
                rf"(?:{_ACT}|{_THING})\b{_TAIL})|\b(?:instead of|rather than|without) (?P<en6>(?:an?|the) {_THING})\b"
            ),
            (
                rf"(?:^|[.!?,;\n]\s{{0,3}}|\b(?:and|but) )(?:no|not an?|not the) (?P<en5>{_THING})(?=\W*(?:$|,|please|needed|necessary"
                rf"|required|thanks|thank you|but|just))"
            ),
            (
                rf"\b(?:ich|wir) (?:will|wollen|möchten?|brauchen?|benötigen?|werden?|beabsichtigen?)\b(?P<de1>(?: (?!nicht"
                rf"|kein)[\w-]+){{0,5}} (?:nicht|kein(?:e[nrsm]?)?)"
                rf"(?: [\w-]+){{0,3}}? {_AKT}\b)"
            ),
            rf"(?:^|[.!?,;\n]\s{{0,3}}|\b(?:und|aber) )(?:bitte )?(?:keine?n?) (?P<de2>{_AKT})(?=\W*(?:$|,|bitte|nötig|danke|sondern|nur))",
            (
                rf"\b(?:je|nous|on) (?:ne |n['’])(?:\w+ )?(?:pas|plus|jamais)(?: pas)?(?: besoin)?(?: de| d['’]| à)?\s?(?P<fr1>(?:une? "
                rf"|le |la |mon |ma |notre )?"
                rf"(?:\w+ )?{_ACTE}\b{_TAIL})"
            ),
            rf"\b(?:pas (?:besoin )?d(?:e |['’])|sans |pas question de )(?P<fr2>{_ACTE}\b{_TAIL})",
            (
                rf"\bno (?:quiero|queremos|necesito|necesitamos|deseo|deseamos|voy a|vamos a|pienso|hace falta)(?: que)? (?P<es1>(?:(?:un"
                rf"|una|el|la|mi) )?(?:\w+ )?"
                rf"{_ACTO}\b{_TAIL})"
            ),
        )
    ).replace(" ", _GAP),
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:any ?more|any longer|again|twice|being|be (?:charged|billed)|mehr|plus (?:de|d['’]|recevoir)|ya no|más)\b|\?\s*$"
    r"|^\W*(?:order|transfer|call|offer|return|change)s? (?:to be|was|is)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:why|warum|wieso|pourquoi|por qué|if|wenn|falls|si|unless|until|in case)\b[^.?!\n]{0,40}$", re.IGNORECASE)


_SMALL = frozenset(
    re.findall(
        r"\w+",
        """please pls thanks thank you thx just only but and so ok okay hi hello hey dear
        sorry no not yes all any more now at we it is that this
        either too by the way also well bitte danke nur aber und hallo nein merci bonjour mais et non gracias hola pero solo""",
    )
)


class Denial(NamedTuple):
    """Half-open range of the words that deny, and what they deny."""

    start: int
    end: int
    what: str


def denials(text: str) -> tuple[Denial, ...]:
    """In order. Pure; nothing is read after 20,000 characters."""
    return tuple(_denials(text[:MAX_CHARACTERS]))


def without(text: str, found: tuple[Denial, ...]) -> str:
    """``text`` with spaces where something is denied, so that every other word stands where it stood."""
    for each in found:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    return text


def says_something(text: str) -> bool:
    """Whether what is left without the denials is more than a word of courtesy."""
    return any(word not in _SMALL for word in re.findall(r"[^\W\d_]{2,}", text.lower()))


def _denials(text: str) -> Iterator[Denial]:
    for found in _DENIALS.finditer(text):
        what = next(part for part in found.groups() if part)
        after = text[found.end() : found.end() + 20]
        asked = _ASKED.search(text[max(0, found.start() - 60) : found.start()])
        if not asked and not _TROUBLE.search(found[0]) and not re.match(r"\W*(?:any ?more|any longer|twice|again)\b", after, re.IGNORECASE):
            yield Denial(found.start(), found.end(), re.sub(r"\b(?:nicht|kein\w*)\b", "", what).strip())
