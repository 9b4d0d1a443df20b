"""Where personal data stands in a text: addresses, numbers and accounts that are checked, not only matched."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from core.types import PiiSpan

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MIN_DIGITS = 8
MAX_PHONE_TEXT = 50_000
_TAKEN = "\0"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_CARD = re.compile(r"(?<![\w.,+-])(?:[2-6]\d|18(?=00))(?:[ -]?\d){11,17}(?!\d)")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_REGIONS = {"en": ("GB", "US"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE"), "es": ("ES", "MX")}
_PHONE_LIKE = re.compile(r"[+(\d](?:[ \t\u00a0./()-]{0,3}\d){5,17}")
_ANNOUNCED = re.compile(
    r"\b(?:tel(?:ephone|efon|éfono|éphone|\.)?|phone|call|cell|mobile?|handy|fax|whatsapp|rufen|appele[rz]|ll[aá]m\w+|numero|número)\b"
    r"[^\d\n+(]{0,30}(\+?\(?\d(?:[ \u00a0./()-]{0,2}\d){5,14})(?!\d)",
    re.IGNORECASE,
)
_LENGTHS = dict(
    re.findall(
        r"(\w\w):(\d\d)",
        "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 DO:28 EE:20 EG:29 ES:24"
        "FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LI:21"
        "LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SE:24"
        "SI:19 SK:24 SM:27 TN:24 TR:26 UA:29 VG:24 XK:20",
    )
)


def pii_spans(text: str, language: str = "en") -> tuple[PiiSpan, ...]:
    """Half-open spans in ``text``, sorted, none overlapping: email, iban, card, ssn, ip, phone. ``language`` says whose national phone
    formats to expect; phones are sought in the first ``MAX_PHONE_TEXT`` characters. Checks: IBAN by ISO 13616 length and ISO 7064
    mod 97-10, card by Luhn (ISO/IEC 7812). Never raises.
    """
    free = _Free(text)
    taken = [
        span
        for found in (_matches(_EMAIL, text, "email"), _ibans(text), _cards(text), _matches(_SSN, text, "ssn"), _addresses(text))
        for span in found
        if free.take(span)
    ]
    taken.extend(span for span in _phones(free.rest()[:MAX_PHONE_TEXT], language) if free.take(span))
    return tuple(sorted(taken, key=lambda span: span.start))


class _Free:
    """Which characters no span has taken yet."""

    def __init__(self, text: str) -> None:
        self._signs = list(text)

    def take(self, span: PiiSpan) -> bool:
        """Take the span's characters; False, and nothing taken, when one of them is gone."""
        if _TAKEN in self._signs[span.start : span.end]:
            return False
        self._signs[span.start : span.end] = [_TAKEN] * (span.end - span.start)
        return True

    def rest(self) -> str:
        """The text with the taken characters overwritten, every position kept."""
        return "".join(self._signs).replace(_TAKEN, "\n")


def _matches(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[PiiSpan]:
    return (PiiSpan(start=found.start(), end=found.end(), kind=kind) for found in pattern.finditer(text))


def _ibans(text: str) -> Iterator[PiiSpan]:
    for found in _IBAN.finditer(text):
        wanted = int(_LENGTHS.get(found[0][:2].upper(), 0))
        end = _end_of(found[0], wanted)
        if end and not found[0][end : end + 1].isalnum() and _mod_97("".join(filter(str.isalnum, found[0][:end]))) == 1:
            yield PiiSpan(start=found.start(), end=found.start() + end, kind="iban")


def _end_of(text: str, wanted: int) -> int:
    """Where the ``wanted``-th letter or digit of ``text`` ends; 0 when there are fewer."""
    ends = [at + 1 for at, sign in enumerate(text) if sign.isalnum()]
    return ends[wanted - 1] if 0 < wanted <= len(ends) else 0


def _mod_97(iban: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97


def _cards(text: str) -> Iterator[PiiSpan]:
    for found in _CARD.finditer(text):
        digits = [int(sign) for sign in found[0] if sign.isdigit()]
        if 13 <= len(digits) <= 19 and _luhn(digits) and len(set(digits)) > 1:
            yield PiiSpan(start=found.start(), end=found.end(), kind="card")


def _luhn(digits: Sequence[int]) -> bool:
    doubled = (sum(divmod(digit * 2, 10)) if at % 2 else digit for at, digit in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _addresses(text: str) -> Iterator[PiiSpan]:
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(text):
            if len(found[0]) >= 7 and _is_ip(found[0]):
                yield PiiSpan(start=found.start(), end=found.end(), kind="ip")


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _phones(text: str, language: str) -> Iterator[PiiSpan]:
    """Numbers announced as such, with a country code that can be dialled, or valid in one of the language's countries."""
    if not _PHONE_LIKE.search(text):
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    yield from (PiiSpan(start=found.start(1), end=found.end(1), kind="phone") for found in _ANNOUNCED.finditer(text))
    for region in _REGIONS.get(language, ("GB", "US")):
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            if _dialled(match.raw_string, match.number):
                yield PiiSpan(start=match.start, end=match.end, kind="phone")


def _dialled(raw: str, number: "PhoneNumber") -> bool:
    """With a country code, or a valid national number as people write it: with its trunk 0, or in groups."""
    from phonenumbers import is_valid_number

    digits = sum(sign.isdigit() for sign in raw)
    if raw.startswith(("+", "(+")):
        return digits >= MIN_DIGITS
    grouped = len(re.findall(r"\d+", raw)) >= 3
    return (grouped or raw.lstrip("(").startswith("0")) and digits > MIN_DIGITS and bool(is_valid_number(number))
