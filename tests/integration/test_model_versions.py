"""People correct, review and train; every turn is read by the intent model that was in force when it was loaded."""

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from core.errors import Conflict, InvalidFile, NotFound
from store.database import Database
from tests.integration.learning import (
    HERE,
    LEAD,
    Held,
    Product,
    decided,
    label,
    learned,
    product,
    put_in_force,
    read_by,
    small,
    taught,
)
from tests.integration.store.desk import message


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Product:
    return product(database, tmp_path)


# ------------------------------------------------------------ what is learned


async def test_the_next_training_learns_what_was_accepted_and_nothing_else(services: Product) -> None:
    alone = await learned(services)
    assert alone == services.intents.folder(HERE).name
    id = await taught(services, "m1", label())
    receipt = await decided(services, "m2", text="another zebra")
    await services.examples.correct(HERE, receipt.turn_id, label=label(), person="lukas.brandt")
    trained = await services.intents.learn(HERE, person=LEAD, progress=lambda _: None)
    assert (trained.examples, trained.version == alone) == (1, False)
    assert (await services.models.get(HERE, trained.version)).examples == (id,)
    assert (await learned(services)) == trained.version, "the same content is the same version"


async def test_a_corrected_text_is_read_as_it_was_corrected(services: Product) -> None:
    for n in range(6):
        await taught(services, f"m{n}", label(), words=f"zebra quartz number{n} please")
    version = await put_in_force(services, await learned(services))
    receipt = await decided(services, "m9", text="zebra quartz please")
    assert (receipt.intent.top, read_by(receipt)) == (label(), version)


async def test_an_accepted_example_whose_intent_is_gone_is_reported(services: Product, tmp_path: Path) -> None:
    id = await taught(services, "m1", label())
    other = product(services.database, tmp_path, replace(small(without=label()), policy_text=services.companies[HERE].policy_text))
    trained = await other.intents.learn(HERE, person=LEAD, progress=lambda _: None)
    assert [(each.id, each.why) for each in trained.skipped] == [(id, f"the company has no intent {label()!r} any more")]


