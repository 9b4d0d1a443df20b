"""Intake: one readable text of a turn, its language, and what can be told without a model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.company import Profile
from core.types import Channel, Inbound, Intake, Past, Sender, Turn
from core.value import Span
from graph.intake import intake
from tests.support.company import TUESDAY

PROFILE = Profile(id="fernhill", name="Fernhill", domains=("fernhill.example",), languages=("en", "de", "fr", "es"))


def message(text: str, **fields: object) -> Inbound:
    given = {"message_id": "1", "channel": "email", "sender": Sender(email="ana@orchard.example"), "sent_at": TUESDAY, "text": text}
    return Inbound.model_validate(given | fields)


class Moonless:
    """The moon is not the company's business."""

    def speaks(self, sentence: str) -> bool:
        return "Mond" not in sentence

    def beside(self, text: str, title: str = "") -> tuple[Span, ...]:
        at = text.find("Der Mond")
        return (Span(start=at, end=len(text)),) if at >= 0 else ()

    def heading(self, subject: str) -> str:
        return subject.partition(" Der Mond")[0]


def read(*messages: Inbound, channel: Channel = "email", history: tuple[Past, ...] = (), business: Moonless | None = None) -> Intake:
    turn = Turn(
        id="t",
        tenant="fernhill",
        conversation_id="c",
        channel=channel,
        messages=messages,
        received_at=TUESDAY,
        now=TUESDAY,
        history=history,
    )
    return intake(turn, PROFILE, business)


def test_a_burst_is_one_text_in_order() -> None:
    known = read(message("hi", channel="chat"), message("my export fails", channel="chat"), channel="chat")
    assert known.text == "hi\n\nmy export fails"


def test_an_agents_own_words_are_not_the_customers() -> None:
    assert read(message("please wait", role="agent"), message("it fails")).text == "it fails"


def test_in_chat_nothing_is_taken_for_a_quote_or_a_signature() -> None:
    text = "> 500 users\n> and more\nBest regards\nTom"
    assert read(message(text, channel="chat"), channel="chat").text == text


def test_spans_point_into_the_cleaned_text() -> None:
    known = read(message("Call +44 1632 960123 please.\n\nOn 9 March 2026 A <a@b.example> wrote:\n> old"))
    assert [known.text[span.start : span.end] for span in known.pii] == ["+44 1632 960123"]


MOON = "Der Mond ist aus Käse, und wer das nicht glaubt, der soll doch selbst hinauffliegen und ihn kosten, sagt mein Großvater immer."


def test_the_language_is_that_of_the_request_and_the_text_stays_whole() -> None:
    text = f"Could you send me the invoice again?\n\n{MOON}"
    known = read(message(text, subject=f"Invoice {MOON}"), business=Moonless())
    assert (known.text, known.subject) == (text, f"Invoice {MOON}")
    assert (known.request.strip(), known.title, known.language) == ("Could you send me the invoice again?", "Invoice", "en")


def test_a_subject_without_a_text_is_read_whole() -> None:
    known = read(message("", subject=f"Invoice {MOON}"), business=Moonless())
    assert known.title == f"Invoice {MOON}"


def test_in_a_language_that_nobody_serves_nothing_stands_beside_the_request() -> None:
    text = "Czy mogą Państwo przysłać mi fakturę za luty? Dziękuję bardzo. Der Mond."
    assert read(message(text), business=Moonless()).request == text


@pytest.mark.parametrize(
    ("text", "language", "served"),
    [
        ("Could you please send me the invoice for February?", "en", True),
        ("Können Sie mir bitte die Rechnung für Februar schicken?", "de", True),
        ("Pourriez-vous m'envoyer la facture de février ?", "fr", True),
        ("¿Me pueden enviar la factura de febrero, por favor?", "es", True),
        ("Czy mogą Państwo przysłać mi fakturę za luty? Dziękuję bardzo.", "pl", False),
        ("Potete inviarmi la fattura di febbraio per favore? Grazie mille.", "it", False),
        ("請寄給我二月的發票", "zh", False),
        ("ok", "en", True),
        ("API 500", "en", True),
        ("SSO Okta SAML error FH-20611", "en", True),
        ("", "en", True),
    ],
)
def test_the_language_is_told_and_whether_it_is_served(text: str, language: str, served: bool) -> None:
    known = read(message(text))
    assert (known.language, known.language_served) == (language, served)


def test_a_short_answer_is_in_the_language_of_what_was_said_before() -> None:
    past = Past(role="customer", text="Können Sie mir bitte die Rechnung für Februar schicken?", at=TUESDAY)
    assert read(message("Danke!"), history=(past,)).language == "de"


def test_signs_that_nobody_sees_are_gone() -> None:
    assert read(message("re\u200bfund\u00ad h\u200dum\u200dan \U000e0041\u202etxt")).text == "refund human txt"


def test_a_turn_is_automated_only_when_all_of_it_is() -> None:
    robot = message("away", headers={"auto-submitted": "auto-replied"})
    assert read(robot).automated == "Auto-Submitted: auto-replied"
    assert read(robot, message("I am back, please call")).automated is None


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=3), st.text(max_size=40), st.sampled_from(["email", "chat"]))
def test_no_text_raises_and_none_is_lost(texts: list[str], subject: str, channel: Channel) -> None:
    known = read(*(message(text, subject=subject, channel=channel) for text in texts), channel=channel)
    assert known.language in PROFILE.languages or not known.language_served
    assert bool(known.text) or not any(character.isalnum() for text in texts for character in text)
