"""Mail from machines is told from people's mail, and says why."""

import pytest

from core.types import Inbound, Sender
from graph.automated import automated
from tests.support.company import TUESDAY

OWN = ("fernhill.example",)


def reason(headers: dict[str, str] | None = None, sender: str = "ana@orchard.example", subject: str = "Help") -> str | None:
    message = Inbound(
        message_id="1", channel="email", sender=Sender(email=sender), subject=subject, text="x", sent_at=TUESDAY, headers=headers or {}
    )
    return automated(message, OWN)


@pytest.mark.parametrize(
    "headers",
    [
        {"auto-submitted": "auto-replied"},
        {"auto-submitted": "Auto-Generated; owner=x"},
        {"precedence": "Bulk"},
        {"precedence": "auto_reply"},
        {"x-auto-response-suppress": "All"},
        {"x-autoreply": "yes"},
        {"list-id": "Weekly <weekly.news.example>"},
        {"list-unsubscribe": "<mailto:u@news.example>"},
        {"return-path": "<>"},
        {"content-type": "multipart/report; report-type=delivery-status"},
    ],
)
def test_headers_give_a_machine_away(headers: dict[str, str]) -> None:
    assert reason(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"auto-submitted": "no"},
        {"precedence": "first-class"},
        {"return-path": "<ana@orchard.example>"},
        {"list-id": "<support.fernhill.example>", "list-unsubscribe": "<x>", "precedence": "list"},
    ],
)
def test_a_persons_headers_do_not(headers: dict[str, str]) -> None:
    assert reason(headers) is None


@pytest.mark.parametrize("local", ["MAILER-DAEMON", "postmaster", "no-reply", "noreply", "do_not_reply", "billing-noreply", "bounce+7a"])
def test_robots_are_known_by_their_names(local: str) -> None:
    assert reason(sender=f"{local}@orchard.example") == f"sent by {local.lower()}@"


def test_a_web_form_that_names_a_person_is_a_persons_mail() -> None:
    assert reason({"reply-to": "Bo <bo@fjord.example>"}, sender="noreply@forms.example") is None
    assert reason({"reply-to": "noreply@forms.example"}, sender="noreply@forms.example")


def test_mail_from_the_company_itself_is_not_a_customers() -> None:
    assert reason(sender="gwen@fernhill.example") == "sent from the company's own domain"
    assert reason(sender="gwen@mail.fernhill.example")
    assert reason(sender="gwen@notfernhill.example") is None


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Invoice",
        "Out of office",
        "Out of Office: until 12 March",
        "Automatische Antwort: Rechnung",
        "Abwesenheitsnotiz: Urlaub",
        "Réponse automatique : facture",
        "Absence du bureau",
        "Respuesta automática: factura",
        "Fuera de la oficina",
        "Undelivered Mail Returned to Sender",
        "Delivery Status Notification (Failure)",
    ],
)
def test_subjects_of_automatic_replies_are_known(subject: str) -> None:
    assert reason(subject=subject) == "subject of an automatic reply"


@pytest.mark.parametrize(
    "subject", ["Re: Automatic reply: Invoice", "Out of office calendar does not sync", "Auto renewal", "Automatic replies fail"]
)
def test_a_persons_subject_is_none_of_them(subject: str) -> None:
    assert reason(subject=subject) is None


def test_chat_is_never_automated_mail() -> None:
    message = Inbound(message_id="1", channel="chat", sender=Sender(email="noreply@a.example"), text="hi", sent_at=TUESDAY)
    assert automated(message, OWN) is None
