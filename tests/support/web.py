"""The web app over a real database and two companies, without models: what a request may do needs none."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from app import Usher
from core.access import Access
from core.clock import ShiftedClock
from core.company import Company, Roster
from core.settings import Settings
from store.database import Database
from tests.support.company import TUESDAY, example

PLENTY = 100_000_000

# One person for each access role, and one who has left access altogether.
PEOPLE: Mapping[str, tuple[Access, ...]] = {
    "aisha.bello": ("viewer",),
    "lukas.brandt": ("agent",),
    "ines.navarro": ("approver",),
    "grace.okafor": ("lead", "approver"),
    "niamh.oconnor": ("admin",),
    "diego.ramirez": (),
}


def company(tenant: str) -> Company:
    """The example company under another id, with ``PEOPLE``'s access."""
    shipped = example()
    people = tuple(p.model_copy(update={"access": PEOPLE[p.id]}) if p.id in PEOPLE else p for p in shipped.roster.people)
    return replace(shipped, profile=shipped.profile.model_copy(update={"id": tenant}), roster=Roster(people=people))


def usher(database: Database, data: Path, *tenants: str, rate: int = PLENTY, token: str | None = None) -> Usher:
    """The composed product on an open database, at noon of a working day."""
    settings = Settings(_env_file=None, data=data, rate_per_minute=rate, token=SecretStr(token) if token else None)
    opened = Usher(settings, {tenant: company(tenant) for tenant in tenants}, ShiftedClock(TUESDAY))
    opened._database = database
    return opened


def client(api: FastAPI, secret: str | None = None, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client in this process; an error that nobody expected is an answer, as it is over a wire."""
    transport = httpx.ASGITransport(api, raise_app_exceptions=False, client=(address, 1))
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return httpx.AsyncClient(transport=transport, base_url="http://usher.test", headers=headers)
