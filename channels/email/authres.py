"""Authentication-Results (RFC 8601): did the company's own mail server prove who wrote?"""

import re
from collections.abc import Sequence

_ASSIGN = re.compile(r"\s*=\s*")
_METHOD = re.compile(r"([a-z0-9_-]+)(?:/\d+)?=([a-z]+)")

Result = tuple[str, str, dict[str, str]]


def authenticated(results: Sequence[str], senders: Sequence[str], authserv_id: str | None) -> bool:
    """True when the trusted server says that the From domain sent the mail: ``dmarc=pass``, or ``spf``/``dkim`` passed for that domain.

    ``results`` are the ``Authentication-Results`` values from top to bottom, ``senders`` the From addresses. Only the topmost header of
    ``authserv_id`` counts: the server writes above whatever the sender forged. Several From addresses prove nobody.
    """
    if not authserv_id or len(senders) != 1:
        return False
    domain = senders[0].rpartition("@")[2].lower().rstrip(".")
    trusted = next((parsed for value in results if (parsed := _parse(value)) and parsed[0] == authserv_id.strip().lower()), None)
    return bool(domain and trusted and any(_proves(result, domain) for result in trusted[1]))


def _proves(result: Result, domain: str) -> bool:
    method, verdict, properties = result
    if verdict != "pass":
        return False
    match method:
        case "dmarc":
            return properties.get("header.from", domain).rpartition("@")[2] == domain
        case "spf":
            return _aligned(properties.get("smtp.mailfrom", ""), domain)
        case "dkim":
            return _aligned(properties.get("header.d") or properties.get("header.i", ""), domain)
    return False


def _aligned(identity: str, domain: str) -> bool:
    """The proven domain is the From domain or a parent of it (RFC 7489, 3.1, without its public-suffix list)."""
    proven = identity.rpartition("@")[2].rstrip(".")
    return "." in proven and (domain == proven or domain.endswith(f".{proven}"))


def _parse(value: str) -> tuple[str, list[Result]] | None:
    """(authserv-id, results) of one header, None when it has no id."""
    server, *rest = _plain(value).lower().split(";")
    id = next(iter(server.split()), "")
    return (id, [result for part in rest if (result := _result(part))]) if id and "=" not in id else None


def _result(part: str) -> Result | None:
    method, *properties = _ASSIGN.sub("=", part.strip()).split() or [""]
    found = _METHOD.fullmatch(method)
    return (found[1], found[2], dict(item.split("=", 1) for item in properties if "=" in item)) if found else None


def _plain(value: str) -> str:
    """Without comments; inside quotes, everything that could end a token becomes ``_``."""
    out, depth, quoted, escaped = [], 0, False, False
    for sign in value:
        if escaped or sign == "\\":
            escaped = not escaped
        elif sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            out.append("_" if sign in "; =()" else sign)
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif not depth:
            out.append(sign)
    return "".join(out)
