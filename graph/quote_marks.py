"""How mail programs announce the mail they quote, in the languages that correspondents use."""

import re

_DAYS_AND_NUMBERS = re.compile(r"\d|@|<")
_ATTRIBUTIONS = re.compile(
    r"^(?:on\b.*\bwrote|"
    r"(?:am|vom)\b.*\bschrieb\b.*|.*\bschrieb am\b.*|"
    r"le\b.*\ba écrit|"
    r"el\b.*\bescribió|"
    r"il\b.*\bha scritto|"
    r"op\b.*\bschreef\b.*|"
    r"(?:em|a|no dia)\b.*\bescreveu|"
    r"(?:den|på)\b.*\bskrev\b.*|"
    r"(?:dnia|w dniu)\b.*\bnapisał(?:\(a\)|a)?|"
    r"[^:]{1,80}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|writes|schrieb|a écrit|escribió|ha scritto))\s*:$",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^(?:on|am|vom|le|el|il|op|em|a|no dia|den|på|dnia|w dniu)\b.*\d|^[^:]{1,80}<[^<>\s]+@", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"^[-_=*\s]{2,}\s*(?:original message|original appointment|reply message|ursprüngliche nachricht|originalnachricht|"
    r"message d['’]origine|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht)\s*[-_=*\s]*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^(?:[-_=*\s]{2,}\s*(?:forwarded (?:message|by\b.*)|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|"
    r"doorgestuurd bericht|mensagem encaminhada)\s*[-_=*\s]*|begin forwarded message:|anfang der weitergeleiteten nachricht:|"
    r"début du message (?:réexpédié|transféré)\s*:|inicio del mensaje reenviado:|inizio messaggio inoltrato:)$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[*\s]*(from|sent|to|subject|date|cc|reply-to|von|gesendet|an|betreff|datum|kopie|de|envoyé|à|objet|"
    r"enviado(?: el)?|para|asunto|fecha|da|inviato|a|oggetto|data|van|verzonden|aan|onderwerp)\s*[*]*\s*:",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[*\s]*(?:from|von|de|da|van)\s*[*]*\s*:", re.IGNORECASE)
_SUBJECT = re.compile(r"^[*\s]*(?:subject|betreff|objet|asunto|oggetto|onderwerp)\s*[*]*\s*:", re.IGNORECASE)
_RULE = re.compile(r"^\s*[_-]{10,}\s*$")
_FORWARD_SUBJECT = re.compile(r"^\s*(?:(?:re|aw|sv)\s*:\s*)*(?:fwd?|wg|tr|rv|i|doorst|enc)\s*:", re.IGNORECASE)

MAX_ATTRIBUTION = 600


def attribution(lines: list[str], at: int) -> int:
    """How many lines from ``at`` say "On <day> <who> wrote:", wrapped over at most four; 0 when they do not."""
    if not _BEGINS.match(lines[at].lstrip("*> ")[:MAX_ATTRIBUTION]):
        return 0
    for count in range(1, 5):
        joined = " ".join(line.strip(" *>\t") for line in lines[at : at + count])[:MAX_ATTRIBUTION]
        if joined.endswith(":"):
            return count if _ATTRIBUTIONS.match(joined) and _DAYS_AND_NUMBERS.search(joined) else 0
    return 0


def original(lines: list[str], at: int) -> int:
    """How many lines from ``at`` are "Original Message" or a block of From, Sent, To, Subject; 0 when there is none."""
    rule = 1 if _ORIGINAL.match(lines[at][:200]) or _RULE.match(lines[at][:200]) else 0
    fields = header_block(lines, at + rule)
    return rule + fields if fields or _ORIGINAL.match(lines[at][:200]) else 0


def forward(lines: list[str], at: int) -> int:
    """How many lines from ``at`` announce a forwarded mail, its header lines included; 0 when they do not."""
    return 1 + header_block(lines, at + 1) if _FORWARD.match(lines[at][:200]) else 0


def is_forward(subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject))


def header_block(lines: list[str], at: int) -> int:
    """How many lines from ``at`` are mail header lines, From and Subject among them; a blank line or two before them count."""
    start = at
    while start < len(lines) and start - at < 2 and not lines[start].strip():
        start += 1
    end = start
    while end < len(lines) and end - start < 8 and _FIELD.match(lines[end][:300]):
        end += 1
    block = [line[:300] for line in lines[start:end]]
    return end - at if any(map(_FROM.match, block)) and any(map(_SUBJECT.match, block)) else 0
