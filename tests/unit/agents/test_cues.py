import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.cues import read_cues, wants_human


@pytest.mark.parametrize(
    "text",
    [
        "rep",
        "AGENT!!",
        "human pls",
        "operator",
        "can i talk to a real person",
        "I want to speak to someone please",
        "is anyone there??",
        "get me a human",
        "this bot is useless, I need a human being",
        "ich möchte mit einem Mitarbeiter sprechen",
        "je veux parler à un conseiller",
        "quiero hablar con una persona",
    ],
)
def test_asking_for_a_person_is_heard(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "our sales rep told us it was included",
        "the user agent header is missing",
        "please forward this to human resources",
        "no need to call me, an e-mail is fine",
        "how many agents can use the inbox?",
        "I don't need to talk to a person, just the link",
        "",
    ],
)
def test_mentioning_people_is_not_asking_for_one(text: str) -> None:
    assert not wants_human(text)


def test_threats_and_complaints_are_flags() -> None:
    assert "threat_to_leave" in read_cues("We will cancel our contract and move to a competitor.").flags
    assert "legal_threat" in read_cues("You will hear from our lawyers.").flags
    assert "complaint" in read_cues("This is unacceptable.").flags
    assert read_cues("Thank you, that works perfectly!").flags == ()


def test_what_is_denied_is_not_a_threat() -> None:
    assert "threat_to_leave" not in read_cues("We do not want to cancel our subscription, quite the contrary.").flags


def test_mood_and_urgency_point_the_right_way() -> None:
    assert (
        read_cues("Absolutely furious, this is a disgrace and nobody answers!!").sentiment
        < 0
        < read_cues("Great, thanks so much!").sentiment
    )
    assert read_cues("URGENT: production is down, we need this right now").urgency > read_cues("whenever you find the time").urgency


@pytest.mark.parametrize(
    ("text", "value"),
    [("$1,200", "1200.00 USD"), ("57.000 EUR", "57000.00 EUR"), ("€ 12.50", "12.50 EUR")],
)
def test_money_is_read_with_its_currency(text: str, value: str) -> None:
    assert value in {entity.value for entity in read_cues(f"we paid {text} last week").entities if entity.type == "money"}


@given(st.text(max_size=400))
def test_any_text_gives_bounded_cues(text: str) -> None:
    cues = read_cues(text, ("Flow",))
    assert 0 <= cues.urgency <= 1
    assert -1 <= cues.sentiment <= 1
