"""What the company's systems of record say of a sender, as typed signals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from core.ports import FactStore
from core.profile import NEVER, Fact, Profile, Statement, address_key, merge
from core.types import Sender, Signal, SignalValue

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


class Refreshed(Protocol):
    """A company's files of record."""

    async def refresh(self) -> None:
        """Record what the files state since they changed, so that whoever asks as of now knows it; nothing for who only looks.

        Raises:
            InvalidFile: naming the line that cannot be used, where the file has never been read.
        """

    async def unread(self, contact: str, at: datetime, known: Sequence[Statement]) -> tuple[Statement, ...]:
        """For who only looks: what files state of a contact that had not been read into the store by then, beside what is ``known``.

        Raises:
            InvalidFile: naming the line that cannot be used.
        """


class RecordDirectory:
    """``core.ports.Directory`` over what a company's systems of record state.

    A sender is matched by the whole address and nothing else: no display name, no domain, no look-alike. Whoever the channel did not
    authenticate only claims to be that contact, so the facts carry the source ``channel``, which no policy trusts.
    """

    def __init__(
        self,
        tenant: str,
        store: FactStore,
        files: Refreshed,
        *,
        domains: Sequence[str],
        order: Sequence[str],
        sources: Mapping[str, Sequence[str]],
    ) -> None:
        """``domains`` are the company's own: an address there is a colleague's, never a customer's. ``order`` are the records, the most
        trusted first; ``sources`` says so for a field of its own.
        """
        self._tenant, self._store, self._files = tenant, store, files
        self._own = {domain.lower() for domain in domains}
        self._order, self._sources = order, sources

    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        """``known`` and ``authenticated`` always; of a known sender also whatever the records state, as known at that instant.

        Raises:
            InvalidFile: naming the line of a file of record that cannot be used, when it is first read.
        """
        profile = await self._find(sender, at)
        verified = profile.get("address_verified") if profile else None
        proven = sender.authenticated and verified is not None and verified.value is True
        identity = Signal(name="authenticated", value=proven, source="authentication", observed_at=at)
        if profile is None:
            return (Signal(name="known", value=False, source="crm", observed_at=at), identity)
        return (*_signals(profile, at, "crm" if sender.authenticated else "channel"), identity)

    async def _find(self, sender: Sender, at: datetime) -> Profile | None:
        if not sender.email or sender.email.rpartition("@")[2].strip().lower() in self._own:
            return None
        await self._files.refresh()
        contact = address_key(sender.email)
        said = await self._store.known(self._tenant, contact, at)
        profile = merge(contact, (*said, *await self._files.unread(contact, at, said)), self._sources, self._order)
        return profile if any(fact.about == "contact" for fact in profile.fields) else None


def _signals(profile: Profile, at: datetime, source: Literal["crm", "channel"]) -> Iterator[Signal]:
    yield _signal("known", True, _latest_of_contact(profile), at, source)
    for fact in profile.fields:
        for name, value in _values(fact, at.astimezone(UTC).date()):
            yield _signal(name, value, fact, at, source)


def _latest_of_contact(profile: Profile) -> Fact:
    """What vouches for the contact: the statement about them that was observed last."""
    own = [fact for fact in profile.fields if fact.about == "contact"]
    return max(own, key=lambda fact: fact.observed_at or NEVER)


def _values(fact: Fact, today: date) -> Iterator[tuple[str, SignalValue]]:
    """The signals of a fact, by name."""
    match fact.name, fact.value:
        case "address_verified", _:
            return
        case "renewal_date", str(day):
            yield "days_to_renewal", float((date.fromisoformat(day) - today).days)
        case "title", str(title):
            yield "title_seniority", seniority(title)
        case name, float() | int() as number if not isinstance(number, bool):
            yield name, float(number)
        case name, value:
            yield name, value


def _signal(name: str, value: SignalValue, fact: Fact, at: datetime, source: Literal["crm", "channel"]) -> Signal:
    fresh = fact.observed_at is not None and at - fact.observed_at <= STALE
    return Signal(
        name=name,
        value=value,
        source=source,
        observed_at=fact.observed_at,
        confidence=fact.confidence if fresh else fact.confidence * STALE_CONFIDENCE,
        record=fact.record,
        version=fact.version,
    )


def seniority(title: str) -> Seniority:
    """Rank read from a job title in English, German, French or Spanish; an executive's assistant is staff."""
    words = title.lower()
    if _HELPER.search(words):
        return "staff"
    if _EXECUTIVE.search(words):
        return "executive"
    return "manager" if _MANAGER.search(words) else "staff"
