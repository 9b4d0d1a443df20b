"""What is new in a mail: found under every client's quote, and never lost."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.quotes import split_mail
from tests.unit.graph.mails import MAILS, Mail


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.name)
def test_new_text_is_kept_and_old_text_is_not(mail: Mail) -> None:
    text = split_mail(mail.body, mail.subject).text
    assert [part for part in mail.new if part not in text] == []
    assert [part for part in mail.old if part in text] == []


def test_a_long_comment_above_a_forward_leaves_the_forward_quoted() -> None:
    body = "This needs an answer. " * 30 + "\n\n---------- Forwarded message ---------\nFrom: a@b.example\nSubject: x\n\nold words"
    split = split_mail(body, "Fwd: x")
    assert "old words" not in split.text
    assert "old words" in split.quoted


def test_the_senders_name_alone_opens_a_signature() -> None:
    split = split_mail("Please move us to Team.\n\nJosie Holt\nCompany Secretary\n01632 960 803", sender="Josie Holt")
    assert split.text == "Please move us to Team."
    assert split.signature == "Josie Holt\nCompany Secretary\n01632 960 803"


def test_the_senders_name_within_the_text_opens_none() -> None:
    assert "cannot sign in" in split_mail("Hello\nHolt\nI cannot sign in since this morning, why?", sender="Josie Holt").text


def test_the_three_parts_are_kept_apart() -> None:
    split = split_mail("Yes.\n\nBest,\nTom\n\nOn 9 March 2026 A <a@b.example> wrote:\n> Really?")
    assert (split.text, split.signature, split.quoted) == ("Yes.", "Best,\nTom", "> Really?")


words = st.sampled_from(
    [
        "hello",
        "On 9 March A <a@b.c> wrote:",
        "> quoted",
        "--",
        "Best regards",
        "Tom",
        "From: a",
        "Subject: b",
        "Sent: c",
        "PS: more",
        "",
        "\n",
    ]
)


@settings(deadline=None)
@given(st.lists(words, max_size=12), st.sampled_from(["", "Fwd: x", "Re: y"]))
def test_something_is_always_left(lines: list[str], subject: str) -> None:
    body = "\n".join(lines)
    text = split_mail(body, subject).text
    assert bool(text.strip()) == bool(body.strip())


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=20), st.text(max_size=10))
def test_no_text_raises(body: str, subject: str, sender: str) -> None:
    split_mail(body, subject, sender)


@pytest.mark.parametrize("part", ["\n", "On a ", "On 1 \n", "From: a\nSubject: b\n", "> x\n", "Best\n", "-- \n", "Fwd <a@b> "])
def test_time_grows_with_the_text_and_not_faster(part: str) -> None:
    began = time.perf_counter()
    split_mail(part * (200_000 // len(part)), "Fwd: x")
    assert time.perf_counter() - began < 3
