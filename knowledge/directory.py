"""What the company's CRM says of a sender, as typed signals."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from core.errors import InvalidFile
from core.types import Sender, Signal, SignalValue
from knowledge.crm import Contact, address_key, read_contacts

LOG = logging.getLogger("usher.knowledge.directory")
STALE = timedelta(days=180)
STALE_CONFIDENCE = 0.5

Seniority = Literal["executive", "manager", "staff"]

_HELPER = re.compile(r"\b(assistant|assistenz|assistentin|assistente|asistente|secretary|secretaria|office of)\b")
_EXECUTIVE = re.compile(
    r"\b(chief|c[efimoprst]o|ciso|svp|evp|vp|vice president|president|founder|co-founder|owner|chair\w*|managing (director|partner)"
    r"|general (manager|counsel)|vorst[aä]nd\w*|gesch[aä]ftsf[uü]hrer(in)?|inhaber(in)?|pdg|dsi|daf|g[eé]rante|associ[eé]e? g[eé]rante?"
    r"|direct(eur|rice) (g[eé]n[eé]rale?|financi[eè]re?|des (op[eé]rations|syst[eè]mes))|director(a)? (general|ejecutiv[oa]|financier[oa])"
    r"|gerente general|propietari[oa]|fundador(a)?|consejer[oa] delegad[oa])\b"
)
_MANAGER = re.compile(
    r"\b(director|manager|head|lead|leader|supervisor|controller|partner|team lead|direktor(in)?|\w*leiter(in)?|leitung|direct(eur|rice)"
    r"|responsable|chef(fe)?|directora|jef[ea]|gerente|coordinador(a)?|encargad[oa])\b"
)


class CrmDirectory:
    """``core.ports.Directory`` over one company's ``crm.csv``, read at first use and again when the file changes.

    A sender is matched by the whole address and nothing else: no display name, no domain, no look-alike. Whoever the channel did not
    authenticate only claims to be that contact, so the facts carry the source ``channel``, which no policy trusts.
    """

    def __init__(self, path: Path, domains: Sequence[str]) -> None:
        """``domains`` are the company's own: an address there is a colleague's, never a customer's."""
        self._path = path
        self._own = {domain.lower() for domain in domains}
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._contacts: Mapping[str, Contact] = {}

    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        """``known`` and ``authenticated`` always; of a known sender also whatever cells the CRM has filled.

        Raises:
            InvalidFile: naming the line of ``crm.csv`` that cannot be used, when it is first read.
        """
        contact = await self._find(sender)
        proven = sender.authenticated and contact is not None and contact.verified
        identity = Signal(name="authenticated", value=proven, source="authentication", observed_at=at)
        if contact is None:
            return (Signal(name="known", value=False, source="crm", observed_at=at), identity)
        return (*_facts(contact, at, "crm" if sender.authenticated else "channel"), identity)

    async def _find(self, sender: Sender) -> Contact | None:
        if not sender.email or sender.email.rpartition("@")[2].strip().lower() in self._own:
            return None
        if self._changed():
            await asyncio.to_thread(self._load)
        return self._contacts.get(address_key(sender.email))

    def _changed(self) -> bool:
        return self._stamp is None or self._stamp != self._now()

    def _now(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise InvalidFile(file=str(self._path), problem=f"cannot be read ({error.strerror})") from None
        return status.st_mtime_ns, status.st_size

    def _load(self) -> None:
        """A file that breaks while the product runs leaves the last good contacts in force."""
        with self._lock:
            stamp, before = self._now(), self._stamp
            if stamp == before:
                return
            try:
                self._contacts = read_contacts(self._path)
            except InvalidFile as error:
                if before is None:
                    raise
                LOG.warning("%s cannot be used since it changed (line %s); the contacts read before stay in force", error.file, error.line)
            self._stamp = stamp


def _facts(contact: Contact, at: datetime, source: Literal["crm", "channel"]) -> Iterator[Signal]:
    seen = datetime.combine(contact.updated_at, time(), UTC) if contact.updated_at else None
    confidence = 1.0 if seen and at - seen <= STALE else STALE_CONFIDENCE
    for name, value in _values(contact, at.astimezone(UTC).date()).items():
        if value is not None:
            yield Signal(name=name, value=value, source=source, observed_at=seen, confidence=confidence)


def _values(contact: Contact, today: date) -> dict[str, SignalValue]:
    return {
        "known": True,
        "tier": contact.tier,
        "seats": contact.seats,
        "arr": contact.arr_usd,
        "deal_value": contact.open_deal_usd,
        "deal_stage": contact.deal_stage,
        "days_to_renewal": float((contact.renewal_date - today).days) if contact.renewal_date else None,
        "account": contact.account,
        "account_owner": contact.owner,
        "consent": contact.consent,
        "region": contact.region,
        "crm_language": contact.language,
        "strategic": contact.strategic,
        "health": contact.health,
        "title_seniority": seniority(contact.title) if contact.title else None,
        "contact_name": contact.name,
    }


def seniority(title: str) -> Seniority:
    """Rank read from a job title in English, German, French or Spanish; an executive's assistant is staff."""
    words = title.lower()
    if _HELPER.search(words):
        return "staff"
    if _EXECUTIVE.search(words):
        return "executive"
    return "manager" if _MANAGER.search(words) else "staff"
