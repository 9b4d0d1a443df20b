"""Mail in, as it really arrives: damaged, hostile, nested, in every charset."""

import time
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.message import EPOCH, MAX_BYTES, MAX_CONTAINERS, read_eml, read_mbox
from channels.email.mime import MAX_TEXT
from core.errors import InvalidMessage
from core.types import Inbound

HEAD = (
    b"From: Ana Ruiz <Ana@Orchard.example>\nTo: support@fernhill.example\nSubject: Help\n"
    b"Date: Mon, 9 Mar 2026 10:00:00 +0100\nMessage-ID: <1@a>\n"
)
INBOX = Path(__file__).parents[3] / "knowledge" / "example" / "inbox"


def mail(body: str | bytes, headers: str = "") -> Inbound:
    raw = body if isinstance(body, bytes) else body.encode()
    return read_eml(HEAD + headers.encode() + b"\n" + raw, "test.eml")


def multipart(kind: str, *parts: str) -> Inbound:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return mail(body, f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n')


def problem(raw: bytes) -> str:
    with pytest.raises(InvalidMessage) as error:
        read_eml(raw, "bad.eml")
    return str(error.value)


def outcome(raw: bytes) -> Inbound | str:
    try:
        return read_eml(raw, "odd.eml")
    except InvalidMessage as error:
        return str(error)


def test_a_plain_mail_is_read() -> None:
    read = mail("Please help.\r\nThanks")
    assert (read.sender.name, read.sender.email) == ("Ana Ruiz", "ana@orchard.example")
    assert (read.subject, read.text, read.message_id) == ("Help", "Please help.\nThanks", "1@a")
    assert read.sent_at == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert read.to == ("support@fernhill.example",)


def test_display_name_and_subject_are_decoded() -> None:
    raw = "From: =?utf-8?q?H=C3=A9l=C3=A8ne_G=2E?= <h@a.example>\nSubject: =?iso-8859-1?Q?R=FCckfrage?= =?utf-8?B?4oKs?=\n\nx"
    read = read_eml(raw.encode(), "x")
    assert (read.sender.name, read.subject) == ("Hélène G.", "Rückfrage€")


def test_raw_utf8_headers_are_read() -> None:
    read = read_eml("From: Jürgen <j@a.example>\nSubject: Grüße\n\nx".encode(), "x")
    assert (read.sender.name, read.subject) == ("Jürgen", "Grüße")


def test_a_comma_in_an_encoded_name_invents_no_second_sender() -> None:
    read = read_eml(b"From: =?utf-8?q?ceo=40fernhill=2Eexample=2C_Bob?= <bob@a.example>\n\nx", "x")
    assert (read.sender.name, read.sender.email) == ("ceo@fernhill.example, Bob", "bob@a.example")


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("us-ascii", "5 €".encode("cp1252"), "5 €"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("punycode", b"plain", "plain"),
        ("gb2312", "价格".encode("gb18030"), "价格"),
        ("utf-16", b"odd", "odd"),
        ("", "日本".encode(), "日本"),
    ],
)
def test_a_wrong_charset_never_costs_the_text(charset: str, data: bytes, text: str) -> None:
    assert mail(data, f"Content-Type: text/plain; charset={charset}\n").text == text


def test_damaged_base64_is_decoded_as_far_as_it_goes() -> None:
    body = b64encode(b"Please call me back today.").decode()
    assert "Please call me" in mail(body[:-3], "Content-Transfer-Encoding: base64\n").text
    assert "Please call me" in mail(body[:8] + "\n*?\n" + body[8:], "Content-Transfer-Encoding: base64\n").text


def test_damaged_quoted_printable_is_read() -> None:
    assert mail("caf=C3=A9 =ZZ =", "Content-Transfer-Encoding: quoted-printable\n").text.startswith("café")


def test_of_alternatives_the_plain_text_is_read() -> None:
    assert multipart("alternative", "\nplain words", "Content-Type: text/html\n\n<p>rich words</p>").text == "plain words"


def test_a_placeholder_gives_way_to_the_html_text() -> None:
    read = multipart("alternative", "\nThis mail needs HTML.", "Content-Type: text/html\n\n<p>The real text of this mail is here.</p>")
    assert read.text == "The real text of this mail is here."


def test_attachments_are_listed_with_their_size() -> None:
    part = 'Content-Type: text/csv; name="a.csv"\nContent-Disposition: attachment; filename="../../a.csv"\n\n1,2\n'
    read = multipart("mixed", "\nsee attached", part)
    assert read.text == "see attached"
    assert [(attachment.name, attachment.media_type, attachment.size) for attachment in read.attachments] == [("a.csv", "text/csv", 4)]


def test_a_mail_forwarded_as_an_attachment_is_content() -> None:
    read = multipart("mixed", "\nsee below", "Content-Type: message/rfc822\n\nFrom: bo@b.example\nSubject: Broken\n\nIt is broken.")
    assert "see below" in read.text
    assert "Subject: Broken" in read.text
    assert "It is broken." in read.text


def test_of_a_report_only_the_explanation_is_text() -> None:
    read = multipart("report", "\nYour mail bounced.", "Content-Type: message/rfc822\n\nFrom: a@b.example\n\nplease refund me")
    assert read.text == "Your mail bounced."


