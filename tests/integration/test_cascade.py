"""The composed product: what people said of a chat model's choices is what its next choice is believed by."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from agents.outputs import Assessed
from agents.recalibration import ENOUGH
from agents.writer import Writer
from app import Usher
from core.clock import ShiftedClock
from core.intent import Intent, Label
from core.settings import Settings
from core.types import Intake, Turn
from store.database import Database
from store.tables_learning import examples
from tests.integration.store.desk import answered, message
from tests.support.company import TUESDAY
from tests.support.openai_server import OpenAIServer, says
from tests.support.web import company

UNSURE = Intent(
    labels=(Label(label="refund_request", confidence=0.3), Label(label="invoice_question", confidence=0.2)),
    abstained=True,
    out_of_scope=False,
    set=("refund_request", "invoice_question"),
    threshold=0.7,
)


def usher(database: Database, data: Path, server: OpenAIServer) -> Usher:
    settings = Settings(_env_file=None, data=data, llm_base_url=server.base_url, llm_model="scripted")
    opened = Usher(settings, {"north": company("north")}, ShiftedClock(TUESDAY))
    opened._database = database
    return opened


async def loaded(services: Usher, id: str) -> Turn:
    arrival = await services.mailroom.receive("north", message(id, conversation_key=id))
    turn = await services.turns.load(arrival.turn_id or "")
    assert turn is not None
    return turn


async def confirmed(services: Usher, turn: Turn, label: str) -> None:
    place = {"id": f"x_{turn.id}", "tenant": "north", "turn_id": turn.id, "conversation_id": turn.conversation_id, "text": "words"}
    said = {"label": label, "person": "ann", "status": "accepted", "created_at": TUESDAY, "reviewed_at": TUESDAY + timedelta(hours=1)}
    async with services.database.transaction() as db:
        await db.execute(examples.insert().values(**place, **said))


async def read(writer: Writer, turn: Turn) -> tuple[Intent | None, str]:
    opinion = await writer.assess(turn, Intake(text="Is there a way to get it back?", language="en"), UNSURE, ())
    assert opinion.degraded == []
    return opinion.intent, opinion.note


async def test_a_choice_is_believed_once_outcomes_have_shown_it_right(database: Database, tmp_path: Path) -> None:
    chosen: BaseModel = Assessed(intent="invoice_question", draft="")
    with OpenAIServer(says(chosen.model_dump())) as server:
        services = usher(database, tmp_path, server)
        assert services.writing is not None
        writer = services.writing.writer(lambda: services.companies["north"], services.advisor("north"))
        turns = [await loaded(services, f"m{n}") for n in range(ENOUGH + 1)]
        for turn in turns[:ENOUGH]:
            found, note = await read(writer, turn)
            assert found is not None
            assert found.abstained
            assert "not recalibrated" in note
            await services.turns.commit(turn, answered(turn))
            await confirmed(services, turn, "invoice_question")
        await services.recalibrate()
        found, note = await read(writer, turns[ENOUGH])
    assert found is not None
    assert (found.top, found.abstained, found.confidence > 0.8) == ("invoice_question", False, True)
    assert note.endswith("recalibrated on 50 outcomes")
    (spent,) = await services.spending.by_day("north")
    assert (spent.calls, spent.prompt_tokens) == (ENOUGH + 1, 100 * (ENOUGH + 1))
    assert len(server.requests) == ENOUGH + 1