async def test_another_machine_reads_with_the_very_same_model(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    mine = await services.intents.edition(HERE, version)
    other = product(services.database, tmp_path / "elsewhere")
    theirs = await other.intents.edition(HERE, version)
    texts = ["zebra m1 quartz please", "where is my invoice", ""]
    assert theirs.model.predict_many(texts) == mine.model.predict_many(texts)
    assert theirs.model.version == mine.model.version


async def test_no_words_of_a_customer_are_in_a_kept_model(services: Product) -> None:
    id = await taught(services, "m1", label())
    version = await learned(services)
    stored = await services.models.get(HERE, version)
    assert id in (await services.intents.edition(HERE, version)).model.texts
    assert b"quartz" not in stored.blob
    assert "quartz" not in json.dumps(stored.content)


# ------------------------------------------------------------ which model reads a turn


async def test_until_one_is_put_in_force_the_folder_reads(services: Product) -> None:
    assert read_by(await decided(services, "m1")) == services.intents.folder(HERE).name
    await taught(services, "m2", label())
    await learned(services)
    assert read_by(await decided(services, "m3")) == services.intents.folder(HERE).name
    assert not (await services.intents.state(HERE)).activated


async def test_the_next_turn_is_read_by_what_was_put_in_force_and_the_receipt_names_it(services: Product) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    assert read_by(await decided(services, "m2")) == version != services.intents.folder(HERE).name
    await services.intents.rollback(HERE, person=LEAD)
    assert read_by(await decided(services, "m3")) == services.intents.folder(HERE).name
    with pytest.raises(Conflict, match="no model was in force before this one"):
        await services.intents.rollback(HERE, person=LEAD)


async def test_a_turn_that_is_loaded_already_keeps_its_model(services: Product) -> None:
    services.turns = Held(services.database, clock=services.clock, watches=services.watches)
    await taught(services, "m1", label())
    version = await learned(services)
    services.turns.meanwhile = lambda: put_in_force(services, version)
    first = await decided(services, "m2")
    services.turns.meanwhile = None
    assert (read_by(first), read_by(await decided(services, "m3"))) == (services.intents.folder(HERE).name, version)


async def test_a_paused_turn_goes_on_naming_the_model_that_read_it(services: Product, tmp_path: Path) -> None:
    asking = services.companies[HERE].policy_text.replace(
        "rules:\n",
        "rules:\n  - {name: all, when: {automated: false}, then: "
        "{action: handoff, approvals: [{role: support_lead}]}, because: a test wants it}\n",
        1,
    )
    await services.library.activate(HERE, text=asking, file="policy.yaml", person=LEAD)
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    waiting = await decided(services, "m2", text="a zebra, please")
    assert (waiting.status, read_by(waiting)) == ("waiting", version)
    await services.intents.rollback(HERE, person=LEAD)
    approval = await services.approvals.show(HERE, waiting.turn_id)
    await services.approvals.decide(HERE, approval.id, person=LEAD, outcome="approved", digest=approval.request.digest, reason="yes")
    other = product(services.database, tmp_path / "elsewhere")
    await other.router.resume(waiting.turn_id)
    done = await services.receipts.get(HERE, waiting.turn_id)
    assert (done.status, read_by(done)) == ("done", version)


async def test_a_preview_is_by_the_model_in_force(services: Product) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    arrival = await services.mailroom.receive(HERE, message("m2", conversation_key="m2", channel="email"))
    turn = await services.turns.load(arrival.turn_id or "")
    assert turn
    assert read_by(await services.preview(turn.model_copy(update={"model": None}))) == version


# ------------------------------------------------------------ what follows an activation


async def test_another_process_is_ready_within_two_seconds(services: Product, database_url: str, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await learned(services)
    other = product(Database(database_url), tmp_path)
    following = asyncio.create_task(other.intents.follow())
    await asyncio.sleep(0.1)
    await put_in_force(services, version)
    for _ in range(38):
        await asyncio.sleep(0.05)
        if (HERE, version) in other.intents._kept:
            break
    assert (HERE, version) in other.intents._kept
    following.cancel()
    await other.close()


async def test_after_an_activation_the_folder_changes_nothing_and_says_so(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    assert await services.intents.differs(HERE) is None
    edited = product(services.database, tmp_path, small(more=("a brand new utterance",)))
    assert read_by(await decided(edited, "m2")) == version
    told = await edited.intents.differs(HERE) or ""
    assert told == f"intents.yaml differs from what the model in force {version} learned from: intents train, then intents activate"


async def test_a_version_whose_intents_the_company_has_no_more_is_refused(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await learned(services)
    other = product(services.database, tmp_path, small(without="how_to_question"))
    with pytest.raises(InvalidFile, match=f"model {version}: it knows the intent 'how_to_question', which the company has no more"):
        await other.intents.activate(HERE, version, person=LEAD)
    assert await services.models.in_force([HERE]) == {}


async def test_a_model_of_another_release_is_refused_and_one_in_force_is_made_again(
    services: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    id = await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    async with services.database.transaction() as db:
        await db.execute(text("UPDATE models SET blob = 'of another time' WHERE version = :v"), {"v": version})
    later = product(services.database, tmp_path / "elsewhere")
    with caplog.at_level(logging.WARNING):
        receipt = await decided(later, "m2")
    assert "it is made again of what it learned from" in caplog.text
    assert read_by(receipt) == version, "the same release makes the same of the same content"
    with pytest.raises(Conflict, match="intents train makes one of today's"):
        await product(services.database, tmp_path / "third").intents._usable(HERE, version)
    await services.personal_data.erase(HERE, "eve@example.com", by=LEAD)
    fourth = product(services.database, tmp_path / "fourth")
    assert read_by(await decided(fourth, "m4")) == fourth.intents.folder(HERE).name, f"{id} is gone, and nothing else was taught"


async def test_what_is_wrong_with_the_one_in_force_is_logged_once(
    services: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await taught(services, "m1", label())
    await put_in_force(services, await learned(services))
    other = product(services.database, tmp_path, small(without="how_to_question"))
    with caplog.at_level(logging.ERROR):
        await other.intents.refresh()
        await other.intents.refresh()
    assert len(caplog.records) == 1


async def test_a_comparison_is_with_what_is_in_force(services: Product) -> None:
    folder = services.intents.folder(HERE).name
    for n in range(3):
        await taught(services, f"m{n}", label(), words=f"zebra quartz number{n} please")
    version = await learned(services)
    found = await services.intents.compare(HERE, "active", version, lambda _: None)
    assert (found.old.version, found.new.version) == (folder, version)
    assert {flip.example for flip in found.flips if flip.example} <= {each.id for each in await services.models.accepted(HERE)}
    with pytest.raises(Conflict, match="is the same model"):
        await services.intents.compare(HERE, version, version, lambda _: None)
    with pytest.raises(NotFound):
        await services.intents.compare(HERE, "nothing", version, lambda _: None)
