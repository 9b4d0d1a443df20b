"""A company with a small intent model that people teach."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.crew import Crew
from app import Usher
from core.clock import ShiftedClock
from core.company import Company, Intents
from core.receipt import Receipt
from core.settings import Settings
from core.types import Turn
from store.database import Database
from store.turns import Turns
from tests.integration.store.desk import message
from tests.support.company import TUESDAY, FixedRetriever, crew, reading
from tests.support.web import company
from tests.unit.agents.intent_samples import WordEncoder

HERE, LEAD = "here", "grace.okafor"
ASKING = ("then: {action: answer}", "then: {action: answer, approvals: [{role: support_lead}]}")


def small(*, without: str = "", more: tuple[str, ...] = ()) -> Company:
    """The example company with a few utterances of each intent, so that training takes no time."""
    whole = company(HERE)
    kept = [
        each.model_copy(update={"utterances": (*each.utterances[:4], *(more if at == 0 else ()))})
        for at, each in enumerate(whole.intents.intents)
        if each.name != without
    ]
    return replace(whole, intents=Intents(intents=tuple(kept), out_of_scope=whole.intents.out_of_scope[:8]))


class Product(Usher):
    """The composed product with an encoder of words, and nothing else that needs weights."""

    @cached_property
    def encoder(self) -> Any:
        return WordEncoder()

    @cached_property
    def crews(self) -> dict[str, Crew]:
        parts = crew(reading("how_to_question"), retriever=FixedRetriever())
        return {
            tenant: replace(parts, **self._of(company, self.library.folder(tenant), self.intents.folder(tenant)))
            for tenant, company in self.companies.items()
        }


class Held(Turns):
    """Something happens between the loading of a turn and its decision."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def load(self, turn_id: str) -> Turn | None:
        turn = await super().load(turn_id)
        if self.meanwhile:
            await self.meanwhile()
        return turn


def product(database: Database, data: Path, folder: Company | None = None, token: str | None = None) -> Product:
    settings = Settings(_env_file=None, data=data, rate_per_minute=10_000_000, token=token)
    opened = Product(settings, {HERE: folder or small()}, ShiftedClock(TUESDAY))
    opened._database = database
    return opened


async def decided(services: Usher, id: str, **changes: Any) -> Receipt:
    given = {"conversation_key": id, "channel": "email", "sent_at": TUESDAY, "subject": "", **changes}
    arrival = await services.mailroom.receive(HERE, message(id, **given))
    assert arrival.turn_id
    await services.router.handle(arrival.turn_id)
    return await services.receipts.get(HERE, arrival.turn_id)


async def taught(services: Usher, id: str, label: str | None = "cancellation", *, words: str = "") -> str:
    """A correction that was accepted; its example's id."""
    receipt = await decided(services, id, text=words or f"zebra {id} quartz please")
    kept = await services.examples.correct(HERE, receipt.turn_id, label=label, person="lukas.brandt")
    await services.examples.review(HERE, {kept.id: "accepted"}, person=LEAD)
    return kept.id


async def learned(services: Usher) -> str:
    return (await services.intents.learn(HERE, person=LEAD, progress=lambda _: None)).version


async def put_in_force(services: Usher, version: str) -> str:
    return (await services.intents.activate(HERE, version, person=LEAD, reason="a test wants it")).version


def read_by(receipt: Receipt) -> str:
    return receipt.model_versions["intent"].removeprefix("linear-")


def label() -> str:
    return small().intents.intents[2].name
