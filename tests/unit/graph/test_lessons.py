import pytest

from core.types import Inbound, Sender, Turn
from graph.lessons import Lessons
from tests.support.company import TUESDAY, example


def lesson(text: str, *, name: str = "Ana Silva", channel: str = "chat", subject: str = "") -> str:
    company = example()
    sender = Sender(name=name, email="ana@customer.example")
    message = Inbound.model_validate(
        {"message_id": "m", "channel": channel, "sender": sender, "subject": subject, "text": text, "sent_at": TUESDAY}
    )
    place = {"id": "t", "tenant": company.id, "conversation_id": "c", "channel": channel}
    turn = Turn.model_validate({**place, "messages": [message], "received_at": TUESDAY, "now": TUESDAY})
    return Lessons({company.id: company}).text(turn)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Please write to ana.silva@work.example about it", "Please write to [email] about it"),
        ("My card 4111 1111 1111 1111 was charged twice", "My card [card] was charged twice"),
        ("This is Ana Silva, I want my money back", "This is [name], I want my money back"),
        ("ana here: where is it?", "[name] here: where is it?"),
        ("Silva's seats are missing", "[name]'s seats are missing"),
        ("Order 4711-20931 has not come", "Order [number] has not come"),
        ("Invoice INV-2026-00417 is wrong", "Invoice [number] is wrong"),
        ("120 seats for 4,800 euro in 2026", "120 seats for 4,800 euro in 2026"),
        ("Can Anabel help?", "Can Anabel help?"),
    ],
)
def test_what_names_or_reaches_somebody_is_masked(text: str, kept: str) -> None:
    assert lesson(text) == kept


def test_quotes_and_signature_are_not_learned_from() -> None:
    below = "Kind regards\nAna Silva\n+49 30 1234567\n\nOn Mon, 9 Mar 2026, Help <help@x.example> wrote:\n> Hello Ana"
    assert lesson(f"Please cancel our plan.\n\n{below}", channel="email") == "Please cancel our plan."


def test_a_mail_without_text_teaches_its_subject() -> None:
    assert lesson("", channel="email", subject="Cancel order 4711209") == "Cancel order [number]"


def test_a_sender_without_a_real_name_masks_nothing() -> None:
    assert lesson("support is great", name="support") == "support is great"
    assert lesson("I am Al", name="Al") == "I am Al"
