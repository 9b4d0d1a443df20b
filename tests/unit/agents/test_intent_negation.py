import time

import pytest

from agents.intent.cues import read_cues
from agents.intent.negation import denials, says_something, without

DENIED = """I do not want to cancel my plan, I want to change it
I do *not* want to cancel
don't need a refund just the receipt
please don't close the account
we are not going to cancel
I won't cancel
no refund please, just a replacement
no need for a demo
Ich möchte meinen Vertrag nicht kündigen
keine Erstattung, nur Umtausch
je ne veux pas résilier mon contrat
pas besoin de remboursement
no quiero cancelar el pedido""".splitlines()

NOT_DENIED = """I can't log in
the export is not working
why was I not refunded
I did not receive a refund
still no refund
I could not cancel my order
I don't want to be charged twice
I don't want the newsletter any more
if you don't refund me I will sue
I never ordered this
wir können nicht kündigen
no puedo cancelar""".splitlines()


@pytest.mark.parametrize("text", DENIED)
def test_an_act_that_is_not_wanted_is_denied(text: str) -> None:
    assert denials(text)


@pytest.mark.parametrize("text", NOT_DENIED)
def test_a_trouble_is_no_denial(text: str) -> None:
    assert not denials(text)


def test_what_is_left_stands_where_it_stood() -> None:
    text = "I do not want to cancel, send me the invoice"
    rest = without(text, denials(text))
    assert len(rest) == len(text)
    assert rest[rest.index("send") :] == "send me the invoice"
    assert says_something(rest)


def test_courtesy_says_nothing() -> None:
    assert not says_something("   , thank you!")


@pytest.mark.parametrize("text", ["I won't cancel our contract", "we are not leaving", "Ich möchte nicht kündigen"])
def test_who_stays_does_not_threaten_to_leave(text: str) -> None:
    assert read_cues(text).flags == ()


def test_who_will_not_renew_leaves() -> None:
    assert read_cues("we do not want to renew our contract, we will not be renewing").flags == ("threat_to_leave",)


@pytest.mark.parametrize("unit", ["\n", ", ", "I don't want to ", "kein ", "no need for ", "* "])
def test_no_text_takes_long(unit: str) -> None:
    began = time.perf_counter()
    denials(unit * (20_000 // len(unit)))
    assert time.perf_counter() - began < 2
