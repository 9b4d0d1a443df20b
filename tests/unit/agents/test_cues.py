import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.intent.cues import read_cues, wants_human

ASKS_FOR_A_PERSON = """rep
agent!!
human pls
operator
OPERATOR
reprsentative
live agent please
hello agent now
agent agent agent
0 bots. human. now. please connect me with a human
can i speak to someone
i want to talk to a person
Could you put me through to one of your colleagues?
please transfer me to a real agent
get me someone who understands this
I don't want to talk to a bot
this bot is useless
is there a real person there?
how do I reach a human
I need help chatting with an agent
why can't I talk to a person?
please call me back on +1 555 0144
can someone from support ring me this afternoon
I'd like a callback
what number can I call to speak to support
Put a HUMAN on this
I want to speak to your manager
Mitarbeiter bitte
Ich möchte mit einem Menschen sprechen
bitte rufen Sie mich zurück
kein Bot bitte, jemand Echtes
je veux parler à un conseiller
pouvez-vous me rappeler ?
quiero hablar con una persona
un agente por favor
páseme con un agente
I was wondering if I could speak to someone
I asked to speak to a human twice
is anyone there??
ich möchte mit einem Mitarbeiter sprechen""".splitlines()

NEEDS_NO_PERSON = """our sales rep told us the price would stay
Your agent told me to reset the password yesterday
the user agent header is wrong
which user-agent string does the webhook send
we are the human resources department
a human error on our side, sorry
the install agent version 2.1 fails
I do not need a person, just the price
no need to call me back
I don't want to talk to anyone, just cancel it
can I cancel without speaking to an agent?
do I need to speak to a representative to change my PIN?
are you a bot or a human?
our agents handle 400 calls a day
can customers talk to an agent in the widget?
who is the account manager for Orchard Bank
feel free to call me if you have questions
the person I transferred money to got nothing
please call the API with POST
he asked what you call me
my account manager was very helpful
the callback URL for OAuth
ich brauche keinen Rückruf
no necesito hablar con nadie
pas besoin de me rappeler
call me a taxi
please forward this to human resources
no need to call me, an e-mail is fine
how many agents can use the inbox?
You wanted to call me back this morning

""".splitlines()


@pytest.mark.parametrize("text", ASKS_FOR_A_PERSON)
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize("text", NEEDS_NO_PERSON)
def test_no_wish_is_heard_where_there_is_none(text: str) -> None:
    assert not wants_human(text)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("If this isn't fixed by Friday we will switch to another vendor", "threat_to_leave"),
        ("We are cancelling our contract", "threat_to_leave"),
        ("we won't be renewing in June", "threat_to_leave"),
        ("Hiermit kündigen wir unseren Vertrag", "threat_to_leave"),
        ("nous étudions d'autres solutions", "threat_to_leave"),
        ("queremos darnos de baja", "threat_to_leave"),
        ("My lawyer will contact you", "legal_threat"),
        ("we will take you to court", "legal_threat"),
        ("You are in breach of our agreement", "legal_threat"),
        ("Wir werden rechtliche Schritte einleiten", "legal_threat"),
        ("nous saisirons le tribunal", "legal_threat"),
        ("This is completely unacceptable", "complaint"),
        ("I want to make a formal complaint", "complaint"),
        ("we are very disappointed with your service", "complaint"),
        ("das ist eine Frechheit", "complaint"),
    ],
)
def test_threats_and_complaints_are_flagged(text: str, flag: str) -> None:
    assert flag in read_cues(text).flags


@pytest.mark.parametrize(
    "text",
    [
        "How do I cancel my subscription to the newsletter?",
        "What happens if we cancel our plan?",
        "Welche Kündigungsfrist gilt?",
        "Our lawyers reviewed the MSA and have two comments",
        "The office moved to Birch Court 5",
        "we're leaving the office at five, call tomorrow",
        "Any movement on this? Quarter end is close",
        "can you tell me a joke",
        "The complaint form of our customers should start a workflow",
        "thanks, all good",
        "We do not want to cancel our subscription, quite the contrary.",
    ],
)
def test_harmless_words_raise_no_flag(text: str) -> None:
    assert read_cues(text).flags == ()


def test_urgency_grows_with_what_speaks_for_it() -> None:
    calm, soon, now = (
        read_cues(text).urgency for text in ("when is the demo", "we need it by Friday", "URGENT!! production is down, nobody can work")
    )
    assert calm == 0
    assert 0 < soon < 0.4 < 0.8 <= now <= 1


def test_no_rush_is_no_rush() -> None:
    assert read_cues("not urgent, take your time, today or tomorrow").urgency < 0.2


def test_mood_has_its_sign() -> None:
    assert read_cues("Thank you so much, works perfectly, love it!").sentiment > 0.4
    assert read_cues("I am furious. Worst service ever. Useless!!").sentiment < -0.6
    assert read_cues("The invoice is from May.").sentiment == 0
    assert read_cues("we are not happy").sentiment < 0


@given(st.text(max_size=300))
def test_any_text_has_cues_in_range(text: str) -> None:
    found = read_cues(text, ("Flow",))
    assert 0 <= found.urgency <= 1
    assert -1 <= found.sentiment <= 1


@pytest.mark.parametrize(
    "unit", ["!", " ", "\n", "a", "1,", "$1 ", "a@a.", "call me ", "speak to the ", "we move to the new ", "I'm from A ", "not "]
)
def test_no_text_takes_long(unit: str) -> None:
    began = time.perf_counter()
    read_cues(unit * (20_000 // len(unit)), ("Flow",))
    assert time.perf_counter() - began < 5
