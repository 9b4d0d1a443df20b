"""What a turn says of itself, as signals."""

import pytest

from agents.signals import read_signals, requests_in, stated
from core.intent import Intent
from core.types import Attachment, Intake, Past, SignalValue, Turn
from tests.support.company import TUESDAY, reading, turn


def read(of: Turn, text: str = "Where is my invoice?", intent: Intent | None = None) -> dict[str, SignalValue]:
    signals = read_signals(of, Intake(text=text, language="en"), intent or reading("invoice_question"), {"invoice_question": "billing"})
    return {signal.name: signal.value for signal in signals}


def past(*said: tuple[str, str | None]) -> tuple[Past, ...]:
    return tuple(Past.model_validate({"role": role, "text": "…", "at": TUESDAY, "intent": intent}) for role, intent in said)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Thank you, it works.", 0),
        ("Please reset my password. Could you also send the invoice? I need it by noon.", 3),
        ("Bitte senden Sie mir die Rechnung. Können Sie auch das Passwort zurücksetzen?", 2),
        ("Merci de m'envoyer la facture. Pourriez-vous aussi rappeler ?", 2),
        ("¿Dónde está mi factura? Necesito una copia.", 2),
        ("رقم الفاتورة؟", 1),
        ("Is it 2.5 GB? Yes", 1),
    ],
)
def test_requests_are_counted_by_sentence_in_four_languages_and_by_question_mark_in_all(text: str, count: int) -> None:
    assert requests_in(text) == count


def test_words_and_files_of_the_turn_are_counted() -> None:
    message = turn().messages[0].model_copy(update={"attachments": (Attachment(name="a.pdf", media_type="application/pdf", size=1),) * 2})
    seen = read(turn(messages=(message, message)), "Don't ship it, it's re-used: 3 parts.")
    assert (seen["words"], seen["attachments"], seen["requests"]) == (7.0, 4.0, 0.0)


def test_an_intent_that_came_before_is_repeated_and_one_burst_counts_once() -> None:
    history = past(
        ("customer", "invoice_question"),
        ("customer", "invoice_question"),
        ("automation", None),
        ("customer", "login_access"),
        ("customer", "invoice_question"),
    )
    assert read(turn(history=history))["repeated_intent"] == 2.0


def test_what_is_not_sure_repeats_nothing() -> None:
    history = past(("customer", "invoice_question"))
    assert read(turn(history=history), intent=reading("invoice_question", 0.3))["repeated_intent"] == 0.0


def test_failed_deliveries_are_the_turns() -> None:
    assert read(turn(failed_deliveries=2))["failed_deliveries"] == 2.0


def test_nobody_but_a_directory_states_facts() -> None:
    with pytest.raises(ValueError, match="crm"):
        stated("tier", "enterprise", "crm")