def test_an_invitation_is_readable() -> None:
    calendar = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Demo\\, Vault\nDTSTART:20260312T110000Z\nEND:VEVENT\nEND:VCALENDAR"
    assert mail(calendar, "Content-Type: text/calendar\n").text == "Invitation: REQUEST\nTitle: Demo, Vault\nStart: 20260312T110000Z"


def test_references_are_oldest_first_and_each_once() -> None:
    assert mail("x", "In-Reply-To: <b@a>\nReferences: <a@a> <b@a>\n <c@a>\n").references == ("a@a", "c@a", "b@a")


def test_a_mail_without_an_id_gets_one_from_its_content() -> None:
    raw = b"From: a@b.example\nSubject: s\n\n"
    ids = {read_eml(raw + body, "x").message_id for body in (b"one", b"one", b"two")}
    assert len(ids) == 2
    assert all(id.startswith("sha256-") for id in ids)


def test_an_unreadable_date_falls_back_to_the_relay_then_to_the_given_time() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    relayed = read_eml(b"Received: by mx; Mon, 9 Mar 2026 08:00:00 +0000\nFrom: a@b.example\nDate: yesterday\n\nx", "x")
    assert relayed.sent_at == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert read_eml(b"From: a@b.example\n\nx", "x", received_at=now).sent_at == now
    assert read_eml(b"From: a@b.example\nDate: Mon, 99 Foo 99999 99:00\n\nx", "x").sent_at == EPOCH


def test_only_the_headers_that_intake_needs_are_kept() -> None:
    read = mail("x", "Auto-Submitted: auto-replied\nX-Spam-Score: 9\nReturn-Path: <>\n")
    assert read.headers["auto-submitted"] == "auto-replied"
    assert read.headers["return-path"] == "<>"
    assert "x-spam-score" not in read.headers


def test_a_mail_without_sender_is_still_read() -> None:
    read = read_eml(b"Subject: s\n\nsomebody help", "x")
    assert (read.sender.email, read.text) == (None, "somebody help")


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"\x00\xff" * 500, b"no header at all", b"\xd0\xcf\x11\xe0" + bytes(600), b"From: a@b.example\n\n"]
)
def test_what_is_no_mail_is_refused_by_name(raw: bytes) -> None:
    assert problem(raw).startswith("bad.eml: ")


def test_ten_megabytes_are_refused_at_once_and_the_limit_is_named() -> None:
    began = time.perf_counter()
    assert problem(HEAD + b"\n" + b"x" * MAX_BYTES) == "bad.eml: larger than the limit of 10 MB for one message"
    assert time.perf_counter() - began < 0.5


def test_a_large_attachment_is_fine_and_a_long_text_is_cut() -> None:
    big = "Content-Type: application/zip\nContent-Disposition: attachment\n\n" + "A" * 3_000_000
    assert multipart("mixed", "\nhello", big).attachments[0].size == 3_000_000
    assert len(mail("word " * 100_000).text) == MAX_TEXT


@pytest.mark.parametrize("depth", [MAX_CONTAINERS - 1, 5_000])
def test_absurd_nesting_ends_in_a_result_or_a_clear_error(depth: int) -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (at, at) for at in range(depth))
    read = outcome(HEAD + nested + b"\ndeep")
    assert isinstance(read, Inbound) or read == "odd.eml: more than 50 MIME parts that hold other parts"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\n" + b"x\n" * 4_000_000,
        HEAD + b"Content-Type: text/plain; " + b"a=b; " * 400_000 + b"\n\nx",
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 50_000,
        HEAD + b"To: " + b"(" * 1_000_000 + b"\n\nx",
        HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    ],
    ids=["lines", "parameters", "parts", "comments", "tags"],
)
def test_what_is_made_to_be_slow_is_not(raw: bytes) -> None:
    began = time.perf_counter()
    read = outcome(raw)
    assert isinstance(read, Inbound) or "more than" in read or "longer than" in read
    assert time.perf_counter() - began < 5


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "message/rfc822", "text/calendar"])
)
def test_no_bytes_ever_crash_the_reader(data: bytes, kind: str) -> None:
    for raw in (data, HEAD + b"Content-Type: " + kind.encode() + b"\n" + data, HEAD + b"\n--b\n" + data):
        read = outcome(raw)
        assert (read.model_dump_json() if isinstance(read, Inbound) else read).encode()


def test_an_mbox_yields_every_mail_and_names_the_bad_one() -> None:
    good = b"From a@b.example Mon Mar  9 10:00:00 2026\n" + HEAD + b"\nhello\n>From here on it fails\n\n"
    read = list(read_mbox(good + b"From x Mon Mar  9 10:00:00 2026\nnothing\n\n" + good, "all.mbox"))
    assert [type(item) for item in read] == [Inbound, InvalidMessage, Inbound]
    assert str(read[1]).startswith("all.mbox:2: ")
    assert isinstance(read[0], Inbound)
    assert "From here on it fails" in read[0].text


def test_every_mail_of_the_example_inbox_is_read() -> None:
    read = [read_eml(path.read_bytes(), path.name, authserv_id="mx.fernhill.example") for path in sorted(INBOX.glob("*.eml"))]
    assert len(read) > 50
    assert all(message.sender.email and (message.text.strip() or message.attachments) for message in read)
    assert len({message.message_id for message in read}) == len(read)
