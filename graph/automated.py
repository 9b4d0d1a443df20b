"""Was this mail sent by a machine? Answering one starts a loop (RFC 3834, section 2)."""

import re
from collections.abc import Iterable

from core.types import Inbound

_LISTS = ("bulk", "junk", "list", "auto_reply")
_ROBOT = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|(?:do[-_.]?)?not?[-_.]?reply|donotreply|no[-_.]?responder|ne[-_.]?pas[-_.]?repondre|nicht[-_.]?antworten|"
    r"bounces?(?:[-+_.].*)?|auto[-_.]?(?:reply|responder|mailer)|noreply[-+_.].*|.*[-_.+](?:no[-_.]?reply|donotreply|bounces?))",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\W*(?:auto(?:matic|mated|matische|mática|matique)?[- ]?(?:reply|response|antwort|respuesta)\b|autoreply\b|auto:|"
    r"automatische (?:antwort|abwesenheits)|réponse automatique|respuesta automática|"
    r"out of (?:the )?office\s*(?:$|[:\-–(!.]|auto|reply|until|from|notification|message\s*$|response)|ooo\s*[:\-–]|"
    r"abwesenheits(?:notiz|benachrichtigung|nachricht|assistent)|abwesend\s*[:\-–]|"
    r"absence du bureau|(?:notification|message|avis) d['’]absence|absent(?:e)? du bureau|"
    r"fuera de (?:la )?oficina\b|ausente de la oficina|mensaje de ausencia|"
    r"(?:undeliver(?:able|ed mail)|delivery status notification|mail delivery (?:failed|failure|subsystem)|failure notice|returned mail|"
    r"unzustellbar|nicht zustellbar|non remis|échec de remise|no se puede entregar|correo no entregado|delivery (?:failure|has failed)))",
    re.IGNORECASE,
)


def automated(message: Inbound, domains: Iterable[str]) -> str | None:
    """Why this message came from a machine, or from the company itself; None for a person's mail.

    ``domains`` are the company's own. Mail relayed by a group of the company's own (List-Id in its domain) is a person's mail; so is a web
    form's, which sends from a no-reply address but names the person in Reply-To.
    """
    if message.channel != "email":
        return None
    headers, own = message.headers, tuple(domain.lower() for domain in domains)
    return _declared(headers) or _listed(headers, own) or _by_robot(message, own)


def _declared(headers: dict[str, str]) -> str | None:
    submitted = headers.get("auto-submitted", "no").split(";")[0].split("(")[0].strip().lower()
    if submitted not in ("no", ""):
        return f"Auto-Submitted: {submitted[:40]}"
    kind = headers.get("content-type", "").lower()
    if kind.startswith(("multipart/report", "message/delivery-status")):
        return "a report about other mail (multipart/report)"
    if headers.get("return-path", "").replace(" ", "") == "<>":
        return "null Return-Path"
    if headers.get("x-auto-response-suppress", "none").strip().lower() not in ("none", ""):
        return "X-Auto-Response-Suppress"
    return "X-Autoreply" if headers.get("x-autoreply", "no").strip().lower() not in ("no", "") else None


def _listed(headers: dict[str, str], own: tuple[str, ...]) -> str | None:
    id = headers.get("list-id", "").rpartition("<")[2].strip(" >").lower()
    if id and _within(id, own):
        return None
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in _LISTS:
        return f"Precedence: {precedence}"
    return next((name for name in ("List-Id", "List-Unsubscribe") if name.lower() in headers), None)


def _by_robot(message: Inbound, own: tuple[str, ...]) -> str | None:
    local, _, domain = (message.sender.email or "").lower().rpartition("@")
    if _ROBOT.fullmatch(local[:100]) and not _answers_to_person(message.headers.get("reply-to", ""), own):
        return f"sent by {local[:40]}@"
    if _SUBJECT.match(message.subject[:200]):
        return "subject of an automatic reply"
    if domain and _within(domain, own) and not _ROBOT.fullmatch(local[:100]):
        return "sent from the company's own domain"
    return None


def _answers_to_person(reply_to: str, own: tuple[str, ...]) -> bool:
    found = re.search(r"([^\s<>@,;]{1,100})@([^\s<>@,;]{1,200})", reply_to)
    return bool(found and not _ROBOT.fullmatch(found[1]) and not _within(found[2].lower(), own))


def _within(domain: str, own: tuple[str, ...]) -> bool:
    return any(domain == mine or domain.endswith(f".{mine}") for mine in own)
