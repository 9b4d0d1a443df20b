import io
import tracemalloc
import zipfile

import pytest

from core.errors import InvalidFile
from knowledge.chunks import split
from knowledge.loaders import load
from knowledge.pages import Facts, Page
from tests.support.documents import packed, word, zipped

EXPENSES = word(
    ("Title", "Expenses"),
    ("Normal", "Ask before you travel."),
    ("Heading 1", "Meals"),
    ("Normal", "Meals are paid up to a limit."),
    [["Country", "Limit"], ["Spain", "25 EUR"]],
    ("List Bullet", "keep the bill"),
    ("List Bullet", "hand it in"),
    ("Heading 2", "Guests"),
    ("Normal", "Guests are paid for once."),
)


def test_headings_tables_and_lists_of_a_word_document_survive() -> None:
    found = load("DOCX", EXPENSES, "a.docx")
    assert found
    chunks = split(Page("a.docx", Facts(found.title, "public"), found.body, found.trail))
    assert [(chunk.heading, chunk.text) for chunk in chunks] == [
        ("Expenses", "Ask before you travel."),
        (
            "Expenses > Meals",
            "Meals are paid up to a limit.\n\n| Country | Limit |\n| --- | --- |\n| Spain | 25 EUR |\n\n- keep the bill\n- hand it in",
        ),
        ("Expenses > Meals > Guests", "Guests are paid for once."),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xd0\xcf\x11\xe0 locked", "is protected by a password, or an old .doc"),
        (EXPENSES[:300], "is no zip file that can be read"),
        (zipped({"a.txt": "no document"}), "cannot be read as DOCX"),
        (word(), "has no text"),
        (b"", "is empty"),
    ],
)
def test_a_document_that_cannot_be_used_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load("DOCX", content, "a.docx")
    assert str(caught.value).startswith(f"a.docx: {problem}")


def test_a_document_that_unpacks_to_too_much_is_not_opened() -> None:
    bomb = zipped({"word/document.xml": b" " * (33 * 2**20)})
    with pytest.raises(InvalidFile, match="has more than 32 MB of text"):
        load("DOCX", bomb, "a.docx")


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_document_with_a_part_that_would_be_unpacked_in_one_piece_is_not_opened(how: int) -> None:
    with pytest.raises(InvalidFile, match=r"a\.docx/word/document\.xml: is packed in another way than deflate"):
        load("DOCX", packed([("word/document.xml", b" " * 1000)], how), "a.docx")


def test_a_part_that_states_less_than_it_holds_is_not_unpacked_further() -> None:
    with zipfile.ZipFile(io.BytesIO(EXPENSES)) as parts:
        files = [(name, parts.read(name)) for name in parts.namelist() if name != "word/document.xml"]
    bomb = bytearray(packed([("word/document.xml", b" " * 50_000_000), *files]))
    at = bomb.index(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    tracemalloc.start()
    with pytest.raises(InvalidFile, match="damaged"):
        load("DOCX", bytes(bomb), "a.docx")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_nothing_is_read_from_parts_that_were_not_looked_at() -> None:
    with zipfile.ZipFile(io.BytesIO(EXPENSES)) as parts:
        files = {name: parts.read(name).replace(b"word/document.xml", b"word/document.bin") for name in parts.namelist()}
    files["word/document.bin"] = files.pop("word/document.xml")
    with pytest.raises(InvalidFile, match="cannot be read as DOCX"):
        load("DOCX", zipped(files), "a.docx")
