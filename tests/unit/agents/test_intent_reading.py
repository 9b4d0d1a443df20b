import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.intent.reading import MAX_PIECES, body, read

MAIL = """Hi Rosalind,

we can't log in since this morning, e.g. approx. 20 people see "invalid". Could you send
me the January invoice as well? It is No. 4711.

Kind regards,
Gwen Price
Head of Finance
+1 555 0177
"""


def pieces(text: str) -> list[str]:
    return [piece.text for piece in read(text).pieces]


def test_greeting_and_closing_are_left_out() -> None:
    whole = read(MAIL).whole.text
    assert whole.startswith("we can't log in")
    assert whole.endswith("It is No. 4711.")


def test_sentences_end_neither_at_abbreviations_nor_where_lines_were_wrapped() -> None:
    assert pieces(MAIL) == [
        'we can\'t log in since this morning, e.g. approx. 20 people see "invalid".',
        "Could you send\nme the January invoice as well?",
        "It is No. 4711.",
    ]


@given(st.text(alphabet="aB .?!\n,-:é1(", max_size=120))
def test_every_piece_stands_where_it_says(text: str) -> None:
    found = read(text)
    for piece in (found.whole, *found.pieces):
        assert text[piece.start : piece.end] == piece.text


@pytest.mark.parametrize(
    "text", ["Hi", "hello there", "Guten Tag", "thanks!", "Merci beaucoup", "??", "", "Hi can you help me with an invoice"]
)
def test_a_short_message_is_kept_whole(text: str) -> None:
    assert read(text).whole.text == text
    assert read(text).units == (read(text).units[0],)


def test_a_greeting_takes_no_request_with_it() -> None:
    assert read("Hi Tom. Please cancel my plan. Thanks").whole.text == "Please cancel my plan. Thanks"
    assert read("Dear Mr. Smith,\nplease cancel").whole.text == "please cancel"


def test_a_long_second_request_in_one_sentence_is_a_piece() -> None:
    assert pieces("I can't log in since this morning, and could you also send me the invoice?")[1].startswith("and could you")


def test_politeness_is_no_piece() -> None:
    assert pieces("Where is my refund? Thank you so much! Looking forward to hearing from you.") == ["Where is my refund?"]


def test_items_of_a_list_are_pieces() -> None:
    assert pieces("We need:\n- 3 more seats\n- an invoice for May") == ["We need:", "- 3 more seats", "- an invoice for May"]


def test_a_very_long_mail_has_few_pieces_and_loses_none_of_its_sentences() -> None:
    text = " ".join(f"This is sentence {number}." for number in range(200))
    found = pieces(text)
    assert len(found) <= MAX_PIECES
    assert " ".join(found) == text


def test_subject_leads_without_its_answer_marks() -> None:
    assert read("please see below", "RE: AW: Fwd: Quote").units[0] == "Quote\n\nplease see below"


@pytest.mark.parametrize("unit", [" ", "\n", "a", "!", "thanks\n", "Hi ", ". ", "and we ", "ß", "- "])
def test_no_text_takes_long(unit: str) -> None:
    began = time.perf_counter()
    read(unit * (20_000 // len(unit)))
    assert time.perf_counter() - began < 2


def test_a_second_request_without_punctuation_is_a_piece() -> None:
    assert pieces("how do I reset my password also where is my invoice")[1] == "also where is my invoice"
    assert len(pieces("I also want to know the price of the plan")) == 1


def test_what_no_reader_sees_does_not_reach_the_model() -> None:
    assert read("where is my in\u200bvoice for May &amp; June 🙏").units == ("where is my invoice for May & June",)


def test_the_body_is_what_stands_below_the_subject_in_what_is_judged() -> None:
    text = "Hello team,\n\nthe export fails.\nIt shows error 500.\n\nBest regards,\nTom"
    assert body(text) == "the export fails.\nIt shows error 500."
    assert read(text, "Export").units[0] == f"Export\n\n{body(text)}"
    assert body("Hello!") == "Hello!"
