"""What closes a mail without being its message: signature, mobile footers, legal disclaimers, "external sender" banners."""

import re
from typing import NamedTuple

_DELIMITER = re.compile(r"^(?:--|—|__)\s?$")
_MOBILE = re.compile(
    r"^\s*(?:sent (?:from|via|with) (?:my|outlook|mail for|samsung|proton|yahoo|the|an?)\b.{0,60}|get outlook for .{0,60}|"
    r"(?:von meinem|gesendet (?:von|mit|über)) .{0,60}|diese nachricht wurde von meinem .{0,60}|"
    r"envoyé (?:de|depuis|à partir) .{0,60}|télécharger outlook .{0,60}|enviado (?:desde|con) .{0,60}|obtener outlook .{0,60}|"
    r"inviato da .{0,60}|verzonden vanaf .{0,60}|enviado do meu .{0,60})$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:with |many |warm |kind |best |kindest )*(?:regards|wishes)|best|cheers|all the best|sincerely|respectfully|"
    r"(?:yours|very) (?:sincerely|truly|faithfully)|(?:many )?thanks(?: (?:again|so much|a lot|in advance|and (?:kind |best )?regards))?|"
    r"thank you(?: (?:very much|again|in advance))?|mit (?:freundlichen|besten|herzlichen) (?:grüßen|grüssen|gruessen)|freundliche grüße|"
    r"(?:viele|beste|liebe|schöne|herzliche) (?:grüße|gruesse|grüsse)|mfg|lg|"
    r"(?:vielen|besten|herzlichen) dank(?: im voraus| und .{4,30})?|danke(?: im voraus)?|"
    r"(?:bien )?(?:cordialement|amicalement)|(?:sincères )?salutations|bien à vous|(?:merci|je vous remercie)(?: d['’]avance)?|"
    r"(?:un )?(?:cordial )?salud(?:o|os)(?: cordiales)?|(?:muy )?atentamente|(?:muchas )?gracias(?: de antemano)?|quedo a la espera|"
    r"cordiali saluti|met vriendelijke groet(?:en)?)\s*[,.!]?\s*(?-i:[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,3})?\s*$",
    re.IGNORECASE,
)
_PARTICLE = r"van|von|der|den|de|del|la|le|di|da|and|und|et|y|&|\|"
_NAME = re.compile(rf"^\W*(?:[A-ZÀ-Þ][\w.'’-]*|{_PARTICLE})(?:,? (?:[A-ZÀ-Þ(][\w.)'’-]*|{_PARTICLE})){{0,6}}\W*$|^\W*\w{{1,20}}\W*$")
_CONTACT = re.compile(r"@|https?:|www\.|\d[\d \-/()]{5,}|\||·|\b(?:GmbH|Ltd|Inc|LLC|SARL|S\.?A\.?|AG)\b")
_ASKS = re.compile(
    r"\?\s*$|\b(?:please (?!consider|think)|could you|can you|i need|we need|i want|i would|bitte|merci de|pouvez|por favor|necesit)",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^\s*p\.?\s?s\.?\s*[:.,–-]?\s+\S|^\s*p\.?s\.?\s*:", re.IGNORECASE)
_THIS_MAIL = re.compile(
    r"(?:this|the (?:information (?:contained )?in this)|any) (?:e-?mail|message|communication|transmission|electronic)|"
    r"(?:diese|dieser) (?:e-?mail|nachricht)|(?:ce|cet|le présent) (?:message|courriel|e-?mail)|este (?:mensaje|correo|e-?mail)",
    re.IGNORECASE,
)
_INTENDED = re.compile(
    r"intended (?:only|solely|exclusively|for|recipient)|addressee|(?:richtige|vorgesehene|bestimmt).{0,40}(?:adressat|empfänger)|"
    r"(?:nicht der|ausschließlich).{0,60}(?:adressat|empfänger)|destinatai?re|destinatario",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"confidential|privileged|proprietary|vertraulich|geschützt|confidentiel|confidencial|notify|delete|destroy|disclos|unauthori[sz]ed|"
    r"vernichten|löschen|détruire|supprimer|elimin|notifi",
    re.IGNORECASE,
)
_TREES = re.compile(r"^\W*(?:please )?(?:consider|think (?:of|about)) the environment before", re.IGNORECASE)
_BANNER = re.compile(
    r"^\W{0,10}(?:caution|external|warning|achtung|attention|extern)\b[^?]{0,120}"
    r"\b(?:originat|sent from|sender|came from|stammt von|absender|provient|expéditeur|remitente|proviene)[^?]{0,200}$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\w[^.!?]{20,}[.!?](?:\s|$)")

MAX_SIGNATURE_LINES = 14


class Parted(NamedTuple):
    text: str
    signature: str = ""


def without_signature(text: str, sender: str = "") -> Parted:
    """Message and signature. A postscript stays with the message, and so does everything when nothing but a signature would be left.

    ``sender`` is the display name: a line that is that name, or its first or last word, opens a signature too.
    """
    body, notices = _without_notices(text)
    lines = body.split("\n")
    cut = _begin(lines, frozenset({sender.casefold(), *sender.casefold().split()} - {""}))
    tail = lines[cut:]
    kept = _postscript(tail)
    message = "\n".join(lines[:cut] + kept).strip()
    signature = "\n".join(tail[: len(tail) - len(kept)]).strip()
    if not re.search(r"\w", message):
        return Parted(text.strip())
    return Parted(message, "\n".join(part for part in (signature, notices) if part))


def _begin(lines: list[str], names: frozenset[str]) -> int:
    """The line at which the signature begins: delimiter, mobile footer, closing or the sender's name, with nothing but a card below."""
    floor = max(1, len(lines) - MAX_SIGNATURE_LINES - sum(not line.strip() for line in lines[-40:]))
    return next((at for at in range(floor, len(lines)) if _opens(lines[at][:120], lines[at + 1 :], names)), len(lines))


def _opens(line: str, rest: list[str], names: frozenset[str]) -> bool:
    below = [line for line in rest if line.strip()]
    below = below[: next((at for at, line in enumerate(below) if _POSTSCRIPT.match(line)), len(below))]
    if _DELIMITER.match(line):
        return not any(_ASKS.search(line[:500]) for line in below)
    if _MOBILE.match(line) or _CLOSING.match(line):
        return _is_card(below)
    return line.strip(" ,.-–—").casefold() in names and all(map(_is_plain, below))


def _is_card(lines: list[str]) -> bool:
    """A name first, then short lines that neither ask nor tell."""
    if not lines:
        return True
    first = lines[0][:120]
    calling = bool(_NAME.match(first) or _CONTACT.search(first) or _MOBILE.match(first) or _CLOSING.match(first) or _DELIMITER.match(first))
    return calling and all(map(_is_plain, lines))


def _is_plain(line: str) -> bool:
    """A line of a card: short, no sentence, no wish; or the company's secrecy formula."""
    if _THIS_MAIL.search(line[:500]) and _SECRET.search(line[:500]):
        return True
    return len(line) <= 110 and not _ASKS.search(line) and not _SENTENCE.search(line)


def _postscript(tail: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(tail) if _POSTSCRIPT.match(line)), len(tail))
    return tail[at:]


def _without_notices(text: str) -> tuple[str, str]:
    """Text without disclaimers in its last paragraphs and without a banner in its first; and these notices."""
    paragraphs = re.split(r"\n[ \t]*\n", text)
    notices = [at for at in range(max(1, len(paragraphs) - 6), len(paragraphs)) if _is_disclaimer(paragraphs[at][:3000])]
    if len(paragraphs) > 1 and len(paragraphs[0]) <= 400 and _BANNER.match(paragraphs[0].replace("\n", " ")):
        notices.insert(0, 0)
    kept = [paragraph for at, paragraph in enumerate(paragraphs) if at not in notices]
    return "\n\n".join(kept), "\n\n".join(paragraphs[at].strip() for at in notices)


def _is_disclaimer(paragraph: str) -> bool:
    formal = all(sign.search(paragraph) for sign in (_THIS_MAIL, _INTENDED, _SECRET))
    return formal or bool(_TREES.match(paragraph) and len(paragraph) < 200)
