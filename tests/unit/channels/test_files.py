"""What the command line is pointed at: every form of file, and one clear error for each that cannot be read."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.files import read_paths
from channels.transcript import MAX_LINE, read_jsonl
from core.errors import InvalidMessage
from core.types import Inbound

MAIL = b"From: ana@orchard.example\nSubject: Help\nMessage-ID: <1@a>\n\nhello"
LINE = {
    "id": "m1",
    "conversation_id": "c1",
    "channel": "chat",
    "role": "customer",
    "from": {"name": "Ana", "email": "Ana@Orchard.example"},
    "authenticated": True,
    "sent_at": "2026-03-09T10:00:00+01:00",
    "text": "hello",
}


def line(**changes: object) -> bytes:
    return json.dumps(LINE | changes).encode() + b"\n"


def read(*lines: bytes) -> list[Inbound | InvalidMessage]:
    return list(read_jsonl(lines, "t.jsonl"))


def paths(*given: str | Path, stdin: bytes = b"") -> list[str]:
    found = read_paths([str(path) for path in given], BytesIO(stdin))
    return [item.text if isinstance(item, Inbound) else str(item) for item in found]


def test_a_line_becomes_a_message() -> None:
    [message] = read(line())
    assert isinstance(message, Inbound)
    assert (message.message_id, message.conversation_key, message.sender.email) == ("m1", "c1", "ana@orchard.example")
    assert message.sender.authenticated
    assert message.sent_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"{nope}\n", "not JSON"),
        (b"[]\n", "not a JSON object"),
        (b"\xff\xfe{}\n", "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 10_000 + b"\n", "not JSON"),
        (b'{"id": "1"}\n', "text: field required"),
        (line(text=7), "text: input should be a valid string"),
        (line(text="  "), "text: empty"),
        (line(channel="fax"), "channel: "),
        (line(role="robot"), "role: "),
        (line(authenticated="yes"), "authenticated: "),
        (line(sent_at="soon"), "sent_at: "),
        (line(**{"from": "Ana"}), "from: "),
        (line(**{"from": {"email": 3}}), "from.email: "),
        (b'{"text": "' + b"x" * MAX_LINE + b'"}', "longer than the limit of 1 MB"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(bad: bytes, says: str) -> None:
    before, error, after = read(line(), bad, line(id="m2"))
    assert isinstance(before, Inbound)
    assert isinstance(after, Inbound)
    assert str(error).startswith(f"t.jsonl:2: {says}")


def test_text_that_no_database_holds_is_made_storable() -> None:
    [message] = read(b'{"text": "a\\u0000b \\ud800 c"}')
    assert isinstance(message, Inbound)
    assert message.text == "ab ? c"


def test_without_an_id_the_same_line_has_the_same_id_each_time() -> None:
    first, again = (read(b'{"text": "hi"}\n', b'{"text": "hi"}\n') for _ in range(2))
    ids = [message.message_id for message in (*first, *again) if isinstance(message, Inbound)]
    assert ids[:2] == ids[2:]
    assert ids[0] != ids[1]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_lines_crash_the_reader(lines: list[bytes]) -> None:
    assert all(isinstance(item, Inbound | InvalidMessage) for item in read(*lines))


def test_files_are_read_by_their_suffix_and_folders_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(MAIL)
    (tmp_path / "a.jsonl").write_bytes(line() + line(id="m2", text="again"))
    (tmp_path / "c.mbox").write_bytes(b"From x 2026\n" + MAIL + b"\n\nFrom x 2026\n" + MAIL.replace(b"hello", b"bye"))
    (tmp_path / "notes.txt").write_text("passed over in a folder")
    assert [text.strip() for text in paths(tmp_path)] == ["hello", "again", "hello", "hello", "bye"]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "bad.eml").write_bytes(b"")
    (tmp_path / "x.docx").write_bytes(b"zip")
    (tmp_path / "empty").mkdir()
    gone, text = (
        tmp_path / "gone.eml",
        paths(tmp_path / "gone.eml", tmp_path / "bad.eml", tmp_path / "x.docx", tmp_path / "empty", tmp_path / "a.eml"),
    )
    assert text == [
        f"{gone}: no such file or directory",
        f"{tmp_path}/bad.eml: empty",
        f"{tmp_path}/x.docx: not a folder, .eml, .mbox or .jsonl",
        f"{tmp_path}/empty: no .eml, .mbox or .jsonl in this folder",
        "hello",
    ]


@pytest.mark.parametrize("path", ["", "nowhere", "a\0b.eml", "x" * 5_000 + ".eml"])
def test_a_path_that_is_none_is_one_error(path: str) -> None:
    found = list(read_paths([path], BytesIO()))
    assert [type(item) for item in found] == [InvalidMessage]


@pytest.mark.parametrize(
    ("stdin", "texts"),
    [
        (MAIL, ["hello"]),
        (line() + line(id="m2", text="again"), ["hello", "again"]),
        (b"\n\n  " + line(), ["hello"]),
        (line(text="x" * 300) + line(), ["x" * 300, "hello"]),
        (b"From x 2026\n" + MAIL, ["hello"]),
        (b"", ["stdin: empty"]),
        (b"\x00\x01", ["stdin: not a mail: it has none of the usual header lines"]),
    ],
)
def test_standard_input_is_told_apart_by_how_it_begins(stdin: bytes, texts: list[str]) -> None:
    assert [text.strip() for text in paths("-", stdin=stdin)] == texts


def test_a_mail_above_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    big = tmp_path / "big.eml"
    with big.open("wb") as file:
        file.write(MAIL)
        file.truncate(2_000_000_000)
    assert paths(big) == [f"{big}: larger than the limit of 10 MB for one message"]
